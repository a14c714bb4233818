"""Check that a PDF's attachments have the form that `audit.pdf.attachments` gives them.

If the form is looser, PDF readers may show another name, another file, or a second file. So an
entry has one name, one stream and nothing else; no two entries share a name; and the list of
the document's associated files names each of them once.
"""

from __future__ import annotations

import zlib
from base64 import a85decode
from collections import Counter
from typing import TYPE_CHECKING, Any

from audit.pdf.attachments import created, listed, nodes
from audit.pdf.tag_tree import is_dictionary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.pdf.attachments import Attachment

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
