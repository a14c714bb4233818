"""Confidence intervals: an estimate and two limits, and their conversion to other units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from analysis.models.inputs.rate_units import MONTHLY

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd


@dataclass(frozen=True)
class Interval:
    """An estimate and the limits of its interval, in one unit."""

    value: float
    low: float
    high: float

    def columns(self, name: str) -> dict[str, object]:
        """Return the three numbers under the names that tables of estimates use.

        Examples
        --------
        >>> Interval(0.8, 0.5, 1.2).columns("ratio")
        {'ratio': 0.8, 'ratio_low': 0.5, 'ratio_high': 1.2}
        """
        return {name: self.value, f"{name}_low": self.low, f"{name}_high": self.high}

    def mapped(self, function: Callable[[float], float]) -> Interval:
        """Return the interval with an increasing function applied to all three."""
        return Interval(*(float(function(x)) for x in (self.value, self.low, self.high)))


def t_interval(estimate: float, standard_error: float, df: float, level: float) -> Interval:
    r"""Return :math:`\hat\theta \pm t_\nu s`; normal where the degrees of freedom are infinite.

    Examples
    --------
    >>> t_interval(0.0, 1.0, np.inf, 0.95).high.__round__(2)
    1.96
    """
    reach = float(stats.t.ppf((1 + level) / 2, df) * standard_error)
    return Interval(estimate, estimate - reach, estimate + reach)


def t_p_value(estimate: float, standard_error: float, df: float) -> float:
    """Return the two-sided p-value of a zero estimate; normal where `df` is infinite."""
    return float(2 * stats.t.sf(abs(estimate) / standard_error, df))


def effect_columns(
    schools: pd.DataFrame, log_ratio: Interval, *, per_exposure: bool = True
) -> dict[str, object]:
    r"""Return a log ratio's interval as ratio, as events, and per 1,000 of exposure.

    Parameters
    ----------
    schools
        One row per school; gives events and exposure of intervention schools after.
    log_ratio
        Estimate and interval on the log scale.
    per_exposure
        Whether exposure has a unit worth dividing by.

    Notes
    -----
    Of Y events observed in intervention schools after the start, :math:`Y e^{-\theta}` would have
    been expected without an effect, so the difference is :math:`Y (1 - e^{-\theta})`, negative
    where events were averted. Y is taken as fixed: the effect in these schools and months, not in
    others.
    """
    after = schools.loc[schools["treated"]]
    events = float(after["events_after"].sum())
    exposure = float(after["exposure_after"].sum()) if per_exposure else np.nan
    with np.errstate(over="ignore"):  # an unbounded interval stays unbounded
        difference = log_ratio.mapped(lambda theta: events * -np.expm1(-theta))
        ratio = log_ratio.mapped(np.exp)
    return (
        ratio.columns("ratio")
        | difference.columns("difference")
        | difference.mapped(lambda count: MONTHLY.of(count, exposure)).columns("per_1000")
    )
