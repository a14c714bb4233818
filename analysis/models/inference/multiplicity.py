"""Multiple comparisons: p-values adjusted for the number of outcomes and pilots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.errors import ConfigurationError
from analysis.models.inference.assignments import Assignments
from analysis.models.inference.randomisation import TIE, named_seed, statistics, statistics_of
from analysis.models.inputs.estimability import NotEstimable, require_estimable
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.inputs.school_periods import school_periods
from analysis.models.inputs.specification import ALL_PILOTS
from analysis.workers import over

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.school_counts import Floats
    from analysis.models.inputs.specification import Specification

METHODS = {"Holm": "holm", "Benjamini-Hochberg": "fdr_bh"}
"""Adjustment methods of the families, with their names in statsmodels."""
FAMILIES = {"primary": "Holm", "secondary": "Benjamini-Hochberg"}
"""Families of comparisons by the role of their outcome, and how each is adjusted.

Both are exploratory: the analysis was fixed after the published results were known.
"""
COLUMNS: dict[str, str] = {
    "pilot": "Local authority",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "family": "'primary' (the primary outcome in each pilot) or 'secondary' (the others); both "
    "are exploratory",
    "in_family": "Estimates in the family",
    "p_value": "Two-sided p-value on its own",
    "adjusted": "p-value that allows for the family",
    "adjustment": "How: Holm for the primary family, Benjamini-Hochberg for the secondary",
    "min_p": "p-value that allows for every outcome and pilot at once, by permutation (min-P)",
    "max_t": "The same by the largest statistic (max-T), which favours tests with a wide null "
    "distribution",
}


def adjusted_p_values(p_values: Floats, method: str) -> Floats:
    """Return p-values adjusted for the number of tests; missing ones stay missing.

    Parameters
    ----------
    p_values : ndarray of shape (k,)
        NaN where there was no test; it is then not counted.
    method
        A key of `METHODS`.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    Benjamini & Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> adjusted_p_values(np.array([0.01, 0.04, np.nan]), "Holm").round(2)
    array([0.02, 0.04,  nan])
    """
    from statsmodels.stats.multitest import multipletests

    if method not in METHODS:
        raise ConfigurationError(
            f"must be one of {', '.join(METHODS)}; found {method!r}",
            place="adjusted_p_values.method", remedy="choose one of them",
        )  # fmt: skip
    if ((p_values < 0) | (p_values > 1)).any():
        raise ConfigurationError(
            f"a p-value is from 0 to 1; found {list(p_values)}",
            place="adjusted_p_values.p_values", remedy="leave out what is not a p-value",
        )  # fmt: skip
    adjusted = np.full(len(p_values), np.nan)
    present = np.isfinite(p_values)
    if present.any():
        adjusted[present] = multipletests(p_values[present], method=METHODS[method])[1]
    return adjusted


def multiplicity(
    panel: pd.DataFrame,
    specifications: Iterable[Specification],
    estimates: pd.DataFrame,
    *,
    seed: int,
    draws: int = 9_999,
) -> pd.DataFrame:
    """Adjust the p-values of primary and secondary outcomes.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        The specifications of the estimates. Sensitivity analyses and all pilots together are left
        out, as they repeat the same comparisons.
    estimates
        A table with the columns of `estimates.COLUMNS`.
    seed, draws
        For the permutations behind `min_p` and `max_t`.

    Returns
    -------
    DataFrame
        One row per estimate of a primary or secondary outcome, whatever it shows, with
        the columns of `COLUMNS`.
    """
    chosen = estimates.loc[estimates["role"].isin(FAMILIES) & (estimates["pilot"] != ALL_PILOTS)]
    wanted = [each for each in specifications if each.role in FAMILIES and each.pilot is not None]
    table = chosen[["pilot", "outcome", "specification", "p_value"]].reset_index(drop=True)
    roles = chosen["role"].to_numpy()
    table["family"] = roles
    table["adjustment"] = [FAMILIES[role] for role in roles]
    for role, method in FAMILIES.items():
        rows = roles == role
        p_values = table.loc[rows, "p_value"].to_numpy(float)
        table.loc[rows, "adjusted"] = adjusted_p_values(p_values, method)
        table.loc[rows, "in_family"] = np.isfinite(p_values).sum()
    together = all_at_once(panel, wanted, seed=seed, draws=draws)
    keys = ["pilot", "specification"]
    return table.merge(together, on=keys, how="left", validate="one_to_one")[list(COLUMNS)]


def all_at_once(
    panel: pd.DataFrame, specifications: Iterable[Specification], *, seed: int, draws: int = 9_999
) -> pd.DataFrame:
    r"""Return p-values adjusted for all specifications jointly, by common permutations.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        Each of one pilot. Within a pilot, units are permuted in all outcomes together, which
        preserves the correlation of outcomes.
    seed, draws
        For the permutations.

    Returns
    -------
    DataFrame
        Columns `pilot`, `specification`, `min_p` and `max_t`; NaN where there is no estimate.

    Notes
    -----
    Step-down: with the results ordered from the most extreme, the j-th p-value is the
    share of permutations in which the most extreme of the j-th and all later ones is as
    extreme as its own, and never below the p-value before it.

    Max-T compares studentised estimates :math:`|S|` and so is balanced only if these have the same
    null distribution. Here they don't: with 8 pairs permuted values have longer tails than with
    18, and a statistic of the larger pilot is compared with the tails of the smaller. Min-P first
    turns each statistic into the p-value it has among its own permutations, which puts all tests
    on one scale whatever their number of units. The report prints min-P for that reason and not
    for its results.

    References
    ----------
    Westfall & Young (1993), Resampling-Based Multiple Testing, algorithms 2.8 and 4.1.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> all_at_once(example_panel(), [main], seed=1, draws=99)["min_p"].round(1).tolist()
    [0.3]
    """
    wanted = tuple(specifications)
    statistic = np.full((len(wanted), draws + 1), np.nan)
    for pilot in dict.fromkeys(each.pilot for each in wanted):
        places, tables = [], []
        for place, each in enumerate(wanted):
            schools = school_periods(panel, each) if each.pilot == pilot else None
            if schools is not None and _is_estimable(schools, each):
                places.append(place)
                tables.append(schools)
        try:
            if places:
                whole = _all_schools(panel, wanted, pilot)
                own = named_seed(seed, str(pilot))
                statistic[places] = np.abs(jointly_studentised(whole, tables, draws, own))
        except NotEstimable:
            continue  # a unit has schools of both arms
    keys = {"pilot": [each.pilot for each in wanted], "specification": [e.name for e in wanted]}
    found = {"min_p": step_down(1 / own_p_values(statistic)), "max_t": step_down(statistic)}
    return pd.DataFrame(keys | found)


def own_p_values(statistic: Floats) -> Floats:
    """Return the p-value of every statistic within its own row.

    Parameters
    ----------
    statistic : ndarray of shape (tests, 1 + draws)
        Absolute statistics. Values that differ only by rounding are ties.

    Returns
    -------
    ndarray of the same shape
        Share of the row that is at least as large; a NaN counts as largest, and a row
        whose first value is NaN has none.

    Examples
    --------
    >>> own_p_values(np.array([[2.0, 1.0, 3.0, 2.0]]))
    array([[0.75, 1.  , 0.25, 0.75]])
    """
    from scipy.stats import rankdata

    filled = np.where(np.isnan(statistic), np.inf, statistic)
    with np.errstate(invalid="ignore", divide="ignore"):
        digits = np.log(filled) / TIE
        tied = np.where(
            np.isfinite(digits), np.round(digits), np.where(filled > 0, np.inf, -np.inf)
        )
    p_values: Floats = rankdata(-tied, method="max", axis=1) / statistic.shape[1]
    p_values[np.isnan(statistic[:, 0])] = np.nan
    return p_values


def step_down(statistic: Floats) -> Floats:
    """Return step-down p-values from absolute statistics, (tests, 1 + draws).

    The first column is the actual assignment. Rows that are NaN there have no p-value; a NaN
    elsewhere counts as large.
    """
    p_values = np.full(len(statistic), np.nan)
    present = np.flatnonzero(np.isfinite(statistic[:, 0]))
    order = present[np.argsort(-statistic[present, 0])]
    filled = np.where(np.isnan(statistic), np.inf, statistic)
    largest_so_far = 0.0
    for place, row in enumerate(order):
        largest = filled[order[place:]].max(axis=0)
        share = float((largest >= statistic[row, 0] * (1 - TIE)).mean())
        largest_so_far = max(largest_so_far, share)
        p_values[row] = largest_so_far
    return p_values


def _all_schools(
    panel: pd.DataFrame, specifications: tuple[Specification, ...], pilot: str | None
) -> pd.DataFrame:
    """Return, once each, the schools of a pilot that some specification compares."""
    tables = [school_periods(panel, each) for each in specifications if each.pilot == pilot]
    return pd.concat(tables).drop_duplicates("school_id").sort_values("school_id")


def _is_estimable(schools: pd.DataFrame, specification: Specification) -> bool:
    try:
        require_estimable(schools, specification)
    except NotEstimable:
        return False
    return True


def jointly_studentised(
    whole: pd.DataFrame, tables: list[pd.DataFrame], draws: int, seed: int
) -> Floats:
    """Return studentised estimates of several outcomes under the same permutations of units.

    Parameters
    ----------
    whole
        All schools of a pilot, once each.
    tables
        The schools that each outcome compares.
    draws, seed
        For the permutations.

    Returns
    -------
    ndarray of shape (tables, 1 + draws)
        The actual assignment first.
    """
    assignments = Assignments.of(SchoolCounts.of(whole))
    names = np.unique(whole["cluster"].to_numpy(str))
    places = [np.searchsorted(names, np.unique(each["cluster"].to_numpy(str))) for each in tables]
    studentised = [statistics_of(SchoolCounts.of(each)) for each in tables]
    happened = assignments.treated[np.newaxis].astype(float)

    def of_rows(rows: range) -> Floats:
        treated = assignments.sampled(seed, rows)
        if not rows.start:
            treated = np.vstack([happened, treated])
        return np.array(
            [found(treated[:, own])[1] for found, own in zip(studentised, places, strict=True)]
        )

    return np.hstack(over(of_rows, assignments.blocks(draws)))


def joint_permutations(
    schools: pd.DataFrame, draws: int, random: np.random.Generator
) -> tuple[np.ndarray, Floats]:
    """Return unit names and their assignments, the actual one first."""
    assignments = Assignments.of(SchoolCounts.of(schools))
    happened = assignments.treated[np.newaxis].astype(float)
    names = np.unique(schools["cluster"].to_numpy(str))
    return names, np.vstack([happened, *assignments.sample(draws, random)])


def studentised_under(schools: pd.DataFrame, names: np.ndarray, treated: Floats) -> Floats:
    """Return the studentised estimates of one outcome under all assignments."""
    own = np.unique(schools["cluster"].to_numpy(str))
    found: Floats = statistics(SchoolCounts.of(schools), treated[:, np.searchsorted(names, own)])[1]
    return found
