"""Find mostly empty pages in a PDF, whose content moved to the next page."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from audit.pdf.text_layer import TextLayer

LEAST_FILLED = 0.5
"""Smallest share of the height of the text area that must be filled."""
LEAST_LAST = 0.1
"""The same of the last page of a chapter, which may be short but not a line or two."""
TOP, FOOT = 750.0, 62.0
"""Top and bottom of a page's text area, in points from the foot of an A4 page."""
_LISTED = 12


@dataclass(frozen=True)
class EmptyPage:
    """A page that is mostly empty although its chapter continues, or with which it just ends.

    Attributes
    ----------
    page
        Page number as printed, without counting the cover.
    filled
        Share of the text area above its lowest words.
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

    The last page of a chapter may be short, and is included only if it has only a line or two.
    """
    openings = {block.page for block in layer.blocks if block.role == "H1"}
    found = []
    for number, runs in enumerate(layer.pages, start=1):
        words = [run for run in runs if "Artifact" not in run.element.roles and run.text.strip()]
        if number == 1 or not words:
            continue
        ends = number == len(layer.pages) or number + 1 in openings
        lowest = min(words, key=lambda run: run.height)
        filled = (TOP - lowest.height) / (TOP - FOOT)
        if filled < (LEAST_LAST if ends else LEAST_FILLED):
            found.append(EmptyPage(number - 1, max(filled, 0.0), lowest.text.strip()[:40]))
    return found


def empty_pages_message(layers: Mapping[Path, TextLayer], *, release: bool) -> str:
    """Return a message on the mostly empty pages of a book's PDFs; stop a release."""
    lines = [
        f"  {pdf.name}: {each}" for pdf, layer in layers.items() for each in empty_pages(layer)
    ]
    if not lines:
        return ""
    what = "\n".join(["pages that are mostly empty:", *lines[:_LISTED]])
    if release:
        raise NotReady(
            what,
            remedy="move the figure or table that follows, or add text, so that the page fills",
        )
    print(f"report: {what}", file=sys.stderr)
    return what
