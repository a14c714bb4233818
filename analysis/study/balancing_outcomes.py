"""The panel of placebo and balancing outcomes, and rates of schools before the start."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.extract.files.out_of_core import OutOfCoreEvents
from analysis.models.inputs.rate_units import MONTHLY
from analysis.models.inputs.specification import EventMonths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.models.inputs.specification import Specification
    from analysis.study.balancing import BalancingOutcome
    from analysis.study.settings import Outcome, Pilot

AUGUST = 8

REPEAT_DAYS = 183
"""Half a year: a referral within this many days of an earlier one is a repeat."""
_KEY = ["school_id", "month"]


def in_august(
    specification: Specification, pilots: tuple[Pilot, ...], outcome: Outcome
) -> Specification:
    """Return a specification for the month in which schools are closed."""
    start = next(each.start for each in pilots if specification.pilot in (each.name, None))
    at = (AUGUST - pd.Period(start, "M").month) % 12
    return replace(
        specification, before=EventMonths(at - 12, at - 12), after=EventMonths(at, at),
        name=f"{outcome.key}_august",
        label=f"{outcome.label} in August, with schools closed (placebo)", role="placebo",
    )  # fmt: skip


def balancing_panel(
    outcome_panel: pd.DataFrame,
    child_events: pd.DataFrame,
    balancing: Sequence[BalancingOutcome],
    outcomes: Sequence[Outcome],
) -> pd.DataFrame:
    """Return a panel of balancing outcomes, one row per school, outcome and month.

    Parameters
    ----------
    outcome_panel
        As returned by `analysis.extract.panel`.
    child_events
        One row per event, with `child_id`, `school_id`, `event_type` and `event_date`.
    balancing
        The outcomes to be made.
    outcomes
        The main outcomes, the primary one first.

    Returns
    -------
    DataFrame
        The columns of the outcome panel; counts, missing where the month has no return. `children`
        is at most the number of children behind a count.
    """
    first = _of(outcome_panel, outcomes[0].name)
    types = {outcome.name: outcome.event_type for outcome in outcomes}
    made = {
        each.name: _counts(each, outcome_panel, first, child_events, types) for each in balancing
    }
    if not made:
        return first.head(0)
    return pd.concat(
        [
            first.assign(outcome=name, events=events, children=children)
            for name, (events, children) in made.items()
        ],
        ignore_index=True,
    )


def _counts(
    made: BalancingOutcome,
    panel: pd.DataFrame,
    first: pd.DataFrame,
    child_events: pd.DataFrame,
    types: Mapping[str, str],
) -> tuple[pd.Series, pd.Series]:
    """Return the events and children of one balancing outcome, in the rows of `first`."""

    def beside(other: pd.DataFrame) -> pd.DataFrame:
        return _beside(first, other).fillna(0.0).where(first["returned"])

    match made.measure:
        case "pupils":
            pupils = first["pupils"].astype(float).where(first["returned"])
            return pupils, pupils
        case "repeats":
            found = beside(repeated(child_events, types[made.of[0]]))
            return found["events"], found["children"]
        case "children":
            seen = _own(panel, first, made.of[0])["children"]
            return seen, seen
        case _:
            parts = [_own(panel, first, name) for name in made.of]
            events = sum((each["events"] for each in parts[1:]), parts[0]["events"])
            # The same children may be in several.
            children = parts[0]["children"]
            for each in parts[1:]:
                children = pd.Series(np.maximum(children, each["children"]))
            return events, children


def _own(panel: pd.DataFrame, first: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Return the counts of one main outcome in the rows of `first`."""
    if outcome == first["outcome"].iloc[0]:
        return first[["events", "children"]]
    return _beside(first, _of(panel, outcome)).fillna(0.0).where(first["returned"])


def repeated(child_events: pd.DataFrame, event_type: str, days: int = REPEAT_DAYS) -> pd.DataFrame:
    """Count events that follow another of the same child and type within `days`.

    Returns
    -------
    DataFrame
        One row per school and month with any: `school_id`, `month`, `events`, and the
        distinct `children` behind them.

    Examples
    --------
    >>> seen = pd.DataFrame({
    ...     "child_id": ["a", "a", "b"], "school_id": "S", "event_type": "referral",
    ...     "event_date": pd.to_datetime(["2019-01-05", "2019-03-01", "2019-03-02"])})
    >>> repeated(seen, "referral")["events"].tolist()
    [1]
    """
    if isinstance(child_events, OutOfCoreEvents):
        return child_events.repeated(event_type, days)
    events = child_events.loc[child_events["event_type"] == event_type]
    events = events.sort_values(["child_id", "event_date"])
    since = events.groupby("child_id")["event_date"].diff()
    again = events.loc[since <= pd.Timedelta(days=days)]
    month = again["event_date"].dt.to_period("M").rename("month")
    groups = again.groupby(["school_id", month])["child_id"]
    return groups.agg(events="size", children="nunique").reset_index()


def school_rates(outcome_panel: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """Return each school's events per 1,000 pupils per month before the start.

    Returns
    -------
    DataFrame
        One row per school, with `school_id`, and for each outcome the columns
        `<outcome> before` (the like months) and `<outcome> earlier` (all months before
        those, and between them and the start).
    """
    chosen = outcome_panel.loc[
        outcome_panel["window"].isin(["before", "earlier"])
        & outcome_panel["outcome"].isin(list(outcomes))
        & outcome_panel["returned"]
    ]
    keys = ["school_id", "outcome", "window"]
    sums = chosen.groupby(keys, observed=True)[["events", "pupils"]].sum()
    rate = MONTHLY.of(sums["events"], sums["pupils"]).unstack(["outcome", "window"])
    rate.columns = pd.Index([" ".join(map(str, column)) for column in rate.columns.to_list()])
    wanted = [f"{outcome} {window}" for outcome in outcomes for window in ("before", "earlier")]
    return rate.reindex(columns=wanted).astype(float).reset_index()


def _of(panel: pd.DataFrame, outcome: str) -> pd.DataFrame:
    return panel.loc[panel["outcome"] == outcome].reset_index(drop=True)


def _beside(frame: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of `other` in the order of `frame`."""
    counts = ["events", "children"]
    return frame[_KEY].merge(other[[*_KEY, *counts]], on=_KEY, how="left")[counts]
