"""Published counts as cells of one system, so that linked tables are protected together.

Counts of different exhibits are sums over the same children. A count suppressed in one table must
not follow from another, so all cells are in one system: each is a set of atoms, the finest groups
that any table distinguishes, whose counts an intruder doesn't know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.disclosure.rules import DisclosureRules


@dataclass(frozen=True)
class Aggregate:
    """A table of counts to be published.

    Attributes
    ----------
    name
        Name of the table.
    by
        The columns whose combinations are its cells; empty for a single total.
    where
        The values that are counted, by column; all values where empty.
    """

    name: str
    by: tuple[str, ...] = ()
    where: Mapping[str, Sequence[object]] = field(default_factory=dict)


@dataclass(frozen=True)
class CellSystem:
    """The cells of all tables, and their additive relations.

    Attributes
    ----------
    values
        The count of each cell, shape (cells,).
    members
        Whether each cell contains each atom, 0 or 1, shape (cells, atoms).
    atoms
        The count of each atom, shape (atoms,).
    unsafe
        Whether the cell is sensitive (primary suppression), shape (cells,).
    low, high
        Protection levels: a suppressed cell is safe if an intruder can't rule out a value as small
        as `low` and one as large as `high`, shape (cells,).
    relations
        Cells that add up: the total, then its parts.
    tables
        For each table its keys and the index of each row's cell, column `cell`.
    least
        The smallest possible count of a suppressed cell, known to readers since a true zero would
        be shown.
    """

    values: np.ndarray
    members: sparse.csr_array
    atoms: np.ndarray
    unsafe: np.ndarray
    low: np.ndarray
    high: np.ndarray
    relations: tuple[np.ndarray, ...]
    tables: Mapping[str, pd.DataFrame]
    least: float = 0.0

    @property
    def spare(self) -> np.ndarray:
        """How far each suppressed cell can fall below its true value, shape (cells,)."""
        return np.maximum(self.values - self.least, 0.0)


def cell_system(
    records: pd.DataFrame,
    aggregates: Sequence[Aggregate],
    rules: DisclosureRules,
    *,
    count: str,
    person: str = "",
    is_sum: bool = False,
) -> CellSystem:
    """Build the system of cells from all tables of one count.

    Parameters
    ----------
    records
        The records that are summed: one row per group or event, with the columns that define the
        tables.
    aggregates
        The tables.
    rules
        The disclosure rules of the channel.
    count
        The column that is summed; non-negative integers.
    person
        The column that identifies the child behind a row. Where it is given, a cell is also unsafe
        if few children contribute to it.
    is_sum
        Whether `count` is a magnitude, such as days, rather than a number of events: then only the
        number of children counts, and whether two of them contribute most of it.
    """
    keys = sorted({key for aggregate in aggregates for key in (*aggregate.by, *aggregate.where)})
    codes = (
        records.groupby(keys, observed=True, sort=True).ngroup().to_numpy()
        if keys
        else np.zeros(len(records), dtype=np.int64)
    )
    atoms = np.bincount(codes, records[count].to_numpy(float))
    first = pd.Series(codes).drop_duplicates().sort_values().index
    named = _without_codes(records.iloc[first][keys].reset_index(drop=True)).assign(_all="")
    rows: dict[bytes, int] = {}
    lines: list[np.ndarray] = []
    tables: dict[str, pd.DataFrame] = {}
    for aggregate in aggregates:
        chosen = named[_where(named, aggregate)]
        groups = chosen.groupby(list(aggregate.by) or ["_all"], observed=True, sort=True)
        cells = []
        for places in groups.indices.values():
            line = np.sort(chosen.index.to_numpy()[places])
            # The same sum in two tables is one cell: suppressed in both or in neither.
            cells.append(rows.setdefault(line.tobytes(), len(lines)))
            if cells[-1] == len(lines):
                lines.append(line)
        keyed = groups.size().index.to_frame(index=False).assign(cell=cells)
        tables[aggregate.name] = keyed[[*aggregate.by, "cell"]]
    members = _matrix(lines, len(atoms))
    values = members @ atoms
    unsafe = np.zeros(len(values), dtype=bool)
    if not is_sum:
        unsafe |= [rules.is_unsafe(value) for value in values]
    if person:
        by_child = _contributions(records, codes, members, count, person)
        if is_sum:
            parts = np.split(by_child.data, by_child.indptr[1:-1])
            unsafe |= [rules.is_unsafe_sum(part.tolist()) for part in parts]
        else:
            unsafe |= [rules.is_unsafe(children) for children in np.diff(by_child.indptr)]
    low, high = _levels(values, rules, is_sum=is_sum)
    relations = tuple(_relations(members, tables))
    least = 0.0 if rules.zero_is_unsafe else 1.0
    if least:
        # A cell counts at least as many as it has parts that are not zero.
        low = np.maximum(low, np.minimum(values, _parts(members, values, tables)))
    return CellSystem(values, members, atoms, unsafe, low, high, relations, tables, least)


def _without_codes(named: pd.DataFrame) -> pd.DataFrame:
    """Return values in place of the codes of unordered categories."""
    kinds = {
        name: column.cat.categories.dtype
        for name, column in named.items()
        if isinstance(column.dtype, pd.CategoricalDtype) and not column.cat.ordered
    }
    return named.astype(kinds)


def _where(named: pd.DataFrame, aggregate: Aggregate) -> pd.Series:
    keep = pd.Series(True, named.index)
    for column, values in aggregate.where.items():
        keep &= named[column].isin(list(values))
    return keep


def _matrix(lines: Sequence[np.ndarray], atoms: int) -> sparse.csr_array:
    sizes = [len(line) for line in lines]
    columns = np.concatenate(lines) if lines else np.array([], dtype=int)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
    return sparse.csr_array((np.ones(len(columns)), columns, starts), shape=(len(lines), atoms))


def _contributions(
    records: pd.DataFrame,
    codes: np.ndarray,
    members: sparse.csr_array,
    count: str,
    person: str,
) -> sparse.csr_array:
    """Return each child's contribution to each cell, shape (cells, children), sparse."""
    amounts = records[count].to_numpy(float)
    counted = amounts > 0
    persons = pd.factorize(records[person])[0]
    by_person = sparse.csr_array(
        (amounts[counted], (codes[counted], persons[counted])),
        shape=(members.shape[1], persons.max(initial=-1) + 1),
    )
    return (members @ by_person).tocsr()


def _levels(
    values: np.ndarray, rules: DisclosureRules, *, is_sum: bool
) -> tuple[np.ndarray, np.ndarray]:
    if is_sum:
        margin = rules.magnitude_margin * values
        return values - margin, values + margin
    small = values <= rules.highest_unsafe
    lowest = 0 if rules.zero_is_unsafe else rules.lowest_unsafe
    # A larger cell is suppressed to protect others; only its exact value must not follow.
    half = rules.highest_unsafe / 2
    low = np.where(small, np.minimum(values, lowest), np.maximum(values - half, 0))
    high = np.where(small, rules.threshold, values + half)
    return low, high


def _parts(
    members: sparse.csr_array, values: np.ndarray, tables: Mapping[str, pd.DataFrame]
) -> np.ndarray:
    """Return the largest number of non-zero cells of any one table within each cell."""
    sizes = np.diff(members.indptr)
    found = np.zeros(len(values))
    for table in tables.values():
        own = np.unique(table["cell"].to_numpy())
        own = own[values[own] > 0]
        shared = (members @ members[own].T).tocoo()
        inside = shared.data == sizes[own][shared.coords[1]]
        found = np.maximum(found, np.bincount(shared.coords[0][inside], minlength=len(values)))
    return found


def _relations(members: sparse.csr_array, tables: Mapping[str, pd.DataFrame]) -> list[np.ndarray]:
    """Find each total whose parts are all cells of one table."""
    sizes = np.diff(members.indptr)
    found: dict[bytes, np.ndarray] = {}
    numbered = {name: np.unique(table["cell"].to_numpy()) for name, table in tables.items()}
    for whole in numbered.values():
        for parts in numbered.values():
            shared = (members[whole] @ members[parts].T).tocoo()
            inside = shared.data == sizes[parts][shared.coords[1]]
            proper = inside & (shared.data < sizes[whole][shared.coords[0]])
            total, part = shared.coords[0][proper], shared.coords[1][proper]
            covered = np.bincount(total, sizes[parts][part], minlength=len(whole))
            for place in np.flatnonzero(covered == sizes[whole]):
                relation = np.concatenate([whole[[place]], parts[part[total == place]]])
                found[relation.tobytes()] = relation
    return list(found.values())
