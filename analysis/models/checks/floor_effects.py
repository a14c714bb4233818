"""Floor effects: how few events there are, and the precision that they allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.inputs.month_counts import MonthCounts
from analysis.models.inputs.school_periods import compare
from analysis.models.primary.estimates import specification_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.school_counts import Floats
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


def floor_diagnostics(
    panel: pd.DataFrame,
    specifications: Iterable[Specification],
    months: pd.DataFrame | None = None,
) -> pd.DataFrame:
    r"""Return the share of school-months without events, and the least possible standard error.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        The specifications, which say what is compared.
    months
        The panel in which single months are counted; by default the same.

    Returns
    -------
    DataFrame
        One row per specification, with the columns of `COLUMNS`; without numbers for one that is
        withheld. Days come in runs, so no zeros are predicted for them from a count model.

    Notes
    -----
    Expected zeros are :math:`\sum e^{-\mu}` and :math:`\sum (1 + \kappa\mu)^{-1/\kappa}`,
    with each school-month's mean :math:`\mu` from its school's rate and the month's
    factor. Many zeros are not zero inflation: at 0.4 events per month, 67% of months have none.
    The standard error is at least :math:`\sqrt{1/Y_{T1} + 1/Y_{T0} + 1/Y_{C1} + 1/Y_{C0}}`.

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
        row = {k: v for k, v in specification_columns(specification).items() if k in COLUMNS}
        if specification.withheld:
            rows.append(row)
            continue
        comparison = compare(panel, specification)
        schools = comparison.schools
        cells = schools.groupby("treated")[["events_before", "events_after"]].sum().to_numpy(float)
        silent = schools["events_before"] + schools["events_after"] == 0
        row |= {"schools": len(schools), "schools_without_events": int(silent.sum()),
                "smallest_cell": int(cells.min()) if cells.shape == (2, 2) else 0}  # fmt: skip
        apart = comparison if months is None else compare(months, specification)
        if len(apart.schools) and specification.measure == "events":
            row |= _zeros(MonthCounts.of(apart))
        enough = cells.shape == (2, 2) and cells.min() >= specification.fewest_events
        if specification.measure == "events" and enough:
            error = float(np.sqrt((1 / cells).sum()))
            row |= {"smallest_standard_error": error, "smallest_span": np.exp(2 * 1.96 * error)}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def expected_zeros(mean: Floats, dispersion: float) -> float:
    """Return the expected number of zeros among counts with these means.

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
    # Each school's mean is estimated from its own events, which removes a share of its variance.
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
    """Return expected events by school and month: each school's events spread by exposure."""
    rate = counts.events.sum(axis=1) / counts.exposure.sum(axis=1)
    factor = np.ones(len(counts.months))
    for _ in range(50):  # iterative proportional fitting of schools and months
        expected = rate[:, np.newaxis] * counts.exposure
        factor = counts.events.sum(axis=0) / np.maximum(expected.sum(axis=0), 1e-300)
        rate = counts.events.sum(axis=1) / (counts.exposure * factor).sum(axis=1).clip(1e-300)
    means: Floats = rate[:, np.newaxis] * counts.exposure * factor
    return means
