"""How effects were worked out from released totals, and what the model adds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.workings.working import Working, ratio_of_totals
from analysis.models.inputs.rate_units import MONTHLY

if TYPE_CHECKING:
    from analysis.exhibits.parts.rows import Effect
    from analysis.study.terms import Terms

_MODEL = (
    "The report's estimate, {ratio}, lets each school have its own rate, so it can differ a little "
    "from that of the totals. Every step is rounded here for reading only."
)


def ratio_working(found: Effect, rates: pd.DataFrame, period: str, terms: Terms) -> Working:
    """Return how a ratio of rate ratios was worked out.

    Parameters
    ----------
    found
        The estimate.
    rates
        Released counts and rates, one row per outcome, pilot, arm and period.
    period
        The months compared, in words.
    terms
        The words of the study.
    """
    made = ratio_of_totals(_totals(found, rates), MONTHLY.words, terms)
    model = (_MODEL.format(ratio=words.ratio(found.ratio)),)
    return replace(made, sums=(*made.sums, *model), where=period)


def interval_working(found: Effect, printed: str, period: str) -> Working:
    """Return how the interval of a ratio was worked out."""
    return Working(
        "the same ratio of rate ratios, made smaller and larger until chance alone would give "
        "a result this far from it in one study in twenty",
        "none: an interval is a range",
        (
            f"Around the estimate of {words.ratio(found.ratio)} from {found.schools} schools, "
            f"the range is {printed}",
        ),
        period,
    )


def difference_working(found: Effect, rates: pd.DataFrame, period: str, terms: Terms) -> Working:
    """Return how a difference between counts was worked out.

    Parameters
    ----------
    found, rates, period, terms
        As for `ratio_working`.
    """
    seen = _totals(found, rates).get(("intervention", "after"), ("", 0.0))[0]
    sums: tuple[str, ...] = ()
    if not isinstance(seen, str):
        expected = float(str(seen)) / found.ratio
        sums = (
            f"Expected: {words.count(float(str(seen)))} recorded ÷ {words.ratio(found.ratio)} = "
            f"{words.count(expected)} (with the ratio before rounding)",
            f"Difference: {words.count(float(str(seen)))} recorded against "
            f"{words.count(expected)} expected, which is {words.more_or_fewer(found.difference)}",
        )
    return Working(
        f"events recorded in {terms.in_treated} after the start",
        "none, as one is taken from the other: less the events to be expected there if they had "
        f"changed as {terms.in_untreated} did",
        sums,
        period,
    )


def _totals(found: Effect, rates: pd.DataFrame) -> dict[tuple[str, str], tuple[object, float]]:
    own = rates.loc[(rates["outcome"] == found.outcome) & (rates["pilot"] == found.pilot)]
    if own.empty:  # an effect over all pilots together
        own = _summed(rates.loc[rates["outcome"] == found.outcome])
    return {
        (row["arm"], row["window"]): (
            row["events"],
            # At the precision of the released counts: the rate itself is rounded.
            float("nan")
            if isinstance(row["events"], str)
            else MONTHLY.of(float(row["events"]), float(row["pupil_months"])),
        )
        for row in own.to_dict("records")
    }


def _summed(rates: pd.DataFrame) -> pd.DataFrame:
    """Return counts of all pilots by arm and window; hidden where one of them is."""
    rows = []
    for (arm, window), group in rates.groupby(["arm", "window"], observed=True):
        hidden = [each for each in group["events"] if isinstance(each, str)]
        events = hidden[0] if hidden else group["events"].astype(float).sum()
        months = group["pupil_months"].astype(float).sum()
        rows.append({"arm": arm, "window": window, "events": events, "pupil_months": months})
    return pd.DataFrame(rows, columns=["arm", "window", "events", "pupil_months"])
