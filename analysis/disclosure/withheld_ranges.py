"""What a reader can know about the sums behind a withheld analysis.

A count over many analyses ("so many of them below 1") is honest only if it is over all of them,
and safe only if it is the same whatever the suppressed counts are. So the sums behind each
withheld analysis are given as ranges: those that follow from all that is shown, and from the rule
that determines which counts are suppressed.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from analysis.disclosure.withholding import _of_tables, _sums, _unsafe, with_alike_joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from analysis.disclosure.model_sums import Floats, Masks
    from analysis.disclosure.rules import DisclosureRules
    from analysis.models.inputs.specification import Specification


UNKNOWN = (0.0, float("inf"))
"""The range of a sum about which nothing is known."""


def withheld_ranges(
    asked: Sequence[Specification],
    withheld: frozenset[Specification],
    outcome_panel: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    records: Mapping[str, pd.DataFrame],
    rules: DisclosureRules,
) -> dict[Specification, Floats]:
    """Return the range of each of the four sums behind each withheld analysis.

    Parameters
    ----------
    asked, outcome_panel, tables, records, rules
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
        there = {"", *panel["pilot"].unique()}
        # Nothing is known about a pilot all of whose months are suppressed.
        gone = [each for each in of_outcome if each.pilot not in there and each in withheld]
        found |= {each: np.array([UNKNOWN] * 4) for each in gone}
        own = [each for each in of_outcome if each.pilot in there]
        if not own:
            continue
        panel, behind = with_alike_joined(own, panel, records[outcome])
        shown, _ = _of_tables(panel, tables, outcome)
        days = own[0].measure == "days"
        sums = _sums(panel, own)
        known = np.vstack(
            [shown, *(rows for each, rows in zip(own, sums, strict=True) if each not in withheld)]
        )
        unsafe = _unsafe(panel, behind, rules, days=days)
        bounds = _Bounds(known, panel["events"].to_numpy(float), unsafe, rules)
        for each, rows in zip(own, sums, strict=True):
            if each in withheld:
                found[each] = bounds.of_all(rows)
    return found


class _Bounds:
    """What is known about sums over school-months: sums shown, and unsafe differences."""

    def __init__(
        self,
        known: Masks,
        events: Floats,
        unsafe: Callable[[Masks], bool],
        rules: DisclosureRules,
    ) -> None:
        self.known = np.unique(known, axis=0)
        self.events, self.rules = events, rules
        self.totals = self.known @ events

        @cache
        def is_unsafe(mask: bytes) -> bool:
            chosen = np.frombuffer(mask, dtype=bool)
            return bool(chosen.any()) and unsafe(chosen)

        self.is_unsafe = is_unsafe

    def of_all(self, rows: Masks) -> Floats:
        """Return ranges of an analysis's sums; unbounded if no unsafe difference explains it."""
        ranges = [self.of(row) for row in rows]
        if all(low == high for low, high in ranges):
            # It is withheld because a suppressed cell follows from it and others together.
            return np.array([UNKNOWN] * len(rows))
        return np.array(ranges)

    def of(self, row: Masks) -> tuple[float, float]:
        """Return the range of one sum, over all its unsafe differences from known sums."""
        few = self.rules.lowest_unsafe
        inside = ~(self.known & ~row).any(axis=1)
        around = ~(row & ~self.known).any(axis=1)
        if (inside & around).any():
            return self._point(row)
        ends: list[float] = []
        for part, total in zip(self.known[inside], self.totals[inside], strict=True):
            if self.is_unsafe((row & ~part).tobytes()):
                ends += [total + few, total + self._most(row & ~part)]
        for whole, total in zip(self.known[around], self.totals[around], strict=True):
            if self.is_unsafe((whole & ~row).tobytes()):
                ends += [total - few, max(0.0, total - self._most(whole & ~row))]
        left = row.copy()
        for part in self.known[inside][np.argsort(self.known[inside].sum(axis=1), kind="stable")]:
            if not (part & ~left).any():
                left &= ~part
        if self.is_unsafe(left.tobytes()):
            total = float(self.events[row & ~left].sum())
            ends += [total + few, total + self._most(left)]
        return (min(ends), max(ends)) if ends else self._point(row)

    def _most(self, rest: Masks) -> float:
        """Return the largest possible value of an unsafe difference, as a reader can know it."""
        events, most = float(self.events[rest].sum()), self.rules.highest_unsafe
        return most if events <= most else 2 * most if events <= 2 * most else np.inf

    def _point(self, row: Masks) -> tuple[float, float]:
        total = float(self.events[row].sum())
        return total, total
