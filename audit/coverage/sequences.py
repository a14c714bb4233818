"""Check numbers in sequence: chapters, sections, figures, tables, formulas, list entries.

A number is explained only if it is the next of its kind, and if the ledger states what it
numbers: a heading by its words, a formula by its numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.coverage.formulas import formula_numbers, stated_formulas
from audit.coverage.listed_sources import letters
from audit.coverage.literals import Found, numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audit.coverage.formulas import Printed
    from audit.ledger.ledger import Ledger
    from audit.pdf.text_layer import Block, TextLayer
    from audit.seal.seal import Chapter

NUMBERED = re.compile(r"(?:Appendix )?((?:\d+|[A-Z])(?:\.\d+)*) ")
CAPTION = re.compile(r"(Figure|Table|Listing) ((?:[A-Z]\.|\d+\.)?\d+)\.")
HEADING = re.compile("H[1-6]")
_ENTRY = re.compile(r"(\d+)[.)]")

SECTION = "number of a section"
CAPTIONED = "number of a figure or table"
EQUATION = "number of an equation"
ENTRY = "number in a list"
FORMULA = "in a formula"

Given = dict[int, dict[Found, str]]


@dataclass
class Sequences:
    """What has been counted so far, and the numbers that this explains.

    Attributes
    ----------
    given
        For a block's position, the numbers in it that are explained, with the reason.
    labels
        What may be referred to, such as "Table 3.1" or "Section 3.2".
    floats
        The pages of each figure or table caption, by its label.
    """

    given: Given = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    floats: dict[str, set[int]] = field(default_factory=dict)
    _above: list[str] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _entries: dict[int, int] = field(default_factory=dict)

    def heading(self, place: int, block: Block, stated: frozenset[str]) -> None:
        """Count a heading that has a number and is one of its chapter's."""
        start = NUMBERED.match(block.text)
        if start is None or letters(block.text[start.end() :]) not in stated:
            return
        level = int(block.role[1])
        if start[1] not in self._next(level):
            return
        self._above = [*self._above[: level - 1], start[1]]
        self._counts[self._series(start[1])] += 1
        self._explain(place, block, start.span(1), SECTION)
        self.labels |= {f"{kind} {start[1]}" for kind in ("Chapter", "Section", "Appendix")}

    def _next(self, level: int) -> tuple[str, ...]:
        """Return the numbers that the next heading of a level may have."""
        if level == 1:
            return str(self._counts["1"] + 1), chr(ord("A") + self._counts["A"])
        if len(self._above) < level - 1:
            return ()
        above = self._above[level - 2]
        return (f"{above}.{self._counts[f'{above}.'] + 1}",)

    @staticmethod
    def _series(number: str) -> str:
        above, point, _ = number.rpartition(".")
        return f"{above}." if point else "1" if number.isdigit() else "A"

    def counted(self, kind: str, number: str) -> bool:
        """Count a numbered item if its number is the next of its kind in the chapter."""
        prefix, point, last = number.rpartition(".")
        series = f"{kind} {prefix}"
        of_chapter = not point or (bool(self._above) and prefix == self._above[0])
        if not of_chapter or last != str(self._counts[series] + 1):
            return False
        self._counts[series] += 1
        self.labels.add(f"{kind} {number}")
        return True

    def caption(self, place: int, block: Block) -> None:
        """Count the caption of a figure, table or listing."""
        start = CAPTION.match(block.text)
        if start is not None and self.counted(start[1], start[2]):
            self._explain(place, block, start.span(2), CAPTIONED)
            self.floats.setdefault(f"{start[1]} {start[2]}", set()).add(block.page)

    def entry(self, place: int, block: Block) -> None:
        """Count a list entry, if it continues from the one before or begins at 1."""
        depth = block.element.roles.count("L")
        self._entries = {deep: n for deep, n in self._entries.items() if deep <= depth}
        found = _ENTRY.fullmatch(block.text) if block.role == "Lbl" else None
        if found and int(found[1]) in (1, self._entries.get(depth, 0) + 1):
            self._entries[depth] = int(found[1])
            self._explain(place, block, found.span(1), ENTRY)

    def formula(self, each: Printed, block: Block, number: str | None) -> None:
        """Explain a formula that the ledger states, and count it if it is numbered."""
        end = each.label[0] if each.label else each.end
        self._explain(each.place, block, (each.start, end), FORMULA)
        if each.label and number and self.counted("Equation", number):
            self._explain(each.place, block, each.label, EQUATION)

    def _explain(self, place: int, block: Block, span: tuple[int, int], reason: str) -> None:
        inside = (n for n in numbers(block.text) if span[0] <= n.start and n.end <= span[1])
        self.given.setdefault(place, {}).update(dict.fromkeys(inside, reason))


def read_sequences(
    layer: TextLayer, parts: Sequence[tuple[Chapter | None, list[int]]], ledger: Ledger
) -> Sequences:
    """Return the counters of a book as printed in its PDF.

    Parameters
    ----------
    parts
        Positions of the blocks of each chapter, in reading order.
    """
    stated = stated_formulas(layer, parts, ledger)
    at: dict[int, list[Printed]] = {}
    for formula in stated:
        at.setdefault(formula.place, []).append(formula)
    bearing = formula_numbers(stated, layer)
    found = Sequences()
    for chapter, places in parts:
        headings = _headings(chapter, ledger.structure.headings)
        for place in places:
            block = layer.blocks[place]
            for formula in at.get(place, ()):
                found.formula(formula, block, bearing.get(place))
            if block.element.number <= 0 or block.within("TOC"):
                continue
            if HEADING.fullmatch(block.role):
                found.heading(place, block, headings)
            elif block.within("Caption"):
                found.caption(place, block)
            found.entry(place, block)
    return found


def _headings(chapter: Chapter | None, stated: Mapping[str, Sequence[str]]) -> frozenset[str]:
    listed = stated.get(chapter.file, ()) if chapter else ()
    return frozenset(letters(text) for text in listed)
