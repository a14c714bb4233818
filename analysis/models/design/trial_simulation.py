"""Simulation and analysis of many trials at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from analysis.models.design.trial import ANALYSES

if TYPE_CHECKING:
    from analysis.models.design.trial import Trial
    from analysis.models.inputs.school_counts import Booleans, Codes, Floats


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
