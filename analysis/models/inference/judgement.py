"""Whether a change may be claimed: p-values adjusted for the family, by both units.

Whether schools or whole areas were assigned is not public, so a claim must be true of both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.inference.multiplicity import FAMILIES, adjusted_p_values
from analysis.models.inputs.estimability import ESTIMATED

if TYPE_CHECKING:
    from analysis.models.inputs.school_counts import Floats

LEVEL = 0.05
UNITS = ("school", "area")
KEYS = ["pilot", "outcome"]
EVIDENCE = ["ratio_low", "ratio_high", "p_value", "p_permuted", "permuted_low", "permuted_high",
            "smallest_p"]  # fmt: skip
"""Columns of an estimate by one unit: all except the ratio, which is the same for both."""
SAID = {
    "ratio_low": "Lower limit of the 95% interval (CR2)",
    "ratio_high": "Upper limit of that interval",
    "p_value": "Two-sided p-value of no effect (CR2)",
    "p_permuted": "Two-sided p-value, permuting units within matched sets",
    "permuted_low": "Lower end of the ratios which that permutation test doesn't reject",
    "permuted_high": "Upper end of those ratios",
    "smallest_p": "Smallest p-value that this permutation test could give, whatever the data",
    "judged": "p-value that is judged: by school the larger of the two, by area that of CR2",
    "adjusted": "The judged p-value, allowing for the other comparisons of the family",
}
COLUMNS: dict[str, str] = {
    "pilot": "Local authority",
    "outcome": "Name of the outcome",
    "family": "Family of comparisons, 'primary' or 'secondary'; both are exploratory",
    "in_family": "Comparisons in the family",
    "adjustment": "How p-values allow for the family",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no estimate",
    "ratio": "Ratio of rate ratios, which is the same for both units",
    **{f"{name}_{unit}": f"{said}, by {unit}" for unit in UNITS for name, said in SAID.items()},
    "verdict": "'lower' or 'higher' where both adjusted p-values are at most 0.05; else "
    "'not clear'",
}


def unit_evidence(methods: pd.DataFrame) -> pd.DataFrame:
    """Return the evidence for each estimate by one unit, one row per pilot and outcome.

    Parameters
    ----------
    methods
        As returned by `inference_estimates`, all of one unit.

    Returns
    -------
    DataFrame
        Columns `pilot`, `outcome`, `role`, `status`, `reason`, `ratio` and `EVIDENCE`
        without the smallest p-value.
    """
    reported = methods.loc[methods["method"] == "conditional Poisson, CR2"]
    permuted = methods.loc[methods["method"] == "randomisation"].rename(
        columns={"p_value": "p_permuted", "ratio_low": "permuted_low",
                 "ratio_high": "permuted_high"}
    )  # fmt: skip
    first = [*KEYS, "role", "status", "reason", "ratio", "ratio_low", "ratio_high", "p_value"]
    second = [*KEYS, "p_permuted", "permuted_low", "permuted_high"]
    return reported[first].merge(permuted[second], on=KEYS, validate="one_to_one")


def judgements(by_school: pd.DataFrame, by_area: pd.DataFrame) -> pd.DataFrame:
    """Judge for each estimate whether the report may claim a change.

    Parameters
    ----------
    by_school, by_area
        As returned by `unit_evidence`, with `smallest_p`; the same pilots and outcomes.

    Returns
    -------
    DataFrame
        One row per estimate, with the columns of `COLUMNS`.

    Notes
    -----
    By school the judged p-value is the larger of CR2's and the permutation test's: where they
    disagree, neither is trusted alone. By area it is that of CR2, since three or five pairs of
    areas can't give a permutation p-value below .25 or .0625, whatever the data; a rule that no
    data can meet would conceal that. The permutation result is reported next to it. Each is
    adjusted within its family, and a change is claimed where both are at most .05.
    """
    both = by_school.merge(
        by_area[[*KEYS, "status", *EVIDENCE]], on=KEYS, suffixes=("_school", "_area"),
        validate="one_to_one",
    )  # fmt: skip
    table = both.rename(columns={"status_school": "status"})
    estimated = (table["status"] == ESTIMATED).to_numpy()
    table["judged_school"] = table[["p_value_school", "p_permuted_school"]].max(
        axis=1, skipna=False
    )
    table["judged_area"] = table["p_value_area"]
    table["family"] = table["role"]
    table["adjustment"] = table["role"].map(FAMILIES)
    for role, method in FAMILIES.items():
        own = (table["role"] == role).to_numpy()
        table.loc[own, "in_family"] = int((own & estimated).sum())
        for unit in UNITS:
            judged = table.loc[own, f"judged_{unit}"].to_numpy(float)
            table.loc[own, f"adjusted_{unit}"] = _adjusted(judged, estimated[own], method)
    sure = (table[["adjusted_school", "adjusted_area"]] <= LEVEL).all(axis=1)
    direction = np.where(table["ratio"] < 1, "lower", "higher")
    table["verdict"] = np.where(sure & estimated, direction, "not clear")
    return table[list(COLUMNS)]


def _adjusted(p_values: Floats, estimated: np.ndarray, method: str) -> Floats:
    """Adjust a family's p-values; an estimate without one by this unit counts as 1."""
    counted = np.where(estimated & np.isnan(p_values), 1.0, p_values)
    found = adjusted_p_values(np.where(estimated, counted, np.nan), method)
    found[np.isnan(p_values)] = np.nan
    return found
