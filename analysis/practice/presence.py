"""Where social workers were: their schools, days a week, and integration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

INTEGRATION = ("embedded", "mixed", "visiting")
"""Degrees of workers' integration into a school, from highest to lowest."""
PHASES = ("primary", "secondary", "special")


def kinds(deployments: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Return the integration of social workers into each school.

    Parameters
    ----------
    deployments
        One row per worker and school, with `integration`.
    schools
        One row per school, with its `pilot` and `phase`.

    Returns
    -------
    DataFrame
        One row per school with a social worker: `school_id`, `pilot`, `phase` and `integration`.

    Notes
    -----
    A school with several workers is classified by the most integrated one.
    """
    rank = {name: place for place, name in enumerate(INTEGRATION)}
    ordered = deployments.sort_values("integration", key=lambda names: names.map(rank))
    at_school = ordered.groupby("school_id", as_index=False)["integration"].first()
    found = schools[["school_id", "pilot", "phase"]].merge(at_school, on="school_id")
    return found.sort_values("school_id", ignore_index=True)


def presence(kinds: pd.DataFrame, deployments: pd.DataFrame) -> pd.DataFrame:
    """Return the days a week that social workers were in each school.

    Parameters
    ----------
    kinds
        As `kinds` returns it.
    deployments
        One row per worker and school, with `days_per_week`.

    Returns
    -------
    DataFrame
        The rows of `kinds` with `days_per_week`, summed over workers.
    """
    days = deployments.groupby("school_id", as_index=False)["days_per_week"].sum()
    return kinds.merge(days, on="school_id")


def delivery(
    workers: pd.DataFrame,
    presence: pd.DataFrame,
    schools: pd.DataFrame,
    activity: pd.DataFrame,
    last_days: pd.Series,
    months: int,
) -> pd.DataFrame:
    """Return how each pilot was set up and sustained.

    Parameters
    ----------
    workers
        One row per worker, with `pilot`, `started` and `ended`.
    presence
        As `presence` returns it.
    schools
        Schools, with the day on which each school's worker started, `start_date`.
    activity
        One row per activity, with `school_id`, `pilot` and `activity_date`.
    last_days
        Last day that the extract covers, by pilot.
    months
        Months of the pilot that it covers.

    Returns
    -------
    DataFrame
        One row per pilot: `workers`, `at_end` (still in post on the last day), `schools`,
        `first_start` and `last_start` of its schools, `days_in_school` (days a week per
        worker), and `months_with_work` (school-months with any entry, per cent).
    """
    stayed = workers["ended"].isna() | (workers["ended"] >= workers["pilot"].map(last_days))
    starts = schools.groupby("pilot")["start_date"]
    team = workers.assign(stayed=stayed).groupby("pilot")
    table = pd.DataFrame(
        {
            "workers": team.size(),
            "at_end": team["stayed"].sum(),
            "schools": presence.groupby("pilot").size(),
            "first_start": starts.min(),
            "last_start": starts.max(),
        }
    )
    table["days_in_school"] = presence.groupby("pilot")["days_per_week"].sum() / table["workers"]
    worked = activity.assign(month=activity["activity_date"].dt.to_period("M"))
    logged = worked.drop_duplicates(["school_id", "month"]).groupby("pilot").size()
    table["months_with_work"] = 100 * logged / (table["schools"] * months)
    return table.rename_axis("pilot").reset_index()


def integration_profile(
    presence: pd.DataFrame, schools: pd.DataFrame, activity: pd.DataFrame, months: int
) -> pd.DataFrame:
    """Return what embedded, mixed and visited schools were like.

    Returns
    -------
    DataFrame
        One row per degree of integration: `integration`, `schools`, one column of schools for
        each of `PHASES`, `fsm_percent` (mean of schools), `days_per_week` (mean of
        schools), and `hours_a_month` (logged hours per school and month); the last three
        are NaN for a degree without schools.
    """
    meals = schools[["school_id", "fsm_percent"]]
    groups = presence.merge(meals, on="school_id").groupby("integration")
    table = presence.groupby("integration")["phase"].value_counts().unstack(fill_value=0)
    table = table.reindex(index=list(INTEGRATION), columns=list(PHASES), fill_value=0)
    table.insert(0, "schools", table.sum(axis=1))
    table[["fsm_percent", "days_per_week"]] = groups[["fsm_percent", "days_per_week"]].mean()
    hours = activity.groupby("integration")["hours"].sum().reindex(table.index, fill_value=0.0)
    table["hours_a_month"] = hours / (table["schools"] * months)
    return table.rename_axis(index="integration", columns=None).reset_index()


def effort(presence: pd.DataFrame, schools: pd.DataFrame, activity: pd.DataFrame) -> pd.DataFrame:
    """Return how workers' time was spread across phases of school.

    Returns
    -------
    DataFrame
        One row per phase: `phase`, `schools`, `pupils`, `days_per_week` (per school),
        `hours`, `percent` (of all logged hours) and `hours_per_100` (logged hours per 100
        pupils over the pilot's months); means are NaN for a phase without schools.
    """
    sized = presence.merge(schools[["school_id", "pupils"]], on="school_id")
    table = _by_phase(sized, ("school_id", "pupils", "days_per_week"))
    table["days_per_week"] = table["days_per_week"] / table["schools"]
    hours = activity.groupby("phase")["hours"].sum()
    table["hours"] = hours.reindex(table.index, fill_value=0.0)
    table["percent"] = 100 * table["hours"] / table["hours"].sum()
    table["hours_per_100"] = 100 * table["hours"] / table["pupils"]
    return table.rename_axis("phase").reset_index()


def _by_phase(presence: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    school, *summed = columns
    groups = presence.groupby("phase")
    table = groups[summed].sum()
    table.insert(0, "schools", groups[school].size())
    return table.reindex(index=list(PHASES), fill_value=0)
