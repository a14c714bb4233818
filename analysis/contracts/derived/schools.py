"""Derived columns of schools and of their months."""

from __future__ import annotations

import pandas as pd

from analysis.contracts.derived import volume
from analysis.contracts.derived.column import (
    Derived,
    day_of_week,
    different_in_group,
    gap_in_group,
    month_of,
    of_key,
    ratio_in_group,
    rows_elsewhere,
    rows_of_same,
    share_of_rows,
)
from analysis.contracts.derived.volume import joined, starts_of

LARGE = 300
"""Number of pupils from which a roll is expected to change within three years."""


def _arm_roll_change(
    pupils: pd.Series, pilot: pd.Series, arm: pd.Series, month: pd.Series
) -> pd.Series:
    """Return the ratio of an arm's pupils in a pilot to those of the month before.

    It is missing for an arm of one school, whose roll may change by chance as those of several
    together do not.
    """
    group = joined(pilot, arm)
    by_month = pupils.groupby([group, month], observed=True)
    rolls, several = by_month.sum().unstack(), by_month.size().unstack().max(axis=1) > 1
    change = (rolls / rolls.shift(axis=1)).where(several, axis=0).stack()
    at = pd.MultiIndex.from_arrays([group, month])
    return pd.Series(change.reindex(at).to_numpy(float), pupils.index)


def _pupils_to_roll(
    pupils: pd.Series,
    school: pd.Series,
    pilot: pd.Series,
    start_date: pd.Series,
    sent_school: pd.Series,
    month: pd.Series,
    roll: pd.Series,
) -> pd.Series:
    """Return the ratio of pupils to the school's roll in the month in which its pilot started."""
    start = starts_of(pilot, pilot, start_date)
    keys = pd.MultiIndex.from_arrays([sent_school.astype("object"), month])
    rolls = pd.Series(roll.to_numpy(), keys)
    rolls = rolls[~rolls.index.duplicated()]
    at = pd.MultiIndex.from_arrays([school.astype("object"), start])
    found: pd.Series = pupils / rolls.reindex(at).to_numpy()
    return found


def _different_rolls(school: pd.Series, sent_school: pd.Series, roll: pd.Series) -> pd.Series:
    pairs = pd.DataFrame({"school": sent_school, "roll": roll}).dropna().drop_duplicates()
    return rows_elsewhere(school, pairs["school"])


def _rolls_of_large(
    pupils: pd.Series, school: pd.Series, sent_school: pd.Series, roll: pd.Series
) -> pd.Series:
    return _different_rolls(school, sent_school, roll).where(pupils >= LARGE)


_ROLLS = ("school_months:school_id", "school_months:pupils")
OF_SCHOOLS = {
    "pupils_to_roll": Derived(
        _pupils_to_roll,
        (
            "schools:pupils",
            "schools:school_id",
            "schools:pilot",
            "schools:start_date",
            "school_months:school_id",
            "school_months:month",
            "school_months:pupils",
        ),
        "another number than the school's roll in that month",
    ),
    "different_rolls": Derived(
        _different_rolls, ("schools:school_id", *_ROLLS), "a roll that never changes"
    ),
    "rolls_of_large": Derived(
        _rolls_of_large,
        ("schools:pupils", "schools:school_id", *_ROLLS),
        "a roll that never changes",
    ),
}

OF_MONTHS = {
    "arm_roll_change": Derived(
        _arm_roll_change,
        (
            "school_months:pupils",
            "school_months:schools.pilot",
            "school_months:schools.arm",
            "school_months:month",
        ),
        "a month in which all rolls of an arm jump",
    ),
}


MONTHS_BEFORE = 12
"""A month is compared with the same month a year before, since holidays are seasonal."""

FEWEST_EVENTS = 5
"""Events in the earlier month below which a ratio is not informative."""

FEWEST_A_MONTH = 30
"""Mean events of a pilot per month below which a month without any is plausible."""


def _code_agrees(pilot: pd.Series, name: pd.Series) -> pd.Series:
    """Return 1 where a name such as LAM-01 begins with its pilot's code, else 0."""
    same = name.str[:3] == pilot.str[:3].str.upper()
    return same.astype(float).mask(pilot.isna() | name.isna())


def _first_worker(school: pd.Series, deployed_to: pd.Series, started: pd.Series) -> pd.Series:
    """Return the day on which the first worker deployed to a school came into post."""
    return of_key(school, started.groupby(deployed_to, observed=True).min())


def _months_sent(school: pd.Series, sent_school: pd.Series, month: pd.Series) -> pd.Series:
    pairs = pd.DataFrame({"school": sent_school, "month": month}).dropna().drop_duplicates()
    return rows_elsewhere(school, pairs["school"])


def _months_returned(school: pd.Series, sent_school: pd.Series, returned: pd.Series) -> pd.Series:
    return rows_elsewhere(school, sent_school[returned == "yes"])


def _enquiries_per_thousand(
    school: pd.Series, pupils: pd.Series, event_school: pd.Series, event_type: pd.Series
) -> pd.Series:
    """Return enquiries per 1,000 pupils over the whole window."""
    return 1000 * rows_elsewhere(school, event_school[event_type == "s47_enquiry"]) / pupils


def _events_in_month(
    group: pd.Series, month: pd.Series, event_group: pd.Series, event_date: pd.Series
) -> pd.Series:
    """Return how many events a school, or a whole pilot, has in a month."""
    events = event_group.groupby([event_group, month_of(event_date)], observed=True).size()
    keys = pd.MultiIndex.from_arrays([group.astype("str"), month])
    found = events.rename_axis(["group", "month"]).reset_index(name="n")
    by_key = pd.Series(
        found["n"].to_numpy(float),
        pd.MultiIndex.from_arrays([found["group"].astype("str"), found["month"]]),
    )
    return pd.Series(by_key.reindex(keys).fillna(0).to_numpy(), group.index)


def _events_where_many(
    group: pd.Series, month: pd.Series, event_group: pd.Series, event_date: pd.Series
) -> pd.Series:
    """Return a pilot's events in a month; missing where its monthly mean is low."""
    found = _events_in_month(group, month, event_group, event_date)
    months = different_in_group(group, month.astype("str").astype("category"))
    mean = rows_elsewhere(group, event_group) / months
    return found.where(mean >= FEWEST_A_MONTH)


def _volume(
    group: pd.Series, month: pd.Series, event_group: pd.Series, event_date: pd.Series
) -> pd.Series:
    """Return the ratio of a pilot's events in a month to those a year before."""
    earlier = month - pd.DateOffset(months=MONTHS_BEFORE)
    now, then = (
        _events_in_month(group, when, event_group, event_date) for when in (month, earlier)
    )
    return now / then.where(then >= FEWEST_EVENTS)


def _pupils_change(pupils: pd.Series, school: pd.Series, month: pd.Series) -> pd.Series:
    """Return the ratio of pupils to those of the school in the month before."""
    ordered = pd.DataFrame({"school": school, "month": month, "n": pupils})
    ordered = ordered.sort_values(["school", "month"])
    return (ordered["n"] / ordered.groupby("school")["n"].shift()).reindex(pupils.index)


def _ratio(first: pd.Series, second: pd.Series) -> pd.Series:
    return first / second


SCHOOLS = {
    **OF_SCHOOLS,
    **volume.OF_SCHOOLS,
    "fsm_percent_share": Derived(
        share_of_rows, ("schools:fsm_percent",), "a percentage that very many rows share"
    ),
    "arms_in_set": Derived(
        different_in_group,
        ("schools:matched_set", "schools:arm"),
        "a matched set with one arm only",
    ),
    "schools_in_set": Derived(
        rows_of_same, ("schools:matched_set",), "a matched set of another size"
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
    "first_worker": Derived(
        _first_worker,
        ("schools:school_id", "deployments:school_id", "deployments:social_workers.started"),
        "a start before any worker was in post",
    ),
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
    **OF_MONTHS,
    **volume.OF_MONTHS,
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
        _events_where_many,
        (
            "school_months:schools.pilot",
            "school_months:month",
            "child_events:schools.pilot",
            "child_events:event_date",
        ),
        "a month in which the whole pilot has no event",
    ),
    "pilot_volume": Derived(
        _volume,
        (
            "school_months:schools.pilot",
            "school_months:month",
            "child_events:schools.pilot",
            "child_events:event_date",
        ),
        "a month far from the same month a year before",
    ),
}
