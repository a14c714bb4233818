"""Checks of the values in a settings file, whose reader adds file and line to their errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable


def one_of(key: str, value: str, allowed: Iterable[str]) -> None:
    """Raise an error for a value that is not in a list; the file's reader adds the place."""
    listed = ", ".join(allowed)
    if value not in allowed:
        raise ConfigurationError(
            f"must be one of {listed}; found {value!r}", place=key, remedy="choose one of them"
        )


def require(condition: bool, key: str, rule: str, value: object) -> None:
    """Raise an error with the rule that a value breaks."""
    if not condition:
        raise ConfigurationError(f"{rule}; found {value!r}", place=key, remedy="correct the value")


def unique(key: str, values: Iterable[str]) -> None:
    """Raise an error for the first value that occurs twice."""
    seen: set[str] = set()
    for value in values:
        require(value not in seen, key, "each may occur only once", value)
        seen.add(value)
