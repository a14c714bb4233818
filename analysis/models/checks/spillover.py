"""Spillover: whether comparison schools near the intervention changed more than others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.errors import ConfigurationError
from analysis.models.inputs.estimability import ESTIMATED
from analysis.models.primary.estimates import PRIMARY, estimates_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.specification import Specification

SHARES = (0.1, 0.25, 0.5)
BOUND_COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "share": "Share of the effect, on the log scale, that also reached comparison schools",
    "ratio": "Ratio of rate ratios as estimated",
    "ratio_without": "Ratio in intervention schools if so much had reached the others",
}


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
        If the column is missing or not true or false, or there are no comparison schools.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> panel = example_panel()
    >>> near = panel["matched_set"].isin(["0", "1", "2"])
    >>> spillover_estimates(panel.assign(near=near), [main], "near")["ratio"].round(2).tolist()
    [1.02]
    """
    if near not in panel or not panel[near].isin([True, False]).all():
        raise ConfigurationError(
            f"needs a column {near!r} of true and false", place="spillover_estimates.near",
            remedy="mark the comparison schools within reach",
        )  # fmt: skip
    others = panel.loc[panel["arm"] == "comparison"]
    if others.empty:
        raise ConfigurationError(
            "the panel has no comparison schools", place="spillover_estimates.panel",
            remedy="spillover is looked for among them",
        )  # fmt: skip
    arm = others[near].astype(bool).map({True: "intervention", False: "comparison"})
    asked = [
        replace(each, matched_set=None, role="placebo", name=f"{each.name}: spillover",
                label="Comparison schools within reach against those beyond")
        for each in specifications
    ]  # fmt: skip
    return estimates_table(others.assign(arm=arm), asked, [PRIMARY])


def spillover_bounds(estimates: pd.DataFrame, shares: Iterable[float] = SHARES) -> pd.DataFrame:
    r"""Return the effect that would lie behind an estimate if part of it had spilt over.

    Parameters
    ----------
    estimates
        A table with the columns of `estimates.COLUMNS`.
    shares
        Shares of the effect, at least 0 and below 1, that reached comparison schools.

    Returns
    -------
    DataFrame
        One row per estimate that there is and share, with the columns of
        `BOUND_COLUMNS`.

    Raises
    ------
    ConfigurationError
        If a share is not at least 0 and below 1.

    Notes
    -----
    If comparison schools had a share f of the effect, what is estimated is
    :math:`\theta - f \theta`, and the effect is :math:`\hat\theta / (1 - f)`: spillover of
    the same sign hides a part of an effect and makes none.

    Examples
    --------
    >>> seen = pd.DataFrame({"pilot": ["X"], "outcome": "y", "specification": "main",
    ...                      "status": "estimated", "log_ratio": [np.log(0.8)]})
    >>> spillover_bounds(seen, [0.5])["ratio_without"].round(2).tolist()  # 0.8^2
    [0.64]
    """
    given = tuple(shares)
    if bad := [share for share in given if not 0 <= share < 1]:
        raise ConfigurationError(
            f"must be at least 0 and below 1; found {bad[0]}", place="spillover_bounds.shares",
            remedy="write 0.25 for a quarter",
        )  # fmt: skip
    usable = estimates.loc[estimates["status"] == ESTIMATED]
    parts = [
        usable[["pilot", "outcome", "specification"]].assign(
            share=share,
            ratio=np.exp(usable["log_ratio"]),
            ratio_without=np.exp(usable["log_ratio"] / (1 - share)),
        )
        for share in given
    ]
    return pd.concat(parts, ignore_index=True)[list(BOUND_COLUMNS)]
