"""Exact estimates from four totals, for counts too small for a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from analysis.models.inputs.estimability import ESTIMATED, NOT_ESTIMABLE, NotEstimable
from analysis.models.inputs.school_periods import school_periods
from analysis.models.primary.estimates import COLUMNS, counted, described
from analysis.models.primary.intervals import Interval, effect_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.specification import Specification

TIE = 1e-7
"""Tables whose chances differ by this share are equally likely but for rounding."""
METHOD = "exact, from four totals"
P_METHOD = "Fisher's exact test; takes counts to be Poisson and schools alike"


@dataclass(frozen=True)
class ExactRatio:
    """A ratio of rate ratios from four totals.

    Attributes
    ----------
    ratio
        Conditional maximum likelihood; 0 or infinite where a cell is empty.
    low, high
        Ends of the exact interval.
    p_value
        Two-sided, Fisher's: of all tables with these margins, those as unlikely.
    """

    ratio: float
    low: float
    high: float
    p_value: float


def exact_ratio(
    events: tuple[int, int, int, int],
    exposure: tuple[float, float, float, float] = (1, 1, 1, 1),
    level: float = 0.95,
) -> ExactRatio:
    r"""Return the exact ratio of rate ratios.

    Parameters
    ----------
    events
        In intervention schools before and after, in comparison schools before and after.
    exposure
        The same of exposure.
    level
        Confidence level.

    Raises
    ------
    NotEstimable
        If an arm, or a period, has no events at all.

    Notes
    -----
    Given the totals of arms and periods, the events of intervention schools after are
    non-central hypergeometric, with odds :math:`e^\theta` times the ratio of exposures;
    at :math:`\theta = 0` that is the distribution behind the p-value. It takes events to
    be Poisson and every school of an arm to change alike, and so is too sure where
    schools differ: a description of small counts, not a test.

    References
    ----------
    Fisher (1935), doi:10.2307/2342435; Cornfield (1956) for the interval.

    Examples
    --------
    >>> exact = exact_ratio((3, 1, 1, 3))
    >>> round(exact.ratio, 3), round(exact.p_value, 3)
    (0.156, 0.486)
    """
    table = np.array([[events[1], events[0]], [events[3], events[2]]])
    if not (table.sum(axis=0).all() and table.sum(axis=1).all()):
        raise NotEstimable("an arm or a period has no events at all")
    scale = (exposure[1] / exposure[0]) / (exposure[3] / exposure[2])
    found = stats.contingency.odds_ratio(table, kind="conditional")
    low, high = found.confidence_interval(level)
    return ExactRatio(
        float(found.statistic / scale),
        float(low / scale),
        float(high / scale),
        _p_value(table, scale),
    )


def _p_value(table: np.ndarray, odds: float) -> float:
    """Return the chance of tables with these margins that are as unlikely, given the odds."""
    (a, b), (c, d) = table.tolist()
    null = stats.nchypergeom_fisher(a + b + c + d, a + c, a + b, odds)
    low, high = null.support()
    chances = null.pmf(np.arange(low, high + 1))
    return float(min(1.0, chances[chances <= null.pmf(a) * (1 + TIE)].sum()))


def exact_estimates(panel: pd.DataFrame, specifications: Iterable[Specification]) -> pd.DataFrame:
    """Return exact estimates, for specifications with too few events for a model as well.

    Returns
    -------
    DataFrame
        One row per specification, with the columns of `estimates.COLUMNS`.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> exact_estimates(example_panel(), [main])["ratio"].round(2).tolist()
    [0.73]
    """
    rows = []
    for specification in specifications:
        schools = school_periods(panel, specification)
        known = counted(schools)
        row = described(specification) | known | {"method": METHOD}
        try:
            if specification.measure == "days":
                raise NotEstimable("days come in runs, so that they are not counts one by one")
            if schools["stratum"].nunique() > 1:
                raise NotEstimable("totals over several strata would mix their periods")
            found = exact_ratio(*_totals(schools), specification.level)
            row |= {"status": ESTIMATED, "reason": "", **_columns(schools, specification, found)}
        except NotEstimable as reason:
            row |= {"status": NOT_ESTIMABLE, "reason": str(reason)}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _totals(
    schools: pd.DataFrame,
) -> tuple[tuple[int, int, int, int], tuple[float, float, float, float]]:
    """Return events and exposure, intervention first, before first."""
    arms = [schools.loc[schools["treated"] == treated] for treated in (True, False)]
    (a, b), (c, d) = ((int(x["events_before"].sum()), int(x["events_after"].sum())) for x in arms)
    # An arm without schools has no exposure either; `exact_ratio` then refuses its events.
    (e, f), (g, h) = (
        (float(x["exposure_before"].sum()) or 1.0, float(x["exposure_after"].sum()) or 1.0)
        for x in arms
    )
    return (a, b, c, d), (e, f, g, h)


def _columns(
    schools: pd.DataFrame, specification: Specification, found: ExactRatio
) -> dict[str, object]:
    with np.errstate(divide="ignore", invalid="ignore"):
        interval = Interval(*(float(np.log(x)) for x in (found.ratio, found.low, found.high)))
        columns = effect_columns(schools, interval, per_exposure=specification.exposure is not None)
    return {
        "log_ratio": interval.value, "p_value": found.p_value, "p_method": P_METHOD, **columns
    }  # fmt: skip
