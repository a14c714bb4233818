"""What a reader can know about the sums behind a withheld analysis.

A count over many analyses ("so many of them below 1") is honest only if it is over all of them,
and safe only if it is the same whatever the suppressed counts are. So the sums behind each
withheld analysis are given as ranges: those that follow from the sums that are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.disclosure.concealed_months import CELLS
from analysis.disclosure.many.regions import regions_of
from analysis.disclosure.withholding import _of_tables, _sums, with_alike_joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from analysis.disclosure.model_sums import Floats, Masks
    from analysis.models.inputs.specification import Specification


UNKNOWN = (0.0, float("inf"))
"""The range of a sum about which nothing is known."""
NEAREST = 40
"""Sums shown around another that are tried for its upper limit, the smallest first."""


def withheld_ranges(
    asked: Sequence[Specification],
    withheld: frozenset[Specification],
    outcome_panel: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
) -> dict[Specification, Floats]:
    """Return the range of each of the four sums behind each withheld analysis.

    Parameters
    ----------
    asked, outcome_panel, tables
        As for `analysis.disclosure.withholding.withheld_specifications`.
    withheld
        The analyses that it returned.

    Returns
    -------
    dict
        Ranges of shape (4, 2), lowest and highest: intervention schools before, comparison
        schools before, and the same after. The range of a sum that may be known is a point; all
        four extend from 0 to infinity where the reason for withholding is not a difference between
        sums.
    """
    found: dict[Specification, Floats] = {}
    for outcome in dict.fromkeys(each.outcome for each in asked):
        panel = outcome_panel.loc[outcome_panel["outcome"] == outcome]
        panel = panel.loc[panel["returned"]].reset_index(drop=True)
        of_outcome = [each for each in asked if each.outcome == outcome]
        there = set(panel["pilot"].unique())
        # Nothing is known about a pilot all of whose months are suppressed.
        gone = [each for each in of_outcome if each.pilot not in there and each in withheld]
        found |= {each: np.array([UNKNOWN] * 4) for each in gone}
        own = [each for each in of_outcome if each.pilot in there]
        if not own:
            continue
        for names in regions_of(sorted(panel["pilot"].astype(str).unique()), tables, outcome):
            asked_here = [each for each in own if each.pilot in names]
            if any(each in withheld for each in asked_here):
                part = panel.loc[panel["pilot"].isin(names)].reset_index(drop=True)
                found |= _ranges(asked_here, withheld, part, tables)
    return found


def _ranges(
    own: Sequence[Specification],
    withheld: frozenset[Specification],
    panel: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
) -> dict[Specification, Floats]:
    """Return the ranges behind the withheld analyses of one outcome in one region."""
    panel, _ = with_alike_joined(own, panel)
    there = panel["pilot"].unique()
    cells = {name: tables[name].loc[tables[name]["pilot"].isin(there)] for name in CELLS}
    shown, _ = _of_tables(panel, cells, own[0].outcome)
    sums = _sums(panel, own)
    known = np.vstack(
        [shown, *(rows for each, rows in zip(own, sums, strict=True) if each not in withheld)]
    )
    bounds = _Bounds(known, panel["events"].to_numpy(float))
    return {each: bounds.of_all(rows) for each, rows in zip(own, sums, strict=True)
            if each in withheld}  # fmt: skip


class _Bounds:
    """What follows about sums over school-months from the sums that are shown, and nothing else.

    Whether a difference is unsafe depends on suppressed counts, so no range may rest on it.
    """

    def __init__(self, known: Masks, events: Floats) -> None:
        self.known = np.unique(known[known.any(axis=1)], axis=0)
        self.totals = self.known @ events

    def of_all(self, rows: Masks) -> Floats:
        """Return ranges of an analysis's sums; unbounded if each of them follows from others."""
        ranges = [self.of(row) for row in rows]
        if all(low == high for low, high in ranges):
            # It is withheld because a suppressed cell follows from it and others together.
            return np.array([UNKNOWN] * len(rows))
        return np.array(ranges)

    def of(self, row: Masks) -> tuple[float, float]:
        """Return the range of one sum: at least its parts, at most a whole without the rest."""
        low, left = self._parts(row)
        if not left.any():
            return low, low
        around = ~(row & ~self.known).any(axis=1)
        nearest = np.argsort(self.totals[around], kind="stable")[:NEAREST]
        wholes, totals = self.known[around][nearest], self.totals[around][nearest]
        ends = [total - self._parts(whole & ~row)[0]
                for whole, total in zip(wholes, totals, strict=True)]  # fmt: skip
        return low, max(low, min(ends, default=np.inf))

    def _parts(self, row: Masks) -> tuple[float, Masks]:
        """Return the total of parts that are shown and do not overlap, and what they leave."""
        inside = ~(self.known & ~row).any(axis=1)
        parts, totals = self.known[inside], self.totals[inside]
        left, found = row.copy(), 0.0
        # The largest first: whole terms and years before their months.
        for place in np.argsort(-parts.sum(axis=1), kind="stable"):
            if not (parts[place] & ~left).any():
                left &= ~parts[place]
                found += float(totals[place])
        return found, left
