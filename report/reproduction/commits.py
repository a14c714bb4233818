"""The commit that a delivered report names: identified only by hash, and run only if known.

A ledger from elsewhere may name anything. Its code is run only if it belongs to a branch or tag
of this clone, which somebody fetched or created; an object that is merely present in the clone,
such as one from a proposed change, is not yet anybody's code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError
from report.reproduction.rebuild import find_commit, git

if TYPE_CHECKING:
    from pathlib import Path

_HASH = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")


def delivered_commit(root: Path, named: str) -> str:
    """Return the commit that a ledger names.

    Raises
    ------
    ConfigurationError
        If it names none or something other than a hash, or no branch of the clone contains it.
    """
    if not named:
        raise ConfigurationError(
            "it was built outside version control, so no commit says with which code",
            remedy="ask for a report built in a clone",
        )
    if not _HASH.fullmatch(named):
        raise ConfigurationError(f"its ledger does not name a commit: '{named[:80]}'")
    commit = find_commit(root, named)
    if not branches_containing(root, commit):
        raise ConfigurationError(
            f"commit {commit[:12]} is on no branch of this clone, so its code is not run",
            remedy=f"read it, and if you trust it: `git branch checked {commit[:12]}`",
        )
    return commit


def branches_containing(root: Path, commit: str) -> list[str]:
    """Return the branches and tags that contain a commit, with HEAD and local branches first."""
    kinds = ("refs/heads", "refs/remotes", "refs/tags")
    names = ["HEAD"] if _is_ancestor(root, commit) else []
    for kind in kinds:
        said = git(root, "for-each-ref", f"--contains={commit}", "--format=%(refname:short)", kind)
        names += said.decode(errors="replace").split()
    return names


def commit_description(root: Path, commit: str) -> str:
    """Return in words which commit was run and which branch contains it."""
    found = [name for name in branches_containing(root, commit) if name != "HEAD"] or [
        "what is checked out"
    ]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"the code that was run is commit {commit[:12]}, on {found[0]}{more}"


def _is_ancestor(root: Path, commit: str) -> bool:
    merged = git(root, "rev-list", "--max-count=1", commit, "--not", "HEAD")
    return not merged.strip()
