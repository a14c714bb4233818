"""Add links from the book's pages to the audit trail, for the pages of either engine.

A reference under a figure or table becomes a link. Numbers and sentences get an anchor, and
become links when a reader switches on the audit view (`view.js`). Terms are explained where a
page first uses them.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from markupsafe import Markup

from audit.pages.downloads import (
    Offered,
    document_links,
    exhibit_links,
    offered,
    with_narrow,
)
from audit.pages.glossary import terms, with_definitions
from audit.pdf.row_headings import with_column_headings, with_row_headings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_REFERENCE = Markup('<a class="reference" href="{0}" aria-label="{1}: where it comes from">{1}</a>')
FOLDER = "audit"
"""The folder of a book that contains its audit trail."""
MARKED = "audit-frame"
_SPAN = re.compile(r'<span class="(number|claim|claim-broken)" data-exhibit="(\w+)"')
_SHAPE = re.compile(
    r'<div class="(provenance|held)" data-exhibit="(\w+)">(\s*<p>)'
    r'(<span class="reference">\w+</span>)?'
)
_ROW = re.compile(r'<span class="trail" data-of="(\w+)">(\w+)</span>')
_MAIN = re.compile(r"(<main\b[^>]*>)(.*</main>)", re.DOTALL)


def book_pages(book: Path) -> list[Path]:
    """Return the pages of a book, without its audit trail, in a stable order."""
    return [
        path for path in sorted(book.rglob("*.html")) if path.relative_to(book).parts[0] != FOLDER
    ]


def mark_pages(
    book: Path,
    references: Mapping[str, str],
    row_headings: Mapping[str, int],
    pages: Iterable[Path] | None = None,
) -> None:
    """Add links to the audit trail, and table headings, to each page of a book.

    A page that is already marked stays unchanged.

    Parameters
    ----------
    references
        Short reference of each exhibit, by name.
    row_headings
        Number of columns that are row headings in a table, by name of the exhibit.
    pages
        Pages of the book to mark; None for all.
    """
    files, meanings = offered(book), terms(book_pages(book))
    for path in book_pages(book) if pages is None else pages:
        text = path.read_bytes().decode("utf-8")
        if MARKED not in text:
            up = "../" * (len(path.relative_to(book).parts) - 1)
            text = with_column_headings(with_row_headings(text, row_headings))
            page = with_links(text, f"{up}{FOLDER}/", references, files, meanings)
            path.write_bytes(page.encode())


def with_links(
    page: str,
    to: str,
    references: Mapping[str, str],
    files: Offered | None = None,
    meanings: Mapping[str, Markup] | None = None,
) -> str:
    """Return a page of the book with links to the audit trail.

    Parameters
    ----------
    to
        Path of the audit folder, relative to the page.
    files
        Files that the book offers; None if it offers only its data.
    meanings
        Meaning of each term that is explained in place, by term.
    """
    files = files or Offered()

    def with_ways(main: re.Match[str]) -> str:
        text = with_definitions(_with_links(main[2], to, references, files), meanings or {})
        text = with_narrow(text, files.narrow)
        return f"{main[1]}\n{_frame(to, files)}{text}"

    page = _MAIN.sub(with_ways, page, count=1)
    page = page.replace("</head>", f'<link rel="stylesheet" href="{to}view.css">\n</head>', 1)
    before, end, after = page.rpartition("</body>")
    return f'{before}<script src="{to}view.js"></script>\n{end}{after}'


def _with_links(main: str, to: str, references: Mapping[str, str], files: Offered) -> str:
    seen: Counter[str] = Counter()

    def anchored(span: re.Match[str]) -> str:
        name = span[2]
        if name not in references:
            return span[0]
        seen[name] += 1
        again = f"-{seen[name]}" if seen[name] > 1 else ""
        return f'{span[0]} id="at-{name}{again}"'

    def linked(shape: re.Match[str]) -> str:
        kind, name, start, _ = shape.groups()
        if name not in references:
            return shape[0]
        link = _REFERENCE.format(f"{to}{name}.html", references[name])
        after = exhibit_links(name, references[name], to) if name in files.data else ""
        after = " · " if kind == "held" else after
        return f'<div class="{kind}" data-exhibit="{name}">{start}{link}{after}'

    def listed(row: re.Match[str]) -> str:
        return f'<a class="reference" href="{to}{row[1]}.html">{row[2]}</a>'

    return _ROW.sub(listed, _SHAPE.sub(linked, _SPAN.sub(anchored, main)))


_INLINE = 1
"""Number of the report's files that are named at once; more would fill a phone's first screen."""


def _frame(to: str, files: Offered) -> str:
    """Return the bar above a page's text: the report's files, the audit trail, the audit view."""
    root = to.removesuffix(f"{FOLDER}/")
    documents = document_links(files.documents[:_INLINE], root)
    if more := document_links(files.documents[_INLINE:], root):
        documents += f"<li><details><summary>Other formats</summary><ul>{more}</ul></details></li>"
    return (
        f'<div class="{MARKED}" data-audit="{to}">\n'
        f'<ul>{documents}<li><a href="{to}index.html">Audit trail</a></li></ul>\n'
        '<button type="button" aria-pressed="false" hidden>Audit view</button>\n'
        "<p hidden>Every number and every sentence checked by a rule is now a link to where it "
        "comes from; code and files are shown.</p>\n</div>\n"
    )
