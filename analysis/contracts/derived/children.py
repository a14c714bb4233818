"""Derived columns of children, their events and their care episodes."""

from __future__ import annotations

import pandas as pd

from analysis.contracts.derived.column import (
    Derived,
    day_of_week,
    rows_elsewhere,
    years_between,
)


def _records(child: pd.Series, event_child: pd.Series, episode_child: pd.Series) -> pd.Series:
    return rows_elsewhere(child, event_child) + rows_elsewhere(child, episode_child)


def _share(values: pd.Series) -> pd.Series:
    """Return the share of rows, in percent, that hold the row's own value."""
    return 100 * values.map(values.value_counts(normalize=True))


def _twins(
    child: pd.Series,
    school: pd.Series,
    birth: pd.Series,
    event_child: pd.Series,
    event_type: pd.Series,
    event_date: pd.Series,
) -> pd.Series:
    """Return how many children share school, birth month and every event with the row's child.

    Missing for children with fewer than two events, who may agree by chance.
    """
    event = event_type + event_date.dt.strftime("%Y%m%d")
    events = event.sort_values().groupby(event_child)
    history = child.map(events.agg("|".join)).where(child.map(events.size()) >= 2)
    return child.groupby([school, birth, history]).transform("size").where(history.notna())


def _days_since_same(day: pd.Series, child: pd.Series, kind: pd.Series) -> pd.Series:
    """Return the days since the child's last event of the same kind."""
    ordered = pd.DataFrame({"child": child, "kind": kind, "day": day}).sort_values("day")
    found: pd.Series = ordered.groupby(["child", "kind"])["day"].diff().dt.days.reindex(day.index)
    return found


def _of_same(key: pd.Series) -> pd.Series:
    return key.map(key.value_counts())


def _day_of_month(day: pd.Series) -> pd.Series:
    found: pd.Series = day.dt.day
    return found


def _previous(values: pd.Series, child: pd.Series, started: pd.Series) -> pd.Series:
    """Return the value of the child's episode before, missing for the first."""
    ordered = pd.DataFrame({"child": child, "started": started, "value": values})
    ordered = ordered.sort_values(["child", "started"])
    return ordered.groupby("child")["value"].shift().reindex(values.index)


def _previous_is_closed(ended: pd.Series, child: pd.Series, started: pd.Series) -> pd.Series:
    closed = ended.notna().astype("boolean")
    return _previous(closed, child, started).astype("boolean")


CHILDREN = {
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
        _share, ("children:birth_month",), "a month that very many children share"
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
        _of_same, ("child_events:child_id",), "a child with very many events"
    ),
}

CARE_EPISODES = {
    "age_at_start": Derived(
        years_between,
        ("care_episodes:started", "care_episodes:children.birth_month"),
        "an age outside childhood",
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
