"""Partial pooling of the pilots: a Bayesian hierarchical model with stated priors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq
from scipy.special import logsumexp

from analysis.models.inputs.estimability import ESTIMATED, NOT_ESTIMABLE
from analysis.models.inputs.specification import ALL_PILOTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.models.inputs.school_counts import Floats

NODES = 400
"""Number of nodes of the quadrature over the standard deviation between pilots."""
REACH = 6.0
"""Scales of the prior that the quadrature spans: one in five hundred million lies beyond."""
MEAN, NEXT = "mean of the pilots", "a further pilot"
COLUMNS: dict[str, str] = {
    "outcome": "Name of the outcome",
    "prior": "Name of the priors",
    "quantity": "A pilot, the mean of the pilots, or a further pilot like them",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no posterior",
    "pilots": "Pilots pooled",
    "log_ratio": "Posterior median of the log ratio",
    "ratio": "Posterior median of the ratio of rate ratios",
    "ratio_low": "Lower end of the 95% credible interval",
    "ratio_high": "Upper end of the 95% credible interval",
    "chance_below_1": "Posterior probability of a ratio below 1",
    "between": "Posterior median of the standard deviation of log ratios between pilots",
}


@dataclass(frozen=True)
class Priors:
    """Prior distributions of the hierarchical model.

    Attributes
    ----------
    name
        Name in the report.
    mean, deviation
        Mean and standard deviation of the normal prior of the mean log ratio.
    between
        Scale of the half-normal prior of the standard deviation of log ratios between pilots.
    """

    name: str
    mean: float
    deviation: float
    between: float

    def __post_init__(self) -> None:
        if not (self.deviation > 0 and self.between > 0):
            raise ValueError(f"priors {self.name!r}: scales must be above 0")


@dataclass(frozen=True)
class Mixture:
    """A posterior: a mixture of normal distributions.

    Attributes
    ----------
    weights, means, deviations : ndarray of shape (n,)
    """

    weights: Floats
    means: Floats
    deviations: Floats

    def below(self, value: float) -> float:
        """Return the cumulative probability of a value."""
        return float(self.weights @ stats.norm.cdf((value - self.means) / self.deviations))

    def quantile(self, share: float) -> float:
        """Return the quantile of the distribution at a given probability."""
        reach = 10 * float(self.deviations.max())
        low, high = float(self.means.min()) - reach, float(self.means.max()) + reach
        return float(brentq(lambda value: self.below(value) - share, low, high, xtol=1e-10))


@dataclass(frozen=True)
class Posterior:
    """Posterior distributions of each pilot, of their mean, and of a further pilot.

    Attributes
    ----------
    pilots
        One mixture per estimate, in their order.
    mean, further
        Posteriors of the mean log ratio, and of the log ratio of a further pilot.
    between
        Posterior median of the standard deviation between pilots.
    """

    pilots: tuple[Mixture, ...]
    mean: Mixture
    further: Mixture
    between: float


def posterior(log_ratios: Floats, variances: Floats, priors: Priors) -> Posterior:
    r"""Return the posterior of the hierarchical model, by quadrature.

    Parameters
    ----------
    log_ratios, variances : ndarray of shape (k,)
        Estimates and their sampling variances.
    priors
        Priors of the mean and of the standard deviation between pilots.

    Notes
    -----
    .. math:: \hat\theta_j \sim N(\theta_j, v_j), \quad \theta_j \sim N(\mu, \tau^2), \quad
       \mu \sim N(m, d^2), \quad \tau \sim N^+(0, s^2)

    Given :math:`\tau` everything is normal: with :math:`w_j = 1 / (v_j + \tau^2)` the mean has
    variance :math:`V = (d^{-2} + \sum w_j)^{-1}` and mean
    :math:`V (m d^{-2} + \sum w_j \hat\theta_j)`, and a pilot is shrunk towards it by
    :math:`v_j / (v_j + \tau^2)`. Only :math:`\tau` is integrated, by Gauss and Legendre's rule,
    so there is no question of convergence and no seed.

    References
    ----------
    Gelman (2006), doi:10.1214/06-BA117A; Roever et al. (2021), doi:10.1002/jrsm.1475 (a
    half-normal prior with scale 0.5 for log ratios).

    Examples
    --------
    >>> main = Priors("main", 0.0, 1.0, 0.5)
    >>> found = posterior(np.log([0.41, 0.45, 0.89]), np.array([0.21, 0.23, 0.26]) ** 2, main)
    >>> [round(float(np.exp(found.mean.quantile(q))), 2) for q in (0.025, 0.5, 0.975)]
    [0.33, 0.55, 1.02]
    """
    between, chance = _between(log_ratios, variances, priors)
    weight = 1 / (variances + between[:, np.newaxis] ** 2)
    precision = priors.deviation**-2 + weight.sum(axis=1)
    centre = (priors.mean * priors.deviation**-2 + weight @ log_ratios) / precision
    mean = Mixture(chance, centre, precision**-0.5)
    further = Mixture(chance, centre, np.sqrt(1 / precision + between**2))
    # The weight of a pilot's own estimate; the rest comes from the others.
    own = between[:, np.newaxis] ** 2 * weight
    pilots = tuple(
        Mixture(
            chance,
            own[:, j] * log_ratios[j] + (1 - own[:, j]) * centre,
            np.sqrt(own[:, j] * variances[j] + (1 - own[:, j]) ** 2 / precision),
        )
        for j in range(len(log_ratios))
    )
    half = int(np.searchsorted(np.cumsum(chance), 0.5))
    return Posterior(pilots, mean, further, float(between[half]))


def _between(log_ratios: Floats, variances: Floats, priors: Priors) -> tuple[Floats, Floats]:
    """Return nodes of the standard deviation between pilots, with posterior probabilities."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    between = (nodes + 1) / 2 * REACH * priors.between
    total = variances + between[:, np.newaxis] ** 2
    # All estimates share the mean, whose prior variance joins them.
    weight = 1 / total
    shared = 1 + priors.deviation**2 * weight.sum(axis=1)
    off = log_ratios - priors.mean
    squares = (weight * off**2).sum(axis=1) - priors.deviation**2 * (weight @ off) ** 2 / shared
    log_chance = (
        np.log(weights) - (between / priors.between) ** 2 / 2
        - (np.log(total).sum(axis=1) + np.log(shared) + squares) / 2
    )  # fmt: skip
    return between, np.exp(log_chance - logsumexp(log_chance))


def partial_pooling(estimates: pd.DataFrame, priors: Sequence[Priors]) -> pd.DataFrame:
    r"""Pool the pilots of each outcome under each of several priors.

    Parameters
    ----------
    estimates
        A table with the columns of `estimates.COLUMNS`, one row per outcome and pilot; rows of
        all pilots together are left out.
    priors
        The priors, the main ones first.

    Returns
    -------
    DataFrame
        With the columns of `COLUMNS`: per outcome and priors one row per pilot, then the mean of
        the pilots and a further pilot.

    Notes
    -----
    A standard error that rests on few units is itself uncertain: its variance is taken as that
    of Student's t, :math:`s^2 \nu / (\nu - 2)`. With two degrees of freedom or fewer that is
    infinite, and the pilot is left out.
    """
    single = estimates.loc[estimates["pilot"] != ALL_PILOTS]
    rows: list[dict[str, object]] = []
    for outcome, group in single.groupby("outcome", sort=False):
        usable = group.loc[(group["status"] == ESTIMATED) & (group["df"] > 2)]
        for each in priors:
            known = {"outcome": outcome, "prior": each.name, "pilots": len(usable)}
            rows += [known | row for row in _rows(usable, each)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(usable: pd.DataFrame, priors: Priors) -> list[dict[str, object]]:
    if len(usable) < 2:
        return [
            {"quantity": MEAN, "status": NOT_ESTIMABLE,
             "reason": "fewer than two pilots have an estimate"}
        ]  # fmt: skip
    df = usable["df"].to_numpy(float)
    widened = np.where(np.isinf(df), 1.0, df / np.where(np.isinf(df), 3.0, df - 2))
    variances = usable["standard_error"].to_numpy(float) ** 2 * widened
    found = posterior(usable["log_ratio"].to_numpy(float), variances, priors)
    named = [*zip(usable["pilot"], found.pilots, strict=True), (MEAN, found.mean),
             (NEXT, found.further)]  # fmt: skip
    return [
        {"quantity": name, "status": ESTIMATED, "reason": "", "between": found.between,
         **_summary(mixture)}
        for name, mixture in named
    ]  # fmt: skip


def _summary(mixture: Mixture) -> dict[str, object]:
    low, middle, high = (mixture.quantile(share) for share in (0.025, 0.5, 0.975))
    return {
        "log_ratio": middle,
        "ratio": np.exp(middle),
        "ratio_low": np.exp(low),
        "ratio_high": np.exp(high),
        "chance_below_1": mixture.below(0.0),
    }
