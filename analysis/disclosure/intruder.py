"""What a motivated intruder can work out: the feasible range of each suppressed cell.

The intruder knows every published cell, how the tables add up, that no count is below zero, and
that no suppressed cell is zero where a true zero is shown. The smallest and the largest value of a
suppressed cell are then the solutions of two linear programmes. Someone who knows more is left
with a narrower range, which is why a margin is required.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from analysis.disclosure.cells import CellSystem

TOLERANCE = 1e-6
JOINT_ROUNDS = 12
"""Joint solutions that widen many ranges at once before programmes for single cells are solved."""


@dataclass(frozen=True)
class IntruderCheck:
    """The feasible range that published cells leave for each suppressed one.

    Attributes
    ----------
    cells
        Indices of the suppressed cells, shape (hidden,).
    low, high
        Values that a suppressed cell can still take, shape (hidden,). Each end is attained by a
        feasible assignment of all cells, so the true range is at least as wide.
    safe
        Whether the range reaches as far as the cell needs, shape (hidden,).
    """

    cells: np.ndarray
    low: np.ndarray
    high: np.ndarray
    safe: np.ndarray


@dataclass(frozen=True)
class _Knowledge:
    """The intruder's linear system: unknown atoms `y >= 0` with `known @ y = totals`.

    Suppressed cells are `hidden @ y + given`; of some of them it is known that `floors @ y >=
    least`.
    """

    known: sparse.csr_array
    totals: np.ndarray
    hidden: sparse.csr_array
    given: np.ndarray
    largest: float
    floors: sparse.csr_array
    least: np.ndarray

    def solve(self, objective: np.ndarray, upper: float | np.ndarray = np.inf) -> np.ndarray:
        """Return the atoms that maximise an objective given what is known."""
        bound = np.minimum(upper, self.largest)
        result = linprog(
            -objective,
            A_ub=-self.floors if self.floors.shape[0] else None,
            b_ub=-self.least if self.floors.shape[0] else None,
            A_eq=self.known if self.known.shape[0] else None,
            b_eq=self.totals if self.known.shape[0] else None,
            bounds=np.column_stack(
                [np.zeros(len(objective)), np.broadcast_to(bound, objective.shape)]
            ),
            method="highs",
        )
        if result.status != 0:
            raise RuntimeError(f"the intruder's programme was not solved: {result.message}")
        solution: np.ndarray = result.x
        return solution


def intruder_check(
    system: CellSystem, hidden: np.ndarray, within: float | None = None
) -> IntruderCheck:
    """Work out the feasible range of each suppressed cell.

    Parameters
    ----------
    system
        The cells.
    hidden
        Which of them are suppressed, shape (cells,).
    within
        How far from the truth the sum of all atoms is known to be; by default, nothing is known.

    Notes
    -----
    One solution widens the ranges of many cells at once, so joint objectives come first, and a
    cell has programmes of its own only where these are not enough.
    """
    cells = np.flatnonzero(hidden)
    if not len(cells):
        empty = np.array([])
        return IntruderCheck(cells, empty, empty, empty.astype(bool))
    knowledge = _knowledge(system, hidden)
    if within is not None:
        every = sparse.csr_array(np.ones((1, knowledge.known.shape[1])))
        sums = float(_unknown(system, hidden).sum())
        knowledge = replace(
            knowledge,
            floors=sparse.vstack([knowledge.floors, every, -every]).tocsr(),
            least=np.append(knowledge.least, [sums - within, -sums - within]),
        )
    low, high = system.values[cells].copy(), system.values[cells].copy()
    need_low, need_high = system.low[cells], system.high[cells]
    _witness(knowledge, low, high, need_low, need_high)
    for place in range(len(cells)):
        objective = knowledge.hidden[[place]].toarray()[0]
        if high[place] < need_high[place] - TOLERANCE:
            _extend(knowledge, knowledge.solve(objective), low, high)
        if low[place] > need_low[place] + TOLERANCE:
            _extend(knowledge, knowledge.solve(-objective), low, high)
    safe = _is_safe(system, cells, low, high)
    return IntruderCheck(cells, low, high, safe)


def wide_cells(
    system: CellSystem,
    hidden: np.ndarray,
    is_wide: Callable[[np.ndarray, np.ndarray], np.ndarray],
    floors: np.ndarray | None = None,
) -> np.ndarray:
    """Return which suppressed cells keep a wide range, whatever their own values.

    Parameters
    ----------
    system, hidden
        As for `intruder_check`; the cells' protection levels are not used.
    is_wide
        Function that returns whether ranges are wide, by their lower and upper ends, shape
        (hidden,); a range that contains a wide one must be wide.
    floors
        Sums that are known to be `system.least` or more, shape (sums, atoms); by default the
        suppressed cells.
    """
    cells = np.flatnonzero(hidden)
    knowledge = _knowledge(system, hidden, floors)
    low, high = system.values[cells].copy(), system.values[cells].copy()
    random = np.random.default_rng(0)
    for _ in range(JOINT_ROUNDS if len(cells) > JOINT_ROUNDS else 0):
        weight = ~is_wide(low, high) * random.choice([-1.0, 1.0], len(cells))
        _extend(knowledge, knowledge.solve(weight @ knowledge.hidden), low, high)
    for place in range(len(cells)):
        for sign in (1.0, -1.0):
            if not is_wide(low, high)[place]:
                objective = sign * knowledge.hidden[[place]].toarray()[0]
                _extend(knowledge, knowledge.solve(objective), low, high)
    return is_wide(low, high)


def total_range(system: CellSystem, hidden: np.ndarray) -> tuple[float, float]:
    """Return the smallest and largest sum of all atoms that is consistent with the shown cells."""
    knowledge = _knowledge(system, hidden)
    every = np.ones(knowledge.known.shape[1])
    known = float(system.atoms.sum()) - float(_unknown(system, hidden).sum())
    ends = [float(knowledge.solve(sign * every).sum()) + known for sign in (-1.0, 1.0)]
    return ends[0], ends[1]


def _unknown(system: CellSystem, hidden: np.ndarray) -> np.ndarray:
    """Return the counts of the atoms that no shown cell consists of."""
    sizes = np.diff(system.members.indptr)
    single = np.flatnonzero((sizes == 1) & ~hidden)
    unknown = np.ones(len(system.atoms), dtype=bool)
    unknown[system.members[single].indices] = False
    counts: np.ndarray = system.atoms[unknown]
    return counts


def _is_safe(
    system: CellSystem, cells: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    reaches = (low <= system.low[cells] + TOLERANCE) & (high >= system.high[cells] - TOLERANCE)
    wide = high - low >= system.high[cells] - system.low[cells] - TOLERANCE
    # A cell suppressed to protect others may be wide on one side only.
    safe: np.ndarray = np.where(system.unsafe[cells], reaches, wide)
    return safe


def _knowledge(
    system: CellSystem, hidden: np.ndarray, floors: np.ndarray | None = None
) -> _Knowledge:
    """Reduce the system to the atoms that an intruder doesn't know."""
    sizes = np.diff(system.members.indptr)
    single = np.flatnonzero((sizes == 1) & ~hidden)
    unknown = np.ones(len(system.atoms), dtype=bool)
    unknown[system.members[single].indices] = False
    open_atoms = system.members[:, unknown]
    told = np.flatnonzero(~hidden & (np.diff(open_atoms.indptr) > 0))
    known_part = system.members[:, ~unknown] @ system.atoms[~unknown]
    floor = (
        system.members[np.flatnonzero(hidden)]
        if floors is None
        else sparse.csr_array(floors.astype(float))
    )
    open_floor = floor[:, unknown]
    least = system.least - floor[:, ~unknown] @ system.atoms[~unknown]
    binding = np.flatnonzero((least > 0) & (np.diff(open_floor.indptr) > 0))
    return _Knowledge(
        known=open_atoms[told],
        totals=system.values[told] - known_part[told],
        hidden=open_atoms[np.flatnonzero(hidden)],
        given=known_part[np.flatnonzero(hidden)],
        # Counts are finite; a bound far above all of them keeps the programmes bounded.
        largest=10 * float(system.values.max(initial=1)) + 100,
        floors=open_floor[binding],
        least=least[binding],
    )


def _witness(
    knowledge: _Knowledge,
    low: np.ndarray,
    high: np.ndarray,
    need_low: np.ndarray,
    need_high: np.ndarray,
    rounds: int = JOINT_ROUNDS,
) -> None:
    """Widen many ranges by a few joint solutions, as long as they make progress."""
    rng = np.random.default_rng(0)
    for _ in range(rounds):
        short = high < need_high - TOLERANCE
        long = low > need_low + TOLERANCE
        if not (short.any() or long.any()):
            return
        # Random weights, since the cells of one sum can't all be large at once.
        weight = (short.astype(float) - long) * rng.uniform(0.1, 1, len(low))
        both = short & long
        weight[both] = rng.choice([-1.0, 1.0], both.sum()) * rng.uniform(0.1, 1, both.sum())
        _extend(knowledge, knowledge.solve(weight @ knowledge.hidden), low, high)


def _extend(knowledge: _Knowledge, atoms: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    reached = knowledge.hidden @ atoms + knowledge.given
    np.minimum(low, reached, out=low)
    np.maximum(high, reached, out=high)


def check_table(system: CellSystem, check: IntruderCheck) -> pd.DataFrame:
    """Return the number of suppressed cells and the narrowest range of each table.

    It contains nothing that a reader of the tables could not work out.
    """
    width = dict(zip(check.cells.tolist(), check.high - check.low, strict=True))
    safe = dict(zip(check.cells.tolist(), check.safe.tolist(), strict=True))
    rows = []
    for name, table in system.tables.items():
        own = [cell for cell in table["cell"].tolist() if cell in width]
        rows.append(
            {
                "table": name,
                "cells": len(table),
                "hidden": len(own),
                "narrowest_range": min((width[cell] for cell in own), default=np.nan),
                "safe": all(safe[cell] for cell in own),
            }
        )
    return pd.DataFrame(rows)
