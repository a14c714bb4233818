"""Write the audit trail's pages for a finished book, from book, ledger and project."""

from __future__ import annotations

import re
import shutil
import zlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from analysis.cache import Cache, digest_of
from analysis.incremental import conditions
from analysis.study.terms import PLAIN, Terms
from audit.ledger.bundle import DATA, read_folder
from audit.ledger.record import TableRecord
from audit.pages.captions import captions, citations
from audit.pages.downloads import NARROW
from audit.pages.page_links import FOLDER
from audit.pages.source_code import SourceCode
from audit.pages.syntax_colours import Colours
from audit.pages.trail import Trail
from audit.pages.writing import write_trail
from press.document.pandoc import run
from report.reuse.inputs import code_digest
from report.reuse.last_build import FOLDER as KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audit.ledger.ledger import Ledger
    from audit.ledger.record import Record
    from audit.seal.seal import Chapter

DRAWINGS = "_exhibits"
COLOURS = ".report/colours.json"
OWN = Path(__file__).parents[1]
PAGES = KEPT / "audit-pages"
CODE = ("analysis", "audit", "report/audit_pages.py")
"""Files and folders of code that affects audit pages."""


def write_audit_pages(
    root: Path,
    book: Path,
    ledger: Ledger,
    chapters: Sequence[Chapter],
    *,
    fresh: bool = False,
    terms: Terms = PLAIN,
) -> tuple[int, int]:
    """Write the pages of a book's audit trail next to its ledger and its released data.

    Parameters
    ----------
    root
        The project's folder.
    book
        The folder of the finished book, with `audit/ledger.json` and `audit/exhibits/`.
    ledger
        The ledger in that folder.
    chapters
        Chapters of the book, in order.
    fresh
        Use nothing cached by an earlier build.
    terms
        The words by which the study calls its parts.

    Returns
    -------
    made, reused
        Numbers of pages.
    """
    folder = book / FOLDER
    pdf = next(iter(sorted(book.glob("*.pdf"))), None)
    colours = Colours(root, None if fresh else root / COLOURS)
    trail = Trail(
        ledger,
        SourceCode(root, ledger, colours),
        captions(book),
        read_folder(folder, book.name).data,
        frozenset(_copy_drawings(root, folder, ledger)),
        {chapter.file: chapter.title for chapter in chapters},
        home="../index.html" if (book / "index.html").is_file() else "",
        pdf=f"../{pdf.name}" if pdf else "",
        narrow=frozenset(_copy_drawings(root, folder, ledger, NARROW)),
        sources=citations(book),
        formulas=_formulas(ledger),
        terms=terms,
    )
    if fresh:
        return write_trail(trail, folder)
    recall = recall_of(root)
    counts = write_trail(trail, folder, recall)
    recall.args[0].prune()
    colours.write()
    return counts


def recall_of(root: Path) -> partial[str]:
    """Return a function that takes what is made for an audit trail from the project's cache."""
    return partial(_recalled, Cache(root / PAGES), code_digest(OWN, CODE) + conditions())


def _recalled(cache: Cache, code: str, given: str, make: Callable[[], str]) -> str:
    """Return a page from the cache if code and input are the same, or make it now."""
    key = digest_of("audit page", code, given)
    found = cache.read_as(key, lambda data: zlib.decompress(data).decode())
    if found is not None:
        return found
    text = str(make())
    cache.write(key, zlib.compress(text.encode(), 1))
    return text


def _formulas(ledger: Ledger) -> dict[str, Markup]:
    """Return the MathML of every formula that an exhibit prints, by TeX."""
    printed = "\n".join(text for record in ledger.records for text in _texts(record))
    texts = sorted(set(re.findall(r"\$([^$\s][^$\n]*)\$", printed)))
    if not texts:
        return {}
    page = run(["-f", "markdown", "-t", "html", "--mathml"], "\n\n".join(f"${t}$" for t in texts))
    found = [Markup(each) for each in re.findall(r"<math.*?</math>", page, re.DOTALL)]  # noqa: S704 - pandoc's own
    return dict(zip(texts, found, strict=True)) if len(found) == len(texts) else {}


def _texts(record: Record) -> tuple[str, ...]:
    """Return all texts that are printed of an exhibit."""
    inside = (record.note, *record.cells) if isinstance(record, TableRecord) else ()
    return (record.printed, *inside)


def _copy_drawings(root: Path, folder: Path, ledger: Ledger, ending: str = "") -> list[str]:
    """Copy the drawing of each released figure next to its data; return their names."""
    laid = []
    for record in ledger.records:
        drawing = root / DRAWINGS / f"{record.id}{ending}.svg"
        released = record.kind == "figure" and record.disclosure != "held"
        if released and drawing.is_file():
            shutil.copyfile(drawing, folder / DATA / drawing.name)
            laid.append(record.id)
    return laid
