"""Months without a return: what the estimate assumes, and how wrong it could be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from analysis.models.inputs.estimability import ESTIMATED
from analysis.models.inputs.school_periods import ARMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.school_counts import Floats
    from analysis.models.inputs.specification import Specification

PERIODS = ("before", "after")
FACTOR = 3.0
"""Rates in unreturned months may range from zero to this many times the usual rate."""
LARGEST_FACTOR = 100.0
COLUMNS: dict[str, str] = {
    "pilot": "Local authority",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    **{
        f"missing_{arm}_{period}": f"Share of pupil-months not returned, {arm} schools {period}"
        for arm in ARMS
        for period in PERIODS
    },
    "ratio": "Ratio of rate ratios as estimated",
    "ratio_best": "The same in the best case: fewest events that unreturned months of the pilot "
    "may have had in intervention schools, and most elsewhere where that lowers the ratio",
    "ratio_worst": "The same in the worst case",
    "low_best": "Lower end of its interval in the best case",
    "high_worst": "Upper end of its interval in the worst case",
    "tipping_factor": "How many times the usual rate unreturned months must have, in the worst "
    "case, or the best where the ratio is above 1, for the interval to reach 1; infinite where no "
    "factor up to 100 does, and missing where the interval includes 1",
}


def missing_return_bounds(
    panel: pd.DataFrame,
    specifications: Iterable[Specification],
    estimates: pd.DataFrame,
    factor: float = FACTOR,
) -> pd.DataFrame:
    r"""Bound each estimate over the events that unreturned months could have had.

    Parameters
    ----------
    panel
        One row per school, outcome and month, with `returned` and the exposure of every month,
        returned or not.
    specifications
        The specifications of the estimates, each of one pilot.
    estimates
        A table with the columns of `estimates.COLUMNS`.
    factor
        The highest rate of unreturned months, as a multiple of that of the returned months of
        the same arm and period. The lowest is zero.

    Returns
    -------
    DataFrame
        One row per available estimate, with the columns of `COLUMNS`.

    Notes
    -----
    The estimate leaves unreturned months out, which is right if they had the rates of their
    school's returned months in the same period. If a share r of the pupil-months of an arm and
    period was not returned, and had f times its rate, the rate becomes
    :math:`1 - r + f r` times what it was, and the log ratio changes by the log of that, once for
    each of the four. All unreturned months count, including those of schools that the estimate has
    to leave out. The width of the interval is unchanged. No data of single schools are used.

    References
    ----------
    Manski (1990), American Economic Review 80, 319-323 (worst-case bounds).

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> from analysis.models.primary.estimates import effect_estimates
    >>> main, panel = Specification("main", "y", pilot="X"), example_panel()
    >>> panel["returned"] = panel["event_month"] != 9
    >>> found = missing_return_bounds(panel, [main], effect_estimates(panel, [main])).iloc[0]
    >>> [round(float(found[k]), 2) for k in ("ratio_best", "ratio", "ratio_worst")]  # 1.2 / 0.9
    [0.54, 0.72, 0.96]
    """
    rows = []
    usable = estimates.loc[estimates["status"] == ESTIMATED].to_dict("records")
    found = {(row["specification"], row["pilot"]): row for row in usable}
    for each in specifications:
        if (each.name, each.pilot) not in found:
            continue
        row = found[each.name, each.pilot]
        missing = _missing_shares(panel, each)
        ends = np.log([row["ratio_low"], row["ratio"], row["ratio_high"]])
        best, worst = (ends + _shift(missing, factor, side) for side in (-1, 1))
        shares = {
            f"missing_{arm}_{period}": missing[i, j]
            for i, arm in enumerate(ARMS)
            for j, period in enumerate(PERIODS)
        }
        rows.append(
            {"pilot": each.pilot, "outcome": each.outcome, "specification": each.name, **shares,
             "ratio": row["ratio"], "ratio_best": np.exp(best[1]), "ratio_worst": np.exp(worst[1]),
             "low_best": np.exp(best[0]), "high_worst": np.exp(worst[2]),
             "tipping_factor": _tipping(missing, ends)}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _missing_shares(panel: pd.DataFrame, specification: Specification) -> Floats:
    """Return the share of exposure without a return, by arm and period: shape (2, 2)."""
    rows = panel.loc[
        (panel["outcome"] == specification.outcome) & (panel["pilot"] == specification.pilot)
    ]
    for exclusion in specification.exclusions:
        rows = rows.loc[~rows[exclusion.column].isin(exclusion.values)]
    exposure = rows[specification.exposure] if specification.exposure else pd.Series(1, rows.index)
    shares = np.zeros((2, 2))
    for j, months in enumerate((specification.before, specification.after)):
        inside = rows["event_month"].between(months.first, months.last)
        for i, arm in enumerate(ARMS):
            own = inside & (rows["arm"] == arm)
            gone = own & ~rows["returned"].astype(bool)
            shares[i, j] = exposure[gone].sum() / exposure[own].sum()
    return shares


def _shift(missing: Floats, factor: float, side: int) -> float:
    """Return the largest change in the log ratio: down for a side of -1, up for 1."""
    # Events after in intervention schools, and before in the others, raise the ratio.
    raises = np.array([[-1, 1], [1, -1]]) * side > 0
    extreme = np.where(raises, factor, 0.0)
    signs = np.array([[-1, 1], [1, -1]])
    return float((signs * np.log(1 - missing + extreme * missing)).sum())


def _tipping(missing: Floats, ends: Floats) -> float:
    """Return the factor at which the interval includes no effect; see `COLUMNS`."""
    if ends[0] <= 0 <= ends[2]:
        return np.nan
    side, end = (1, ends[2]) if ends[2] < 0 else (-1, ends[0])

    def beyond(factor: float) -> float:
        return float(side * (end + _shift(missing, factor, side)))

    if beyond(LARGEST_FACTOR) < 0:
        return np.inf
    # Even unreturned months without events may be enough.
    return float(brentq(beyond, 0.0, LARGEST_FACTOR)) if beyond(0.0) < 0 else 0.0
