"""Find what a change in a file can affect: the rules that read it and the numbers based on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.contracts.derived import derived_column
from analysis.contracts.expectations import lookup_key
from analysis.contracts.implied_rules import CALLS
from analysis.dataflow import graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from analysis.contracts import DataContract
    from analysis.contracts.expectations import Expectation

Place = tuple[str, str]
"""A dataset and one of its columns; the whole table if the column is empty."""


def changed_places(
    before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame]
) -> set[Place]:
    """Return the columns that differ between two extracts.

    If rows or columns were added, removed or reordered, the whole table differs.
    """
    changed: set[Place] = set()
    for name, old in before.items():
        new = after.get(name)
        if new is None or len(new) != len(old) or list(new.columns) != list(old.columns):
            changed |= {(name, str(column)) for column in ("", *old.columns)}
        else:
            differ = [column for column in old.columns if (old[column] != new[column]).any()]
            changed |= {(name, str(column)) for column in differ}
    return changed


def columns_read(mapped: Expectation, contracts: Mapping[str, DataContract]) -> frozenset[Place]:
    """Return the columns that a rule's outcome depends on, as dataset and column.

    The whole table ("") is one of them: the rule is tested on its rows.
    """
    home = mapped.rule.dataset
    found = {(home, "")}
    for name in mapped.columns:
        found |= _behind(home, name, contracts)
    return frozenset(found)


def _behind(home: str, name: str, contracts: Mapping[str, DataContract]) -> set[Place]:
    """Return the columns of the files that a column is derived from."""
    if call := CALLS.fullmatch(name):
        found = {(home, call.group(2))}
        if call.group(1) == "known":
            other, _, key = contracts[home].column(call.group(2)).references.partition(".")
            found |= {(other, ""), (other, key)}
        return found
    table, _, column = name.rpartition(".")
    if table == "derived":
        derived = derived_column(home, column)
        needs = [need.split(":") for need in derived.needs] if derived else []
        return {(place, "") for place, _ in needs}.union(
            *(_behind(place, need, contracts) for place, need in needs)
        )
    if table:
        key = lookup_key(contracts[home], table)
        target = contracts[home].column(key).references.partition(".")[2]
        return {(home, key), (table, ""), (table, target), (table, column)}
    return {(home, name)}


def waist(nodes: dict[str, graph.Node], tables: set[str]) -> dict[str, set[str]]:
    """Return the nodes computed directly from the extract's tables, each with all its tables.

    Every exhibit rests on the extract through them, so if they are the same, so are the numbers.
    """
    return {
        name: tables & set(graph.upstream(name, nodes))
        for name, node in sorted(nodes.items())
        if name not in tables and tables & set(node.needs) and node.function is not None
    }
