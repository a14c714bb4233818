"""Find figures and tables in a PDF by the short reference printed under each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.limits import spend

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.pdf.text_layer import Block, TextLayer

PROVENANCE = re.compile(r"([FT]\d+)(?: ·|$)")
"""Start of the line under an exhibit."""


@dataclass(frozen=True)
class ExhibitLocation:
    """A figure or table in the text.

    Attributes
    ----------
    reference
        Its short reference, such as `T3`.
    line
        The line that gives the reference.
    cells
        Headings and cells of a table in reading order; empty for a figure.
    note
        Text between a table's last cell and its reference line.
    """

    reference: str
    line: Block
    cells: tuple[Block, ...]
    note: tuple[Block, ...] = ()

    @property
    def page(self) -> int:
        """The page where it begins; for a figure, the page of its reference line."""
        return self.cells[0].page if self.cells else self.line.page


def exhibit_locations(layer: TextLayer) -> tuple[ExhibitLocation, ...]:
    """Return every figure and table that has a reference, in reading order."""
    found = []
    cells: list[Block] = []
    note: list[Block] = []
    for block in layer.blocks:
        if block.within("Table") and not block.within("Caption"):
            cells.append(block)
            note = []
            continue
        line = PROVENANCE.match(block.text) if block.element.number > 0 else None
        if line is not None:
            of_table = line[1].startswith("T") and bool(cells)
            parts = (tuple(cells), tuple(note)) if of_table else ((), ())
            found.append(ExhibitLocation(line[1], block, *parts))
            cells, note = [], []
        elif block.within("H1") or block.within("H2"):
            cells, note = [], []  # do not give its reference to a later table
        elif block.element.number > 0:
            note.append(block)
    return tuple(found)


def figure_references(layer: TextLayer, figures: Iterable[int]) -> dict[int, str]:
    """Return the reference of each figure, by number of its element.

    It is the first reference after the figure. A drawing that is not an exhibit has none, and is
    skipped if another figure comes before the next reference.
    """
    numbers = sorted(figures)
    given = {}
    for place in exhibit_locations(layer):
        spend(len(numbers))
        before = [each for each in numbers if each < place.line.element.number]
        if place.reference.startswith("F") and before and before[-1] not in given:
            given[before[-1]] = place.reference
    return given
