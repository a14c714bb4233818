"""The event study: the effect in each term, before the start as well as after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from analysis.models.assignments import Assignments
from analysis.models.estimability import ESTIMATED, NOT_ESTIMABLE, NotEstimable
from analysis.models.estimates import described
from analysis.models.hotelling import joint_test
from analysis.models.intervals import t_interval, t_p_value
from analysis.models.months import MonthCounts
from analysis.models.multinomial import batched_multinomial, fit_multinomial
from analysis.models.randomisation import TIE, stream
from analysis.models.sandwich import cluster_covariance, satterthwaite_df
from analysis.models.school_periods import compare, first_month

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.arrays import Codes, Floats
    from analysis.models.conditional import ConditionalFit
    from analysis.models.specification import Specification

TERM_MONTHS = 4
CHUNK = 4_000_000
COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no estimate",
    "term": "Term counted from the start: 0 is the first, -1 the last before it",
    "first_month": "Its first month, counted from the start",
    "last_month": "Its last month, counted from the start",
    "reference": "Whether all other terms are compared with this one",
    "log_ratio": "Natural log of the ratio of rate ratios against the reference term",
    "standard_error": "Standard error, CR2",
    "df": "Satterthwaite degrees of freedom",
    "ratio": "Ratio of rate ratios against the reference term",
    "ratio_low": "Lower end of its interval",
    "ratio_high": "Upper end of its interval",
    "p_value": "Two-sided p-value of a ratio of 1 in this term",
}
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
    "where the interval holds it",
}


@dataclass(frozen=True)
class EventStudyFit:
    """A fitted event study.

    Attributes
    ----------
    terms : ndarray of shape (K,)
        Terms counted from the start, the reference among them.
    first, last : ndarray of shape (K,)
        Their first and last months.
    fit
        The model; its first K - 1 coefficients are the terms but the reference.
    counts
        Events and exposure by term.
    """

    terms: Codes
    first: Codes
    last: Codes
    fit: ConditionalFit
    counts: MonthCounts

    @property
    def others(self) -> Codes:
        """All terms but the reference."""
        others: Codes = self.terms[self.terms != -1]
        return others

    @property
    def basis(self) -> Floats:
        """What each effect adds in each term."""
        return basis(self.terms)


def basis(terms: Codes) -> Floats:
    """Return one column per term but the reference, which is the last before the start."""
    columns: Floats = (terms[:, np.newaxis] == terms[terms != -1]).astype(float)
    return columns


def fit_event_study(
    panel: pd.DataFrame, specification: Specification, term_months: int = TERM_MONTHS
) -> EventStudyFit:
    r"""Fit one effect per term.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specification
        Whatever months it compares, all that the panel has before are used.
    term_months
        Months in a term; counted backwards and forwards from the start.

    Raises
    ------
    NotEstimable
        If there are no two terms before, none after, or an empty cell.

    Notes
    -----
    :math:`E[y_{it}] = n_{it} \exp(\alpha_i + \gamma_{gt} + \sum_{k \ne -1} \theta_k T_i
    1\{t \in k\})`, with schools conditioned out as in `batched_multinomial`. Terms, not
    months: single months have too few events.

    References
    ----------
    Roth (2022), doi:10.1257/aeri.20210236.
    """
    whole = specification.over_all_months(first_month(panel, specification))
    counts = MonthCounts.of(compare(panel, whole))
    term = counts.months // term_months
    terms, group = np.unique(term, return_inverse=True)
    if not {-2, -1, 0} <= set(terms.tolist()):
        raise NotEstimable("an event study needs two terms before the start and one after")
    by_term = counts.added_up(group)
    for treated, arm in ((True, "intervention"), (False, "comparison")):
        empty = by_term.events[by_term.treated == treated].sum(axis=0) == 0
        if empty.any():
            raise NotEstimable(f"no events in {arm} schools in term {terms[empty][0]}")
    ends = [counts.months[group == code] for code in range(len(terms))]
    return EventStudyFit(
        terms,
        np.array([months[0] for months in ends]),
        np.array([months[-1] for months in ends]),
        fit_multinomial(by_term, basis(terms)),
        by_term,
    )


def event_study(panel: pd.DataFrame, specifications: Iterable[Specification]) -> pd.DataFrame:
    """Estimate the effect in each term.

    Returns
    -------
    DataFrame
        One row per specification and term, with the columns of `COLUMNS`; one row with
        the reason where there is no estimate. A term with fewer events in an arm than the
        specification asks for has its months and the reason.

    Examples
    --------
    >>> from analysis.models.example import example_panel
    >>> from analysis.models.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> event_study(example_panel(), [main])[["term", "ratio"]].round(2).to_numpy().tolist()[5:8]
    [[-1.0, 1.0], [0.0, 0.62], [1.0, 0.95]]
    """
    rows: list[dict[str, object]] = []
    for specification in specifications:
        known = _known(specification)
        try:
            study = fit_event_study(panel, specification)
            rows += [known | row for row in _term_rows(study, specification)]
        except NotEstimable as reason:
            rows.append(known | {"status": NOT_ESTIMABLE, "reason": str(reason)})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def pre_trend_tests(
    panel: pd.DataFrame, specifications: Iterable[Specification], *, seed: int, draws: int = 1_999
) -> pd.DataFrame:
    r"""Test that nothing differed before the start, and say what it would take to mislead.

    Parameters
    ----------
    panel, specifications
        As for `event_study`.
    seed, draws
        For the randomisation test.

    Returns
    -------
    DataFrame
        One row per specification, with the columns of `TEST_COLUMNS`.

    Notes
    -----
    If the trends of the arms may part by at most :math:`\bar M` times the largest change
    :math:`\Delta` between neighbouring terms before the start, then term k after may be
    off by :math:`k \bar M \Delta`. The breakdown value is the :math:`\bar M` at which the
    mean ratio after is explained. :math:`\Delta` is taken as it is estimated.

    References
    ----------
    Rambachan & Roth (2023), doi:10.1093/restud/rdad018.

    Examples
    --------
    >>> from analysis.models.example import example_panel
    >>> from analysis.models.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> found = pre_trend_tests(example_panel(), [main], seed=1, draws=99).iloc[0]
    >>> int(found["terms_before"]), found["status"]
    (5, 'estimated')
    """
    rows = []
    for specification in specifications:
        known = _known(specification)
        try:
            study = fit_event_study(panel, specification)
            own = stream(seed, f"{specification.name} {specification.pilot}")
            found = _joint_test(study) | _breakdown(study, specification.level)
            found["p_randomisation"] = _largest_term_p(study, own, draws)
            rows.append(known | {"status": ESTIMATED, "reason": ""} | found)
        except NotEstimable as reason:
            rows.append(known | {"status": NOT_ESTIMABLE, "reason": str(reason)})
    return pd.DataFrame(rows, columns=list(TEST_COLUMNS))


def _known(specification: Specification) -> dict[str, object]:
    return {k: v for k, v in described(specification).items() if k in COLUMNS}


def _term_rows(study: EventStudyFit, specification: Specification) -> list[dict[str, object]]:
    """Return one row per term; the reference is 1 by definition."""
    fewest = specification.fewest_events
    by_arm = [study.counts.events[study.counts.treated == arm].sum(axis=0) for arm in (True, False)]
    too_few = np.min(by_arm, axis=0) < fewest
    covariance = cluster_covariance(study.fit, "CR2")
    place = {int(term): position for position, term in enumerate(study.others)}
    rows: list[dict[str, object]] = []
    for term, first, last, few in zip(study.terms, study.first, study.last, too_few, strict=True):
        row: dict[str, object] = {
            "status": ESTIMATED, "reason": "", "term": int(term), "first_month": int(first),
            "last_month": int(last), "reference": bool(term == -1),
        }  # fmt: skip
        if term == -1:
            row |= {"log_ratio": 0.0, "ratio": 1.0}
        elif few:
            reason = f"fewer than {fewest} events in one arm"
            row |= {"status": NOT_ESTIMABLE, "reason": reason}
        else:
            contrast = np.eye(len(covariance))[place[int(term)]]
            row |= _estimate(study.fit, covariance, contrast, specification.level)
        rows.append(row)
    return rows


def _estimate(
    fit: ConditionalFit, covariance: Floats, contrast: Floats, level: float
) -> dict[str, object]:
    """Return a combination of coefficients with interval and p-value."""
    estimate = float(contrast @ fit.coefficients)
    variance = float(contrast @ covariance @ contrast)
    if not variance > 0:  # rounding can leave a little below where there is none
        raise NotEstimable("schools do not differ at all, so that the spread can't be seen")
    error = float(np.sqrt(variance))
    df = satterthwaite_df(fit, contrast)
    return {
        "log_ratio": estimate,
        "standard_error": error,
        "df": df,
        "p_value": t_p_value(estimate, error, df),
    } | t_interval(estimate, error, df, level).mapped(np.exp).columns("ratio")


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
    happened = assignments.treated[np.newaxis].astype(float)
    size = max(1, CHUNK // study.counts.events.size)
    random = np.random.default_rng(seed)
    blocks = np.vstack([happened, *assignments.sample(draws, random)])
    largest = []
    for start in range(0, len(blocks), size):
        treated = blocks[start : start + size][:, units]
        effects, covariance = batched_multinomial(study.counts, treated, study.basis)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(effects) / np.sqrt(np.einsum("bqq->bq", covariance))
        largest.append(t[:, before].max(axis=1))
    statistic = np.concatenate(largest)
    return float((~(statistic < statistic[0] * (1 - TIE))).mean())


def _breakdown(study: EventStudyFit, level: float) -> dict[str, object]:
    """Return how large a difference in trends it takes to explain the mean ratio after."""
    others, effects = study.others, study.fit.coefficients[: len(study.others)]
    with_reference = np.append(effects[others < -1], 0.0)
    deviation = float(np.abs(with_reference).max())
    change = float(np.abs(np.diff(with_reference)).max())
    months = (study.last - study.first + 1)[study.terms != -1] * (others >= 0)
    contrast = np.zeros(len(study.fit.coefficients))
    contrast[: len(others)] = months / months.sum()
    covariance = cluster_covariance(study.fit, "CR2")
    mean = _estimate(study.fit, covariance, contrast, level)
    estimate, error, df = (float(str(mean[k])) for k in ("log_ratio", "standard_error", "df"))
    reach = float((contrast[: len(others)] * (others + 1)).sum())
    beyond = max(0.0, abs(estimate) - stats.t.ppf((1 + level) / 2, df) * error)
    return {
        "largest_deviation": deviation,
        "largest_change": change,
        "log_ratio_after": estimate,
        "standard_error_after": error,
        "df_after": df,
        "breakdown_deviation": abs(estimate) / deviation,
        "breakdown_change": abs(estimate) / (change * reach),
        "breakdown_change_interval": beyond / (change * reach),
    }
