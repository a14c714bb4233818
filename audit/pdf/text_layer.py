"""The text of a PDF as a reader selects it: page by page, and in the reading order of its tags.

Text is decoded with the fonts' own `ToUnicode` tables and ordered by the tag tree; a PDF/UA
file must have both. Positions are used only to find where a line ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.pdf.content_stream import Run, runs
from audit.pdf.tag_tree import read_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.pdf.tag_tree import Element, Placed

DIVIDERS = "\u00ad\u200b"
"""Soft hyphen and zero-width space: both only mark where a word may be broken."""
WORD_JOINER = "\u2060"
LINE_STEP = 1.5
"""Change of the baseline, in points, beyond which a new line begins."""


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, cell or similar: the runs of one element."""

    element: Element
    runs: tuple[Run, ...]

    @property
    def page(self) -> int:
        """The page on which it begins."""
        return self.runs[0].page

    @cached_property
    def _signs(self) -> list[tuple[str, Run]]:
        """Every character with its run; white space is collapsed and hyphenation undone."""
        signs: list[tuple[str, Run]] = []
        before: Run | None = None
        for run in self.runs:
            broken = before is not None and _breaks(before, run)
            if broken and signs and signs[-1][0] in DIVIDERS:
                signs.pop()
            elif broken and signs and signs[-1][0] == "_":
                pass  # an identifier broken at a zero-width space, which is not drawn
            elif (broken or self._numbered(before)) and signs and signs[-1][0] != " ":
                signs.append((" ", run))
            for sign in run.text:
                if sign.isspace():
                    if signs and signs[-1][0] != " ":
                        signs.append((" ", run))
                elif sign != WORD_JOINER:
                    signs.append((sign, run))
            before = run
        while signs and signs[-1][0] == " ":
            signs.pop()
        return [each for each in signs if each[0] not in DIVIDERS]

    def _numbered(self, before: Run | None) -> bool:
        """Return whether the run before is a heading's number, set apart by space alone."""
        if before is not self.runs[0] or not re.fullmatch("H[1-6]", self.role):
            return False
        return re.fullmatch(r"(\d+|[A-Z])(\.\d+)*", before.text) is not None

    @cached_property
    def text(self) -> str:
        """Its text, with lines joined by single spaces and hyphenated words rejoined."""
        return "".join(sign for sign, _ in self._signs)

    def run_at(self, place: int) -> Run:
        """Return the run that contains the character at a position of the text."""
        return self._signs[place][1]

    def stretches(self, role: str) -> list[tuple[int, int]]:
        """Return the spans of its text that have an inline role, as start and end positions."""
        found: list[tuple[int, int]] = []
        for place, (_, run) in enumerate(self._signs):
            if role not in run.inline:
                continue
            if found and found[-1][1] == place:
                found[-1] = (found[-1][0], place + 1)
            else:
                found.append((place, place + 1))
        return found

    @property
    def role(self) -> str:
        """Its own role in the tag tree; empty at the root."""
        return self.element.roles[-1] if self.element.roles else ""

    def within(self, role: str) -> bool:
        """Return whether it is in an element of that role."""
        return role in self.element.roles


@dataclass(frozen=True)
class TextLayer:
    """All text of a PDF.

    Attributes
    ----------
    pages
        The runs of each page in the order in which they are drawn.
    placed
        Block of each piece of marked content, drawings included.
    faults
        What readers see or hear that is not in this text, in words.
    """

    pages: tuple[tuple[Run, ...], ...]
    placed: Placed
    faults: tuple[str, ...] = ()

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks of text in reading order, followed by artefacts."""
        inside: dict[tuple[int, int], list[Run]] = {}
        for page in self.pages:
            for run in page:
                number = run.element.number
                # An artefact stays on its page; a paragraph may continue overleaf.
                inside.setdefault((number, 0 if number > 0 else run.page), []).append(run)
        ordered = sorted(inside, key=lambda key: (key[0] <= 0, key[1], abs(key[0])))
        return tuple(Block(inside[key][0].element, tuple(inside[key])) for key in ordered)

    def page_text(self, page: int) -> str:
        """Return all text of a page, numbered from 1, as drawn, with a line for each height.

        It does not use the tags, so that moving a page does not change it.
        """
        parts: list[str] = []
        height = None
        for run in self.pages[page - 1]:
            if height is not None and abs(run.height - height) > LINE_STEP:
                parts.append("\n")
            parts.append(run.text)
            height = run.height
        return "".join(parts)

    def tagged(self, placed: Placed) -> TextLayer:
        """Return the same text with another tag tree that has the same elements."""
        by_number = {element.number: element for element, _ in placed.values()}
        pages = tuple(
            tuple(replace(run, element=by_number.get(run.element.number, run.element)) for run in p)
            for p in self.pages
        )
        return TextLayer(pages, placed, self.faults)


def _breaks(before: Run, run: Run) -> bool:
    if before.page != run.page or before.element.number != run.element.number:
        return True
    return abs(before.height - run.height) > LINE_STEP


def read_text(pdf: Any) -> TextLayer:
    """Return the text layer of an open PDF.

    Parameters
    ----------
    pdf
        A `pikepdf.Pdf`. It is read as data: no action, script or attachment is executed.
    """
    fonts: dict[tuple[int, int], Mapping[int, str]] = {}
    placed = read_tags(pdf).placed
    faults: list[str] = []
    pages = tuple(
        tuple(runs(page, number, placed, fonts, faults.append))
        for number, page in enumerate(pdf.pages, start=1)
    )
    return TextLayer(pages, placed, tuple(faults))
