"""Entropy balancing of candidate comparison schools to resemble the pilot's own schools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from analysis.models.inputs.estimability import (
    ESTIMATED,
    NOT_ESTIMABLE,
    WITHHELD,
    NotEstimable,
    require_events,
    require_spread,
)
from analysis.models.primary.intervals import t_interval, t_p_value

if TYPE_CHECKING:
    import pandas as pd

    from analysis.models.inputs.school_counts import Floats

BALANCED = 1e-6
"""Tolerance between weighted means and their targets, in standard deviations."""
FEWEST_EFFECTIVE = 5.0
"""Fewest effective candidates: with fewer, a result would come close to single schools' data."""
COLUMNS: dict[str, str] = {
    "pilot": "Local authority",
    "outcome": "Name of the outcome",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no estimate",
    "candidates": "Schools that might have been comparison schools, number",
    "effective": "Candidates with equal weights that would be as informative, number",
    "ratio": "Ratio of rate ratios against the candidates, reweighted",
    "ratio_low": "Lower limit of its 95% confidence interval",
    "ratio_high": "Upper limit of its 95% confidence interval",
    "p_value": "Two-sided p-value of no effect",
}


def entropy_weights(covariates: Floats, target: Floats) -> Floats:
    r"""Return entropy-balancing weights that give covariates the target means.

    Parameters
    ----------
    covariates : ndarray of shape (n, k)
        One row per candidate.
    target : ndarray of shape (k,)
        Target means of the weighted candidates.

    Returns
    -------
    ndarray of shape (n,)
        Positive weights with a sum of 1.

    Raises
    ------
    NotEstimable
        If no weights give these means: the target lies outside the candidates' range.

    Notes
    -----
    The weights minimise :math:`\sum w_i \log w_i` among all with these means. They are
    :math:`w_i \propto \exp(\lambda' z_i)` with :math:`z_i` the distance from the target, and
    :math:`\lambda` minimises the convex function :math:`\log \sum \exp(\lambda' z_i)`.

    References
    ----------
    Hainmueller (2012), doi:10.1093/pan/mpr025.

    Examples
    --------
    >>> entropy_weights(np.array([[0.0], [1.0]]), np.array([0.25])).round(2)
    array([0.75, 0.25])
    """
    spread = covariates.std(axis=0)
    z = (covariates - target) / np.where(spread > 0, spread, 1.0)

    def slope(multipliers: Floats) -> Floats:
        return np.asarray(softmax(z @ multipliers) @ z)

    def curvature(multipliers: Floats) -> Floats:
        weights, mean = softmax(z @ multipliers), slope(multipliers)
        return np.asarray((z * weights[:, np.newaxis]).T @ z - np.outer(mean, mean))

    found = minimize(
        lambda multipliers: logsumexp(z @ multipliers), np.zeros(z.shape[1]), jac=slope,
        hess=curvature, method="trust-exact", options={"gtol": BALANCED / 100},
    )  # fmt: skip
    if np.abs(slope(found.x)).max(initial=0.0) > BALANCED:
        raise NotEstimable("no weights make the candidates resemble the schools of the pilot")
    return np.asarray(softmax(z @ found.x))


def weights_of(schools: pd.DataFrame, candidates: pd.DataFrame, covariates: list[str]) -> Floats:
    """Return the weights that give candidates the means and phases of a pilot's schools.

    Parameters
    ----------
    schools, candidates
        One row per school, with `phase` and the covariates.

    Returns
    -------
    ndarray of shape (n,)
        One weight per candidate; 0 in a phase that none of the pilot's schools has.

    Raises
    ------
    NotEstimable
        If there are no such weights.
    """
    phases = sorted(schools["phase"].unique())
    comparable = candidates["phase"].isin(phases).to_numpy()
    values = [
        np.column_stack([table[covariates].to_numpy(float)]
                        + [table["phase"].eq(phase).to_numpy(float) for phase in phases[1:]])
        for table in (candidates.loc[comparable], schools.dropna(subset=covariates))
    ]  # fmt: skip
    if not comparable.any():
        raise NotEstimable("no candidate is of a phase of the pilot's schools")
    weights = np.zeros(len(candidates))
    weights[comparable] = entropy_weights(values[0], values[1].mean(axis=0))
    return weights


def reweighted_effect(schools: pd.DataFrame, fewest: int = 1) -> dict[str, object]:
    r"""Return the effect against weighted candidates, with the columns of `COLUMNS` from `status`.

    Parameters
    ----------
    schools
        The pilot's schools and the candidates: `treated`, `weight` (1 for the pilot's schools),
        and events and exposure before and after as `school_periods` returns them.
    fewest
        Fewest events in each group and period.

    Notes
    -----
    With weighted totals Y of events and N of exposure the log ratio is
    :math:`\log(Y_{T1}/Y_{T0}) - \log(Y_{C1}/Y_{C0})`, less the same for N. Its variance is the CR2
    estimate of `closed_form`, with each school's events times its weight, and the degrees of
    freedom are Welch's, with :math:`1 / \sum h_i^2` effective schools in each group. Weights are
    taken as given.

    References
    ----------
    Welch (1947), doi:10.1093/biomet/34.1-2.28.
    """
    others = ~schools["treated"].to_numpy(bool)
    known: dict[str, object] = {"candidates": int(others.sum())}
    try:
        require_events(schools, fewest)
        one, other = (_Group.of(schools.loc[rows]) for rows in (~others, others))
        if other.effective < FEWEST_EFFECTIVE:
            raise NotEstimable(WITHHELD)
        variance = one.variance + other.variance
        require_spread(float(np.sqrt(variance)))
    except NotEstimable as reason:
        return known | {"status": NOT_ESTIMABLE, "reason": str(reason)}
    df = variance**2 / sum(each.variance**2 / (each.effective - 1) for each in (one, other))
    log_ratio, error = one.log_rate - other.log_rate, float(np.sqrt(variance))
    interval = t_interval(log_ratio, error, df, 0.95).mapped(np.exp)
    return known | {
        "status": ESTIMATED, "reason": "", "effective": other.effective,
        **interval.columns("ratio"), "p_value": t_p_value(log_ratio, error, df),
    }  # fmt: skip


@dataclass(frozen=True)
class _Group:
    """The change in one group's rate, with its variance and number of effective schools."""

    log_rate: float
    variance: float
    effective: float

    @classmethod
    def of(cls, schools: pd.DataFrame) -> _Group:
        names = ("events_before", "events_after", "exposure_before", "exposure_after")
        y0, y1, n0, n1 = (schools["weight"] * schools[name] for name in names)
        influence = y1 / y1.sum() - y0 / y0.sum()
        leverage = (y0 + y1) / (y0 + y1).sum()
        log_rate = np.log(y1.sum() / y0.sum()) - np.log(n1.sum() / n0.sum())
        if leverage.max() >= 1:
            raise NotEstimable(WITHHELD)
        variance = float((influence**2 / (1 - leverage)).sum())
        return cls(float(log_rate), variance, float(1 / (leverage**2).sum()))
