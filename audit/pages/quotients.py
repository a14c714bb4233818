"""Derivation of released values: a quotient of columns, or a number that the text states.

A quotient is detected in the data and must be true of every row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import permutations
from math import isclose
from typing import TYPE_CHECKING

from analysis.exhibits.parts.workings.statistics import measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from analysis.study.terms import Terms
    from audit.ledger.record import NumberRecord

_QUOTIENT = re.compile(r"\b(per|share|mean)\b")
_WORD = re.compile(r"[a-z]{4,}")
HUNDRED = 100
FACTORS = (1, 100, 1000)
FEWEST = 3
"""Fewest rows in which a relation must be seen."""
NUMBERS_OF_ROWS = ("order", "finding", "term", "first_month", "last_month", "true_ratio")
"""Columns whose numbers identify a row and measure nothing."""
SHARP = 0.02
"""Largest relative rounding error at which a row counts as evidence for a quotient."""


@dataclass(frozen=True)
class Quotient:
    """The relation that one column is another divided by a third, or by its sum, times a factor.

    Attributes
    ----------
    column, of
        The quotient and its numerator.
    by
        Its denominator; empty for the sum of `of`.
    factor
        Factor by which the quotient is multiplied.
    within
        The column whose groups are summed over; empty for all rows.
    """

    column: str
    of: str
    by: str
    factor: int
    within: str = ""

    def sum(self, row: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> str:
        """Return the calculation for one row as text, with the values as released."""
        divisor = self.divisor(row, rows)
        times = f" × {self.factor:,}" if self.factor > 1 else ""
        return (
            f"{_plain(row[self.of])} ÷ {divisor:,.6g}{times} = {_plain(row[self.column])}".replace(
                "-", "−"
            )
        )

    def divisor(self, row: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> float:
        """Return the denominator for one row; 0 if it is suppressed."""
        if self.by:
            return number(row[self.by]) or 0.0
        parts = [number(each[self.of]) for each in self._group(row, rows)]
        return 0.0 if None in parts else sum(part or 0.0 for part in parts)

    def rounding(self, row: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> float:
        """Return the largest rounding error of the denominator for one row."""
        group = [row] if self.by else self._group(row, rows)
        name = self.by or self.of
        return sum(_rounding(each[name]) for each in group if "." in each[name])

    def _group(
        self, row: Mapping[str, str], rows: Sequence[Mapping[str, str]]
    ) -> list[Mapping[str, str]]:
        return [each for each in rows if not self.within or each[self.within] == row[self.within]]


def quotients(rows: Sequence[Mapping[str, str]], described: Mapping[str, str]) -> list[Quotient]:
    """Return the columns that are quotients in every row in which their values are shown.

    Parameters
    ----------
    rows
        The released data.
    described
        Meaning of each column; quotients are sought if it contains "per", "share" or "mean".

    Examples
    --------
    >>> rows = [{"hours": h, "pupils": p, "rate": r} for h, p, r in
    ...         (("10", "200", "50.0"), ("9", "300", "30.0"), ("7", "400", "17.5"))]
    >>> quotients(rows, {"rate": "Hours per 1,000 pupils"})
    [Quotient(column='rate', of='hours', by='pupils', factor=1000, within='')]
    """
    if not rows:
        return []
    numeric = [name for name in rows[0] if sum(number(row[name]) is not None for row in rows) > 1]
    words = ["", *(name for name in rows[0] if name not in numeric)]
    found = []
    for column in numeric:
        said = described.get(column, "").lower()
        if not _QUOTIENT.search(said):
            continue
        asked = [
            Quotient(column, of, by, factor)
            for of, by in permutations([each for each in numeric if each != column], 2)
            for factor in FACTORS
        ]
        if "share" in said or "per cent" in said:
            asked = [
                Quotient(column, of, "", factor, within)
                for of in numeric
                if of != column
                for within in words
                for factor in (100, 1)
            ] + asked
        found += [each for each in asked if _holds(each, rows)][:1]
    return found


def _of_the_same(
    stated: NumberRecord, whose: list[str], row: Mapping[str, str], column: str, factor: int
) -> bool:
    """Return whether a row is about the same units as a stated number."""
    own = {each.lower() for each in row.values()}
    named = [each.lower() in own for each in whose]
    if not stated.interval:
        return bool(named) and all(named)
    ends = [number(row.get(f"{column}_{end}", "")) for end in ("low", "high")]
    return any(named) and all(
        end is not None and isclose(end / factor, limit, rel_tol=0.005)
        for end, limit in zip(ends, stated.interval, strict=True)
    )


def _times(unit: str, meaning: str) -> int:
    """Return the factor between a number's unit and a column's meaning; 0 if they differ."""
    if unit.startswith("per cent"):
        return int("per cent" in meaning)
    if "ratio" in unit and "for every 100" in meaning:
        return HUNDRED
    unit_words, opening = _WORD.findall(unit), _WORD.findall(meaning)[:3]
    return int(bool(unit_words) and unit_words[0] in opening)


def _holds(asked: Quotient, rows: Sequence[Mapping[str, str]]) -> bool:
    seen = set()
    for row in rows:
        value, part = number(row[asked.column]), number(row[asked.of])
        if value is None or part is None:
            continue
        divisor = asked.divisor(row, rows)
        if not divisor:
            continue
        exact = part / divisor * asked.factor
        # The numerator and denominator are rounded too.
        apart = _rounding(row[asked.column]) + abs(exact) * (
            _of_part(row[asked.of], part) + asked.rounding(row, rows) / divisor
        )
        if abs(exact - value) > apart:
            return False
        if value and apart <= SHARP * abs(exact):
            seen.add((part, divisor))
    # Quotients of ones, or of the same pair of values repeated, are no evidence.
    return len(seen) >= FEWEST and len({divisor for _, divisor in seen}) > (1 if asked.by else 0)


def _of_part(text: str, part: float) -> float:
    """Return the largest relative rounding error of a released numerator."""
    return _rounding(text) / abs(part) if part and "." in text else 0.0


def _rounding(text: str) -> float:
    """Return the largest rounding error of a released value."""
    return 0.5000001 * 10.0 ** -len(text.partition(".")[2])


def measuring(row: Mapping[str, str], described: Mapping[str, str], terms: Terms) -> list[str]:
    """Return the columns with a number in a row, those with a denominator first.

    Examples
    --------
    >>> from analysis.study.terms import Terms
    >>> terms = Terms("trial", "trials", "Town", "a nurse", "all", "Schools with a nurse",
    ...               "Other schools", "Nurse", "Other")
    >>> row = {"pilot": "A", "schools": "16", "ratio": "0.65"}
    >>> measuring(row, {"ratio": "Ratio of rates"}, terms)
    ['ratio', 'schools']
    """
    names = [name for name, text in row.items()
             if number(text) is not None and name not in NUMBERS_OF_ROWS]  # fmt: skip
    whole = {name: measure(described.get(name, name), terms).denominator for name in names}
    return sorted(names, key=lambda name: whole[name].startswith("none") or not whole[name])


def stated(
    row: Mapping[str, str],
    column: str,
    meaning: str,
    numbers: Iterable[tuple[NumberRecord, Iterable[object]]],
) -> NumberRecord | None:
    """Return the number in the text that is a value of the data, if there is exactly one.

    Parameters
    ----------
    meaning
        Meaning of the column; it begins with the number's unit, or is "for every 100".
    numbers
        Each with what it is about, such as a pilot. The row must have the number's interval and
        name some of these, or all of them if there is no interval.
    """
    value = number(row[column])
    found = []
    for each, whose in numbers:
        factor = _times(each.unit.lower(), meaning.lower())
        if value is None or each.value is None or each.working is None or not factor:
            continue
        decimals = len(each.printed.partition(".")[2].rstrip("%"))
        same = round(value / factor, decimals) == each.value
        if same and _of_the_same(each, list(map(str, whose)), row, column, factor):
            found.append(each)
    return found[0] if len(found) == 1 else None


def number(text: str) -> float | None:
    """Return a released value as a number; None for words and suppressed values."""
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def _plain(text: str) -> str:
    value = number(text)
    return f"{value:,.6g}" if value is not None else text
