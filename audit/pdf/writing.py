"""Write a PDF in one canonical form, and test whether a file has that form.

Each PDF reader resolves a damaged or ambiguous file in its own way: two entries for one object,
an older revision, a repeated key. A file that is byte for byte what this writer makes of it
contains none of these, so it has no content that the library does not read.
"""

from __future__ import annotations

import io
import os
import re
from base64 import a85encode
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_AMBIGUOUS = b"\r\nendstream"
_IN_ASCII = b"/ASCII85Decode"
_TRIES = 5
# A file's identifier is random unless requested otherwise.
_IDENTIFIER = re.compile(rb"/ID \[.*?\] >>", re.DOTALL)


class FileForm(Enum):
    """The form in which a file is written."""

    CANONICAL = "as this project writes it"
    REWRITTEN = "complete and unambiguous, but rewritten since"
    UNKNOWN = "not in a form that all readers show alike"


def saved(pdf: Any) -> bytes:
    """Return an open PDF as bytes; equal content gives equal bytes, also when saved again.

    PDF/A requires each stream's length to end before the line end that precedes `endstream`. Data
    that end in a carriage return make that line end ambiguous, and validators count one byte less.
    The last byte of compressed data belongs to a checksum, which does not depend on the level of
    compression: such data are encoded in ASCII, and the writer is told not to compress.
    """
    import pikepdf

    data, compressed = _settled(pdf)
    for _ in range(_TRIES):
        # The library encodes ASCII data differently when it saves the file again, compressed.
        if compressed or _IN_ASCII not in data:
            return data
        with pikepdf.open(io.BytesIO(data)) as again:
            once_more, compressed = _settled(again, data)
        if once_more == data:
            return data
        data = once_more
    raise AssertionError("repeated writing of a PDF does not converge")


def unsettled(pdf: Any) -> bytes:
    """Return an open PDF as bytes written once, for a file that will be opened and saved again."""
    return _written(pdf, compress=True)


def _settled(pdf: Any, known: bytes = b"") -> tuple[bytes, bool]:
    """Return a PDF as bytes that stay the same if saved again, and whether with compression.

    Parameters
    ----------
    known
        Bytes that stay the same without compression.
    """
    import pikepdf

    compress = True
    data = _written(pdf, compress=compress)
    for _ in range(_TRIES):
        with pikepdf.open(io.BytesIO(data)) as again:
            if _AMBIGUOUS in data:
                compress = False
                _avoid_ambiguity(again)
            once_more = _written(again, compress=compress)
        if once_more == data or (once_more == known and not compress):
            return once_more, compress
        data = once_more
    raise AssertionError("repeated writing of a PDF does not converge")


def file_form(data: bytes) -> FileForm:
    """Return the form in which a file is written.

    Parameters
    ----------
    data
        A PDF that opens without recovery.
    """
    import pikepdf

    # The compression of the table at its end shows which form to try first.
    for compress in sorted((True, False), reverse=b"/FlateDecode" in data[-1024:]):
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
            if _written(pdf, compress=compress) == data:
                return FileForm.CANONICAL
    plain = _IDENTIFIER.sub(b"", data)
    for mode in (pikepdf.ObjectStreamMode.preserve, pikepdf.ObjectStreamMode.disable):
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
            out = io.BytesIO()
            pdf.save(
                out,
                deterministic_id=True,
                fix_metadata_version=False,
                object_stream_mode=mode,
            )
        if _IDENTIFIER.sub(b"", out.getvalue()) == plain:
            return FileForm.REWRITTEN
    return FileForm.UNKNOWN


def _written(pdf: Any, *, compress: bool) -> bytes:
    import pikepdf

    out = io.BytesIO()
    pdf.save(
        out,
        deterministic_id=True,
        fix_metadata_version=False,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=compress,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
    )
    return out.getvalue()


def _avoid_ambiguity(pdf: Any) -> None:
    import pikepdf

    for each in pdf.objects:
        if isinstance(each, pikepdf.Stream) and each.read_raw_bytes().endswith(b"\r"):
            _write_in_ascii(each)


def _write_in_ascii(stream: Any) -> None:
    """Encode a stream's compressed data once more in ASCII85, which ends in `~>`."""
    import pikepdf

    filters = _as_list(stream.get("/Filter"))
    parameters = [each or pikepdf.Dictionary() for each in _as_list(stream.get("/DecodeParms"))]
    stream.write(
        a85encode(stream.read_raw_bytes()) + b"~>",
        filter=pikepdf.Array([pikepdf.Name.ASCII85Decode, *filters]),
        decode_parms=pikepdf.Array([pikepdf.Dictionary(), *parameters]) if parameters else None,
    )


def _as_list(given: Any) -> list[Any]:
    import pikepdf

    if given is None:
        return []
    return list(given) if isinstance(given, pikepdf.Array) else [given]


def replace(path: Path, data: bytes) -> None:
    """Write a file atomically, so that it is never left half written."""
    aside = path.with_name(f".{path.name}.part")
    aside.write_bytes(data)
    os.replace(aside, path)
