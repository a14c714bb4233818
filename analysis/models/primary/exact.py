"""Exact estimates from four totals, for counts too small for a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import gammaln, logsumexp

from analysis.models.inputs.estimability import ESTIMATED, NOT_ESTIMABLE, NotEstimable
from analysis.models.inputs.school_periods import school_periods
from analysis.models.primary.estimates import COLUMNS, count_columns, specification_columns
from analysis.models.primary.intervals import Interval, effect_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analysis.models.inputs.school_counts import Floats
    from analysis.models.inputs.specification import Specification

MOST_TABLES = 100_000
"""Number of tables above which the arithmetic takes seconds, and a model gives the same."""
TIE = 1e-7
"""Relative difference within which tables are equally likely except for rounding."""
METHOD = "exact, from four totals"
P_METHOD = "Fisher's exact test; takes counts to be Poisson and schools alike"


@dataclass(frozen=True)
class ExactRatio:
    """A ratio of rate ratios from four totals.

    Attributes
    ----------
    ratio
        Conditional maximum likelihood estimate; 0 or infinite where a cell is empty.
    low, high
        Limits of the exact interval.
    p_value
        Two-sided p-value of Fisher's exact test: the probability of all tables with these margins
        that are no more likely.
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
        Events in intervention schools before and after, and in comparison schools before and
        after.
    exposure
        Exposure in the same order.
    level
        Confidence level.

    Raises
    ------
    NotEstimable
        If an arm, or a period, has no events at all, or there are too many to enumerate all
        tables.

    Notes
    -----
    Given the totals of arms and periods, the events of intervention schools after are
    non-central hypergeometric, with odds :math:`e^\theta` times the ratio of exposures;
    at :math:`\theta = 0` that is the distribution behind the p-value. It assumes that events are
    Poisson and that every school of an arm changes alike, and so is overconfident where schools
    differ: a description of small counts, not a test.

    References
    ----------
    Fisher (1935), doi:10.2307/2342435; Cornfield (1956) for the interval.

    Examples
    --------
    >>> exact = exact_ratio((3, 1, 1, 3))
    >>> round(exact.ratio, 3), round(exact.p_value, 3)
    (0.156, 0.486)
    """
    before, after, others_before, others_after = events
    arms, periods = (before + after, others_before + others_after), after + others_after
    if not (all(arms) and periods and before + others_before):
        raise NotEstimable("an arm or a period has no events at all")
    if min(*arms, periods, before + others_before) >= MOST_TABLES:
        raise NotEstimable("there are too many events for exact arithmetic")
    scale = (exposure[1] / exposure[0]) / (exposure[3] / exposure[2])
    tables = _Tables.of(*arms, periods)
    found = (tables.likeliest(after), *tables.ends(after, level))
    ratio, low, high = (float(np.exp(log_odds) / scale) for log_odds in found)
    return ExactRatio(ratio, low, high, tables.p_value(after, float(np.log(scale))))


@dataclass(frozen=True)
class _Tables:
    """All tables with the observed margins, by the events of intervention schools after.

    Attributes
    ----------
    cell : ndarray of shape (K,)
        Those events, in order.
    log_weight : ndarray of shape (K,)
        Log of the number of ways to obtain each table.
    """

    cell: Floats
    log_weight: Floats

    @classmethod
    def of(cls, arm: int, other: int, after: int) -> _Tables:
        cell = np.arange(max(0, after - other), min(arm, after) + 1.0)
        rest = after - cell
        ways = (cell, arm - cell, rest, other - rest)
        return cls(cell, -np.sum([gammaln(each + 1) for each in ways], axis=0))

    def chances(self, log_odds: float) -> Floats:
        """Return each table's probability, by Fisher's non-central hypergeometric distribution."""
        tilted = self.log_weight + self.cell * log_odds
        chances: Floats = np.exp(tilted - logsumexp(tilted))
        return chances

    def likeliest(self, seen: int) -> float:
        """Return the log odds at which the mean equals the observed value."""
        return self._solve(lambda x: float(self.chances(x) @ self.cell) - seen, seen)

    def ends(self, seen: int, level: float) -> tuple[float, float]:
        """Return the log odds at which each tail has probability (1 - level) / 2."""
        tail = (1 - level) / 2
        above, below = self.cell >= seen, self.cell <= seen
        low = self._solve(lambda x: float(self.chances(x)[above].sum()) - tail, seen, -1)
        high = self._solve(lambda x: tail - float(self.chances(x)[below].sum()), seen, 1)
        return low, high

    def p_value(self, seen: int, log_odds: float) -> float:
        """Return the probability of all tables that are no more likely than the observed one."""
        chances = self.chances(log_odds)
        own = chances[int(seen - self.cell[0])]
        return float(min(1.0, chances[chances <= own * (1 + TIE)].sum()))

    def _solve(self, rising: Callable[[float], float], seen: int, end: int = 0) -> float:
        """Return the root of an increasing function of the log odds; infinite at extreme cells."""
        if seen == self.cell[0] and end <= 0:
            return -np.inf
        if seen == self.cell[-1] and end >= 0:
            return np.inf
        low, high = -1.0, 1.0
        while rising(low) > 0:
            low *= 2
        while rising(high) < 0:
            high *= 2
        return float(brentq(rising, low, high, xtol=1e-13))


def exact_estimates(panel: pd.DataFrame, specifications: Iterable[Specification]) -> pd.DataFrame:
    """Return exact estimates, including for specifications with too few events for a model.

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
        known = count_columns(schools)
        row = specification_columns(specification) | known | {"method": METHOD}
        try:
            if specification.measure == "days":
                raise NotEstimable("days come in runs, so they are not single events")
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
    """Return events and exposure: intervention schools first, and before first."""
    arms = [schools.loc[schools["treated"] == treated] for treated in (True, False)]
    (a, b), (c, d) = ((int(x["events_before"].sum()), int(x["events_after"].sum())) for x in arms)
    # An arm without schools has no exposure either; `exact_ratio` then raises for its events.
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
