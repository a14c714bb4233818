"""Seal a finished PDF made by either engine: attach its files, then the seal.

The seal is added after typesetting. The alternative, a second run of the typesetter with the
seal among its sources, would have to be implemented for each engine, takes as long again, and
cannot be done from Quarto's post-render hook.
"""

from __future__ import annotations

import dataclasses
import io
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError
from audit.pdf.attachments import attach
from audit.pdf.text_layer import read_text
from audit.pdf.writing import replace, saved
from audit.seal.seal import NAME, OWN_FILES, Chapter, Seal, make_seal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from audit.pdf.attachments import Attachment
    from audit.pdf.text_layer import TextLayer


def seal_pdf(
    path: Path,
    files: Iterable[Attachment],
    *,
    title: str,
    commit: str,
    chapters: Sequence[Chapter],
    layer: TextLayer | None = None,
    refuse: Callable[[bytes], None] | None = None,
) -> Seal:
    """Attach files to a PDF and seal it, in place; the same PDF and files give the same bytes.

    Parameters
    ----------
    path
        The PDF; replaced only when the sealed one is complete.
    files
        Files to attach.
    title, commit, chapters
        As in `make_seal`.
    layer
        Its text if it has already been read; attachments do not change it.
    refuse
        Function that raises an error for the bytes of a sealed PDF which may not stand; the file
        then stays as it was.

    Raises
    ------
    ConfigurationError
        If this is not a readable PDF.
    """
    import pikepdf

    try:
        with pikepdf.open(path) as pdf:
            attach(pdf, files)
            whole = saved(pdf)
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise ConfigurationError(f"this PDF cannot be sealed: {error}", place=path.name) from None
    # Digests are taken from the PDF as a reader will open it.
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        text = layer if layer is not None else read_text(pdf)
        seal = make_seal(pdf, text, title=title, commit=commit, chapters=chapters)
        attach(pdf, [seal_file(seal)])
        sealed = saved(pdf)
    if refuse is not None:
        refuse(sealed)
    replace(path, sealed)
    return seal


def seal_file(seal: Seal) -> Attachment:
    """Return the seal as an attachment."""
    return dataclasses.replace(OWN_FILES[NAME], data=seal.to_bytes())
