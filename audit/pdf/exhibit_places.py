"""Where figures and tables stand in a PDF, found by the short reference printed under each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.pdf.text_layer import Block, TextLayer

PROVENANCE = re.compile(r"([FT]\d+)(?: ·|$)")
"""How the line under an exhibit begins."""


@dataclass(frozen=True)
class ExhibitPlace:
    """A figure or table in the text.

    Attributes
    ----------
    reference
        Its short reference, such as `T3`.
    line
        The line that gives the reference.
    cells
        Of a table, its headings and cells in reading order; empty for a figure.
    note
        Of a table, what stands between its last cell and the line.
    """

    reference: str
    line: Block
    cells: tuple[Block, ...]
    note: tuple[Block, ...] = ()

    @property
    def page(self) -> int:
        """The page where it begins; of a figure, where its line stands."""
        return self.cells[0].page if self.cells else self.line.page


def exhibit_places(layer: TextLayer) -> tuple[ExhibitPlace, ...]:
    """Return every figure and table that bears a reference, in reading order."""
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
            found.append(ExhibitPlace(line[1], block, *parts))
            cells, note = [], []
        elif block.within("H1") or block.within("H2"):
            cells, note = [], []  # a table without a reference stays without one
        elif block.element.number > 0:
            note.append(block)
    return tuple(found)


def figure_references(layer: TextLayer, figures: Iterable[int]) -> dict[int, str]:
    """Return the reference of each figure, by the number of its element.

    It is the first after the figure; a drawing that is no exhibit has none of its own, and is
    passed over where another figure comes before the next reference.
    """
    numbers = sorted(figures)
    given = {}
    for place in exhibit_places(layer):
        before = [each for each in numbers if each < place.line.element.number]
        if place.reference.startswith("F") and before and before[-1] not in given:
            given[before[-1]] = place.reference
    return given
