"""Sealing a finished PDF, whichever engine made it: attach what travels with it, then the seal.

The seal is put in after typesetting. The other way, a second run of the typesetter with the
seal among its sources, would have to be taught to each engine, takes as long again, and can't
be done from Quarto's post-render hook.
"""

from __future__ import annotations

import io
import os
from base64 import a85encode
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError
from audit.pdf.attachments import Attachment, attach
from audit.pdf.text_layer import read_text
from audit.seal.seal import NAME, Chapter, Seal, make_seal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from audit.pdf.text_layer import TextLayer

_AMBIGUOUS = b"\r\nendstream"
SEAL_DESCRIPTION = "The seal of this report: digests of its pages, figures and attachments"


def seal_pdf(
    path: Path,
    files: Iterable[Attachment],
    *,
    title: str,
    commit: str,
    chapters: Sequence[Chapter],
    layer: TextLayer | None = None,
) -> Seal:
    """Attach files to a PDF and seal it, in place; the same PDF and files give the same bytes.

    Parameters
    ----------
    path
        The PDF; replaced only once the sealed one is whole.
    files
        What travels with it.
    title, commit, chapters
        As in `make_seal`.
    layer
        Its text where that was read before; attachments leave it as it is.

    Raises
    ------
    ConfigurationError
        If this is no PDF that can be read.
    """
    import pikepdf

    try:
        with pikepdf.open(path) as pdf:
            attach(pdf, files)
            whole = saved(pdf)
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise ConfigurationError(f"this PDF cannot be sealed: {error}", place=path.name) from None
    # Digests are of the PDF as a reader will open it.
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        text = layer if layer is not None else read_text(pdf)
        seal = make_seal(pdf, text, title=title, commit=commit, chapters=chapters)
        attach(pdf, [seal_file(seal)])
        replace(path, saved(pdf))
    return seal


def seal_file(seal: Seal) -> Attachment:
    """Return the seal as an attachment."""
    return Attachment(NAME, seal.to_bytes(), "application/json", SEAL_DESCRIPTION)


def saved(pdf: Any) -> bytes:
    """Return an open PDF as a file; equal contents give equal bytes.

    PDF/A wants each stream's length to be that up to the line end before `endstream`. Data that
    end in a carriage return make that line end ambiguous, and validators count one byte less.
    The last byte of compressed data is that of a checksum, which no level of compression
    changes: such data are written in ASCII, and what the writer would compress is left as it is.
    """
    import pikepdf

    data = _written(pdf, compress=True)
    if _AMBIGUOUS not in data:
        return data
    with pikepdf.open(io.BytesIO(data)) as again:
        for each in again.objects:
            if isinstance(each, pikepdf.Stream) and each.read_raw_bytes().endswith(b"\r"):
                _write_in_ascii(each)
        return _written(again, compress=False)


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
