"""The event study: the effect in each term, before the start as well as after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.alternatives.multinomial import fit_multinomial
from analysis.models.inputs.estimability import (
    ESTIMATED,
    NOT_ESTIMABLE,
    WITHHELD,
    NotEstimable,
    require_spread,
)
from analysis.models.inputs.month_counts import MonthCounts
from analysis.models.inputs.school_periods import compare, first_month
from analysis.models.primary.estimates import specification_columns
from analysis.models.primary.intervals import t_interval, t_p_value
from analysis.models.primary.sandwich import cluster_covariance, satterthwaite_df

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.school_counts import Codes, Floats
    from analysis.models.inputs.specification import Specification
    from analysis.models.primary.conditional import ConditionalFit

TERM_MONTHS = 4
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


@dataclass(frozen=True)
class EventStudyFit:
    """A fitted event study.

    Attributes
    ----------
    terms : ndarray of shape (K,)
        Terms counted from the start, including the reference.
    first, last : ndarray of shape (K,)
        Their first and last months.
    fit
        The model; its first K - 1 coefficients are those of all terms except the reference.
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
        """All terms except the reference."""
        others: Codes = self.terms[self.terms != -1]
        return others

    @property
    def basis(self) -> Floats:
        """The value of each effect's regressor in each term."""
        return term_columns(self.terms)


def term_columns(terms: Codes) -> Floats:
    """Return one column per term except the reference, which is the last before the start."""
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
        Whichever months it compares, all months of the panel before the start are used.
    term_months
        Months in a term; counted backwards and forwards from the start.

    Raises
    ------
    NotEstimable
        If it is withheld, there are fewer than two terms before, none after, or an empty cell.

    Notes
    -----
    :math:`E[y_{it}] = n_{it} \exp(\alpha_i + \gamma_{gt} + \sum_{k \ne -1} \theta_k T_i
    1\{t \in k\})`, with schools conditioned out as in `batched_multinomial`. Terms, not
    months: single months have too few events.

    References
    ----------
    Roth (2022), doi:10.1257/aeri.20210236.
    """
    if specification.withheld:
        raise NotEstimable(specification.withheld)
    whole = specification.over_all_months(first_month(panel, specification))
    comparison = compare(panel, whole)
    if comparison.schools.empty:
        raise NotEstimable(WITHHELD)
    counts = MonthCounts.of(comparison)
    term = counts.months // term_months
    terms, group = np.unique(term, return_inverse=True)
    if -1 not in terms or terms.min() == -1 or terms.max() < 0:
        raise NotEstimable("an event study needs two terms before the start and one after")
    by_term = counts.added_up(group)
    for treated in (True, False):
        if (by_term.events[by_term.treated == treated].sum(axis=0) == 0).any():
            raise NotEstimable(WITHHELD)
    ends = [counts.months[group == code] for code in range(len(terms))]
    return EventStudyFit(
        terms,
        np.array([months[0] for months in ends]),
        np.array([months[-1] for months in ends]),
        fit_multinomial(by_term, term_columns(terms)),
        by_term,
    )


def event_study(panel: pd.DataFrame, specifications: Iterable[Specification]) -> pd.DataFrame:
    """Estimate the effect in each term.

    Returns
    -------
    DataFrame
        One row per specification and term, with the columns of `COLUMNS`; one row with
        the reason where there is no estimate. A term with fewer events in an arm than the
        specification requires, or without any return, has its months and the reason.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> event_study(example_panel(), [main])[["term", "ratio"]].round(2).to_numpy().tolist()[5:8]
    [[-1.0, 1.0], [0.0, 0.62], [1.0, 0.95]]
    """
    rows: list[dict[str, object]] = []
    for specification in specifications:
        asked = identifying_columns(specification)
        try:
            study = fit_event_study(panel, specification)
            shown = _term_rows(study, specification)
            absent = _absent_rows(panel, specification, study.terms)
            terms = sorted([*shown, *absent], key=lambda row: int(str(row["term"])))
            rows += [asked | row for row in terms]
        except NotEstimable as reason:
            rows.append(asked | {"status": NOT_ESTIMABLE, "reason": str(reason)})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def identifying_columns(specification: Specification) -> dict[str, object]:
    """Return the columns that identify the event study of a row."""
    return {k: v for k, v in specification_columns(specification).items() if k in COLUMNS}


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
            row |= {"status": NOT_ESTIMABLE, "reason": WITHHELD}
        else:
            contrast = np.eye(len(covariance))[place[int(term)]]
            row |= estimate_combination(study.fit, covariance, contrast, specification.level)
        rows.append(row)
    return rows


def _absent_rows(
    panel: pd.DataFrame, specification: Specification, found: Codes
) -> list[dict[str, object]]:
    """Return one row per term without any return."""
    own = panel.loc[(panel["outcome"] == specification.outcome)]
    if specification.pilot is not None:
        own = own.loc[own["pilot"] == specification.pilot]
    months = own.loc[own["event_month"] <= specification.after.last, "event_month"]
    ends = months.groupby(months // TERM_MONTHS).agg(["min", "max"])
    return [
        {"status": NOT_ESTIMABLE, "reason": WITHHELD, "term": int(term), "first_month": first,
         "last_month": last, "reference": bool(term == -1)}
        for term, first, last in ends.loc[~ends.index.isin(found)].itertuples()
    ]  # fmt: skip


def estimate_combination(
    fit: ConditionalFit, covariance: Floats, contrast: Floats, level: float
) -> dict[str, object]:
    """Return a combination of coefficients with interval and p-value."""
    estimate = float(contrast @ fit.coefficients)
    error = float(np.sqrt(max(0.0, float(contrast @ covariance @ contrast))))
    require_spread(error)
    df = satterthwaite_df(fit, contrast)
    return {
        "log_ratio": estimate,
        "standard_error": error,
        "df": df,
        "p_value": t_p_value(estimate, error, df),
    } | t_interval(estimate, error, df, level).mapped(np.exp).columns("ratio")
