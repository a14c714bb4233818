"""Numbers and lists as the report prints them."""

from __future__ import annotations

from math import isinf, isnan
from typing import TYPE_CHECKING

from analysis.disclosure import WITHHELD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MINUS = "\u2212"
NO_BREAK = "\u00a0"
NOT_ESTIMABLE = "not estimable"
TRILLION = 10**12
AT_MOST = f"≤{NO_BREAK}"
UNADJUSTED = "intervals are not adjusted for the number of comparisons"
"""What is said wherever an interval is next to a p-value that is adjusted."""
NOT_KNOWN = "not known"
"""The words for a value that is withheld or cannot be estimated."""
HIDDEN = "[c]"
"""The symbol for a number that is withheld, in the cell of a table or a label of a figure."""
NOT_SHOWN = "not shown"
"""The words for a number that is withheld, in a sentence."""


def ratio_as_published(value: float) -> str:
    """Return a ratio to the three decimals that the trial's percentages have.

    Examples
    --------
    >>> ratio_as_published(1.055)
    '1.055'
    """
    return f"{value:.3f}"


def ratio(value: float) -> str:
    """Return a ratio to two decimals.

    Examples
    --------
    >>> ratio(0.6249), ratio(12.5)
    ('0.62', '12.50')
    """
    return f"{value:.2f}"


def count(value: float) -> str:
    """Return a count with thousands separators, in words where it is too long to read.

    Examples
    --------
    >>> count(12345), count(-3.2) == MINUS + "3", count(2**1100)
    ('12,345', True, 'over a trillion')
    """
    if value > TRILLION:
        return "over a trillion"
    return f"{value:z,.0f}".replace("-", MINUS)


def released(value: float | str) -> str:
    """Return a count as released by disclosure control: a number, or a symbol in brackets.

    Examples
    --------
    >>> released(1204), released("c")
    ('1,204', '[c]')
    """
    return f"[{value}]" if isinstance(value, str) else count(value)


def rate(value: float, decimals: int = 1) -> str:
    """Return a rate to the number of decimals that the channel allows.

    Examples
    --------
    >>> rate(1234.56), rate(-0.01)
    ('1,234.6', '0.0')
    """
    # A rate that rounds to zero has no sign.
    return f"{value:z,.{decimals}f}".replace("-", MINUS)


def inside(label: str) -> str:
    """Return a label as it is written within a sentence.

    Examples
    --------
    >>> inside("Days in care")
    'days in care'
    """
    return label[:1].lower() + label[1:]


def not_estimable(rows: Iterable[tuple[str, str, str]]) -> str:
    """Return the note for a missing estimate: outcome, pilot and reason.

    Examples
    --------
    >>> not_estimable([("Days in care", "Stockport", "no schools")])
    ' Not estimable: days in care in Stockport (no schools).'
    >>> not_estimable([("First half", "Lambeth", WITHHELD)])
    ' [c]: withheld to protect small counts, or too few to analyse.'
    """
    every = list(rows)
    missing = [f"{inside(outcome)} in {pilot} ({why})"
               for outcome, pilot, why in every if why != WITHHELD]  # fmt: skip
    # The table itself shows where [c] is; nobody reads a note that lists all of them.
    withheld = len(missing) < len(every)
    return (f" Not estimable: {'; '.join(missing)}." if missing else "") + (
        f" {HIDDEN}: {WITHHELD}." if withheld else ""
    )


def no_estimate(reason: str) -> str:
    """Return what is printed in place of an estimate.

    Examples
    --------
    >>> no_estimate("no schools"), no_estimate(WITHHELD)
    ('not estimable', '[c]')
    """
    return HIDDEN if reason == WITHHELD else NOT_ESTIMABLE


def beside_none(reason: str) -> str:
    """Return what is printed next to it for a value that rests on the estimate.

    Examples
    --------
    >>> beside_none("no schools"), beside_none(WITHHELD)
    ('[z]', '[c]')
    """
    return HIDDEN if reason == WITHHELD else "[z]"


def without_estimate(reason: str, others: int) -> tuple[str, ...]:
    """Return the cells of a row: that of an estimate, and so many others that rest on it.

    Examples
    --------
    >>> without_estimate("no schools", 2)
    ('not estimable', '[z]', '[z]')
    """
    return no_estimate(reason), *(beside_none(reason),) * others


def no_estimate_in_words(reason: str) -> str:
    """Return what a sentence prints in place of an estimate.

    Examples
    --------
    >>> no_estimate_in_words("no schools"), no_estimate_in_words(WITHHELD)
    ('not estimable', 'not shown')
    """
    return NOT_SHOWN if reason == WITHHELD else NOT_ESTIMABLE


def no_estimate_why(reason: str) -> str:
    """Return what is printed in place of an estimate, with the reason.

    Examples
    --------
    >>> no_estimate_why("no schools"), no_estimate_why(WITHHELD)
    ('not estimable: no schools', '[c]: withheld to protect small counts, or too few to analyse')
    """
    return f"{no_estimate(reason)}: {reason}"


def p_value(value: float) -> str:
    """Return a p-value to three decimals, never as zero.

    Examples
    --------
    >>> p_value(0.0413), p_value(0.00002), p_value(float("nan"))
    ('0.041', '<0.001', '[z]')
    """
    if isnan(value):
        return "[z]"
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def more_or_fewer(difference: float) -> str:
    """Return a difference between counts in words.

    Examples
    --------
    >>> more_or_fewer(-21.3), more_or_fewer(4.6)
    ('21 fewer', '5 more')
    """
    return f"{count(abs(difference))} {'fewer' if difference < 0 else 'more'}"


def range_of_difference(low: float, high: float) -> str:
    """Return the limits of a difference between counts in words, the smaller in size first.

    Examples
    --------
    >>> range_of_difference(-103.4, -15.2), range_of_difference(2.6, 9.1)
    ('15 to 103 fewer', '3 to 9 more')
    >>> range_of_difference(-48.0, 37.2)
    '48 fewer to 37 more'
    """
    if low < 0 < high:
        return f"{more_or_fewer(low)} to {more_or_fewer(high)}"
    small, large = sorted((low, high), key=abs)
    return f"{limit(abs(small), count)} to {more_or_fewer(large)}"


def percent_change(ratio: float) -> str:
    """Return a ratio as a change in per cent.

    Examples
    --------
    >>> percent_change(0.62), percent_change(1.06)
    ('38% lower', '6% higher')
    """
    change = abs(1 - ratio) * 100
    return f"{change:.0f}% {'lower' if ratio < 1 else 'higher'}"


def limit(value: float, printed: Callable[[float], str]) -> str:
    """Return a limit of an interval, with enough decimals to distinguish it from no effect.

    No effect is a ratio of 1 or a difference of 0. A limit that is neither is never
    printed as if it were.

    Examples
    --------
    >>> limit(0.998, ratio), limit(1.0, ratio), limit(-0.025, rate) == MINUS + "0.03"
    ('0.998', '1.00', True)
    """
    if isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    null = 1.0 if printed in (ratio, ratio_as_published) else 0.0
    text = printed(value)
    for decimals in range(1, 9):
        if value == null or text != printed(null):
            break
        text = rate(value, decimals)
        text = text if float(text.replace(MINUS, "-")) != null else printed(null)
    return text


def per_hundred(value: float) -> str:
    """Return a ratio as a number for every 100 expected; it is 100 only if the ratio is 1.

    Examples
    --------
    >>> per_hundred(0.409), per_hundred(0.998), per_hundred(1.0), per_hundred(12.32)
    ('41', '99.8', '100', '1,232')
    """
    return f"{float(limit(value, ratio)) * HUNDRED:,.6g}"


def per_hundred_as_published(value: float) -> str:
    """Return the trial's ratio as a number for every 100 expected, at its published precision.

    Examples
    --------
    >>> per_hundred_as_published(1.055), per_hundred_as_published(0.9996)
    ('105.5', '99.96')
    """
    text = limit(value, ratio_as_published)
    return f"{float(text) * HUNDRED:,.{max(0, len(text.partition('.')[2]) - 2)}f}"


def interval(value: float, low: float, high: float, printed: Callable[[float], str]) -> str:
    """Return an estimate with its limits, with no line break between them.

    Examples
    --------
    >>> interval(0.62, 0.354, 1.08, ratio).replace(NO_BREAK, "~")
    '0.62 (0.35~to~1.08)'
    """
    ends = (limit(low, printed), limit(high, printed))
    return f"{printed(value)} ({ends[0]}{NO_BREAK}to{NO_BREAK}{ends[1]})"


def ratio_interval(value: float, low: float, high: float) -> str:
    """Return a ratio with its confidence interval.

    Examples
    --------
    >>> ratio_interval(0.62, 0.354, 1.08).replace(NO_BREAK, "~")
    '0.62 (0.35~to~1.08)'
    """
    return interval(value, low, high, ratio)


HUNDRED = 100
"""The base of a ratio in everyday words: so many for every 100 expected."""
SPELLED = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def spelled(value: int) -> str:
    """Return a small count as a word, and any other in figures.

    Examples
    --------
    >>> spelled(3), spelled(21)
    ('three', '21')
    """
    return SPELLED[value] if 0 <= value < len(SPELLED) else count(value)


def listed(items: Sequence[str]) -> str:
    """Return a list in words.

    Examples
    --------
    >>> listed(["Lambeth"]), listed(["a", "b", "c"])
    ('Lambeth', 'a, b and c')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
