"""The commit that a report is built from, and whether the tree was clean."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

FORGES = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org")
"""Hosts of code that anyone can reach, though not every repository there is public."""


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


def public_repository(root: Path, declared: str = "") -> str:
    """Return the address at which everybody can read this commit; empty where there is none.

    Parameters
    ----------
    declared
        What the book says of itself: `repo-url` in `_quarto.yml`. It goes before git's own
        `origin`, which counts only at a forge known to be public, and once the commit is there.

    Examples
    --------
    >>> public_repository(Path(), "https://token@git.example.org/a/report.git")
    'https://git.example.org/a/report'
    """
    if declared:
        return _web_address(declared)
    origin = _web_address((_git(root, "remote", "get-url", "origin") or "").strip())
    if urlsplit(origin).hostname not in FORGES:
        return ""
    holding = _git(root, "branch", "-r", "--contains", "HEAD") or ""
    return origin if any(line.strip().startswith("origin/") for line in holding.split("\n")) else ""


def _web_address(remote: str) -> str:
    """Return an https address without the name and password it may hold; empty for any other."""
    parts = urlsplit(remote)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme != "https" or not host:
        return ""
    return f"https://{host}{parts.path.rstrip('/').removesuffix('.git')}"


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def standing(root: Path, commit: str | None) -> str:
    """Say what keeps the lines of `commit` from being those that lie at `root`; empty if nothing.

    Parameters
    ----------
    commit
        The hash that a ledger names; None where it was built outside version control.
    """
    if commit is None:
        return "it was built outside version control: its lines belong to no commit"
    head = read_commit(root).id
    if head is None:
        return f"this folder has no history: lines are those of commit {commit[:12]}"
    if head == commit:
        return ""
    if _git(root, "cat-file", "-e", f"{commit}^{{commit}}") is not None:
        return (
            f"checked out is {head[:12]}; lines are those of {commit[:12]}: "
            f"`git show {commit[:12]}:FILE` shows them"
        )
    shallow = (_git(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true"
    remedy = "`git fetch --unshallow`" if shallow else "`git fetch`"
    kind = "this clone is shallow and" if shallow else "this clone"
    return f"{kind} lacks commit {commit[:12]}, whose lines these are: {remedy} may bring it"
