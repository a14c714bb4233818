"""The conditional model by month: one multinomial row per school."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.school_counts import group_sums
from analysis.models.primary.conditional import ConditionalFit

if TYPE_CHECKING:
    from analysis.models.inputs.month_counts import MonthCounts
    from analysis.models.inputs.school_counts import Booleans, Floats

STEPS = 50
CONVERGED = 1e-12
SEPARATED = 15.0


class _Stratum:
    """The schools of one stratum and the months in which it has events.

    Months without events in the stratum have a period effect of minus infinity, and are dropped
    from the likelihood.
    """

    def __init__(self, counts: MonthCounts, code: int, basis: Floats) -> None:
        self.inside = counts.stratum == code
        self.active = counts.events[self.inside].sum(axis=0) > 0
        self.events = counts.events[np.ix_(self.inside, self.active)]
        self.total = self.events.sum(axis=1)
        self.basis = basis[self.active]
        with np.errstate(divide="ignore"):
            self.offset = np.log(counts.exposure[np.ix_(self.inside, self.active)])
        expected = self.total @ (np.exp(self.offset) / np.exp(self.offset).sum(axis=1)[:, None])
        self.start = np.log(self.events.sum(axis=0) / expected)

    def fitted(self, treated: Floats, effects: Floats, period: Floats) -> Floats:
        """Return each school's expected events by month, (draws, n, M)."""
        moved = (effects @ self.basis.T)[:, np.newaxis]
        linear = self.offset + period[:, np.newaxis] + treated[..., np.newaxis] * moved
        linear -= linear.max(axis=2, keepdims=True)
        share = np.exp(linear)
        share /= share.sum(axis=2, keepdims=True)
        share *= self.total[:, np.newaxis]
        result: Floats = share
        return result

    def information(self, fitted: Floats, weight: Floats) -> Floats:
        """Return the information on period effects from schools with weights, (draws, M, M)."""
        weighted = fitted * weight[..., np.newaxis]
        scaled = fitted / np.maximum(self.total, 1)[:, np.newaxis]
        info: Floats = -np.matmul(weighted.transpose(0, 2, 1), scaled)
        diagonal = np.arange(info.shape[1])
        info[:, diagonal, diagonal] += weighted.sum(axis=1)
        return info


def batched_multinomial(
    counts: MonthCounts, treated: Floats, basis: Floats
) -> tuple[Floats, Floats]:
    r"""Fit the model of one data set under many assignments.

    Parameters
    ----------
    counts
        The data.
    treated : ndarray of shape (draws, n)
        One assignment of the schools per row, as 0 and 1.
    basis : ndarray of shape (M, q)
        The value of each effect's regressor in each month: `counts.after` as one column for one
        effect.

    Returns
    -------
    effects : ndarray of shape (draws, q)
    covariance : ndarray of shape (draws, q, q)
        CR0; NaN, like the effects, where the likelihood has no maximum.

    Notes
    -----
    Given its total :math:`m_i`, a school's events by month are multinomial with
    :math:`p_{it} \propto n_{it} \exp(\gamma_{gt} + T_i x_t'\theta)`. The maximum over
    :math:`\theta` is that of the Poisson regression with a dummy per school and per
    stratum and month, whatever exposure does. Newton's steps solve for the period
    effects of each stratum first.
    """
    strata = _strata(counts, basis)
    effects, period = _maximum(strata, treated, basis.shape[1])
    covariance = _covariance(counts, strata, treated, effects, period)
    lost = ~(np.abs(effects).max(axis=1) < SEPARATED)
    effects[lost], covariance[lost] = np.nan, np.nan
    return effects, covariance


def _strata(counts: MonthCounts, basis: Floats) -> list[_Stratum]:
    return [_Stratum(counts, code, basis) for code in range(counts.stratum.max() + 1)]


def _maximum(
    strata: list[_Stratum], treated: Floats, effects_wanted: int
) -> tuple[Floats, list[Floats]]:
    """Return effects, and each stratum's period effects, at the maximum of each draw."""
    effects: Floats = np.zeros((len(treated), effects_wanted))
    period = [np.tile(stratum.start, (len(treated), 1)) for stratum in strata]
    for _ in range(STEPS):
        step, steps = _newton_step(strata, treated, effects, period)
        effects = effects + np.clip(step, -2, 2)
        period = [old + np.clip(new, -2, 2) for old, new in zip(period, steps, strict=True)]
        if not np.nanmax(np.abs(step), initial=0.0) > CONVERGED:
            break
    return effects, period


def _newton_step(
    strata: list[_Stratum], treated: Floats, effects: Floats, period: list[Floats]
) -> tuple[Floats, list[Floats]]:
    """Return the step of the effects, and of each stratum's period effects."""
    draws, q = effects.shape
    curvature, score = np.zeros((draws, q, q)), np.zeros((draws, q))
    solved = []
    for stratum, own in zip(strata, period, strict=True):
        chosen = treated[:, stratum.inside]
        fitted = stratum.fitted(chosen, effects, own)
        residual = stratum.events - fitted
        of_treated = stratum.information(fitted, chosen) @ stratum.basis
        of_months = residual.sum(axis=1)
        projected = _solve(stratum.information(fitted, np.ones_like(chosen)), of_treated, of_months)
        of_effects = (residual * chosen[..., np.newaxis]).sum(axis=1) @ stratum.basis
        curvature += np.einsum("mq,bmr->bqr", stratum.basis, of_treated) - np.matmul(
            of_treated.transpose(0, 2, 1), projected[..., :q]
        )
        score += of_effects - np.einsum("bmq,bm->bq", of_treated, projected[..., q])
        solved.append(projected)
    step = _solve_or_nan(curvature, score)
    moves = [each[..., q] - np.einsum("bmq,bq->bm", each[..., :q], step) for each in solved]
    return step, [np.nan_to_num(move) for move in moves]


def _solve(information: Floats, of_treated: Floats, of_months: Floats) -> Floats:
    """Solve for period effects, with the first of each stratum fixed."""
    right = np.concatenate([of_treated, of_months[..., np.newaxis]], axis=2)
    solution = np.zeros_like(right)
    if information.shape[1] > 1:
        solution[:, 1:] = np.linalg.solve(information[:, 1:, 1:], right[:, 1:])
    return solution


def _solve_or_nan(curvature: Floats, score: Floats) -> Floats:
    """Solve each draw's equations; NaN where they have no solution."""
    with np.errstate(invalid="ignore"):  # a fit that diverged is NaN
        singular = ~(np.abs(np.linalg.det(curvature)) > 1e-10)
    safe = np.where(singular[:, None, None], np.eye(curvature.shape[1]), curvature)
    step: Floats = np.where(
        singular[:, np.newaxis], np.nan, np.linalg.solve(safe, score[..., np.newaxis])[..., 0]
    )
    return step


def _covariance(
    counts: MonthCounts,
    strata: list[_Stratum],
    treated: Floats,
    effects: Floats,
    period: list[Floats],
) -> Floats:
    """Return the CR0 covariance of the effects, (draws, q, q)."""
    draws, q = effects.shape
    curvature = np.zeros((draws, q, q))
    scores = np.zeros((draws, q, len(counts.unit)))
    for stratum, own in zip(strata, period, strict=True):
        chosen = treated[:, stratum.inside]
        fitted = stratum.fitted(chosen, effects, own)
        residual = stratum.events - fitted
        of_treated = stratum.information(fitted, chosen) @ stratum.basis
        whole = stratum.information(fitted, np.ones_like(chosen))
        share = _solve(whole, of_treated, residual.sum(axis=1))[..., :q]
        curvature += np.einsum("mq,bmr->bqr", stratum.basis, of_treated) - np.matmul(
            of_treated.transpose(0, 2, 1), share
        )
        own_part = np.matmul(residual, stratum.basis) * chosen[..., np.newaxis]
        scores[..., stratum.inside] = (own_part - np.matmul(residual, share)).transpose(0, 2, 1)
    by_unit = group_sums(scores, counts.unit)
    columns = [_solve_or_nan(curvature, np.tile(row, (draws, 1))) for row in np.eye(q)]
    inverse = np.stack(columns, axis=1)
    covariance: Floats = inverse @ (by_unit @ by_unit.transpose(0, 2, 1)) @ inverse
    return covariance


def fit_multinomial(counts: MonthCounts, basis: Floats) -> ConditionalFit:
    r"""Fit the model of one data set, in the form from which covariances are computed.

    Parameters
    ----------
    counts
        The data.
    basis : ndarray of shape (M, q)
        The value of each effect's regressor in each month.

    Raises
    ------
    NotEstimable
        If the likelihood has no maximum.

    Notes
    -----
    A row of the weighted design is :math:`\sqrt{m_i p_{it}}(x_{it} - \bar x_i)` with
    :math:`\bar x_i = \sum_t p_{it} x_{it}`, and its residual
    :math:`(y_{it} - m_i p_{it}) / \sqrt{m_i p_{it}}`. Their products sum to the information and
    the score of the multinomial.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.school_periods import compare
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> from analysis.models.inputs.month_counts import MonthCounts
    >>> counts = MonthCounts.of(compare(example_panel(), main))
    >>> fit = fit_multinomial(counts, counts.after[:, np.newaxis].astype(float))
    >>> round(fit.log_ratio, 3)  # as from events before and after, since exposure is constant
    -0.321
    """
    strata = _strata(counts, basis)
    effects, period = _maximum(strata, counts.treated[np.newaxis].astype(float), basis.shape[1])
    if not np.abs(effects).max() < SEPARATED:
        raise NotEstimable("the data are separated: some group has events in one period only")
    parts = [
        _weighted_rows(stratum, counts.treated, effects, own)
        for stratum, own in zip(strata, period, strict=True)
    ]
    design = _block_columns([part[0] for part in parts], basis.shape[1])
    kept = np.concatenate([part[2] for part in parts])
    unit = np.concatenate([np.repeat(counts.unit[s.inside], s.active.sum()) for s in strata])[kept]
    arm = np.concatenate([np.repeat(counts.treated[s.inside], s.active.sum()) for s in strata])
    weighted = design[kept]
    return ConditionalFit(
        np.concatenate([effects[0], *(part[3] for part in parts)]),
        np.linalg.inv(weighted.T @ weighted),
        weighted,
        np.concatenate([part[1] for part in parts])[kept],
        np.unique(unit, return_inverse=True)[1].astype(np.int64),
        arm[kept],
        basis.shape[1],
    )


def _weighted_rows(
    stratum: _Stratum, treated: Booleans, effects: Floats, period: Floats
) -> tuple[Floats, Floats, Booleans, Floats]:
    """Return the weighted design, residuals, rows with positive weight, and period effects."""
    chosen = treated[np.newaxis, stratum.inside].astype(float)
    mean = stratum.fitted(chosen, effects, period)[0]
    share = mean / np.maximum(stratum.total, 1)[:, np.newaxis]
    months = mean.shape[1]
    own = np.where(stratum.basis[np.newaxis] * chosen[0][:, None, None], stratum.basis, 0.0)
    columns = np.concatenate(
        [own, np.broadcast_to(np.eye(months)[:, 1:], (len(mean), months, months - 1))], axis=2
    )
    centred = columns - np.einsum("im,imk->ik", share, columns)[:, np.newaxis]
    root = np.sqrt(mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        pearson = ((stratum.events - mean) / root).ravel()
    rows = (centred * root[..., np.newaxis]).reshape(-1, columns.shape[2])
    return rows, pearson, root.ravel() > 0, period[0, 1:] - period[0, 0]


def _block_columns(parts: list[Floats], q: int) -> Floats:
    """Stack strata: effects share columns, while period effects have separate columns."""
    widths = [part.shape[1] - q for part in parts]
    design = np.zeros((sum(map(len, parts)), q + sum(widths)))
    row, column = 0, q
    for part, width in zip(parts, widths, strict=True):
        design[row : row + len(part), :q] = part[:, :q]
        design[row : row + len(part), column : column + width] = part[:, q:]
        row, column = row + len(part), column + width
    return design
