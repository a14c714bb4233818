"""Estimates that would reveal a count suppressed to protect another.

A ratio in one term, the counts it is compared with and the other arm's count leave one unknown:
anyone who knows all but one of them can work out the last.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from analysis.disclosure.rules import CONFIDENTIAL
from analysis.models.inputs.estimability import WITHHELD

OF_TERMS_AFTER = ["log_ratio_after", "standard_error_after", "df_after", "breakdown_deviation",
                  "breakdown_change", "breakdown_change_interval"]  # fmt: skip
OF_TERMS_BEFORE = ["largest_deviation", "largest_change"]
KEYS = ["outcome", "pilot"]
FEW_TO_COMPARE = 20
"""Events of a group in one period below which only the reported methods are shown.

Each method weights schools differently. So few events can be distributed over schools in so few
ways that several standard errors of one ratio have one solution; twenty in each group can be
distributed in millions of millions of ways, many of which fit.
"""
REFERENCE = -1
"""The term that all others are compared with."""


def withhold_terms(
    estimates: pd.DataFrame, terms: pd.DataFrame, outcome_panel: pd.DataFrame
) -> pd.DataFrame:
    """Blank the estimates of terms in which a count of either arm is suppressed.

    Parameters
    ----------
    estimates
        One row per pilot, outcome and term from the start, with `first_month`, `last_month`,
        `status` and `reason`; other numeric columns are results.
    terms
        Released counts, columns `outcome`, `pilot`, `term` and `count`.
    outcome_panel
        The school term of each month from the start: `pilot`, `event_month`, `term`.

    Returns
    -------
    DataFrame
        Same shape as `estimates`. Where the reference term is suppressed, no other is shown
        either.
    """
    hidden = terms.loc[terms["count"] == CONFIDENTIAL, ["outcome", "pilot", "term"]]
    hidden = hidden.assign(term=hidden["term"].astype(str))
    named = outcome_panel[["pilot", "event_month", "term"]].drop_duplicates()
    months = named.assign(term=named["term"].astype(str)).merge(hidden, on=["pilot", "term"])

    def gives_away(row: pd.Series) -> bool:
        own = months.loc[(months["pilot"] == row["pilot"]) & (months["outcome"] == row["outcome"])]
        return bool(own["event_month"].between(row["first_month"], row["last_month"]).any())

    if estimates.empty:
        return estimates
    revealing = estimates.apply(gives_away, axis=1)
    reference = estimates.loc[revealing & (estimates["term"] == REFERENCE)]
    lost = estimates[["pilot", "outcome"]].apply(tuple, axis=1).isin(
        list(zip(reference["pilot"], reference["outcome"], strict=True))
    )  # fmt: skip
    blanked = (revealing | lost) & (estimates["status"] == "estimated")
    keys = ["pilot", "outcome", "specification", "status", "reason", "term", "first_month",
            "last_month", "reference"]  # fmt: skip
    results = [column for column in estimates.columns if column not in keys]
    found = estimates.copy()
    found.loc[blanked, results] = np.nan
    found.loc[blanked, ["status", "reason"]] = ["not estimable", WITHHELD]
    return found


def withhold_trends(tests: pd.DataFrame, terms: pd.DataFrame) -> pd.DataFrame:
    """Blank what tests of trends before the start reveal about single terms.

    Parameters
    ----------
    tests
        One row per pilot and outcome, with `OF_TERMS_AFTER` and `OF_TERMS_BEFORE`; tests and
        p-values reveal nothing about a single term.
    terms
        Released counts, as in `withhold_terms`.
    """
    hidden = terms.loc[terms["count"] == CONFIDENTIAL]
    keys = pd.MultiIndex.from_frame(tests[["outcome", "pilot"]])
    revealing = keys.isin(pd.MultiIndex.from_frame(hidden[["outcome", "pilot"]]))
    found = tests.copy()
    found.loc[revealing, [*OF_TERMS_AFTER, *OF_TERMS_BEFORE]] = np.nan
    return found


def few_to_compare(before_after: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Return the outcomes and pilots whose counts are too few for other methods to be shown.

    Parameters
    ----------
    before_after
        Released counts, columns `outcome`, `pilot` and `count`; suppressed counts are few.
    """
    counts = pd.to_numeric(before_after["count"], errors="coerce")
    few = before_after.loc[~(counts >= FEW_TO_COMPARE), ["outcome", "pilot"]]
    return frozenset(few.itertuples(index=False, name=None))


def withhold_methods(
    estimates: pd.DataFrame, before_after: pd.DataFrame, reported: Collection[str]
) -> pd.DataFrame:
    """Blank the estimates by other methods where few events would reveal schools' counts.

    Parameters
    ----------
    estimates
        One row per outcome, pilot and `method`, with `status` and `reason`.
    before_after
        As in `few_to_compare`.
    reported
        Methods that are shown in any case.
    """
    blanked = estimates[KEYS].apply(tuple, axis=1).isin(few_to_compare(before_after))
    blanked &= ~estimates["method"].isin(list(reported)) & (estimates["status"] == "estimated")
    found = estimates.copy()
    found.loc[blanked, found.select_dtypes("number").columns] = np.nan
    found.loc[blanked, ["status", "reason"]] = ["not estimable", WITHHELD]
    return found
