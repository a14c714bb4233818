"""Writing the pages of an audit trail beside its ledger."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from audit.pages.data_file import file_page
from audit.pages.exhibit import exhibit_page
from audit.pages.frame import Page, render
from audit.pages.index import index_page
from audit.pages.source_code import STUDY, code_page_body, settings_body

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
        text = render(page, trail.ledger, trail.home)
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
    above = [("index.html", "All exhibits")]
    for file in trail.code.files:
        body = f'<p class="kicker">Code</p>\n<h1>{file}</h1>\n{code_page_body(trail.code, file)}'
        yield Page(trail.code.page(file), file, body, above)
    body = f'<p class="kicker">Settings</p>\n<h1>{STUDY}</h1>\n{settings_body(trail.code)}'
    yield Page(trail.code.page(STUDY), STUDY, body, above)
