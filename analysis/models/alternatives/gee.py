"""Generalised estimating equations: schools not conditioned out, rows within units correlated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.school_counts import codes

if TYPE_CHECKING:
    import pandas as pd

    from analysis.models.inputs.school_counts import Codes, Floats


@dataclass(frozen=True)
class GeeFit:
    """A fitted set of estimating equations.

    Attributes
    ----------
    log_ratio
        Log of the ratio of rate ratios.
    standard_error
        Bias-reduced (Mancl and DeRouen), which is CR3 under independence.
    robust_error
        Without correction (CR0).
    df
        Number of units less number of coefficients.
    """

    log_ratio: float
    standard_error: float
    robust_error: float
    df: float


def gee_fit(schools: pd.DataFrame) -> GeeFit:
    """Fit log-linear rates before and after, with exchangeable correlation within units.

    Parameters
    ----------
    schools
        One row per school; see `compare`.

    Raises
    ------
    NotEstimable
        If the equations can't be solved.

    Notes
    -----
    Arm and stratum replace schools, so that schools that change in size affect the estimate; where
    exposure is constant it is that of the primary model. The standard errors of statsmodels are
    uncorrected unless `cov_type="bias_reduced"`, and its p-values are normal: both matter with few
    units.

    References
    ----------
    Liang & Zeger (1986), doi:10.1093/biomet/73.1.13.
    Mancl & DeRouen (2001), doi:10.1111/j.0006-341X.2001.00126.x.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.school_periods import school_periods
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> fit = gee_fit(school_periods(example_panel(), main))
    >>> round(fit.log_ratio, 3), round(fit.standard_error, 3), fit.df
    (-0.321, 0.309, 8.0)
    """
    events = schools[["events_before", "events_after"]].to_numpy(float).ravel()
    exposure = schools[["exposure_before", "exposure_after"]].to_numpy(float).ravel()
    treated = np.repeat(schools["treated"].to_numpy(float), 2)
    after = np.tile([0.0, 1.0], len(schools))
    stratum = np.repeat(codes(schools["stratum"]), 2)
    strata = [(stratum == each).astype(float) for each in range(stratum.max() + 1)]
    arms = [treated * column for column in strata]
    design = np.column_stack(
        [treated * after, *strata, *arms, *(after * column for column in strata)]
    )
    unit = np.repeat(codes(schools["cluster"]), 2)
    return fit_gee(events, design, np.log(exposure), unit)


def fit_gee(events: Floats, design: Floats, offset: Floats, unit: Codes) -> GeeFit:
    """Fit to a design whose first column is the effect.

    Raises
    ------
    NotEstimable
        As for `gee_fit`.
    """
    import warnings

    from statsmodels.genmod.cov_struct import Exchangeable
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_estimating_equations import GEE

    units = int(unit.max()) + 1
    if units <= design.shape[1]:
        raise NotEstimable("there are no more units than coefficients")
    model = GEE(
        events, design, groups=unit, family=Poisson(), offset=offset, cov_struct=Exchangeable()
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            fit = model.fit(cov_type="bias_reduced", ctol=1e-10, maxiter=200)
        except (Warning, np.linalg.LinAlgError, ValueError) as fault:
            raise NotEstimable("the estimating equations could not be solved") from fault
    robust = float(np.sqrt(fit.cov_robust[0, 0]))
    if not (np.isfinite(fit.params).all() and 0 < fit.bse[0] < np.inf):
        raise NotEstimable("the estimating equations could not be solved")
    return GeeFit(float(fit.params[0]), float(fit.bse[0]), robust, float(units - design.shape[1]))
