"""What social workers did: logged hours by type of work and status of children."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.disclosure import Aggregate, release_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from analysis.disclosure import DisclosureRules, ReleasedTables

STATUTORY = ("statutory work", "child in need work", "child protection work")
"""Types of activity that the Children Act requires of the authority."""
OPEN_TO_ALL = ("early help", "advice to staff", "universal offer")
"""Types of activity that need no referral."""
NOT_KNOWN = "not known to social care"


def hours_share(activity: pd.DataFrame, of: str, within: str) -> pd.DataFrame:
    """Return the shares of logged hours by category.

    Parameters
    ----------
    activity
        One row per activity, with `hours` and the columns named.
    of
        The column whose categories share the hours.
    within
        The column that defines groups; shares add up to 100 in each.

    Returns
    -------
    DataFrame
        One row per group and category: `within`, `of`, `hours`, and `percent` of the group's
        hours. A category without hours has zero.
    """
    wide = activity.pivot_table(
        index=within, columns=of, values="hours", aggfunc="sum", fill_value=0.0
    )
    long = wide.melt(ignore_index=False, value_name="hours").reset_index()
    long["percent"] = long["hours"] / long.groupby(within)["hours"].transform("sum") * 100
    return long.sort_values([within, of], ignore_index=True)


def release_statuses(activity: pd.DataFrame, rules: DisclosureRules) -> ReleasedTables:
    """Apply disclosure control to the counts of entries behind hours by child's status.

    The log does not identify children, so entries are counted in their place.

    Parameters
    ----------
    activity
        One row per activity, with `phase`, `pilot` and `child_status`.

    Returns
    -------
    ReleasedTables
        `status_by_phase`, `status_by_pilot` and the totals that a share would reveal.
    """
    aggregates = (
        Aggregate("status_by_phase", ("phase", "child_status")),
        Aggregate("status_by_pilot", ("pilot", "child_status")),
        Aggregate("phases", ("phase",)),
        Aggregate("pilots", ("pilot",)),
        Aggregate("statuses", ("child_status",)),
        Aggregate("all"),
    )
    return release_tables(activity.assign(entries=1), aggregates, rules, count="entries")


def released_share(share: pd.DataFrame, entries: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return shares of hours, suppressed where the entries behind them may not be shown.

    Parameters
    ----------
    share
        As `hours_share` returns it.
    entries
        One table of `release_statuses`.
    keys
        The classifying columns of both.

    Returns
    -------
    DataFrame
        As `share`, with `entries` (a count, or `c`); hours and percent are NaN next to `c`.
    """
    counts = entries.rename(columns={"count": "entries"})
    shown = share.merge(counts, on=list(keys), how="left").fillna({"entries": 0})
    hidden = shown["entries"].map(lambda value: isinstance(value, str))
    shown[["hours", "percent"]] = shown[["hours", "percent"]].mask(hidden)
    return shown
