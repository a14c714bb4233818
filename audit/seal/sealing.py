"""Seal a finished PDF made by either engine, and refuse one that would fail verification.

The seal is added after typesetting. The alternative, a second run of the typesetter with the
seal among its sources, would have to be implemented for each engine, takes as long again, and
cannot be done from Quarto's post-render hook.
"""

from __future__ import annotations

import dataclasses
import io
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError, VerificationFailed
from audit.pdf.attachments import attach
from audit.pdf.text_layer import read_text
from audit.pdf.writing import FileForm, replace, saved
from audit.seal.seal import NAME, OWN_FILES, Chapter, Seal, make_seal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from audit.pdf.attachments import Attachment
    from audit.pdf.text_layer import TextLayer
    from audit.seal.verification import Verification

SHOWN_AT_MOST = 5
"""Number of faults named where a PDF is refused."""


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


def refuse_unsound(name: str, found: Verification, refused: str) -> None:
    """Stop if a PDF is altered, disagrees with its ledger, or was rewritten.

    Parameters
    ----------
    name
        Name of the PDF.
    found
        Results of its verification.
    refused
        What is not done with it, such as "not signed".

    Raises
    ------
    VerificationFailed
        With the first faults.
    """
    wrong = [each.what for each in found.altered]
    if found.coverage is not None:
        wrong += [f"page {each.page}: {each.text} is untraced" for each in found.coverage.untraced]
        wrong += [f"{each.text} of {each.reference} is missing" for each in found.coverage.missing]
    if found.form is not FileForm.CANONICAL and not wrong:
        wrong = ["the file was rewritten after it was sealed"]
    if found.signature is not None and not found.signature.good:
        wrong.append("it has a signature that is not of this seal")
    if wrong:
        more = len(wrong) - SHOWN_AT_MOST
        lines = [*wrong[:SHOWN_AT_MOST], *([f"and {more} more"] if more > 0 else [])]
        raise VerificationFailed(
            f"{refused}: it fails verification:\n" + "\n".join(f"  - {each}" for each in lines),
            place=name,
            remedy="build it again; `report verify` says more",
        )
