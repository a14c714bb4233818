"""Derived columns of the fieldwork register and of the evidence coded from it."""

from __future__ import annotations

import pandas as pd

from analysis.contracts.derived.column import (
    Derived,
    blanks_by_pilot,
    rows_elsewhere,
    share_of_rows,
)
from analysis.contracts.derived.volume import starts_of


def _phase_before_began(study_phase: pd.Series, pilot: pd.Series, day: pd.Series) -> pd.Series:
    """Return the first day of the previous phase in the same pilot; missing for the first."""
    first = day.groupby([pilot.astype("str"), study_phase]).min()
    keys = pd.MultiIndex.from_arrays([pilot.astype("str"), study_phase - 1])
    return pd.Series(first.reindex(keys).to_numpy(), day.index)


def _pilot_start(
    pilot: pd.Series, study_phase: pd.Series, school_pilot: pd.Series, start_date: pd.Series
) -> pd.Series:
    """Return the month in which the pilot started, for fieldwork on what it did after that."""
    return starts_of(pilot, school_pilot, start_date).where(study_phase >= 2)


def _phase_before_ended(study_phase: pd.Series, pilot: pd.Series, day: pd.Series) -> pd.Series:
    """Return the day by which nine in ten pieces of a pilot's previous phase were done."""
    days = (day - day.min()).dt.days
    done = days.groupby([pilot.astype("str"), study_phase]).quantile(0.9)
    keys = pd.MultiIndex.from_arrays([pilot.astype("str"), study_phase - 1])
    found = pd.to_timedelta(done.reindex(keys).to_numpy(), unit="D") + day.min()
    return pd.Series(found, day.index)


def _phase_of_place(
    fieldwork: pd.Series, register: pd.Series, phase_of_school: pd.Series
) -> pd.Series:
    """Return the phase of the school where the fieldwork of a piece of evidence took place."""
    known = pd.DataFrame({"fieldwork": register, "phase": phase_of_school}).dropna()
    known = known.drop_duplicates("fieldwork").astype("str").set_index("fieldwork")
    return fieldwork.astype("str").map(known["phase"]).astype("category")


FIELDWORK = {
    "blank_school_id": blanks_by_pilot("fieldwork", "school_id", "pilot"),
    "fieldwork_date_share": Derived(
        share_of_rows, ("fieldwork:fieldwork_date",), "a day that very many rows share"
    ),
    "participants_share": Derived(
        share_of_rows, ("fieldwork:participants",), "a number that very many rows share"
    ),
    "phase_before_began": Derived(
        _phase_before_began,
        ("fieldwork:study_phase", "fieldwork:pilot", "fieldwork:fieldwork_date"),
        "fieldwork before the phase before it began",
    ),
    "pilot_start": Derived(
        _pilot_start,
        (
            "fieldwork:pilot",
            "fieldwork:study_phase",
            "schools:pilot",
            "schools:start_date",
        ),
        "fieldwork on practice before the pilot started",
    ),
    "phase_before_ended": Derived(
        _phase_before_ended,
        ("fieldwork:study_phase", "fieldwork:pilot", "fieldwork:fieldwork_date"),
        "fieldwork before that of the phase before was done",
    ),
    "evidence": Derived(
        rows_elsewhere,
        ("fieldwork:fieldwork_id", "evidence:fieldwork_id"),
        "fieldwork that nothing was coded from",
    ),
}

EVIDENCE = {
    "blank_pathway": blanks_by_pilot("evidence", "pathway", "pilot"),
    "blank_school_phase": blanks_by_pilot("evidence", "school_phase", "pilot"),
    "phase_of_place": Derived(
        _phase_of_place,
        ("evidence:fieldwork_id", "fieldwork:fieldwork_id", "fieldwork:schools.phase"),
        "another phase than that of the school",
    ),
}
