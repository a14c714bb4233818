"""Complete HTML document of a page: head, navigation, title block, contents and links."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from press.document import tree
from press.document.crossref import NBSP, wording
from press.document.languages import words_of
from press.document.page import Page
from press.document.pandoc import inline_html
from press.html.header_includes import Added
from press.html.navigation import Stop, neighbours, sidebar
from press.html.writing import Written
from press.project.authors import Author, authors, plain
from press.project.resources import relative

ASSETS = "assets"


@dataclass(frozen=True)
class BookFacts:
    """Facts about the book that appear on its pages.

    Parameters
    ----------
    title
        The book's title, as Markdown; page titles repeat it verbatim, as in Quarto.
    subtitle, description, abstract
        Markdown; empty if missing.
    date, language
        Plain text.
    authors
        Its authors.
    affiliated
        Whether the project lists affiliations.
    """

    title: str
    subtitle: str
    description: str
    date: str
    abstract: str
    language: str
    authors: tuple[Author, ...]
    affiliated: bool


def book_facts(settings: Mapping[str, Any], date: str) -> BookFacts:
    """Return the facts in `_quarto.yml`, with the formatted date."""
    book = settings.get("book", {})
    return BookFacts(
        str(book.get("title", "")),
        str(book.get("subtitle") or ""),
        str(book.get("description") or ""),
        date,
        str(book.get("abstract") or ""),
        str(settings.get("lang", "en")),
        tuple(authors(book.get("author"), settings.get("affiliations"))),
        bool(settings.get("affiliations")),
    )


def render(
    page: Page, written: Written, facts: BookFacts, stops: Sequence[Stop], added: Added
) -> str:
    """Return a page as a complete HTML document."""
    to_root = relative(".", page.html)
    to = "" if to_root == "." else to_root + "/"
    return f"""<!DOCTYPE html>
<html lang="{html.escape(facts.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(_head_title(page, facts))}</title>
{_metas(page, facts)}
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{to}{ASSETS}/book.css">
{added.header}{page.added.header}
</head>
<body>
<a class="skip-link" href="#content">Skip to the text</a>
<div class="book">
<nav id="quarto-sidebar" aria-label="Chapters" data-root="{to}"><div class="sidebar-inner">
<a class="book-name" href="{to}index.html">{html.escape(plain(facts.title))}</a>
<details class="chapters" open><summary>Chapters</summary>
<div class="book-search" hidden></div>
{sidebar(stops, page)}
</details>
</div></nav>
<main id="content">
{added.before}{page.added.before}
{_heading(page, written, facts)}
{written.body}
<nav class="page-navigation" aria-label="Previous and next page">
{neighbours(stops, page)}
</nav>
</main>
{_contents(page, written)}
</div>
<script src="{to}{ASSETS}/book.js"></script>
<script src="{to}{ASSETS}/search.js"></script>
{added.after}{page.added.after}
</body>
</html>
"""


def _contents(page: Page, written: Written) -> str:
    unlisted = "unlisted" in page.title_attr[1] and not page.number
    if not written.contents or page.options.get("toc", True) is False or unlisted:
        return ""
    heading = page.options.get("toc-title", words_of(page.options)["toc-title-website"])
    return (
        f'<aside class="contents"><nav id="TOC" aria-labelledby="toc-title">'
        f'<h2 id="toc-title">{html.escape(str(heading))}</h2>\n{written.contents}</nav></aside>'
    )


def _metas(page: Page, facts: BookFacts) -> str:
    own = [] if page.home else authors(page.options.get("chapter-author"))
    metas = [
        ("author", "; ".join(author.name for author in own or facts.authors)),
        ("description", plain(facts.description)),
    ]
    return "\n".join(
        f'<meta name="{name}" content="{html.escape(content)}">'
        for name, content in metas
        if content
    )


def _head_title(page: Page, facts: BookFacts) -> str:
    own = tree.plain(page.title)
    if page.home:
        return plain(facts.title)
    if not own:
        return f"{posixpath.basename(page.html).removesuffix('.html')} – {facts.title}"
    if page.number and page.entry.appendix:
        own = wording(page.options).appendix_heading(page.number) + own
    elif page.number:
        own = f"{page.number}{NBSP} {own}"
    return f"{own} – {facts.title}"


def _heading(page: Page, written: Written, facts: BookFacts) -> str:
    word = words_of(page.options)["section-title-abstract"]
    if not page.home:
        if not page.title:
            return ""
        parts = [f'<h1 class="title">{written.title}</h1>']
        parts += _paragraph("subtitle", str(page.options.get("chapter-subtitle") or ""))
        places = page.options.get("affiliations")
        parts += _authors(authors(page.options.get("chapter-author"), places), bool(places))
        parts += _date(str(page.options.get("chapter-date", "")))
        return _header([*parts, *_abstract(page.options.get("abstract"), word)])
    parts = [f'<h1 class="title">{written.book_title}</h1>']
    parts += _paragraph("subtitle", facts.subtitle)
    parts += _authors(facts.authors, facts.affiliated)
    parts += _date(facts.date)
    if facts.description:
        # A division, as in Quarto: a description may be more than one paragraph.
        parts.append(f'<div class="description">{inline_html(facts.description)}</div>')
    parts += _abstract(facts.abstract, word)
    return _header(parts)


def _authors(people: Sequence[Author], affiliated: bool) -> list[str]:
    """Return authors as HTML; as in Quarto, classes depend on whether there are affiliations."""
    if not affiliated and not any(person.affiliations for person in people):
        return [line for person in people for line in _paragraph("byline", person.markdown)]
    out = []
    for person in people:
        out += _paragraph("author", person.markdown)
        for place in person.affiliations:
            out += _paragraph("affiliation author", place)
    return out


def _abstract(given: Any, word: str) -> list[str]:
    title = f'<span class="abstract-title">{html.escape(word)}</span>'
    first, *others = map(inline_html, re.split(r"\n\s*\n", str(given or "").strip()))
    if not others:
        return [f'<p class="abstract">{title} {first}</p>'] if first else []
    paragraphs = "\n".join(f"<p>{words}</p>" for words in (f"{title} {first}", *others))
    return [f'<div class="abstract">{paragraphs}</div>']


def _date(words: str) -> list[str]:
    return [f'<p class="date">{html.escape(words)}</p>'] if words else []


def _header(parts: list[str]) -> str:
    return '<header id="title-block-header">\n' + "\n".join(parts) + "\n</header>"


def _paragraph(mark: str, markdown: str) -> list[str]:
    return [f'<p class="{mark}">{inline_html(markdown)}</p>'] if markdown else []
