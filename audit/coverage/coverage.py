"""Account for every number in a PDF's text: a value of the ledger, a literal, or untraced.

A number counts as traced only where it should be printed: in its chapter, in the order in
which the chapter shows its exhibits, or in its cell of its table. That some other exhibit
happens to have the same value is not enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.coverage.alignment import alignment
from audit.coverage.formulas import in_formula
from audit.coverage.literals import explained_numbers, numbers
from audit.coverage.structural_numbers import structural_numbers
from audit.coverage.wording import differing_words
from audit.ledger.record import Float, TableRecord
from audit.limits import spend
from audit.pdf.exhibit_locations import exhibit_locations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from audit.coverage.literals import Found, Literal
    from audit.ledger.ledger import Ledger
    from audit.ledger.record import Record
    from audit.pdf.text_layer import Block, TextLayer
    from audit.seal.seal import Chapter

_AROUND = 40


@dataclass(frozen=True)
class Traced:
    """A number in the text and what accounts for it.

    Attributes
    ----------
    page
        Counted from 1, the cover included.
    text
        As printed.
    around
        The words around it.
    kind
        "ledger", "literal" or "untraced".
    reason
        The reference and name of its exhibit, or the reason that its literal gives.
    """

    page: int
    text: str
    around: str
    kind: str
    reason: str = ""


@dataclass(frozen=True)
class Missing:
    """A value, sentence or cell that a chapter shows and the PDF does not print there."""

    chapter: str
    reference: str
    name: str
    text: str


@dataclass(frozen=True)
class Coverage:
    """All numbers in a PDF's text, and the values that should be printed but are not."""

    numbers: tuple[Traced, ...]
    missing: tuple[Missing, ...]

    @property
    def untraced(self) -> tuple[Traced, ...]:
        """The numbers that nothing accounts for."""
        return tuple(number for number in self.numbers if number.kind == "untraced")

    @property
    def share(self) -> float:
        """The share of the numbers that are accounted for, from 0 to 1."""
        total = len(self.numbers)
        return 1.0 if total == 0 else 1 - len(self.untraced) / total

    @property
    def share_of_values(self) -> float:
        """The share of the numbers that are values of the ledger, from 0 to 1."""
        total = len(self.numbers)
        values = sum(number.kind == "ledger" for number in self.numbers)
        return 1.0 if total == 0 else values / total


def coverage(
    layer: TextLayer,
    ledger: Ledger,
    chapters: Sequence[Chapter],
    literals: Sequence[Literal],
) -> Coverage:
    """Return what accounts for each number in a PDF's text.

    Parameters
    ----------
    layer
        The text.
    ledger
        As read from its JSON.
    chapters
        The book's chapters with the exhibits they show, in order.
    literals
        Numbers that need no exhibit.
    """
    records = ledger.by_id
    given, missing = _of_tables(layer, ledger.by_reference)
    in_cells = {place for place, _ in given} | _cells(layer)
    parts = by_chapter(layer, chapters)
    # If a chapter's heading is not printed, none of its exhibits count as printed.
    gone = [each for each in chapters if each.title and all(each is not c for c, _ in parts)]
    missing += [
        _missing(chapter, *each) for chapter in gone for each in _expected(chapter, records)
    ]
    given |= {
        at: ("literal", reason) for at, reason in structural_numbers(layer, parts, ledger).items()
    }
    for chapter, places in parts:
        prose = [
            (place, number)
            for place in places
            if place not in in_cells
            for number in numbers(layer.blocks[place].text)
            if (place, number) not in given
        ]
        expected = _expected(chapter, records)
        met = dict(alignment([token for _, token in expected], [normal(n.text) for _, n in prose]))
        given |= {prose[j]: ("ledger", _named(expected[i][0])) for i, j in met.items()}
        if chapter is not None:
            unmet = (each for i, each in enumerate(expected) if i not in met)
            missing += [_missing(chapter, *each) for each in unmet]
    known = {each.name for each in missing}
    missing += [
        Missing(file, record.reference, record.id, words)
        for file, record, words in differing_words(layer, chapters, parts, ledger)
        if record.id not in known
    ]
    return Coverage(tuple(_each_number(layer, given, literals)), tuple(missing))


Given = dict[tuple[int, "Found"], tuple[str, str]]
"""For a block's position and a number in it: "ledger" or "literal", and the reason."""


def _missing(chapter: Chapter, record: Record, token: str) -> Missing:
    return Missing(chapter.file, record.reference, record.id, token)


def _each_number(layer: TextLayer, given: Given, literals: Sequence[Literal]) -> Iterator[Traced]:
    """Yield every number in the text with what accounts for it."""
    for place, block in enumerate(layer.blocks):
        spend()
        known = explained_numbers(block.text, literals)
        for number in numbers(block.text):
            listed = ("literal", known[number]) if number in known else ("untraced", "")
            yield _traced(block, number, *given.get((place, number), listed))


def _traced(block: Block, number: Found, kind: str, reason: str) -> Traced:
    start, end = max(0, number.start - _AROUND), number.end + _AROUND
    page = block.run_at(number.start).page
    return Traced(page, number.text, block.text[start:end], kind, reason)


def _named(record: Record) -> str:
    return f"{record.reference} {record.id}"


def normal(number: str) -> str:
    """Return a number with its minus sign as printed."""
    return re.sub("^[-–]", "−", number)


def by_chapter(
    layer: TextLayer, chapters: Sequence[Chapter]
) -> list[tuple[Chapter | None, list[int]]]:
    """Return the positions of each chapter's blocks; None stands for what is in no chapter."""
    found: list[tuple[Chapter | None, list[int]]] = [(None, [])]
    waiting = list(chapters)
    for place, block in enumerate(layer.blocks):
        if block.role == "H1" and not block.within("TOC"):
            heading = _letters(block.text)
            ahead = [n for n, each in enumerate(waiting) if heading.endswith(_letters(each.title))]
            if ahead and waiting[ahead[0]].title:
                found.append((waiting[ahead[0]], []))
                del waiting[: ahead[0] + 1]
        elif block.element.number <= 0:
            found[0][1].append(place)
            continue
        found[-1][1].append(place)
    return found


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _cells(layer: TextLayer) -> set[int]:
    """Return the positions of all table cells that belong to an exhibit with a reference."""
    inside = {id(cell) for each in exhibit_locations(layer) for cell in each.cells}
    return {place for place, block in enumerate(layer.blocks) if id(block) in inside}


def _of_tables(layer: TextLayer, by_reference: Mapping[str, Record]) -> tuple[Given, list[Missing]]:
    """Return the numbers found in their table's cells or note, and those that are missing."""
    places = {id(block): place for place, block in enumerate(layer.blocks)}
    given: Given = {}
    missing = []
    for exhibit in exhibit_locations(layer):
        record = by_reference.get(exhibit.reference)
        if not isinstance(record, TableRecord) or not exhibit.cells:
            continue
        cells = [token for cell in printed_cells(record) for token in cell]
        note = [normal(number.text) for number in numbers(without_keys(record.note))]
        for expected, blocks in ((cells, exhibit.cells), (note, exhibit.note)):
            found = [
                (places[id(block)], number)
                for block in blocks
                for number in numbers(block.text)
                if not in_formula(block, number)
            ]
            pairs = alignment(expected, [normal(number.text) for _, number in found])
            given |= {found[j]: ("ledger", _named(record)) for _, j in pairs}
            missing += [
                Missing(record.shown[0], record.reference, record.id, expected[i])
                for i in sorted(set(range(len(expected))) - {i for i, _ in pairs})
            ]
    return given, missing


def printed_cells(record: TableRecord) -> list[list[str]]:
    """Return the numbers printed in each cell of a table, headings first."""
    return [
        [normal(number.text) for number in numbers(without_keys(cell))] for cell in record.cells
    ]


def _expected(chapter: Chapter | None, records: Mapping[str, Record]) -> list[tuple[Record, str]]:
    """Return the numbers that a chapter's text should print, in order, with their records."""
    expected: list[tuple[Record, str]] = []
    for name in chapter.shows if chapter else ():
        record = records.get(name)
        if record is None or record.held:
            continue
        if not isinstance(record, Float):
            expected += [(record, normal(n.text)) for n in numbers(without_keys(record.printed))]
    return expected


def without_keys(markdown: Any) -> str:
    """Return Markdown without what is printed differently: citation keys and formulas."""
    return re.sub(r"-?@[\w:.-]*\w|\$[^$]+\$", "", str(markdown or ""))
