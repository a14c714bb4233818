"""Derived columns of how many events there are where and when, against how many there ought to be."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.contracts.derived.column import Derived, counts, month_of, of_key, rows_elsewhere

MONTHS_COMPARED = 10
"""Months after the start, each set against the same calendar month a year before."""
MONTHS_BEFORE = 12

FEWEST_OF_MONTH = 15
"""Events expected of a month below which few say nothing."""
FEWEST_OF_PERIOD = 20
"""Events of one kind and arm in one of two periods, likewise."""
FEWEST_OF_ARM = 50
"""Events of one arm before the start, likewise."""
FEWEST_OF_SCHOOL = 20
"""Events expected of a school over the whole window, likewise."""
FEWEST_BEFORE = 36
"""Events of a school in the 24 months before the start: 15 in ten."""


def starts_of(pilot: pd.Series, school_pilot: pd.Series, start_date: pd.Series) -> pd.Series:
    """Return for each row the first day of the month in which its pilot's first school started."""
    first = start_date.groupby(school_pilot, observed=True).min()
    return month_of(of_key(pilot, first))


def _joined(*parts: pd.Series) -> pd.Series:
    """Return several texts of a row as one; missing where one is."""
    text = parts[0].astype("object").str.cat([p.astype("object") for p in parts[1:]], sep=" / ")
    return text.astype("category")


# --- months ------------------------------------------------------------------------------


def _of_expected(
    group: pd.Series, month: pd.Series, event_group: pd.Series, event_date: pd.Series
) -> pd.Series:
    """Return a group's events in a month over those expected; missing where few are.

    A group is expected to have its share of each month's events in all groups.
    """
    table = pd.crosstab(event_group, month_of(event_date))
    expected = table.sum(axis=1).to_numpy()[:, None] * table.sum(axis=0).to_numpy()[None, :]
    expected = pd.DataFrame(expected / max(1, len(event_date)), table.index, table.columns)
    shares = (table / expected).where(expected >= FEWEST_OF_MONTH).stack()
    at = pd.MultiIndex.from_arrays([group.astype("object"), month])
    return pd.Series(shares.reindex(at).to_numpy(float), group.index)


def _arm_volume(
    pilot: pd.Series,
    arm: pd.Series,
    month: pd.Series,
    event_pilot: pd.Series,
    event_arm: pd.Series,
    event_date: pd.Series,
) -> pd.Series:
    return _of_expected(_joined(pilot, arm), month, _joined(event_pilot, event_arm), event_date)


def _kind_volume(
    kind: str,
    pilot: pd.Series,
    month: pd.Series,
    event_pilot: pd.Series,
    event_type: pd.Series,
    event_date: pd.Series,
) -> pd.Series:
    groups = _joined(event_pilot, event_type)
    return _of_expected(pilot.astype("object") + f" / {kind}", month, groups, event_date)


def _arm_roll_change(
    pupils: pd.Series, pilot: pd.Series, arm: pd.Series, month: pd.Series
) -> pd.Series:
    """Return the pupils of an arm of a pilot in a month over those of the month before."""
    group = _joined(pilot, arm)
    rolls = pupils.groupby([group, month], observed=True).sum().unstack()
    change = (rolls / rolls.shift(axis=1)).stack()
    at = pd.MultiIndex.from_arrays([group, month])
    return pd.Series(change.reindex(at).to_numpy(float), pupils.index)


# --- periods -----------------------------------------------------------------------------


def _periods(event_date: pd.Series, start: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return which events are in the months after the start, and which in the like months."""
    month, year = month_of(event_date), pd.DateOffset(months=MONTHS_BEFORE)
    length = pd.DateOffset(months=MONTHS_COMPARED)
    after = (month >= start) & (month < start + length)
    before = (month >= start - year) & (month < start - year + length)
    return after, before


def _tenfold(
    kind: str,
    pilot: pd.Series,
    arm: pd.Series,
    start_date: pd.Series,
    event_pilot: pd.Series,
    event_arm: pd.Series,
    event_type: pd.Series,
    event_date: pd.Series,
) -> pd.Series:
    """Return the fewer over the more of an arm's events of one kind before and after."""
    chosen = event_type == kind
    groups = _joined(event_pilot, event_arm)
    after, before = _periods(event_date, starts_of(event_pilot, pilot, start_date))
    both = pd.concat([counts(groups[chosen & period]) for period in (after, before)], axis=1)
    both = both.fillna(0)
    share = (both.min(axis=1) / both.max(axis=1)).where(both.max(axis=1) >= FEWEST_OF_PERIOD)
    return of_key(_joined(pilot, arm), share)


def _arm_change(
    pilot: pd.Series,
    arm: pd.Series,
    start_date: pd.Series,
    event_pilot: pd.Series,
    event_arm: pd.Series,
    event_date: pd.Series,
    *,
    by_pilot: bool,
) -> pd.Series:
    """Return how all events of an arm changed after the start, over how the other arm's did."""
    after, before = _periods(event_date, starts_of(event_pilot, pilot, start_date))
    own, events = (
        pd.DataFrame({"pilot": p.astype("object") if by_pilot else "all", "arm": a.astype("object")})
        for p, a in ((pilot, arm), (event_pilot, event_arm))
    )
    now, then = (events[period].value_counts().unstack("arm") for period in (after, before))
    change = (now / then.where(then >= FEWEST_OF_ARM)).reindex(columns=sorted(set(own["arm"].dropna())))
    if len(change.columns) != 2:
        return pd.Series(float("nan"), pilot.index)
    relative = (change / change.iloc[:, ::-1].to_numpy()).stack()
    return pd.Series(relative.reindex(pd.MultiIndex.from_frame(own)).to_numpy(float), pilot.index)


# --- schools -----------------------------------------------------------------------------


def _pupils_to_roll(
    pupils: pd.Series,
    school: pd.Series,
    pilot: pd.Series,
    start_date: pd.Series,
    sent_school: pd.Series,
    month: pd.Series,
    roll: pd.Series,
) -> pd.Series:
    """Return pupils over the school's roll in the month in which its pilot started."""
    start = starts_of(pilot, pilot, start_date)
    keys = pd.MultiIndex.from_arrays([sent_school.astype("object"), month])
    rolls = pd.Series(roll.to_numpy(), keys)
    rolls = rolls[~rolls.index.duplicated()]
    at = pd.MultiIndex.from_arrays([school.astype("object"), start])
    return pupils / rolls.reindex(at).to_numpy()


def _different_rolls(school: pd.Series, sent_school: pd.Series, roll: pd.Series) -> pd.Series:
    pairs = pd.DataFrame({"school": sent_school, "roll": roll}).dropna().drop_duplicates()
    return rows_elsewhere(school, pairs["school"])


def _rolls_of_large(
    pupils: pd.Series, school: pd.Series, sent_school: pd.Series, roll: pd.Series
) -> pd.Series:
    return _different_rolls(school, sent_school, roll).where(pupils >= 300)


def _events_where_expected(
    school: pd.Series,
    phase: pd.Series,
    pupils: pd.Series,
    sent_school: pd.Series,
    returned: pd.Series,
    event_school: pd.Series,
) -> pd.Series:
    """Return a school's events; missing where its size and phase let few be expected."""
    events = rows_elsewhere(school, event_school)
    exposure = pupils * rows_elsewhere(school, sent_school[returned == "yes"])
    totals = pd.DataFrame({"phase": phase, "n": events, "of": exposure})
    rates = totals.groupby("phase", observed=True)[["n", "of"]].sum()
    expected = exposure * of_key(phase, rates["n"] / rates["of"])
    return events.where(expected >= FEWEST_OF_SCHOOL)


def _events_after(
    school: pd.Series,
    pilot: pd.Series,
    start_date: pd.Series,
    event_school: pd.Series,
    event_pilot: pd.Series,
    event_date: pd.Series,
) -> pd.Series:
    """Return a school's events after the start; missing where there were few before."""
    start = starts_of(event_pilot, pilot, start_date)
    before = rows_elsewhere(school, event_school[event_date < start])
    after = rows_elsewhere(school, event_school[event_date >= start])
    return after.where(before >= FEWEST_BEFORE)


_ARMS = ("schools:pilot", "schools:arm", "schools:start_date", "child_events:schools.pilot",
         "child_events:schools.arm")  # fmt: skip
_ROLLS = ("school_months:school_id", "school_months:pupils")
KINDS = ("referral", "s17_start", "s47_enquiry")

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
    "events_where_expected": Derived(
        _events_where_expected,
        (
            "schools:school_id",
            "schools:phase",
            "schools:pupils",
            "school_months:school_id",
            "school_months:returned",
            "child_events:school_id",
        ),
        "a school without any event",
    ),
    "events_after": Derived(
        _events_after,
        (
            "schools:school_id",
            "schools:pilot",
            "schools:start_date",
            "child_events:school_id",
            "child_events:schools.pilot",
            "child_events:event_date",
        ),
        "a school without any event after the start",
    ),
    "arm_change": Derived(
        partial(_arm_change, by_pilot=False),
        (*_ARMS, "child_events:event_date"),
        "an arm whose events fell or rose together",
    ),
    "pilot_arm_change": Derived(
        partial(_arm_change, by_pilot=True),
        (*_ARMS, "child_events:event_date"),
        "an arm of a pilot whose events fell or rose together",
    ),
    **{
        f"{kind}_tenfold": Derived(
            partial(_tenfold, kind),
            (*_ARMS, "child_events:event_type", "child_events:event_date"),
            "an arm of a pilot that has next to no such events in one of two periods",
        )
        for kind in KINDS
    },
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
    "arm_volume": Derived(
        _arm_volume,
        (
            "school_months:schools.pilot",
            "school_months:schools.arm",
            "school_months:month",
            "child_events:schools.pilot",
            "child_events:schools.arm",
            "child_events:event_date",
        ),
        "a month in which an arm of a pilot has next to no events",
    ),
    **{
        f"{kind}_volume": Derived(
            partial(_kind_volume, kind),
            (
                "school_months:schools.pilot",
                "school_months:month",
                "child_events:schools.pilot",
                "child_events:event_type",
                "child_events:event_date",
            ),
            "a month in which a pilot has next to no such events",
        )
        for kind in KINDS
    },
}
