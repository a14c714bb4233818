"""Compare a recomputed report and its ledger with the delivered one, grading each exhibit."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from audit.coverage.literals import numbers
from audit.ledger.ledger import Ledger
from audit.ledger.record import ClaimRecord, Float
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


_ELSEWHERE = ("records", "commit", "environment", "platform", "release", "remote", "format")
"""Fields compared elsewhere, or not determined by a commit: see `report.reproduction.rerun`."""
_ENTRIES = ("files", "chapters")
"""Lists of which an edition of the report may contain only some entries."""
LONGEST = 60
"""Most characters quoted from a text."""
_LOCKED = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)


def ledger_differences(delivered: Ledger, again: Ledger) -> Iterator[str]:
    """Yield how a delivered ledger, apart from its records, differs from the one its commit gives.

    An edition shows only some chapters, so its ledger may state less, but nothing else.

    Parameters
    ----------
    delivered
        The ledger attached to the PDF.
    again
        The ledger recomputed for the whole report.
    """
    for name in (field.name for field in fields(Ledger)):
        if name not in _ELSEWHERE:
            one, other = getattr(delivered, name), getattr(again, name)
            yield from _differing(name, one, other, some=name in _ENTRIES)
    yield from _release(delivered, again)


def _differing(name: str, one: Any, other: Any, *, some: bool) -> Iterator[str]:
    if isinstance(one, Mapping):
        keys = sorted(key for key in one if key not in other or one[key] != other[key])
        if keys:
            more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
            yield f"{name}: not as its commit gives them: {', '.join(map(_short, keys[:3]))}{more}"
    elif hasattr(one, "__dataclass_fields__"):
        for field in fields(one):
            parts = getattr(one, field.name), getattr(other, field.name)
            yield from _differing(f"{name}, {field.name}", *parts, some=some)
    elif some and set(one) <= set(other):
        return
    elif one != other:
        said = (
            f"{_short(one)} here, and {_short(other)} by its commit"
            if isinstance(one, str)
            else "not as its commit gives them"
        )
        yield f"{name}: {said}"


def _short(value: Any) -> str:
    text = str(value)
    return f"'{text[:LONGEST]}{'…' if len(text) > LONGEST else ''}'"


def _release(delivered: Ledger, again: Ledger) -> Iterator[str]:
    """Yield why a report marked as a release cannot have been built as one."""
    if not delivered.release:
        return
    if not delivered.commit.clean:
        yield "release: a release is not built from files with changes"
    broken = [r.id for r in again.records if isinstance(r, ClaimRecord) and (r.broken or r.unknown)]
    held = [r.id for r in again.records if r.held]
    if broken or held:
        named = ", ".join((broken + held)[:3])
        yield f"release: its commit gives none, since these are refused: {named}"


def locked_otherwise(ledger: Ledger, lock: str) -> Iterator[str]:
    """Yield the versions in a ledger that differ from its commit's lock file."""
    # A package may have several versions, each for some versions of Python.
    locked: dict[str, list[str]] = {}
    for name, version in _LOCKED.findall(lock):
        locked.setdefault(name.lower(), []).append(version)
    for name, version in sorted(ledger.environment.items()):
        listed = locked.get(name, [version])
        if version not in listed:
            yield f"{name} was {version}, and the lock of its commit has {' or '.join(listed)}"
