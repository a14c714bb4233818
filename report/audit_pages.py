"""The audit trail's pages of a finished book, put together from book, ledger and project."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from audit.ledger.bundle import DATA, read_folder
from audit.pages.captions import captions
from audit.pages.colours import Colours
from audit.pages.marking import FOLDER
from audit.pages.source_code import SourceCode
from audit.pages.trail import Trail
from audit.pages.writing import write_trail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from audit.ledger.ledger import Ledger
    from audit.seal.seal import Chapter

DRAWINGS = "_exhibits"
COLOURS = ".report/colours.json"


def write_audit_pages(
    root: Path,
    book: Path,
    ledger: Ledger,
    chapters: Sequence[Chapter],
    *,
    fresh: bool = False,
) -> None:
    """Write the pages of a book's audit trail beside its ledger and its released data.

    Parameters
    ----------
    root
        The project's folder.
    book
        The folder of the finished book, with `audit/ledger.json` and `audit/exhibits/`.
    ledger
        As it lies there.
    chapters
        Of the book, in order.
    fresh
        Use nothing that an earlier build kept.
    """
    folder = book / FOLDER
    pdf = next(iter(sorted(book.glob("*.pdf"))), None)
    colours = Colours(root, None if fresh else root / COLOURS)
    trail = Trail(
        ledger,
        SourceCode(root, ledger, colours),
        captions(book),
        read_folder(folder, book.name).data,
        frozenset(_lay_drawings(root, folder, ledger)),
        {chapter.file: chapter.title for chapter in chapters},
        home="../index.html" if (book / "index.html").is_file() else "",
        pdf=f"../{pdf.name}" if pdf else "",
    )
    write_trail(trail, folder)
    colours.keep()


def _lay_drawings(root: Path, folder: Path, ledger: Ledger) -> list[str]:
    """Copy the drawing of each released figure beside its data; return their names."""
    laid = []
    for record in ledger.records:
        drawing = root / DRAWINGS / f"{record.id}.svg"
        released = record.kind == "figure" and record.disclosure != "held"
        if released and drawing.is_file():
            shutil.copyfile(drawing, folder / DATA / drawing.name)
            laid.append(record.id)
    return laid
