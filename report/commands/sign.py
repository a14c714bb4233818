"""`report sign`: sign the seal of a PDF, after checking that the PDF is as it was sealed."""

from __future__ import annotations

import dataclasses
import io
from functools import partial
from typing import TYPE_CHECKING

import pikepdf

from analysis.errors import ConfigurationError, VerificationFailed
from audit.limits import read_file
from audit.pdf.attachments import attach, attached
from audit.pdf.writing import FileForm, replace, saved
from audit.seal.seal import NAME, OWN_FILES, SIGNATURE
from audit.seal.signature import sign
from audit.seal.verification import clone, examine
from audit.terminal import print_lines, quoted
from report.checks.clone_literals import clone_literals

if TYPE_CHECKING:
    from pathlib import Path

    from audit.seal.verification import Verification

SHOWN_AT_MOST = 5


def sign_report(pdf: Path, key: Path) -> int:
    """Sign the seal of a PDF with an SSH key, in place, and print its digest; return 0.

    Raises
    ------
    VerificationFailed
        If the PDF is not as it was sealed, or its numbers are not those of its ledger, because
        the signature would vouch for it.
    """
    try:
        data = read_file(pdf)
    except OSError as error:
        raise ConfigurationError(
            f"cannot be read: {error.strerror}", place=pdf.name, remedy="name a sealed PDF"
        ) from None
    found = examine(pdf, data=data, pinned=partial(clone_literals, clone()))
    _refuse(pdf.name, found)
    with pikepdf.open(io.BytesIO(data)) as opened:
        signature = sign(attached(opened)[NAME].data, key)
        attach(opened, [dataclasses.replace(OWN_FILES[SIGNATURE], data=signature)])
        replace(pdf, saved(opened))
    commit = quoted(str(found.seal.commit))
    print_lines(
        [f"signed: {quoted(pdf.name)}", f"  seal {found.seal.digest}", f"  commit {commit}"]
    )
    return 0


def _refuse(name: str, found: Verification) -> None:
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
            "not signed: it fails verification:\n" + "\n".join(f"  - {each}" for each in lines),
            place=name,
            remedy="build it again; `report verify` says more",
        )
