"""Select the literals of a delivered PDF that are this clone's own; run no other pattern.

A pattern may never terminate, or explain any number. The literals in a PDF only show which of
the clone's own patterns it was built with, and the numbers to which each was restricted.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError
from audit.coverage.literals import FILE, Literal, parse_literals
from audit.limits import refuse
from audit.trace.repository import run_git

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

_HASH = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
LARGEST = 2**20
"""Largest accepted size of such a file, in bytes; the report's has four thousand."""


def own_patterns(root: Path, commit: str) -> frozenset[str]:
    """Return the patterns that a clone lists, in its work tree and at a given commit.

    Parameters
    ----------
    root
        The clone.
    commit
        The hash that a seal names; ignored if it is not a commit of a branch or tag.
    """
    path = root / FILE
    found = _patterns(path.read_bytes() if path.is_file() else b"")
    if on_branch(root, commit):
        found |= _patterns(_git(root, "show", "--end-of-options", f"{commit}:{FILE}"))
    return frozenset(found)


def on_branch(root: Path, commit: str) -> bool:
    """Return whether a branch, a tag or HEAD contains a commit, given by its full hash.

    A commit that is merely present in the clone, such as a proposed change, does not count.
    """
    if not _HASH.fullmatch(commit):
        return False
    kinds = ("refs/heads", "refs/remotes", "refs/tags")
    if _git(root, "for-each-ref", "--count=1", f"--contains={commit}", *kinds):
        return True
    return _git(root, "merge-base", commit, "HEAD").decode().strip() == commit


def _git(root: Path, *arguments: str) -> bytes:
    """Return git's output; empty if it fails or is not installed."""
    try:
        done = run_git(root, *arguments)
    except FileNotFoundError:
        return b""
    return done.stdout if done.returncode == 0 else b""


def known_literals(source: bytes, own: Collection[str]) -> tuple[tuple[Literal, ...], int]:
    """Return the literals in a delivered file that are the clone's own, and the number of others.

    Raises
    ------
    BeyondLimits
        If the file is larger or more deeply nested than any list of literals.
    """
    if len(source) > LARGEST:
        refuse(f"its {FILE} has more than {LARGEST:,} bytes")
    unknown = len(_patterns(source) - set(own))
    try:
        return parse_literals(source.decode("utf-8", "replace"), only=own), unknown
    except ConfigurationError:
        return (), max(unknown, 1)


def chosen_literals(source: bytes, own: Iterable[Literal]) -> tuple[tuple[Literal, ...], int]:
    """Return the clone's literals that a delivered file lists, and the number of others in it.

    The restrictions of each also come from the clone: the file only supplies its pattern.
    """
    if len(source) > LARGEST:
        refuse(f"its {FILE} has more than {LARGEST:,} bytes")
    listed, own = _patterns(source), tuple(own)
    unknown = listed - {each.pattern.pattern for each in own}
    return tuple(each for each in own if each.pattern.pattern in listed), len(unknown)


def _patterns(source: bytes) -> set[str]:
    """Return the patterns that a file lists, without compiling them."""
    try:
        listed: Any = tomllib.loads(source.decode("utf-8", "replace")).get("literal", [])
    except tomllib.TOMLDecodeError:
        return set()
    except RecursionError:
        refuse(f"its {FILE} is nested too deeply")
    entries = listed if isinstance(listed, list) else []
    return {str(each.get("pattern")) for each in entries if isinstance(each, dict)}
