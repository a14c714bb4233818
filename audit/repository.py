"""The commit that a report is built from, and whether the tree was clean."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Commit:
    """Where the code of a build stands in the project's history.

    Attributes
    ----------
    id
        The full hash; None outside a git checkout, which is then said so, never guessed.
    time
        Seconds since 1970 of the commit; None likewise.
    clean
        Whether the tracked files are as committed and no untracked file could take part.
    """

    id: str | None
    time: int | None
    clean: bool

    @property
    def short(self) -> str:
        """The hash as printed: twelve digits, marked when the tree has other changes."""
        if self.id is None:
            return "not under version control"
        return self.id[:12] + ("" if self.clean else " with uncommitted changes")


def read_commit(root: Path) -> Commit:
    """Return the commit checked out at `root`."""
    shown = _git(root, "log", "-1", "--format=%H %ct")
    if shown is None or not shown.strip():
        return Commit(None, None, clean=False)
    identity, seconds = shown.split()
    status = _git(root, "status", "--porcelain")
    return Commit(identity, int(seconds), clean=status is not None and not status.strip())


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
