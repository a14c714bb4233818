"""Spillover: bounds on the effect if part of it had reached comparison schools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.errors import ConfigurationError
from analysis.models.inputs.estimability import ESTIMATED

if TYPE_CHECKING:
    from collections.abc import Iterable

SHARES = (0.1, 0.25, 0.5)
BOUND_COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "share": "Share of the effect, on the log scale, that also reached comparison schools",
    "ratio": "Ratio of rate ratios as estimated",
    "ratio_without": "Ratio in intervention schools if so much had reached the others",
}


def spillover_bounds(estimates: pd.DataFrame, shares: Iterable[float] = SHARES) -> pd.DataFrame:
    r"""Return the true effect behind each estimate if part of it had spilled over.

    Parameters
    ----------
    estimates
        A table with the columns of `estimates.COLUMNS`.
    shares
        Shares of the effect, at least 0 and below 1, that reached comparison schools.

    Returns
    -------
    DataFrame
        One row per available estimate and share, with the columns of
        `BOUND_COLUMNS`.

    Raises
    ------
    ConfigurationError
        If a share is not at least 0 and below 1.

    Notes
    -----
    If comparison schools had a share f of the effect, the estimand is
    :math:`\theta - f \theta`, and the effect is :math:`\hat\theta / (1 - f)`: spillover of the
    same sign masks part of an effect but cannot create one.

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
