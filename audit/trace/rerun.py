"""A report computed again and set next to the delivered one: each value and figure, graded."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from audit.coverage.literals import numbers
from audit.ledger.record import Float
from audit.terminal import quoted
from audit.trace.comparison import TOLERANCE, amount, compare, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.ledger.bundle import Bundle
    from audit.ledger.record import Record
    from audit.trace.comparison import Change

IDENTICAL, WITHIN, DIFFERS = "identical", "within tolerance", "differs"
DRAWN = "drawn or described differently; every value is the same"
EDITED = "its digest is the same, but these are not: "
_PLACES = ("labels", "anchors", "pages", "shown")
"""Fields of a record that say where a book prints it: nothing is typeset again."""
_EXACT = ("digest", "data")
"""Digests: of a value within tolerance they differ; all else must be the same, to the letter."""


@dataclass(frozen=True)
class Graded:
    """One exhibit of the delivered report, held to the same exhibit computed again.

    Attributes
    ----------
    id, reference, kind
        Of the exhibit.
    grade
        "identical", "within tolerance" or "differs".
    values
        How many values it holds.
    differences
        What differs, and by how much; of one within tolerance, that it does.
    """

    id: str
    reference: str
    kind: str
    grade: str
    values: int
    differences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rerun:
    """What came of computing a report again.

    Attributes
    ----------
    graded
        Every exhibit; empty where nothing could be computed.
    edited
        What else its ledger says that its commit doesn't give.
    hindrance, remedy
        Why it cannot be told, and what would help; empty where it can.
    notes
        What else is not as it was: versions, processor, a tree with changes.
    """

    graded: tuple[Graded, ...] = ()
    edited: tuple[str, ...] = ()
    hindrance: str = ""
    remedy: str = ""
    notes: tuple[str, ...] = ()

    @property
    def reproducible(self) -> bool:
        """Whether ledger and exhibits came out the same, these within the tolerance at most."""
        return (
            not self.hindrance
            and not self.edited
            and all(each.grade != DIFFERS for each in self.graded)
        )

    def verdict(self) -> Iterator[str]:
        """Yield whether it came out the same, in words."""
        if self.hindrance:
            yield f"reproducible  cannot be told: {quoted(self.hindrance)}"
            if self.remedy:
                yield f"  remedy: {quoted(self.remedy)}"
        else:
            yield f"reproducible  {'yes' if self.reproducible else 'NO'}: {self._count()}"

    def differences(self) -> Iterator[str]:
        """Yield each difference, those beyond the tolerance first."""
        yield from (f"its ledger is not its commit's: {what}" for what in self.edited)
        for each in sorted(self.graded, key=lambda graded: graded.grade != DIFFERS):
            yield from (f"{each.reference} {each.id}: {told}" for told in each.differences)

    def _count(self) -> str:
        grades = Counter(each.grade for each in self.graded)
        values = sum(each.values for each in self.graded)
        figures = sum(each.kind == "figure" for each in self.graded)
        parts = [f"{grades[IDENTICAL]} come out identical"]
        if grades[WITHIN]:
            parts.append(f"{grades[WITHIN]} within the tolerance of {TOLERANCE:g}")
        if grades[DIFFERS]:
            parts.append(f"{grades[DIFFERS]} differently")
        edited = len(self.edited)
        besides = f"; besides, {edited} of its ledger's statements differ" if edited else ""
        return (
            f"of {len(self.graded)} exhibits, {figures} of them figures, with {values:,} values, "
            + ", ".join(parts)
            + besides
        )

    def as_dictionary(self) -> dict[str, Any]:
        """Return the same for other programs."""
        return {**asdict(self), "reproducible": self.reproducible, "tolerance": TOLERANCE}


def grade(delivered: Bundle, again: Bundle) -> tuple[Graded, ...]:
    """Return each exhibit of a delivered report, held to what the same inputs give again.

    Parameters
    ----------
    delivered
        What the PDF carries.
    again
        Computed anew; an exhibit that only this one has is no matter of the delivered report.
    """
    changes = {change.name: change for change in compare(delivered, again)}
    return tuple(
        _graded(record, delivered, again, changes.get(name))
        for name, record in delivered.records.items()
    )


def _graded(record: Record, delivered: Bundle, again: Bundle, change: Change | None) -> Graded:
    name = record.id
    data = delivered.data.get(name, "")
    known = (name, record.reference, record.kind)
    values = _values(record, data)
    other = again.records.get(name)
    if other is None:
        return Graded(*known, DIFFERS, values, ("it is not computed at all",))
    one, two = vars(record), vars(other)
    otherwise = [
        key
        for key in sorted(one.keys() | two.keys())
        if key not in (*_PLACES, *_EXACT) and one.get(key) != two.get(key)
    ]
    same = data == again.data.get(name, "")
    if record.digest == other.digest:
        # What is printed has a digest; only somebody who edits leaves it and changes the rest.
        stated = one.get("data") == two.get("data")
        edited = [*otherwise, *(() if same and stated else ("data",))]
        moved = tuple(_differences(change)) if change else ()
        told = (*moved, EDITED + ", ".join(edited))
        return Graded(*known, *((DIFFERS, values, told) if edited else (IDENTICAL, values)))
    if not otherwise and change and not change.steps and not change.crossed:
        what = "some values differ, each within the tolerance"
        # A drawing or a text that differs where no value does is a difference.
        return Graded(*known, *((DIFFERS, values, (DRAWN,)) if same else (WITHIN, values, (what,))))
    return Graded(
        *known, DIFFERS, values, tuple(_differences(change) if change else ()) or (DRAWN,)
    )


def _differences(change: Change) -> Iterator[str]:
    if change.kind in ("number", "claim") and change.old != change.new:
        amounts = "".join(amount(step) for step in change.steps)
        yield f"{change.old} -> {change.new}{amounts}"
    else:
        yield from (
            f"{step.label}: {plain(step.old, 6)} -> {plain(step.new, 6)}{amount(step)}"
            for step in change.steps
            if step.old is not None and step.new is not None
        )
    yield from change.crossed


def _values(record: Record, data: str) -> int:
    if not isinstance(record, Float):
        return len(numbers(record.printed))
    rows: Iterable[list[str]] = list(csv.reader(io.StringIO(data)))[1:]
    return sum(_is_value(cell) for row in rows for cell in row)


def _is_value(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
