"""The two-part model of days: whether there are any, and how many given that there are.

A one-step jackknife serves designs with many units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.month_counts import MonthCounts

if TYPE_CHECKING:
    from analysis.models.inputs.school_counts import Booleans, Codes, Floats
    from analysis.models.inputs.school_periods import Comparison


def steps_without(rows: Floats, score: Floats, weight: Floats, unit: Codes) -> Floats:
    """Return the change in coefficients when each unit is left out.

    Parameters
    ----------
    rows : ndarray of shape (n, k)
        The design.
    score, weight : ndarray of shape (n,)
        First derivative of each row's log-likelihood in its linear predictor, and second
        derivative with its sign changed, at the maximum.
    unit : ndarray of shape (n,)
        Code of each row's unit, from 0 without gaps.

    Returns
    -------
    ndarray of shape (units, k)
        Newton's first step from the coefficients of all units; NaN where there is none.

    References
    ----------
    Pregibon (1981), doi:10.1214/aos/1176345513.
    """
    units, k = int(unit.max()) + 1, rows.shape[1]
    own_score = np.column_stack([np.bincount(unit, score * x, units) for x in rows.T])
    own = np.empty((units, k, k))
    for i in range(k):
        for j in range(i + 1):
            cell = np.bincount(unit, weight * rows[:, i] * rows[:, j], units)
            own[:, i, j] = own[:, j, i] = cell
    rest = own.sum(axis=0) - own
    with np.errstate(invalid="ignore"):
        singular = ~(np.abs(np.linalg.det(rest)) > 0)
    rest[singular] = np.eye(k)
    steps: Floats = -np.linalg.solve(rest, own_score[..., np.newaxis])[..., 0]
    steps[singular] = np.nan
    return steps


def expected_without(
    x: Floats,
    z: Floats,
    offset: Floats,
    unit: Codes,
    chance: Floats,
    amount: Floats,
    moved: tuple[Floats, Floats],
) -> Floats:
    r"""Return the expected days of the rows given when each unit is left out.

    Parameters
    ----------
    x, z : ndarray of shape (n, k), (n, l)
        Designs for the probability of any days and for their number.
    offset : ndarray of shape (n,)
        Log exposure.
    unit : ndarray of shape (n,)
        Code of each row's unit.
    chance, amount
        Coefficients fitted to all units.
    moved : ndarrays of shape (units, k), (units, l)
        Their change when each unit is left out.

    Notes
    -----
    The sum over all rows is expanded to first order in the change; the unit's own rows are then
    subtracted exactly.
    """
    p, days = expit(x @ chance), np.exp(z @ amount + offset)
    slopes = (p * (1 - p) * days) @ x, (p * days) @ z
    own_chance, own_amount = (moved[0] + chance)[unit], (moved[1] + amount)[unit]
    own = expit((x * own_chance).sum(axis=1)) * np.exp((z * own_amount).sum(axis=1) + offset)
    of_units = np.bincount(unit, own, len(moved[0]))
    found: Floats = (p * days).sum() + moved[0] @ slopes[0] + moved[1] @ slopes[1] - of_units
    return found


FEWEST_IN_CELL = 5
STEPS = 100
MOST_REFITTED = 150
"""Number of units up to which both parts are refitted without each; see `one_step_jackknife`."""


@dataclass(frozen=True)
class TwoPartFit:
    """A fitted two-part model.

    Attributes
    ----------
    log_ratio
        Log ratio of expected days in intervention schools after, with and without the effect.
    standard_error
        Jackknife standard error, leaving out each assignment unit in turn.
    log_ratio_any, log_ratio_positive
        The two parts: for the probability of any days, and for their number where there are any.
        The second is conditional on what the intervention may have changed, and has no meaning by
        itself.
    units
        Assignment units left out in turn.
    """

    log_ratio: float
    standard_error: float
    log_ratio_any: float
    log_ratio_positive: float
    units: int


@dataclass(frozen=True)
class _Rows:
    """One row per school and month."""

    days: Floats
    design: Floats
    offset: Floats
    unit: Codes
    counted: Booleans

    def without(self, unit: int) -> _Rows:
        kept = self.unit != unit
        return _Rows(self.days[kept], self.design[kept], self.offset[kept], self.unit[kept],
                     self.counted[kept])  # fmt: skip


def two_part_fit(comparison: Comparison) -> TwoPartFit:
    r"""Fit a logistic model of any days and a gamma model of their number.

    Parameters
    ----------
    comparison
        Schools and months; see `compare`.

    Raises
    ------
    NotEstimable
        If an arm has fewer than five school-months with, or without, days in a period,
        or there is no fit without one of the units.

    Notes
    -----
    :math:`E[D] = \Pr(D > 0)\,E[D \mid D > 0]`, each with arm, period, their product and
    log exposure (as an offset in the second). The ratio is that of the sum of
    predictions for intervention schools after, with the product's coefficients and
    without. Above `MOST_REFITTED` units, the fit without each of them is approximated by one step
    of Newton's method, since the time of refitting grows with the square of their number.

    References
    ----------
    Duan, Manning, Morris & Newhouse (1983), doi:10.1080/07350015.1983.10509330.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.school_periods import compare
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> fit = two_part_fit(compare(example_panel(), main))
    >>> round(fit.log_ratio, 3), round(fit.standard_error, 3), fit.units
    (-0.399, 0.419, 12)
    """
    rows = _rows(MonthCounts.of(comparison))
    _require_cells(rows)
    whole = _fitted(rows)
    units = np.unique(rows.unit)
    if len(units) > MOST_REFITTED:
        without = _without_each_unit(rows)
    else:
        without = np.array([_fitted(rows.without(unit))[0] for unit in units])
    if not np.isfinite(without).all():
        raise NotEstimable("without one of the assignment units there is no two-part fit")
    variance = (len(units) - 1) / len(units) * ((without - whole[0]) ** 2).sum()
    return TwoPartFit(whole[0], float(np.sqrt(variance)), whole[1], whole[2], len(units))


def _rows(counts: MonthCounts) -> _Rows:
    """Return the events, design, log exposure and unit of each school and month."""
    school, month = np.nonzero(counts.exposure)
    after, treated = counts.after[month], counts.treated[school]
    strata = [counts.stratum[school] == each for each in range(counts.stratum.max() + 1)]
    columns = [treated & after, *strata, *(treated & each for each in strata),
               *(after & each for each in strata)]  # fmt: skip
    return _Rows(
        counts.events[school, month],
        np.column_stack(columns).astype(float),
        np.log(counts.exposure[school, month]),
        counts.unit[school],
        treated & after,
    )


def _require_cells(rows: _Rows) -> None:
    """Raise NotEstimable if a cell has too few school-months with, or without, days."""
    for cell in np.unique(rows.design, axis=0):
        inside = (rows.design == cell).all(axis=1)
        some = int((rows.days[inside] > 0).sum())
        if min(some, int(inside.sum()) - some) < FEWEST_IN_CELL:
            raise NotEstimable("too few school-months with days, or without, in one arm and period")


def _fitted(rows: _Rows) -> tuple[float, float, float]:
    """Return the log ratio of expected days, and of its two parts; NaN where none is found."""
    any_days = rows.days > 0
    with_size = np.column_stack([rows.design, rows.offset])
    chance = _logistic(any_days.astype(float), with_size)
    amount = _gamma(rows.days[any_days], rows.design[any_days], rows.offset[any_days])
    at, bare = with_size[rows.counted], with_size[rows.counted].copy()
    bare[:, 0] = 0.0
    chances = [expit(x @ chance) for x in (at, bare)]
    amounts = [np.exp(x[:, :-1] @ amount + x[:, -1]) for x in (at, bare)]
    expected = [float((p * d).sum()) for p, d in zip(chances, amounts, strict=True)]
    return (
        float(np.log(expected[0] / expected[1])),
        float(np.log(chances[0].sum() / chances[1].sum())),
        float(amount[0]),
    )


def _without_each_unit(rows: _Rows) -> Floats:
    """Return the log ratio of expected days without each unit, by one Newton step."""
    unit = np.unique(rows.unit, return_inverse=True)[1]
    some = rows.days > 0
    with_size = np.column_stack([rows.design, rows.offset])
    chance = _logistic(some.astype(float), with_size)
    fitted = expit(with_size @ chance)
    design = rows.design[some]
    amount = _gamma(rows.days[some], design, rows.offset[some])
    relative = rows.days[some] / np.exp(design @ amount + rows.offset[some])
    # A unit may have no months with days; leaving it out then changes nothing in this part.
    units = np.append(unit[some], unit.max())
    closing = np.zeros(1)
    moved = (
        steps_without(with_size, some - fitted, fitted * (1 - fitted), unit),
        steps_without(np.vstack([design, np.zeros(design.shape[1])]),
                      np.append(relative - 1, closing), np.append(relative, closing), units),
    )  # fmt: skip
    at, bare = with_size[rows.counted], with_size[rows.counted].copy()
    bare[:, 0] = 0.0
    own, offset = unit[rows.counted], rows.offset[rows.counted]
    expected = [
        expected_without(x, x[:, :-1], offset, own, chance, amount, moved) for x in (at, bare)
    ]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(expected[0] / expected[1])


def _logistic(some: Floats, design: Floats) -> Floats:
    """Return logistic coefficients by Newton's method; NaN where there is no maximum."""
    coefficients: Floats = np.zeros(design.shape[1])
    centred = design - np.append(np.zeros(design.shape[1] - 1), design[:, -1].mean())
    for _ in range(STEPS):
        fitted = expit(centred @ coefficients)
        information = (centred.T * (fitted * (1 - fitted))) @ centred
        try:
            step = np.linalg.solve(information, centred.T @ (some - fitted))
        except np.linalg.LinAlgError:
            break
        coefficients = coefficients + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            return _uncentred(coefficients, design)
    return np.full(design.shape[1], np.nan)


def _uncentred(coefficients: Floats, design: Floats) -> Floats:
    """Return coefficients with the centring of the last column moved to strata's intercepts."""
    intercepts = (design.shape[1] - 2) // 3
    moved = coefficients.copy()
    moved[1 : 1 + intercepts] -= coefficients[-1] * design[:, -1].mean()
    return moved


def _gamma(days: Floats, design: Floats, offset: Floats) -> Floats:
    """Return coefficients of a gamma model with log link, by Fisher scoring; NaN if none."""
    target = np.log(days) - offset
    inverse = np.asarray(np.linalg.pinv(design.T @ design), dtype=np.float64)
    coefficients: Floats = inverse @ (design.T @ target)
    for _ in range(STEPS):
        mean = np.exp(design @ coefficients + offset)
        step = inverse @ (design.T @ ((days - mean) / mean))
        coefficients = coefficients + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            return coefficients
    return np.full(design.shape[1], np.nan)
