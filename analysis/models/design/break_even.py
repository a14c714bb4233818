"""Break-even: the value of an event averted at which a social worker pays for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.inputs.estimability import ESTIMATED

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: dict[str, str] = {
    "pilot": "Local authority",
    "outcome": "Name of the outcome",
    "workers": "Social workers in the team, as published",
    "averted": "Events averted in a social worker's schools over the months evaluated, per worker",
    "averted_low": "Lower end of its interval; negative where events may have been added",
    "averted_high": "Upper end of its interval",
    "break_even": "Share of what one worker costs over those months that an event averted must be "
    "worth; infinite where none was averted",
    "break_even_low": "Lower end of its interval: as many averted as the interval allows",
    "break_even_high": "Upper end; infinite where the interval includes none averted",
}


def break_even(estimates: pd.DataFrame, workers: Mapping[str, int]) -> pd.DataFrame:
    r"""Return the break-even value of an event averted, in units of a worker's cost.

    Parameters
    ----------
    estimates
        A table with the columns of `estimates.COLUMNS`.
    workers
        Number of people placed, by pilot; those of a pilot without any have no break-even.

    Returns
    -------
    DataFrame
        One row per available estimate, with the columns of `COLUMNS`.

    Notes
    -----
    With a events averted per worker, a worker pays for itself if an event is worth 1/a of what
    the worker costs over the same months. The limits of the interval of a are inverted, and where
    it includes 0 there is no value at which the worker certainly pays.

    Examples
    --------
    >>> row = {"pilot": "X", "outcome": "y", "status": "estimated", "difference": -40.0,
    ...        "difference_low": -80.0, "difference_high": 10.0}
    >>> break_even(pd.DataFrame([row]), {"X": 4})[["averted", "break_even", "break_even_low",
    ...                                           "break_even_high"]].iloc[0].tolist()
    [10.0, 0.1, 0.05, inf]
    """
    placed = estimates["pilot"].map(workers) > 0
    usable = estimates.loc[(estimates["status"] == ESTIMATED) & placed]
    team = usable["pilot"].map(workers).astype(float)
    table = pd.DataFrame({"pilot": usable["pilot"], "outcome": usable["outcome"], "workers": team})
    for name, end in (("", ""), ("_low", "_high"), ("_high", "_low")):
        table[f"averted{name}"] = -usable[f"difference{end}"] / team
    for name, end in (("", ""), ("_low", "_high"), ("_high", "_low")):
        averted = table[f"averted{end}"]
        table[f"break_even{name}"] = (1 / averted).where(averted > 0, np.inf)
    return table[list(COLUMNS)].reset_index(drop=True)
