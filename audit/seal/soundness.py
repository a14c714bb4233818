"""Refuse to vouch for a PDF that `verify` would not let stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.errors import VerificationFailed
from audit.pdf.writing import FileForm

if TYPE_CHECKING:
    from audit.seal.verification import Verification

SHOWN_AT_MOST = 5


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
