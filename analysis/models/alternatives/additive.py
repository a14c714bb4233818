"""The additive scale: a difference of differences in rates, with its own parallel trends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.primary.conditional import ConditionalFit, design_matrix

if TYPE_CHECKING:
    import pandas as pd


def additive_fit(schools: pd.DataFrame) -> ConditionalFit:
    r"""Estimate the difference of differences in rates.

    Parameters
    ----------
    schools
        One row per school; see `compare`. Schools without events count too: on this scale a rate
        that stays at zero is a change of zero.

    Returns
    -------
    ConditionalFit
        Its first coefficient is in events per unit of exposure.

    Raises
    ------
    NotEstimable
        If no stratum has both arms.

    Notes
    -----
    Weighted least squares of :math:`y_{it}/n_{it}` on treatment after, schools and
    stratum periods, with weights :math:`n_{it}`, is that of each school's change in rate
    on treatment and strata with weights :math:`n_{i0} n_{i1} / (n_{i0} + n_{i1})`. It assumes
    parallel trends in rates, not in their logs: both can hold only if rates were equal or nothing
    changed.

    References
    ----------
    Roth & Sant'Anna (2023), doi:10.3982/ECTA19402.

    Examples
    --------
    >>> import pandas as pd
    >>> schools = pd.DataFrame({
    ...     "treated": [True, True, False, False], "stratum": "", "matched_set": "",
    ...     "cluster": list("ABCD"), "events_before": [10, 20, 12, 18],
    ...     "events_after": [6, 12, 14, 16],
    ...     "exposure_before": 1000.0, "exposure_after": 1000.0,
    ... })
    >>> round(1000 * additive_fit(schools).log_ratio, 3)  # -6 in the one arm, 0 in the other
    -6.0
    """
    counts = SchoolCounts.of(schools)
    before, after = (schools[f"exposure_{p}"].to_numpy(float) for p in ("before", "after"))
    change = counts.after / after - counts.before / before
    root = np.sqrt(before * after / (before + after))
    design = design_matrix(counts.treated, schools["stratum"]) * root[:, np.newaxis]
    bread = np.linalg.inv(design.T @ design)
    coefficients = bread @ (design.T @ (root * change))
    residuals = root * change - design @ coefficients
    return ConditionalFit(coefficients, bread, design, residuals, counts.unit, counts.treated)
