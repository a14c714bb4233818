"""Compare the parts of a delivered ledger other than records with those its commit gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from audit.ledger.ledger import Ledger
from audit.ledger.record import ClaimRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

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
