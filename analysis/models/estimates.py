"""Effect estimates: one tidy row per specification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from analysis.models.conditional import fit_conditional
from analysis.models.estimability import (
    ESTIMATED,
    NOT_ESTIMABLE,
    NotEstimable,
    require_estimable,
)
from analysis.models.sandwich import cluster_covariance, cluster_leverages, satterthwaite_df
from analysis.models.school_periods import school_periods

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analysis.models.specification import Specification

METHOD = "conditional Poisson, CR2"
P_METHOD = "t, Satterthwaite degrees of freedom"
ALL_PILOTS = "all pilots"
PER = 1000

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
    "per_1000": "The difference per 1,000 units of exposure (pupils a month)",
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
"""The columns of a table of estimates, in order, and what each holds."""


@dataclass(frozen=True)
class Interval:
    """An estimate and the ends of its interval, in one unit."""

    value: float
    low: float
    high: float

    def columns(self, name: str) -> dict[str, object]:
        """Return the three numbers under the names that tables of estimates use."""
        return {name: self.value, f"{name}_low": self.low, f"{name}_high": self.high}

    def mapped(self, function: Callable[[float], float]) -> Interval:
        """Return the interval with an increasing function applied to all three."""
        return Interval(*(float(function(x)) for x in (self.value, self.low, self.high)))


def effect_estimates(panel: pd.DataFrame, specifications: Iterable[Specification]) -> pd.DataFrame:
    r"""Estimate the effect of each specification with the primary method.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `school_periods`.
    specifications
        What to estimate.

    Returns
    -------
    DataFrame
        One row per specification, in their order, with the columns of `COLUMNS`. A
        specification that can't be estimated has its counts, no numbers, and a reason.

    Raises
    ------
    ConfigurationError
        If the panel does not hold what a specification names, or holds counts that
        can't be counts.

    Notes
    -----
    The ratio is :math:`e^{\theta}` of `fit_conditional`, its interval
    :math:`\exp(\theta \pm t_{\nu} s)` with the CR2 standard error s and
    Satterthwaite's :math:`\nu`. The difference is :math:`Y (1 - e^{-\theta})` for the
    Y events seen in intervention schools after the start, taken as they are: the effect
    in these schools and months. Its interval maps the ends of that of :math:`\theta`.

    Examples
    --------
    >>> from analysis.models.specification import Specification, EventMonths
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
    rows = [_row(panel, specification) for specification in specifications]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(panel: pd.DataFrame, specification: Specification) -> dict[str, object]:
    """Return one specification's row, with numbers or with a reason."""
    schools = school_periods(panel, specification)
    row = described(specification) | counted(schools)
    try:
        require_estimable(schools, specification)
        return row | {"status": ESTIMATED, "reason": ""} | primary_numbers(schools, specification)
    except NotEstimable as reason:
        return row | {"status": NOT_ESTIMABLE, "reason": str(reason)}


def described(specification: Specification) -> dict[str, object]:
    """Return the columns that say what was asked."""
    return {
        "pilot": specification.pilot or ALL_PILOTS,
        "outcome": specification.outcome,
        "specification": specification.name,
        "label": specification.label,
        "role": specification.role,
        "method": METHOD,
        "level": specification.level,
        "assignment_unit": specification.assignment_unit,
    }


def counted(schools: pd.DataFrame) -> dict[str, object]:
    """Return the columns that count schools, units, events and exposure."""
    silent = schools["events_before"] + schools["events_after"] == 0
    row: dict[str, object] = {
        "schools": len(schools),
        "schools_without_events": int(silent.sum()),
        "clusters": schools.loc[~silent, "cluster"].nunique(),
    }
    for treated, arm in ((True, "intervention"), (False, "comparison")):
        of_arm = schools["treated"] == treated
        row[f"schools_{arm}"] = int(of_arm.sum())
        row[f"clusters_{arm}"] = schools.loc[of_arm & ~silent, "cluster"].nunique()
        for period in ("before", "after"):
            row[f"events_{arm}_{period}"] = int(schools.loc[of_arm, f"events_{period}"].sum())
            row[f"exposure_{arm}_{period}"] = float(schools.loc[of_arm, f"exposure_{period}"].sum())
    return row


def primary_numbers(schools: pd.DataFrame, specification: Specification) -> dict[str, object]:
    """Return ratio, differences, interval and p-value of the primary method.

    Raises
    ------
    NotEstimable
        If the model can't be fitted, or its spread can't be seen.
    """
    fit = fit_conditional(schools)
    standard_error = float(np.sqrt(cluster_covariance(fit, "CR2")[0, 0]))
    if not standard_error > 1e-8:  # rounding leaves a little where there is none
        raise NotEstimable("schools do not differ at all, so that the spread can't be seen")
    df = satterthwaite_df(fit)
    interval = t_interval(fit.log_ratio, standard_error, df, specification.level)
    return {
        "log_ratio": fit.log_ratio,
        "standard_error": standard_error,
        "df": df,
        "p_value": float(2 * stats.t.sf(abs(fit.log_ratio) / standard_error, df)),
        "p_method": P_METHOD,
        "largest_leverage": float(cluster_leverages(fit).max()),
        **effect_columns(schools, interval, per_exposure=specification.exposure is not None),
    }


def t_interval(estimate: float, standard_error: float, df: float, level: float) -> Interval:
    """Return the symmetric interval of an estimate from Student's t; normal for infinite df."""
    reach = stats.t.ppf((1 + level) / 2, df) * standard_error
    return Interval(estimate, estimate - reach, estimate + reach)


def effect_columns(
    schools: pd.DataFrame, log_ratio: Interval, *, per_exposure: bool = True
) -> dict[str, object]:
    """Return a log ratio's interval as ratio, as events, and per 1,000 of exposure.

    Parameters
    ----------
    schools
        One row per school; gives events and exposure of intervention schools after.
    log_ratio
        Estimate and interval on the log scale.
    per_exposure
        Whether exposure has a unit worth dividing by.
    """
    after = schools.loc[schools["treated"]]
    events = float(after["events_after"].sum())
    exposure = float(after["exposure_after"].sum()) if per_exposure else np.nan
    difference = log_ratio.mapped(lambda theta: events * -np.expm1(-theta))
    return (
        log_ratio.mapped(np.exp).columns("ratio")
        | difference.columns("difference")
        | difference.mapped(lambda count: PER * count / exposure).columns("per_1000")
    )
