"""Pages of a PDF that hardly hold anything: what fills them went to the next page."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from audit.pdf.text_layer import TextLayer

LEAST_FILLED = 0.25
"""Of the height of the text area."""
TOP, FOOT = 750.0, 62.0
"""Where the text area of a page begins and ends, in points from the foot of an A4 page."""
_LISTED = 12


@dataclass(frozen=True)
class EmptyPage:
    """A page that is mostly empty though its chapter goes on.

    Attributes
    ----------
    page
        As printed on it: the cover is not counted.
    filled
        Down to where it holds words, as a share of the text area.
    last
        The last words on it.
    """

    page: int
    filled: float
    last: str

    def __str__(self) -> str:
        return f"page {self.page} is filled to {self.filled:.0%} only, down to “{self.last}”"


def empty_pages(layer: TextLayer) -> list[EmptyPage]:
    """Return the pages within a chapter that are mostly empty.

    The last page of a chapter ends where the chapter does, and is none of them.
    """
    openings = {block.page for block in layer.blocks if block.role == "H1"}
    found = []
    for number, runs in enumerate(layer.pages, start=1):
        words = [run for run in runs if "Artifact" not in run.element.roles and run.text.strip()]
        ends = number == 1 or number == len(layer.pages) or number + 1 in openings
        if ends or not words:
            continue
        lowest = min(words, key=lambda run: run.height)
        filled = (TOP - lowest.height) / (TOP - FOOT)
        if filled < LEAST_FILLED:
            found.append(EmptyPage(number - 1, max(filled, 0.0), lowest.text.strip()[:40]))
    return found


def told_empty(layers: Mapping[Path, TextLayer], *, release: bool) -> str:
    """Say which pages of a book's PDFs are mostly empty; stop a release."""
    lines = [
        f"  {pdf.name}: {each}" for pdf, layer in layers.items() for each in empty_pages(layer)
    ]
    if not lines:
        return ""
    what = "\n".join(["pages that are mostly empty:", *lines[:_LISTED]])
    if release:
        raise NotReady(
            what, remedy="move the figure or table that follows, or write on, so that it fits"
        )
    print(f"report: {what}", file=sys.stderr)
    return what
