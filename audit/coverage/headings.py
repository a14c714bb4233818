"""Explain numbers that a book's structure determines: pages, contents, cross-references."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from audit.coverage.literals import Found, numbers
from audit.coverage.sequences import HEADING, NUMBERED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.coverage.sequences import Sequences
    from audit.pdf.text_layer import Block, TextLayer

_REFERENCE = re.compile(
    r"(Figure|Table|Listing|Equation|Chapter|Section|Appendix)[ \u00a0]"
    r"\(?((?:[A-Z]|\d+)(?:\.\d+)*)\)?"
)
_PAGE_OF = re.compile(r"(Figure|Table)[ \u00a0]((?:[A-Z]\.|\d+\.)?\d+), page (\d+):")
_CONTINUED = re.compile(r"(Table (?:[A-Z]\.|\d+\.)?\d+) \(continued\) ?")
PAGE = "page number"
HEAD = "running head that repeats a heading"
CONTENTS = "in the list of contents"
REFERENCE = "cross-reference"
OVERLEAF = "head of a table, repeated overleaf"


@dataclass(frozen=True)
class Headings:
    """The structure of a book as printed in its PDF.

    Attributes
    ----------
    pages
        For each heading's text, number included, the pages it is on.
    labels
        What may be referred to, such as "Table 3.1" or "Section 3.2".
    cover
        How many pages come before page 1.
    columns
        The column headings of tables, which are repeated where a table continues overleaf.
    margins
        Heights of running heads and page numbers, which recur page after page.
    tops
        For each page, the height of the highest table cell.
    floats
        The pages of each figure or table caption, by its label.
    """

    pages: dict[str, frozenset[int]]
    labels: frozenset[str]
    cover: int
    columns: frozenset[str] = frozenset()
    margins: frozenset[int] = frozenset()
    tops: Mapping[int, float] = field(default_factory=dict)
    floats: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def explained(self, block: Block) -> dict[Found, str]:
        """Return the numbers in a block that the book's structure determines, with the reason."""
        text = block.text
        found = numbers(text)
        if not found:
            return {}
        if block.element.number <= 0:
            return self._artefact(block, found)
        given: dict[Found, str] = {}
        if block.within("TOC"):
            return self._contents(block, found)
        for match in _REFERENCE.finditer(text):
            if f"{match[1]} {match[2]}" in self.labels:
                given |= _inside(found, match.span(2), REFERENCE)
        for match in _PAGE_OF.finditer(text):
            pages = self.floats.get(f"{match[1]} {match[2]}", frozenset())
            if int(match[3]) + self.cover in pages:
                given |= _inside(found, match.span(3), PAGE)
        return given

    def _artefact(self, block: Block, found: tuple[Found, ...]) -> dict[Found, str]:
        """Explain numbers in running heads; other artefacts may have been placed over the page."""
        heights = [run.height for run in block.runs]
        if self._overleaf(block) and min(heights) > self.tops.get(block.page, inf):
            return dict.fromkeys(found, OVERLEAF)
        if not {round(height) for height in heights} <= self.margins:
            return {}
        if block.text == str(block.page - self.cover):
            return dict.fromkeys(found, PAGE)
        ends = [heading for heading in self.pages if block.text.endswith(_title(heading))]
        given: dict[Found, str] = {}
        for heading in ends:
            start = len(block.text) - len(_title(heading))
            given |= _inside(found, (start, len(block.text)), HEAD)
        return given

    def _overleaf(self, block: Block) -> bool:
        """Return whether a block is the first heading of a table that began on an earlier page."""
        named = _CONTINUED.match(block.text)
        if named is None:
            return block.text in self.columns
        rest, began = block.text[named.end() :], self.floats.get(named[1], frozenset())
        return (not rest or rest in self.columns) and any(page < block.page for page in began)

    def _contents(self, block: Block, found: tuple[Found, ...]) -> dict[Found, str]:
        if block.role == "Lbl":
            known = any(heading.startswith(f"{block.text} ") for heading in self.pages) or any(
                heading.startswith(f"Appendix {block.text} ") for heading in self.pages
            )
            return dict.fromkeys(found, CONTENTS) if known else {}
        title, _, page = block.text.rpartition(" ")
        for heading, pages in self.pages.items():
            if _title(heading) == title and any(page == str(p - self.cover) for p in pages):
                return dict.fromkeys(found, CONTENTS)
        return {}


def read_headings(layer: TextLayer, counted: Sequences) -> Headings:
    """Return a book's structure from its headings, page numbers and counters.

    Parameters
    ----------
    counted
        The captions, sections and formulas that are numbered in sequence.
    """
    pages: dict[str, set[int]] = {}
    covers: Counter[int] = Counter()
    columns = frozenset(
        block.text for block in layer.blocks if block.role == "TH" and block.within("THead")
    )
    for block in layer.blocks:
        if HEADING.fullmatch(block.role):
            pages.setdefault(block.text, set()).add(block.page)
        elif block.element.number <= 0 and block.text.isdigit():
            covers[block.page - int(block.text)] += 1
    cover = covers.most_common(1)[0][0] if covers else 0
    by_heading = {key: frozenset(each) for key, each in pages.items()}
    by_label = {label: frozenset(each) for label, each in counted.floats.items()}
    labels, margins, tops = frozenset(counted.labels), _margins(layer), _tops(layer)
    return Headings(by_heading, labels, cover, columns, margins, tops, by_label)


def _margins(layer: TextLayer) -> frozenset[int]:
    """Return the heights at which at least half of the pages have an artefact."""
    pages: dict[int, set[int]] = {}
    for block in layer.blocks:
        for run in block.runs if block.element.number <= 0 else ():
            pages.setdefault(round(run.height), set()).add(run.page)
    return frozenset(at for at, found in pages.items() if 2 * len(found) >= len(layer.pages))


def _tops(layer: TextLayer) -> dict[int, float]:
    # A figure may be above a table that continues: only its cells show where the table is.
    tops: dict[int, float] = {}
    for block in layer.blocks:
        for run in block.runs if block.within("Table") and not block.within("Caption") else ():
            tops[run.page] = max(run.height, tops.get(run.page, run.height))
    return tops


def _title(heading: str) -> str:
    start = NUMBERED.match(heading)
    return heading[start.end() :] if start else heading


def _inside(found: tuple[Found, ...], span: tuple[int, int], reason: str) -> dict[Found, str]:
    return {n: reason for n in found if span[0] <= n.start and n.end <= span[1]}
