"""Newton's method for many conditional binomial models at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit

from analysis.models.inputs.school_counts import group_sums

if TYPE_CHECKING:
    from analysis.models.inputs.school_counts import Booleans, Codes, Floats, SchoolCounts

STEPS = 50
CONVERGED = 1e-12
SEPARATED = 15.0


def batched_log_ratios(
    counts: SchoolCounts, treated: Floats, weight: Floats | None = None
) -> tuple[Floats, Floats]:
    r"""Fit the conditional model of one data set under many assignments.

    Parameters
    ----------
    counts
        The data.
    treated : ndarray of shape (draws, n)
        One assignment of the schools per row, as 0 and 1.
    weight : ndarray of shape (draws, n), optional
        1 for schools that are included, 0 for schools that are left out.

    Returns
    -------
    log_ratio, variance : ndarray of shape (draws,)
        Log ratios of rate ratios with their CR0 variance; NaN where an assignment
        leaves a cell empty or the likelihood has no maximum.

    Notes
    -----
    The information matrix is an arrowhead: :math:`\theta` and one period effect per stratum. With
    :math:`A_g = \sum_{i \in g} w_i T_i` and :math:`C_g = \sum_{i \in g} w_i`, that on
    :math:`\theta` is :math:`S = \sum_g A_g (1 - A_g / C_g)`; a unit's influence is :math:`S^{-1}
    \sum_i (T_i - A_g / C_g)(y_{i1} - m_i p_i)`.
    """
    weight = np.ones((1, len(counts.after))) if weight is None else weight
    total, after = weight * (counts.before + counts.after), weight * counts.after
    log_ratio = np.zeros(len(treated))
    period = _starting_effects(counts, total, after, len(treated))
    # A school whose probability is already 0 or 1 has no information, so avoid dividing by it.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for _ in range(STEPS):
            residual, info = _residuals(counts, treated, total, after, log_ratio, period)
            step, period_step = _step(treated, residual, info, counts.stratum)
            log_ratio = log_ratio + np.clip(step, -2, 2)
            period = period + np.clip(period_step, -2, 2)
            if not np.nanmax(np.abs(step), initial=0.0) > CONVERGED:
                break
        residual, info = _residuals(counts, treated, total, after, log_ratio, period)
        variance = _variance(counts, treated, residual, info)
    lost = ~_has_all_cells(treated, total, after) | ~(np.abs(log_ratio) < SEPARATED)
    return np.where(lost, np.nan, log_ratio), np.where(lost, np.nan, variance)


def null_period_effects(counts: SchoolCounts) -> Floats:
    """Return each stratum's period effect, fitted without a treatment effect."""
    total, after = counts.total[np.newaxis], counts.after[np.newaxis]
    period = _starting_effects(counts, total, after, 1)
    for _ in range(STEPS):
        fitted = expit(counts.offset + period[:, counts.stratum])
        info = group_sums(total * fitted * (1 - fitted), counts.stratum)
        step = group_sums(after - total * fitted, counts.stratum) / np.maximum(info, 1e-300)
        period = period + np.clip(step, -2, 2)
        if not np.abs(step).max() > CONVERGED:
            break
    effects: Floats = period[0]
    return effects


def _starting_effects(counts: SchoolCounts, total: Floats, after: Floats, draws: int) -> Floats:
    """Return period effects as if exposure were constant and there were no effect."""
    in_stratum = group_sums(total, counts.stratum)
    share = (group_sums(after, counts.stratum) + 0.5) / (in_stratum + 1)
    offset = group_sums(total * counts.offset, counts.stratum) / np.maximum(in_stratum, 1)
    effects: Floats = np.broadcast_to(logit(share) - offset, (draws, share.shape[1])).copy()
    return effects


def _residuals(
    counts: SchoolCounts,
    treated: Floats,
    total: Floats,
    after: Floats,
    log_ratio: Floats,
    period: Floats,
) -> tuple[Floats, Floats]:
    """Return each school's residual and binomial weight, (draws, n)."""
    linear = counts.offset + period[:, counts.stratum] + log_ratio[:, np.newaxis] * treated
    fitted = expit(linear)
    return after - total * fitted, total * fitted * (1 - fitted)


def _step(treated: Floats, residual: Floats, info: Floats, stratum: Codes) -> tuple[Floats, Floats]:
    """Return Newton's step for the log ratio and for each stratum's period effect."""
    of_treated = group_sums(info * treated, stratum)
    of_all = np.maximum(group_sums(info, stratum), 1e-300)
    score = group_sums(residual, stratum)
    curvature = (of_treated * (1 - of_treated / of_all)).sum(axis=1)
    theta_score = (residual * treated).sum(axis=1) - (of_treated / of_all * score).sum(axis=1)
    step = theta_score / curvature
    return step, (score - of_treated * step[:, np.newaxis]) / of_all


def _variance(counts: SchoolCounts, treated: Floats, residual: Floats, info: Floats) -> Floats:
    """Return the CR0 variance of each log ratio."""
    of_treated = group_sums(info * treated, counts.stratum)
    of_all = np.maximum(group_sums(info, counts.stratum), 1e-300)
    share = of_treated / of_all
    curvature = (of_treated * (1 - share)).sum(axis=1)
    influence = group_sums((treated - share[:, counts.stratum]) * residual, counts.unit)
    variance: Floats = (influence**2).sum(axis=1) / curvature**2
    return variance


def _has_all_cells(treated: Floats, total: Floats, after: Floats) -> Booleans:
    """Whether each arm has events in both periods."""
    before = total - after
    cells = [(arm * y).sum(axis=1) for arm in (treated, 1 - treated) for y in (before, after)]
    present: Booleans = np.min(cells, axis=0) > 0
    return present
