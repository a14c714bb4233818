"""The one reader of ledgers: what it returns has the form, and nothing in it leads elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError
from audit.ledger.form import FORMAT, first_gap
from audit.limits import MALFORMED, allowance, opened, read_file, read_json, said
from audit.pdf.attachments import attached
from audit.terminal import printable

if TYPE_CHECKING:
    from pathlib import Path

    from audit.pdf.attachments import Attachment

LEDGER = "ledger.json"
"""Its file's name, beside a book and inside a PDF."""


class NoLedger(ConfigurationError):
    """What was given as a ledger is none, or not as a build writes it (auditor)."""


class OtherFormat(NoLedger):
    """A ledger of another version of its form (auditor)."""


def parse_ledger(data: bytes, place: str) -> dict[str, Any]:
    """Return a ledger from its JSON.

    Raises
    ------
    NoLedger
        If it is none, was edited, or names what it doesn't hold.
    OtherFormat
        If it is of another version.
    BeyondLimits
        If it is larger or nested deeper than any.
    """
    remedy = "it was edited or cut short: take the original, or build anew"
    try:
        with allowance(place):
            whole = read_json(data)
        version = whole["format"]
        if type(version) is not int:  # Any text would be quoted in the message.
            raise TypeError
    except (ValueError, TypeError, KeyError):
        raise NoLedger(
            "this is no ledger that can be read",
            place=place,
            remedy="give a ledger.json or a PDF of the report",
        ) from None
    if version != FORMAT:
        raise OtherFormat(
            f"the ledger has format {str(version)[:20]}, and this version reads format {FORMAT}",
            place=place,
            remedy="read it with the version of the project that it names as its commit",
        )
    gap = first_gap(whole)
    if gap:
        raise NoLedger(
            f"the ledger is not as a build writes it: see {printable(gap[:80])}",
            place=place,
            remedy=remedy,
        )
    return dict(whole)


def read_ledger(path: Path) -> dict[str, Any]:
    """Return the ledger in a file, or in a PDF that carries one; raises as `parse_ledger` does."""
    try:
        data = read_file(path)
    except OSError as error:
        raise NoLedger(
            f"cannot be read: {error.strerror}",
            place=str(path),
            remedy="give a ledger.json or a PDF of the report",
        ) from None
    if data.startswith(b"%PDF-"):
        data = files_of_pdf(data, path.name)[LEDGER].data
    return parse_ledger(data, path.name)


def files_of_pdf(data: bytes, place: str) -> dict[str, Attachment]:
    """Return the files inside a PDF of the report, the ledger among them.

    Raises
    ------
    NoLedger
        If it is no PDF that opens, or carries no ledger.
    """
    import pikepdf

    try:
        with opened(data, place) as pdf:
            inside = attached(pdf)
    except (pikepdf.PdfError, pikepdf.PasswordError, *MALFORMED) as e:
        raise NoLedger(
            f"this is no PDF that opens: {said(e)}",
            place=place,
            remedy="name a PDF of the report, the folder of a book, or a commit",
        ) from None
    if LEDGER not in inside:
        raise NoLedger(
            "this PDF carries no ledger", place=place, remedy="name a PDF that was built here"
        )
    return inside
