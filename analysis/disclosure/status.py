"""Release statuses of exhibits, and exceptions for which an authorised person releases one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Outcome = Literal["released", "released after suppression", "held"]


@dataclass(frozen=True)
class Status:
    """The disclosure status of one exhibit.

    Attributes
    ----------
    outcome
        "released", "released after suppression" or "held".
    reason
        The reason, in one sentence that a reader of the report may see.
    """

    outcome: Outcome
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("a disclosure status needs a reason")

    @property
    def held(self) -> bool:
        """Whether nothing of the exhibit may be published."""
        return self.outcome == "held"


def strictest(statuses: Sequence[Status]) -> Status:
    """Return the strictest status of several parts that are shown together."""
    order = ("held", "released after suppression", "released")
    return min(statuses, key=lambda status: order.index(status.outcome))


def released(reason: str = "It shows nothing that is counted from children's records.") -> Status:
    """Return the status of an exhibit that is safe as it is."""
    return Status("released", reason)


def suppressed(reason: str) -> Status:
    """Return the status of an exhibit that is safe after some values were suppressed."""
    return Status("released after suppression", reason)


def held(reason: str) -> Status:
    """Return the status of an exhibit that may not be published."""
    return Status("held", reason)


FILE = "exceptions.toml"
"""The file of exceptions, next to the contracts, as are the waivers."""

KEYS = ("exhibit", "name", "reason", "date")


@dataclass(frozen=True)
class ReleaseException:
    """A decision to publish an exhibit that disclosure control holds back.

    Attributes
    ----------
    exhibit
        Name of the exhibit.
    name
        Name of the person who decided.
    reason
        Why it is nevertheless safe or right.
    date
        When.
    """

    exhibit: str
    name: str
    reason: str
    date: date


def read_exceptions(path: Path) -> tuple[ReleaseException, ...]:
    """Read the recorded exceptions; none if there is no file.

    Raises
    ------
    ConfigurationError
        If an entry lacks the name, reason or date.
    """
    if not path.is_file():
        return ()
    try:
        whole = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"cannot be read: {error}", place=path.name, remedy="correct the line"
        ) from None
    entries = whole.pop("exception", [])
    tables = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)
    if whole or not tables:
        raise ConfigurationError(
            f"it contains {', '.join(whole) or 'an exception that is not a table'}",
            place=path.name,
            remedy="begin each entry with [[exception]]; this file contains nothing else",
        )
    return tuple(
        _entry(entry, f"{path.name}, [[exception]] {n}") for n, entry in enumerate(entries, 1)
    )


def _entry(entry: dict[str, object], place: str) -> ReleaseException:
    missing = [key for key in KEYS if not entry.get(key)]
    extra = [key for key in entry if key not in KEYS]
    if missing or extra:
        what = f"lacks {', '.join(missing)}" if missing else f"has an unknown {', '.join(extra)}"
        raise ConfigurationError(what, place=place, remedy=f"write {', '.join(KEYS)}")
    if type(entry["date"]) is not date:
        raise ConfigurationError(
            "the date is not a valid date",
            place=place,
            remedy="write date = 2020-02-29, without quotes",
        )
    texts = {key: str(entry[key]) for key in KEYS if key != "date"}
    return ReleaseException(**texts, date=entry["date"])


def with_exception(
    exhibit: str, status: Status, exceptions: tuple[ReleaseException, ...]
) -> Status:
    """Return an exhibit's status, released where a recorded exception says so."""
    found = [each for each in exceptions if each.exhibit == exhibit]
    if not (status.held and found):
        return status
    last = found[-1]
    return released(
        f"Released by {last.name} on {last.date:%d %B %Y}: {last.reason} "
        f"(disclosure control had held it: {status.reason})"
    )
