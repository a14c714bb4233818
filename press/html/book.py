"""Write all HTML pages of a book to a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from press.document.citations import cited, is_sources_page, with_citations, with_sources_elsewhere
from press.document.page import Page
from press.document.preparation import Ready
from press.html.header_includes import added_html
from press.html.navigation import stops
from press.html.pages import ASSETS, book_facts, render
from press.html.search import index, sections
from press.html.writing import Writer
from press.project.project import Project

_OWN_FILES = ("book.css", "book.js", "search.js")


@dataclass(frozen=True)
class WrittenPage:
    """A page of a book as HTML.

    Parameters
    ----------
    text
        The whole page.
    sections
        Address, heading and text of each section, for the search index.
    cites
        Keys of the sources that it cites, in order.
    """

    text: str
    sections: list[list[str]]
    cites: list[str]


def write_html(
    project: Project, ready: Ready, known: Mapping[str, WrittenPage]
) -> dict[str, WrittenPage]:
    """Return the HTML pages of a book, by path of their chapter.

    Parameters
    ----------
    project
        The project.
    ready
        Its pages, ready for HTML.
    known
        Pages that are written already, whose blocks are not needed.
    """
    listed = next((page for page in ready.pages if is_sources_page(page)), None)
    cites = {
        page.path: known[page.path].cites if page.path in known else cited(ready.blocks[page.path])
        for page in ready.pages
    }
    everywhere = list(dict.fromkeys(key for keys in cites.values() for key in keys))
    writer = Writer(ready.words, ready.by_path, project.title)
    facts = book_facts(project.settings.values, project.date)
    all_stops = stops(project.listed, ready.by_path)
    added = added_html(project)

    def written(page: Page) -> WrittenPage:
        if page.path in known:
            return known[page.path]
        blocks, own = ready.blocks[page.path], ready.sources[page.path]
        also = [key for key in everywhere if key in own.keys] if page is listed else []
        body = with_citations(writer.lowered(page, blocks), own, page.options, also)
        if listed is not None and page is not listed:
            body = with_sources_elsewhere(body, page, listed)
        text = render(page, writer.write(page, blocks, body), facts, all_stops, added)
        return WrittenPage(text, sections(page, blocks), cites[page.path])

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:  # each thread waits for pandoc
        pages = pool.map(written, ready.pages)
        return dict(zip((page.path for page in ready.pages), pages, strict=True))


def html_files(pages: Iterable[Page], written: Mapping[str, WrittenPage]) -> dict[str, str]:
    """Return the files of a book by path: its pages, the search index, the press's own files."""
    out = {page.html: written[page.path].text for page in pages}
    out[f"{ASSETS}/index.js"] = index(each.sections for each in written.values())
    for name in _OWN_FILES:
        out[f"{ASSETS}/{name}"] = resources.files(__package__).joinpath(name).read_text("utf-8")
    return out


def write_files(texts: Mapping[str, str], out: Path) -> None:
    """Write texts to files in a folder, by relative path."""
    for path, text in texts.items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
