"""Inference for one estimate by all the methods that the report compares."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from analysis.models.inference.randomisation import (
    RandomisationTest,
    named_seed,
    randomisation_interval,
    randomisation_test,
)
from analysis.models.inference.wild_bootstrap import wild_bootstrap_test
from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.primary.conditional import fit_conditional
from analysis.models.primary.estimates import PRIMARY, Estimator, estimates_table, t_numbers
from analysis.models.primary.intervals import Interval, effect_columns
from analysis.models.primary.newton import batched_log_ratios
from analysis.models.primary.sandwich import Kind, cluster_covariance
from analysis.models.primary.shifted_sums import MANY, ShiftedSums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from analysis.models.inputs.school_counts import Codes, Floats
    from analysis.models.inputs.school_periods import Comparison
    from analysis.models.inputs.specification import Specification


def inference_estimates(
    panel: pd.DataFrame, specifications: Iterable[Specification], *, seed: int
) -> pd.DataFrame:
    """Estimate each specification with every method of inference.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        The specifications to estimate.
    seed
        For tests that sample. Each specification has its own stream of random numbers.

    Returns
    -------
    DataFrame
        The columns of `estimates.COLUMNS`, one row per specification and method:

        - 'conditional Poisson, CR2', the primary one
        - 'naive', as if counts were Poisson and schools alike: not to be relied on
        - 'CR0, normal', 'CR1', 'CR3', 'jackknife'
        - 'randomisation', studentised, with an interval by inversion
        - 'randomisation, coefficient' and 'score wild bootstrap', p-values only

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> table = inference_estimates(example_panel(), [main], seed=1)
    >>> table.set_index("method")["p_value"].round(3).tolist()
    [0.278, 0.093, 0.207, 0.252, 0.317, 0.297, 0.312, 0.281, 0.246]
    """
    return estimates_table(panel, specifications, (PRIMARY, *secondary_methods(seed)))


def secondary_methods(seed: int) -> tuple[Estimator, ...]:
    """Return every method except the primary one."""
    permuted = _permuted(seed)
    return (
        Estimator("naive", _naive),
        Estimator("CR0, normal", _sandwich("CR0", normal=True)),
        Estimator("CR1", _sandwich("CR1")),
        Estimator("CR3", _sandwich("CR3")),
        Estimator("jackknife", _jackknife),
        Estimator("randomisation", _randomisation(seed, permuted)),
        Estimator("randomisation, coefficient", _randomisation_coefficient(permuted)),
        Estimator("score wild bootstrap", _wild_bootstrap(seed)),
    )


def jackknife_variance(counts: SchoolCounts) -> tuple[float, int]:
    r"""Return the jackknife variance of the log ratio, and the units it rests on.

    Raises
    ------
    NotEstimable
        If there is no estimate without one of the units.

    Notes
    -----
    :math:`V = \frac{G - 1}{G} \sum_g (\hat\theta_{(g)} - \hat\theta)^2`, over the G
    units with events, each left out once.

    References
    ----------
    MacKinnon, Nielsen & Webb (2023), doi:10.1002/jae.2969.
    """
    with_events = np.unique(counts.unit[counts.total > 0])
    share = np.bincount(counts.unit, counts.treated) / np.bincount(counts.unit)
    in_one_arm = bool(((share == 0) | (share == 1)).all())
    if len(counts.after) >= MANY and in_one_arm and not counts.stratum.any():
        estimates = _without_each_unit(counts, with_events)
    else:
        estimates = _refitted_without(counts, with_events)
    if not np.isfinite(estimates).all():
        raise NotEstimable("without one of the assignment units there is no estimate")
    units = len(with_events)
    changes = estimates[1:] - estimates[0]
    return float((units - 1) / units * (changes**2).sum()), units


def _refitted_without(counts: SchoolCounts, with_events: Codes) -> Floats:
    """Return the log ratio of all units, and refitted without each of the units given."""
    weight = (counts.unit != with_events[:, np.newaxis]).astype(float)
    weight = np.vstack([np.ones(len(counts.unit)), weight])
    treated = np.broadcast_to(counts.treated.astype(float), weight.shape)
    return batched_log_ratios(counts, treated, weight)[0]


def _without_each_unit(counts: SchoolCounts, with_events: Codes) -> Floats:
    """Return the same where each unit is in one arm, by subtracting it from the arms' sums."""
    sums = ShiftedSums.of(counts)
    treated = np.bincount(counts.unit, counts.treated)[with_events] > 0
    own = sums.moments
    # Units without events contribute nothing, so an arm consists of its units with events.
    arms = [own[with_events][treated == arm].sum(axis=0) for arm in (True, False)]
    log_odds = [sums.fitted(arm[np.newaxis])[0][0] for arm in arms]
    without = sums.fitted(np.where(treated[:, np.newaxis], *arms) - own[with_events])[0]
    left = np.where(treated, without - log_odds[1], log_odds[0] - without)
    return np.append(log_odds[0] - log_odds[1], left)


def _naive(comparison: Comparison, specification: Specification) -> dict[str, object]:
    fit = fit_conditional(comparison.schools)
    error = float(np.sqrt(fit.bread[0, 0]))
    return t_numbers(comparison, specification, fit.log_ratio, error, np.inf)


def _sandwich(
    kind: str, *, normal: bool = False
) -> Callable[[Comparison, Specification], dict[str, object]]:
    def numbers(comparison: Comparison, specification: Specification) -> dict[str, object]:
        fit = fit_conditional(comparison.schools)
        error = float(np.sqrt(cluster_covariance(fit, cast("Kind", kind))[0, 0]))
        df = np.inf if normal else float(fit.clusters.max())
        return t_numbers(comparison, specification, fit.log_ratio, error, df)

    return numbers


def _jackknife(comparison: Comparison, specification: Specification) -> dict[str, object]:
    fit = fit_conditional(comparison.schools)
    variance, units = jackknife_variance(SchoolCounts.of(comparison.schools))
    return t_numbers(comparison, specification, fit.log_ratio, float(np.sqrt(variance)), units - 1)


def _permuted(seed: int) -> Callable[[Comparison, Specification], RandomisationTest]:
    """Return the randomisation test, which two rows of the table share."""
    done: dict[Specification, RandomisationTest] = {}

    def test(comparison: Comparison, specification: Specification) -> RandomisationTest:
        if specification not in done:
            own = _stream(seed, specification)
            done[specification] = randomisation_test(comparison.schools, seed=own)
        return done[specification]

    return test


def _randomisation(
    seed: int, permuted: Callable[[Comparison, Specification], RandomisationTest]
) -> Callable[[Comparison, Specification], dict[str, object]]:
    def numbers(comparison: Comparison, specification: Specification) -> dict[str, object]:
        own = _stream(seed, specification)
        test = permuted(comparison, specification)
        low, high = randomisation_interval(comparison.schools, seed=own, level=specification.level)
        return {
            "log_ratio": test.log_ratio,
            "p_value": test.p_value,
            "p_method": f"studentised, {_looked_at(test)}",
        } | effect_columns(
            comparison.schools,
            Interval(test.log_ratio, low, high),
            per_exposure=specification.exposure is not None,
        )

    return numbers


def _randomisation_coefficient(
    permuted: Callable[[Comparison, Specification], RandomisationTest],
) -> Callable[[Comparison, Specification], dict[str, object]]:
    def numbers(comparison: Comparison, specification: Specification) -> dict[str, object]:
        test = permuted(comparison, specification)
        return _estimate_alone(comparison, specification) | {
            "p_value": test.p_coefficient,
            "p_method": f"not studentised, {_looked_at(test)}",
        }

    return numbers


def _wild_bootstrap(seed: int) -> Callable[[Comparison, Specification], dict[str, object]]:
    def numbers(comparison: Comparison, specification: Specification) -> dict[str, object]:
        test = wild_bootstrap_test(comparison.schools, seed=_stream(seed, specification))
        patterns = f"all {test.draws:,}" if test.exact else f"a sample of {test.draws:,}"
        return _estimate_alone(comparison, specification) | {
            "p_value": test.p_value,
            "p_method": f"signs on scores, {patterns} patterns",
        }

    return numbers


def _estimate_alone(comparison: Comparison, specification: Specification) -> dict[str, object]:
    """Return the columns of the estimate without an interval."""
    theta = fit_conditional(comparison.schools).log_ratio
    columns = effect_columns(
        comparison.schools,
        Interval(theta, np.nan, np.nan),
        per_exposure=specification.exposure is not None,
    )
    return {"log_ratio": theta, **columns}


def _looked_at(test: RandomisationTest) -> str:
    share = f"all {test.possible:,}" if test.exact else f"a sample of {test.assignments:,}"
    # With more than a thousand pairs it underflows to zero.
    smallest = f"{test.smallest_p:.2g}" if test.smallest_p else "below 1e-300"
    return f"{share} assignments, smallest possible p {smallest}"


def _stream(seed: int, specification: Specification) -> int:
    return named_seed(seed, f"{specification.name} {specification.pilot}")
