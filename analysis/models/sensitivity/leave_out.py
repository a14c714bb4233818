"""Leave-one-out estimates, without each school, matched set, unit or pilot in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from analysis.models.inputs.estimability import ESTIMATED, NOT_ESTIMABLE
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.inputs.school_periods import Comparison, school_periods
from analysis.models.primary.estimates import COLUMNS as ESTIMATE_COLUMNS
from analysis.models.primary.estimates import PRIMARY, estimate_row, specification_columns
from analysis.models.primary.shifted_sums import ShiftedSums

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.specification import Specification

By = Literal["school", "matched set", "assignment unit", "pilot"]
GROUPS: dict[str, str] = {
    "school": "school_id",
    "matched set": "matched_set",
    "assignment unit": "cluster",
    "pilot": "pilot",
}
COLUMNS: dict[str, str] = {
    "left_out_by": "What is left out: a school, a matched set, an assignment unit or a pilot",
    "left_out": "Which one",
    **ESTIMATE_COLUMNS,
}


MOST_REFITTED = 150
"""Number of groups up to which the model is refitted without each."""
EXTREME = 20
"""Groups refitted where there are more: this many with the lowest and the highest ratios, and with
the highest p-values."""
LOG_RATIO_ALONE = "conditional Poisson, no error"


def leave_one_out(
    panel: pd.DataFrame, specifications: Iterable[Specification], by: By = "school"
) -> pd.DataFrame:
    """Estimate each specification without each group of schools in turn.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        The specifications to estimate.
    by
        The kind of group to leave out.

    Returns
    -------
    DataFrame
        One row per specification and group, with the columns of `COLUMNS`. A group that is the
        only one is not left out: one pilot has no rows by pilot. A specification that is withheld
        has one row, which names no group. With more than `MOST_REFITTED` groups most rows have
        only a ratio: p-values are those of the groups that can change it most.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> table = leave_one_out(example_panel(), [main], by="matched set")
    >>> table[["left_out", "ratio"]].round(2).to_numpy().tolist()[:2]
    [['0', 0.8], ['1', 0.74]]
    """
    rows: list[dict[str, object]] = []
    for specification in specifications:
        if specification.withheld:
            known = {"left_out_by": by, "left_out": "", **specification_columns(specification)}
            rows.append(known | {"status": NOT_ESTIMABLE, "reason": specification.withheld})
            continue
        whole = school_periods(panel, specification)
        groups = whole[GROUPS[by]]
        names = sorted(groups.unique()) if groups.nunique() > 1 else []
        many = len(names) > MOST_REFITTED and _can_be_taken_off(whole, groups)
        rows += _of_many(whole, groups, specification, by) if many else [
            _refitted(whole, groups, group, specification, by) for group in names
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _refitted(
    whole: pd.DataFrame, groups: pd.Series, group: str, specification: Specification, by: By
) -> dict[str, object]:
    """Return the row of one group, with the model refitted without it."""
    nothing = pd.DataFrame()  # the primary model does not use the months
    rest = Comparison(whole.loc[groups != group], nothing)
    known = {"left_out_by": by, "left_out": group}
    return known | estimate_row(rest, specification, PRIMARY)


def _of_many(
    whole: pd.DataFrame, groups: pd.Series, specification: Specification, by: By
) -> list[dict[str, object]]:
    """Return the rows of all groups, refitting those that may be extreme."""
    log_ratios = _without_each(whole, groups)
    extreme = _extreme(log_ratios)
    known = specification_columns(specification) | {
        "status": ESTIMATED, "reason": "", "method": LOG_RATIO_ALONE, "left_out_by": by,
    }  # fmt: skip
    return [
        _refitted(whole, groups, group, specification, by)
        if group in extreme
        else known | {"left_out": group, "log_ratio": each, "ratio": float(np.exp(each))}
        for group, each in log_ratios["log_ratio"].items()
    ]


def _can_be_taken_off(schools: pd.DataFrame, groups: pd.Series) -> bool:
    """Whether groups can be subtracted: whole units, each in one arm, all of one stratum."""
    by_unit = schools.assign(group=groups).groupby("cluster")[["treated", "group"]].nunique()
    return bool((by_unit == 1).all(axis=None)) and schools["stratum"].nunique() == 1


def _without_each(schools: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Return log ratio and studentised log ratio (CR0) without each group, by its name.

    Computed from the arms' sums less the group's own, without refitting; see `shifted_sums`.
    """
    counts = SchoolCounts.of(schools)
    sums = ShiftedSums.of(counts)
    treated = np.bincount(counts.unit, counts.treated) > 0
    group_of = groups.groupby(counts.unit).first().to_numpy()
    names, code = np.unique(group_of, return_inverse=True)
    log_odds, variance = [], []
    for arm in (True, False):
        own = np.zeros((len(names), sums.moments.shape[1]))
        np.add.at(own, code[treated == arm], sums.moments[treated == arm])
        found = sums.fitted(own.sum(axis=0) - own)
        log_odds.append(found[0])
        variance.append(found[1])
    log_ratio = log_odds[0] - log_odds[1]
    studentised = np.abs(log_ratio) / np.sqrt(variance[0] + variance[1])
    return pd.DataFrame({"log_ratio": log_ratio, "studentised": studentised}, index=names)


def _extreme(without: pd.DataFrame) -> set[str]:
    """Return the groups without which ratio or p-value may be most extreme, or are missing."""
    ratio, studentised = without["log_ratio"], without["studentised"]
    found = [ratio.nsmallest(EXTREME), ratio.nlargest(EXTREME), studentised.nsmallest(EXTREME)]
    lost = without.index[without.isna().any(axis=1)]
    return {*lost, *(name for each in found for name in each.index)}
