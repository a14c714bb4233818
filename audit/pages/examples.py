"""One value of an exhibit, worked through with the printed numbers."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.exhibits.parts.workings.statistics import measure
from analysis.exhibits.parts.workings.working import interval_reading, reading
from audit.coverage.literals import numbers
from audit.ledger.cells import table_rows
from audit.ledger.record import ClaimRecord, FigureRecord, Float, NumberRecord, TableRecord
from audit.pages.quotients import NUMBERS_OF_ROWS, measuring, number, quotients, stated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from analysis.study.terms import Terms
    from audit.ledger.record import Record
    from audit.pages.quotients import Quotient
    from audit.pages.trail import Trail
NOTHING_DIVIDED = "none: nothing is divided"
SCALES = (1, 100, 1000)
_HIDDEN = ("c", "[c]")
_VALUE = re.compile(r"[<−-]?\d[\d,.]*%?(?:\s*\([^()]*\))?")
"""A cell that prints one value, with or without its interval."""


@dataclass(frozen=True)
class Example:
    """The numerator and denominator, and one value worked through."""

    numerator: str
    denominator: str
    lines: tuple[str, ...]
    where: str = ""


def example(record: Record, trail: Trail) -> Example:
    """Return one value of an exhibit, worked through."""
    if record.held:
        return Example("not shown", "not shown", ("Disclosure control withholds it.",))
    match record:
        case NumberRecord():
            return _of_number(record)
        case ClaimRecord():
            return _of_claim(record, trail)
        case FigureRecord() | TableRecord():
            return _of_float(record, trail)


def _of_number(record: NumberRecord) -> Example:
    found = record.working
    if found is not None:
        return Example(found.numerator, found.denominator or NOTHING_DIVIDED,
                       found.sums or (f"Printed: {record.printed}",), found.where)  # fmt: skip
    if record.source:
        line = f"The publication states {record.printed}; the report repeats it."
        return Example(f"{record.unit}, as published", "none: it is not calculated here", (line,))
    if record.value is None:
        line = f"The words printed are: {record.printed}"
        return Example("none: words are printed, not a calculation", NOTHING_DIVIDED, (line,))
    how = "Stated in the settings" if not record.files and record.settings else "Counted"
    many = f" in {', '.join(record.files)}" if record.files else ""
    line = f"{how}{many}: {record.printed}"
    return Example(f"{record.unit}: {record.printed}", "none: it is a count", (line,))


def _of_claim(record: ClaimRecord, trail: Trail) -> Example:
    names = [trail.records[name] for name in record.evidence if name in trail.records]
    shown = ", ".join(f"{each.reference} {trail.heading(each)}" for each in names)
    lines = [f"The rule: {record.rule}."]
    if record.compared:
        lines.append(f"What it looks at: {'; '.join(record.compared)}.")
    if shown:
        lines.append(f"The values are in {shown}.")
    if record.unknown:
        lines.append(f"So it is not known whether the rule is satisfied: {record.seen}.")
    elif record.holds is not None:
        lines.append(
            "So the rule is satisfied, and the sentence is printed."
            if record.holds
            else f"So the rule is not satisfied: {record.seen}."
        )
    return Example(
        "none: values are compared with a rule, and nothing is divided",
        "the threshold of the rule",
        tuple(lines),
    )


def _of_float(record: FigureRecord | TableRecord, trail: Trail) -> Example:
    rows = list(csv.DictReader(trail.data.get(record.id, "").splitlines()))
    found = quotients(rows, record.described)
    chosen = (
        _of_quotient(record, rows, found)
        or _of_stated(record, rows, trail)
        or _of_cell(record, rows, trail.terms)
    )
    return chosen or Example("none: it is made of words", NOTHING_DIVIDED, _in_words(record, rows))


def _of_quotient(
    record: Float, rows: Sequence[Mapping[str, str]], found: Sequence[Quotient]
) -> Example | None:
    for each in found:
        for row in rows:
            if number(row[each.column]) and number(row[each.of]) and each.divisor(row, rows):
                meanings = record.described
                whole = meanings.get(each.by) or f"the sum of these{_over(each)}"
                return Example(
                    meanings.get(each.of, each.of),
                    whole,
                    (
                        f"Example, {_row_in_words(row, record)}:",
                        f"{meanings.get(each.column, each.column)}: {each.sum(row, rows)}",
                        "The same holds in every row of the released data.",
                    ),
                )
    return None


def _over(each: Quotient) -> str:
    return f" over the rows of the same {each.within.replace('_', ' ')}" if each.within else ""


def _of_stated(record: Float, rows: Sequence[Mapping[str, str]], trail: Trail) -> Example | None:
    """Return the first value that the report's text also states, worked through as there."""
    numbers_of = [(each, trail.ledger.graph[each.id].given.values())
                  for each in trail.records.values() if isinstance(each, NumberRecord)]  # fmt: skip
    for row in rows:
        for column in measuring(row, record.described, trail.terms):
            found = stated(row, column, record.described.get(column, column), numbers_of)
            if found:
                return _as_in_text(found, record, row, column)
    return None


def _as_in_text(
    stated: NumberRecord, record: Float, row: Mapping[str, str], column: str
) -> Example:
    assert stated.working is not None
    shown = "is in the table" if isinstance(record, TableRecord) else "is drawn"
    first = (
        f"Example, {_row_in_words(row, record)}: “{row[column]}” {shown} "
        f"({_lower(record.described.get(column, column))}). The text prints it as "
        f"{stated.printed} ({stated.reference}), worked out as follows:"
    )
    found = stated.working
    where = "" if record.period else found.where
    denominator = found.denominator or NOTHING_DIVIDED
    return Example(found.numerator, denominator, (first, *found.sums), where)


def _of_cell(record: Float, rows: Sequence[Mapping[str, str]], terms: Terms) -> Example | None:
    """Return the first numeric value, as printed and as described."""
    if isinstance(record, TableRecord):
        header, *printed = table_rows(record) or [[]]
        for line in printed:
            for heading, cell in zip(header[1:], line[1:], strict=True):
                column = _column_of(cell, line[0], rows)
                if column:
                    return _described(record, column, f"{line[0]}, {heading}", cell, terms)
    for row in rows:
        for name in measuring(row, record.described, terms)[:1]:
            found = _described(record, name, _row_in_words(row, record), row[name], terms)
            meaning = record.described.get(name, name)
            return replace(found, lines=(*found.lines, *_limits(name, meaning, row)))
    return None


def _limits(name: str, meaning: str, row: Mapping[str, str]) -> Iterator[str]:
    ends = [row.get(f"{name}_{end}", "") for end in ("low", "high")]
    low, high = map(number, ends)
    if low is not None and high is not None:
        told = interval_reading(meaning, low, high)
        yield f"Its interval runs from {ends[0]} to {ends[1]}. {told}".strip()


def _described(record: Float, column: str, at: str, printed: str, terms: Terms) -> Example:
    meaning = record.described.get(column, column.replace("_", " "))
    counted = _lower(meaning.removesuffix(", number"))
    if meaning.endswith(", number"):
        line = f"Example, {at}: counted, {printed} ({counted})."
        return Example(f"{counted}: {printed}", "none: it is a count", (line,))
    found = measure(meaning, terms)
    shown = "printed" if isinstance(record, TableRecord) else "drawn"
    lines = [f"Example, {at}: “{printed}” is {shown} ({_lower(meaning)})."]
    if says := _says(meaning, printed, terms):
        lines.append(f"What it says: {says}")
    return Example(found.numerator, found.denominator or NOTHING_DIVIDED, tuple(lines))


def _says(meaning: str, printed: str, terms: Terms) -> str:
    """Return what a printed value says; empty if it is a limit, or of no known kind."""
    numerals = [] if printed.startswith("<") else numbers(printed)
    value = number(numerals[0].text.replace("−", "-")) if numerals else None
    return reading(meaning, value, terms) if value is not None else ""


def _lower(meaning: str) -> str:
    return f"{meaning[:1].lower()}{meaning[1:]}"


def _column_of(cell: str, label: str, rows: Sequence[Mapping[str, str]]) -> str:
    """Return the data column whose value a cell prints first; empty if there is none."""
    numerals = numbers(cell)
    if not numerals or not _VALUE.fullmatch(cell):
        return ""
    text = numerals[0].text.replace(",", "").replace("−", "-")
    value, decimals = number(text), len(text.partition(".")[2])
    if value is None:
        return ""
    near = [row for row in rows if label in row.values()] or rows
    for row in near:
        for name, each in row.items():
            known = number(each)
            same = known is not None and any(round(s * known, decimals) == value for s in SCALES)
            if same and name not in NUMBERS_OF_ROWS:
                return name
    return ""


def _row_in_words(row: Mapping[str, str], record: Float) -> str:
    # Formulas are shown on the table's own page, not as TeX in a sentence.
    told = [
        text
        for name, text in row.items()
        if number(text) is None
        and name not in ("status", "reason")
        and text not in ("", *_HIDDEN)
        and "\\" not in text
    ]
    told = told[:4]
    if first := row.get("first_month"):
        told.append(f"months {first} to {row['last_month']} from the start".replace("-", "−"))
    said = ", ".join(told) or record.id
    return re.sub(r"\bs(17|47) ", r"section \1 ", said.replace("_", " "))


def _in_words(record: Float, rows: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    if isinstance(record, TableRecord):
        lines = table_rows(record)[1:2]
        return tuple(f"First row: {'; '.join(cell for cell in line if cell)}" for line in lines)
    return tuple(f"First mark: {_row_in_words(row, record)}" for row in rows[:1])
