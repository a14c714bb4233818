"""How far results of models narrow the range of counts that are suppressed or not shown.

A count need not follow exactly: overlapping sums can leave only a few values. So the sums of
models enter the intruder's check of the tables, as if each were printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from analysis.disclosure.cells import CellSystem
from analysis.disclosure.intruder import TOLERANCE, wide_cells
from analysis.disclosure.model_sums import Floats, Masks
from analysis.disclosure.rules import DisclosureRules


@dataclass(frozen=True)
class Counts:
    """Counts of atoms, such as school-months.

    Attributes
    ----------
    amounts
        The count of each atom, shape (atoms,).
    group
        Code of the pilot and arm of each atom, shape (atoms,); each group is examined separately.
    is_unsafe
        Whether a sum over some atoms, shape (atoms,), is too small to be known.
    concealed
        Which atoms lie in suppressed cells, and are examined only as part of these, shape
        (atoms,).
    is_sum
        Whether the counts are magnitudes, such as days.
    """

    amounts: Floats
    group: np.ndarray
    is_unsafe: Callable[[Masks], bool]
    concealed: Masks
    is_sum: bool = False


def narrowing_results(
    results: Sequence[Masks], shown: Masks, hidden: Masks, counts: Counts, rules: DisclosureRules
) -> list[bool]:
    """Return which results would narrow a count too far, given that those before are shown.

    Parameters
    ----------
    results, shown, hidden
        As in `analysis.disclosure.model_sums.revealing_results`.
    counts
        The counts of the atoms.
    rules
        The disclosure rules of the channel: how wide a range must be.

    Returns
    -------
    list of bool
        Suppressed cells, and unsafe groups of atoms that no sum separates, must keep a range as
        wide as the threshold, or from one to the threshold, or for magnitudes one of
        `DisclosureRules.magnitude_margin` about its middle. Ranges that the tables alone leave
        narrower are ignored.

    Examples
    --------
    >>> from analysis.disclosure.rules import PUBLIC
    >>> months, amounts = np.eye(3, dtype=bool), np.array([3.0, 9.0, 9.0])
    >>> def few(mask): return 0 < amounts[mask].sum() < 6
    >>> counts = Counts(amounts, np.zeros(3, int), few, np.zeros(3, bool))
    >>> whole, pairs = months.any(0)[None], [months[:2].any(0)[None], months[1:].any(0)[None]]
    >>> narrowing_results(pairs, whole, months[:0], counts, PUBLIC)
    [False, True]
    """
    if not results:
        return []
    merged, back = _merged(np.vstack([shown, hidden, *results]), counts)
    open_ = np.unique(back[~counts.concealed])
    few = [atom for atom in open_ if counts.is_unsafe((back == atom) & ~counts.concealed)]
    ends = np.cumsum([len(shown), len(hidden), *map(len, results)])[:-1]
    known, cells, *sums = np.split(merged.parts, ends)
    known_rows = np.r_[: len(known), ends[1] : len(merged.parts)]
    targets = np.vstack([cells, np.eye(back.max() + 1, dtype=bool)[few]])
    merged = replace(merged, cells=cells)
    # A count that keeps its range given all results keeps it given some of them.
    targets = targets[~merged.keeps(merged.parts[known_rows], targets, rules)]
    targets = targets[merged.keeps(known, targets, rules)]
    keys = [each.tobytes() for each in sums]
    # Two results of the same sums, one of rates and one of counts, are known together.
    distinct = list(dict(zip(keys, sums, strict=True)).items())
    narrow: set[bytes] = set()
    while len(targets) and distinct:
        stop = _fitting(merged, known, [each for _, each in distinct], targets, rules)
        known = np.vstack([known, *(each for _, each in distinct[:stop])])
        narrow.update(key for key, _ in distinct[stop : stop + 1])
        distinct = distinct[stop + 1 :]
    return [key in narrow for key in keys]


@dataclass(frozen=True)
class _Atoms:
    """Atoms that no sum separates, merged: which sums include them, their counts and group.

    No suppressed cell in `cells` is zero where a true zero is shown.
    """

    parts: Masks
    amounts: Floats
    group: np.ndarray
    is_sum: bool
    cells: Masks

    def keeps(self, known: Masks, targets: Masks, rules: DisclosureRules) -> np.ndarray:
        """Return which targets keep a wide range given what is known."""
        kept = np.ones(len(targets), dtype=bool)
        for group in np.unique(self.group):
            own = self.group == group
            inside = np.flatnonzero(targets[:, own].any(axis=1))
            if len(inside):
                kept[inside] &= self._kept(known[:, own], targets[inside][:, own], own, rules)
        return kept

    def _kept(
        self, known: Masks, targets: Masks, own: np.ndarray, rules: DisclosureRules
    ) -> np.ndarray:
        told = np.unique(known[known.any(axis=1)], axis=0)
        cells = self.cells[:, own]
        cells = cells[cells.any(axis=1)]
        one = 0.0 if rules.zero_is_unsafe else 1.0
        members = np.vstack([told, targets]).astype(float)
        nothing = np.zeros(len(members))
        system = CellSystem(members @ self.amounts[own], sparse.csr_array(members),
                            self.amounts[own], nothing > 0, nothing, nothing, (), {},
                            one)  # fmt: skip

        def is_wide(low: np.ndarray, high: np.ndarray) -> np.ndarray:
            # By its ends alone: what is withheld may not depend on suppressed values.
            least = rules.magnitude_margin * (high + low) if self.is_sum else rules.threshold
            wide: np.ndarray = high - low >= np.maximum(least, rules.threshold) - TOLERANCE
            if self.is_sum:
                return wide
            return wide | ((low <= one + TOLERANCE) & (high >= rules.threshold - TOLERANCE))

        return wide_cells(system, np.arange(len(members)) >= len(told), is_wide, cells)


def _merged(parts: Masks, counts: Counts) -> tuple[_Atoms, np.ndarray]:
    """Return the merged atoms, and for each original atom the index of its merged one."""
    lines = np.vstack([parts, counts.group])
    _, first, back = np.unique(lines, axis=1, return_index=True, return_inverse=True)
    back = back.ravel()
    amounts: Floats = np.bincount(back, counts.amounts).astype(float)
    nothing = np.zeros((0, len(first)), dtype=bool)
    return _Atoms(parts[:, first], amounts, counts.group[first], counts.is_sum, nothing), back


def _fitting(
    merged: _Atoms, known: Masks, sums: Sequence[Masks], targets: Masks, rules: DisclosureRules
) -> int:
    """Return how many results can be shown, in their order, before one narrows a range too far."""

    def fits(many: int) -> bool:
        return bool(merged.keeps(np.vstack([known, *sums[:many]]), targets, rules).all())

    if fits(len(sums)):
        return len(sums)
    fewest, most = 0, len(sums)
    while most - fewest > 1:
        middle = (fewest + most) // 2
        fewest, most = (middle, most) if fits(middle) else (fewest, middle)
    return fewest
