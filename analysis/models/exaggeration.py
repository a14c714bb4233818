"""What a significant result of a small study would be worth: type S and type M errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ConfigurationError
from analysis.models.estimability import ESTIMATED

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "true_ratio": "Ratio of rate ratios supposed to be true",
    "standard_error": "Standard error of the log ratio, as estimated",
    "power": "Chance of a significant result",
    "wrong_sign": "Chance that a significant result has the wrong direction (type S)",
    "exaggeration": "Mean size of significant log ratios, as a multiple of the true one (type M)",
    "share_falls": "Share of significant results that are falls",
    "mean_ratio_of_falls": "Geometric mean ratio of significant falls",
}


@dataclass(frozen=True)
class Exaggeration:
    """Properties of significant results; see the columns of the same names."""

    power: float
    wrong_sign: float
    exaggeration: float
    share_falls: float
    mean_ratio_of_falls: float


def exaggeration(
    true_ratio: float, standard_error: float, df: float = np.inf, level: float = 0.95
) -> Exaggeration:
    r"""Return what a significant result would be like if the true ratio were known.

    Parameters
    ----------
    true_ratio
        Ratio of rate ratios supposed to be true.
    standard_error
        Of the log ratio.
    df
        Degrees of freedom that give the critical value.
    level
        One less the size of the test.

    Raises
    ------
    ConfigurationError
        If one of the numbers is missing or not above 0.

    Notes
    -----
    Log ratios are normal around :math:`\theta` with standard deviation s, and significant
    beyond :math:`c = t_{\nu} s` on either side. With
    :math:`a = (c - \theta)/s,\ b = (-c - \theta)/s`, power is
    :math:`\Phi(-a) + \Phi(b)` and the mean size of significant results
    :math:`\{\theta\Phi(-a) + s\varphi(a) - \theta\Phi(b) + s\varphi(b)\}` over the power.

    References
    ----------
    Gelman & Carlin (2014), doi:10.1177/1745691614551642.

    Examples
    --------
    >>> trial = exaggeration(1.055, 0.30)  # the later trial's ratio, a pilot's error
    >>> round(trial.power, 3), round(trial.share_falls, 2), round(trial.mean_ratio_of_falls, 2)
    (0.054, 0.3, 0.5)
    """
    given = {"true_ratio": true_ratio, "standard_error": standard_error, "df": df}
    for name, value in given.items():
        if not value > 0:
            raise ConfigurationError(
                f"must be above 0; found {value}", place=f"exaggeration.{name}",
                remedy="leave out what could not be estimated",
            )  # fmt: skip
    theta, critical = np.log(true_ratio), stats.t.ppf((1 + level) / 2, df) * standard_error
    above, below = (critical - theta) / standard_error, (-critical - theta) / standard_error
    rise, fall = stats.norm.sf(above), stats.norm.cdf(below)
    power = rise + fall
    size_of_rises = theta * rise + standard_error * stats.norm.pdf(above)
    size_of_falls = -theta * fall + standard_error * stats.norm.pdf(below)
    wrong = fall if theta > 0 else rise
    with np.errstate(divide="ignore"):
        factor = (size_of_rises + size_of_falls) / power / np.abs(theta)
    return Exaggeration(
        float(power),
        float(wrong / power) if theta else 0.5,
        float(factor),
        float(fall / power),
        float(np.exp(-size_of_falls / fall)),
    )


def exaggerations(estimates: pd.DataFrame, true_ratios: Iterable[float]) -> pd.DataFrame:
    """Return, for each estimate and supposed ratio, what significance would be worth.

    Parameters
    ----------
    estimates
        A table with the columns of `estimates.COLUMNS`; rows that are not estimable are
        left out.
    true_ratios
        Ratios supposed to be true; that of a later, larger trial among them.

    Returns
    -------
    DataFrame
        One row per estimate and ratio, with the columns of `COLUMNS`.
    """
    ratios = tuple(true_ratios)
    rows = [
        {k: row[k] for k in ("pilot", "outcome", "specification", "standard_error")}
        | {"true_ratio": ratio}
        | vars(exaggeration(ratio, row["standard_error"], row["df"], row["level"]))
        for row in estimates.loc[estimates["status"] == ESTIMATED].to_dict("records")
        for ratio in ratios
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
