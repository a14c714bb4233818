"""Sensitivity to hidden bias between matched schools (Rosenbaum bounds)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq
from scipy.special import expit

from analysis.models.inference.assignments import Assignments
from analysis.models.inputs.estimability import (
    ESTIMATED,
    NOT_ESTIMABLE,
    NotEstimable,
    require_estimable,
)
from analysis.models.inputs.school_counts import SchoolCounts, group_sums
from analysis.models.inputs.school_periods import school_periods
from analysis.models.primary.estimates import specification_columns
from analysis.models.primary.newton import null_period_effects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.school_counts import Floats
    from analysis.models.inputs.specification import Specification

EXACT_UP_TO = 18
GAMMAS = (1.0, 1.25, 1.5, 2.0, 3.0)
COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no figure",
    "pairs": "Matched pairs of assignment units that differ",
    "gamma": "Odds, at most, with which one unit of a pair rather than the other was chosen "
    "for reasons unseen; 1 is as good as by lot",
    "p_highest": "Highest one-sided p-value, in the direction seen, that such choice allows",
    "gamma_explains": "Odds at which the result could be chance at the 5% level; 1 if it "
    "already could without hidden bias",
}


def hidden_bias(
    panel: pd.DataFrame,
    specifications: Iterable[Specification],
    gammas: Iterable[float] = GAMMAS,
) -> pd.DataFrame:
    r"""Bound the randomisation p-value where units of a pair were not chosen at random.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        The specifications to test. Their assignment units must be matched in pairs.
    gammas
        Odds of selection, 1 or more.

    Returns
    -------
    DataFrame
        One row per specification and odds, with the columns of `COLUMNS`.

    Notes
    -----
    Each pair's contribution :math:`d_s` is the difference of its units' residuals
    :math:`y_{i1} - m_i p_i` under no effect. If one unit was chosen with odds up to
    :math:`\Gamma`, the one-sided p-value is at most
    :math:`\Pr(\sum \epsilon_s |d_s| \ge |\sum d_s|)` with signs that are +1 with
    probability :math:`\Gamma / (1 + \Gamma)`: exact up to 18 pairs, normal beyond.

    References
    ----------
    Rosenbaum (2007), doi:10.1111/j.1541-0420.2006.00717.x.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> found = hidden_bias(example_panel(), [main], gammas=[1, 2])
    >>> found["p_highest"].round(3).tolist()
    [0.141, 0.373]
    """
    odds = tuple(gammas)
    rows: list[dict[str, object]] = []
    for specification in specifications:
        row = {k: v for k, v in specification_columns(specification).items() if k in COLUMNS}
        try:
            schools = school_periods(panel, specification)
            require_estimable(schools, specification)
            differences = pair_differences(SchoolCounts.of(schools))
            row |= {
                "status": ESTIMATED, "reason": "", "pairs": len(differences),
                "gamma_explains": explaining_gamma(differences),
            }  # fmt: skip
            rows += [row | {"gamma": g, "p_highest": highest_p(differences, g)} for g in odds]
        except NotEstimable as reason:
            rows.append(row | {"status": NOT_ESTIMABLE, "reason": str(reason)})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def pair_differences(counts: SchoolCounts) -> Floats:
    """Return each pair's difference of residuals, intervention less comparison.

    Raises
    ------
    NotEstimable
        If a matched set is not a pair of one unit each, or no pair differs.
    """
    assignments = Assignments.of(counts)
    if set(assignments.sizes) != {(2, 1)}:
        raise NotEstimable("matched sets are not pairs of one unit in each arm")
    chance = expit(counts.offset + null_period_effects(counts)[counts.stratum])
    residuals = group_sums(counts.after - counts.total * chance, counts.unit)
    sign = np.where(assignments.treated, 1.0, -1.0)
    by_pair = np.bincount(assignments.matched_set, sign * residuals)
    differences: Floats = by_pair[np.abs(by_pair) > 1e-9 * np.abs(residuals).max()]
    if not len(differences):
        raise NotEstimable("no pair differs")
    return differences


def highest_p(differences: Floats, gamma: float) -> float:
    """Return the highest one-sided p-value for one value of the odds.

    Examples
    --------
    >>> highest_p(np.array([1.0, 2.0, 3.0]), 1.0)  # all of one sign: 1 of 8
    0.125
    >>> round(highest_p(np.array([1.0, 2.0, 3.0]), 2.0), 3)  # (2/3)^3
    0.296
    """
    sizes, seen = np.abs(differences), abs(differences.sum())
    chance = gamma / (1 + gamma)
    if len(sizes) <= EXACT_UP_TO:
        bits = (np.arange(2 ** len(sizes))[:, np.newaxis] >> np.arange(len(sizes))) & 1
        sums = (2 * bits - 1) @ sizes
        up = bits.sum(axis=1)
        weight = chance**up * (1 - chance) ** (len(sizes) - up)
        return float(weight[sums >= seen * (1 - 1e-9)].sum())
    mean = (2 * chance - 1) * sizes.sum()
    spread = np.sqrt(4 * chance * (1 - chance) * (sizes**2).sum())
    return float(stats.norm.sf((seen - mean) / spread))


def explaining_gamma(differences: Floats, level: float = 0.05) -> float:
    """Return the odds at which the highest p-value reaches the level; 1 if it always does.

    Examples
    --------
    >>> round(explaining_gamma(np.ones(10)), 2)  # chance^10 = .05
    2.86
    """
    if highest_p(differences, 1.0) >= level:
        return 1.0
    high = 2.0
    while highest_p(differences, high) < level:
        high *= 2
    return float(brentq(lambda gamma: highest_p(differences, gamma) - level, 1.0, high))
