"""A trial in which schools are randomised: size, precision and power, by formula and simulation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from analysis.models.inputs.school_counts import Booleans, Codes, Floats

ANALYSES = ("rates after", "rates after, given those before")


@dataclass(frozen=True)
class Trial:
    """A trial in which schools are randomised within local authorities.

    Attributes
    ----------
    name
        Name of the trial in tables.
    schools
        Number of schools, both arms together.
    authorities
        Number of local authorities; schools are spread evenly, half of each authority in either
        arm.
    events
        Mean events per school in the months after, without an effect.
    need_variance, dispersion
        Squared coefficients of variation of lasting rates, and from year to year.
    authority_variance
        The same for changes that the schools of one authority share.
    dropout
        Share of schools without data after.
    """

    name: str
    schools: int
    authorities: int
    events: float
    need_variance: float = 0.12
    dispersion: float = 0.06
    authority_variance: float = 0.03
    dropout: float = 0.0

    def __post_init__(self) -> None:
        for key, holds, rule in (
            ("schools", self.schools >= 4, "at least 4"),
            ("authorities", 1 <= self.authorities <= self.schools // 2,
             "from 1 to half of the schools"),
            ("events", self.events > 0, "above 0"),
            ("need_variance", self.need_variance >= 0, "at least 0"),
            ("dispersion", self.dispersion >= 0, "at least 0"),
            ("authority_variance", self.authority_variance >= 0, "at least 0"),
            ("dropout", 0 <= self.dropout < 1, "from 0 to below 1"),
        ):  # fmt: skip
            if not holds:
                raise ConfigurationError(
                    f"{rule}; found {getattr(self, key)!r}", place=f"Trial.{key}",
                    remedy="correct the value",
                )  # fmt: skip


PLANNED_TRIAL = Trial("planned trial", schools=280, authorities=21, events=14.0)
"""The trial of the published protocol, with assumed rates: see doi:10.1371/journal.pone.0265354."""


def hayes_bennett_clusters(
    rate0: float, rate1: float, person_time: float, k: float, power: float = 0.8,
    level: float = 0.05,
) -> float:  # fmt: skip
    r"""Return the number of clusters per arm by Hayes and Bennett's formula.

    Parameters
    ----------
    rate0, rate1
        Events per unit of person-time without and with the intervention.
    person_time
        Person-time of one cluster.
    k
        Coefficient of variation of true rates between clusters.

    Notes
    -----
    :math:`1 + (z_{1-\alpha/2} + z_{power})^2 \{(\lambda_0 + \lambda_1)/y +
    k^2(\lambda_0^2 + \lambda_1^2)\} / (\lambda_0 - \lambda_1)^2`

    References
    ----------
    Hayes & Bennett (1999), doi:10.1093/ije/28.2.319.

    Examples
    --------
    >>> round(hayes_bennett_clusters(0.0148, 0.0104, 424, 0.29), 2)
    36.25
    """
    reach = stats.norm.ppf(1 - level / 2) + stats.norm.ppf(power)
    spread = (rate0 + rate1) / person_time + k**2 * (rate0**2 + rate1**2)
    return float(1 + reach**2 * spread / (rate0 - rate1) ** 2)


def zhu_lakkis_size(
    mean: float, ratio: float, dispersion: float, power: float = 0.8, level: float = 0.05
) -> float:
    r"""Return the schools per arm for a comparison of negative binomial rates.

    Notes
    -----
    :math:`(z_{1-\alpha/2} + z_{power})^2 \{(1 + 1/RR)/\mu + 2\kappa\} / \log^2 RR`

    References
    ----------
    Zhu & Lakkis (2014), doi:10.1002/sim.5947.

    Examples
    --------
    >>> round(zhu_lakkis_size(2.0, 0.7, 0.5), 1)
    136.6
    """
    reach = stats.norm.ppf(1 - level / 2) + stats.norm.ppf(power)
    spread = (1 + 1 / ratio) / mean + 2 * dispersion
    return float(reach**2 * spread / np.log(ratio) ** 2)


def trial_standard_error(trial: Trial, ratio: float, analysis: str = ANALYSES[1]) -> float:
    r"""Return the standard error of the log rate ratio by formula.

    Notes
    -----
    :math:`\sqrt{\{(1 + 1/RR)/\mu + 2\kappa\} / n}` for n schools per arm. Given rates
    before, :math:`\kappa` is the variance from year to year plus the remaining variance of lasting
    rates, :math:`\kappa_n (1 - \rho)` with :math:`\rho = \kappa_n / (\kappa_n + \kappa_p +
    1/\mu)`; otherwise it is both in full. Authorities are strata and drop out.
    """
    schools = trial.schools * (1 - trial.dropout) / 2
    kept = 1.0
    if analysis == ANALYSES[1] and trial.need_variance > 0:
        whole = trial.need_variance + trial.dispersion + 1 / trial.events
        kept = 1 - trial.need_variance / whole
    kappa = trial.dispersion + trial.need_variance * kept
    return float(np.sqrt(((1 + 1 / ratio) / trial.events + 2 * kappa) / schools))


def trial_power(trial: Trial, ratio: float, analysis: str = ANALYSES[1]) -> float:
    """Return the chance of a significant result by formula, in either direction."""
    error = trial_standard_error(trial, ratio, analysis)
    critical, shift = stats.norm.ppf(0.975), np.log(ratio) / error
    return float(stats.norm.sf(critical - shift) + stats.norm.cdf(-critical - shift))


def trial_detectable_ratio(trial: Trial, analysis: str = ANALYSES[1], power: float = 0.8) -> float:
    """Return the largest ratio below 1 that is detected, by formula; 0 if none is."""
    ratio, reach = 1.0, stats.norm.ppf(0.975) + stats.norm.ppf(power)
    for _ in range(200):
        found = float(np.exp(-reach * trial_standard_error(trial, ratio, analysis)))
        if abs(found - ratio) < 1e-9 or found < 1e-3:
            break
        ratio = found
    return ratio if ratio > 1e-3 else 0.0


def simulate_trial(
    trial: Trial, ratio: float, *, seed: int, draws: int = 2_000
) -> dict[str, dict[str, float]]:
    """Simulate a trial and analyse it both ways.

    Returns
    -------
    dict
        By analysis: `standard_error`, `power` and `coverage`.
    """
    random = np.random.default_rng(seed)
    authority, treated = _schools(trial)
    before, after = _draw(trial, ratio, authority, treated, draws, random)
    stays = random.random(after.shape) >= trial.dropout
    expected = _expected_given_before(trial, before)
    found = {}
    for analysis, offset in zip(ANALYSES, (np.ones_like(after), expected), strict=True):
        log_ratio, variance = stratified_log_ratio(
            after * stays, offset * stays, authority, treated
        )
        z = np.abs(log_ratio) / np.sqrt(variance)
        off = np.abs(log_ratio - np.log(ratio)) / np.sqrt(variance)
        critical = stats.norm.ppf(0.975)
        found[analysis] = {
            "standard_error": float(log_ratio.std()),
            "power": float((z > critical).mean()),
            "coverage": float((off <= critical).mean()),
        }
    return found


def _schools(trial: Trial) -> tuple[Codes, Booleans]:
    """Return each school's authority and arm, with half of each authority in either arm."""
    authority = np.sort(np.arange(trial.schools) % trial.authorities)
    place = np.arange(trial.schools) - np.searchsorted(authority, authority)
    return authority, (place + authority) % 2 == 0


def _draw(
    trial: Trial, ratio: float, authority: Codes, treated: Booleans, draws: int,
    random: np.random.Generator,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Draw events before and after, (draws, schools) each."""
    shape = (draws, trial.schools)

    def gamma(variance: float, size: tuple[int, ...]) -> Floats:
        if variance == 0:
            return np.ones(size)
        return random.gamma(1 / variance, variance, size)

    need = trial.events * gamma(trial.need_variance, shape)
    shared = gamma(trial.authority_variance, (draws, trial.authorities))[:, authority]
    before = random.poisson(need * gamma(trial.dispersion, shape))
    rates = need * gamma(trial.dispersion, shape) * shared * np.where(treated, ratio, 1.0)
    return before.astype(float), random.poisson(rates).astype(float)


def _expected_given_before(trial: Trial, before: Floats) -> Floats:
    r"""Return each school's expected rate given its events before, shrunk to the overall mean.

    The best linear prediction, whose weight on a school's own events is
    :math:`\rho = \kappa_n / (\kappa_n + \kappa_p + 1/\mu)`. Unlike the log of a count it
    is defined for a school without events.
    """
    mean = before.mean(axis=1, keepdims=True)
    spread = before.var(axis=1, ddof=1, keepdims=True) / mean**2
    own = np.clip(1 - (trial.dispersion + 1 / mean) / np.maximum(spread, 1e-12), 0.0, 1.0)
    expected: Floats = own * before + (1 - own) * mean
    return np.maximum(expected, 1e-9)


def stratified_log_ratio(
    events: Floats, expected: Floats, stratum: Codes, treated: Booleans
) -> tuple[Floats, Floats]:
    r"""Return log rate ratios with strata, and their robust variances.

    Parameters
    ----------
    events, expected : ndarray of shape (draws, n)
        Events, and expected events; both 0 for schools that dropped out.
    stratum, treated : ndarray of shape (n,)

    Notes
    -----
    Poisson regression with a constant per stratum, which is profiled out: with sums :math:`E_{gT},
    E_{gC}` of expected events, :math:`\theta` solves :math:`Y_T = \sum_g Y_g\, e^\theta E_{gT} /
    (e^\theta E_{gT} + E_{gC})`. The variance is a sandwich over schools, times :math:`n / (n - G -
    1)` for G strata.
    """
    strata = np.arange(stratum.max() + 1)
    inside = (stratum[:, np.newaxis] == strata).astype(float)
    of_treated, of_all = (expected * treated) @ inside, expected @ inside
    total, treated_total = events @ inside, (events * treated).sum(axis=1)
    log_ratio = np.zeros(len(events))
    for _ in range(50):
        moved = np.exp(log_ratio)[:, np.newaxis] * of_treated
        share = moved / np.maximum(moved + of_all - of_treated, 1e-300)
        information = (total * share * (1 - share)).sum(axis=1)
        step = (treated_total - (total * share).sum(axis=1)) / information
        log_ratio = log_ratio + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-10:
            break
    moved = np.exp(log_ratio)[:, np.newaxis] * of_treated
    whole = np.maximum(moved + of_all - of_treated, 1e-300)
    lifted = np.where(treated, np.exp(log_ratio)[:, np.newaxis], 1.0)
    fitted = expected * lifted * (total / whole)[:, stratum]
    influence = (treated - (moved / whole)[:, stratum]) * (events - fitted)
    schools = (expected > 0).sum(axis=1)
    factor = schools / (schools - len(strata) - 1)
    information = (total * (moved / whole) * (1 - moved / whole)).sum(axis=1)
    return log_ratio, factor * (influence**2).sum(axis=1) / information**2
