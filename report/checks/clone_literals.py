"""The literals of a clone with the values they repeat, now and at a report's commit."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import ReportError
from audit.coverage.literals import FILE, parse_literals
from audit.coverage.trusted_literals import on_branch
from report.checks.literal_sources import COUNT, SOURCES, pinned_literals
from report.reproduction.rebuild import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.coverage.literals import Literal


def clone_literals(root: Path, commit: str) -> tuple[Literal, ...]:
    """Return a clone's literals with the numbers they may explain; empty if it cannot check them.

    Parameters
    ----------
    root
        The clone.
    commit
        The hash that a seal names; ignored unless a branch, a tag or HEAD contains it.
    """
    found = list(_pinned(root))
    if on_branch(root, commit):
        with tempfile.TemporaryDirectory() as folder:
            try:
                for path, data in _files(root, commit):
                    place = Path(folder) / path
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(data)
            except (ReportError, UnicodeDecodeError):
                return tuple(found)
            found += _pinned(Path(folder))
    return tuple(found)


def _pinned(root: Path) -> tuple[Literal, ...]:
    try:
        return pinned_literals(root)
    except (ReportError, OSError):
        return ()


def _files(root: Path, commit: str) -> Iterator[tuple[str, bytes]]:
    """Yield the list of literals in a commit, and each file that it says they repeat."""
    listed = shown(root, commit, FILE)
    yield FILE, listed
    named = {each.repeats.removeprefix(COUNT) for each in parse_literals(listed.decode())}
    for path in sorted({SOURCES, *(name.partition(":")[0] for name in named)}):
        try:
            yield path, shown(root, commit, path)
        except ReportError:
            continue
