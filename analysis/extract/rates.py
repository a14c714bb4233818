"""Events and rates of groups of schools, for tables and figures besides the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.models.inputs.rate_units import MONTHLY

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def event_rates(panel: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return events, exposure and rate of each group of school-months.

    Months without a return count in neither events nor exposure.

    Parameters
    ----------
    panel
        The outcome panel, one row per school, outcome and month.
    by
        The columns that define the groups.

    Returns
    -------
    DataFrame
        One row per group, sorted: the columns of `by`; `schools`; `events`; `pupil_months`;
        `middle`, the mean of the months, counted from the pilot's start; `rate`, in events per
        1,000 pupils per month.
    """
    returned = panel.loc[panel["returned"] & panel["events"].notna()]
    groups = returned.groupby(list(by), sort=True, observed=True)
    table = groups.agg(
        schools=("school_id", "nunique"),
        events=("events", "sum"),
        pupil_months=("pupils", "sum"),
        middle=("event_month", "mean"),
    ).reset_index()
    counts = ["events", "pupil_months"]
    table[counts] = table[counts].astype("int64")
    table["rate"] = MONTHLY.of(table["events"], table["pupil_months"])
    return table


def as_released(rates: pd.DataFrame, counts: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Return rates with counts as released by disclosure control.

    Parameters
    ----------
    rates
        As `event_rates` returns them.
    counts
        The same groups: their columns, and `count`, a number or the symbol in its place.
    decimals
        Decimal places of the rates.

    Returns
    -------
    DataFrame
        `rates` with the released counts in `events` (object) and no rate where the count is
        suppressed, since rate and exposure together would reveal it.

    Raises
    ------
    ValueError
        If a released count is not the one behind the rate.
    """
    keys = [column for column in counts.columns if column != "count"]
    table = rates.merge(counts, on=keys, validate="one_to_one")
    hidden = table["count"].map(lambda count: isinstance(count, str)).astype(bool)
    if len(table) != len(rates) or (table["events"] != table["count"])[~hidden].any():
        raise ValueError("rates and released counts are not of the same groups")
    table["events"] = table["count"]
    table["rate"] = table["rate"].round(decimals).mask(hidden)
    return table.drop(columns="count")


def zeros(panel: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return the share of months without an event in each group of schools.

    Parameters
    ----------
    panel
        The outcome panel, one row per school, outcome and month.
    by
        The columns that define the groups.

    Returns
    -------
    DataFrame
        One row per group, sorted: the columns of `by`; `schools`; `zero_months_percent`,
        the share of school-months with a return that have no event, 0 to 100; and
        `schools_without`, the number of schools with none in any month.
    """
    returned = panel.loc[panel["returned"] & panel["events"].notna()]
    by_school = returned.groupby([*by, "school_id"], observed=True)["events"].agg(
        months="size", zero_months=lambda events: int((events == 0).sum()), events="sum"
    )
    by_school["without"] = by_school["events"] == 0
    groups = by_school.groupby(list(by), observed=True)
    table = groups.agg(
        schools=("months", "size"),
        months=("months", "sum"),
        zero_months=("zero_months", "sum"),
        schools_without=("without", "sum"),
    ).reset_index()
    table["zero_months_percent"] = table["zero_months"] / table["months"] * 100
    return table.drop(columns=["months", "zero_months"])


def baseline(schools: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return the size and level of need of each group of schools at the start.

    Parameters
    ----------
    schools
        One row per school, with `pupils` and `fsm_percent`, 0 to 100.
    by
        The columns that define the groups.

    Returns
    -------
    DataFrame
        One row per group, in the order in which groups first occur: the columns of `by`;
        `schools`; `pupils`, in total; `mean_roll`, pupils per school; `fsm_percent`, the share of
        the group's pupils with free school meals.
    """
    weighted = schools.assign(fsm=schools["pupils"] * schools["fsm_percent"] / 100)
    groups = weighted.groupby(list(by), sort=False)
    table = groups.agg(
        schools=("school_id", "nunique"),
        pupils=("pupils", "sum"),
        mean_roll=("pupils", "mean"),
        fsm=("fsm", "sum"),
    ).reset_index()
    table["fsm_percent"] = table["fsm"] / table["pupils"] * 100
    return table.drop(columns="fsm")
