"""How a number was worked out, in everyday words, from released values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.exhibits.parts import words

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def ratio_of_totals(totals: Mapping[tuple[str, str], tuple[object, float]], unit: str) -> Working:
    """Return a ratio of rate ratios calculated from four released totals.

    Parameters
    ----------
    totals
        Events and their rate, by arm and period: "intervention" and "comparison", "before" and
        "after". A suppressed count is a symbol.
    unit
        Unit of the rates, in words.

    Examples
    --------
    >>> four = {("intervention", "before"): (40, 4.0), ("intervention", "after"): (20, 2.0),
    ...         ("comparison", "before"): (50, 5.0), ("comparison", "after"): (50, 5.0)}
    >>> made = ratio_of_totals(four, "per 1,000 pupils a month")
    >>> made.sums[0]
    'Schools with a social worker, 20 after and 40 before: 2.00 ÷ 4.00 = 0.50'
    >>> made.sums[2]
    'From these totals: 0.50 ÷ 1.00 = 0.50'
    """
    arms = {"intervention": "schools with a social worker", "comparison": "comparison schools"}
    rates = {key: rate for key, (count, rate) in totals.items() if not isinstance(count, str)}
    told = {
        arm: f"{name}: {unit}, the rate after divided by the rate before"
        for arm, name in arms.items()
    }
    cells = [(arm, period) for arm in arms for period in ("before", "after")]
    if any(not rates.get(cell, 0) > 0 for cell in cells):
        return Working(told["intervention"], told["comparison"])
    changes = {arm: rates[arm, "after"] / rates[arm, "before"] for arm in arms}
    lines = [
        f"{name[:1].upper()}{name[1:]}, {words.count(_count(totals[arm, 'after']))} after and "
        f"{words.count(_count(totals[arm, 'before']))} before: "
        f"{words.ratio(rates[arm, 'after'])} ÷ {words.ratio(rates[arm, 'before'])} = "
        f"{words.ratio(changes[arm])}"
        for arm, name in arms.items()
    ]
    top, bottom = (words.ratio(changes[arm]) for arm in arms)
    whole = words.ratio(changes["intervention"] / changes["comparison"])
    return Working(
        told["intervention"],
        told["comparison"],
        (*lines, f"From these totals: {top} ÷ {bottom} = {whole}"),
    )


def _count(total: tuple[object, float]) -> float:
    return float(str(total[0]))
