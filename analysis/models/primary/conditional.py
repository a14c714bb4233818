"""The primary model: schools conditioned out, one binomial row per school."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from analysis.models.inputs.estimability import NotEstimable, require_events

if TYPE_CHECKING:
    import pandas as pd

    from analysis.models.inputs.school_counts import Booleans, Codes, Floats

MAXIMUM_STEPS = 100
CONVERGED = 1e-10
SEPARATED = 15.0
"""Coefficient beyond which the likelihood has no maximum: a ratio above three million."""


@dataclass(frozen=True)
class ConditionalFit:
    """A fitted conditional model, in the form its covariance is computed from.

    Attributes
    ----------
    coefficients : ndarray of shape (k,)
        Effects first (one, the log ratio of rate ratios, in the primary model), then
        period effects of each stratum.
    bread : ndarray of shape (k, k)
        Inverse information: the covariance if counts were Poisson.
    design : ndarray of shape (n, k)
        Rows of the design, each times the square root of its binomial weight m p (1 - p).
    residuals : ndarray of shape (n,)
        Pearson residuals (y - m p) / sqrt(m p (1 - p)).
    clusters : ndarray of shape (n,)
        Code of each row's assignment unit, from 0 without gaps.
    treated : ndarray of shape (n,)
        Whether each row is an intervention school.
    effects : int
        How many of the coefficients are effects.
    """

    coefficients: Floats
    bread: Floats
    design: Floats
    residuals: Floats
    clusters: Codes
    treated: Booleans
    effects: int = 1

    @property
    def log_ratio(self) -> float:
        """Log of the ratio of rate ratios."""
        return float(self.coefficients[0])


def fit_conditional(schools: pd.DataFrame) -> ConditionalFit:
    r"""Estimate the ratio of rate ratios with schools conditioned out.

    Parameters
    ----------
    schools
        One row per school, as `school_periods` returns it. Schools without events are not
        informative about change and are left out.

    Returns
    -------
    ConditionalFit

    Raises
    ------
    NotEstimable
        If an arm or a cell is empty, or the likelihood has no maximum.

    Notes
    -----
    Let :math:`y_{it}` be Poisson with mean
    :math:`n_{it} \exp(\alpha_i + \gamma_{gt} + \theta T_i P_t)` for school i of stratum
    g before (:math:`P_t = 0`) and after (:math:`P_t = 1`). Given the school's total
    :math:`m_i`, its events after are binomial with

    .. math:: \mathrm{logit}\, p_i = \log(n_{i1} / n_{i0}) + \delta_g + \theta T_i ,

    which is free of :math:`\alpha_i`. The maximum over :math:`\theta` is the same as in
    the Poisson regression with a dummy per school, and requires only that the mean is correctly
    specified.

    References
    ----------
    Hausman, Hall & Griliches (1984), doi:10.2307/1911191.
    Wooldridge (1999), doi:10.1016/S0304-4076(98)00033-5.

    Examples
    --------
    >>> import pandas as pd
    >>> schools = pd.DataFrame({
    ...     "treated": [True, True, False, False], "stratum": "",
    ...     "cluster": ["A", "B", "C", "D"],
    ...     "events_before": [10, 20, 12, 18], "events_after": [6, 12, 14, 16],
    ...     "exposure_before": 100.0, "exposure_after": 100.0,
    ... })
    >>> round(float(np.exp(fit_conditional(schools).log_ratio)), 3)  # (18/30) / (30/30)
    0.6
    """
    informative = schools.loc[schools["events_before"] + schools["events_after"] > 0]
    require_events(informative)
    after = informative["events_after"].to_numpy(float)
    total = after + informative["events_before"].to_numpy(float)
    exposure = informative[["exposure_before", "exposure_after"]].to_numpy(float)
    design = design_matrix(informative["treated"].to_numpy(bool), informative["stratum"])
    offset = np.log(exposure[:, 1] / exposure[:, 0])
    coefficients = binomial_maximum(after, total, design, offset)
    fitted = expit(offset + design @ coefficients)
    weight = np.sqrt(total * fitted * (1 - fitted))
    weighted = design * weight[:, np.newaxis]
    codes = np.unique(informative["cluster"].to_numpy(str), return_inverse=True)[1]
    return ConditionalFit(
        coefficients,
        np.linalg.inv(weighted.T @ weighted),
        weighted,
        (after - total * fitted) / weight,
        codes.astype(np.int64),
        informative["treated"].to_numpy(bool),
    )


def design_matrix(treated: Booleans, stratum: pd.Series) -> Floats:
    """Return treatment and one dummy per stratum, as columns.

    Raises
    ------
    NotEstimable
        If no stratum has both arms, so that the two cannot be distinguished.
    """
    labels, codes = np.unique(stratum.to_numpy(str), return_inverse=True)
    dummies = codes[:, np.newaxis] == np.arange(len(labels))
    design = np.column_stack([treated, dummies]).astype(float)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise NotEstimable("no stratum has schools with events in both arms")
    return design


def binomial_maximum(after: Floats, total: Floats, design: Floats, offset: Floats) -> Floats:
    """Return the coefficients that maximise a binomial likelihood, by Newton's method.

    Parameters
    ----------
    after, total : ndarray of shape (n,)
        Events after, and events in total, of each school.
    design : ndarray of shape (n, k)
    offset : ndarray of shape (n,)

    Raises
    ------
    NotEstimable
        If the data are separated, or the steps do not converge.
    """
    coefficients: Floats = np.zeros(design.shape[1])
    for _ in range(MAXIMUM_STEPS):
        fitted = expit(offset + design @ coefficients)
        weight = total * fitted * (1 - fitted)
        information = design.T @ (design * weight[:, np.newaxis])
        score = design.T @ (after - total * fitted)
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            break
        # From a poor start a full step can overshoot to where all weights vanish.
        coefficients = coefficients + np.clip(step, -2.0, 2.0)
        if np.abs(coefficients).max() > SEPARATED:
            break
        if np.abs(step).max() < CONVERGED:
            return coefficients
    raise NotEstimable("the data are separated: some group has events in one period only")
