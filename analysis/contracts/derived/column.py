"""A derived column, and the few computations that several of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

DAYS_IN_YEAR = 365.25


@dataclass(frozen=True)
class Derived:
    """A derived column.

    Attributes
    ----------
    compute
        From typed columns, in the order of `needs`, to one value for every row of the first.
    needs
        The columns it takes, as `dataset:column`; the column may be one looked up over a
        reference, such as `child_events:children.birth_month`.
    seen
        What a breach is called; never a value.
    """

    compute: Callable[..., pd.Series]
    needs: tuple[str, ...]
    seen: str


def years_between(later: pd.Series, earlier: pd.Series) -> pd.Series:
    """Return the years from one day to another."""
    return (later - earlier).dt.days / DAYS_IN_YEAR


def day_of_week(day: pd.Series) -> pd.Series:
    """Return 0 for Monday to 6 for Sunday."""
    found: pd.Series = day.dt.day_of_week
    return found


def different_in_group(group: pd.Series, values: pd.Series) -> pd.Series:
    """Return for each row how many different values its group has."""
    return values.groupby(group).transform("nunique")


def ratio_in_group(group: pd.Series, values: pd.Series) -> pd.Series:
    """Return for each row the largest value of its group over the smallest."""
    grouped = values.astype(float).groupby(group)
    return grouped.transform("max") / grouped.transform("min")


def gap_in_group(group: pd.Series, values: pd.Series) -> pd.Series:
    """Return for each row the largest value of its group less the smallest."""
    grouped = values.astype(float).groupby(group)
    return grouped.transform("max") - grouped.transform("min")


def rows_elsewhere(key: pd.Series, other: pd.Series) -> pd.Series:
    """Return for each key how many rows of another column hold it."""
    return key.map(other.value_counts()).fillna(0).where(key.notna())


def is_elsewhere(*columns: pd.Series) -> pd.Series:
    """Return whether the combination in the first half of columns stands in the second half.

    Missing where any part is missing.
    """
    half = len(columns) // 2
    own = pd.concat(columns[:half], axis=1, keys=range(half))
    other = pd.concat(columns[half:], axis=1, keys=range(half))
    index = pd.MultiIndex.from_frame(own)
    found = pd.Series(index.isin(pd.MultiIndex.from_frame(other)), own.index, dtype="boolean")
    return found.mask(own.isna().any(axis=1))
