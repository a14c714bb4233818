"""Derived columns, and the computations that several of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

DAYS_IN_YEAR = 365.25

FEWEST_ROWS = 30
"""Rows of a pilot below which a share of blanks is not informative."""


@dataclass(frozen=True)
class Derived:
    """A derived column.

    Attributes
    ----------
    compute
        Function from typed columns, in the order of `needs`, to one value for every row of the
        first.
    needs
        The columns it takes, as `dataset:column`; a column may be looked up over a reference, such
        as `child_events:children.birth_month`.
    seen
        Description of a breach, without any value.
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


def month_of(day: pd.Series) -> pd.Series:
    """Return the first day of the month of each day."""
    months = day.to_numpy("datetime64[M]").astype("datetime64[ns]")
    return pd.Series(months, day.index)


def of_key(key: pd.Series, values: pd.Series) -> pd.Series:
    """Return for each row the value of its key, missing where there is none.

    Parameters
    ----------
    key
        Text (categorical).
    values
        Numbers or days, indexed by text.
    """
    by_text = values.reindex(key.cat.categories).array
    return pd.Series(by_text.take(key.cat.codes.to_numpy(), allow_fill=True), key.index)


def counts(key: pd.Series) -> pd.Series:
    """Return how many rows contain each text, indexed by text."""
    codes = key.cat.codes.to_numpy()
    found = np.bincount(codes[codes >= 0], minlength=len(key.cat.categories))
    return pd.Series(found.astype(float), key.cat.categories)


def different_in_group(group: pd.Series, values: pd.Series) -> pd.Series:
    """Return for each row how many different texts its group has."""
    pairs = pd.DataFrame({"group": group, "value": values}).dropna().drop_duplicates()
    return of_key(group, counts(pairs["group"]))


def ratio_in_group(group: pd.Series, values: pd.Series) -> pd.Series:
    """Return for each row the largest value of its group over the smallest."""
    grouped = values.groupby(group)
    return grouped.transform("max") / grouped.transform("min")


def gap_in_group(group: pd.Series, values: pd.Series) -> pd.Series:
    """Return for each row the largest value of its group less the smallest."""
    grouped = values.groupby(group)
    return grouped.transform("max") - grouped.transform("min")


def rows_of_same(key: pd.Series) -> pd.Series:
    """Return for each row how many rows have its key."""
    return of_key(key, counts(key))


def share_of_rows(values: pd.Series) -> pd.Series:
    """Return the share of rows, in per cent, with the row's own value; blanks don't count."""
    found: pd.Series = 100 * values.map(values.value_counts(normalize=True)).astype(float)
    return found


def blanks_by_pilot(dataset: str, column: str, pilot: str) -> Derived:
    """Return the derived column `blank_<column>`, which the rule on missing values reads.

    Parameters
    ----------
    pilot
        The column with each row's pilot, in the file or looked up.
    """
    needs = (f"{dataset}:filled({column})", f"{dataset}:{pilot}")
    return Derived(_blank_percent, needs, "a pilot with many more blanks, or fewer, than expected")


def _blank_percent(filled: pd.Series, pilot: pd.Series) -> pd.Series:
    """Return for each row the percentage of blanks in its pilot; missing in small pilots."""
    by_pilot = filled.isna().groupby(pilot, observed=True)
    percent: pd.Series = 100 * by_pilot.transform("mean")
    return percent.where(by_pilot.transform("size") >= FEWEST_ROWS)


def rows_elsewhere(key: pd.Series, other: pd.Series) -> pd.Series:
    """Return for each key how many rows of another column contain it."""
    return of_key(key, counts(other)).fillna(0).where(key.notna())


def is_elsewhere(*columns: pd.Series) -> pd.Series:
    """Return 1 where the combination in the first half of columns occurs in the second half.

    0 where it doesn't; missing where any part is missing.
    """
    half = len(columns) // 2
    own, other = (
        pd.concat([c.astype("str") for c in part], axis=1, keys=range(half))
        for part in (columns[:half], columns[half:])
    )
    found = pd.MultiIndex.from_frame(own).isin(pd.MultiIndex.from_frame(other))
    return pd.Series(found, own.index).astype(float).mask(own.isna().any(axis=1))
