"""Derived columns of the fieldwork register and of the evidence coded from it."""

from __future__ import annotations

import pandas as pd

from analysis.contracts.derived.column import Derived, rows_elsewhere


def _latest_of_earlier_phases(
    study_phase: pd.Series, pilot: pd.Series, day: pd.Series
) -> pd.Series:
    """Return the first fieldwork of the phase before in the same pilot; missing for the first."""
    first = day.groupby([pilot, study_phase]).min()
    keys = pd.MultiIndex.from_arrays([pilot, study_phase - 1])
    return pd.Series(first.reindex(keys).to_numpy(), day.index)


def _phase_of_place(
    fieldwork: pd.Series, register: pd.Series, phase_of_school: pd.Series
) -> pd.Series:
    """Return the phase of the school where the fieldwork of a piece of evidence took place."""
    known = pd.Series(phase_of_school.to_numpy(), register.to_numpy())
    known = known[~known.index.duplicated() & known.index.notna()]
    return fieldwork.map(known)


FIELDWORK = {
    "phase_before_began": Derived(
        _latest_of_earlier_phases,
        ("fieldwork:study_phase", "fieldwork:pilot", "fieldwork:fieldwork_date"),
        "fieldwork before the phase before it began",
    ),
    "evidence": Derived(
        rows_elsewhere,
        ("fieldwork:fieldwork_id", "evidence:fieldwork_id"),
        "fieldwork that nothing was coded from",
    ),
}

EVIDENCE = {
    "phase_of_place": Derived(
        _phase_of_place,
        ("evidence:fieldwork_id", "fieldwork:fieldwork_id", "fieldwork:schools.phase"),
        "another phase than that of the school",
    ),
}
