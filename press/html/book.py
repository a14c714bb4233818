"""Write all HTML pages of a book to a folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

from press.document.citations import cited, is_sources_page, with_citations, with_sources_elsewhere
from press.document.page import Page
from press.document.ready import Ready
from press.html.added import added_html
from press.html.navigation import stops
from press.html.pages import ASSETS, book_facts, render
from press.html.search import index
from press.html.writing import Writer
from press.project.project import Project

_OWN_FILES = ("book.css", "book.js", "search.js")


def write_html(project: Project, ready: Ready) -> dict[str, str]:
    """Return the HTML pages of a book by path, with the search index and the press's own files.

    Parameters
    ----------
    project
        The project.
    ready
        Its pages, ready for HTML.
    """
    listed = next((page for page in ready.pages if is_sources_page(page)), None)
    everywhere = list(dict.fromkeys(key for each in ready.blocks.values() for key in cited(each)))
    writer = Writer(ready.words, ready.by_path, project.title)
    facts = book_facts(project.settings.values, project.date)
    all_stops = stops(project.listed, ready.by_path)
    out: dict[str, str] = {}
    added = added_html(project)

    def written(page: Page) -> str:
        blocks, own = ready.blocks[page.path], ready.sources[page.path]
        known = [key for key in everywhere if key in own.keys] if page is listed else []
        body = with_citations(writer.lowered(page, blocks), own, page.options, known)
        if listed is not None and page is not listed:
            body = with_sources_elsewhere(body, page, listed)
        return render(page, writer.write(page, blocks, body), facts, all_stops, added)

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:  # each thread waits for pandoc
        texts = pool.map(written, ready.pages)
        out |= zip((page.html for page in ready.pages), texts, strict=True)
    out[f"{ASSETS}/index.js"] = index(ready.pages, ready.blocks)
    for name in _OWN_FILES:
        out[f"{ASSETS}/{name}"] = resources.files(__package__).joinpath(name).read_text("utf-8")
    return out


def write_files(texts: Mapping[str, str], out: Path) -> None:
    """Write texts to files in a folder, by relative path."""
    for path, text in texts.items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
