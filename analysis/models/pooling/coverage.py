"""Coverage of intervals that pool a few pilots, by simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.pooling.estimates import SUMMARIES, Heterogeneity, Test, summarise

if TYPE_CHECKING:
    from collections.abc import Iterable

COMPARED: tuple[tuple[Heterogeneity, Test], ...] = (
    *SUMMARIES,
    ("DerSimonian-Laird", "normal"),
)
BETWEEN = (0.0, 0.15, 0.3)
"""Standard deviations of true log ratios between pilots: none, some, and much."""
COLUMNS: dict[str, str] = {
    "pilots": "Pilots pooled",
    "between": "Standard deviation of true log ratios between pilots",
    "method": "How they are summed up",
    "draws": "Sets of pilots drawn",
    "coverage": "Share of 95% intervals that include the mean log ratio",
    "width": "Mean width of the interval, in log units",
    "factor": "The upper end divided by the lower, at that width",
    "prediction_coverage": "Share of 95% intervals for a further pilot that include its log ratio; "
    "missing where there are none",
}


def pooling_coverage(
    standard_errors: Iterable[float],
    between: Iterable[float] = BETWEEN,
    *,
    seed: int,
    draws: int = 2_000,
) -> pd.DataFrame:
    """Simulate pilots with given standard errors, and pool them by every method.

    Parameters
    ----------
    standard_errors
        Standard errors of the log ratio, one per pilot.
    between
        Standard deviations of true log ratios between pilots.
    seed, draws
        For the simulation.

    Returns
    -------
    DataFrame
        One row per standard deviation and method, with the columns of `COLUMNS`.

    References
    ----------
    IntHout, Ioannidis & Borm (2014), doi:10.1186/1471-2288-14-25.
    """
    errors = np.array(list(standard_errors))
    rows = []
    for spread in between:
        random = np.random.default_rng(seed)
        truths = random.normal(0.0, spread, (draws, len(errors)))
        seen = random.normal(truths, errors)
        further = random.normal(0.0, spread, draws)
        for heterogeneity, test in COMPARED:
            found = [summarise(each, errors**2, heterogeneity, test) for each in seen]
            ends = np.array([(each.low, each.high) for each in found])
            ahead = np.array([(each.prediction_low, each.prediction_high) for each in found])
            held = (ahead[:, 0] <= further) & (further <= ahead[:, 1])
            width = float((ends[:, 1] - ends[:, 0]).mean())
            rows.append({
                "pilots": len(errors), "between": spread,
                "method": heterogeneity if test == "normal" else f"{heterogeneity}, {test}",
                "draws": draws, "coverage": float(((ends[:, 0] <= 0) & (ends[:, 1] >= 0)).mean()),
                "width": width, "factor": float(np.exp(width)),
                "prediction_coverage": np.nan if np.isnan(ahead).all() else float(held.mean()),
            })  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))
