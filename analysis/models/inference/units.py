"""Units of assignment: their number, unevenness, and the smallest p-value they allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.inference.assignments import Assignments
from analysis.models.inputs.estimability import ESTIMATED, NOT_ESTIMABLE, NotEstimable
from analysis.models.inputs.school_counts import SchoolCounts, group_sums
from analysis.models.inputs.school_periods import school_periods
from analysis.models.primary.estimates import specification_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.specification import Specification

COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "assignment_unit": "Column of the unit that was assigned",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no figure",
    "schools": "Schools compared",
    "units_intervention": "Intervention units",
    "units_comparison": "Comparison units",
    "effective_intervention": "Intervention units of equal size that would say as much",
    "effective_comparison": "Comparison units of equal size that would say as much",
    "largest_share_intervention": "Largest share of one unit in its arm's exposure before",
    "largest_share_comparison": "The same in comparison units",
    "matched_sets": "Sets within which units may change places",
    "fixed_units": "Units that can't, because their set has one arm only",
    "assignments": "Assignments that might have been",
    "smallest_p": "Smallest two-sided p-value that a randomisation test can give",
}


def effective_units(sizes: np.ndarray) -> float:
    r"""Return the effective number of units: :math:`(\sum m)^2 / \sum m^2`.

    References
    ----------
    Kish (1965), Survey Sampling; for clusters Carter, Schnepel & Steigerwald (2017),
    doi:10.1162/REST_a_00639.

    Examples
    --------
    >>> effective_units(np.array([10.0, 10.0, 10.0, 10.0]))
    4.0
    >>> round(effective_units(np.array([37.0, 1.0, 1.0, 1.0])), 2)
    1.17
    """
    return float(sizes.sum() ** 2 / (sizes**2).sum()) if sizes.any() else 0.0


def assignment_units(panel: pd.DataFrame, specifications: Iterable[Specification]) -> pd.DataFrame:
    """Describe the units of each specification, using only the months before the start.

    Units are weighted by their exposure, to which events are proportional if rates are equal.

    Returns
    -------
    DataFrame
        One row per specification, with the columns of `COLUMNS`. `assignments` is an
        integer of any size.
    """
    rows = []
    for specification in specifications:
        row = {k: v for k, v in specification_columns(specification).items() if k in COLUMNS}
        schools = school_periods(panel, specification)
        try:
            row |= _units(schools) | {"schools": len(schools)}
            row |= {"status": ESTIMATED, "reason": ""}
        except NotEstimable as reason:
            row |= {"status": NOT_ESTIMABLE, "reason": str(reason)}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"assignments": object})


def _units(schools: pd.DataFrame) -> dict[str, object]:
    if schools.empty:
        raise NotEstimable("there are no schools")
    counts = SchoolCounts.of(schools)
    assignments = Assignments.of(counts)
    # By size and not by events: events would follow from two such figures and their sum.
    sizes = group_sums(schools["exposure_before"].to_numpy(float), counts.unit)
    movable = [size for size in assignments.sizes if size[1] not in (0, size[0])]
    row: dict[str, object] = {
        "matched_sets": len(movable),
        "fixed_units": assignments.fixed_units,
        "assignments": assignments.possible,
        "smallest_p": assignments.smallest_p,
    }
    for treated, arm in ((True, "intervention"), (False, "comparison")):
        of_arm = sizes[assignments.treated == treated]
        row[f"units_{arm}"] = len(of_arm)
        row[f"effective_{arm}"] = effective_units(of_arm)
        row[f"largest_share_{arm}"] = float(of_arm.max() / of_arm.sum()) if of_arm.any() else np.nan
    return row
