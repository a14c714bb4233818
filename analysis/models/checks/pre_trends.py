"""Trends before the start: how far the arms may have diverged, and the power of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from analysis.models.alternatives.multinomial import fit_multinomial
from analysis.models.checks.event_study import fit_event_study
from analysis.models.inference.hotelling import hotelling_df
from analysis.models.inputs.estimability import (
    ESTIMATED,
    NOT_ESTIMABLE,
    WITHHELD,
    NotEstimable,
    require_spread,
)
from analysis.models.inputs.month_counts import MonthCounts
from analysis.models.inputs.school_periods import compare, first_month
from analysis.models.primary.estimates import specification_columns
from analysis.models.primary.intervals import t_interval, t_p_value
from analysis.models.primary.sandwich import cluster_covariance, satterthwaite_df

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.checks.event_study import EventStudyFit
    from analysis.models.inputs.school_counts import Codes, Floats
    from analysis.models.inputs.specification import Specification
    from analysis.models.primary.conditional import ConditionalFit

MONTHS_BETWEEN = 12
"""Months from the middle of the months before to the middle of the months after."""
POWER_COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no figure",
    "faked_ratio": "Ratio of rate ratios that a difference in trends alone would show",
    "change_per_year": "That difference: how much the log rates part in a year",
    "power_joint": "Chance that the joint test of the terms before would notice it",
    "power_slope": "Chance that a test of a steady trend before would notice it",
}
SLOPE_COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no estimate",
    "log_ratio": "How much the log rates of the arms part in a year, before the start",
    "standard_error": "Its standard error, CR2",
    "df": "Its degrees of freedom",
    "p_value": "Two-sided p-value of parallel trends",
    "ratio": "Ratio that this trend alone would show, carried on over a year",
    "ratio_low": "Lowest ratio that a trend compatible with the data would show",
    "ratio_high": "Highest ratio that a trend compatible with the data would show",
}


def pre_trend_slopes(panel: pd.DataFrame, specifications: Iterable[Specification]) -> pd.DataFrame:
    r"""Estimate the difference in the arms' trends before the start.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        Whichever months they compare, all months of the panel before the start are used.

    Returns
    -------
    DataFrame
        One row per specification, with the columns of `SLOPE_COLUMNS`. The interval covers the
        differences in trends that the data don't rule out, expressed as the ratio that they would
        show as an effect.

    Notes
    -----
    The model of `fit_multinomial` on the months before, with the month in years times treatment as
    its only effect.

    References
    ----------
    Bilinski & Hatfield (2018), arXiv:1805.03273.
    """
    rows = []
    for specification in specifications:
        row = {k: v for k, v in specification_columns(specification).items() if k in SLOPE_COLUMNS}
        try:
            fit = _slope(panel, specification)
            error, df = _slope_error(fit)
            interval = t_interval(fit.log_ratio, error, df, specification.level)
            row |= {
                "status": ESTIMATED, "reason": "", "log_ratio": fit.log_ratio,
                "standard_error": error, "df": df,
                "p_value": t_p_value(fit.log_ratio, error, df),
                **interval.mapped(np.exp).columns("ratio"),
            }  # fmt: skip
        except NotEstimable as reason:
            row |= {"status": NOT_ESTIMABLE, "reason": str(reason)}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(SLOPE_COLUMNS))


def pre_trend_power(
    panel: pd.DataFrame,
    specifications: Iterable[Specification],
    faked_ratios: Iterable[float] = (0.9, 0.8, 0.7, 0.6),
    level: float = 0.05,
) -> pd.DataFrame:
    r"""Return the power of tests before the start to detect a trend that imitates an effect.

    Parameters
    ----------
    panel, specifications
        As for `pre_trend_slopes`.
    faked_ratios
        Ratios that a steady difference in trends would imitate.
    level
        Size of the tests.

    Returns
    -------
    DataFrame
        One row per specification and ratio, with the columns of `POWER_COLUMNS`.

    Notes
    -----
    A difference in trends of :math:`\log r` per year imitates the ratio r where like months are
    compared, and adds :math:`\delta_k` to the terms before. The F of `joint_test` is then
    non-central with :math:`\delta' V^{-1} \delta`. V is the Poisson covariance of the terms times
    the mean ratio of CR2 to Poisson variances: with few units the CR2 matrix itself is too
    unstable to be inverted. Since the joint test is conservative with so few units, its true power
    is lower still.

    References
    ----------
    Roth (2022), doi:10.1257/aeri.20210236.
    """
    ratios = tuple(faked_ratios)
    rows: list[dict[str, object]] = []
    for specification in specifications:
        row = {k: v for k, v in specification_columns(specification).items() if k in POWER_COLUMNS}
        try:
            study, slope = fit_event_study(panel, specification), _slope(panel, specification)
            rows += [
                row | {"status": ESTIMATED, "reason": "", "faked_ratio": ratio,
                       "change_per_year": np.log(ratio),
                       "power_joint": _joint_power(study, np.log(ratio), level),
                       "power_slope": _slope_power(slope, np.log(ratio), level)}
                for ratio in ratios
            ]  # fmt: skip
        except NotEstimable as reason:
            rows.append(row | {"status": NOT_ESTIMABLE, "reason": str(reason)})
    return pd.DataFrame(rows, columns=list(POWER_COLUMNS))


def _slope(panel: pd.DataFrame, specification: Specification) -> ConditionalFit:
    """Fit the difference in trends, per year, to the months before."""
    if specification.withheld:
        raise NotEstimable(specification.withheld)
    whole = specification.over_all_months(first_month(panel, specification))
    comparison = compare(panel, whole)
    if comparison.schools.empty:
        raise NotEstimable(WITHHELD)
    counts = MonthCounts.of(comparison)
    before = counts.only(~counts.after)
    for treated in (True, False):
        if before.events[before.treated == treated].sum() < max(specification.fewest_events, 1):
            raise NotEstimable(WITHHELD)
    return fit_multinomial(before, before.months[:, np.newaxis] / MONTHS_BETWEEN)


def _slope_error(fit: ConditionalFit) -> tuple[float, float]:
    """Return the CR2 standard error of the slope and its degrees of freedom."""
    error = float(np.sqrt(cluster_covariance(fit, "CR2")[0, 0]))
    require_spread(error)
    return error, satterthwaite_df(fit)


def _slope_power(fit: ConditionalFit, change: float, level: float) -> float:
    """Return the power of the t test of the slope."""
    error, df = _slope_error(fit)
    critical = stats.t.ppf(1 - level / 2, df)
    shift = abs(change) / error
    rejected, reversed_ = stats.nct.sf(critical, df, shift), stats.nct.cdf(-critical, df, shift)
    # scipy 1.17 has no value for a tail beyond the smallest number, as with thousands of schools.
    if np.isnan(rejected):
        rejected = stats.norm.sf(critical - shift)
    if np.isnan(reversed_):
        reversed_ = stats.norm.cdf(-critical - shift)
    return float(rejected + reversed_)


def _joint_power(study: EventStudyFit, change: float, level: float) -> float:
    """Return the power of the joint F test of the terms before."""
    before = np.flatnonzero(study.others < -1)
    middles = (study.first + study.last) / 2
    distance = middles[study.terms != -1] - middles[study.terms == -1]
    deviation = change * distance[before] / MONTHS_BETWEEN
    df = hotelling_df(study.fit, before) - len(before) + 1
    if not df > 0:
        raise NotEstimable("there are too few units to test all terms before together")
    covariance = _steadied(study.fit, before)
    noncentrality = float(deviation @ np.linalg.solve(covariance, deviation))
    critical = stats.f.ppf(1 - level, len(before), df)
    # scipy 1.17 returns -0.95 for a non-centrality of exactly 0.
    return float(stats.ncf.sf(critical, len(before), df, max(noncentrality, 1e-9)))


def _steadied(fit: ConditionalFit, chosen: Codes) -> Floats:
    """Return the Poisson covariance, scaled by the mean ratio of CR2 to Poisson variances."""
    block = np.ix_(chosen, chosen)
    variances = np.diag(cluster_covariance(fit, "CR2")[block])
    require_spread(float(np.sqrt(max(0.0, variances.mean()))))
    scale = np.mean(variances / np.diag(fit.bread[block]))
    covariance: Floats = fit.bread[block] * scale
    return covariance
