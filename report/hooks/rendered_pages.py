"""Finish pages that Quarto rendered individually, as in its preview, and mark the others.

A page rendered alone gets what the pages of a finished book have. The other pages and the audit
trail show older results, and are marked if these have changed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audit.coverage.agreement import page_disagreements
from audit.ledger.reading import read_ledger
from audit.ledger.record import row_headings
from audit.pages.page_links import FOLDER, book_pages, mark_pages
from report.cover import RESULTS
from report.edition import add_edition
from report.finish import LEDGER, refuse_disagreement
from report.hooks.quarto_html import search_offline, share_sources

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_RESULTS = re.compile(rf'<meta name="{RESULTS}" content="(\w+)"')
_BODY = re.compile(r"<body\b[^>]*>")
_OUT_OF_DATE = (
    '\n<p class="out-of-date" role="note" style="margin: 0; padding: .45rem 1.25rem; '
    'background: #ffe08a; color: #1c1f23; font: 600 .9375rem/1.4 sans-serif">Out of date: '
    "data, code or settings have changed since this page was made. Render the whole book "
    "again.</p>"
)


def finish_pages(root: Path, book: Path, rendered: Iterable[str]) -> None:
    """Finish the pages that were rendered, and mark those that are out of date.

    Parameters
    ----------
    rendered
        Files that Quarto made, relative to the project.

    Raises
    ------
    VerificationFailed
        If a page differs from the ledger.
    """
    pages = [path for name in rendered if (path := root / name).suffix == ".html"]
    if not pages:
        return
    ledger = read_ledger(root / LEDGER)
    refuse_disagreement([each for page in pages for each in page_disagreements(book, page, ledger)])
    for page in pages:
        add_edition(root, page)
    if (book / FOLDER).is_dir():
        records = ledger.records
        mark_pages(
            book,
            {record.id: record.reference for record in records},
            {record.id: row_headings(record) for record in records},
            pages,
        )
    share_sources(book_pages(book))
    search_offline(book, pages)
    old = mark_out_of_date(book, pages[0])
    if old:
        print(f"report: out of date, since results have changed: {', '.join(old)}")


def mark_out_of_date(book: Path, fresh: Path) -> list[str]:
    """Mark each page made with other results than `fresh`; return the names of those pages."""
    now = _results(fresh.read_text(encoding="utf-8"))
    old = []
    for path in book_pages(book):
        text = path.read_text(encoding="utf-8")
        if _results(text) != now:
            old.append(path.relative_to(book).as_posix())
            _mark(path, text)
    if old:
        for path in (book / FOLDER).rglob("*.html"):
            _mark(path, path.read_text(encoding="utf-8"))
        old += sorted(path.name for path in book.glob("*.pdf"))
    return old


def _results(page: str) -> str:
    found = _RESULTS.search(page)
    return found[1] if found else ""


def _mark(path: Path, text: str) -> None:
    if _OUT_OF_DATE not in text:
        marked = _BODY.sub(lambda body: body[0] + _OUT_OF_DATE, text, count=1)
        path.write_text(marked, encoding="utf-8", newline="\n")
