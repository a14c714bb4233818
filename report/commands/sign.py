"""`report sign`: sign the seal of a PDF, after checking that the PDF is as it was sealed."""

from __future__ import annotations

import dataclasses
import io
from functools import partial
from typing import TYPE_CHECKING

import pikepdf

from analysis.errors import ConfigurationError
from audit.limits import read_file
from audit.pdf.attachments import attach, attached
from audit.pdf.writing import replace, saved
from audit.seal.seal import NAME, OWN_FILES, SIGNATURE
from audit.seal.sealing import refuse_unsound
from audit.seal.signature import sign
from audit.seal.verification import clone, examine
from audit.terminal import print_lines, quoted
from report.checks.clone_literals import clone_literals

if TYPE_CHECKING:
    from pathlib import Path


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
    refuse_unsound(pdf.name, found, "not signed")
    with pikepdf.open(io.BytesIO(data)) as opened:
        signature = sign(attached(opened)[NAME].data, key)
        attach(opened, [dataclasses.replace(OWN_FILES[SIGNATURE], data=signature)])
        replace(pdf, saved(opened))
    commit = quoted(str(found.seal.commit))
    print_lines(
        [f"signed: {quoted(pdf.name)}", f"  seal {found.seal.digest}", f"  commit {commit}"]
    )
    return 0
