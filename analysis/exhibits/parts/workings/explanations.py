"""What one value of a figure or table says, in everyday words, with the calculation."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NO_DIFFERENCE = 1.0


def reading(meaning: str, value: float) -> str:
    """Return what a value says; empty if its description is of no known kind.

    Parameters
    ----------
    meaning
        Description of the column that holds the value.
    value
        The value as released.

    Examples
    --------
    >>> reading("Ratio of rate ratios against the reference term", 0.654)
    '(1 − 0.654) × 100 = 34.6: the rate is 34.6% lower than if it had changed as in comparison \
schools.'
    >>> reading("Standardised difference from comparison schools", -0.161)
    '0.161 × 100 = 16.1: the mean of schools with a social worker is lower, by 16.1% of one \
standard deviation of schools.'
    >>> reading("P-value of the joint test", 0.02)
    '0.02 × 100 = 2: if there were no effect, 2 of 100 such studies would give a result at least \
as far from none.'
    >>> reading("Schools, number", 8)
    ''
    """
    if not isfinite(value):
        return ""
    return next((say(value) for form, say in _READINGS if re.search(form, meaning)), "")


def interval_reading(meaning: str, low: float, high: float) -> str:
    """Return whether an interval of a ratio includes no difference; empty for other values.

    Examples
    --------
    >>> interval_reading("Ratio of rate ratios", 0.181, 2.36)
    'It includes 1, which is no difference.'
    """
    if not re.search(_RATIO, meaning):
        return ""
    holds = low <= NO_DIFFERENCE <= high
    return f"It {'includes' if holds else 'excludes'} 1, which is no difference."


def _ratio(value: float) -> str:
    if value == NO_DIFFERENCE:
        return "1 is no difference: the rate changed as in comparison schools."
    sign, words = ("−", "lower") if value < NO_DIFFERENCE else ("", "higher")
    percent = f"{abs(value - NO_DIFFERENCE) * 100:.3g}"
    sums = f"(1 − {value:g})" if sign else f"({value:g} − 1)"
    return (
        f"{sums} × 100 = {percent}: the rate is {percent}% {words} than if it had changed as in "
        "comparison schools."
    )


def _standardised(value: float) -> str:
    if value == 0:
        return "0 is no difference: both groups have the same mean."
    percent = f"{abs(value) * 100:.3g}"
    return (
        f"{abs(value):g} × 100 = {percent}: the mean of schools with a social worker is "
        f"{'higher' if value > 0 else 'lower'}, by {percent}% of one standard deviation of schools."
    )


def _p_value(value: float) -> str:
    of_100 = f"{value * 100:.3g}"
    return (
        f"{value:g} × 100 = {of_100}: if there were no effect, {of_100} of 100 such studies would "
        "give a result at least as far from none."
    )


_RATIO = r"^([Rr]atio of rate ratios(?!;)|Rate ratio \(after to before\))"
_READINGS: tuple[tuple[str, Callable[[float], str]], ...] = (
    (_RATIO, _ratio),
    (r"^Standardised difference from comparison schools", _standardised),
    (r"^([Tt]wo-sided |Its )?[Pp]-value", _p_value),
)
