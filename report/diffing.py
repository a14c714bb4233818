"""`report diff OLD NEW`: which numbers changed between two builds, by how much, and why."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError
from analysis.evaluation import find_root
from audit.bundle import Bundle, read_bundle
from audit.comparison import Change, compare
from report.rebuilding import (
    Inputs,
    RebuildFailed,
    differing,
    find_commit,
    git,
    of_commit,
    rebuild,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ENVIRONMENT = "environment"
TOGETHER = "only together"
UNKNOWN = "not found"
STEPS_SHOWN = 3
_HEADING = re.compile(r"^#{1,2} (.*?)(?: \{.*\})?$")


@dataclass(frozen=True)
class Difference:
    """Two builds compared.

    Attributes
    ----------
    old, new
        How they are called.
    changes
        With their causes.
    groups
        For each place, the key finding or else the chapter it stands in.
    causes
        The kinds of input that differ at all.
    prose
        Chapters whose text changed, with the lines taken out and put in.
    environment
        For each version that differs, the old and the new one.
    notes
        What kept causes from being found.
    """

    old: str
    new: str
    changes: tuple[Change, ...]
    groups: dict[str, str]
    causes: tuple[str, ...]
    prose: tuple[tuple[str, int, int], ...]
    environment: dict[str, tuple[str, str]]
    notes: tuple[str, ...]


def diff(
    old: str,
    new: str,
    *,
    old_data: Path | None = None,
    new_data: Path | None = None,
    as_json: bool = False,
    page: Path | None = None,
) -> int:
    """Print what changed between two builds; return 0.

    Parameters
    ----------
    old, new
        Each a PDF, the folder of a book, or a commit; a full stop for the working tree.
    old_data, new_data
        The extracts they were made from, where those are not in the commits.
    as_json
        Print the difference as JSON.
    page
        Write it there as an HTML page too.
    """
    found = difference(find_root(Path.cwd()), old, new, (old_data, new_data))
    print(json.dumps(as_dictionary(found), indent=1, ensure_ascii=False) if as_json else "", end="")
    if not as_json:
        print("\n".join(lines(found)))
    if page is not None:
        from report.diff_page import write_page

        write_page(found, page)
    return 0


def difference(
    root: Path, old: str, new: str, extracts: tuple[Path | None, Path | None]
) -> Difference:
    """Return two builds compared, each change with its causes."""
    notes: list[str] = []
    before, first = _build(root, old, extracts[0], notes)
    after, last = _build(root, new, extracts[1], notes)
    changes = compare(before, after)
    kinds: tuple[str, ...] = ()
    prose: tuple[tuple[str, int, int], ...] = ()
    if first is not None and last is not None:
        kinds = differing(root, first, last)
        prose = _prose(root, first.code, last.code)
        changes = _explained(root, changes, (before, first), (after, last), notes)
    return Difference(
        before.name,
        after.name,
        changes,
        {change.place: _group(root, change.place, last) for change in changes},
        kinds,
        prose,
        {
            key: (str(before.ledger["environment"].get(key)), str(value))
            for key, value in after.ledger["environment"].items()
            if before.ledger["environment"].get(key) != value
        },
        tuple(dict.fromkeys(notes)),
    )


def _build(
    root: Path, name: str, extract: Path | None, notes: list[str]
) -> tuple[Bundle, Inputs | None]:
    """Return a build and, where this clone has its commit, the inputs it was made from."""
    path = Path(name)
    if name != "." and path.exists():
        bundle = read_bundle(path)
        try:
            return bundle, of_commit(find_commit(root, bundle.commit or "unknown"), extract)
        except ConfigurationError as error:
            notes.append(f"causes were not looked for: {error.what}")
            return bundle, None
    inputs = of_commit(find_commit(root, name), extract)
    return rebuild(root, inputs, "the working tree" if name == "." else name), inputs


def _explained(
    root: Path,
    changes: Sequence[Change],
    old: tuple[Bundle, Inputs],
    new: tuple[Bundle, Inputs],
    notes: list[str],
) -> tuple[Change, ...]:
    """Return the changes with their causes, found by swapping one input at a time."""
    if not changes:
        return ()
    (before, first), (_, last) = old, new
    kinds = differing(root, first, last)
    if len(kinds) == 1 and before.ledger["environment"] == new[0].ledger["environment"]:
        return tuple(change.because_of(kinds) for change in changes)
    start = _try(root, first, notes)
    digests: dict[str, dict[str, str]] = {}
    for kind in kinds:
        swapped = _try(root, first.swapped(kind, last), notes, f"with only {kind} of the new")
        digests[kind] = _digests(swapped) if swapped else {}
    base = _digests(start) if start else {}
    explained = []
    for change in changes:
        causes = [
            k for k in kinds if digests[k] and digests[k].get(change.name) != base.get(change.name)
        ]
        if base and base.get(change.name) != _digests(before).get(change.name):
            causes.append(ENVIRONMENT)
        failed = [kind for kind in kinds if not digests[kind]]
        fallback = UNKNOWN if failed or not base else TOGETHER if kinds else ENVIRONMENT
        explained.append(change.because_of(causes or (fallback,)))
    return tuple(explained)


def _try(root: Path, inputs: Inputs, notes: list[str], how: str = "the old") -> Bundle | None:
    try:
        return rebuild(root, inputs)
    except RebuildFailed as error:
        notes.append(f"{how} inputs: {error.what}")
        return None


def _digests(bundle: Bundle) -> dict[str, str]:
    return {name: str(record["digest"]) for name, record in bundle.records.items()}


def _prose(root: Path, old: str, new: str) -> tuple[tuple[str, int, int], ...]:
    """Return the chapters whose text changed, with lines taken out and put in."""
    told = git(root, "diff", "--numstat", old, new, "--", "*.qmd").decode().splitlines()
    parts = [line.split("\t") for line in told]
    return tuple((name, int(out), int(put)) for put, out, name in parts)


def _group(root: Path, place: str, inputs: Inputs | None) -> str:
    """Return the key finding in which a place stands, or else its chapter."""
    file, _, line = place.rpartition(":")
    if inputs is None:
        return file
    try:
        text = git(root, "show", f"{inputs.code}:{file}").decode()
    except RebuildFailed:
        return file
    found = [
        match[1]
        for match in map(_HEADING.match, text.splitlines()[: int(line) if line.isdigit() else 0])
        if match
    ]
    named = [heading for heading in found if "ey finding" in heading]
    return (named or found[:1] or [file])[-1]


def lines(found: Difference) -> Iterator[str]:
    """Yield a difference as a table for the terminal."""
    yield f"{found.old} -> {found.new}"
    if found.causes:
        yield f"  inputs that differ: {', '.join(found.causes)}"
    for name, (old, new) in sorted(found.environment.items()):
        yield f"  environment: {name} {old} -> {new}"
    yield from (f"  note: {note}" for note in found.notes)
    if not found.changes:
        yield "no exhibit changed"
    for group, changes in grouped(found):
        yield ""
        yield group
        for change in changes:
            because = f"  [{', '.join(change.causes)}]" if change.causes else ""
            yield f"  {change.reference:<4} {change.name}{because}"
            yield from (f"         {line}" for line in details(change))
    if found.prose:
        yield ""
        yield "Chapters' text"
        for name, out, put in found.prose:
            yield f"  {name}: {out} lines out, {put} in"


def grouped(found: Difference) -> list[tuple[str, list[Change]]]:
    """Return the changes by key finding, in the order of the report."""
    groups: dict[str, list[Change]] = {}
    for change in found.changes:
        groups.setdefault(found.groups[change.place], []).append(change)
    return list(groups.items())


def details(change: Change) -> Iterator[str]:
    """Yield what changed about one exhibit, a line each."""
    if change.kind in ("number", "claim") and change.old != change.new:
        yield f"{change.old or 'nothing'} -> {change.new or 'nothing'}"
    yield from change.crossed
    for step in change.steps[:STEPS_SHOWN]:
        label = f"{step.label}: " if step.label else ""
        if step.absolute is None:
            yield f"{label}{_value(step.old)} -> {_value(step.new)}"
            continue
        share = "" if step.relative is None else f", {100 * step.relative:+.2g}%"
        yield f"{label}{_value(step.old)} -> {_value(step.new)} ({step.absolute:+.3g}{share})"
    if len(change.steps) > STEPS_SHOWN:
        yield f"and {len(change.steps) - STEPS_SHOWN} more values"
    if not change.steps and not change.crossed and change.old == change.new:
        yield "drawn or described differently; no value changed"


def _value(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.6g}"


def as_dictionary(found: Difference) -> dict[str, Any]:
    """Return a difference for other programs."""
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
