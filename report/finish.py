"""Finish a typeset book, for either engine: complete its ledger, seal its PDF."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import VerificationFailed
from analysis.importing import code_file
from analysis.study.settings import read_study
from audit.coverage.agreement import page_disagreements, pdf_disagreements
from audit.coverage.coverage import coverage
from audit.coverage.literals import FILE as LITERALS
from audit.coverage.page_cache import using_cache
from audit.coverage.printed_locations import ledger_with_locations
from audit.documents.ro_crate import FILE as CRATE
from audit.documents.ro_crate import WORKFLOW, crate_metadata
from audit.ledger.reading import read_ledger
from audit.ledger.record import row_headings
from audit.pages.downloads import NARROW, PICTURES
from audit.pages.page_links import book_pages, mark_pages
from audit.pdf.row_headings import tag_row_headings
from report.audit_pages import recall_of, write_audit_pages
from report.checks.literal_sources import pinned_literals
from report.checks.pages import empty_pages_message
from report.edition import add_edition
from report.formats.writing import without_cache, write_formats
from report.hooks.quarto_html import search_offline, share_sources
from report.permissions import open_to_readers
from report.reuse.explanation import AUDIT, FORMATS
from report.reuse.formats import format_cache
from report.sealing import chapters, copy_data, seal_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from audit.coverage.agreement import Disagreement
    from audit.coverage.coverage import Coverage
    from audit.ledger.ledger import Ledger
    from audit.pdf.text_layer import TextLayer
    from audit.seal.seal import Chapter
    from press.chapter.book import Book
    from report.reuse.explanation import Counts


LEDGER = Path(".report") / "ledger.json"
_LISTED = 12
GRAPH = Path("analysis") / "dataflow" / "graph.py"
"""Module that joins the functions into one graph."""


def finish_book(
    written: Book,
    book: Path,
    *,
    fresh: bool = False,
    also: Sequence[str] = (),
    moment: int = 0,
    counts: Counts | None = None,
) -> str:
    """Write the ledger next to a typeset book, and seal its PDF.

    Both engines use this function, so it contains everything to be done to a finished book.

    Parameters
    ----------
    written
        The book as it was read.
    book
        Folder of the typeset book.
    fresh
        As for a release, use nothing cached by an earlier build; otherwise the book is a draft,
        whatever a ledger left over from an earlier build states.
    also
        Further formats to write.
    moment
        Date of these, in seconds since 1970.
    counts
        Gets, by step, how many files were made and how many reused.

    Returns
    -------
    str
        The messages about the PDF, which a build that changes nothing repeats: untraced numbers,
        and mostly empty pages.
    """
    # A release uses nothing from the cache.
    with using_cache(None if fresh else recall_of(written.project.root)):
        done: Counts = {} if counts is None else counts
        return _finish(written, book, fresh=fresh, also=also, moment=moment, counts=done)


def _finish(
    written: Book, book: Path, *, fresh: bool, also: Sequence[str], moment: int, counts: Counts
) -> str:
    root, listed = written.project.root, chapters(written)
    ledger = replace(read_ledger(root / LEDGER), release=fresh)
    records = ledger.records
    headings = {record.reference: row_headings(record) for record in records}
    # The text of a PDF and its numbers are needed twice, and take a second each.
    layers = {pdf: tag_row_headings(pdf, headings) for pdf in sorted(book.glob("*.pdf"))}
    literals = pinned_literals(root) if (root / LITERALS).is_file() else ()
    found = {pdf: coverage(layer, ledger, listed, literals) for pdf, layer in layers.items()}
    refuse_other_numbers(book, ledger, layers, found)
    messages = [
        untraced_numbers_message(found, release=fresh),
        empty_pages_message(layers, release=fresh),
    ]
    target = book / "audit" / "ledger.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    copy_data(root / LEDGER, target)
    add_edition(root, book / f"{listed[0].file.rpartition('.')[0]}.html")
    counts[FORMATS] = _write_others(root, book, ledger, listed, also, moment)
    copy_narrow_drawings(root, book)
    # First write the anchors, which the ledger then names.
    mark_pages(
        book,
        {record.id: record.reference for record in records},
        {record.id: row_headings(record) for record in records},
    )
    first = next(iter(layers), None)
    layer, numbers = (layers[first], found[first]) if first else (None, None)
    whole = ledger_with_locations(ledger, book, layer, listed, numbers)
    placed = whole.to_json()
    for path in (root / LEDGER, target):
        path.write_text(placed, encoding="utf-8", newline="\n")
    terms = read_study(root / "study.toml").words
    counts[AUDIT] = write_audit_pages(root, book, whole, listed, fresh=fresh, terms=terms)
    share_sources(book_pages(book))
    search_offline(book, book_pages(book))
    (book / WORKFLOW).write_bytes(code_file(root, GRAPH.as_posix()).read_bytes())
    crate = crate_metadata(whole, book)
    (book / CRATE).write_text(crate, encoding="utf-8", newline="\n")
    for pdf, layer in layers.items():
        seal_report(pdf, written, root / LEDGER, book / CRATE, layer, release=fresh)
    open_to_readers(book)
    return "\n".join(filter(None, messages))


def _write_others(
    root: Path,
    book: Path,
    ledger: Ledger,
    written: Iterable[Chapter],
    also: Sequence[str],
    moment: int,
) -> tuple[int, int]:
    """Write the other formats requested, from the engine's pages; return files made and reused."""
    if not also:
        return 0, 0
    pages = [f"{each.file.rpartition('.')[0]}.html" for each in written]
    made = [page for page in pages if (book / page).is_file()]
    # A release uses nothing from the cache.
    cache = None if ledger.release else format_cache(root)
    whole = json.loads(ledger.to_json())
    write_formats(book, whole, made, also, moment, without_cache if cache is None else cache)
    if cache is None:
        return len(also), 0
    cache.ended()
    return cache.made, cache.taken


def copy_narrow_drawings(root: Path, book: Path) -> None:
    """Copy the drawings for narrow screens next to those that the pages show."""
    for drawing in sorted((root / PICTURES).glob(f"*{NARROW}.svg")):
        wide = book / PICTURES / drawing.name.replace(NARROW, "")
        if wide.is_file():
            (wide.parent / drawing.name).write_bytes(drawing.read_bytes())


def refuse_other_numbers(
    book: Path,
    ledger: Ledger,
    layers: Mapping[Path, TextLayer],
    found: Mapping[Path, Coverage],
) -> None:
    """Stop before a book is sealed that differs from its ledger.

    Parameters
    ----------
    layers, found
        The text of each PDF, and its numbers compared with the ledger.
    """
    pages = [each for path in book_pages(book) for each in page_disagreements(book, path, ledger)]
    printed = [
        each
        for pdf, layer in layers.items()
        for each in pdf_disagreements(pdf.name, layer, ledger, found[pdf])
    ]
    refuse_disagreement([*pages, *printed])


def untraced_numbers_message(found: Mapping[Path, Coverage], *, release: bool) -> str:
    """Return a message on the untraced numbers of PDFs, as in `verify`; stop a release."""
    lines = [
        f"  {pdf.name}, page {each.page}: {each.text}, in “{each.around}”"
        for pdf, numbers in found.items()
        for each in numbers.untraced
    ]
    if not lines:
        return ""
    more = [f"  and {len(lines) - _LISTED} more"] if len(lines) > _LISTED else []
    what = "\n".join(["numbers that `report verify` can't trace:", *lines[:_LISTED], *more])
    if release:
        raise VerificationFailed(
            what, remedy=f"print each from the ledger, or state in {LITERALS} what it repeats"
        )
    print(f"report: {what}", file=sys.stderr)
    return what


def refuse_disagreement(found: Sequence[Disagreement]) -> None:
    """Stop if a book and its ledger disagree."""
    if not found:
        return
    lines = [f"  {each}" for each in found[:_LISTED]]
    more = len(found) - len(lines)
    lines += [f"  and {more} more"] if more else []
    raise VerificationFailed(
        "\n".join(["the book does not print what its ledger contains:", *lines]),
        remedy="render all of it again with `python -m report build`, without editing files "
        "meanwhile; if this recurs, show each exhibit in both HTML and PDF",
    )
