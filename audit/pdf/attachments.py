"""Files that travel inside the PDF: put in as PDF/A-3 asks, and read back as data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Attachment:
    """One file inside a PDF.

    Attributes
    ----------
    name
        Its file name, without a folder.
    data
        Its bytes.
    mime
        Its type, such as `application/json`.
    description
        What it is, in a sentence.
    relationship
        To the document, as PDF/A-3 names it: Data, Source, Supplement or Unspecified.
    """

    name: str
    data: bytes
    mime: str
    description: str
    relationship: str = "Data"

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def attach(pdf: Any, files: Iterable[Attachment]) -> None:
    """Put files into an open PDF, in place of any of the same name.

    They bear the time that the PDF itself bears, so that the same report gives the same bytes.
    """
    import pikepdf

    made = str(pdf.docinfo.get("/CreationDate", "D:19700101000000Z"))
    listed = pdf.Root.get("/AF", pikepdf.Array())
    for file in files:
        if file.name in pdf.attachments:
            old = pdf.attachments[file.name].obj.objgen
            listed = pikepdf.Array([each for each in listed if each.objgen != old])
        spec = pikepdf.AttachedFileSpec(
            pdf,
            file.data,
            filename=file.name,
            description=file.description,
            mime_type=file.mime,
            relationship=pikepdf.Name("/" + file.relationship),
        )
        stream = spec.obj.EF.F
        stream.Params = pikepdf.Dictionary(
            {"/CreationDate": made, "/ModDate": made, "/Size": len(file.data)}
        )
        pdf.attachments[file.name] = spec
        listed.append(pdf.attachments[file.name].obj)
    pdf.Root.AF = listed


def attached(pdf: Any) -> dict[str, Attachment]:
    """Return the files inside an open PDF by name, sorted."""
    found = {}
    for name, spec in pdf.attachments.items():
        stream = spec.obj.get("/EF", {}).get("/F")
        if stream is None:
            continue
        data = stream.read_bytes()
        found[str(name)] = Attachment(
            str(name),
            data,
            str(stream.get("/Subtype", "/")).lstrip("/"),
            str(spec.obj.get("/Desc", "")),
            str(spec.obj.get("/AFRelationship", "/Unspecified")).lstrip("/"),
        )
    return dict(sorted(found.items()))


def entries(pdf: Any) -> dict[str, Any]:
    """Return the entry of each attachment by name, sorted; one may name no file at all."""
    return {str(name): spec.obj for name, spec in sorted(pdf.attachments.items())}
