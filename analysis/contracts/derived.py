"""Columns that a rule needs and no file has: pure functions of the typed tables.

A contract names one as `derived.<name>`. Each returns one value for every row of its
dataset, with the dataset's index; missing where the rule does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Derived:
    """A derived column.

    Attributes
    ----------
    compute
        From the typed tables by dataset to one value a row.
    needs
        The `dataset.column` it reads.
    seen
        What a breach is called; never a value.
    """

    compute: Callable[[Tables], pd.Series]
    needs: tuple[str, ...]
    seen: str


def arms_in_set(tables: Tables) -> pd.Series:
    """Return for each school the number of different arms in its matched set."""
    schools = tables["schools"]
    return schools.groupby("matched_set")["arm"].transform("nunique").astype("Int64")


def schools_in_set(tables: Tables) -> pd.Series:
    """Return for each school the number of schools in its matched set."""
    schools = tables["schools"]
    return schools.groupby("matched_set")["school_id"].transform("size").astype("Int64")


def months_sent(tables: Tables) -> pd.Series:
    """Return for each school the number of different months it has in school_months."""
    months = tables["school_months"].groupby("school_id")["month"].nunique()
    return tables["schools"]["school_id"].map(months).fillna(0).astype("Int64")


DERIVED: dict[tuple[str, str], Derived] = {
    ("schools", "arms_in_set"): Derived(
        arms_in_set, ("schools.matched_set", "schools.arm"), "a matched set with one arm only"
    ),
    ("schools", "schools_in_set"): Derived(
        schools_in_set,
        ("schools.matched_set", "schools.school_id"),
        "a matched set of another size",
    ),
    ("schools", "months_sent"): Derived(
        months_sent,
        ("schools.school_id", "school_months.school_id", "school_months.month"),
        "a school with months missing",
    ),
}
"""Every derived column by dataset and name."""
