"""Effect estimates: one tidy row per specification and method, the same for every method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.inputs.estimability import (
    ESTIMATED,
    NOT_ESTIMABLE,
    NotEstimable,
    require_estimable,
    require_spread,
)
from analysis.models.inputs.rate_units import MONTHLY
from analysis.models.inputs.school_periods import Comparison, compare
from analysis.models.inputs.specification import MEASURES
from analysis.models.primary.conditional import fit_conditional
from analysis.models.primary.intervals import effect_columns, t_interval, t_p_value
from analysis.models.primary.sandwich import cluster_covariance, cluster_leverages, satterthwaite_df

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.specification import Specification

P_METHOD = "t, Satterthwaite degrees of freedom"

COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "label": "The specification in words",
    "role": "Primary, secondary, sensitivity or placebo",
    "method": "How the effect and its interval are computed",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no estimate; empty where there is one",
    "log_ratio": "Natural log of the ratio of rate ratios",
    "standard_error": "Standard error of the log ratio, allowing for clusters",
    "df": "Degrees of freedom of the interval",
    "level": "Confidence level of the intervals",
    "ratio": "Rate ratio (after to before) in intervention schools divided by that in "
    "comparison schools; 1 is no effect, below 1 fewer events",
    "ratio_low": "Lower end of the ratio's interval",
    "ratio_high": "Upper end of the ratio's interval",
    "difference": "Events in intervention schools after the start beyond those expected "
    "without an effect; negative is averted",
    "difference_low": "Lower end of the difference's interval",
    "difference_high": "Upper end of the difference's interval",
    "per_1000": f"The difference {MONTHLY.words}, where exposure is pupils",
    "per_1000_low": "Lower end of its interval",
    "per_1000_high": "Upper end of its interval",
    "p_value": "Two-sided p-value of a ratio of 1",
    "p_method": "How the p-value is computed",
    "schools": "Schools compared",
    "schools_intervention": "Intervention schools compared",
    "schools_comparison": "Comparison schools compared",
    "schools_without_events": "Schools without an event in either period, which say "
    "nothing about change",
    "assignment_unit": "Column of the unit that was assigned",
    "clusters": "Assignment units with events",
    "clusters_intervention": "Intervention units with events",
    "clusters_comparison": "Comparison units with events",
    "largest_leverage": "Largest share of its arm's information in one unit, 0 to 1; "
    "above 0.3 the estimate is a case study of that unit",
    "events_intervention_before": "Events in intervention schools before",
    "events_intervention_after": "Events in intervention schools after",
    "events_comparison_before": "Events in comparison schools before",
    "events_comparison_after": "Events in comparison schools after",
    "exposure_intervention_before": "Exposure of intervention schools before (pupil-months)",
    "exposure_intervention_after": "Exposure of intervention schools after (pupil-months)",
    "exposure_comparison_before": "Exposure of comparison schools before (pupil-months)",
    "exposure_comparison_after": "Exposure of comparison schools after (pupil-months)",
}
"""The columns of a table of estimates, in order, with their meanings."""
COUNTED = ("treated", "cluster", "events_before", "events_after", "exposure_before",
           "exposure_after")  # fmt: skip


@dataclass(frozen=True)
class Estimator:
    """A method that estimates an effect.

    Attributes
    ----------
    name
        Its name in the column `method`.
    numbers
        Function that takes the comparison and its specification, and returns the columns it fills
        in; raises `NotEstimable` with the reason where it can't.
    measures
        The measures it applies to; specifications of another measure get no row.
    """

    name: str
    numbers: Callable[[Comparison, Specification], Mapping[str, object]]
    measures: tuple[str, ...] = MEASURES


def effect_estimates(panel: pd.DataFrame, specifications: Iterable[Specification]) -> pd.DataFrame:
    r"""Estimate the effect of each specification with the primary method.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        The specifications to estimate.

    Returns
    -------
    DataFrame
        One row per specification, in their order, with the columns of `COLUMNS`. A specification
        that can't be estimated has its counts and a reason, but no estimates.

    Raises
    ------
    ConfigurationError
        If the panel does not contain what a specification names, or contains invalid counts.

    Notes
    -----
    The ratio is :math:`e^{\theta}` of `fit_conditional`, its interval
    :math:`\exp(\theta \pm t_{\nu} s)` with the CR2 standard error s and
    Satterthwaite's :math:`\nu`. For the difference see `effect_columns`.

    Examples
    --------
    >>> from analysis.models.inputs.specification import Specification, EventMonths
    >>> months = pd.DataFrame([
    ...     {"school_id": school, "pilot": "X", "arm": arm, "outcome": "y",
    ...      "event_month": month, "events": events, "pupils": 100}
    ...     for school, arm, counts in [("A", "intervention", (10, 6)),
    ...                                 ("B", "intervention", (20, 13)),
    ...                                 ("C", "comparison", (12, 14)),
    ...                                 ("D", "comparison", (18, 16))]
    ...     for month, events in zip((-12, 0), counts)])
    >>> one = Specification("one", "y", before=EventMonths(-12, -12),
    ...                     after=EventMonths(0, 0), matched_set=None)
    >>> effect_estimates(months, [one])[["ratio", "difference", "clusters"]].round(2)
       ratio  difference  clusters
    0   0.63       -11.0         4
    """
    return estimates_table(panel, specifications, [PRIMARY])


def estimates_table(
    panel: pd.DataFrame,
    specifications: Iterable[Specification],
    estimators: Iterable[Estimator],
) -> pd.DataFrame:
    """Apply each method to each specification.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications, estimators
        The specifications to estimate, and the methods.

    Returns
    -------
    DataFrame
        One row per specification and method, in that order, with the columns of
        `COLUMNS`. Where there is no estimate there are counts and a reason, but no estimates.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> estimates_table(example_panel(), [main], [PRIMARY])[["method", "ratio", "df"]].round(2)
                         method  ratio    df
    0  conditional Poisson, CR2   0.73  9.66
    """
    methods = tuple(estimators)
    rows = [row for each in specifications for row in _rows(panel, each, methods)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(
    panel: pd.DataFrame, specification: Specification, estimators: tuple[Estimator, ...]
) -> list[dict[str, object]]:
    """Return one specification's rows, for the methods that apply to its measure."""
    comparison = compare(panel, specification)
    return [
        estimate_row(comparison, specification, estimator)
        for estimator in estimators
        if specification.measure in estimator.measures
    ]


def estimate_row(
    comparison: Comparison, specification: Specification, estimator: Estimator
) -> dict[str, object]:
    """Return one row of a table of estimates: with numbers, or with a reason."""
    row = (
        specification_columns(specification)
        | count_columns(comparison.schools)
        | {"method": estimator.name}
    )
    try:
        require_estimable(comparison.schools, specification)
        numbers = estimator.numbers(comparison, specification)
        return row | {"status": ESTIMATED, "reason": ""} | dict(numbers)
    except NotEstimable as reason:
        return row | {"status": NOT_ESTIMABLE, "reason": str(reason)}


def specification_columns(specification: Specification) -> dict[str, object]:
    """Return the columns that describe the specification."""
    return {
        "pilot": specification.place,
        "outcome": specification.outcome,
        "specification": specification.name,
        "label": specification.label,
        "role": specification.role,
        "level": specification.level,
        "assignment_unit": specification.assignment_unit,
    }


def count_columns(schools: pd.DataFrame) -> dict[str, object]:
    """Return the columns that count schools, units, events and exposure."""
    # With arrays, as this is called for hundreds of specifications of a few dozen schools.
    of = {name: schools[name].to_numpy() for name in COUNTED}
    silent = of["events_before"] + of["events_after"] == 0
    row: dict[str, object] = {
        "schools": len(schools),
        "schools_without_events": int(silent.sum()),
        "clusters": len(set(of["cluster"][~silent])),
    }
    for treated, arm in ((True, "intervention"), (False, "comparison")):
        of_arm = of["treated"] == treated
        row[f"schools_{arm}"] = int(of_arm.sum())
        row[f"clusters_{arm}"] = len(set(of["cluster"][of_arm & ~silent]))
        for period in ("before", "after"):
            row[f"events_{arm}_{period}"] = int(of[f"events_{period}"][of_arm].sum())
            row[f"exposure_{arm}_{period}"] = float(of[f"exposure_{period}"][of_arm].sum())
    return row


def primary_numbers(comparison: Comparison, specification: Specification) -> dict[str, object]:
    """Return ratio, differences, interval and p-value of the primary method.

    Raises
    ------
    NotEstimable
        If the model can't be fitted, or its variance can't be estimated.
    """
    fit = fit_conditional(comparison.schools)
    error = float(np.sqrt(cluster_covariance(fit, "CR2")[0, 0]))
    df = satterthwaite_df(fit)
    leverage = float(cluster_leverages(fit).max())
    numbers = t_numbers(comparison, specification, fit.log_ratio, error, df)
    return numbers | {"p_method": P_METHOD, "largest_leverage": leverage}


def t_numbers(
    comparison: Comparison,
    specification: Specification,
    log_ratio: float,
    standard_error: float,
    df: float,
) -> dict[str, object]:
    """Return the columns of an estimate whose interval is Student's t, or normal.

    Raises
    ------
    NotEstimable
        If the standard error is not a number above zero.
    """
    require_spread(standard_error)
    interval = t_interval(log_ratio, standard_error, df, specification.level)
    return {
        "log_ratio": log_ratio,
        "standard_error": standard_error,
        "df": df,
        "p_value": t_p_value(log_ratio, standard_error, df),
        "p_method": "normal" if np.isinf(df) else "t, units less one degree of freedom",
    } | effect_columns(
        comparison.schools, interval, per_exposure=specification.exposure is not None
    )


PRIMARY = Estimator("conditional Poisson, CR2", primary_numbers)
