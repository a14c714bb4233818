"""The disclosure rules of each channel of release: which counts are too small to show.

Public release follows the Department for Education's convention for statistics on
children in need: counts of 1 to 5 are confidential, a true zero is shown, rates have one decimal
and national totals are rounded to the nearest ten. Release from a secure environment is stricter:
nothing below ten, including zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SYMBOLS = {
    "c": "confidential: hidden so that no child can be identified",
    "z": "not applicable",
    "x": "not available",
    "low": "rounds to zero but is not zero",
    "k": "rounds to zero but is not zero",
    "u": "low reliability",
}
"""The Department's shorthand; printed in square brackets in tables, bare in data files."""

CONFIDENTIAL = "c"


@dataclass(frozen=True)
class DisclosureRules:
    """The disclosure rules of one channel.

    Attributes
    ----------
    channel
        Name of the channel, as in `study.toml`.
    lowest_unsafe, highest_unsafe
        Counts of children (or of their events) from the first to the second, inclusive, are not
        shown.
    zero_is_unsafe
        Whether a true zero is suppressed too.
    rate_decimals
        Decimal places of rates and percentages.
    total_base
        Totals over all authorities are rounded to the nearest multiple of this.
    least_degrees_of_freedom
        Residual degrees of freedom below which a model's results are not shown.
    dominance
        A sum is not shown if its two largest contributors make up this share or more.
    magnitude_margin
        The feasible range of a suppressed sum extends at least this share of it to each side.
    """

    channel: str
    lowest_unsafe: int = 1
    highest_unsafe: int = 5
    zero_is_unsafe: bool = False
    rate_decimals: int = 1
    total_base: int = 10
    least_degrees_of_freedom: int = 10
    dominance: float = 0.9
    magnitude_margin: float = 0.5

    def __post_init__(self) -> None:
        if not 1 <= self.lowest_unsafe <= self.highest_unsafe:
            raise ValueError(
                f"channel {self.channel}: unsafe counts run from {self.lowest_unsafe} "
                f"to {self.highest_unsafe}; both must be at least 1, the first no larger"
            )
        if self.total_base < 1 or self.rate_decimals < 0:
            raise ValueError(f"channel {self.channel}: total_base or rate_decimals is too small")

    @property
    def threshold(self) -> int:
        """The smallest count above zero that may be shown."""
        return self.highest_unsafe + 1

    def is_unsafe(self, count: float) -> bool:
        """Whether a count of children, or of their events, must be suppressed."""
        if count == 0:
            return self.zero_is_unsafe
        return self.lowest_unsafe <= count <= self.highest_unsafe

    def rounded(self, count: int) -> int:
        """Return a total over all authorities rounded for print, halves away from zero."""
        return (2 * count + self.total_base) // (2 * self.total_base) * self.total_base

    def is_unsafe_sum(self, contributions: Sequence[float]) -> bool:
        """Whether a sum over children must be suppressed.

        Parameters
        ----------
        contributions
            Each child's contribution, above zero.
        """
        if self.is_unsafe(len(contributions)):
            return True
        largest = sum(sorted(contributions, reverse=True)[:2])
        return len(contributions) > 0 and largest >= self.dominance * sum(contributions)


PUBLIC = DisclosureRules("public")
EGRESS = DisclosureRules("secure environment", highest_unsafe=9, zero_is_unsafe=True)
