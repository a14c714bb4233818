"""Read captions, labels and citations from the pages of a finished book."""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from audit.coverage.page_cache import cached_read
from audit.pages.page_links import book_pages

if TYPE_CHECKING:
    from pathlib import Path

_PRINTED = re.compile(r"((?:Figure|Table)\s[\dA-Z]+(?:\.\d+)*):\s*(.+)", re.DOTALL)
_FLOAT = re.compile(r"(?:fig|tbl)-(?!.*-caption)")
_VOID = frozenset(["br", "col", "hr", "img", "input", "link", "meta", "wbr"])


def captions(book: Path) -> dict[str, tuple[str, str]]:
    """Return the label and caption of each figure and table in a book, by page and anchor."""
    found: dict[str, tuple[str, str]] = {}
    for path in book_pages(book):
        page = path.relative_to(book).as_posix()
        text = path.read_text(encoding="utf-8")
        own = cached_read("captions", text, partial(_captions, text))
        found |= {f"{page}#{anchor}": (label, words) for anchor, (label, words) in own.items()}
    return found


def _captions(text: str) -> dict[str, tuple[str, str]]:
    reader = _Captions()
    reader.feed(text)
    return reader.found


_CITED = re.compile(r'<a href="[^"]*#ref-([\w-]+)"[^>]*>([^<]*)</a>')


def citations(book: Path) -> dict[str, str]:
    """Return how a book cites each of its sources, names and year, by citation key."""
    found: dict[str, str] = {}
    for path in book_pages(book):
        for key, words in _CITED.findall(path.read_text(encoding="utf-8")):
            found.setdefault(key, unescape(words))
    return found


class _Captions(HTMLParser):
    """Collect the captions of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, tuple[str, str]] = {}
        self._open: list[tuple[str, str]] = []
        self._caption: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record the anchor of a float and the start of a caption."""
        anchor = dict(attrs).get("id") or ""
        if tag not in _VOID:
            self._open.append((tag, anchor if _FLOAT.match(anchor) else ""))
        if tag == "figcaption":
            self._caption = []

    def handle_data(self, data: str) -> None:
        """Add text to the current caption."""
        if self._caption is not None:
            self._caption.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Assign a caption to the float around it."""
        if tag == "figcaption" and self._caption is not None:
            printed = _PRINTED.match(" ".join("".join(self._caption).split()))
            around = next((anchor for _, anchor in reversed(self._open) if anchor), "")
            if printed and around:
                self.found[around] = (printed[1], printed[2])
            self._caption = None
        tags = [each for each, _ in self._open]
        if tag in tags:
            del self._open[len(tags) - 1 - tags[::-1].index(tag) :]
