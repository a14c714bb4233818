"""Format a difference between two builds: for the terminal, as HTML, for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.templates import render
from audit.terminal import quoted
from audit.trace.comparison import amount, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.trace.comparison import Change, Step
    from report.commands.diff import Difference

SHOWN = 3


def lines(found: Difference) -> Iterator[str]:
    """Yield a difference as lines of a table for the terminal."""
    yield quoted(f"{found.old} -> {found.new}")
    if found.causes:
        yield f"  inputs that differ: {quoted(', '.join(found.causes))}"
    for name, (old, new) in sorted(found.environment.items()):
        yield f"  environment: {quoted(f'{name} {old} -> {new}')}"
    yield from (f"  note: {quoted(note)}" for note in found.notes)
    if not found.changes:
        yield "no exhibit changed"
    for group, changes in grouped(found):
        yield ""
        yield quoted(group)
        for change in changes:
            because = f"  [{quoted(', '.join(change.causes))}]" if change.causes else ""
            yield f"  {quoted(change.reference):<4} {quoted(change.name)}{because}"
            yield from (f"         {quoted(line)}" for line in details(change))
    if found.prose:
        yield ""
        yield "Chapters' text"
        for name, out, put in found.prose:
            yield f"  {quoted(name)}: {out} lines out, {put} in"


def grouped(found: Difference) -> list[tuple[str, list[Change]]]:
    """Return the changes grouped by key finding, in the order of the report."""
    groups: dict[str, list[Change]] = {}
    for change in found.changes:
        groups.setdefault(found.groups[change.place], []).append(change)
    return list(groups.items())


def details(change: Change) -> Iterator[str]:
    """Yield what changed in one exhibit, one line each."""
    crossed = _first(change.crossed, "changes of this kind")
    if change.kind in ("number", "claim"):
        if change.old != change.new:
            amounts = [amount(step) for step in change.steps]
            yield f"{change.old or 'nothing'} -> {change.new or 'nothing'}{''.join(amounts)}"
        yield from crossed
    else:
        yield from crossed
        yield from _first([_step(step) for step in change.steps], "values")
    if not change.steps and not change.crossed and change.old == change.new:
        yield "drawn or described differently; no value changed"


def _first(told: Sequence[str], what: str) -> Iterator[str]:
    """Yield the first few lines, and the number of the others."""
    yield from told[:SHOWN]
    if len(told) > SHOWN:
        yield f"and {len(told) - SHOWN} more {what}"


def _step(step: Step) -> str:
    label = f"{step.label}: " if step.label else ""
    return f"{label}{_value(step.old)} -> {_value(step.new)}{amount(step)}"


def _value(value: float | None) -> str:
    return "nothing" if value is None else plain(value, 6)


def as_html(found: Difference) -> str:
    """Return a difference as an HTML page."""
    versions = sorted(found.environment.items())
    return render(
        "difference.html",
        found=found,
        notes=[*found.notes, *(f"{name}: {old}, now {new}" for name, (old, new) in versions)],
        groups=grouped(found),
        details=details,
    )


def as_dictionary(found: Difference) -> dict[str, Any]:
    """Return a difference as plain data for other programs."""
    return {
        "old": found.old,
        "new": found.new,
        "inputs_that_differ": list(found.causes),
        "environment": {key: list(pair) for key, pair in found.environment.items()},
        "changes": [
            {
                "id": change.name,
                "reference": change.reference,
                "kind": change.kind,
                "group": found.groups[change.place],
                "shown": change.place,
                "old": change.old,
                "new": change.new,
                "crossed": list(change.crossed),
                "causes": list(change.causes),
                "values": [
                    {
                        "label": step.label,
                        "old": step.old,
                        "new": step.new,
                        "absolute": step.absolute,
                        "relative": step.relative,
                    }
                    for step in change.steps
                ],
            }
            for change in found.changes
        ],
        "prose": [{"file": f, "lines_out": out, "lines_in": put} for f, out, put in found.prose],
        "notes": list(found.notes),
    }
