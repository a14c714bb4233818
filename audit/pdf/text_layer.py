"""The text of a PDF as a reader selects it: page by page, and in the reading order of its tags.

Text is decoded with the fonts' own `ToUnicode` tables and ordered by the tag tree; a PDF/UA
file must have both. Positions are used only to find where a line ends.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from audit.coverage.page_cache import cached_read, reuses
from audit.pdf.content_stream import Run, runs, streams
from audit.pdf.tag_tree import Element, read_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from audit.pdf.tag_tree import Placed, TagTree

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


def read_text(pdf: Any, tags: TagTree | None = None) -> TextLayer:
    """Return the text layer of an open PDF.

    Parameters
    ----------
    pdf
        A `pikepdf.Pdf`. It is read as data: no action, script or attachment is executed.
    tags
        Its tag tree, if it has already been read.
    """
    fonts: dict[tuple[int, int], Mapping[int, str]] = {}
    digests: dict[tuple[int, int], str] = {}
    placed = (tags or read_tags(pdf)).placed
    on_page: dict[int, Placed] = {}
    for key, block in placed.items():
        on_page.setdefault(key[0], {})[key] = block
    faults: list[str] = []
    pages = []
    for number, page in enumerate(pdf.pages, start=1):
        own = on_page.get(number, {})
        read = partial(_read_page, page, number, own, fonts)
        if reuses():
            given = repr([number, _read_of(page, digests), *own.items()])
            found, said = _unpacked(cached_read("page of a PDF", given, partial(_packed, read)))
        else:
            found, said = read()
        pages.append(tuple(found))
        faults += said
    return TextLayer(tuple(pages), placed, tuple(faults))


def _read_page(
    page: Any, number: int, placed: Placed, fonts: dict[tuple[int, int], Mapping[int, str]]
) -> tuple[list[Run], list[str]]:
    """Return the runs of a page, and its faults."""
    said: list[str] = []
    return list(runs(page, number, placed, fonts, said.append)), said


def _packed(read: Callable[[], tuple[list[Run], list[str]]]) -> list[Any]:
    """Return the runs and faults of a page as plain data, with each element once."""
    found, said = read()
    places: dict[Element, int] = {}
    packed = [
        (places.setdefault(run.element, len(places)), run.page, run.height, run.text, run.inline,
         run.left, run.mark)
        for run in found
    ]  # fmt: skip
    return [[(each.number, each.roles, each.alt) for each in places], packed, said]


def _unpacked(packed: list[Any]) -> tuple[list[Run], list[str]]:
    elements = [Element(number, tuple(roles), alt) for number, roles, alt in packed[0]]
    found = [
        Run(page, height, text, elements[place], tuple(inline), left, mark)
        for place, page, height, text, inline, left, mark in packed[1]
    ]
    return found, packed[2]


def _read_of(page: Any, digests: dict[tuple[int, int], str]) -> list[Any]:
    """Return all that `runs` reads of a page besides its marked content.

    Parameters
    ----------
    digests
        Digests of the tables of fonts, by object, since pages share fonts; added to.
    """
    named = page.get("/Resources", {}).get("/Font", {})
    fonts = []
    for name, font in sorted(named.items()):
        table = font.get("/ToUnicode")
        if font.objgen not in digests or font.objgen == (0, 0):
            data = b"" if table is None else table.read_bytes()
            digests[font.objgen] = hashlib.sha256(data).hexdigest()
        fonts.append((name, str(font.get("/Subtype")), digests[font.objgen]))
    drawn = [hashlib.sha256(each.read_bytes()).hexdigest() for each in streams(page)]
    return [drawn, fonts, [float(each) for each in page.MediaBox]]
