"""What results of models reveal about suppressed counts, given the tables and each other.

A ratio of rates approximately reveals the sums that it is made of: anyone who knows three of the
four can work out the last. Two results whose months differ by one reveal that month's count, and a
result may, given a table, reveal a cell suppressed in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Masks = NDArray[np.bool_]
Floats = NDArray[np.float64]
EXACT = 1e-6
"""Norm below which the residual of a sum is a rounding error; that of one atom is 1."""


def alike_schools(panel: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Return a representative of each group of schools that no sum distinguishes.

    Parameters
    ----------
    panel
        One row per school and month with a return, of one outcome.
    columns
        Columns by which sums select schools, such as pilot, arm and phase.

    Returns
    -------
    Series
        By `school_id`, the first by name of the schools that are alike in these columns and in the
        months returned.

    Examples
    --------
    >>> panel = pd.DataFrame({"school_id": ["A", "A", "B", "B", "C"], "arm": "comparison",
    ...                       "event_month": [0, 1, 0, 1, 0]})
    >>> alike_schools(panel, ["arm"]).to_dict()
    {'A': 'A', 'B': 'A', 'C': 'C'}
    """
    school, names = pd.factorize(panel["school_id"], sort=True)
    months, at = np.unique(panel["event_month"], return_inverse=True)
    returned = np.zeros((len(names), len(months)), dtype=bool)
    returned[school, at] = True
    pattern = np.unique(np.packbits(returned, axis=1), axis=0, return_inverse=True)[1].ravel()
    places = panel.drop_duplicates("school_id").set_index("school_id")
    keys = [places[column].reindex(names).astype(str).to_numpy() for column in columns]
    ids = pd.Series(names.to_numpy(), index=names, name="school_id")
    return ids.groupby([*keys, pattern]).transform("first")


def revealing_results(
    results: Sequence[Masks],
    shown: Masks,
    hidden: Masks,
    is_unsafe: Callable[[Masks], bool],
) -> list[bool]:
    """Return which results would reveal a count, given that those before them are shown.

    Parameters
    ----------
    results
        For each result, the more important first, the sums that it rests on: which atoms (such as
        school-months) each sum includes, shape (sums, atoms).
    shown, hidden
        The sums that tables show and suppress, shape (sums, atoms).
    is_unsafe
        Function that returns whether a sum over some atoms, shape (atoms,), is too small to be
        known.

    Returns
    -------
    list of bool
        A result reveals too much if a suppressed sum is a linear combination of its sums and all
        that is shown; or if the difference between one of its sums and another that is shown, or
        several disjoint ones within it, is unsafe.

    Examples
    --------
    >>> months = np.eye(4, dtype=bool)
    >>> first_two, all_four = months[:2].any(0), months.any(0)
    >>> counts = np.array([9, 8, 2, 7])
    >>> def few(mask): return counts[mask].sum() < 6
    >>> without_third = np.array([[True, True, False, True]])
    >>> revealing_results([all_four[None], without_third], first_two[None], months[:0], few)
    [False, True]
    """
    parts = [shown, hidden, *results]
    atoms, back = np.unique(np.vstack(parts), axis=1, return_inverse=True)
    shown, hidden, *results = np.split(atoms, np.cumsum([len(part) for part in parts])[:-1])

    @cache
    def unsafe(mask: bytes) -> bool:
        chosen = np.frombuffer(mask, dtype=bool)
        return bool(chosen.any()) and is_unsafe(chosen[back.ravel()])

    known, span, found = shown, _spanned(np.zeros((0, atoms.shape[1])), shown), []
    for sums in results:
        new = sums[[not (known == row).all(axis=1).any() for row in sums]]
        wider = _spanned(span, new)
        revealing = len(new) > 0 and (
            _follows(hidden, wider) or any(unsafe(rest.tobytes()) for rest in _rests(new, known))
        )
        found.append(revealing)
        if not revealing:
            known, span = np.vstack([known, new]), wider
    return found


def _spanned(basis: Floats, sums: Masks) -> Floats:
    """Return an orthonormal basis of the span of known sums, extended by new ones."""
    for row in sums.astype(float):
        rest = row
        for _ in range(2):  # a second pass removes rounding errors
            rest = rest - (rest @ basis.T) @ basis
        length = np.linalg.norm(rest)
        if length > EXACT:
            basis = np.vstack([basis, rest / length])
    return basis


def _follows(hidden: Masks, basis: Floats) -> bool:
    """Whether a suppressed sum is a linear combination of known ones."""
    wanted = hidden.astype(float)
    rest = wanted - (wanted @ basis.T) @ basis
    return bool((np.linalg.norm(rest, axis=1) < EXACT).any())


def _rests(new: Masks, known: Masks) -> list[Masks]:
    """Return the differences between nested sums."""
    found = []
    for place, row in enumerate(new):
        others = np.vstack([known, new[:place]])
        inside = others[~(others & ~row).any(axis=1)]
        around = others[~(row & ~others).any(axis=1)]
        found += [*(row & ~inside), *(around & ~row)]
        left = row.copy()
        for part in inside[np.argsort(inside.sum(axis=1), kind="stable")]:
            if not (part & ~left).any():
                left &= ~part
        found.append(left)
    return found
