"""Test whether lineage omits a column: each is shuffled, and exhibits that change must list it.

Columns are derived from the code (`audit.trace.columns`), so more may be listed than matter to
this extract. For each column, `python -m benchmarks.lineage` writes how many exhibits list it, how
many of these say that it only decides what is analysed or shown, how many change with it, and how
many change without listing it, which must be none.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.contracts import read_contracts
from analysis.dataflow import graph
from analysis.environment import specified_settings
from analysis.evaluation import Evaluation
from audit.ledger.exhibit_record import exhibit_digest
from audit.trace.lineage import Dataflow, counted_outcomes
from audit.trace.sources import SourceIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "data" / "proofs" / "lineage.csv"
SEED = 20210
BASE = ("accepted_tables", "contract_results", "extract", "origin")
"""Nodes reused by every shuffled run, which starts from the typed tables."""


class Shuffles:
    """A dataflow that can be run with one column of one table shuffled.

    Parameters
    ----------
    root
        The project's folder.
    exhibits
        Names of the exhibits to test; all by default.
    """

    def __init__(self, root: Path, exhibits: Iterable[str] = ()) -> None:
        evaluation = Evaluation(root)
        self.driver = graph.build()
        self.inputs = graph.inputs(root, evaluation.directory, evaluation.study)
        nodes = graph.nodes(self.driver)
        contracts = read_contracts(root / "data_contracts")
        sent = {path.name for path in evaluation.directory.iterdir()}
        self.columns = {
            each.file: each.column_names for each in contracts.values() if each.file in sent
        }
        counted = counted_outcomes(evaluation.study)
        datasets = {file: (file.rpartition(".")[0],) for file in self.columns}
        flow = Dataflow(nodes, SourceIndex(root), self.columns, datasets, {}, counted)
        names = list(exhibits) or graph.exhibit_names(self.driver)
        lineages = {name: flow.lineage(name) for name in names}
        self.listed = {name: each.columns for name, each in lineages.items()}
        self.deciding = {name: each.deciding for name, each in lineages.items()}
        self.above = {name: frozenset(graph.upstream(name, nodes)) for name in names}
        with specified_settings():
            self.base = graph.compute(self.driver, BASE, self.inputs)
            found = self.driver.execute(names, inputs=self.inputs, overrides=self.base)
        self.before = {name: exhibit_digest(found[name]) for name in names}

    def changed(self, file: str, column: str) -> frozenset[str]:
        """Return the exhibits that change, or cannot be computed, if a column is shuffled."""
        table = file.rpartition(".")[0]
        below = [name for name in self.before if table in self.above[name]]
        overrides = {**self.base, table: self.shuffled(file, [column])}
        with specified_settings():
            after = self._digests(below, overrides)
        return frozenset(name for name in below if after[name] != self.before[name])

    def shuffled(self, file: str, columns: Iterable[str]) -> pd.DataFrame:
        """Return the table of a file with the given columns shuffled independently."""
        table: pd.DataFrame = self.base["accepted_tables"][file.rpartition(".")[0]].copy()
        for column in columns:
            order = np.random.default_rng([SEED, *column.encode()]).permutation(len(table))
            table[column] = table[column].array.take(order)
        return table

    def _digests(self, names: list[str], overrides: Mapping[str, Any]) -> dict[str, str]:
        try:
            found = self.driver.execute(names, inputs=self.inputs, overrides=dict(overrides))
        except Exception:
            if len(names) == 1:  # an exhibit that cannot be computed counts as changed
                return {names[0]: "not computed"}
            half = len(names) // 2
            parts = (self._digests(part, overrides) for part in (names[:half], names[half:]))
            return {name: digest for part in parts for name, digest in part.items()}
        return {name: exhibit_digest(found[name]) for name in names}

    def listing(self, file: str, column: str) -> frozenset[str]:
        """Return the exhibits whose lineage lists a column."""
        return frozenset(n for n, each in self.listed.items() if column in each.get(file, ()))

    def rows(self, only: Iterable[str] = ()) -> Iterator[dict[str, object]]:
        """Yield for each column how many exhibits list it, change with it or omit it."""
        wanted = set(only)
        for file, columns in self.columns.items():
            for column in columns:
                if wanted and f"{file}#{column}" not in wanted:
                    continue
                listed, changed = self.listing(file, column), self.changed(file, column)
                yield {
                    "file": file,
                    "column": column,
                    "listed": len(listed),
                    "deciding": sum(column in self.deciding[n].get(file, ()) for n in listed),
                    "changed": len(changed),
                    "omitted": len(changed - listed),
                }


def main(only: list[str]) -> int:
    """Write the table, or print it if only some columns are requested."""
    table = pd.DataFrame(list(Shuffles(ROOT).rows(only)))
    if only:
        print(table.to_string(index=False))
    else:
        table.to_csv(TABLE, index=False, lineterminator="\n")
    omitted = int(table["omitted"].sum())
    print(f"{table['listed'].sum()} listed, {table['changed'].sum()} changed, {omitted} omitted")
    return 1 if omitted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
