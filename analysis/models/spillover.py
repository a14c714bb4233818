"""Spillover: whether comparison schools near the intervention changed more than others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from analysis.errors import ConfigurationError
from analysis.models.estimates import PRIMARY, estimates_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.specification import Specification


def spillover_estimates(
    panel: pd.DataFrame, specifications: Iterable[Specification], near: str
) -> pd.DataFrame:
    """Compare comparison schools within reach of the intervention with those beyond it.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        What to estimate. Matched sets play no part: no comparison school is matched to
        another.
    near
        Column, true for comparison schools that the intervention may have reached: those
        that feed an intervention school, or share its area or its social workers.

    Returns
    -------
    DataFrame
        The columns of `estimates.COLUMNS`, one row per specification. A ratio other than
        1 among schools without a social worker says that comparison schools are no
        picture of what would have been.

    Raises
    ------
    ConfigurationError
        If the column is missing or not true or false.
    """
    if near not in panel or not panel[near].isin([True, False]).all():
        raise ConfigurationError(
            f"needs a column {near!r} of true and false", place="spillover_estimates.near",
            remedy="mark the comparison schools within reach",
        )  # fmt: skip
    others = panel.loc[panel["arm"] == "comparison"]
    arm = others[near].astype(bool).map({True: "intervention", False: "comparison"})
    asked = [
        replace(each, matched_set=None, role="placebo", name=f"{each.name}: spillover",
                label="Comparison schools within reach against those beyond")
        for each in specifications
    ]  # fmt: skip
    return estimates_table(others.assign(arm=arm), asked, [PRIMARY])
