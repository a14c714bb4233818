"""Which other formats there are, and all that were asked for written beside a finished book."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.ledger.bundle import DATA
from audit.pages.captions import captions
from report.formats.pictures import write_pictures
from report.formats.word import write_word
from report.formats.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

FORMATS = ("docx", "xlsx", "png")
"""Made of the finished pages and the ledger, by either engine."""


def write_formats(
    book: Path,
    ledger: Mapping[str, Any],
    pages: Sequence[str],
    formats: Collection[str],
    moment: int,
) -> None:
    """Write a book in other formats, into its folder.

    Parameters
    ----------
    book
        The book's folder; its pages as the engine wrote them, the data laid in the audit folder.
    ledger
        As read from its JSON.
    pages
        Paths of its pages, in order.
    formats
        Of `FORMATS`.
    moment
        The time that the files bear, in seconds since 1970.
    """
    drawings = list((book / "_exhibits").glob("*.svg"))
    label = f"{ledger['label']}: not evidence" if ledger["label"] else ""
    name = next((path.stem for path in sorted(book.glob("*.pdf"))), "report")
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        to = book / "audit" / DATA if "png" in formats else Path(folder)
        pictures = write_pictures(drawings, to) if {"docx", "png"} & set(formats) else {}
        if "docx" in formats:
            write_word(
                book / f"{name}.docx", book, pages, pictures, title=ledger["title"], label=label,
                moment=moment,
            )  # fmt: skip
    if "xlsx" in formats:
        data = {
            path.stem: path.read_text("utf-8") for path in (book / "audit" / DATA).glob("*.csv")
        }
        write_workbook(book / "data.xlsx", _captioned(book, ledger), data, moment)


def _captioned(book: Path, ledger: Mapping[str, Any]) -> dict[str, Any]:
    """Return a ledger whose figures and tables have the captions that the pages print."""
    found = {
        anchor.partition("#")[2].partition("-")[2].replace("-", "_"): f"{label}. {words}"
        for anchor, (label, words) in captions(book).items()
    }
    records = [{**each, "caption": found.get(each["id"], "")} for each in ledger["records"]]
    return {**ledger, "records": records}
