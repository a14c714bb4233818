"""Baseline balance: how alike the arms were before the start, overall and within sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.school_counts import Floats

COLUMNS: dict[str, str] = {
    "pilot": "Local authority",
    "covariate": "Characteristic of a school before the start",
    "schools_intervention": "Intervention schools with a value",
    "schools_comparison": "Comparison schools with a value",
    "mean_intervention": "Mean in intervention schools",
    "mean_comparison": "Mean in comparison schools",
    "mean_candidates": "Mean in all schools that might have been comparison schools",
    "before_matching": "Standardised difference from those; missing where they aren't known",
    "after_matching": "Standardised difference from comparison schools",
    "within_sets": "Mean absolute difference within matched sets, in standard deviations",
    "variance_ratio": "Variance in intervention schools divided by that in comparison schools",
}


def balance(
    schools: pd.DataFrame, covariates: Iterable[str], candidates: pd.DataFrame | None = None
) -> pd.DataFrame:
    r"""Compare the arms' characteristics before the start.

    Parameters
    ----------
    schools
        One row per school, with columns `pilot`, `arm`, `matched_set` and the covariates.
    covariates
        Numeric columns, measured before the start.
    candidates
        All schools that comparison schools were matched from, with `pilot`, the covariates and,
        if they are weighted, `weight`; None if they aren't known.

    Returns
    -------
    DataFrame
        One row per pilot and covariate, with the columns of `COLUMNS`.

    Raises
    ------
    ConfigurationError
        If a column is missing, or a covariate isn't numeric.

    Notes
    -----
    :math:`d = (\bar x_T - \bar x_C) / \sqrt{(s_T^2 + s_C^2) / 2}`, always with the standard
    deviations of the schools compared, so that matching can't change the scale. An absolute value
    above 0.1 deserves attention; no test is made, since balance is a property of these schools and
    not of others.

    References
    ----------
    Austin (2009), doi:10.1002/sim.3697.

    Examples
    --------
    >>> schools = pd.DataFrame({
    ...     "pilot": "X", "arm": ["intervention", "comparison"] * 2,
    ...     "matched_set": [1, 1, 2, 2], "pupils": [100, 110, 300, 270],
    ... })
    >>> balance(schools, ["pupils"])[["after_matching", "within_sets"]].round(2)
       after_matching  within_sets
    0            0.08         0.16
    """
    wanted = list(covariates)
    _require(schools, ["pilot", "arm", "matched_set", *wanted], "schools")
    if candidates is not None:
        _require(candidates, ["pilot", *wanted], "candidates")
    rows = [
        {"pilot": pilot, "covariate": covariate}
        | _row(group, covariate, None if candidates is None
               else candidates.loc[candidates["pilot"] == pilot])
        for pilot, group in schools.groupby("pilot", sort=True)
        for covariate in wanted
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _require(table: pd.DataFrame, columns: list[str], name: str) -> None:
    for column in columns:
        if column not in table:
            raise ConfigurationError(
                f"has no column {column}", place=f"balance.{name}", remedy="add it"
            )
    for column in set(columns) - {"pilot", "arm", "matched_set"}:
        if not pd.api.types.is_numeric_dtype(table[column]):
            raise ConfigurationError(
                f"has {table[column].dtype} and not numbers in {column}",
                place=f"balance.{name}", remedy="give numbers, or leave it out",
            )  # fmt: skip


def _row(group: pd.DataFrame, covariate: str, candidates: pd.DataFrame | None) -> dict[str, object]:
    values = group.dropna(subset=[covariate])
    treated, comparison = (
        values.loc[values["arm"] == arm, covariate].to_numpy(float)
        for arm in ("intervention", "comparison")
    )
    spread = _spread(treated, comparison)
    by_set = values.groupby(["matched_set", "arm"])[covariate].mean().unstack("arm")
    row: dict[str, object] = {
        "schools_intervention": len(treated),
        "schools_comparison": len(comparison),
        "mean_intervention": _mean(treated),
        "mean_comparison": _mean(comparison),
        "after_matching": (_mean(treated) - _mean(comparison)) / spread,
    }
    if {"intervention", "comparison"} <= set(by_set.columns):
        apart = (by_set["intervention"] - by_set["comparison"]).abs()
        row["within_sets"] = float(apart.mean()) / spread
    if min(len(treated), len(comparison)) > 1 and comparison.var(ddof=1) > 0:
        row["variance_ratio"] = float(treated.var(ddof=1) / comparison.var(ddof=1))
    if candidates is not None and candidates[covariate].notna().any():
        row["mean_candidates"] = _mean_candidates(candidates, covariate)
        row["before_matching"] = (_mean(treated) - _mean_candidates(candidates, covariate)) / spread
    return row


def _mean_candidates(candidates: pd.DataFrame, covariate: str) -> float:
    known = candidates.dropna(subset=[covariate])
    if "weight" not in known:
        return float(known[covariate].mean())
    return float((known["weight"] * known[covariate]).sum() / known["weight"].sum())


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else np.nan


def _spread(treated: Floats, comparison: Floats) -> float:
    """Return the standard deviation by which differences are divided; NaN if there is none."""
    if min(len(treated), len(comparison)) < 2:
        return np.nan
    spread = float(np.sqrt((treated.var(ddof=1) + comparison.var(ddof=1)) / 2))
    return spread if spread > 0 else np.nan
