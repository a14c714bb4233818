"""The outcome panel: one row per pilot, school, outcome and month, zeros included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.errors import ContractBroken
from analysis.extract.files.out_of_core import OutOfCoreEvents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.study.settings import Outcome, Pilot, Window

COLUMNS = (
    "pilot", "school_id", "phase", "arm", "matched_set", "area", "outcome", "month",
    "event_month", "term", "window", "events", "children", "pupils", "returned",
)  # fmt: skip
# Four months each, with August in the summer term, so that a start in May begins a term.
_TERMS = {1: "Spring", 5: "Summer", 9: "Autumn"}
_KEY = ["school_id", "month"]


def outcome_panel(
    schools: pd.DataFrame,
    school_months: pd.DataFrame,
    child_events: pd.DataFrame,
    care_episodes: pd.DataFrame | None,
    pilots: Iterable[Pilot],
    outcomes: Iterable[Outcome],
    window: Window,
) -> pd.DataFrame:
    """Count each outcome in each school and month.

    Parameters
    ----------
    schools, school_months, child_events, care_episodes
        Typed tables of a validated extract. Without `care_episodes`, outcomes measured
        in days are left out.
    pilots
        The pilots, with the month in which each starts.
    outcomes
        The outcomes that are counted, and in which pilots.
    window
        The months that are observed and compared.

    Returns
    -------
    DataFrame
        One row per pilot x school x outcome x month, sorted in this order, with columns

        - pilot, school_id, phase, arm, matched_set, area, outcome : str
        - month : period[M]
        - event_month : int64, 0 for the start month
        - term : ordered category, 'Autumn 2018' and so on
        - window : 'after'; 'before' for the like months a year earlier; else 'earlier'
        - events : float64, events or days in care; 0 where there were none, NaN where
          the month has no return
        - children : float64, distinct children behind `events`, missing likewise
        - pupils : int64, on roll; the exposure in pupil-months
        - returned : bool

    Raises
    ------
    ContractBroken
        If an event has no matching row in `school_months`.

    Notes
    -----
    A day in care counts from the day an episode started to the day before it ended.
    """
    frame = _school_month_frame(schools, school_months, tuple(pilots), window)
    parts = []
    for outcome in outcomes:
        rows = frame[frame["pilot"].isin(outcome.pilots)]
        if outcome.measure == "events":
            counted = _event_counts(child_events, outcome.event_type)
            counted = counted[counted["school_id"].isin(rows["school_id"].unique())]
        elif care_episodes is not None:
            counted = _care_days(care_episodes, rows["month"].min(), rows["month"].max())
        else:
            continue
        parts.append(_joined(rows, counted, outcome.name))
    panel = pd.concat(parts, ignore_index=True)
    order = ["pilot", "school_id", "outcome", "month"]
    return panel.sort_values(order, ignore_index=True)[list(COLUMNS)]


def term(month: pd.Period) -> str:
    """Return the school term of a month, with the year it falls in.

    Examples
    --------
    >>> term(pd.Period("2019-05", "M"))
    'Summer 2019'
    """
    return f"{_TERMS[(month.month - 1) // 4 * 4 + 1]} {month.year}"


def window_label(event_month: int, window: Window) -> str:
    """Return 'after', 'before' (like months a year earlier) or 'earlier'."""
    if 0 <= event_month < window.months_after:
        return "after"
    return "before" if 0 <= event_month + 12 < window.months_after else "earlier"


def _school_month_frame(
    schools: pd.DataFrame, school_months: pd.DataFrame, pilots: tuple[Pilot, ...], window: Window
) -> pd.DataFrame:
    """Return each school's months in the window, with its role in the design."""
    starts = {pilot.name: pd.Period(pilot.start, "M").ordinal for pilot in pilots}
    design = schools.drop(columns=["pupils"])  # the roll at the start; the panel has each month's
    frame = school_months.merge(design, on="school_id", validate="many_to_one")
    frame["month"] = pd.PeriodIndex(frame["month"], freq="M")
    ordinals = frame["month"].map(lambda month: month.ordinal).astype("int64")
    frame["event_month"] = ordinals - frame["pilot"].map(starts).astype("int64")
    inside = frame["event_month"].between(-window.months_before, window.months_after - 1)
    frame = frame[inside].copy()
    frame["window"] = [window_label(month, window) for month in frame["event_month"]]
    months = sorted(frame["month"].unique())
    labels = {month: term(month) for month in months}
    frame["term"] = pd.Categorical(
        frame["month"].map(labels), categories=list(dict.fromkeys(labels.values())), ordered=True
    )
    return frame


def _event_counts(child_events: pd.DataFrame, event_type: str) -> pd.DataFrame:
    """Return events and distinct children by school and month, where there are any."""
    if isinstance(child_events, OutOfCoreEvents):
        return child_events.counts(event_type)
    events = child_events[child_events["event_type"] == event_type]
    month = events["event_date"].dt.to_period("M").rename("month")
    by_month = events.groupby(["school_id", month])["child_id"]
    return by_month.agg(events="size", children="nunique").reset_index()


def _care_days(care_episodes: pd.DataFrame, first: pd.Period, last: pd.Period) -> pd.DataFrame:
    """Return days in care and children in care by school and month, where there are any."""
    months = pd.period_range(first, last, freq="M")
    opens = months.start_time.to_numpy()
    closes = (months + 1).start_time.to_numpy()
    started = care_episodes["started"].to_numpy()[:, np.newaxis]
    # An episode without an end date continues beyond the window.
    ended = care_episodes["ended"].fillna(pd.Timestamp(closes[-1])).to_numpy()[:, np.newaxis]
    overlap = np.minimum(ended, closes) - np.maximum(started, opens)
    days = (overlap / np.timedelta64(1, "D")).clip(min=0).astype("int64")
    episode, month = np.nonzero(days)
    long = pd.DataFrame(
        {
            "school_id": care_episodes["school_id"].to_numpy()[episode],
            "child_id": care_episodes["child_id"].to_numpy()[episode],
            "month": months[month],
            "days": days[episode, month],
        }
    )
    grouped = long.groupby(_KEY)
    return grouped.agg(events=("days", "sum"), children=("child_id", "nunique")).reset_index()


def _joined(rows: pd.DataFrame, counted: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Join counts to the frame: zero where there were none, missing without a return."""
    panel = rows.merge(counted, on=_KEY, how="left", validate="one_to_one")
    inside = panel["events"].sum()
    total = counted.loc[counted["school_id"].isin(rows["school_id"]), "events"].sum()
    if inside != total:
        raise ContractBroken(
            f"{int(total - inside)} of {int(total)} {outcome} fall on no school-month",
            place="school_months.csv",
            remedy="add a row for each school and month of the window, or correct the dates",
        )
    for column in ("events", "children"):
        panel[column] = panel[column].fillna(0.0).where(panel["returned"]).astype("float64")
    return panel.assign(outcome=outcome)
