"""How the pilots worked: activity, time in school, fieldwork and coded evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

INTEGRATION = ("embedded", "mixed", "visiting")
"""Degrees of workers' integration into a school, from highest to lowest."""


def hours_share(activity: pd.DataFrame, of: str, within: Sequence[str]) -> pd.DataFrame:
    """Return the shares of logged hours by category.

    Parameters
    ----------
    activity
        One row per activity, with `hours` and the columns named.
    of
        The column whose categories share the hours.
    within
        The columns that define groups; shares add up to 100 in each.

    Returns
    -------
    DataFrame
        One row per group and category: `within`, `of`, `hours`, and `percent` of the group's
        hours. A category without hours has zero.
    """
    wide = activity.pivot_table(
        index=list(within), columns=of, values="hours", aggfunc="sum", fill_value=0.0
    )
    long = wide.melt(ignore_index=False, value_name="hours").reset_index()
    long["percent"] = long["hours"] / long.groupby(list(within))["hours"].transform("sum") * 100
    return long.sort_values([*within, of], ignore_index=True)


def integration(deployments: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Return the number of schools in each pilot by workers' integration.

    Parameters
    ----------
    deployments
        One row per worker and school, with `days_per_week` and `integration`.
    schools
        For the pilot of each school.

    Returns
    -------
    DataFrame
        One row per pilot: a column for each of `INTEGRATION`, in schools; `schools`; and
        `days_per_week`, social-worker days per school and week.

    Notes
    -----
    A school with several workers is counted by the most integrated one.
    """
    at_school = deployments.merge(schools[["school_id", "pilot"]], on="school_id")
    rank = {name: place for place, name in enumerate(INTEGRATION)}
    ordered = at_school.sort_values("integration", key=lambda names: names.map(rank))
    closest = ordered.drop_duplicates("school_id")
    table = closest.groupby("pilot")["integration"].value_counts().unstack(fill_value=0)
    table = table.reindex(columns=list(INTEGRATION), fill_value=0)
    table["schools"] = table.sum(axis=1)
    days = at_school.groupby("pilot")["days_per_week"].sum()
    table["days_per_week"] = days / table["schools"]
    return table.rename_axis(columns=None).reset_index()
