"""Files attached to a PDF: written as PDF/A-3 requires, and read back as data.

If their form is looser, PDF readers may show another name, another file, or a second file. So an
entry must have one name, one stream and nothing else; no two entries share a name; and the list of
the document's associated files names each of them once.
"""

from __future__ import annotations

import hashlib
import zlib
from base64 import a85decode
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.limits import spend
from audit.pdf.tag_tree import is_dictionary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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

    Of two with the same name it is the first; `audit.pdf.attachments` refuses the second.
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


_ENTRY = {"/AFRelationship", "/Desc", "/EF", "/F", "/Type", "/UF"}
_STREAM = {"/Filter", "/DecodeParms", "/Length", "/Params", "/Subtype", "/Type"}
_PARAMETERS = {"/CreationDate", "/ModDate", "/Size"}


def attachment_faults(pdf: Any, stated: Mapping[str, Attachment]) -> Iterator[str]:
    """Yield, in words, every deviation from the form that `attach` writes.

    Parameters
    ----------
    pdf
        An open `pikepdf.Pdf`.
    stated
        Attachments that the seal does not cover, its own included, by name, with the
        description they must have; their data are ignored.
    """
    for place, node in enumerate(nodes(pdf)):
        yield from _node_faults(node, root=place == 0)
    names = [name for name, _ in listed(pdf)]
    if not all(_written_plainly(key) for node in nodes(pdf) for key in _keys(node)):
        yield "a name among the attachments is not written as a build writes it"
    for name in sorted(name for name, count in Counter(names).items() if count > 1):
        yield f"there are several attachments of the name {name}"
    if names != sorted(names):
        yield "the attachments are not in the order of their names"
    for name, entry in listed(pdf):
        if not _regular(name, entry):
            yield f"the entry of the attachment {name} is not as a build writes it"
        elif name in stated and not _as_stated(entry, stated[name], created(pdf)):
            yield f"the description of the attachment {name} was altered"
    own = [each.objgen if is_dictionary(each) else None for each in pdf.Root.get("/AF", [])]
    if sorted(own, key=str) != sorted((entry.objgen for _, entry in listed(pdf)), key=str):
        yield "the list of the document's own files is not that of its attachments"


def _node_faults(node: Any, *, root: bool) -> Iterator[str]:
    """Yield the faults of one node of the name tree, in its names or kids and its limits."""
    if set(node.keys()) not in ({"/Names"}, {"/Kids"}) and root:
        yield "the tree of attachments contains more than names"
    if not root and set(node.keys()) not in ({"/Limits", "/Names"}, {"/Limits", "/Kids"}):
        yield "a node of the tree of attachments contains more than names and their bounds"
    names = list(node.get("/Names", []))
    if len(names) % 2:
        yield "a name among the attachments has no file"
    bounds = [_bytes(bound) for bound in node.get("/Limits", [])]
    if names and not root and bounds != [_bytes(names[0]), _bytes(names[-2])]:
        yield "a node of the tree of attachments has other bounds than its names"


def _keys(node: Any) -> list[Any]:
    return [*list(node.get("/Names", []))[::2], *node.get("/Limits", [])]


def _bytes(text: Any) -> bytes | None:
    import pikepdf

    return bytes(text) if isinstance(text, pikepdf.String) else None


def _written_plainly(*texts: Any) -> bool:
    """Return whether each text has the bytes that a build writes for it.

    A PDF string can be encoded in several ways, and some readers compare bytes.
    """
    import pikepdf

    return all(
        isinstance(text, pikepdf.String) and bytes(text) == bytes(pikepdf.String(str(text)))
        for text in texts
    )


def _regular(name: str, entry: Any) -> bool:
    """Return whether an entry contains one file under one name, and nothing else."""
    if not is_dictionary(entry) or set(entry.keys()) != _ENTRY:
        return False
    if not str(entry.F) == str(entry.UF) == name or str(entry.Type) != "/Filespec":
        return False
    if not _written_plainly(entry.F, entry.UF, entry.Desc):
        return False
    files = entry.EF
    if not is_dictionary(files) or set(files.keys()) != {"/F", "/UF"}:
        return False
    stream = files.F
    return bool(
        _is_stream(stream)
        and files.UF.objgen == stream.objgen != (0, 0)
        and set(stream.keys()) <= _STREAM
        and str(stream.get("/Type")) == "/EmbeddedFile"
        and is_dictionary(stream.get("/Params"))
        and set(stream.Params.keys()) == _PARAMETERS
        and stream.Params.Size == len(stream.read_bytes())
        and _packed_alone(stream)
    )


def _packed_alone(stream: Any) -> bool:
    """Return whether a stream has no bytes after its encoded data, which decoders would skip."""
    data, size = stream.read_raw_bytes(), int(stream.Params.Size)
    filters = stream.get("/Filter", [])
    try:
        for name in map(str, [filters] if str(filters).startswith("/") else filters):
            data = _unpacked_alone(name, data, size)
    except (ValueError, zlib.error):
        return False
    return bool(data == stream.read_bytes())


def _unpacked_alone(name: str, data: bytes, size: int) -> bytes:
    if name == "/ASCII85Decode" and data.find(b"~>") == len(data) - 2:
        return a85decode(data[:-2], ignorechars=b"")
    unpacking = zlib.decompressobj()
    found = unpacking.decompress(data, size + 1)
    if name != "/FlateDecode" or not unpacking.eof or unpacking.unused_data:
        raise ValueError(name)
    return found


def _is_stream(value: Any) -> bool:
    import pikepdf

    return isinstance(value, pikepdf.Stream)


def _as_stated(entry: Any, stated: Attachment, made: str) -> bool:
    stream = entry.EF.F
    said = (
        str(entry.Desc),
        str(entry.AFRelationship),
        str(stream.get("/Subtype")),
        str(stream.Params.CreationDate),
        str(stream.Params.ModDate),
    )
    return said == (
        stated.description,
        f"/{stated.relationship}",
        f"/{stated.mime}",
        made,
        made,
    )
