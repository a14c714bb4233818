"""Columns of released data that are others divided, found in the data and true of every row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_QUOTIENT = re.compile(r"\b(per|share|mean)\b")
FACTORS = (1, 100, 1000)
FEWEST = 3
"""Rows in which a relation must be seen."""
SHARP = 0.02
"""A row whose rounding leaves more than this share open shows nothing either way."""


@dataclass(frozen=True)
class Quotient:
    """That a column is another divided by a third, or by its sum, times a factor.

    Attributes
    ----------
    column, of
        The quotient and what is divided.
    by
        What it is divided by; empty for the sum of `of`.
    factor
        What the quotient is multiplied by.
    within
        The column whose groups the sum is over; empty for all rows.
    """

    column: str
    of: str
    by: str
    factor: int
    within: str = ""

    def sum(self, row: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> str:
        """Return the calculation of one row, with the values as released."""
        divisor = self.divisor(row, rows)
        times = f" × {self.factor:,}" if self.factor > 1 else ""
        return f"{_told(row[self.of])} ÷ {divisor:,.6g}{times} = {_told(row[self.column])}".replace(
            "-", "−"
        )

    def divisor(self, row: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> float:
        """Return what one row is divided by; 0 where that is hidden."""
        if self.by:
            return number(row[self.by]) or 0.0
        parts = [number(each[self.of]) for each in self._group(row, rows)]
        return 0.0 if None in parts else sum(part or 0.0 for part in parts)

    def rounding(self, row: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> float:
        """Return by how much what one row is divided by may differ from the exact sum."""
        group = [row] if self.by else self._group(row, rows)
        name = self.by or self.of
        return sum(_rounding(each[name]) for each in group if "." in each[name])

    def _group(
        self, row: Mapping[str, str], rows: Sequence[Mapping[str, str]]
    ) -> list[Mapping[str, str]]:
        return [each for each in rows if not self.within or each[self.within] == row[self.within]]


def quotients(rows: Sequence[Mapping[str, str]], described: Mapping[str, str]) -> list[Quotient]:
    """Return the columns that are quotients in every row whose values are shown.

    Parameters
    ----------
    rows
        The released data.
    described
        Meaning of each column: a quotient is looked for where one says "per", "share" or "mean".

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
        # The ingredients are rounded too.
        apart = _rounding(row[asked.column]) + abs(exact) * (
            _of_part(row[asked.of], part) + asked.rounding(row, rows) / divisor
        )
        if abs(exact - value) > apart:
            return False
        if value and apart <= SHARP * abs(exact):
            seen.add((part, divisor))
    # A quotient of ones, or of the same two values again and again, shows nothing.
    return len(seen) >= FEWEST and len({divisor for _, divisor in seen}) > (1 if asked.by else 0)


def _of_part(text: str, part: float) -> float:
    """Return by what share a released ingredient may differ from the exact one."""
    return _rounding(text) / abs(part) if part and "." in text else 0.0


def _rounding(text: str) -> float:
    """Return by how much a released value may differ from the exact one."""
    return 0.5000001 * 10.0 ** -len(text.partition(".")[2])


def number(text: str) -> float | None:
    """Return a released value as a number; None for words and for what is hidden."""
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def _told(text: str) -> str:
    value = number(text)
    return f"{value:,.6g}" if value is not None else text
