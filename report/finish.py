"""What is done to a finished book, by either engine: its ledger completed, its PDF sealed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import VerificationFailed
from audit.coverage.agreement import page_disagreements, pdf_disagreements
from audit.coverage.coverage import coverage
from audit.coverage.literals import FILE as LITERALS
from audit.coverage.printed_places import placed_ledger
from audit.documents.crate import FILE as CRATE
from audit.documents.crate import WORKFLOW, crate_metadata
from audit.ledger.ledger import as_json
from audit.pages.marking import book_pages, mark_pages
from audit.pdf.row_headings import tag_row_headings
from press.chapter.reading import read_book
from report.audit_pages import write_audit_pages
from report.checks.pinned import pinned_literals
from report.hooks.search_offline import search_offline
from report.hooks.sources_list import share_sources
from report.permissions import open_to_readers
from report.sealing import chapters, lay_data, seal_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from audit.coverage.agreement import Disagreement
    from audit.coverage.coverage import Coverage
    from audit.pdf.text_layer import TextLayer


LEDGER = Path(".report") / "ledger.json"
_LISTED = 12
GRAPH = Path("analysis") / "dataflow" / "graph.py"
"""The module that joins the functions to one graph."""


def finish_book(
    root: Path, book: Path, profiles: Iterable[str] = (), *, fresh: bool = False
) -> str:
    """Lay the ledger beside a book that has been typeset, and seal its PDF.

    The same for both engines: what is to be done to a finished book is done here. With `fresh`,
    as for a release, nothing is used that an earlier build kept.

    Returns
    -------
    str
        The numbers of the PDF that nothing accounts for, as they were told; empty without any.
    """
    written = read_book(root, tuple(profiles))
    ledger = json.loads((root / LEDGER).read_bytes())
    records = ledger["records"]
    headings = {record["reference"]: record["row_headings"] for record in records}
    # The text of a PDF, and its numbers, are asked for twice and take a second each.
    layers = {pdf: tag_row_headings(pdf, headings) for pdf in sorted(book.glob("*.pdf"))}
    literals = pinned_literals(root) if (root / LITERALS).is_file() else ()
    found = {
        pdf: coverage(layer, ledger, chapters(written), literals) for pdf, layer in layers.items()
    }
    refuse_other_numbers(book, ledger, layers, found)
    untraced = told_untraced(found, release=fresh)
    # First the anchors, which the ledger then names.
    mark_pages(
        book,
        {record["id"]: record["reference"] for record in records},
        {record["id"]: record["row_headings"] for record in records},
    )
    first = next(iter(layers), None)
    layer, numbers = (layers[first], found[first]) if first else (None, None)
    whole = placed_ledger(ledger, book, layer, chapters(written), numbers)
    placed = as_json(whole)
    target = book / "audit" / "ledger.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    for path in (root / LEDGER, target):
        path.write_text(placed, encoding="utf-8", newline="\n")
    lay_data(root / LEDGER, target)
    write_audit_pages(root, book, whole, chapters(written), fresh=fresh)
    share_sources(book_pages(book))
    search_offline(book, book_pages(book))
    (book / WORKFLOW).write_bytes((root / GRAPH).read_bytes())
    crate = crate_metadata(whole, book)
    (book / CRATE).write_text(crate, encoding="utf-8", newline="\n")
    for pdf, layer in layers.items():
        seal_report(pdf, written, root / LEDGER, crate=book / CRATE, layer=layer)
    open_to_readers(book)
    return untraced


def refuse_other_numbers(
    book: Path,
    ledger: Mapping[str, Any],
    layers: Mapping[Path, TextLayer],
    found: Mapping[Path, Coverage],
) -> None:
    """Stop before a book is sealed that prints something else than its ledger says.

    Parameters
    ----------
    layers, found
        The text of each PDF, and its numbers held against the ledger.
    """
    pages = [each for path in book_pages(book) for each in page_disagreements(book, path, ledger)]
    printed = [
        each
        for pdf, layer in layers.items()
        for each in pdf_disagreements(pdf.name, layer, ledger, found[pdf])
    ]
    refuse([*pages, *printed])


def told_untraced(found: Mapping[Path, Coverage], *, release: bool) -> str:
    """Say which numbers of a PDF nothing accounts for, as `verify` will; stop a release."""
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
            what, remedy=f"print each from the ledger, or say in {LITERALS} what it repeats"
        )
    print(f"report: {what}", file=sys.stderr)
    return what


def refuse(found: Sequence[Disagreement]) -> None:
    """Stop where a book and its ledger disagree."""
    if not found:
        return
    lines = [f"  {each}" for each in found[:_LISTED]]
    more = len(found) - len(lines)
    lines += [f"  and {more} more"] if more else []
    raise VerificationFailed(
        "\n".join(["the book does not print what its ledger says:", *lines]),
        remedy="render all of it again, with `python -m report build`, while no file is edited; "
        "if this comes back, show each exhibit in HTML and PDF alike",
    )
