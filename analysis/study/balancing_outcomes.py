"""Placebo and balancing outcomes, which help to interpret a change in the main ones.

A placebo outcome is one that social workers in schools can't change. A balancing outcome changes
where cases were recorded differently rather than fewer in number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.inputs.rate_units import MONTHLY
from analysis.models.inputs.specification import EventMonths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.models.inputs.specification import Specification
    from analysis.study.settings import Pilot

AUGUST = 8

REPEAT_DAYS = 183
"""Half a year: a referral within this many days of an earlier one is a repeat."""
_KEY = ["school_id", "month"]


@dataclass(frozen=True)
class BalancingOutcome:
    """A placebo or balancing outcome.

    Attributes
    ----------
    name
        Value of the panel's column `outcome`.
    label
        Name in the report.
    says
        What a change in it would mean.
    exposure
        Column of its denominator; None for counts.
    part_of
        The main outcome of whose events it is a part; empty if of none.
    sum_of
        The main outcomes whose events it sums.
    """

    name: str
    label: str
    says: str
    exposure: str | None = "pupils"
    part_of: str = ""
    sum_of: tuple[str, ...] = ()

    def asked_like(self, main: Specification) -> Specification:
        """Return a main analysis with its outcome replaced by this one."""
        return replace(
            main, outcome=self.name, name=self.name, label=self.label, role="placebo",
            exposure=self.exposure,
        )  # fmt: skip


BALANCING = (
    BalancingOutcome(
        "s47_and_s17", "Section 47 enquiries and Section 17 starts together",
        "Does not move if cases pass from one kind to the other",
        sum_of=("s47_enquiries", "s17_starts"),
    ),
    BalancingOutcome(
        "s47_children", "Children with a Section 47 enquiry in the month",
        "Moves with enquiries unless the same children were seen more often",
        part_of="s47_enquiries",
    ),
    BalancingOutcome(
        "repeat_referrals", "Referrals within half a year of another for the same child",
        "Rises if needs went unmet", part_of="referrals",
    ),
    BalancingOutcome(
        "pupils_on_roll", "Pupils on roll (placebo)",
        "Can't be moved by social workers; moves if schools grew or shrank", None,
    ),
)  # fmt: skip


def in_august(specification: Specification, pilots: tuple[Pilot, ...]) -> Specification:
    """Return a pilot's specification for the month in which schools are closed."""
    start = next(pilot.start for pilot in pilots if pilot.name == specification.pilot)
    at = (AUGUST - pd.Period(start, "M").month) % 12
    return replace(
        specification, before=EventMonths(at - 12, at - 12), after=EventMonths(at, at),
        name="s47_august", label="Section 47 enquiries in August, with schools closed (placebo)",
        role="placebo",
    )  # fmt: skip


def balancing_panel(outcome_panel: pd.DataFrame, child_events: pd.DataFrame) -> pd.DataFrame:
    """Return a panel of `BALANCING`, one row per school, outcome and month.

    Parameters
    ----------
    outcome_panel
        As returned by `analysis.extract.panel`, with enquiries, starts and referrals.
    child_events
        One row per event, with `child_id`, `school_id`, `event_type` and `event_date`.

    Returns
    -------
    DataFrame
        The columns of the outcome panel; counts, missing where the month has no return. `children`
        is at most the number of children behind a count.
    """
    enquiries = _of(outcome_panel, "s47_enquiries")
    starts, repeats = (
        _beside(enquiries, other).fillna(0.0).where(enquiries["returned"])
        for other in (_of(outcome_panel, "s17_starts"), repeated(child_events, "referral"))
    )
    own, seen = enquiries[["events", "children"]], enquiries["children"]
    pupils = enquiries["pupils"].astype(float).where(enquiries["returned"])
    counts = {
        # The same children may be in both.
        "s47_and_s17": (own["events"] + starts["events"], np.maximum(seen, starts["children"])),
        "s47_children": (seen, seen),
        "repeat_referrals": (repeats["events"], repeats["children"]),
        "pupils_on_roll": (pupils, pupils),
    }
    return pd.concat(
        [
            enquiries.assign(outcome=name, events=events, children=children)
            for name, (events, children) in counts.items()
        ],
        ignore_index=True,
    )


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
