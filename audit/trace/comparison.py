"""Compare two builds: which values changed, by how much, and which boundaries they crossed."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from audit.coverage.literals import numbers
from audit.ledger.record import ClaimRecord, Float, NumberRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.ledger.bundle import Bundle
    from audit.ledger.record import Record

TOLERANCE = 1e-6
"""Relative difference below which two computed values are treated as the same. Processors and
libraries may differ in the last digits; at most four digits are printed."""
LEVEL = 0.05
"""Significance level that the report uses for p-values."""
STATES = {
    True: "satisfied again",
    False: "no longer satisfied",
    None: "no longer known to be satisfied",
}
"""The new state of a claim's rule."""


@dataclass(frozen=True)
class Step:
    """One value before and after a change.

    Attributes
    ----------
    label
        Identifies the value: the row's words and the column, or empty for a single number.
    old, new
        The values; None if there is none.
    """

    label: str
    old: float | None
    new: float | None

    @property
    def absolute(self) -> float | None:
        """New value minus old value."""
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def relative(self) -> float | None:
        """The change as a share of the old value; None if that is zero."""
        if self.absolute is None or not self.old:
            return None
        return self.absolute / abs(self.old)

    @property
    def same(self) -> bool:
        """Whether both are the same within `TOLERANCE`."""
        if self.old is None or self.new is None:
            return self.old is self.new
        return math.isclose(self.old, self.new, rel_tol=TOLERANCE, abs_tol=1e-12)


@dataclass(frozen=True)
class Change:
    """One exhibit that differs between two builds.

    Attributes
    ----------
    name, reference, kind
        Those of the exhibit.
    place
        Where a chapter shows it, file and line.
    old, new
        As printed; empty if it was not shown.
    steps
        The values that changed, with the largest relative change first.
    crossed
        Descriptions of what was crossed: a sign, significance, a threshold, a rule.
    causes
        Those of data, code, settings and environment that caused the change.
    """

    name: str
    reference: str
    kind: str
    place: str
    old: str
    new: str
    steps: tuple[Step, ...] = ()
    crossed: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()

    def because_of(self, causes: Sequence[str]) -> Change:
        """Return this change with its causes."""
        return replace(self, causes=tuple(causes))


def compare(old: Bundle, new: Bundle) -> tuple[Change, ...]:
    """Return the exhibits that differ, in order of the chapter and line that shows them."""
    before, after = old.records, new.records
    names = sorted(
        before.keys() | after.keys(),
        key=lambda name: _place(after.get(name) or before[name]),
    )
    changes = []
    for name in names:
        one, two = before.get(name), after.get(name)
        if two is None:
            changes.append(_alone(before[name], "no longer shown", before[name].printed, ""))
        elif one is None:
            changes.append(_alone(two, "newly shown", "", two.printed))
        elif one.digest != two.digest or one.shown_to_reader != two.shown_to_reader:
            changes.append(_changed(one, two, old.data.get(name, ""), new.data.get(name, "")))
    return tuple(changes)


def _place(record: Record) -> tuple[str, int]:
    file, _, line = record.shown[0].rpartition(":")
    return file, int(line) if line.isdigit() else 0


def _alone(record: Record, crossed: str, old: str, new: str) -> Change:
    """Return the change for an exhibit that only one of the two reports shows."""
    return Change(
        record.id, record.reference, record.kind, record.shown[0], old, new, crossed=(crossed,)
    )


def _changed(one: Record, two: Record, old: str, new: str) -> Change:
    steps: list[Step] = []
    crossed: list[str] = []
    match one, two:
        case NumberRecord(), NumberRecord():
            steps, crossed = _number(one, two)
        case ClaimRecord(), ClaimRecord() if one.holds != two.holds:
            crossed = [f"its rule is {STATES[two.holds]}"]
        case _, Float():
            steps, crossed = _table(old, new)
    if one.disclosure != two.disclosure:
        crossed.append(f"disclosure: {one.disclosure}, now {two.disclosure}")
    moved = [step for step in steps if not step.same]
    moved.sort(key=lambda step: -abs(step.relative if step.relative is not None else math.inf))
    return Change(
        two.id,
        two.reference,
        two.kind,
        two.shown[0],
        one.printed,
        two.printed,
        tuple(moved),
        tuple(crossed),
    )


def _number(one: NumberRecord, two: NumberRecord) -> tuple[list[Step], list[str]]:
    old, new = _first(one.printed), _first(two.printed)
    null = 1.0 if "ratio" in two.unit else 0.0
    crossed = list(_crossed("", (old, new), one.interval, two.interval, null))
    return [Step("", old, new)], crossed


def _first(printed: str) -> float | None:
    found = numbers(printed)
    return _float(found[0].text) if found else None


def _float(text: str) -> float | None:
    try:
        value = float(re.sub("^−", "-", text.replace(",", "")))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _crossed(
    label: str,
    values: tuple[float | None, float | None],
    before: Sequence[float] | None,
    after: Sequence[float] | None,
    null: float,
) -> Iterator[str]:
    """Yield the boundaries that an estimate crossed: the null value, significance."""
    at = f"{label}: " if label else ""
    old, new = values
    if old is not None and new is not None and (old - null) * (new - null) < 0:
        # A ratio has no sign: its null value is 1.
        side = "above" if new > null else "below"
        yield (
            f"{at}changed its sign" if null == 0 else f"{at}was on the other side of 1, now {side}"
        )
    if before and after:
        was, now = (each[0] > null or each[1] < null for each in (before, after))
        if was != now:
            yield f"{at}{'became' if now else 'is no longer'} significant"


Row = dict[str, str]


def _table(old: str, new: str) -> tuple[list[Step], list[str]]:
    """Return the changes in the data behind a figure or table."""
    one, two = (list(csv.DictReader(io.StringIO(source))) for source in (old, new))
    labels = _labels([*one, *two])
    before, after = _keyed(one, labels), _keyed(two, labels)
    steps: list[Step] = []
    crossed: list[str] = []
    for key in [*before, *(key for key in after if key not in before)]:
        label = ", ".join(key[:-1])
        if key not in before or key not in after:
            crossed.append(f"{label or 'a row'} {'is gone' if key in before else 'is new'}")
            continue
        row = _row(label, before[key], after[key], labels)
        steps += row[0]
        crossed += row[1]
    return steps, crossed


def _row(label: str, one: Row, two: Row, labels: set[str]) -> tuple[list[Step], list[str]]:
    steps: list[Step] = []
    crossed: list[str] = []
    for column in [name for name in one if name in two and name not in labels]:
        name = f"{label}: {column}" if label else column
        step = Step(name, _float(one[column]), _float(two[column]))
        if one[column] == two[column]:
            continue
        if step.old is None or step.new is None:
            # A symbol in place of a number: newly suppressed, or newly shown.
            crossed.append(f"{name}: {one[column] or 'nothing'} -> {two[column] or 'nothing'}")
            continue
        steps.append(step)
        if f"{column}_low" in one and f"{column}_low" in two:
            null = 1.0 if "ratio" in column else 0.0
            limits = _limits(one, column), _limits(two, column)
            crossed += _crossed(name, (step.old, step.new), *limits, null)
        elif re.fullmatch("p|p_.*|.*_p|.*p_value", column):
            crossed += _level(name, step)
    return steps, crossed


def _level(name: str, step: Step) -> Iterator[str]:
    if step.old is not None and step.new is not None and (step.old < LEVEL) != (step.new < LEVEL):
        yield f"{name}: {'fell below' if step.new < LEVEL else 'rose above'} {LEVEL}"


def _limits(row: Row, column: str) -> tuple[float, float] | None:
    low, high = _float(row[f"{column}_low"]), _float(row.get(f"{column}_high", ""))
    return None if low is None or high is None else (low, high)


def _labels(rows: Sequence[Row]) -> set[str]:
    """Return the columns that identify a row: those without any number."""
    columns = {name: None for row in rows for name in row}
    return {
        name
        for name in columns
        if name not in ("status", "reason")
        and all(_float(row.get(name, "")) is None for row in rows)
    }


def _keyed(rows: Sequence[Row], labels: set[str]) -> dict[tuple[str, ...], Row]:
    """Return rows by their labels and their position among rows with the same labels."""
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        words = tuple(value for name, value in row.items() if name in labels and value)
        count = 0
        while (*words, str(count)) in found:
            count += 1
        found[*words, str(count)] = row
    return found


def amount(step: Step) -> str:
    """Return a value's change as text, absolute and as a share; empty if it has neither.

    Examples
    --------
    >>> amount(Step("", 0.5, 0.55))
    ' (+0.05, +10%)'
    """
    if step.absolute is None:
        return ""
    share = "" if step.relative is None else f", {plain(100 * step.relative, 2, '+')}%"
    return f" ({plain(step.absolute, 3, '+')}{share})"


def plain(value: float, digits: int, sign: str = "-") -> str:
    """Return a value to some significant digits, or to the nearest integer; never an exponent.

    Examples
    --------
    >>> plain(170.4, 2, "+"), plain(0.0000123456, 3), plain(8777123.4, 6), plain(-0.05, 3)
    ('+170', '0.0000123', '8,777,123', '-0.05')
    """
    if not math.isfinite(value):
        return f"{value:{sign}}"
    whole = abs(value) >= 10**digits - 0.5
    return f"{Decimal(f'{value:.0f}' if whole else f'{value:.{digits}g}'):{sign},f}"
