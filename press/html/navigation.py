"""Navigation of a book: the sidebar, and links to the previous and next page."""

from __future__ import annotations

import html
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from press.document import tree
from press.document.crossref import NBSP
from press.document.page import Page
from press.project.authors import plain
from press.project.project import Entry
from press.project.resources import relative


@dataclass(frozen=True)
class Stop:
    """An entry of the navigation: a page, or a part without a page."""

    text: str
    depth: int
    page: Page | None
    number: str = ""

    @property
    def label(self) -> str:
        """The entry's text with its number."""
        return f"{self.number}{NBSP} {self.text}" if self.number else self.text


def stops(entries: Sequence[Entry], pages: dict[str, Page]) -> list[Stop]:
    """Return the entries of the navigation, in order."""
    out = []
    for entry in entries:
        if entry.file is None:
            out.append(Stop(plain(entry.text), entry.depth, None))
            continue
        page = pages[entry.file]
        number = page.number if entry.kind == "chapter" else ""
        text = plain(entry.text) or tree.plain(page.title) or posixpath.basename(page.html)
        out.append(Stop(text, entry.depth, page, number))
    return out


def sidebar(all_stops: Sequence[Stop], here: Page) -> str:
    """Return the sidebar of a page as HTML."""
    lines = ["<ul>"]
    at = 0
    for stop in all_stops:
        while stop.depth > at:
            lines.append("<ul>")
            at += 1
        while stop.depth < at:
            lines.append("</li></ul>")
            at -= 1
        if lines[-1] not in ("<ul>",):
            lines.append("</li>")
        lines.append('<li class="sidebar-item">' + _entry(stop, here))
    lines.append("</li></ul>" * (at + 1))
    return "\n".join(lines)


def _entry(stop: Stop, here: Page) -> str:
    number = f'<span class="chapter-number">{stop.number}</span>{NBSP} ' if stop.number else ""
    text = f'<span class="menu-text">{number}{html.escape(stop.text)}</span>'
    if stop.page is None:
        return text
    current = ' aria-current="page"' if stop.page is here else ""
    address = html.escape(relative(stop.page.html, here.html))
    return f'<a href="{address}"{current}>{text}</a>'


def neighbours(all_stops: Sequence[Stop], here: Page) -> str:
    """Return the links to the previous and next page as HTML."""
    walk = [stop for stop in all_stops if stop.page is not None]
    at = next(number for number, stop in enumerate(walk) if stop.page is here)
    out = []
    for name, word, index in (("previous", "Previous", at - 1), ("next", "Next", at + 1)):
        if not 0 <= index < len(walk):
            continue
        stop = walk[index]
        assert stop.page is not None
        address = html.escape(relative(stop.page.html, here.html))
        out.append(
            f'<div class="nav-page-{name}"><span aria-hidden="true">{word}</span>'
            f'<a href="{address}" rel="{"prev" if name == "previous" else name}">'
            f"{html.escape(stop.label)}</a></div>"
        )
    return "\n".join(out)
