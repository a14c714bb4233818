"""Tests for differential trends before the start, and breakdown values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from analysis.models.alternatives.multinomial import batched_multinomial
from analysis.models.checks.event_study import (
    estimate_combination,
    fit_event_study,
    identifying_columns,
)
from analysis.models.inference.assignments import ALL_DRAWS_UP_TO, Assignments, affordable_draws
from analysis.models.inference.hotelling import joint_test
from analysis.models.inference.randomisation import TIE, named_seed
from analysis.models.inputs.estimability import ESTIMATED, NOT_ESTIMABLE, NotEstimable
from analysis.models.primary.sandwich import cluster_covariance
from analysis.workers import over

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.checks.event_study import EventStudyFit
    from analysis.models.inputs.school_counts import Floats
    from analysis.models.inputs.specification import Specification

REFERENCE = -1
NO_CHANGE = 1e-9
"""Log ratio below which a difference is a rounding error."""
CHUNK = 4_000_000
"""Number of counts, over schools, terms and draws, that are fitted at once."""
IN_CACHE = 100_000
"""The same where memory bandwidth, and not the number of operations, limits the speed."""
TEST_COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no estimate",
    "terms_before": "Terms before the reference term",
    "f": "Hotelling's statistic of all of them; see `joint_test`",
    "df_denominator": "Its denominator degrees of freedom",
    "p_wald": "Its p-value",
    "p_randomisation": "p-value of the largest studentised term, by permuting assignment",
    "largest_deviation": "Largest log ratio, of either sign, before the start",
    "largest_change": "Largest change between neighbouring terms before the start, in log units",
    "log_ratio_after": "Mean log ratio of the terms after, weighted by their months",
    "standard_error_after": "Its standard error",
    "df_after": "Its degrees of freedom",
    "breakdown_deviation": "How many times the largest deviation before the start it takes to "
    "explain the mean ratio after",
    "breakdown_change": "How many times the largest change between terms before the start, in "
    "every term after, it takes to explain the mean ratio after",
    "breakdown_change_interval": "The same for the end of the interval nearer to no effect; 0 "
    "where the interval includes it",
}


def pre_trend_tests(
    panel: pd.DataFrame, specifications: Iterable[Specification], *, seed: int, draws: int = 1_999
) -> pd.DataFrame:
    r"""Test for differential trends before the start, and return breakdown values.

    Parameters
    ----------
    panel, specifications
        As for `event_study`.
    seed, draws
        For the randomisation test; for many schools, draws are limited by `affordable_draws`.

    Returns
    -------
    DataFrame
        One row per specification, with the columns of `TEST_COLUMNS`.

    Notes
    -----
    If the trends of the arms may diverge by at most :math:`\bar M` times the largest change
    :math:`\Delta` between neighbouring terms before the start, then term k after may be
    off by :math:`k \bar M \Delta`. The breakdown value is the :math:`\bar M` at which the mean
    ratio after is explained. :math:`\Delta` is taken as estimated, without error.

    References
    ----------
    Rambachan & Roth (2023), doi:10.1093/restud/rdad018.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> found = pre_trend_tests(example_panel(), [main], seed=1, draws=99).iloc[0]
    >>> int(found["terms_before"]), found["status"]
    (5, 'estimated')
    """
    rows = []
    for specification in specifications:
        asked = identifying_columns(specification)
        try:
            study = fit_event_study(panel, specification)
            own = named_seed(seed, f"{specification.name} {specification.pilot}")
            found = _joint_test(study) | _breakdown(study, specification.level)
            found["p_randomisation"] = _largest_term_p(study, own, draws)
            rows.append(asked | {"status": ESTIMATED, "reason": ""} | found)
        except NotEstimable as reason:
            rows.append(asked | {"status": NOT_ESTIMABLE, "reason": str(reason)})
    return pd.DataFrame(rows, columns=list(TEST_COLUMNS))


def _joint_test(study: EventStudyFit) -> dict[str, object]:
    """Return the test that all terms before the reference are 1."""
    found = joint_test(study.fit, np.flatnonzero(study.others < -1))
    return {
        "terms_before": found.df_numerator,
        "f": found.f,
        "df_denominator": found.df_denominator,
        "p_wald": found.p_value,
    }


def _largest_term_p(study: EventStudyFit, seed: int, draws: int) -> float:
    """Return the randomisation p-value of the largest studentised term before."""
    before = study.others < -1
    assignments = Assignments.of(study.counts)
    units = study.counts.unit
    schools = len(units)
    size = max(1, (CHUNK if schools <= ALL_DRAWS_UP_TO else IN_CACHE) // study.counts.events.size)
    drawn = affordable_draws(draws, schools)
    blocks, _ = assignments.reference(drawn, np.random.default_rng(seed))
    counts, basis = study.counts, study.basis

    def largest_of(block: Floats) -> Floats:
        effects, covariance = batched_multinomial(counts, block[:, units], basis)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(effects) / np.sqrt(np.einsum("bqq->bq", covariance))
        largest: Floats = t[:, before].max(axis=1)
        return largest

    parts = [blocks[start : start + size] for start in range(0, len(blocks), size)]
    statistic = np.concatenate(over(largest_of, parts))
    return float((~(statistic < statistic[0] * (1 - TIE))).mean())


def _breakdown(study: EventStudyFit, level: float) -> dict[str, object]:
    """Return the breakdown value: the difference in trends that explains the mean ratio after."""
    others, effects = study.others, study.fit.coefficients[: len(study.others)]
    with_reference = np.append(effects[others < -1], 0.0)
    # A term without returns has no effect: a change across the gap took two terms.
    apart = np.diff(np.append(others[others < -1], REFERENCE))
    deviation = float(np.abs(with_reference).max())
    change = float(np.abs(np.diff(with_reference) / apart).max())
    months = (study.last - study.first + 1)[study.terms != -1] * (others >= 0)
    contrast = np.zeros(len(study.fit.coefficients))
    contrast[: len(others)] = months / months.sum()
    covariance = cluster_covariance(study.fit, "CR2")
    mean = estimate_combination(study.fit, covariance, contrast, level)
    estimate, error, df = (float(str(mean[k])) for k in ("log_ratio", "standard_error", "df"))
    reach = float((contrast[: len(others)] * (others + 1)).sum())
    beyond = max(0.0, abs(estimate) - stats.t.ppf((1 + level) / 2, df) * error)
    return {
        "largest_deviation": deviation,
        "largest_change": change,
        "log_ratio_after": estimate,
        "standard_error_after": error,
        "df_after": df,
        "breakdown_deviation": _times(abs(estimate), deviation),
        "breakdown_change": _times(abs(estimate), change * reach),
        "breakdown_change_interval": _times(beyond, change * reach),
    }


def _times(whole: float, part: float) -> float:
    """Return the whole divided by the part; infinite where the part is a rounding error."""
    return whole / part if part > NO_CHANGE else np.inf
