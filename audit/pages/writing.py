"""Write the pages of an audit trail next to its ledger."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING

from analysis.cache import digest_of
from analysis.importing import code_file
from audit.pages.exhibit import exhibit_page
from audit.pages.index import index_page
from audit.pages.source_code import STUDY, code_page_body, settings_body
from audit.pages.trail import Page, outcomes
from audit.templates import printed_text, render

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audit.pages.trail import Trail

OWN_FILES = ("audit.css", "index.js", "view.css", "view.js")


Recall = Callable[[str, Callable[[], str]], str]
"""Takes a key and a function; returns the cached text for the key, or makes it now."""


def write_trail(trail: Trail, folder: Path, recall: Recall = lambda _, make: make()) -> None:
    """Write every page of an audit trail.

    Parameters
    ----------
    folder
        The audit folder of a book, which contains the ledger and the released data.
    recall
        Returns cached pages made from identical input; it must itself check code and libraries.
    """
    slim = without_positions(trail)
    shared = digest_of(*_stated(slim))
    for name, given, make in _pages(trail, slim):

        def text(make: Callable[[], Page] = make) -> str:
            return _rendered(make(), slim)

        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = recall(digest_of(shared, name, given), text)
        path.write_text(whole, encoding="utf-8", newline="\n")
    index = _rendered(index_page(trail), trail)
    (folder / "index.html").write_text(index, encoding="utf-8", newline="\n")
    for name in OWN_FILES:
        own = resources.files(__package__).joinpath(name).read_text("utf-8")
        (folder / name).write_text(own, encoding="utf-8", newline="\n")


def _rendered(page: Page, trail: Trail) -> str:
    return render(page.template, page=page, ledger=trail.ledger, home=trail.home, **page.values)


def without_positions(trail: Trail) -> Trail:
    """Return a trail without positions that shift with every edit above: pages, chapter lines.

    Only the page of an exhibit itself shows its positions; all others are made without them.
    """
    records = tuple(replace(each, pages=(), shown=()) for each in trail.ledger.records)
    ledger = replace(trail.ledger, records=records, sources={})
    return replace(trail, ledger=ledger, code=replace(trail.code, ledger=ledger))


def _stated(trail: Trail) -> Iterator[str]:
    """Yield everything from which the pages of a trail without positions are made."""
    # Indentation, which would take most of the time, says nothing.
    yield json.dumps(trail.ledger.as_dict(), sort_keys=True)
    for file in (*trail.code.files, STUDY):
        yield code_file(trail.code.root, file).read_text(encoding="utf-8")
    parts = (trail.captions, trail.data, trail.chapters, trail.sources, trail.formulas)
    for part in parts:
        yield repr(list(part.items()))
    yield repr([sorted(trail.drawings), trail.home, trail.pdf])


def _pages(trail: Trail, slim: Trail) -> Iterator[tuple[str, str, Callable[[], Page]]]:
    """Yield each page's path, its input besides the trail without positions, and its maker.

    The index is not among them because it shows all positions.
    """
    for record in trail.records.values():
        yield f"{record.id}.html", repr(record), partial(exhibit_page, record, slim)
    for name in slim.files:
        yield slim.file_page(name), "", partial(file_page, name, slim)
    for file in slim.code.files:
        yield slim.code.page(file), "", partial(_code_page, file, slim)
    yield slim.code.page(STUDY), "", partial(_settings_page, slim)


def _code_page(file: str, trail: Trail) -> Page:
    values = {"kicker": "Code", "body": code_page_body(trail.code, file)}
    return Page(trail.code.page(file), file, "code.html", values)


def _settings_page(trail: Trail) -> Page:
    values = {"kicker": "Settings", "body": settings_body(trail.code)}
    return Page(trail.code.page(STUDY), STUDY, "code.html", values)


def file_page(name: str, trail: Trail) -> Page:
    """Return the page of a data file."""
    file, records = trail.files[name], trail.records.values()
    meanings = trail.ledger.columns.get(name, {})
    values = {
        "trail": trail,
        "outcomes": outcomes,
        "file": file,
        "rules": trail.rules(name) if file.part == "extract" else [],
        "columns": [
            (
                printed_text(f"`{column}`"),
                meaning,
                sum(column in each.columns.get(name, ()) for each in records),
            )
            for column, meaning in sorted(meanings.items())
        ],
        "resting": [each for each in records if name in each.files],
    }
    return Page(trail.file_page(name), name, "file.html", values)
