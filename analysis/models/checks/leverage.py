"""Leverage: how much of an estimate rests on one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.inputs.estimability import (
    ESTIMATED,
    NOT_ESTIMABLE,
    NotEstimable,
    require_estimable,
)
from analysis.models.inputs.school_periods import school_periods
from analysis.models.primary.conditional import fit_conditional
from analysis.models.primary.estimates import specification_columns
from analysis.models.primary.sandwich import cluster_leverages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.specification import Specification

CASE_STUDY = 0.3
"""Share of its arm's information above which an estimate is close to a case study of one unit."""
COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no figure",
    "leverage": "Largest share of its arm's information in one unit, 0 to 1",
    "arm": "'intervention' or 'comparison': the arm of that unit",
}


def largest_leverages(panel: pd.DataFrame, specifications: Iterable[Specification]) -> pd.DataFrame:
    """Return the largest leverage of a unit in each specification, and the arm of that unit.

    Returns
    -------
    DataFrame
        One row per specification, with the columns of `COLUMNS`.

    References
    ----------
    MacKinnon, Nielsen & Webb (2023), doi:10.1002/jae.2969.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> found = largest_leverages(example_panel(), [Specification("main", "y", pilot="X")]).iloc[0]
    >>> float(found["leverage"].round(2)), found["arm"]
    (0.2, 'intervention')
    """
    rows = []
    for specification in specifications:
        row = {k: v for k, v in specification_columns(specification).items() if k in COLUMNS}
        try:
            schools = school_periods(panel, specification)
            require_estimable(schools, specification)
            fit = fit_conditional(schools)
            leverages = cluster_leverages(fit)
            unit = int(np.argmax(leverages))
            treated = bool(fit.treated[fit.clusters == unit][0])
            row |= {
                "status": ESTIMATED, "reason": "", "leverage": float(leverages[unit]),
                "arm": "intervention" if treated else "comparison",
            }  # fmt: skip
        except NotEstimable as reason:
            row |= {"status": NOT_ESTIMABLE, "reason": str(reason)}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))
