"""Interviews, focus groups and observations: how many, with whom, in which phase of the study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.disclosure import Aggregate, release_tables

if TYPE_CHECKING:
    from analysis.disclosure import DisclosureRules, Status

FAMILY = ("child", "parent")
"""Groups of people whom a small count could point at."""


def sessions(fieldwork: pd.DataFrame) -> pd.DataFrame:
    """Return how often each group of people took part, and how many people that was.

    Returns
    -------
    DataFrame
        One row a method, group and pilot: `method`, `participant_group`, `pilot`,
        `sessions` and `participants`, zero where there were none. Who took part twice is
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


def release_sessions(sessions: pd.DataFrame, rules: DisclosureRules) -> tuple[pd.DataFrame, Status]:
    """Hide sessions with children and parents that are too few to show.

    Sessions with professionals are shown, and so are totals over everybody; what is left
    of such a total is a total of the families, which is why those are released together.

    Returns
    -------
    tuple of DataFrame and Status
        As `sessions`, with `c` in place of each hidden count. People are given as a total
        over the pilots, in `participants`, in the row of each pilot.
    """
    family = sessions["participant_group"].isin(FAMILY)
    keys = ["method", "participant_group", "pilot"]
    aggregates = (
        Aggregate("cells", tuple(keys)),
        Aggregate("pilots", ("pilot",)),
        Aggregate("all"),
    )
    shown = sessions.astype({"sessions": object})
    total = sessions.groupby(keys[:2])["participants"].transform("sum")
    shown["participants"] = total.mask(family & total.map(rules.is_unsafe)).astype("Int64")
    released = release_tables(sessions.loc[family], aggregates, rules, count="sessions")
    cells = released.tables["cells"].set_index(keys)["count"]
    for place in shown.index[family]:
        shown.loc[place, "sessions"] = cells[tuple(shown.loc[place, keys])]
    return shown, released.statuses["cells"]


def study_phases(fieldwork: pd.DataFrame) -> pd.DataFrame:
    """Return when each phase of the study took place.

    Returns
    -------
    DataFrame
        One row a study phase: `study_phase`, the days of its `first` and `last` piece of
        fieldwork, and `sessions`.
    """
    groups = fieldwork.groupby("study_phase")["fieldwork_date"]
    return groups.agg(first="min", last="max", sessions="size").reset_index()
