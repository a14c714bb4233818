"""The estimate without each school, each matched set or each pilot in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from analysis.models.inputs.estimability import NOT_ESTIMABLE
from analysis.models.inputs.school_periods import Comparison, compare
from analysis.models.primary.estimates import COLUMNS as ESTIMATE_COLUMNS
from analysis.models.primary.estimates import PRIMARY, described, estimate_row

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


def leave_one_out(
    panel: pd.DataFrame, specifications: Iterable[Specification], by: By = "school"
) -> pd.DataFrame:
    """Estimate each specification without each group of schools in turn.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        What to estimate.
    by
        What to leave out.

    Returns
    -------
    DataFrame
        One row per specification and group, with the columns of `COLUMNS`. Groups that
        are all there is are not left out: one pilot has no rows by pilot. A specification
        that is withheld has one row, which names no group.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> table = leave_one_out(example_panel(), [main], by="matched set")
    >>> table[["left_out", "ratio"]].round(2).to_numpy().tolist()[:2]
    [['0', 0.8], ['1', 0.74]]
    """
    rows = []
    for specification in specifications:
        if specification.withheld:
            known = {"left_out_by": by, "left_out": "", **described(specification)}
            rows.append(known | {"status": NOT_ESTIMABLE, "reason": specification.withheld})
            continue
        whole = compare(panel, specification)
        groups = whole.schools[GROUPS[by]]
        for group in sorted(groups.unique()) if groups.nunique() > 1 else []:
            rest = whole.schools.loc[groups != group]
            months = whole.months.loc[whole.months["school_id"].isin(rest["school_id"])]
            left_out = {"left_out_by": by, "left_out": group}
            rows.append(left_out | estimate_row(Comparison(rest, months), specification, PRIMARY))
    return pd.DataFrame(rows, columns=list(COLUMNS))
