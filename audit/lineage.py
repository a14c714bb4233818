"""What an exhibit rests on: dataflow graph, then the closure of its functions' code.

The graph comes from the code itself, so lineage cannot be declared wrongly. Ledger,
`report trace` and the index of exhibits all read it from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.dataflow.graph import Node
    from audit.sources import Definition, SourceIndex

SETTINGS_MODULE = "analysis.dataflow.settings"


@dataclass(frozen=True)
class Lineage:
    """What one node of the dataflow rests on.

    Attributes
    ----------
    function
        Module and name, joined by a dot, of the function that computes it.
    upstream
        The functions of the graph above it, itself included, sorted.
    closure
        All definitions those functions reach, sorted.
    files
        Data files above it, sorted.
    settings
        Names of the settings above it, sorted.
    """

    function: str
    upstream: tuple[str, ...]
    closure: tuple[str, ...]
    files: tuple[str, ...]
    settings: tuple[str, ...]


def lineage(
    name: str, nodes: Mapping[str, Node], sources: SourceIndex, files: Iterable[str]
) -> Lineage:
    """Return what the node `name` rests on.

    Parameters
    ----------
    nodes
        Every node of the dataflow.
    sources
        The project's code.
    files
        Names of the extract's files; a table's node is named after its file.
    """
    from analysis.dataflow.graph import data_files, upstream

    above = [nodes[each] for each in upstream(name, nodes)]
    functions = {
        (node.function.__module__, node.function.__name__) for node in above if node.function
    }
    reached: set[Definition] = set()
    for module, function in functions:
        reached.update(sources.closure(module, function))
    own = nodes[name].function
    if own is None:
        raise ValueError(f"'{name}' is an input of the dataflow; nothing computes it")
    settings = {node.name for node in above if _module(node) == SETTINGS_MODULE}
    return Lineage(
        function=f"{own.__module__}.{own.__name__}",
        upstream=tuple(sorted(f"{module}.{function}" for module, function in functions)),
        closure=tuple(sorted(f"{d.module}.{d.name}" for d in reached)),
        files=data_files(name, nodes, files),
        settings=tuple(sorted(settings)),
    )


def code_table(keys: Iterable[str], sources: SourceIndex) -> dict[str, dict[str, object]]:
    """Return file, lines and digest of each definition, by its dotted name."""
    table: dict[str, dict[str, object]] = {}
    for key in sorted(set(keys)):
        module, _, name = key.rpartition(".")
        found = sources.definition(module, name)
        table[key] = {
            "file": found.file,
            "first": found.first,
            "last": found.last,
            "sha256": found.digest,
        }
    return table


def _module(node: Node) -> str:
    return node.function.__module__ if node.function else ""
