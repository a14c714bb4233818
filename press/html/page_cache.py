"""Reuse the HTML pages of which nothing has changed, whatever they rest on.

A page rests on its own text and options, on what its links, references and navigation take from
the other pages (titles, numbers, addresses, identifiers), on the settings and bibliographies, and
on whether the files that it names exist. It is not reused if anything was wrong with the book.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from press.cache import digest_of, store_result, stored_result
from press.document.citations import is_sources_page, read_sources
from press.document.links import anchors_of
from press.document.page import Page
from press.document.pandoc import identity
from press.html.book import WrittenPage
from press.html.header_includes import added_html
from press.project.project import Project
from press.project.resources import Resources

Keys = Mapping[str, str]


def page_keys(project: Project, pages: Sequence[Page]) -> dict[str, str]:
    """Return a digest of everything that each page rests on, by path of its chapter.

    The page with the bibliography has none, since it lists what all others cite.
    """
    shared = digest_of(list(_of_book(project, pages)))
    return {
        page.path: digest_of(
            shared, page.path, page.known, page.heading, page.number, page.entry, page.added,
            _bibliography(project, page),
        )
        for page in pages
        if page.known and not is_sources_page(page)
    }  # fmt: skip


def _of_book(project: Project, pages: Sequence[Page]) -> Any:
    """Yield everything that pages take from each other and from the project."""
    yield identity(), project.settings.values, project.title, project.date, project.listed
    yield project.options("html"), added_html(project)
    for page in pages:
        yield page.entry, page.path, page.title, page.title_attr, page.number, dict(page.options)
        yield page.targets, sorted(anchors_of(page))
    yield [page.path for page in pages if is_sources_page(page)]


def _bibliography(project: Project, page: Page) -> Any:
    place = project.settings.location("bibliography")
    sources = read_sources(project.root, page.options, place)
    files = [*sources.files, *([sources.style] if sources.style else [])]
    return [(str(file), hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]


def cached_pages(keys: Keys, files: Resources) -> dict[str, WrittenPage]:
    """Return the pages that are kept under their keys, and take the files that they show."""
    found = {}
    for path, key in keys.items():
        entry = stored_result("html page", key)
        if entry is None:
            continue
        # A file may have appeared or gone; in both cases the page is written again.
        mine = Resources(files.root, files.drawn)
        same = all(mine.take(name) == there for name, there in entry["asked"].items())
        if same and all(mine.exists(name) == there for name, there in entry["seen"].items()):
            files.files |= mine.files
            found[path] = WrittenPage(entry["text"], entry["sections"], entry["cites"])
    return found


def cache_pages(
    keys: Keys, written: Mapping[str, WrittenPage], files: Mapping[str, Resources]
) -> None:
    """Keep the pages that were written now, with the files that each names, under their keys."""
    for path, mine in files.items():
        if path in keys:
            entry = {**asdict(written[path]), "asked": mine.asked, "seen": mine.seen}
            store_result("html page", keys[path], value=entry)
