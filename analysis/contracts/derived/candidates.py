"""Derived columns of the candidate comparison schools."""

from __future__ import annotations

import pandas as pd

from analysis.contracts.derived.column import Derived, of_key, rows_elsewhere

_SCHOOLS = ("schools:school_id", "schools:arm")


def _has_worker(school: pd.Series, known: pd.Series, arm: pd.Series) -> pd.Series:
    """Return 1 where a candidate is a school with a social worker, else 0."""
    return (rows_elsewhere(school, known[arm == "intervention"]) > 0).astype(float)


def _chosen_missing(
    pilot: pd.Series, school: pd.Series, known: pd.Series, arm: pd.Series, of_pilot: pd.Series
) -> pd.Series:
    """Return for each candidate how many comparison schools of its pilot are not listed."""
    sent = pd.MultiIndex.from_frame(pd.DataFrame({"pilot": pilot, "school": school}).astype("str"))
    chosen = pd.DataFrame({"pilot": of_pilot, "school": known}).astype("str")
    absent = (arm == "comparison") & ~pd.MultiIndex.from_frame(chosen).isin(sent)
    return of_key(pilot, absent.groupby(of_pilot, observed=True).sum().astype(float))


def _enquiries_gap(
    school: pd.Series,
    other: pd.Series,
    like: pd.Series,
    pilot: pd.Series,
    known: pd.Series,
    event_school: pd.Series,
    event_type: pd.Series,
) -> pd.Series:
    """Return the difference between a known school's enquiries and its events; else missing."""
    events = rows_elsewhere(school, event_school[event_type == "s47_enquiry"])
    gap = (other + like + pilot - events).abs()
    return gap.where(rows_elsewhere(school, known) > 0)


CANDIDATES = {
    "has_worker": Derived(
        _has_worker, ("candidate_schools:school_id", *_SCHOOLS), "a school with a social worker"
    ),
    "chosen_missing": Derived(
        _chosen_missing,
        ("candidate_schools:pilot", "candidate_schools:school_id", *_SCHOOLS, "schools:pilot"),
        "a pilot with a comparison school that is not listed",
    ),
    "enquiries_gap": Derived(
        _enquiries_gap,
        (
            "candidate_schools:school_id",
            "candidate_schools:enquiries_other_months",
            "candidate_schools:enquiries_like_months",
            "candidate_schools:enquiries_pilot_months",
            "schools:school_id",
            "child_events:school_id",
            "child_events:event_type",
        ),
        "other enquiries than the school's events",
    ),
}
