"""Derived columns of children, their events and their care episodes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.contracts.derived.column import (
    Derived,
    blanks_by_pilot,
    counts,
    day_of_week,
    of_key,
    rows_elsewhere,
    rows_of_same,
    share_of_rows,
    years_between,
)
from analysis.contracts.derived.volume import starts_of


def _records(child: pd.Series, event_child: pd.Series, episode_child: pd.Series) -> pd.Series:
    return rows_elsewhere(child, event_child) + rows_elsewhere(child, episode_child)


def _twins(
    child: pd.Series,
    school: pd.Series,
    birth: pd.Series,
    event_child: pd.Series,
    event_type: pd.Series,
    event_date: pd.Series,
) -> pd.Series:
    """Return how many children share school, birth month and every event with the row's child.

    Missing for children with fewer than two events, who may coincide by chance. A child's events
    are compared by the sum of their hashes, which doesn't depend on their order.
    """
    keys = pd.DataFrame({"kind": event_type.cat.codes, "day": event_date.to_numpy("int64")})
    hashes = pd.util.hash_pandas_object(keys, index=False).to_numpy()
    codes = event_child.cat.codes.to_numpy()
    sums = np.zeros(len(event_child.cat.categories), dtype=np.uint64)
    np.add.at(sums, codes[codes >= 0], hashes[codes >= 0])
    enough = counts(event_child) >= 2
    # Shifted into the integers that a float represents exactly.
    history = of_key(child, pd.Series((sums >> np.uint64(12)).astype(float), enough.index))
    history = history.where(of_key(child, enough.astype(float)) == 1)
    alike = child.groupby([school, birth, history], observed=True)
    return alike.transform("size").astype(float).where(history.notna())


def _days_since_same(day: pd.Series, child: pd.Series, kind: pd.Series) -> pd.Series:
    """Return the days since the child's last event of the same kind."""
    kinds = len(kind.cat.categories)
    group = child.cat.codes.to_numpy(np.int64) * kinds + kind.cat.codes.to_numpy()
    number = day.to_numpy("datetime64[D]").astype(np.int64)
    order = np.lexsort((number, group))
    gap = np.diff(number[order]).astype(float)
    usable = (day.notna() & child.notna() & kind.notna()).to_numpy()[order]
    same = (np.diff(group[order]) == 0) & usable[1:] & usable[:-1]
    found = np.full(len(day), np.nan)
    found[order[1:]] = np.where(same, gap, np.nan)
    return pd.Series(found, day.index)


def _day_of_month(day: pd.Series) -> pd.Series:
    found: pd.Series = day.dt.day
    return found


def _previous(values: pd.Series, child: pd.Series, started: pd.Series) -> pd.Series:
    """Return the value of the child's previous episode, missing for the first."""
    ordered = pd.DataFrame({"child": child, "started": started, "value": values})
    ordered = ordered.sort_values(["child", "started"])
    found: pd.Series = ordered.groupby("child")["value"].shift().reindex(values.index)
    return found


def _previous_is_closed(ended: pd.Series, child: pd.Series, started: pd.Series) -> pd.Series:
    return _previous(ended.notna().astype(float), child, started)


def _after_start_percent(
    pilot: pd.Series,
    arm: pd.Series,
    started: pd.Series,
    school_pilot: pd.Series,
    start_date: pd.Series,
) -> pd.Series:
    """Return the percentage of an arm's episodes that start after the pilot did."""
    after = (started >= starts_of(pilot, school_pilot, start_date)).astype(float)
    by_arm = after.groupby([pilot, arm], observed=True)
    percent: pd.Series = 100 * by_arm.transform("mean")
    return percent.where(by_arm.transform("size") >= FEWEST_EPISODES)


CHILDREN = {
    "blank_last_day": blanks_by_pilot("children", "last_day", "schools.pilot"),
    "age_first_day": Derived(
        years_between, ("children:first_day", "children:birth_month"), "an age outside school age"
    ),
    "age_last_day": Derived(
        years_between, ("children:last_day", "children:birth_month"), "an age outside school age"
    ),
    "records": Derived(
        _records,
        ("children:child_id", "child_events:child_id", "care_episodes:child_id"),
        "a child without event or episode",
    ),
    "birth_month_share": Derived(
        share_of_rows, ("children:birth_month",), "a month that very many children share"
    ),
    "twins": Derived(
        _twins,
        (
            "children:child_id",
            "children:school_id",
            "children:birth_month",
            "child_events:child_id",
            "child_events:event_type",
            "child_events:event_date",
        ),
        "children alike in school, birth month and every event",
    ),
}

CHILD_EVENTS = {
    "age": Derived(
        years_between,
        ("child_events:event_date", "child_events:children.birth_month"),
        "an age outside childhood",
    ),
    "days_since_same": Derived(
        _days_since_same,
        ("child_events:event_date", "child_events:child_id", "child_events:event_type"),
        "the same kind of event on the day before",
    ),
    "day_of_week": Derived(day_of_week, ("child_events:event_date",), "a day at the weekend"),
    "day_of_month": Derived(
        _day_of_month, ("child_events:event_date",), "the first day of a month"
    ),
    "events_of_child": Derived(
        rows_of_same, ("child_events:child_id",), "a child with very many events"
    ),
}

FEWEST_EPISODES = 20
"""Episodes of one arm of a pilot below which a share is not informative."""

CARE_EPISODES = {
    "after_start_percent": Derived(
        _after_start_percent,
        (
            "care_episodes:schools.pilot",
            "care_episodes:schools.arm",
            "care_episodes:started",
            "schools:pilot",
            "schools:start_date",
        ),
        "an arm of a pilot with next to no episode after the start",
    ),
    "blank_ended": blanks_by_pilot("care_episodes", "ended", "schools.pilot"),
    "age_at_start": Derived(
        years_between,
        ("care_episodes:started", "care_episodes:children.birth_month"),
        "an age outside childhood",
    ),
    "age_at_end": Derived(
        years_between,
        ("care_episodes:ended", "care_episodes:children.birth_month"),
        "an age beyond that of care",
    ),
    "previous_ended": Derived(
        _previous,
        ("care_episodes:ended", "care_episodes:child_id", "care_episodes:started"),
        "an episode that overlaps the one before",
    ),
    "previous_is_closed": Derived(
        _previous_is_closed,
        ("care_episodes:ended", "care_episodes:child_id", "care_episodes:started"),
        "an episode after one that has not ended",
    ),
    "days": Derived(
        lambda ended, started: (ended - started).dt.days,
        ("care_episodes:ended", "care_episodes:started"),
        "an episode of very many days",
    ),
}
