"""Files attached to a PDF: written as PDF/A-3 requires, and read back as data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.limits import spend

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DEPTH = 20
"""Most levels of the name tree that are read; eight are enough for any report."""


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
        Its media type, such as `application/json`.
    description
        Its content, in a sentence.
    relationship
        Its relationship to the document in PDF/A-3: Data, Source, Supplement or Unspecified.
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
    """Attach files to an open PDF, replacing any of the same name.

    They have the same date as the PDF itself, so that the same report gives the same bytes.
    """
    import pikepdf

    made = created(pdf)
    listed = list(pdf.Root.get("/AF", []))
    for file in files:
        if file.name in pdf.attachments:
            old = pdf.attachments[file.name].obj.objgen
            listed = [each for each in listed if each.objgen != old]
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
    # The library adds a file to /AF if the list exists: make sure that each is listed once.
    pdf.Root.AF = pikepdf.Array({each.objgen: each for each in listed}.values())


def created(pdf: Any) -> str:
    """Return the creation date of an open PDF."""
    return str(pdf.docinfo.get("/CreationDate", "D:19700101000000Z"))


def attached(pdf: Any) -> dict[str, Attachment]:
    """Return the files attached to an open PDF by name, sorted."""
    found = {}
    for name, spec in entries(pdf).items():
        stream = spec.get("/EF", {}).get("/F")
        if stream is None:
            continue
        data = stream.read_bytes()
        spend(len(data))
        found[name] = Attachment(
            name,
            data,
            str(stream.get("/Subtype", "/")).lstrip("/"),
            str(spec.get("/Desc", "")),
            str(spec.get("/AFRelationship", "/Unspecified")).lstrip("/"),
        )
    return found


def entries(pdf: Any) -> dict[str, Any]:
    """Return the entry of each attachment by name, sorted, including entries without a file.

    Of two with the same name it is the first; `audit.pdf.attachment_checks` refuses the second.
    """
    found: dict[str, Any] = {}
    for name, spec in listed(pdf):
        found.setdefault(name, spec)
    return dict(sorted(found.items()))


def listed(pdf: Any) -> Iterator[tuple[str, Any]]:
    """Yield each name and entry in the name tree of attachments, duplicates included."""
    for node in nodes(pdf):
        named = list(node.get("/Names", []))
        yield from ((str(key), spec) for key, spec in zip(named[::2], named[1::2], strict=False))


def nodes(pdf: Any) -> Iterator[Any]:
    """Yield the nodes of the name tree of attachments, in order."""
    tree = pdf.Root.get("/Names", {}).get("/EmbeddedFiles")
    waiting = [] if tree is None else [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        spend()
        yield node
        if depth < _DEPTH:
            waiting.extend((kid, depth + 1) for kid in reversed(list(node.get("/Kids", []))))
