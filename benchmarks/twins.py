"""Check that twin extracts give the same published bytes: `python -m benchmarks.twins`.

A twin is an extract in which one record has moved from one suppressed cell to another, so that no
published count changes. Any difference between the outputs reveals something about suppressed
data, however it was computed. Writes `data/proofs/twins.csv`; the kinds of one extract are
compared in parallel, by processes that share everything computed from it.

Tables do not contain a school's own counts, suppressed or published, but models compare schools.
A record therefore stays in its school if the cell before or after of its group is published.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from graphlib import TopologicalSorter
from itertools import islice
from multiprocessing import get_context
from typing import Any

import numpy as np
import pandas as pd

from analysis.dataflow import graph
from analysis.dataflow.data import _accepted as accepted
from analysis.dataflow.disclosure_paths import status_by_path
from analysis.disclosure import safe_csv
from analysis.exhibits.parts.disclosure_check import cleared
from analysis.exhibits.parts.exhibit import Claim, Figure, Number, Provenance, Table
from analysis.exhibits.parts.markdown import markdown
from analysis.importing import CODE as ROOT
from analysis.proofs import Proof, making, write_proof
from analysis.study.settings import read_study
from benchmarks.twin_records import CHANGES

PROOFS = ROOT / "data" / "proofs"
SEED = 2019
EXTRACTS = {"a third": 3, "a fifth": 5, "an eighth": 8, "a twelfth": 12, "a thirtieth": 30}
"""Small-count extracts: one record in so many of the stand-in is kept."""
THINNED = ("child_events", "care_episodes", "activity_log")
KINDS = ("month", "group", "outcome", "days", "status", "session")
TWINS_OF_A_KIND = 4
TRIES = 2_000
"""Maximum number of attempts to draw a record that can be moved."""
CHECKED = 30
"""Maximum number of changes for which released counts are recomputed and compared."""
RELEASED = ("released_outcomes", "released_statuses", "released_sessions")
CHANGED = {"days": "care_episodes", "status": "activity_log", "session": "fieldwork"}
"""The table in which a kind of twin differs; events for kinds that are not listed."""

Tables = dict[str, pd.DataFrame]


def _upstream(wanted: Collection[str]) -> list[str]:
    return sorted({each for one in wanted for each in graph.upstream(one, NODES)})


STUDY = read_study(ROOT / "study.toml")
BUILT = graph.build()
NODES = graph.nodes(BUILT)
# Contract results depend on the files as received, not on the tables made from them.
EXHIBITS = tuple(
    name
    for name in graph.exhibit_names(BUILT)
    if {*THINNED, *CHANGED.values()} & set(graph.upstream(name, NODES))
    and not {"contract_results", "contract_counts"} & set(NODES[name].needs)
)
ORDER = tuple(TopologicalSorter({name: node.needs for name, node in NODES.items()}).static_order())
INPUTS = graph.inputs(ROOT, ROOT / STUDY.extract_directory, STUDY)
GIVEN = ("contracts", "extract", "extract_files", "origin")


@dataclass(frozen=True)
class Twin:
    """An extract that differs from another in one suppressed record.

    Attributes
    ----------
    kind
        One of `KINDS`: what has changed in the record.
    table
        The table that contains the record.
    records
        The changed table.
    computed
        Nodes that have been computed from it, by name.
    """

    kind: str
    table: str
    records: pd.DataFrame
    computed: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class SmallExtract:
    """An extract and everything computed from it.

    Attributes
    ----------
    tables
        Typed tables by dataset, as accepted by the contracts.
    given
        Nodes that do not depend on records, computed once.
    exhibits
        The exhibits compared: all that a record can affect.
    """

    tables: Tables
    given: Mapping[str, Any]
    exhibits: tuple[str, ...] = EXHIBITS

    @cached_property
    def values(self) -> dict[str, Any]:
        """The values of all nodes and inputs."""
        overrides = {**self.given, "accepted_tables": self.tables}
        wanted = _upstream([*self.exhibits, *RELEASED])
        return INPUTS | BUILT.execute(wanted, inputs=INPUTS, overrides=overrides)

    def differing(self, twin: Twin, wanted: Collection[str]) -> dict[str, Any]:
        """Return the nodes whose value changes if one table is replaced, with the new values.

        A node is recomputed if one of its inputs differs; others are unchanged, since nodes are
        pure functions; the store of results relies on this too.

        Parameters
        ----------
        twin
            The table and its new content; what is computed is kept with it.
        wanted
            Nodes to compute, with everything upstream of them.
        """
        needed = _upstream(wanted)
        found: dict[str, Any] = {twin.table: twin.records}
        for node in ORDER:
            changed = found.keys() & set(NODES[node].needs)
            if node not in needed or node == twin.table or not changed:
                continue
            if node not in twin.computed:
                given = {need: found.get(need, self.values[need]) for need in NODES[node].needs}
                twin.computed[node] = BUILT.graph.nodes[node](**given)
            if pickle.dumps(twin.computed[node]) != pickle.dumps(self.values[node]):
                found[node] = twin.computed[node]
        return found

    @property
    def children(self) -> set[str]:
        """The datasets about children."""
        contracts = self.given["contracts"].values()
        return {each.dataset for each in contracts if each.sensitivity == "child"}


def small_extracts(
    names: Mapping[str, int], seed: int = SEED
) -> Iterator[tuple[str, SmallExtract]]:
    """Yield thinned copies of the stand-in, with their names."""
    whole = BUILT.execute(GIVEN, inputs=INPUTS)
    contracts = whole["contracts"]
    tables = {name: accepted(t, contracts[name]) for name, t in whole["extract"].tables.items()}
    for name, of in names.items():
        random = np.random.default_rng(seed + of)
        thin = {
            each: tables[each].loc[random.random(len(tables[each])) < 1 / of].reset_index(drop=True)
            for each in THINNED
        }
        yield name, SmallExtract(tables | thin, whole)


def surface(name: str, value: Any, children: set[str]) -> str:
    """Return everything that is published from one exhibit."""
    shown = cleared(name, value, (), status_by_path(name, NODES, children))
    parts = [markdown(shown, Provenance(name)), shown.status.outcome, shown.status.reason]
    parts.append(repr(getattr(shown, "working", None)))  # on its audit page
    match shown:
        case Figure():
            parts += [shown.svg, shown.narrow, shown.alt, safe_csv(shown.data), shown.period]
        case Table():
            parts += [safe_csv(shown.data), shown.period, shown.note]
        case Number():
            parts.append(f"{shown.value!r} {shown.n!r} {shown.interval!r}")
        case Claim():
            parts.append(f"{shown.rule} {shown.holds} {shown.seen}")
    return "\0".join(parts)


# --- twins -----------------------------------------------------------------------------------


def twins(extract: SmallExtract, kind: str, count: int, seed: int) -> Iterator[Twin]:
    """Yield twins of one kind, at most `count`, and fewer if no more are found."""
    random = np.random.default_rng([seed, KINDS.index(kind)])
    table = CHANGED.get(kind, "child_events")
    change = CHANGES[kind](extract, random)
    drawn = (change(extract.tables[table]) for _ in range(TRIES))
    possible = islice((records for records in drawn if records is not None), CHECKED)
    same = (
        twin for records in possible if _shows_the_same(extract, twin := Twin(kind, table, records))
    )
    yield from islice(same, count)


def _shows_the_same(extract: SmallExtract, twin: Twin) -> bool:
    """Return whether all released counts remain the same if a table is replaced."""
    other = extract.differing(twin, RELEASED)
    return all(
        _counts(other[name]).equals(_counts(extract.values[name]))
        for name in RELEASED
        if name in other
    )


def _counts(released: Any) -> pd.DataFrame:
    """Return the released counts, without the intruder check, which is not published."""
    tables = getattr(released, "tables", None)
    return released.table if tables is None else pd.concat(tables.values(), keys=tables)


# --- the proof -------------------------------------------------------------------------------


def differences(extract: SmallExtract, twin: Twin) -> list[str]:
    """Return the exhibits whose published bytes differ."""
    other = extract.differing(twin, extract.exhibits)
    found = [name for name in extract.exhibits if name in other]
    surfaces = (
        {name: surface(name, values[name], extract.children) for name in found}
        for values in (other, extract.values)
    )
    new, old = surfaces
    return sorted(name for name, text in new.items() if text != old[name])


def compared(names: Mapping[str, int], each: int) -> pd.DataFrame:
    """Return how many twins of each kind and extract differ, and in which exhibits."""
    rows: list[tuple[str, str, int, int, str]] = []
    for name, extract in small_extracts(names):
        started = time.perf_counter()
        len(extract.values)  # computed before the processes fork, so that they share it
        print(name, f"computed in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        with ProcessPoolExecutor(os.cpu_count(), get_context("fork"), _share, (extract,)) as pool:
            rows += pool.map(partial(_row, name, each), KINDS)
    return pd.DataFrame(rows, columns=["kept", "moved", "twins", "differing", "exhibits"])


_SHARED: list[SmallExtract] = []
"""The extract that a process of the pool compares."""


def _share(extract: SmallExtract) -> None:
    _SHARED[:] = [extract]


def _row(name: str, each: int, kind: str) -> tuple[str, str, int, int, str]:
    """Return the row of one kind of twin of the shared extract, and report progress."""
    started = time.perf_counter()
    found = [differences(_SHARED[0], twin) for twin in twins(_SHARED[0], kind, each, SEED)]
    exhibits = sorted({exhibit for one in found for exhibit in one})
    row = name, kind, len(found), sum(map(bool, found)), " ".join(exhibits)
    print(*row, f"{time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    return row


def main() -> int:
    """Compare the twins and write the table; return 1 if any differ."""
    table = compared(EXTRACTS, TWINS_OF_A_KIND)
    write_proof(PROOFS, "twins", Proof(table, making("benchmarks.twins", SEED, len(EXTRACTS))))
    return int(table["differing"].sum() > 0)


if __name__ == "__main__":
    sys.exit(main())
