"""All pages of a book, written into a folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

from press.blocks.equations import check_formulas
from press.document.citations import (
    Sources,
    check_citations,
    cited,
    is_sources_page,
    with_citations,
    with_sources_elsewhere,
)
from press.document.crossref import Wording, check_labels, collected, resolve
from press.document.links import anchors_of, with_links
from press.document.notes import check_notes
from press.document.page import Page
from press.document.tree import Nodes
from press.html.added import added_html
from press.html.navigation import stops
from press.html.pages import ASSETS, book_facts, render
from press.html.search import index
from press.html.writing import Writer
from press.mistakes import Mistakes
from press.project.project import Project
from press.project.resources import Resources, with_images

_OWN_FILES = ("book.css", "book.js", "search.js")


def resolved(
    pages: list[Page], words: Wording, sources: Mapping[str, Sources], found: Mistakes, base: str
) -> dict[str, Nodes]:
    """Return every page's blocks with cross-references resolved and citations checked."""
    targets = [target for page in pages for target in page.targets]
    check_labels(targets, {page.path: page.source for page in pages}, found)
    known = collected(targets)
    out = {}
    for page in pages:
        blocks = resolve(page.blocks, known, words, page.source, found, base)
        page.title = resolve(page.title, known, words, page.source, found, base)
        check_citations(page, blocks, sources[page.path], found)
        check_notes(page, found)
        out[page.path] = blocks
    return out


def write_html(
    project: Project,
    pages: list[Page],
    words: Wording,
    sources: Mapping[str, Sources],
    files: Resources,
    found: Mistakes,
) -> dict[str, str]:
    """Return the pages of a book as HTML, by path, with the index and the press's own files.

    Parameters
    ----------
    project
        The project.
    pages
        Its numbered pages.
    words
        The words of captions and references.
    sources
        The bibliography of each page.
    files
        Takes the images and files that pages need.
    found
        Takes the mistakes.
    """
    for page in pages:
        page.blocks = with_images(page, files, found, from_root=False)
    ready = resolved(pages, words, sources, found, "html")
    by_path = {page.path: page for page in pages}
    listed = next((page for page in pages if is_sources_page(page)), None)
    everywhere = list(dict.fromkeys(key for blocks in ready.values() for key in cited(blocks)))
    writer = Writer(words, by_path, project.title)
    facts = book_facts(project.settings.values, project.date)
    all_stops = stops(project.entries, by_path)
    out: dict[str, str] = {}
    added = added_html(project)
    anchors = {page.path: anchors_of(page) for page in pages}
    linked = [with_links(ready[p.path], p, by_path, anchors, files, found) for p in pages]

    def written(page: Page, blocks: Nodes) -> str:
        own = sources[page.path]
        known = [key for key in everywhere if key in own.keys] if page is listed else []
        body = with_citations(writer.lowered(page, blocks), own, page.options, known)
        if listed is not None and page is not listed:
            body = with_sources_elsewhere(body, page, listed)
        return render(page, writer.write(page, blocks, body), facts, all_stops, added)

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:  # each waits for its pandoc
        out |= zip((page.html for page in pages), pool.map(written, pages, linked), strict=True)
    for page in pages:
        check_formulas(out[page.html], page.source, found)
    out[f"{ASSETS}/index.js"] = index(pages, ready)
    for name in _OWN_FILES:
        out[f"{ASSETS}/{name}"] = resources.files(__package__).joinpath(name).read_text("utf-8")
    return out


def write_files(texts: Mapping[str, str], out: Path) -> None:
    """Write texts below a folder."""
    for path, text in texts.items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
