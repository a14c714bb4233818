"""Rules that a sentence on shares and counts is held to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Claim

if TYPE_CHECKING:
    from collections.abc import Mapping


NOTHING = "nothing that could be estimated, or may be shown"
"""What a rule finds that has no value to look at."""
_DIGITS = 9
"""To which values are compared: a share of exactly 10% is not 10.000000000000009%."""


def _exact(value: float) -> float:
    return round(value, _DIGITS)


def _known(found: Mapping[str, float]) -> dict[str, float]:
    """Return the values that there are: those that are missing are not a number."""
    return {name: value for name, value in found.items() if not math.isnan(value)}


@dataclass(frozen=True)
class Least:
    """That a value reaches a threshold wherever it is looked at.

    Attributes
    ----------
    what
        The value, in words.
    least
        The threshold, which suffices.
    unit
        Its unit, printed behind the number.
    """

    what: str
    least: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.what} at least {self.least:g}{self.unit}"

    def holds(self, found: Mapping[str, float]) -> bool:
        """Whether every value reaches it; nothing found is nothing shown."""
        return bool(found) and all(_exact(value) >= self.least for value in found.values())

    def refuted(self, found: Mapping[str, float]) -> bool:
        """Whether a value that is known contradicts it."""
        return any(not self.holds({name: value}) for name, value in _known(found).items())


@dataclass(frozen=True)
class More(Least):
    """That a value exceeds a threshold wherever it is looked at; the threshold doesn't suffice."""

    def __str__(self) -> str:
        return f"{self.what} more than {self.least:g}{self.unit}"

    def holds(self, found: Mapping[str, float]) -> bool:
        """Whether every value exceeds it; nothing found is nothing shown."""
        return bool(found) and all(_exact(value) > self.least for value in found.values())


@dataclass(frozen=True)
class Most:
    """That a value stays below a threshold wherever it is looked at.

    Attributes
    ----------
    what
        The value, in words.
    most
        The threshold, which is let through.
    unit
        Its unit, printed behind the number.
    """

    what: str
    most: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.what} at most {self.most:g}{self.unit}"

    def holds(self, found: Mapping[str, float]) -> bool:
        """Whether no value exceeds it; nothing found is nothing shown."""
        return bool(found) and all(_exact(value) <= self.most for value in found.values())

    def refuted(self, found: Mapping[str, float]) -> bool:
        """Whether a value that is known contradicts it."""
        return any(not self.holds({name: value}) for name, value in _known(found).items())


@dataclass(frozen=True)
class Largest:
    """That one group has a larger value than every other.

    Attributes
    ----------
    what
        The value, in words.
    group
        The group that has the largest.
    """

    what: str
    group: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.what} larger for {self.group} than for any other shown"

    def holds(self, found: Mapping[str, float]) -> bool:
        """Whether the group is there and above all others."""
        others = [value for name, value in found.items() if name != self.group]
        # One by one: the largest of values that are not all known is no value at all.
        return (
            self.group in found
            and bool(others)
            and all(found[self.group] > value for value in others)
        )

    def refuted(self, found: Mapping[str, float]) -> bool:
        """Whether another group has as large a value as this one, as far as both are known."""
        known = _known(found)
        own = known.pop(self.group, math.inf)
        return any(value >= own for value in known.values())


def judge(
    sentence: str,
    rule: Least | Most | Largest,
    found: Mapping[str, float],
    evidence: tuple[str, ...],
    decimals: int = 1,
    absent: str = words.NOT_KNOWN,
) -> Claim:
    """Return the sentence with its rule, and what the results show.

    Parameters
    ----------
    found
        The value of each group that the rule looks at.
    evidence
        Names of the exhibits that carry the sentence.
    decimals
        Decimal places of the values.
    absent
        What stands in place of a value that is missing; `words.HIDDEN` where only a count that
        is hidden can be missing.
    """
    unit = rule.unit
    seen = "; ".join(
        f"{name} {words.rate(value, decimals)}{unit}"
        if math.isfinite(value)
        else f"{name} {absent}"
        for name, value in found.items()
    )
    holds = rule.holds(found)
    unknown = not holds and not rule.refuted(found)
    return Claim(sentence, str(rule), holds, seen or NOTHING, evidence, unknown=unknown)
