"""Meta-analysis of several pilots: fixed effect, Paule-Mandel, Hartung-Knapp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq

from analysis.errors import ConfigurationError
from analysis.models.inputs.estimability import ESTIMATED, NOT_ESTIMABLE
from analysis.models.inputs.specification import ALL_PILOTS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from analysis.models.inputs.school_counts import Floats

Heterogeneity = Literal["fixed", "DerSimonian-Laird", "Paule-Mandel"]
Test = Literal["normal", "Hartung-Knapp", "modified Hartung-Knapp"]
SUMMARIES: tuple[tuple[Heterogeneity, Test], ...] = (
    ("fixed", "normal"),
    ("Paule-Mandel", "normal"),
    ("Paule-Mandel", "Hartung-Knapp"),
    ("Paule-Mandel", "modified Hartung-Knapp"),
)
ONE_STAGE = "one-stage, period effects by pilot"
COLUMNS: dict[str, str] = {
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "method": "How the pilots are summed up",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no summary",
    "pilots": "Pilots summed up",
    "log_ratio": "Natural log of the ratio of rate ratios",
    "standard_error": "Its standard error",
    "df": "Degrees of freedom of the interval",
    "ratio": "Ratio of rate ratios over these pilots; not of pilots elsewhere",
    "ratio_low": "Lower end of its interval",
    "ratio_high": "Upper end of its interval",
    "p_value": "Two-sided p-value of a ratio of 1",
    "tau2": "Variance of true log ratios between pilots",
    "q": "Cochran's Q",
    "i2": "Share of the variation between pilots beyond chance, per cent",
    "prediction_low": "Lower end of the interval for the ratio of one more pilot like these",
    "prediction_high": "Upper end of that interval",
}


@dataclass(frozen=True)
class Summary:
    """Pooled log ratios, with limits on the log scale; see the columns of the same names."""

    log_ratio: float
    standard_error: float
    df: float
    low: float
    high: float
    p_value: float
    tau2: float
    q: float
    i2: float
    prediction_low: float
    prediction_high: float


def between_variance(log_ratios: Floats, variances: Floats, method: Heterogeneity) -> float:
    r"""Return the variance of true log ratios between studies.

    Notes
    -----
    DerSimonian-Laird is :math:`\max\{0, (Q - k + 1) / (\sum w - \sum w^2 / \sum w)\}`
    with :math:`w = 1/v`. Paule-Mandel solves
    :math:`\sum w^*(y - \mu)^2 = k - 1` with :math:`w^* = 1/(v + \tau^2)`. Neither is ever
    negative: statsmodels' `combine_effects` returns negative values for the first, and 0 instead
    of the second where rounding stops its search.

    References
    ----------
    DerSimonian & Laird (1986), doi:10.1016/0197-2456(86)90046-2.
    Paule & Mandel (1982), doi:10.6028/jres.087.022.
    """
    if method == "fixed":
        return 0.0
    excess = _generalised_q(log_ratios, variances, 0.0) - (len(log_ratios) - 1)
    if method == "DerSimonian-Laird":
        weight = 1 / variances
        return float(max(0.0, excess / (weight.sum() - (weight**2).sum() / weight.sum())))
    if excess <= 0:
        return 0.0
    return float(
        _root(lambda tau2: _generalised_q(log_ratios, variances, tau2) - (len(log_ratios) - 1))
    )


def summarise(
    log_ratios: Floats,
    variances: Floats,
    heterogeneity: Heterogeneity = "Paule-Mandel",
    test: Test = "modified Hartung-Knapp",
    level: float = 0.95,
) -> Summary:
    r"""Pool the log ratios of several studies.

    Parameters
    ----------
    log_ratios, variances : ndarray of shape (k,)
    heterogeneity
        Estimator of the variance between studies; 'fixed' assumes 0.
    test
        'normal'; 'Hartung-Knapp' with :math:`t_{k-1}` and the variance scaled by
        :math:`q = \sum w^*(y - \hat\mu)^2 / (k - 1)`; 'modified Hartung-Knapp' with
        :math:`\max(1, q)`.
    level
        Confidence level.

    Raises
    ------
    ConfigurationError
        If there are fewer than two studies, or a log ratio or variance is missing, or a
        variance is not above 0.

    Notes
    -----
    The prediction interval is :math:`\hat\mu \pm c \sqrt{s^2 + \tau^2}` with the same
    critical value c as the interval. A fixed effect does not extend to other studies, and has no
    prediction interval.

    References
    ----------
    Hartung & Knapp (2001), doi:10.1002/sim.791.
    Roever, Knapp & Friede (2015), doi:10.1186/s12874-015-0091-1.

    Examples
    --------
    >>> three = np.log([0.41, 0.45, 0.89]), np.array([0.21, 0.23, 0.26]) ** 2
    >>> pooled = summarise(*three)
    >>> [round(float(np.exp(x)), 2) for x in (pooled.log_ratio, pooled.low, pooled.high)]
    [0.54, 0.19, 1.51]
    """
    usable = len(log_ratios) == len(variances) and np.isfinite([log_ratios, variances]).all()
    if len(log_ratios) < 2 or not usable or not (variances > 0).all():
        raise ConfigurationError(
            f"needs at least two finite log ratios, each with a variance above 0; found "
            f"{list(log_ratios)} and {list(variances)}",
            place="summarise", remedy="leave out studies without an estimate",
        )  # fmt: skip
    tau2 = between_variance(log_ratios, variances, heterogeneity)
    weight = 1 / (variances + tau2)
    mean = float((weight * log_ratios).sum() / weight.sum())
    spread = _generalised_q(log_ratios, variances, tau2) / (len(log_ratios) - 1)
    scale = {
        "normal": 1.0, "Hartung-Knapp": spread, "modified Hartung-Knapp": max(1.0, spread)
    }[test]  # fmt: skip
    error = float(np.sqrt(scale / weight.sum()))
    df = np.inf if test == "normal" else len(log_ratios) - 1
    critical = stats.t.ppf((1 + level) / 2, df)
    ahead = np.nan if heterogeneity == "fixed" else critical * np.sqrt(error**2 + tau2)
    q = _generalised_q(log_ratios, variances, 0.0)
    return Summary(
        mean, error, float(df), float(mean - critical * error), float(mean + critical * error),
        float(2 * stats.t.sf(abs(mean) / error, df)), tau2, q,
        _i_squared(variances, tau2, q, heterogeneity), float(mean - ahead), float(mean + ahead),
    )  # fmt: skip


def pooled_estimates(estimates: pd.DataFrame) -> pd.DataFrame:
    """Pool the pilots of each outcome and specification.

    Parameters
    ----------
    estimates
        A table with the columns of `estimates.COLUMNS`. Rows of all pilots together are returned
        with the summaries as the one-stage estimate. Other studies (such as a trial) are never
        included: they don't belong in this table.

    Returns
    -------
    DataFrame
        With the columns of `COLUMNS`, one row per outcome, specification and summary.
        With fewer than two estimates the rows say so.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> from analysis.models.primary.estimates import effect_estimates
    >>> from dataclasses import replace
    >>> import pandas as pd
    >>> panel = pd.concat([example_panel(), example_panel(9).assign(pilot="Z")])
    >>> panel["school_id"] = panel["pilot"] + panel["school_id"]
    >>> both = effect_estimates(panel, [main, replace(main, pilot="Z")])
    >>> pooled_estimates(both)["ratio"].round(2).tolist()
    [0.75, 0.75, 0.75, 0.75]
    """
    rows: list[dict[str, object]] = []
    for (outcome, specification), group in estimates.groupby(
        ["outcome", "specification"], sort=False
    ):
        known: dict[str, object] = {"outcome": outcome, "specification": specification}
        single = group["pilot"] != ALL_PILOTS
        usable = group.loc[single & (group["status"] == ESTIMATED)]
        rows += [known | _one_stage(row) for row in group.loc[~single].to_dict("records")]
        if single.any():
            rows += [known | row for row in _summary_rows(usable)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _summary_rows(usable: pd.DataFrame) -> list[dict[str, object]]:
    """Return one row per summary of the pilots that could be estimated."""
    rows: list[dict[str, object]] = []
    for heterogeneity, test in SUMMARIES:
        name = heterogeneity if test == "normal" else f"{heterogeneity}, {test}"
        row: dict[str, object] = {"method": name, "pilots": len(usable)}
        if len(usable) < 2:
            reason = "fewer than two pilots have an estimate"
            rows.append(row | {"status": NOT_ESTIMABLE, "reason": reason})
            continue
        variances = usable["standard_error"].to_numpy(float) ** 2
        level = float(usable["level"].iloc[0])
        found = summarise(
            usable["log_ratio"].to_numpy(float), variances, heterogeneity, test, level
        )
        row |= {"status": ESTIMATED, "reason": "", "ratio": np.exp(found.log_ratio),
                "ratio_low": np.exp(found.low), "ratio_high": np.exp(found.high)}  # fmt: skip
        row |= {k: v for k, v in vars(found).items() if k in COLUMNS}
        predicted = {k: np.exp(getattr(found, k)) for k in ("prediction_low", "prediction_high")}
        rows.append(row | predicted)
    return rows


def _one_stage(estimate: Mapping[Hashable, object]) -> dict[str, object]:
    """Return the row of the model that fits all pilots at once."""
    kept = {str(k): v for k, v in estimate.items() if k in COLUMNS}
    return kept | {"method": ONE_STAGE, "pilots": np.nan}


def _generalised_q(log_ratios: Floats, variances: Floats, tau2: float) -> float:
    weight = 1 / (variances + tau2)
    mean = (weight * log_ratios).sum() / weight.sum()
    return float((weight * (log_ratios - mean) ** 2).sum())


def _root(function: Callable[[float], float]) -> float:
    """Return the root of a function that starts above 0 and ends below it."""
    high = 1.0
    while function(high) > 0:
        high *= 2
    return float(brentq(function, 0.0, high, xtol=1e-15, rtol=1e-14))


def _i_squared(variances: Floats, tau2: float, q: float, heterogeneity: Heterogeneity) -> float:
    """Return I-squared, the share of variation beyond chance, in per cent."""
    if heterogeneity == "fixed":
        return float(max(0.0, 100 * (q - len(variances) + 1) / q)) if q else 0.0
    weight = 1 / variances
    typical = (len(weight) - 1) * weight.sum() / (weight.sum() ** 2 - (weight**2).sum())
    return float(100 * tau2 / (tau2 + typical))
