"""Units of rates: each defined once, in words and as a computation.

Every heading, axis, caption and column that names a rate takes its words from here, and
every number under it is `of` a count and its denominator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

Number = TypeVar("Number")


@dataclass(frozen=True)
class RateUnit:
    """A count divided by pupils, over a month or over several.

    Attributes
    ----------
    words
        The unit as printed after a noun.
    months
        Months that the rate covers.
    pupils
        Number of pupils in the denominator.
    """

    words: str
    months: int = 1
    pupils: int = 1000

    def of(self, count: Number, pupil_months: object) -> Number:
        """Return the rate of a count, given the pupil-months in which it arose.

        Parameters
        ----------
        count
            Events or days; a number, an array or a column.
        pupil_months
            Pupils on roll, summed over the months of the count.

        Examples
        --------
        >>> MONTHLY.of(-48, 58_712) > -1, round(over_months(10).of(-48, 58_712), 1)
        (True, -8.2)
        """
        return count / pupil_months * (self.pupils * self.months)  # type: ignore[operator,no-any-return]  # numbers and columns alike

    @property
    def heading(self) -> str:
        """The unit as a heading or an axis label."""
        return self.words[:1].upper() + self.words[1:]


MONTHLY = RateUnit("per 1,000 pupils a month")


def over_months(months: int) -> RateUnit:
    """Return the unit of a rate over all of the pilot's months.

    Examples
    --------
    >>> over_months(10).heading
    'Per 1,000 pupils over 10 months'
    """
    return RateUnit(f"per 1,000 pupils over {months} months", months)
