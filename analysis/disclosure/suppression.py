"""Secondary suppression: which further cells to suppress so that none can be worked out.

The cell suppression problem: suppress as little as possible such that an intruder, who knows how
the tables add up, is left with a wide enough range for every suppressed cell. Solved as a
mixed-integer programme to which cuts are added while any range is too narrow.

References
----------
Fischetti M, Salazar JJ (2001). Solving the cell suppression problem on tabular data with
linear constraints. Management Science 47(7), 1008-1027. doi:10.1287/mnsc.47.7.1008.9805
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from analysis.disclosure.cells import CellSystem
from analysis.disclosure.intruder import TOLERANCE, IntruderCheck, intruder_check

EXACT_UP_TO = 600
"""Number of cells up to which the choice is proved optimal; beyond, the proof takes too long."""

GAP = 0.01
"""Relative optimality gap that is accepted beyond that number of cells."""

TIE = 1e-4
"""Cost added from cell to cell, so that ties are resolved alike on every machine."""

MOST_ROUNDS = 50
"""Rounds of cuts; each suppresses at least one more cell, or proves that none is needed."""


class UnprotectableError(Exception):
    """No choice of suppressed cells protects the unsafe ones."""


@dataclass(frozen=True)
class Suppression:
    """Which cells are suppressed.

    Attributes
    ----------
    hidden
        Primary and secondary suppressions, shape (cells,).
    check
        The ranges that an intruder can work out.
    """

    hidden: np.ndarray
    check: IntruderCheck


def suppress(system: CellSystem) -> Suppression:
    """Suppress the unsafe cells of a system and, at the least cost, those that would reveal them.

    Raises
    ------
    UnprotectableError
        If no choice of secondary suppressions is safe.
    """
    lines = _lines(system)
    cuts = _cuts_of_sums(system)
    for _ in range(MOST_ROUNDS):
        hidden = _choose(system, lines, cuts)
        check = intruder_check(system, hidden)
        if check.safe.all():
            return Suppression(hidden, check)
        for place in np.flatnonzero(~check.safe):
            cuts += _cuts_for(system, hidden, check, int(place))
    raise UnprotectableError


@dataclass(frozen=True)
class _Cut:
    """A condition `weights @ hide >= least` on the 0/1 choice of suppressed cells."""

    cells: np.ndarray
    weights: np.ndarray
    least: float


def _choose(system: CellSystem, lines: LinearConstraint, cuts: list[_Cut]) -> np.ndarray:
    """Choose the cheapest cells that satisfy all conditions so far."""
    cells, sums = len(system.values), len(system.relations)
    # Small cells rather than large ones, and parts rather than totals, as less is lost.
    atoms = np.diff(system.members.indptr)
    ties = TIE * np.arange(cells) / cells
    cost = np.concatenate([atoms * (1 + np.log1p(system.values)) + ties, np.zeros(sums)])
    may_hide = system.unsafe | (system.values > 0)  # a true zero is not suppressed
    bounds = Bounds(
        np.concatenate([system.unsafe, np.zeros(sums)]).astype(float),
        np.concatenate([may_hide, np.ones(sums)]).astype(float),
    )
    constraints = [lines] if sums else []
    if cuts:
        matrix = sparse.csr_array(
            (
                np.concatenate([cut.weights for cut in cuts]),
                np.concatenate([cut.cells for cut in cuts]),
                np.cumsum([0, *(len(cut.cells) for cut in cuts)]),
            ),
            shape=(len(cuts), cells + sums),
        )
        constraints.append(LinearConstraint(matrix, lb=[cut.least for cut in cuts]))
    result = milp(
        cost,
        integrality=np.ones(len(cost)),
        bounds=bounds,
        constraints=constraints,
        options={"mip_rel_gap": 0.0 if cells <= EXACT_UP_TO else GAP},
    )
    if result.x is None:
        raise UnprotectableError
    hidden: np.ndarray = result.x[:cells] > 0.5
    return hidden


def _lines(system: CellSystem) -> LinearConstraint:
    """Require that no sum has exactly one suppressed cell, which would follow from the others.

    Each sum has a 0/1 variable, besides those of the cells, which is 1 where any of its cells is
    suppressed: then at least two must be.
    """
    cells = len(system.values)
    entries: list[tuple[int, int, float]] = []
    row = 0
    for number, relation in enumerate(system.relations):
        entries.append((row, cells + number, -2.0))
        entries += [(row, cell, 1.0) for cell in relation.tolist()]
        row += 1
        for cell in relation.tolist():
            entries += [(row, cells + number, 1.0), (row, cell, -1.0)]
            row += 1
    table = np.array(entries).reshape(-1, 3)
    matrix = sparse.csr_array(
        (table[:, 2], (table[:, 0].astype(int), table[:, 1].astype(int))),
        shape=(row, cells + len(system.relations)),
    )
    return LinearConstraint(matrix, lb=0.0)


def _cuts_of_sums(system: CellSystem) -> list[_Cut]:
    """Require that within each sum the unsafe parts could be larger than they are.

    A part can be larger only as far as other suppressed parts can be smaller, or if the total is
    suppressed too. The intruder's programmes would eventually require this, one cell at a time.
    """
    cuts = []
    for relation in system.relations:
        total, parts = relation[0], relation[1:]
        for place in np.flatnonzero(system.unsafe[parts]):
            room = system.high[parts[place]] - system.values[parts[place]]
            others = np.delete(parts, place)
            others = others[system.spare[others] > 0]
            weights = np.append(np.minimum(system.spare[others], room), room)
            cuts.append(_Cut(np.append(others, total), weights, room - TOLERANCE))
    return cuts


def _cuts_for(
    system: CellSystem, hidden: np.ndarray, check: IntruderCheck, place: int
) -> list[_Cut]:
    """Return the cuts that the intruder's programmes for an exposed cell prove necessary.

    The dual of a programme bounds, for every choice of suppressed cells, how far the cell can
    move; to move as far as it must, enough of the cells with a weight must be suppressed.
    """
    cell = int(check.cells[place])
    value = system.values[cell]
    cuts = []
    for direction, reach, reached in (
        (1.0, system.high[cell] - value, check.high[place] - value),
        (-1.0, value - system.low[cell], value - check.low[place]),
    ):
        if reached < reach - TOLERANCE:
            weights, constant = _dual(system, hidden, cell, direction)
            least = reach - constant
            capped = np.minimum(weights, least)
            chosen = np.flatnonzero(capped > TOLERANCE)
            if system.unsafe[cell]:
                cuts.append(_Cut(chosen, capped[chosen], least - TOLERANCE))
            else:
                # Required only where the cell is suppressed at all.
                chosen = chosen[chosen != cell]
                cells = np.append(chosen, cell)
                cuts.append(_Cut(cells, np.append(capped[chosen], -least), -TOLERANCE))
    return cuts


def _dual(
    system: CellSystem, hidden: np.ndarray, cell: int, direction: float
) -> tuple[np.ndarray, float]:
    """Solve an intruder's programme in deviations from the truth, and return its dual.

    Returns
    -------
    tuple
        The weight of each cell in the bound on how far the cell can move, shape (cells,),
        and the bound's constant.
    """
    ceiling = 10 * system.values.max(initial=1) + 100
    room_above = np.where(hidden, ceiling, 0.0)
    room_below = np.where(hidden, system.spare, 0.0)
    result = linprog(
        -direction * system.members[[cell]].toarray()[0],
        A_ub=sparse.vstack([system.members, -system.members]),
        b_ub=np.concatenate([room_above, room_below]),
        bounds=np.column_stack([-system.atoms, np.full(len(system.atoms), np.inf)]),
        method="highs",
    )
    above, below = np.split(-result.ineqlin.marginals, 2)
    weights = above * ceiling + below * system.spare
    constant = float(result.lower.marginals @ system.atoms)
    return weights, constant
