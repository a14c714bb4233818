"""Overdispersion: variation of a school's rate between periods beyond chance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.school_counts import SchoolCounts, group_sums
from analysis.models.inputs.school_periods import first_month, school_periods
from analysis.models.primary.newton import null_period_effects

if TYPE_CHECKING:
    from analysis.models.inputs.specification import Specification


@dataclass(frozen=True)
class Overdispersion:
    """Variation of schools' rates between two periods.

    Attributes
    ----------
    dispersion
        Squared coefficient of variation of a school's rate from one period to the next.
    pearson
        Pearson's statistic divided by its degrees of freedom.
    """

    dispersion: float
    pearson: float


def overdispersion(schools: pd.DataFrame) -> Overdispersion:
    r"""Estimate the overdispersion of rates between two periods without any effect.

    Parameters
    ----------
    schools
        One row per school; see `compare`. Its two periods should both lie before the
        start. Treatment is ignored.

    Raises
    ------
    NotEstimable
        If no two schools of one stratum have events, a period has none, or no school has two
        events.

    Notes
    -----
    If rates vary like independent gamma variables with squared coefficient of variation
    :math:`\kappa`, a school's events after are, given its total :math:`m_i`,
    beta-binomial with correlation :math:`\rho = \kappa / (2 + \kappa)`, so that

    .. math:: \hat\rho = \frac{\sum r_i^2 - w_i (1 - h_i)}{\sum w_i (m_i - 1)}, \quad
       \hat\kappa = \frac{2 \hat\rho}{1 - \hat\rho},

    with residuals :math:`r_i`, binomial variances :math:`w_i` and leverages
    :math:`h_i`. Negative estimates are set to 0.

    References
    ----------
    Williams (1982), doi:10.2307/2347977.

    Examples
    --------
    >>> schools = pd.DataFrame({
    ...     "treated": [True, False] * 2, "stratum": "", "cluster": list("ABCD"),
    ...     "matched_set": "", "events_before": [20, 10, 10, 20],
    ...     "events_after": [10, 20, 20, 10], "exposure_before": 1.0, "exposure_after": 1.0,
    ... })
    >>> found = overdispersion(schools)
    >>> round(found.pearson, 2), round(found.dispersion, 3)
    (4.44, 0.196)
    """
    informative = schools.loc[schools["events_before"] + schools["events_after"] > 0]
    # A stratum with all its events in one period is not informative.
    by_stratum = informative.groupby("stratum")[["events_before", "events_after"]]
    informative = informative.loc[(by_stratum.transform("sum") > 0).all(axis=1)]
    if informative.groupby("stratum").size().max() < 2 or informative.empty:
        raise NotEstimable("too few schools with events to compare years")
    events = informative[["events_before", "events_after"]]
    if not (events.sum() > 0).all() or events.sum(axis=1).max() < 2:
        raise NotEstimable("too few events to compare years")
    counts = SchoolCounts.of(informative)
    chance = expit(counts.offset + null_period_effects(counts)[counts.stratum])
    weight = counts.total * chance * (1 - chance)
    excess = (counts.after - counts.total * chance) ** 2
    in_stratum = group_sums(weight, counts.stratum)
    leverage = weight / in_stratum[counts.stratum]
    rho = (excess - weight * (1 - leverage)).sum() / (weight * (counts.total - 1)).sum()
    rho = float(np.clip(rho, 0.0, 0.99))
    pearson = (excess / weight).sum() / (len(weight) - len(in_stratum))
    return Overdispersion(2 * rho / (1 - rho), float(pearson))


def between_years(panel: pd.DataFrame, specification: Specification) -> Overdispersion:
    """Return the overdispersion between the months before and like months a year earlier.

    Raises
    ------
    NotEstimable
        If the panel does not go back that far.
    """
    earlier = specification.before.shifted(-12)
    if first_month(panel, specification) > earlier.first or earlier.overlaps(specification.before):
        raise NotEstimable("the panel has no like year before the months before")
    years = replace(specification, before=earlier, after=specification.before, role="placebo")
    return overdispersion(school_periods(panel, years))
