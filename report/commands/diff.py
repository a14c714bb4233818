"""`report diff OLD NEW`: which numbers changed between two builds, by how much, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError
from analysis.evaluation import find_root
from audit.ledger.bundle import Bundle, read_bundle
from audit.terminal import print_json, print_lines
from audit.trace.comparison import Change, compare
from report.reproduction.commits import commit_description, delivered_commit
from report.reproduction.diff_text import as_dictionary, as_html, lines
from report.reproduction.rebuild import (
    Inputs,
    RebuildFailed,
    differing,
    find_commit,
    git,
    of_commit,
    rebuild,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ENVIRONMENT = "environment"
TOGETHER = "only together"
UNKNOWN = "not found"
_HEADING = re.compile(r"^#{1,2} (.*?)(?: \{.*\})?$")


@dataclass(frozen=True)
class Difference:
    """Comparison of two builds.

    Attributes
    ----------
    old, new
        Names of the builds.
    changes
        The changes with their causes.
    groups
        For each place, the key finding or otherwise the chapter that contains it.
    causes
        The kinds of input that differ.
    prose
        Chapters whose text changed, with the numbers of lines removed and added.
    environment
        For each version that differs, the old and the new value.
    notes
        Reasons why causes were not found.
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
        The extracts from which they were made, if these are not in the commits.
    as_json
        Print the difference as JSON.
    page
        File for the difference as an HTML page; None for no page.
    """
    found = difference(find_root(Path.cwd()), old, new, (old_data, new_data))
    if as_json:
        print_json(as_dictionary(found))
    else:
        print_lines(lines(found))
    if page is not None:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(as_html(found), encoding="utf-8", newline="\n")
    return 0


def difference(
    root: Path, old: str, new: str, extracts: tuple[Path | None, Path | None]
) -> Difference:
    """Return the comparison of two builds, with the causes of each change."""
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
            key: (str(before.ledger.environment.get(key)), str(value))
            for key, value in after.ledger.environment.items()
            if before.ledger.environment.get(key) != value
        },
        tuple(dict.fromkeys(notes)),
    )


def _build(
    root: Path, name: str, extract: Path | None, notes: list[str]
) -> tuple[Bundle, Inputs | None]:
    """Return a build and its inputs; the inputs are None unless this clone has its commit."""
    path = Path(name)
    if name != "." and path.exists():
        bundle = read_bundle(path)
        try:
            commit = delivered_commit(root, bundle.commit)
        except ConfigurationError as error:
            notes.append(f"causes were not looked for: {error.what}")
            return bundle, None
        notes.append(f"{bundle.name}: {commit_description(root, commit)}")
        return bundle, of_commit(commit, extract)
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
    (before, first), (after, last) = old, new
    kinds = differing(root, first, last)
    if len(kinds) == 1 and before.ledger.environment == after.ledger.environment:
        return tuple(change.because_of(kinds) for change in changes)
    start = _try(root, first, notes)
    base = _digests(start) if start else {}
    moved = {kind: _moved(root, kind, (start, first), (after, last), notes) for kind in kinds}
    explained = []
    for change in changes:
        causes = [kind for kind in kinds if change.name in (moved[kind] or ())]
        if base and base.get(change.name) != _digests(before).get(change.name):
            causes.append(ENVIRONMENT)
        known = base and all(names is not None for names in moved.values())
        fallback = UNKNOWN if not known else TOGETHER if kinds else ENVIRONMENT
        explained.append(change.because_of(causes or (fallback,)))
    return tuple(explained)


def _moved(
    root: Path,
    kind: str,
    old: tuple[Bundle | None, Inputs],
    new: tuple[Bundle, Inputs],
    notes: list[str],
) -> set[str] | None:
    """Return the exhibits that one kind of input changes; None if no swap of it can be computed.

    The new input replaces the old; if that cannot be computed, for instance because new code needs
    a new column, the old input replaces the new.
    """
    (before, first), (after, last) = old, new
    if before is not None:
        swapped = _try(root, first.swapped(kind, last), notes, f"with only {kind} of the new")
        if swapped is not None:
            return _differ(before, swapped)
    swapped = _try(root, last.swapped(kind, first), notes, f"with only {kind} of the old")
    return None if swapped is None else _differ(swapped, after)


def _differ(one: Bundle, two: Bundle) -> set[str]:
    first, second = _digests(one), _digests(two)
    return {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)}


def _try(root: Path, inputs: Inputs, notes: list[str], how: str = "the old") -> Bundle | None:
    try:
        return rebuild(root, inputs)
    except RebuildFailed as error:
        notes.append(f"{how} inputs: {error.what}")
        return None


def _digests(bundle: Bundle) -> dict[str, str]:
    return {name: str(record.digest) for name, record in bundle.records.items()}


def _prose(root: Path, old: str, new: str) -> tuple[tuple[str, int, int], ...]:
    """Return the chapters whose text changed, with the numbers of lines removed and added."""
    # Lines are counted here, because the clone's attributes could make git convert a chapter first.
    names = ("diff-tree", "-r", "-z", "--name-only", "--no-renames")
    told = git(root, *names, "--end-of-options", old, new, "--", "*.qmd").decode()
    return tuple((name, *_lines(root, name, old, new)) for name in filter(None, told.split("\0")))


def _lines(root: Path, name: str, old: str, new: str) -> tuple[int, int]:
    """Return how many lines of a file were removed, and how many added."""
    before, after = (_text(root, commit, name).splitlines() for commit in (old, new))
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    changed = [step for step in steps if step[0] != "equal"]
    return sum(j - i for _, i, j, _, _ in changed), sum(m - k for _, _, _, k, m in changed)


def _text(root: Path, commit: str, name: str) -> str:
    try:
        return shown(root, commit, name).decode(errors="replace")
    except RebuildFailed:
        return ""


def _group(root: Path, place: str, inputs: Inputs | None) -> str:
    """Return the key finding that contains a place, or otherwise its chapter."""
    file, _, line = place.rpartition(":")
    if inputs is None:
        return file
    text = _text(root, inputs.code, file)
    found = [
        match[1]
        for match in map(_HEADING.match, text.splitlines()[: int(line) if line.isdigit() else 0])
        if match
    ]
    named = [heading for heading in found if "ey finding" in heading]
    return (named or found[:1] or [file])[-1]
