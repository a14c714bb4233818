"""Recommendation 1 in numbers: power, precision and assurance of a larger trial."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from analysis.models.design.trial import (
    ANALYSES,
    Trial,
    simulate_trial,
    trial_detectable_ratio,
    trial_power,
    trial_standard_error,
)
from analysis.workers import over

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS: dict[str, str] = {
    "name": "Which trial",
    "schools": "Schools, both arms together",
    "authorities": "Local authorities within which schools are drawn by lot",
    "events": "Mean events of a school in the months after, without an effect",
    "need_variance": "Variance of schools' lasting rates (squared coefficient of variation)",
    "dispersion": "Variance of a school's rate from year to year (the same)",
    "dropout": "Share of schools without data after",
    "true_ratio": "Rate ratio supposed to be true",
    "analysis": "Whether rates before are taken into account",
    "standard_error_by_formula": "Standard error of the log ratio, by formula",
    "standard_error": "Standard deviation of simulated log ratios",
    "power_by_formula": "Chance of a significant result, by formula",
    "power": "The same by simulation",
    "coverage": "Share of simulated 95% intervals that include the true ratio",
    "detectable_ratio": "Largest ratio below 1 that is detected with 80% power, by formula",
}


def scale_up(
    trials: Iterable[Trial],
    ratios: Iterable[float],
    *,
    seed: int,
    draws: int = 2_000,
) -> pd.DataFrame:
    """Return power and precision of trials by formula and by simulation.

    Parameters
    ----------
    trials
        The trials that might be run.
    ratios
        Rate ratios assumed to be true; a ratio of 1 shows the size of the test.
    seed, draws
        For the simulation.

    Returns
    -------
    DataFrame
        One row per trial, ratio and analysis, with the columns of `COLUMNS`.
    """
    asked = list(product(trials, ratios))
    simulated = over(lambda one: simulate_trial(*one, seed=seed, draws=draws), asked)
    rows = [
        {k: v for k, v in vars(trial).items() if k in COLUMNS}
        | {"true_ratio": ratio, "analysis": analysis,
           "standard_error_by_formula": trial_standard_error(trial, ratio, analysis),
           "power_by_formula": trial_power(trial, ratio, analysis),
           "detectable_ratio": trial_detectable_ratio(trial, analysis)}
        | found[analysis]
        for (trial, ratio), found in zip(asked, simulated, strict=True)
        for analysis in ANALYSES
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def trial_assurance(
    trial: Trial, log_ratio: float, standard_error: float, df: float = np.inf,
    analysis: str = ANALYSES[1],
) -> float:  # fmt: skip
    """Return assurance: the chance of a significant fall, averaged over the effect's distribution.

    Power at one supposed effect takes that effect as given; assurance averages it over a
    distribution of the log ratio: Student's t, or normal where `df` is infinite. The test
    is two-sided at 5%, and only falls are counted: one-sided at 2.5%. Powering a trial on a
    pilot's estimate takes that estimate as true.

    References
    ----------
    O'Hagan, Stevens & Campbell (2005), doi:10.1002/pst.175.

    Examples
    --------
    >>> from analysis.models.design.trial import Trial
    >>> trial = Trial("large", schools=2000, authorities=20, events=14.0)
    >>> round(trial_assurance(trial, 0.0, 0.3), 2)  # half of all effects are rises
    0.45
    """
    quantiles = (np.arange(400) + 0.5) / 400
    ratios = np.exp(log_ratio + standard_error * stats.t.ppf(quantiles, df))
    errors = np.array([trial_standard_error(trial, float(r), analysis) for r in ratios])
    falls = stats.norm.cdf(-stats.norm.ppf(0.975) - np.log(ratios) / errors)
    return float(falls.mean())


def worthwhile_ratio(cost: float, value_per_event: float, events: float) -> float:
    """Return the ratio at which the events averted in a school are just worth its worker's cost.

    Parameters
    ----------
    cost
        Cost of the intervention in one school, over the months compared.
    value_per_event
        Value of one event averted, in the same currency.
    events
        Expected events of one school without the intervention.

    Returns
    -------
    float
        NaN where even a fall to zero would not be worth the cost.

    Examples
    --------
    >>> worthwhile_ratio(cost=30_000, value_per_event=5_000, events=20)
    0.7
    """
    ratio = 1 - cost / (value_per_event * events)
    return ratio if ratio > 0 else float("nan")


def interval_precision(ratio_low: float, ratio_high: float) -> tuple[float, float]:
    """Return the standard error implied by a 95% interval, and the fall it detects at 80% power.

    Examples
    --------
    >>> error, fall = interval_precision(0.955, 1.166)  # the later trial
    >>> round(error, 4), round(fall, 3)
    (0.0509, 0.133)
    """
    error = float(np.log(ratio_high / ratio_low) / (2 * stats.norm.ppf(0.975)))
    reach = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    return error, float(1 - np.exp(-reach * error))


def with_schools(trial: Trial, schools: Iterable[int]) -> tuple[Trial, ...]:
    """Return the trial at other numbers of schools, for a power curve."""
    return tuple(
        replace(trial, schools=each, authorities=min(trial.authorities, each // 2),
                name=f"{each} schools")
        for each in schools
    )  # fmt: skip
