"""Other models of the same effect, in tables with the same columns as the primary one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.alternatives.additive import additive_fit
from analysis.models.alternatives.gee import gee_fit
from analysis.models.alternatives.mantel_haenszel import mantel_haenszel
from analysis.models.alternatives.multinomial import fit_multinomial
from analysis.models.alternatives.negative_binomial import negative_binomial_fit
from analysis.models.alternatives.two_part import two_part_fit
from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.month_counts import MonthCounts
from analysis.models.inputs.rate_units import MONTHLY
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.primary.estimates import Estimator, estimates_table, t_numbers
from analysis.models.primary.intervals import t_interval, t_p_value
from analysis.models.primary.sandwich import cluster_covariance, satterthwaite_df

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.school_periods import Comparison
    from analysis.models.inputs.specification import Specification

SATTERTHWAITE = "t, Satterthwaite degrees of freedom"


def alternative_estimates(
    panel: pd.DataFrame,
    specifications: Iterable[Specification],
    by_month: Iterable[Specification] | None = None,
) -> pd.DataFrame:
    """Estimate each specification with every other model.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        The specifications to estimate.
    by_month
        The same for models of single months, where some may be withheld from these only.

    Returns
    -------
    DataFrame
        The columns of `estimates.COLUMNS`, one row per specification and model:

        - 'conditional Poisson by month, CR2': single months, any exposure
        - 'negative binomial': schools with many events have less weight
        - 'GEE, exchangeable': schools not conditioned out; where exposure is constant
          the row says that it is identical to the primary estimate
        - 'Mantel-Haenszel, matched sets': comparisons within each set
        - 'additive': a difference in rates, so that `ratio` is missing
        - 'two-part', for days: any in a month, and how many

    Notes
    -----
    A random-intercept Poisson model is not among them: where exposure is constant its
    estimate is the primary one too, and it takes counts to be Poisson given the school.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> table = alternative_estimates(example_panel(), [main])
    >>> table["ratio"].round(2).tolist()[:2]
    [0.73, nan]
    """
    asked = tuple(specifications)
    rows = [
        estimates_table(panel, [apart if each.name in BY_MONTH else whole], [each])
        for whole, apart in zip(asked, asked if by_month is None else by_month, strict=True)
        for each in ALTERNATIVES
    ]
    return pd.concat(rows, ignore_index=True) if rows else estimates_table(panel, [], [])


def _by_month(comparison: Comparison, specification: Specification) -> dict[str, object]:
    counts = MonthCounts.of(comparison)
    fit = fit_multinomial(counts, counts.after[:, np.newaxis].astype(float))
    error = float(np.sqrt(cluster_covariance(fit, "CR2")[0, 0]))
    numbers = t_numbers(comparison, specification, fit.log_ratio, error, satterthwaite_df(fit))
    return numbers | {"p_method": SATTERTHWAITE}


def _negative_binomial(comparison: Comparison, specification: Specification) -> dict[str, object]:
    fit = negative_binomial_fit(comparison)
    error = max(fit.standard_error, fit.clustered_error)
    numbers = t_numbers(comparison, specification, fit.log_ratio, error, fit.units - 1)
    return numbers | {"p_method": "t, the larger of model and clustered error"}


def _gee(comparison: Comparison, specification: Specification) -> dict[str, object]:
    if SchoolCounts.of(comparison.schools).has_closed_form:
        raise NotEstimable("the same as the primary estimate, since exposure is constant")
    fit = gee_fit(comparison.schools)
    numbers = t_numbers(comparison, specification, fit.log_ratio, fit.standard_error, fit.df)
    return numbers | {"p_method": "t, units less coefficients, bias-reduced"}


def _mantel_haenszel(comparison: Comparison, specification: Specification) -> dict[str, object]:
    fit = mantel_haenszel(comparison.schools)
    numbers = t_numbers(comparison, specification, fit.log_ratio, fit.standard_error, fit.sets - 1)
    return numbers | {"p_method": "t, jackknife over matched sets"}


def _additive(comparison: Comparison, specification: Specification) -> dict[str, object]:
    fit = additive_fit(comparison.schools)
    error = float(np.sqrt(cluster_covariance(fit, "CR2")[0, 0]))
    if not error > 1e-12:
        raise NotEstimable("schools do not differ at all, so the spread cannot be estimated")
    df = satterthwaite_df(fit)
    interval = t_interval(fit.log_ratio, error, df, specification.level)
    treated = comparison.schools.loc[comparison.schools["treated"]]
    exposure = float(treated["exposure_after"].sum())
    divided = exposure if specification.exposure is not None else np.nan
    return {
        "df": df,
        "p_value": t_p_value(fit.log_ratio, error, df),
        "p_method": SATTERTHWAITE,
        **interval.mapped(lambda rate: rate * exposure).columns("difference"),
        **interval.mapped(lambda rate: MONTHLY.of(rate * exposure, divided)).columns("per_1000"),
    }


def _two_part(comparison: Comparison, specification: Specification) -> dict[str, object]:
    fit = two_part_fit(comparison)
    numbers = t_numbers(comparison, specification, fit.log_ratio, fit.standard_error, fit.units - 1)
    return numbers | {"p_method": "t, jackknife over units"}


ALTERNATIVES = (
    Estimator("conditional Poisson by month, CR2", _by_month),
    Estimator("negative binomial", _negative_binomial),
    Estimator("GEE, exchangeable", _gee),
    Estimator("Mantel-Haenszel, matched sets", _mantel_haenszel),
    Estimator("additive", _additive),
    Estimator("two-part", _two_part, ("days",)),
)
BY_MONTH = ("conditional Poisson by month, CR2", "negative binomial", "two-part")
"""Models of single months."""
