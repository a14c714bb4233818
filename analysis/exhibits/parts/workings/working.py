"""How a number was worked out, in everyday words, from released values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from analysis.exhibits.parts import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.study.terms import Terms


@dataclass(frozen=True)
class Working:
    """How a number was worked out.

    Attributes
    ----------
    numerator
        What is counted or measured, with its value where it has one.
    denominator
        What it is divided by, or compared with; empty where nothing is divided.
    sums
        The calculation with released values, step by step; the last step gives what is printed.
    where
        Restrictions, such as the months covered, in words.
    """

    numerator: str
    denominator: str = ""
    sums: tuple[str, ...] = ()
    where: str = ""


def percentage(of: str, part: float, among: str, whole: float, printed: str) -> Working:
    """Return how a percentage was worked out from a part and a whole.

    Parameters
    ----------
    of, among
        What the part and the whole count, in words.

    Examples
    --------
    >>> percentage("hours on advice", 120, "all hours", 480, "25%").sums
    ('120 ÷ 480 × 100 = 25%',)
    """
    top, bottom = words.count(part), words.count(whole)
    return Working(f"{of}: {top}", f"{among}: {bottom}", (f"{top} ÷ {bottom} × 100 = {printed}",))


def mean(of: str, total: float, over: str, number: float, printed: str) -> Working:
    """Return how a mean was worked out from a total and a number.

    Examples
    --------
    >>> mean("days", 7, "schools", 2, "3.5")
    Working(numerator='days: 7.0', denominator='schools: 2', sums=('7.0 ÷ 2 = 3.5',), where='')
    """
    top, bottom = words.rate(total), words.count(number)
    return Working(f"{of}: {top}", f"{over}: {bottom}", (f"{top} ÷ {bottom} = {printed}",))


def counted_of(of: str, count: float, among: str, whole: float) -> Working:
    """Return how a count out of a number of cases was worked out.

    Examples
    --------
    >>> counted_of("effects estimated", 10, "effects asked for", 11).sums
    ('10 of 11 were counted',)
    """
    top, bottom = words.count(count), words.count(whole)
    return Working(
        f"{of}: {top}",
        f"none, as nothing is divided; looked at were {among}: {bottom}",
        (f"{top} of {bottom} were counted",),
    )


def _division(top: float, bottom: float, result: str) -> tuple[str, int]:
    """Return a division, and its decimal places: enough for what is printed to give the result."""
    decimals = len(result.partition(".")[2])
    for places in range(2, 10):
        told = f"{top:.{places}f}", f"{bottom:.{places}f}"
        if float(told[1]) and f"{float(told[0]) / float(told[1]):.{decimals}f}" == result:
            break
    return f"{told[0]} ÷ {told[1]} = {result}", places


def ratio_of_totals(
    totals: Mapping[tuple[str, str], tuple[object, float]], unit: str, terms: Terms
) -> Working:
    """Return a ratio of rate ratios calculated from four released totals.

    Parameters
    ----------
    totals
        Events and their rate, by arm and period: "intervention" and "comparison", "before" and
        "after". A suppressed count is a symbol.
    unit
        Unit of the rates, in words.
    terms
        The words of the study.

    Examples
    --------
    >>> four = {("intervention", "before"): (40, 4.0), ("intervention", "after"): (20, 2.0),
    ...         ("comparison", "before"): (50, 5.0), ("comparison", "after"): (50, 5.0)}
    >>> from analysis.study.terms import Terms
    >>> terms = Terms("trial", "trials", "Town", "a nurse", "all", "Schools with a nurse",
    ...               "Other schools", "Nurse", "Other")
    >>> made = ratio_of_totals(four, "per 1,000 pupils a month", terms)
    >>> made.sums[0]
    'Schools with a nurse, 20 after and 40 before: 2.00 ÷ 4.00 = 0.50'
    >>> made.sums[2]
    'From these totals: 0.50 ÷ 1.00 = 0.50'

    With fewer decimal places, 1.32 ÷ 1.18 would not be 1.11.

    >>> four |= {("comparison", "before"): (70, 1.184), ("comparison", "after"): (79, 1.317)}
    >>> ratio_of_totals(four, "per 1,000 pupils a month", terms).sums[1:]
    ('Other schools, 79 after and 70 before: 1.317 ÷ 1.184 = 1.11', \
'From these totals: 0.50 ÷ 1.11 = 0.45')
    """
    arms = {"intervention": terms.in_treated, "comparison": terms.in_untreated}
    rates = {key: rate for key, (count, rate) in totals.items() if not isinstance(count, str)}
    told = {
        arm: f"{name}: {unit}, the rate after divided by the rate before"
        for arm, name in arms.items()
    }
    cells = [(arm, period) for arm in arms for period in ("before", "after")]
    if any(not rates.get(cell, 0) > 0 for cell in cells):
        return Working(told["intervention"], told["comparison"])
    changes = {arm: rates[arm, "after"] / rates[arm, "before"] for arm in arms}
    whole = words.ratio(changes["intervention"] / changes["comparison"])
    last, places = _division(changes["intervention"], changes["comparison"], whole)
    lines = []
    for arm, name in arms.items():
        change = f"{changes[arm]:.{places}f}"
        division, _ = _division(rates[arm, "after"], rates[arm, "before"], change)
        lines.append(
            f"{name[:1].upper()}{name[1:]}, {words.count(_count(totals[arm, 'after']))} after and "
            f"{words.count(_count(totals[arm, 'before']))} before: {division}"
        )
    return Working(
        told["intervention"],
        told["comparison"],
        (*lines, f"From these totals: {last}"),
    )


def _count(total: tuple[object, float]) -> float:
    return float(str(total[0]))


NO_DIFFERENCE = 1.0


def reading(meaning: str, value: float, terms: Terms) -> str:
    """Return what a value says; empty if its description is of no known kind.

    Parameters
    ----------
    meaning
        Description of the column of the value.
    value
        The value as released.
    terms
        The words of the study.

    Examples
    --------
    >>> from analysis.study.terms import Terms
    >>> terms = Terms("trial", "trials", "Town", "a nurse", "all", "Schools with a nurse",
    ...               "Other schools", "Nurse", "Other")
    >>> reading("Ratio of rate ratios against the reference term", 0.654, terms)
    '(1 − 0.654) × 100 = 34.6: the rate is 34.6% lower than if it had changed as in other \
schools.'
    >>> reading("Standardised difference from comparison schools", -0.161, terms)
    '0.161 × 100 = 16.1: the mean of schools with a nurse is lower, by 16.1% of one \
standard deviation of schools.'
    >>> reading("P-value of the joint test", 0.02, terms)
    '0.02 × 100 = 2: if there were no effect, 2 of 100 such studies would give a result at least \
as far from none.'
    >>> reading("Schools, number", 8, terms)
    ''
    """
    if not isfinite(value):
        return ""
    return next((say(value, terms) for form, say in _READINGS if re.search(form, meaning)), "")


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


def _ratio(value: float, terms: Terms) -> str:
    if value == NO_DIFFERENCE:
        return f"1 is no difference: the rate changed as in {terms.in_untreated}."
    sign, words = ("−", "lower") if value < NO_DIFFERENCE else ("", "higher")
    percent = f"{abs(value - NO_DIFFERENCE) * 100:.3g}"
    sums = f"(1 − {value:g})" if sign else f"({value:g} − 1)"
    return (
        f"{sums} × 100 = {percent}: the rate is {percent}% {words} than if it had changed as in "
        f"{terms.in_untreated}."
    )


def _standardised(value: float, terms: Terms) -> str:
    if value == 0:
        return "0 is no difference: both groups have the same mean."
    percent = f"{abs(value) * 100:.3g}"
    return (
        f"{abs(value):g} × 100 = {percent}: the mean of {terms.in_treated} is "
        f"{'higher' if value > 0 else 'lower'}, by {percent}% of one standard deviation of schools."
    )


def _p_value(value: float, _: Terms) -> str:
    of_100 = f"{value * 100:.3g}"
    return (
        f"{value:g} × 100 = {of_100}: if there were no effect, {of_100} of 100 such studies would "
        "give a result at least as far from none."
    )


_RATIO = r"^([Rr]atio of rate ratios(?!;)|Rate ratio \(after to before\))"
_READINGS: tuple[tuple[str, Callable[[float, Terms], str]], ...] = (
    (_RATIO, _ratio),
    (r"^Standardised difference from comparison schools", _standardised),
    (r"^([Tt]wo-sided |Its )?[Pp]-value", _p_value),
)
