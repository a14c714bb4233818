"""Which literals of a delivered PDF are this clone's own: no other pattern is ever run.

A pattern may take time without end, or explain any number. What a PDF brings along tells at most
which of the clone's own patterns it was built with, and what each was pinned to.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError
from audit.coverage.literals import FILE, Literal, parse_literals
from audit.limits import refuse

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_HASH = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
LARGEST = 2**20
"""Bytes of such a file; the report's has four thousand."""


def own_patterns(root: Path, commit: str) -> frozenset[str]:
    """Return the patterns that a clone lists, as it stands and at a commit that it has.

    Parameters
    ----------
    root
        The clone.
    commit
        The hash that a seal names; anything else names nothing.
    """
    path = root / FILE
    found = _patterns(path.read_bytes() if path.is_file() else b"")
    if _HASH.fullmatch(commit):
        asked = ["git", "-C", str(root), "show", "--end-of-options", f"{commit}:{FILE}"]
        try:
            done = subprocess.run(asked, capture_output=True, check=False)
        except FileNotFoundError:
            return frozenset(found)
        found |= _patterns(done.stdout if done.returncode == 0 else b"")
    return frozenset(found)


def known_literals(source: bytes, own: Collection[str]) -> tuple[tuple[Literal, ...], int]:
    """Return the literals in a delivered file that are the clone's own, and how many aren't.

    Raises
    ------
    BeyondLimits
        If it is larger or nested deeper than any list of literals.
    """
    if len(source) > LARGEST:
        refuse(f"its {FILE} has more than {LARGEST:,} bytes")
    unknown = len(_patterns(source) - set(own))
    try:
        return parse_literals(source.decode("utf-8", "replace"), only=own), unknown
    except ConfigurationError:
        return (), max(unknown, 1)


def _patterns(source: bytes) -> set[str]:
    """Return the patterns that a file lists, none of them compiled."""
    try:
        listed: Any = tomllib.loads(source.decode("utf-8", "replace")).get("literal", [])
    except tomllib.TOMLDecodeError:
        return set()
    except RecursionError:
        refuse(f"its {FILE} is nested too deeply")
    entries = listed if isinstance(listed, list) else []
    return {str(each.get("pattern")) for each in entries if isinstance(each, dict)}
