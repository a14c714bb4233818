"""What is done to a finished book, by either engine: its ledger completed, its PDF sealed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from audit.coverage.printed_places import placed_ledger
from audit.documents.crate import FILE as CRATE
from audit.documents.crate import WORKFLOW, crate_metadata
from audit.ledger.ledger import as_json
from audit.pages.marking import mark_pages
from audit.pdf.row_headings import tag_row_headings
from press.chapter.reading import read_book
from report.audit_pages import write_audit_pages
from report.permissions import open_to_readers
from report.sealing import chapters, lay_data, seal_report

if TYPE_CHECKING:
    from collections.abc import Iterable


LEDGER = Path(".report") / "ledger.json"
GRAPH = Path("analysis") / "dataflow" / "graph.py"
"""The module that joins the functions to one graph."""


def finish_book(root: Path, book: Path, profiles: Iterable[str] = ()) -> None:
    """Lay the ledger beside a book that has been typeset, and seal its PDF.

    The same for both engines: what is to be done to a finished book is done here.
    """
    written = read_book(root, tuple(profiles))
    ledger = json.loads((root / LEDGER).read_bytes())
    records = ledger["records"]
    headings = {record["reference"]: record["row_headings"] for record in records}
    # The text of a PDF is asked for twice and takes a second to read.
    layers = {pdf: tag_row_headings(pdf, headings) for pdf in sorted(book.glob("*.pdf"))}
    # First the anchors, which the ledger then names.
    mark_pages(
        book,
        {record["id"]: record["reference"] for record in records},
        {record["id"]: record["row_headings"] for record in records},
    )
    whole = placed_ledger(ledger, book, next(iter(layers.values()), None), chapters(written))
    placed = as_json(whole)
    target = book / "audit" / "ledger.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    for path in (root / LEDGER, target):
        path.write_text(placed, encoding="utf-8", newline="\n")
    lay_data(root / LEDGER, target)
    write_audit_pages(root, book, whole, chapters(written))
    (book / WORKFLOW).write_bytes((root / GRAPH).read_bytes())
    crate = crate_metadata(whole, book)
    (book / CRATE).write_text(crate, encoding="utf-8", newline="\n")
    for pdf, layer in layers.items():
        seal_report(pdf, written, root / LEDGER, crate=book / CRATE, layer=layer)
    open_to_readers(book)
