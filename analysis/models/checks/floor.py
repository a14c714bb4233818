"""The floor: how little there is to count, and what that alone does to precision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.inputs.months import MonthCounts
from analysis.models.inputs.school_periods import compare
from analysis.models.primary.estimates import described

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.arrays import Floats
    from analysis.models.inputs.specification import Specification

COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "schools": "Schools compared",
    "schools_without_events": "Schools without an event in either period",
    "smallest_cell": "Fewest events in one arm and period",
    "school_months": "School-months with a return",
    "share_zero": "Share of them without an event",
    "share_zero_poisson": "Share expected if events were Poisson around each school's mean",
    "share_zero_negative_binomial": "The same with the dispersion seen from month to month",
    "month_dispersion": "Variance of a school's rate from month to month (squared "
    "coefficient of variation)",
    "smallest_standard_error": "Smallest standard error of the log ratio that these counts "
    "allow, if nothing but chance moved them",
    "smallest_span": "The upper end of a 95% interval divided by its lower end, at best",
}


def floor_diagnostics(panel: pd.DataFrame, specifications: Iterable[Specification]) -> pd.DataFrame:
    r"""Describe how few events there are.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        What is compared.

    Returns
    -------
    DataFrame
        One row per specification, with the columns of `COLUMNS`. Days come in runs, so
        that for them no zeros are expected of a count model.

    Notes
    -----
    Expected zeros are :math:`\sum e^{-\mu}` and :math:`\sum (1 + \kappa\mu)^{-1/\kappa}`,
    with each school-month's mean :math:`\mu` from its school's rate and the month's
    factor. Many zeros are no zero inflation: at 0.4 events a month, 67% of months have
    none. The standard error is at least
    :math:`\sqrt{1/Y_{T1} + 1/Y_{T0} + 1/Y_{C1} + 1/Y_{C0}}`.

    References
    ----------
    Warton (2005), doi:10.1002/env.702.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> found = floor_diagnostics(example_panel(), [main]).iloc[0]
    >>> int(found["smallest_cell"]), float(round(found["share_zero"], 2))
    (83, 0.15)
    """
    rows = []
    for specification in specifications:
        comparison = compare(panel, specification)
        row = {k: v for k, v in described(specification).items() if k in COLUMNS}
        schools = comparison.schools
        cells = schools.groupby("treated")[["events_before", "events_after"]].sum().to_numpy(float)
        silent = schools["events_before"] + schools["events_after"] == 0
        row |= {"schools": len(schools), "schools_without_events": int(silent.sum()),
                "smallest_cell": int(cells.min()) if cells.shape == (2, 2) else 0}  # fmt: skip
        if len(schools) and specification.measure == "events":
            row |= _zeros(MonthCounts.of(comparison))
        enough = cells.shape == (2, 2) and cells.min() >= specification.fewest_events
        if specification.measure == "events" and enough:
            error = float(np.sqrt((1 / cells).sum()))
            row |= {"smallest_standard_error": error, "smallest_span": np.exp(2 * 1.96 * error)}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def expected_zeros(mean: Floats, dispersion: float) -> float:
    """Return how many counts with these means are expected to be zero.

    Examples
    --------
    >>> round(expected_zeros(np.array([0.4]), 0.0), 2)
    0.67
    >>> round(expected_zeros(np.array([0.4]), 1.0), 2)
    0.71
    """
    if dispersion > 0:
        return float(((1 + dispersion * mean) ** (-1 / dispersion)).sum())
    return float(np.exp(-mean).sum())


def _zeros(counts: MonthCounts) -> dict[str, object]:
    seen = counts.exposure > 0
    mean = _means(counts)
    squares = float(((counts.events - mean)[seen] ** 2).sum())
    # Each school's mean is its own, which takes a share of its variance away.
    fitted = len(counts.unit) + len(counts.months) - 1
    inflation = seen.sum() / max(1, seen.sum() - fitted)
    beyond = squares * inflation - float(mean[seen].sum())
    spread = float((mean[seen] ** 2).sum())
    dispersion = max(0.0, beyond / spread) if spread else 0.0
    months = int(seen.sum())
    return {
        "school_months": months,
        "share_zero": float((counts.events[seen] == 0).mean()),
        "share_zero_poisson": expected_zeros(mean[seen], 0.0) / months,
        "share_zero_negative_binomial": expected_zeros(mean[seen], dispersion) / months,
        "month_dispersion": dispersion,
    }  # fmt: skip


def _means(counts: MonthCounts) -> Floats:
    """Return school-months' means: the school's events, spread by exposure and month."""
    rate = counts.events.sum(axis=1) / counts.exposure.sum(axis=1)
    factor = np.ones(len(counts.months))
    for _ in range(50):  # iterative proportional fitting of schools and months
        expected = rate[:, np.newaxis] * counts.exposure
        factor = counts.events.sum(axis=0) / np.maximum(expected.sum(axis=0), 1e-300)
        rate = counts.events.sum(axis=1) / (counts.exposure * factor).sum(axis=1).clip(1e-300)
    means: Floats = rate[:, np.newaxis] * counts.exposure * factor
    return means
