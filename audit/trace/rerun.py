"""Compare a recomputed report with the delivered one, grading each exhibit."""

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
"""Fields that state where a record is printed; not compared, as nothing is typeset again."""
_EXACT = ("digest", "data")
"""Digests, which differ for values within tolerance; all other fields must be identical."""


@dataclass(frozen=True)
class Graded:
    """One exhibit of the delivered report, compared with the same exhibit recomputed.

    Attributes
    ----------
    id, reference, kind
        Those of the exhibit.
    grade
        "identical", "within tolerance" or "differs".
    values
        How many values it contains.
    differences
        Each difference and its amount; for a value within tolerance, only that it differs.
    """

    id: str
    reference: str
    kind: str
    grade: str
    values: int
    differences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rerun:
    """The result of recomputing a report.

    Attributes
    ----------
    graded
        Every exhibit; empty if nothing could be computed.
    edited
        Other statements of the ledger that its commit does not give.
    hindrance, remedy
        Why the result is unknown, and what would help; empty if it is known.
    notes
        Other differences: versions, processor, uncommitted changes.
    """

    graded: tuple[Graded, ...] = ()
    edited: tuple[str, ...] = ()
    hindrance: str = ""
    remedy: str = ""
    notes: tuple[str, ...] = ()

    @property
    def reproducible(self) -> bool:
        """Whether the ledger is the same and the exhibits are within the tolerance."""
        return (
            not self.hindrance
            and not self.edited
            and all(each.grade != DIFFERS for each in self.graded)
        )

    def verdict(self) -> Iterator[str]:
        """Yield in words whether the report came out the same."""
        if self.hindrance:
            yield f"reproducible  not known: {quoted(self.hindrance)}"
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
        besides = f"; in addition, {edited} of its ledger's statements differ" if edited else ""
        return (
            f"of {len(self.graded)} exhibits, {figures} of them figures, with {values:,} values, "
            + ", ".join(parts)
            + besides
        )

    def as_dictionary(self) -> dict[str, Any]:
        """Return the result as plain data for other programs."""
        return {**asdict(self), "reproducible": self.reproducible, "tolerance": TOLERANCE}


def grade(delivered: Bundle, again: Bundle) -> tuple[Graded, ...]:
    """Return each exhibit of a delivered report, compared with its recomputation.

    Parameters
    ----------
    delivered
        The build in the PDF.
    again
        The recomputed build; exhibits that only this one has are ignored.
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
        return Graded(*known, DIFFERS, values, ("it is not computed",))
    one, two = vars(record), vars(other)
    otherwise = [
        key
        for key in sorted(one.keys() | two.keys())
        if key not in (*_PLACES, *_EXACT) and one.get(key) != two.get(key)
    ]
    same = data == again.data.get(name, "")
    if record.digest == other.digest:
        # The digest covers what is printed; only editing leaves it and changes other fields.
        stated = one.get("data") == two.get("data")
        edited = [*otherwise, *(() if same and stated else ("data",))]
        moved = tuple(_differences(change)) if change else ()
        told = (*moved, EDITED + ", ".join(edited))
        return Graded(*known, *((DIFFERS, values, told) if edited else (IDENTICAL, values)))
    if not otherwise and change and not change.steps and not change.crossed:
        what = "some values differ, each within the tolerance"
        # A changed drawing or text without any changed value is a difference.
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
