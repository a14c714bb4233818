"""Build the graph of the dataflow from its modules, and find what lies upstream of a node.

Hamilton takes about two seconds to import, so this module is imported where something
is computed, never where it is only shown.
"""

from __future__ import annotations

import logging
import pkgutil
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hamilton import driver

from analysis import dataflow, exhibits
from analysis.contracts.contract import OPTIONAL
from analysis.errors import ChapterFailed
from analysis.exhibits.parts.exhibit import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from types import ModuleType

# When a node fails, Hamilton logs its inputs, which can be children's records; the error itself is
# raised and reported once, by the command line.
logging.getLogger("hamilton").setLevel(logging.CRITICAL + 1)

_NO_NODES = (
    "analysis.dataflow.graph",
    "analysis.dataflow.disclosure_paths",
    "analysis.exhibits.parts.",
)
"""Modules of the two packages whose functions are not nodes of the graph."""


@lru_cache(maxsize=1)
def modules() -> tuple[ModuleType, ...]:
    """Return the modules whose functions make up the graph.

    Every module of `analysis.dataflow` and `analysis.exhibits` is included automatically.
    """
    found = (
        each.name
        for package in (dataflow, exhibits)
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not each.ispkg and not each.name.startswith(_NO_NODES)
    )
    return tuple(import_module(name) for name in sorted(found))


@dataclass(frozen=True)
class Node:
    """One step of the dataflow.

    Attributes
    ----------
    name
        The result that it computes.
    function
        The function that computes it; None for an input.
    needs
        Names of the nodes it takes as inputs.
    disclosure
        Why what it returns may be shown, where children's records reach exhibits through it:
        its tag, see `analysis.dataflow.disclosure_paths`.
    outcome
        The outcome that it is for, if its function makes one node per outcome.
    exhibit
        Whether it is shown in the report.
    does
        What it does: the first sentences of its function's docstring.
    given
        The values that fix this node's parameters, if its function makes several nodes, by
        parameter.
    """

    name: str
    function: Callable[..., Any] | None
    needs: tuple[str, ...]
    disclosure: str = ""
    outcome: str = ""
    exhibit: bool = False
    does: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


def build() -> driver.Driver:
    """Join the functions of `modules` into one graph."""
    return driver.Builder().with_modules(*modules()).build()


def nodes(graph: driver.Driver) -> dict[str, Node]:
    """Return every node of the graph by name."""
    return {
        name: Node(
            name,
            None if node.user_defined else node.originating_functions[0],
            tuple(sorted(need.name for need in node.dependencies)),
            str(node.tags.get("disclosure", "")),
            str(getattr(node.callable, "keywords", {}).get("outcome", "")),
            bool(kind_of(node.type)),
            " ".join((node.documentation or "").partition("\n\n")[0].split()),
            _given(node.callable),
        )
        for name, node in graph.graph.nodes.items()
    }


def _given(computes: Any) -> dict[str, str]:
    """Return the string and integer arguments that a partial function fixes, by parameter."""
    bound = computes.keywords if isinstance(computes, partial) else {}
    return {
        name: str(each).replace("_", " ")
        for name, each in sorted(bound.items())
        if isinstance(each, str | int)
    }


def kind(graph: driver.Driver, name: str) -> str:
    """Return the kind of an exhibit, or an empty string for a node that is not an exhibit."""
    return kind_of(graph.graph.nodes[name].type)


def exhibit_names(graph: driver.Driver) -> list[str]:
    """Return the names of all exhibits, sorted."""
    return sorted(name for name in graph.graph.nodes if kind(graph, name))


def upstream(name: str, by_name: Mapping[str, Node]) -> list[str]:
    """Return the names of all nodes that a node depends on, including itself, sorted."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(by_name[current].needs)
    return sorted(seen)


def data_files(name: str, by_name: Mapping[str, Node], files: Iterable[str]) -> tuple[str, ...]:
    """Return the data files that a node depends on, sorted.

    A table's node is named after its file. A node that takes the extract without going through a
    table, such as the contract results, depends on every file. Labels, which follow from the
    digests of all files, are ignored, or every figure would name every file.

    Parameters
    ----------
    files
        Names of the extract's files.
    """
    by_table = {file.rpartition(".")[0]: file for file in files}
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in seen or current == "origin":
            continue
        seen.add(current)
        if current in by_table:
            found.add(by_table[current])
        elif current in OPTIONAL:
            continue  # a table that was not supplied has no file
        elif current == "extract":
            found.update(by_table.values())
        else:
            waiting.extend(by_name[current].needs)
    return tuple(sorted(found))


def compute(
    graph: driver.Driver, names: Iterable[str], inputs: Mapping[str, object]
) -> dict[str, Any]:
    """Compute the named nodes and return their values.

    Raises
    ------
    ChapterFailed
        If a name is not that of a node of the graph.
    """
    wanted = list(names)
    known = graph.graph.nodes
    for name in wanted:
        if name not in known:
            raise unknown(name, known)
    return dict(graph.execute(wanted, inputs=dict(inputs)))


def unknown(name: str, known: Iterable[str]) -> ChapterFailed:
    """Return the error for a name that no exhibit or result has, with the closest names."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=3)
    return ChapterFailed(
        f"there is no exhibit or result named '{name}'",
        remedy=f"did you mean {' or '.join(near)}?" if near else "see analysis/exhibits/",
    )


def inputs(root: Path, directory: Path, study: object) -> dict[str, object]:
    """Return the inputs of the graph: the study, and the folders that hold its files."""
    return {
        "study": study,
        "extract_directory": directory,
        "contract_directory": root / "data_contracts",
        "published_directory": root / "data" / "published",
        "proofs_directory": root / "data" / "proofs",
        "invented_register": root / "data" / "invented-digests.txt",
    }
