"""Writing the pages of an audit trail beside its ledger."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

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


def write_trail(trail: Trail, folder: Path) -> None:
    """Write every page of an audit trail.

    Parameters
    ----------
    folder
        The audit folder of a book, with the ledger and the released data in it.
    """
    for page in _pages(trail):
        path = folder / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        text = render(page.template, page=page, ledger=trail.ledger, home=trail.home, **page.values)
        path.write_text(text, encoding="utf-8", newline="\n")
    for name in OWN_FILES:
        own = resources.files(__package__).joinpath(name).read_text("utf-8")
        (folder / name).write_text(own, encoding="utf-8", newline="\n")


def _pages(trail: Trail) -> Iterator[Page]:
    yield index_page(trail)
    for record in trail.records.values():
        yield exhibit_page(record, trail)
    for name in trail.files:
        yield file_page(name, trail)
    for file in trail.code.files:
        values = {"kicker": "Code", "body": code_page_body(trail.code, file)}
        yield Page(trail.code.page(file), file, "code.html", values)
    values = {"kicker": "Settings", "body": settings_body(trail.code)}
    yield Page(trail.code.page(STUDY), STUDY, "code.html", values)


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
