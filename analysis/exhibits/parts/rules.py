"""Rules against which sentences on shares and counts are tested."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Claim

if TYPE_CHECKING:
    from collections.abc import Mapping


NOTHING = "nothing that could be estimated, or may be shown"
"""What a rule reports where there is no value to look at."""
_DIGITS = 9
"""Digits to which values are compared: a share of exactly 10% is not 10.000000000000009%."""


def _exact(value: float) -> float:
    return round(value, _DIGITS)


def _known(found: Mapping[str, float]) -> dict[str, float]:
    """Return the values that are not missing (NaN)."""
    return {name: value for name, value in found.items() if not math.isnan(value)}


@dataclass(frozen=True)
class Least:
    """The rule that every value is at least a threshold.

    Attributes
    ----------
    what
        The value, in words.
    least
        The threshold, which itself satisfies the rule.
    unit
        Its unit, printed after the number.
    """

    what: str
    least: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.what} at least {self.least:g}{self.unit}"

    def holds(self, found: Mapping[str, float]) -> bool:
        """Whether every value is at least the threshold; False where there is no value."""
        return bool(found) and all(_exact(value) >= self.least for value in found.values())

    def refuted(self, found: Mapping[str, float]) -> bool:
        """Whether a known value contradicts the rule."""
        return any(not self.holds({name: value}) for name, value in _known(found).items())


@dataclass(frozen=True)
class More(Least):
    """The rule that every value is greater than a threshold."""

    def __str__(self) -> str:
        return f"{self.what} more than {self.least:g}{self.unit}"

    def holds(self, found: Mapping[str, float]) -> bool:
        """Whether every value is greater than the threshold; False where there is no value."""
        return bool(found) and all(_exact(value) > self.least for value in found.values())


@dataclass(frozen=True)
class Most:
    """The rule that every value is at most a threshold.

    Attributes
    ----------
    what
        The value, in words.
    most
        The threshold, which itself satisfies the rule.
    unit
        Its unit, printed after the number.
    """

    what: str
    most: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.what} at most {self.most:g}{self.unit}"

    def holds(self, found: Mapping[str, float]) -> bool:
        """Whether every value is at most the threshold; False where there is no value."""
        return bool(found) and all(_exact(value) <= self.most for value in found.values())

    def refuted(self, found: Mapping[str, float]) -> bool:
        """Whether a known value contradicts the rule."""
        return any(not self.holds({name: value}) for name, value in _known(found).items())


@dataclass(frozen=True)
class Largest:
    """The rule that one group has a larger value than every other.

    Attributes
    ----------
    what
        The value, in words.
    group
        The group that must have the largest value.
    """

    what: str
    group: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.what} larger for {self.group} than for any other shown"

    def holds(self, found: Mapping[str, float]) -> bool:
        """Whether the group has a value that is greater than all others."""
        others = [value for name, value in found.items() if name != self.group]
        # One by one: the largest of values that are not all known is not known either.
        return (
            self.group in found
            and bool(others)
            and all(found[self.group] > value for value in others)
        )

    def refuted(self, found: Mapping[str, float]) -> bool:
        """Whether another group's known value is as large as this group's."""
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
    """Return a claim: the sentence with its rule, and what the results show.

    Parameters
    ----------
    found
        The value of each group that the rule looks at.
    evidence
        Names of the exhibits that support the sentence.
    decimals
        Decimal places of the values.
    absent
        What is printed for a missing value; `words.HIDDEN` where only a suppressed count can be
        missing.
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
