"""Coded evidence: items that support, qualify or contradict a finding; coders' agreement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

DIRECTIONS = ("supports", "mixed", "contradicts")
ITEM = ("fieldwork_id", "finding")
"""Columns that define an item: what one piece of fieldwork says on one finding."""
FINDINGS = (1, 2, 3, 4, 5, 6)
"""The key findings of the published summary; the last is on outcomes."""
PATHWAYS = ("A", "B", "C")
ON_PATHWAY = (*ITEM, "pathway")
"""Columns that define an item on a pathway."""

OTHERS = "child, parent or other professional"
POOLED = {"child": OTHERS, "parent": OTHERS, "other professional": OTHERS}
"""Groups that are counted together, since what few children or parents said could identify them.

Suppressing these counts one by one would suppress most others too, since all add up to totals that
other figures show.
"""


@dataclass(frozen=True)
class Agreement:
    """Agreement of two coders who read the same piece of fieldwork.

    Attributes
    ----------
    items
        Items that both coded.
    agreed
        The share of these with the same direction, from 0 to 1.
    kappa
        Cohen's kappa; NaN where both always chose the same single direction.
    kappa_low, kappa_high
        Limits of its 95% confidence interval, at most 1.
    """

    items: int
    agreed: float
    kappa: float
    kappa_low: float = float("nan")
    kappa_high: float = float("nan")


def items(
    evidence: pd.DataFrame, fieldwork: pd.DataFrame, by: Sequence[str] = ITEM
) -> pd.DataFrame:
    """Return one row per item, however many coders coded it.

    Parameters
    ----------
    evidence
        One row per coding, with `direction` and `coder`.
    fieldwork
        Fieldwork, for the method, group and study phase of each piece.
    by
        The columns that define an item; codings with a blank in one of them are left out.

    Returns
    -------
    DataFrame
        `by`, `pilot`, `school_phase` (missing away from school), `direction`, `method`,
        `participant_group` and `study_phase`. An item on which coders differ is mixed.
    """
    groups = evidence.dropna(subset=list(by)).groupby(list(by), sort=True)
    one = groups[["pilot", "school_phase", "direction"]].first()
    one["direction"] = one["direction"].where(groups["direction"].nunique() == 1, "mixed")
    about = fieldwork[["fieldwork_id", "method", "participant_group", "study_phase"]]
    return one.reset_index().merge(about, on="fieldwork_id")


def direction_counts(
    items: pd.DataFrame, within: Sequence[str], groups: Sequence[object] = ()
) -> pd.DataFrame:
    """Count items by direction.

    Parameters
    ----------
    within
        The columns that define groups.
    groups
        Groups that have a row even without any item; if empty, only groups with items have one.

    Returns
    -------
    DataFrame
        One row per group: `within`, a column for each of `DIRECTIONS`, and `items`.
    """
    counts = items.groupby(list(within))["direction"].value_counts().unstack(fill_value=0)
    table = counts.reindex(columns=list(DIRECTIONS), fill_value=0)
    if groups:
        table = table.reindex(index=pd.Index(groups, name=within[0]), fill_value=0)
    table["items"] = table.sum(axis=1)
    return table.rename_axis(columns=None).reset_index()


def pathway_share(on_pathway: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Return the share of the evidence from each phase of school that bears on each pathway.

    Parameters
    ----------
    on_pathway, items
        As `items` returns them, by `ON_PATHWAY` and by `ITEM`.

    Returns
    -------
    DataFrame
        One row per pathway and phase of school: `pathway`, `phase`, `items` that bear on
        it, `base` (all items from such schools) and `percent`.
    """
    seen = on_pathway.groupby(["pathway", "school_phase"]).size().unstack(fill_value=0)
    base = items.groupby("school_phase").size().rename("base")
    long = seen.melt(ignore_index=False, var_name="phase", value_name="items").reset_index()
    long = long.merge(base, left_on="phase", right_index=True)
    long["percent"] = 100 * long["items"] / long["base"]
    return long.sort_values(["pathway", "phase"], ignore_index=True)


def agreement(evidence: pd.DataFrame) -> Agreement:
    r"""Return the agreement of coders on the direction of items that both coded.

    Notes
    -----
    Cohen's kappa is :math:`(p_o - p_e) / (1 - p_e)`: the share of items on which coders
    agree, :math:`p_o`, compared with that expected by chance, :math:`p_e = \sum_k p_{1k}
    p_{2k}`, where :math:`p_{ck}` is how often coder *c* chooses direction *k*. Whether both
    identified an item at all is not part of it.

    References
    ----------
    Cohen, J. (1960). doi:10.1177/001316446002000104
    Fleiss, J. L., Cohen, J. & Everitt, B. S. (1969), for its error in large samples.
    doi:10.1037/h0028106

    Examples
    --------
    >>> coded = pd.DataFrame({"fieldwork_id": list("abcd") * 2, "finding": 1,
    ...     "coder": ["R1"] * 4 + ["R2"] * 4,
    ...     "direction": ["supports", "supports", "mixed", "mixed",
    ...                   "supports", "mixed", "mixed", "mixed"]})
    >>> found = agreement(coded)
    >>> found.items, found.agreed, found.kappa, round(found.kappa_low, 2)
    (4, 0.75, 0.5, -0.23)
    """
    both = evidence.pivot(index=list(ITEM), columns="coder", values="direction").dropna()
    if len(both.columns) != 2 or both.empty:
        return Agreement(0, float("nan"), float("nan"))
    first, second = (both[coder] for coder in both.columns)
    agreed = float((first == second).mean())
    shares = [coder.value_counts(normalize=True) for coder in (first, second)]
    chance = float(shares[0].mul(shares[1], fill_value=0).sum())
    kappa = (agreed - chance) / (1 - chance) if chance < 1 else float("nan")
    return Agreement(len(both), agreed, kappa, *_kappa_interval(first, second, chance))


def _kappa_interval(first: pd.Series, second: pd.Series, chance: float) -> tuple[float, float]:
    """Return the limits of kappa's interval; NaN where there is no kappa."""
    from statsmodels.stats.inter_rater import cohens_kappa

    if chance >= 1:
        return float("nan"), float("nan")
    kinds = sorted({*first, *second})
    table = pd.crosstab(first, second).reindex(index=kinds, columns=kinds, fill_value=0)
    found = cohens_kappa(table.to_numpy(float))
    return float(found.kappa_low), min(1.0, float(found.kappa_upp))


BORNE_OUT, IN_PART, NOT_BORNE_OUT, SILENT = "borne out", "in part", "not borne out", ""
"""What a strand shows about a statement; the last where it has no evidence on it."""


def read_checks(checks: Collection[bool]) -> str:
    """Return what records show about a statement, by which of its checks are met.

    Examples
    --------
    >>> read_checks((True, True)), read_checks((True, False)), read_checks((False,))
    ('borne out', 'in part', 'not borne out')
    """
    if not checks:
        return SILENT
    if all(checks):
        return BORNE_OUT
    return IN_PART if any(checks) else NOT_BORNE_OUT


def read_items(supports: int, mixed: int, contradicts: int) -> str:
    """Return what coded evidence shows about a statement, by the direction of its items.

    Examples
    --------
    >>> read_items(6, 3, 2), read_items(5, 3, 2), read_items(1, 1, 3)
    ('borne out', 'in part', 'not borne out')
    """
    items = supports + mixed + contradicts
    if not items:
        return SILENT
    if 2 * supports > items:
        return BORNE_OUT
    return NOT_BORNE_OUT if 2 * contradicts > items else IN_PART


def agreement_of(first: str, second: str) -> str:
    """Return whether two strands agree, by what each shows.

    Examples
    --------
    >>> agreement_of(BORNE_OUT, BORNE_OUT), agreement_of(NOT_BORNE_OUT, BORNE_OUT)
    ('agree', 'differ')
    >>> agreement_of(IN_PART, BORNE_OUT), agreement_of(SILENT, IN_PART)
    ('partly', 'one strand only')
    """
    if first == second:
        return "agree" if first else "neither strand"
    if SILENT in (first, second):
        return "one strand only"
    return "partly" if IN_PART in (first, second) else "differ"
