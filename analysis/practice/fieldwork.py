"""Interviews, focus groups and observations: their number, participants and study phases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.disclosure import Aggregate, release_tables, strictest

if TYPE_CHECKING:
    from analysis.disclosure import DisclosureRules, Status

FAMILY = ("child", "parent")
"""Groups of people whom a small count could identify."""


@dataclass(frozen=True)
class ReleasedSessions:
    """Sessions of fieldwork after disclosure control.

    Attributes
    ----------
    table
        As `sessions`, with `c` in place of each suppressed count of sessions (object). People
        are given as a total over the pilots, in `participants`, in the row of each pilot,
        missing where it is suppressed (Int64).
    status, check
        As in `analysis.disclosure.linked_tables.ReleasedTables`, of sessions and people together.
    """

    table: pd.DataFrame
    status: Status
    check: pd.DataFrame


def sessions(fieldwork: pd.DataFrame) -> pd.DataFrame:
    """Return the number of sessions and of participants by method, group and pilot.

    Returns
    -------
    DataFrame
        One row per method, group and pilot: `method`, `participant_group`, `pilot`,
        `sessions` and `participants`, zero where there were none. A person who took part twice is
        counted twice.
    """
    keys = ["method", "participant_group"]
    wide = fieldwork.assign(sessions=1).pivot_table(
        index=keys,
        columns="pilot",
        values=["sessions", "participants"],
        aggfunc="sum",
        fill_value=0,
    )
    return wide.stack(level="pilot").reset_index().sort_values([*keys, "pilot"], ignore_index=True)


def release_sessions(sessions: pd.DataFrame, rules: DisclosureRules) -> ReleasedSessions:
    """Suppress counts of sessions with children and parents that are too small to show.

    Sessions with professionals are shown, and so are totals over everybody; their difference is a
    total for families, which is why all are released together.
    """
    family = sessions["participant_group"].isin(FAMILY)
    keys = ["method", "participant_group", "pilot"]
    aggregates = (
        Aggregate("cells", tuple(keys)),
        Aggregate("pilots", ("pilot",)),
        Aggregate("all"),
    )
    shown = sessions.astype({"sessions": object})
    released = release_tables(sessions.loc[family], aggregates, rules, count="sessions")
    people = release_tables(
        sessions.loc[family],
        (Aggregate("people", tuple(keys[:2])), Aggregate("all people")),
        rules,
        count="participants",
    )
    cells = released.tables["cells"].set_index(keys)["count"]
    totals = people.tables["people"].set_index(keys[:2])["count"]
    shown["participants"] = sessions.groupby(keys[:2])["participants"].transform("sum")
    shown["participants"] = shown["participants"].astype("Int64")
    for place in shown.index[family]:
        shown.loc[place, "sessions"] = cells[tuple(shown.loc[place, keys])]
        total = totals[tuple(shown.loc[place, keys[:2]])]
        shown.loc[place, "participants"] = pd.NA if isinstance(total, str) else total
    return ReleasedSessions(
        shown,
        strictest([released.statuses["cells"], people.statuses["people"]]),
        pd.concat([released.check, people.check], ignore_index=True),
    )


def study_phases(fieldwork: pd.DataFrame) -> pd.DataFrame:
    """Return when each phase of the study took place.

    Returns
    -------
    DataFrame
        One row per study phase: `study_phase`, the days of its `first` and `last` piece of
        fieldwork, and `sessions`.
    """
    groups = fieldwork.groupby("study_phase")["fieldwork_date"]
    return groups.agg(first="min", last="max", sessions="size").reset_index()
