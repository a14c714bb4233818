"""One-step jackknife of the two-part model, for designs with many units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

if TYPE_CHECKING:
    from analysis.models.inputs.school_counts import Codes, Floats


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
