"""Derived columns of schools and of their months."""

from __future__ import annotations

import pandas as pd

from analysis.contracts.derived.column import (
    Derived,
    day_of_week,
    different_in_group,
    gap_in_group,
    ratio_in_group,
    rows_elsewhere,
)

MONTHS_BEFORE = 12
"""A month is set against the same month a year before: school holidays differ by season."""

FEWEST_EVENTS = 5
"""Events in the earlier month below which a ratio says nothing."""


def _code_agrees(pilot: pd.Series, name: pd.Series) -> pd.Series:
    """Return whether a name such as LAM-01 begins as its pilot does."""
    same = name.str[:3] == pilot.str[:3].str.upper()
    return same.astype("boolean").mask(pilot.isna() | name.isna())


def _schools_in_set(matched_set: pd.Series) -> pd.Series:
    return matched_set.map(matched_set.value_counts())


def _months_sent(school: pd.Series, sent_school: pd.Series, month: pd.Series) -> pd.Series:
    return school.map(month.groupby(sent_school).nunique()).fillna(0)


def _months_returned(school: pd.Series, sent_school: pd.Series, returned: pd.Series) -> pd.Series:
    return school.map((returned == "yes").groupby(sent_school).sum()).fillna(0)


def _enquiries_per_thousand(
    school: pd.Series, pupils: pd.Series, event_school: pd.Series, event_type: pd.Series
) -> pd.Series:
    """Return enquiries per 1,000 pupils over the whole window."""
    enquiries = event_school[event_type == "s47_enquiry"].value_counts()
    return 1000 * school.map(enquiries).fillna(0) / pupils.astype(float)


def _events_in_month(
    school: pd.Series, month: pd.Series, event_school: pd.Series, event_date: pd.Series
) -> pd.Series:
    """Return how many events a school has in a month."""
    events = _count([event_school, _month_of(event_date)])
    keys = pd.MultiIndex.from_arrays([school, month])
    return pd.Series(events.reindex(keys).fillna(0).to_numpy(), school.index)


def _pilot_events(
    month: pd.Series, pilot: pd.Series, event_pilot: pd.Series, event_date: pd.Series
) -> pd.Series:
    """Return how many events a school's pilot has in a month."""
    events = _count([event_pilot, _month_of(event_date)])
    keys = pd.MultiIndex.from_arrays([pilot, month])
    return pd.Series(events.reindex(keys).fillna(0).to_numpy(), month.index)


def _pilot_volume(
    month: pd.Series, pilot: pd.Series, event_pilot: pd.Series, event_date: pd.Series
) -> pd.Series:
    """Return a pilot's events in a month over those of the same month a year before."""
    counts = _count([event_pilot, _month_of(event_date)]).unstack(0, fill_value=0)
    months = pd.date_range(month.min(), month.max(), freq="MS")
    counts = counts.reindex(months, fill_value=0)
    earlier = counts.shift(MONTHS_BEFORE)
    ratio = (counts / earlier.where(earlier >= FEWEST_EVENTS)).stack(future_stack=True)
    keys = pd.MultiIndex.from_arrays([month, pilot])
    return pd.Series(ratio.reindex(keys).to_numpy(), month.index)


def _pupils_change(pupils: pd.Series, school: pd.Series, month: pd.Series) -> pd.Series:
    """Return pupils over those of the school's month before."""
    ordered = pd.DataFrame({"school": school, "month": month, "n": pupils.astype(float)})
    ordered = ordered.sort_values(["school", "month"])
    return (ordered["n"] / ordered.groupby("school")["n"].shift()).reindex(pupils.index)


def _ratio(first: pd.Series, second: pd.Series) -> pd.Series:
    return first.astype(float) / second.astype(float)


def _month_of(day: pd.Series) -> pd.Series:
    found: pd.Series = day.dt.to_period("M").dt.to_timestamp()
    return found


def _count(keys: list[pd.Series]) -> pd.Series:
    return keys[0].groupby(keys).size()


SCHOOLS = {
    "arms_in_set": Derived(
        different_in_group,
        ("schools:matched_set", "schools:arm"),
        "a matched set with one arm only",
    ),
    "schools_in_set": Derived(
        _schools_in_set, ("schools:matched_set",), "a matched set of another size"
    ),
    "pilots_in_set": Derived(
        different_in_group,
        ("schools:matched_set", "schools:pilot"),
        "a matched set over more than one pilot",
    ),
    "phases_in_set": Derived(
        different_in_group,
        ("schools:matched_set", "schools:phase"),
        "a matched set over more than one phase",
    ),
    "arms_in_area": Derived(
        different_in_group, ("schools:area", "schools:arm"), "an area with both arms"
    ),
    "pilots_in_area": Derived(
        different_in_group, ("schools:area", "schools:pilot"), "an area in more than one pilot"
    ),
    "set_code_agrees": Derived(
        _code_agrees, ("schools:pilot", "schools:matched_set"), "the code of another pilot"
    ),
    "area_code_agrees": Derived(
        _code_agrees, ("schools:pilot", "schools:area"), "the code of another pilot"
    ),
    "size_ratio_in_set": Derived(
        ratio_in_group,
        ("schools:matched_set", "schools:pupils"),
        "a matched set of very different sizes",
    ),
    "fsm_gap_in_set": Derived(
        gap_in_group,
        ("schools:matched_set", "schools:fsm_percent"),
        "a matched set of very different need",
    ),
    "start_day_of_week": Derived(day_of_week, ("schools:start_date",), "a day at the weekend"),
    "months_sent": Derived(
        _months_sent,
        ("schools:school_id", "school_months:school_id", "school_months:month"),
        "a school with another number of months",
    ),
    "months_returned": Derived(
        _months_returned,
        ("schools:school_id", "school_months:school_id", "school_months:returned"),
        "a school with few returns",
    ),
    "enquiries_per_thousand": Derived(
        _enquiries_per_thousand,
        (
            "schools:school_id",
            "schools:pupils",
            "child_events:school_id",
            "child_events:event_type",
        ),
        "a rate far above any published",
    ),
    "deployments": Derived(
        rows_elsewhere,
        ("schools:school_id", "deployments:school_id"),
        "a school without its social worker",
    ),
}

SCHOOL_MONTHS = {
    "events_in_month": Derived(
        _events_in_month,
        (
            "school_months:school_id",
            "school_months:month",
            "child_events:school_id",
            "child_events:event_date",
        ),
        "events in a month without a return",
    ),
    "pupils_to_start": Derived(
        _ratio,
        ("school_months:pupils", "school_months:schools.pupils"),
        "far from the school's size at the start",
    ),
    "pupils_change": Derived(
        _pupils_change,
        ("school_months:pupils", "school_months:school_id", "school_months:month"),
        "a jump from one month to the next",
    ),
    "pilot_events": Derived(
        _pilot_events,
        (
            "school_months:month",
            "school_months:schools.pilot",
            "child_events:schools.pilot",
            "child_events:event_date",
        ),
        "a month in which the whole pilot has no event",
    ),
    "pilot_volume": Derived(
        _pilot_volume,
        (
            "school_months:month",
            "school_months:schools.pilot",
            "child_events:schools.pilot",
            "child_events:event_date",
        ),
        "a month far from the same month a year before",
    ),
}
