"""Writing a PDF in one form only, and telling whether a file has that form.

Readers of PDF resolve a damaged or ambiguous file each in its own way: two entries for one
object, an older revision, a key given twice. A file that is byte for byte what this writer makes
of it holds none of that, so what the library reads is all there is to read.
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
# A file's identifier is drawn at random unless asked otherwise.
_IDENTIFIER = re.compile(rb"/ID \[.*?\] >>", re.DOTALL)


class FileForm(Enum):
    """How a file is written."""

    CANONICAL = "as this project writes it"
    REWRITTEN = "whole and unambiguous, but written anew since"
    UNKNOWN = "in no form in which all readers see the same"


def saved(pdf: Any) -> bytes:
    """Return an open PDF as a file; equal contents give equal bytes, also when written again.

    PDF/A wants each stream's length to be that up to the line end before `endstream`. Data that
    end in a carriage return make that line end ambiguous, and validators count one byte less.
    The last byte of compressed data is that of a checksum, which no level of compression
    changes: such data are written in ASCII, and what the writer would compress is left as it is.
    """
    import pikepdf

    data = _settled(pdf)
    for _ in range(_TRIES):
        # What is written in ASCII, the library packs anew when it writes the file again.
        if _IN_ASCII not in data:
            return data
        with pikepdf.open(io.BytesIO(data)) as again:
            once_more = _settled(again)
        if once_more == data:
            return data
        data = once_more
    raise AssertionError("writing a PDF again and again does not settle")


def _settled(pdf: Any) -> bytes:
    import pikepdf

    compress = True
    data = _written(pdf, compress=compress)
    for _ in range(_TRIES):
        with pikepdf.open(io.BytesIO(data)) as again:
            if _AMBIGUOUS in data:
                compress = False
                _avoid_ambiguity(again)
            once_more = _written(again, compress=compress)
        if once_more == data:
            return data
        data = once_more
    raise AssertionError("writing a PDF again and again does not settle")


def file_form(data: bytes) -> FileForm:
    """Return how a file is written.

    Parameters
    ----------
    data
        A PDF that opens without recovery.
    """
    import pikepdf

    # Whether the table at its end is compressed says which of both comes first.
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
    """Encode a stream's data, compressed as they are, once more in ASCII, which ends in `~>`."""
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
    """Write a file in one step, so that it is never half written."""
    aside = path.with_name(f".{path.name}.part")
    aside.write_bytes(data)
    os.replace(aside, path)
