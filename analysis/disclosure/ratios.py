"""Values that are made of counts: whoever knows the denominator gets the count back.

A rate, a percentage, a mean and a model's estimate are as confidential as the smallest
count they rest on.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.counts import ReleasedValue
from analysis.disclosure.rules import CONFIDENTIAL, DisclosureRules
from analysis.disclosure.status import Status, held, released, suppressed

NOT_APPLICABLE = "z"
NEGLIGIBLE = "low"


def release_rate(
    events: int, exposure: float, rules: DisclosureRules, *, per: float = 1000
) -> ReleasedValue:
    """Return events per `per` units of exposure, which is public, to the channel's decimals.

    Examples
    --------
    >>> from analysis.disclosure import PUBLIC
    >>> release_rate(5, 900, PUBLIC).text, release_rate(6, 900, PUBLIC).text
    ('[c]', '6.7')
    """
    if exposure <= 0:
        return _symbol(NOT_APPLICABLE, released("There is nothing to divide by."))
    if rules.is_unsafe(events):
        return _hidden("The count behind the rate is too small.")
    return _shown(per * events / exposure, rules)


def release_percentage(part: int, whole: int, rules: DisclosureRules) -> ReleasedValue:
    """Return the percentage of children (or their events) that belong to a part.

    Hidden if part, whole or the rest is too small: 95 per cent of 20 is all but one.

    Examples
    --------
    >>> from analysis.disclosure import PUBLIC
    >>> [release_percentage(n, 20, PUBLIC).text for n in (5, 6, 14, 19, 20)]
    ['[c]', '30.0', '70.0', '[c]', '100.0']
    """
    if not 0 <= part <= whole:
        raise ValueError("a part lies between nothing and the whole")
    if whole == 0 and not rules.zero_is_unsafe:
        return _symbol(NOT_APPLICABLE, released("There is nothing to divide by."))
    if any(rules.is_unsafe(count) for count in (part, whole, whole - part)):
        return _hidden("The part, the whole or the rest is too small.")
    return _shown(100 * part / whole, rules)


def release_mean(contributions: Sequence[float], rules: DisclosureRules) -> ReleasedValue:
    """Return a mean over children, unless they are few or two of them make most of it.

    Parameters
    ----------
    contributions
        One value a child, zeros included.
    """
    if not contributions:
        return _symbol(NOT_APPLICABLE, released("There is nobody to take a mean of."))
    above = [value for value in contributions if value > 0]
    # A mean of zeros tells that every child has none, which a true zero count tells too.
    if rules.is_unsafe(len(contributions)) or (above and rules.is_unsafe_sum(above)):
        return _hidden("Too few children are behind the mean.")
    return _shown(sum(contributions) / len(contributions), rules)


def release_extreme(rules: DisclosureRules) -> ReleasedValue:
    """Return what stands for a smallest or largest value: it always is one child's own."""
    return _hidden(f"The {rules.channel} channel shows no one child's value.")


def release_total(count: int, rules: DisclosureRules) -> ReleasedValue:
    """Return a national total, rounded as the channel asks.

    Examples
    --------
    >>> from analysis.disclosure import PUBLIC
    >>> [release_total(n, PUBLIC).text for n in (0, 3, 8, 1204)]
    ['0', '[c]', '10', '1,200']
    """
    if rules.is_unsafe(count):
        return _hidden("The total is too small.")
    # Halves away from zero, as a reader rounds; Python's own goes to the even neighbour.
    rounded = (2 * count + rules.total_base) // (2 * rules.total_base) * rules.total_base
    reason = released(f"Rounded to the nearest {rules.total_base}.")
    if count and not rounded:
        return _symbol(NEGLIGIBLE, reason)
    return ReleasedValue(rounded, f"{rounded:,}", reason)


def release_estimate(
    counts: Sequence[int | str], degrees_of_freedom: float, rules: DisclosureRules
) -> Status:
    """Say whether a model's results may be published.

    Parameters
    ----------
    counts
        The totals that the estimate can be worked out from, or what was released of
        them: a ratio of four totals gives the fourth away to whoever has three.
    degrees_of_freedom
        Observations less parameters.

    Returns
    -------
    Status
        Released or held.
    """
    if any(isinstance(count, str) or rules.is_unsafe(count) for count in counts):
        return held("The estimate rests on a count that is confidential.")
    if degrees_of_freedom < rules.least_degrees_of_freedom:
        return held(
            f"The model leaves fewer than {rules.least_degrees_of_freedom} degrees of freedom: "
            "its results come close to single schools' data."
        )
    return released("Every count behind the estimate may be shown.")


def _shown(value: float, rules: DisclosureRules) -> ReleasedValue:
    rounded = round(value, rules.rate_decimals)
    text = f"{rounded:,.{rules.rate_decimals}f}"
    if value and not rounded:
        return _symbol(NEGLIGIBLE, released("Rounds to zero."))
    return ReleasedValue(rounded, text, released("No count behind it is hidden."))


def _hidden(reason: str) -> ReleasedValue:
    return _symbol(CONFIDENTIAL, suppressed(reason))


def _symbol(symbol: str, status: Status) -> ReleasedValue:
    return ReleasedValue(None, f"[{symbol}]", status)
