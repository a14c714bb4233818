"""The negative binomial model: a sensitivity analysis that weights schools differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.alternatives.negative_binomial_blocks import (
    NO_MAXIMUM,
    fit_dispersed,
    fit_poisson,
    school_months,
)
from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.month_counts import MonthCounts

if TYPE_CHECKING:
    from analysis.models.alternatives.negative_binomial_blocks import SchoolMonths
    from analysis.models.inputs.school_counts import Codes, Floats
    from analysis.models.inputs.school_periods import Comparison

GRADIENT = 1e-3
FIT_STEPS = 500
MOST_DUMMIES = 100
"""Number of schools up to which statsmodels is given a design with a column per school."""


@dataclass(frozen=True)
class NegativeBinomialFit:
    """A fitted negative binomial model.

    Attributes
    ----------
    log_ratio
        Log of the ratio of rate ratios.
    standard_error
        From the joint information of coefficients and dispersion.
    clustered_error
        From the joint sandwich, clustered on assignment units.
    dispersion
        alpha in Var = mu + alpha mu^2.
    units
        Assignment units.
    """

    log_ratio: float
    standard_error: float
    clustered_error: float
    dispersion: float
    units: int


def negative_binomial_fit(comparison: Comparison) -> NegativeBinomialFit:
    r"""Fit a negative binomial regression with a dummy per school and per month.

    Parameters
    ----------
    comparison
        Schools and months; see `compare`.

    Raises
    ------
    NotEstimable
        If the search does not end at a maximum, or the data show no dispersion beyond
        Poisson's.

    Notes
    -----
    :math:`\mathrm{Var} = \mu + \alpha\mu^2`. Compared with the Poisson model it gives schools with
    many events less weight, so that it answers a slightly different question, and its dummies bias
    :math:`\alpha`. statsmodels' Newton search can return NaN and report convergence, so the search
    uses BFGS first, then Newton's method, and the gradient is checked. With a column per school,
    time grows with the cube of their number: above `MOST_DUMMIES` the same maximum is found by
    `dispersed_blocks`.

    References
    ----------
    Allison & Waterman (2002), doi:10.1111/1467-9531.00117.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.school_periods import compare
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> panel = example_panel()
    >>> panel["events"] *= 1 + panel["event_month"] % 3  # more than Poisson variance
    >>> fit = negative_binomial_fit(compare(panel, main))
    >>> round(fit.log_ratio, 2), round(fit.dispersion, 2)
    (-0.35, 0.21)
    """
    counts = MonthCounts.of(comparison)
    if (counts.events.sum(axis=1) > 0).sum() > MOST_DUMMIES:
        return _fitted_by_blocks(school_months(counts))
    return fit_negative_binomial(*long_form(counts))


def long_form(counts: MonthCounts) -> tuple[Floats, Floats, Floats, Codes]:
    """Return one row per school and month: events, design, log exposure and unit.

    The first column of the design is the effect, followed by a dummy per school; see
    `school_months`.
    """
    data = school_months(counts)
    dummies = data.school[:, np.newaxis] == np.arange(data.school[-1] + 1)
    design = np.column_stack([data.shared[:, :1], dummies, data.shared[:, 1:]])
    return data.events, design, data.offset, data.unit


def _fitted_by_blocks(data: SchoolMonths) -> NegativeBinomialFit:
    """Fit the same model without a column per school."""
    school, shared = fit_poisson(data)
    mean = np.exp(data.offset + school[data.school] + data.shared @ shared)
    fit = fit_dispersed(data, school, shared, _first_dispersion(data.events, mean))
    numbers = fit.log_ratio, fit.standard_error, fit.clustered_error, fit.dispersion
    if not (np.isfinite(numbers).all() and fit.gradient < GRADIENT and fit.dispersion > 0):
        raise NotEstimable(NO_MAXIMUM)
    return NegativeBinomialFit(*numbers, int(data.unit.max()) + 1)


def _first_dispersion(events: Floats, mean: Floats) -> float:
    """Return a moment estimate of the dispersion about the Poisson model's means."""
    # Half of this is the gradient of the likelihood in the dispersion at 0.
    slope = ((events - mean) ** 2 - events).sum()
    if not slope > 0:
        raise NotEstimable("events vary no more than Poisson, so there is nothing to add")
    return float(slope / (mean**2).sum())


def fit_negative_binomial(
    events: Floats, design: Floats, offset: Floats, unit: Codes
) -> NegativeBinomialFit:
    """Fit to a design whose first column is the effect.

    Raises
    ------
    NotEstimable
        As for `negative_binomial_fit`.
    """
    import warnings

    from statsmodels.discrete.discrete_model import NegativeBinomial
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    model = NegativeBinomial(events, design, offset=offset)
    # Searches warn about trial steps; only where they end matters, and is checked below.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        poisson = GLM(events, design, family=Poisson(), offset=offset).fit()
        start = np.append(poisson.params, _first_dispersion(events, poisson.mu))
        rough = model.fit(start, method="bfgs", disp=False, maxiter=FIT_STEPS, skip_hessian=True)
        fine = model.fit(rough.params, method="newton", disp=False, maxiter=100)
    at = fine.params
    if not (np.isfinite(at).all() and np.abs(model.score(at)).max() < GRADIENT and at[-1] > 0):
        raise NotEstimable(NO_MAXIMUM)
    information = -model.hessian(at)
    bread = np.linalg.inv(information)
    scores = np.zeros((unit.max() + 1, len(at)))
    np.add.at(scores, unit, model.score_obs(at))
    meat = scores.T @ scores
    return NegativeBinomialFit(
        float(at[0]),
        float(np.sqrt(bread[0, 0])),
        float(np.sqrt((bread @ meat @ bread)[0, 0])),
        float(at[-1]),
        int(unit.max()) + 1,
    )
