"""Type S (sign) and type M (magnitude) errors of significant results in a small study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ConfigurationError
from analysis.models.design.detectable import log_ratio_variance, school_design
from analysis.models.design.simulation import fits
from analysis.models.inputs.estimability import NotEstimable
from analysis.models.primary.estimates import specification_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.design.simulation import SchoolDesign
    from analysis.models.inputs.school_counts import Floats
    from analysis.models.inputs.specification import Specification

ERRORS = 4_000
COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "true_ratio": "Ratio of rate ratios supposed to be true",
    "standard_error": "Standard error of the log ratio that the design gives at that ratio",
    "df": "Degrees of freedom of the test at the counts expected",
    "power": "Chance of a significant result",
    "wrong_sign": "Chance that a significant result has the wrong direction (type S); missing "
    "where the true ratio is 1 and no direction is right",
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
    r"""Return power, type S and type M errors of a significant result, given a true ratio.

    Parameters
    ----------
    true_ratio
        Ratio of rate ratios assumed to be true.
    standard_error
        Standard error of the log ratio.
    df
        Degrees of freedom of the estimated standard error.
    level
        One minus the size of the test.

    Raises
    ------
    ConfigurationError
        If one of the numbers is missing or not above 0.

    Notes
    -----
    Log ratios are normal around :math:`\theta` with standard deviation s. A study
    estimates that deviation as :math:`s r` with :math:`\nu r^2` chi-squared on
    :math:`\nu` degrees of freedom, and estimates beyond :math:`c = t_{\nu} s r` on either side are
    significant; so that without an effect the share of significant results is the test's size.
    Given r, with :math:`a = (c - \theta)/s,\ b = (-c - \theta)/s`, power is :math:`\Phi(-a) +
    \Phi(b)` and the mean size of significant results :math:`\{\theta\Phi(-a) + s\varphi(a) -
    \theta\Phi(b) + s\varphi(b)\}` over the power. Both are averaged over r.

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
    theta = np.log(true_ratio)
    critical = stats.t.ppf((1 + level) / 2, df) * standard_error * _estimated_errors(df)
    above, below = (critical - theta) / standard_error, (-critical - theta) / standard_error
    rise, fall = stats.norm.sf(above).mean(), stats.norm.cdf(below).mean()
    power = rise + fall
    size_of_rises = theta * rise + standard_error * stats.norm.pdf(above).mean()
    size_of_falls = -theta * fall + standard_error * stats.norm.pdf(below).mean()
    wrong = fall if theta > 0 else rise
    with np.errstate(divide="ignore"):
        factor = (size_of_rises + size_of_falls) / power / np.abs(theta)
    return Exaggeration(
        float(power),
        float(wrong / power) if theta else np.nan,
        float(factor),
        float(fall / power),
        float(np.exp(-size_of_falls / fall)),
    )


def _estimated_errors(df: float) -> Floats:
    """Return quantiles of an estimated standard error, as a share of the true one."""
    if np.isinf(df):
        return np.ones(1)
    share = (np.arange(ERRORS) + 0.5) / ERRORS
    errors: Floats = np.sqrt(stats.chi2.ppf(share, df) / df)
    return errors


def exaggerations(
    panel: pd.DataFrame, specifications: Iterable[Specification], true_ratios: Iterable[float]
) -> pd.DataFrame:
    r"""Return type S and type M errors for each design and assumed true ratio.

    Parameters
    ----------
    panel, specifications
        As for `effect_estimates`; only months before the start are used.
    true_ratios
        Ratios assumed to be true, including that of a later, larger trial.

    Returns
    -------
    DataFrame
        One row per specification and ratio, with the columns of `COLUMNS`. A specification
        whose design can't be described is left out.

    Notes
    -----
    The standard error is that of `log_ratio_variance` for the events before and their
    spread between years, and the degrees of freedom are those of the counts expected then:
    an error estimated after the start would be part of the result that is to be judged.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> found = exaggerations(example_panel(), [main], [0.8]).iloc[0]
    >>> float(found["standard_error"].round(2)), float(found["exaggeration"].round(1))
    (0.18, 2.1)
    """
    ratios = tuple(true_ratios)
    rows = []
    for specification in specifications:
        try:
            design = school_design(panel, specification)
        except NotEstimable:
            continue
        known = {k: v for k, v in specification_columns(specification).items() if k in COLUMNS}
        for ratio in ratios:
            error, df = _expected_error(design, ratio)
            rows.append(
                known | {"true_ratio": ratio, "standard_error": error, "df": df}
                | vars(exaggeration(ratio, error, df, specification.level))
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _expected_error(design: SchoolDesign, ratio: float) -> tuple[float, float]:
    """Return the standard error and degrees of freedom of the counts expected at a ratio."""
    before = design.events[np.newaxis]
    after = np.where(design.treated, ratio * before, before)
    error = float(np.sqrt(log_ratio_variance(design, ratio)))
    return error, float(fits(design, before, after).df[0])
