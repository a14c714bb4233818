"""Derived columns of social workers, where they were deployed and what they logged."""

from __future__ import annotations

import pandas as pd

from analysis.contracts.derived.column import (
    Derived,
    counts,
    day_of_week,
    is_elsewhere,
    month_of,
    of_key,
    rows_elsewhere,
    share_of_rows,
)

WORK_WITH = {
    "child protection work": {"child protection plan"},
    "child in need work": {"child in need plan"},
    "universal offer": {"no individual child"},
}
"""Types of activity that are consistent with only one status of the child."""


def _days_per_week(worker: pd.Series, deployed: pd.Series, days: pd.Series) -> pd.Series:
    return of_key(worker, days.groupby(deployed, observed=True).sum())


def _months_logged(
    started: pd.Series,
    ended: pd.Series,
    worker: pd.Series,
    log_worker: pd.Series,
    log_date: pd.Series,
) -> pd.Series:
    """Return the share of a worker's months, up to the log's last, that have an entry."""
    last = ended.fillna(log_date.max())
    worked = (last.dt.year - started.dt.year) * 12 + last.dt.month - started.dt.month + 1
    pairs = pd.DataFrame({"worker": log_worker, "month": month_of(log_date)})
    logged = rows_elsewhere(worker, pairs.dropna().drop_duplicates()["worker"])
    share: pd.Series = logged / worked.where(worked > 0)
    return share


def _pilot_days(
    pilot: pd.Series, worker: pd.Series, deployed: pd.Series, days: pd.Series
) -> pd.Series:
    """Return the mean days a week that a pilot's workers spend in schools."""
    own = _days_per_week(worker, deployed, days).fillna(0)
    found: pd.Series = own.groupby(pilot, observed=True).transform("mean")
    return found


def _months_in_post(started: pd.Series, ended: pd.Series, last: pd.Timestamp) -> pd.DataFrame:
    """Return the first days of the first and last full months that a worker was in post."""
    began = month_of(started)
    first = began.where(started == began, began + pd.DateOffset(months=1))
    until = (ended.fillna(last) + pd.Timedelta(days=1)).astype("datetime64[ns]")
    return pd.DataFrame({"first": first, "end": month_of(until)})


def _months_without_log(
    pilot: pd.Series,
    started: pd.Series,
    ended: pd.Series,
    log_pilot: pd.Series,
    log_date: pd.Series,
) -> pd.Series:
    """Return how many months a whole pilot logged nothing while a worker was in post."""
    last = log_date.max() + pd.offsets.MonthEnd(0)
    post = _months_in_post(started, ended, last).assign(pilot=pilot.astype("object")).dropna()
    had = {
        (each, month)
        for each, some in post.groupby("pilot")
        for first, end in zip(some["first"], some["end"], strict=True)
        for month in pd.date_range(first, end, freq="MS", inclusive="left")
    }
    logged = set(zip(log_pilot.astype("object"), month_of(log_date), strict=True))
    without = pd.Series([each for each, month in had if (each, month) not in logged], dtype="str")
    return of_key(pilot, without.value_counts().astype(float)).fillna(0.0).where(pilot.notna())


def _log_to_pilots(
    pilot: pd.Series,
    started: pd.Series,
    ended: pd.Series,
    log_pilot: pd.Series,
    log_date: pd.Series,
) -> pd.Series:
    """Return a pilot's entries per month in post, relative to the median of the pilots."""
    days = (ended.fillna(log_date.max()) - started).dt.days.clip(lower=1)
    rates = counts(log_pilot) / days.groupby(pilot, observed=True).sum()
    return of_key(pilot, rates / rates.median())


def _hours_in_day(hours: pd.Series, worker: pd.Series, day: pd.Series) -> pd.Series:
    found: pd.Series = hours.groupby([worker, day], observed=True).transform("sum")
    return found


def _status_fits(kind: pd.Series, status: pd.Series) -> pd.Series:
    """Return 1 where the child's status is consistent with the type of work, else 0."""
    fits = pd.Series(1.0, kind.index)
    for work, statuses in WORK_WITH.items():
        fits = fits.mask((kind == work) & ~status.isin(statuses), 0.0)
    return fits.mask(kind.isna() | status.isna())


_LOG_OF_PILOT = ("social_workers:pilot", "social_workers:started", "social_workers:ended",
                 "activity_log:schools.pilot", "activity_log:activity_date")  # fmt: skip
SOCIAL_WORKERS = {
    "pilot_days": Derived(
        _pilot_days,
        (
            "social_workers:pilot",
            "social_workers:worker_id",
            "deployments:worker_id",
            "deployments:days_per_week",
        ),
        "a team that is in schools for few days",
    ),
    "months_without_log": Derived(
        _months_without_log, _LOG_OF_PILOT, "a month in which a whole pilot logged nothing"
    ),
    "log_to_pilots": Derived(
        _log_to_pilots, _LOG_OF_PILOT, "a pilot with far fewer entries than the others"
    ),
    "deployments": Derived(
        rows_elsewhere,
        ("social_workers:worker_id", "deployments:worker_id"),
        "a worker without a school",
    ),
    "days_per_week": Derived(
        _days_per_week,
        ("social_workers:worker_id", "deployments:worker_id", "deployments:days_per_week"),
        "a week of more than five days",
    ),
    "months_logged": Derived(
        _months_logged,
        (
            "social_workers:started",
            "social_workers:ended",
            "social_workers:worker_id",
            "activity_log:worker_id",
            "activity_log:activity_date",
        ),
        "a worker with few months in the log",
    ),
}

DEPLOYMENTS = {
    "integration_share": Derived(
        share_of_rows, ("deployments:integration",), "a word that very many rows share"
    ),
}

ACTIVITY_LOG = {
    "hours_share": Derived(
        share_of_rows, ("activity_log:hours",), "a number that very many rows share"
    ),
    "is_deployed": Derived(
        is_elsewhere,
        (
            "activity_log:worker_id",
            "activity_log:school_id",
            "deployments:worker_id",
            "deployments:school_id",
        ),
        "a school that the worker was not deployed to",
    ),
    "day_of_week": Derived(day_of_week, ("activity_log:activity_date",), "a day at the weekend"),
    "hours_in_day": Derived(
        _hours_in_day,
        ("activity_log:hours", "activity_log:worker_id", "activity_log:activity_date"),
        "a day with too many hours",
    ),
    "status_fits": Derived(
        _status_fits,
        ("activity_log:activity_type", "activity_log:child_status"),
        "a kind of work that does not go with the child's status",
    ),
}
