"""The flow of schools, from the extract to those on which an estimate rests."""

from __future__ import annotations

import pandas as pd

STAGES = {
    "listed": "In the extract",
    "matched": "In a matched set",
    "compared": "Returns in both periods",
    "complete": "Every month returned",
    "informative": "Any event",
}
"""Stages: the first three count schools of the stage before, the last two of those compared."""


def flow_of_schools(schools: pd.DataFrame, panel: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Count schools at each stage up to the estimate of one outcome.

    Parameters
    ----------
    schools
        One row per school, with `pilot`, `arm` and `matched_set`.
    panel
        The outcome panel; see `analysis.extract.panel`.
    outcome
        The outcome of the last stage.

    Returns
    -------
    DataFrame
        One row per pilot and arm: `pilot`, `arm`, and a count of schools for each of `STAGES`. A
        school without an event is not informative about a ratio of rates, as the model conditions
        on each school's total.
    """
    arms = schools.groupby("matched_set")["arm"].nunique()
    matched = schools["matched_set"].map(arms) == 2
    compared = panel.loc[
        (panel["outcome"] == outcome) & panel["window"].astype(str).isin(["before", "after"])
    ]
    by_school = compared.groupby("school_id").agg(
        complete=("returned", "all"), events=("events", "sum")
    )
    arrived = compared.loc[compared["returned"].astype(bool)]
    by_school["periods"] = arrived.groupby("school_id")["window"].nunique()
    known = by_school.reindex(schools["school_id"]).reset_index(drop=True)
    both = matched.reset_index(drop=True) & known["periods"].eq(2)
    stages = pd.DataFrame(
        {
            "listed": True,
            "matched": matched.to_numpy(),
            "compared": both.to_numpy(),
            "complete": (both & known["complete"].eq(True)).to_numpy(),
            "informative": (both & known["events"].gt(0)).to_numpy(),
        }
    )
    keys = schools[["pilot", "arm"]].reset_index(drop=True)
    counts = pd.concat([keys, stages], axis=1).groupby(["pilot", "arm"]).sum().astype(int)
    order = pd.Index(["intervention", "comparison"], name="arm")
    return counts.reindex(order, level="arm").reset_index()
