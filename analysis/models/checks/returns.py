"""Changes in composition and reporting, as an alternative explanation of an effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.errors import ConfigurationError
from analysis.models.inputs.school_periods import compare
from analysis.models.inputs.specification import EventMonths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.specification import Specification

COLUMNS: dict[str, str] = {
    "pilot": "Local authority",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "arm": "Intervention or comparison",
    "period": "Before or after",
    "schools": "Schools",
    "school_months": "School-months that should have been returned",
    "share_returned": "Share of them that were",
    "schools_complete": "Schools that returned every month",
    "exposure": "Mean exposure of a returned school-month (pupils)",
    "change_in_exposure": "The same after divided by before; 1 where nothing changed",
}
CALENDAR_COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "calendar_month": "Month of the year, 1 to 12",
    "months_before": "School-months of it before",
    "months_after": "School-months of it after",
    "events_before": "Events in it before",
    "events_after": "Events in it after",
}


def reporting_changes(panel: pd.DataFrame, specifications: Iterable[Specification]) -> pd.DataFrame:
    """Return the share of returns and the size of schools by arm and period.

    Parameters
    ----------
    panel
        As for `compare`, with `returned`.
    specifications
        The specifications, which say what is compared.

    Returns
    -------
    DataFrame
        One row per specification, pilot, arm and period, with the columns of `COLUMNS`.

    Raises
    ------
    ConfigurationError
        If the panel doesn't say what was returned, or `compare` refuses it.
    """
    if "returned" not in panel:
        raise ConfigurationError(
            "the panel has no column returned", place="reporting_changes",
            remedy="add it: true where a month's return arrived",
        )  # fmt: skip
    parts = [_changes(panel, each) for each in specifications]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)] if parts else _empty(COLUMNS)


def calendar_months(panel: pd.DataFrame, specifications: Iterable[Specification]) -> pd.DataFrame:
    """Return which months of the year are compared with which.

    Parameters
    ----------
    panel
        As for `compare`, with `month` as a monthly period.

    Returns
    -------
    DataFrame
        One row per specification and month of the year that is in either period, with
        the columns of `CALENDAR_COLUMNS`. Where like months are compared, each month is
        in both.

    Raises
    ------
    ConfigurationError
        If the panel has no months of the calendar, or `compare` refuses it.
    """
    if "month" not in panel:
        raise ConfigurationError(
            "the panel has no column month", place="calendar_months",
            remedy="add it, as a monthly period",
        )  # fmt: skip
    parts = [_calendar(panel, each) for each in specifications]
    return (
        pd.concat(parts, ignore_index=True)[list(CALENDAR_COLUMNS)]
        if parts
        else _empty(CALENDAR_COLUMNS)
    )


def _calendar(panel: pd.DataFrame, specification: Specification) -> pd.DataFrame:
    rows = _compared(panel, specification)
    rows = rows.assign(calendar_month=[month.month for month in rows["month"]])
    groups = rows.groupby(["calendar_month", "period"])["events"]
    table = pd.DataFrame(index=pd.Index(sorted(rows["calendar_month"].unique()),
                                        name="calendar_month"))  # fmt: skip
    for name, totals in (("months", groups.size()), ("events", groups.sum())):
        for period in ("before", "after"):
            inside = totals.loc[totals.index.get_level_values("period") == period]
            table[f"{name}_{period}"] = inside.droplevel("period")
    table = table.fillna(0).astype("int64").reset_index()
    return table.assign(
        pilot=specification.place,
        outcome=specification.outcome,
        specification=specification.name,
    )


def _changes(panel: pd.DataFrame, specification: Specification) -> pd.DataFrame:
    rows = _compared(panel, specification)
    exposure = rows[specification.exposure] if specification.exposure else 1.0
    rows = rows.assign(seen=rows["returned"].astype(bool), exposure=exposure)
    keys = ["pilot", "arm", "period"]
    groups = rows.groupby(keys, sort=True)
    table = groups.agg(schools=("school_id", "nunique"), school_months=("seen", "size"),
                       share_returned=("seen", "mean"))  # fmt: skip
    table["exposure"] = rows.loc[rows["seen"]].groupby(keys)["exposure"].mean()
    whole = rows.groupby([*keys, "school_id"])["seen"].all()
    table["schools_complete"] = whole.groupby(keys).sum()
    flat = table.reset_index()
    by_period = flat.pivot(index=["pilot", "arm"], columns="period", values="exposure")
    by_period = by_period.reindex(columns=["before", "after"])
    ratio = (by_period["after"] / by_period["before"]).rename("change_in_exposure")
    flat = flat.merge(ratio.reset_index(), on=["pilot", "arm"], how="left")
    return flat.assign(outcome=specification.outcome, specification=specification.name)


def _compared(panel: pd.DataFrame, specification: Specification) -> pd.DataFrame:
    """Return the school-months compared, returned or not, with their period."""
    compare(panel, specification)  # raises an error if this is not a panel
    rows = panel.loc[panel["outcome"] == specification.outcome]
    if specification.pilot is not None:
        rows = rows.loc[rows["pilot"] == specification.pilot]
    for exclusion in specification.exclusions:
        rows = rows.loc[~rows[exclusion.column].isin(exclusion.values)]
    parts = []
    for name, months in (("before", specification.before), ("after", specification.after)):
        parts.append(rows.loc[_inside(rows, months)].assign(period=name))
    return pd.concat(parts)


def _inside(rows: pd.DataFrame, months: EventMonths) -> pd.Series:
    return rows["event_month"].between(months.first, months.last)


def _empty(columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))
