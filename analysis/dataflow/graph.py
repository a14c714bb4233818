"""Build the graph of the dataflow from its modules, and find what lies upstream of a node.

Hamilton takes about two seconds to import, so this module is imported where something
is computed, never where it is only shown.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hamilton import driver

from analysis.contracts.contract import OPTIONAL, SUFFIX
from analysis.dataflow.step_modules import modules, untyped
from analysis.dependencies import find_root
from analysis.errors import ChapterFailed
from analysis.exhibits.parts.exhibit import kind_of
from analysis.importing import OWN
from analysis.study.names import analysed_together, effect_names, outcome_names, pilot_names
from analysis.study.settings import read_study

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# When a node fails, Hamilton logs its inputs, which can be children's records; the error itself is
# raised and reported once, by the command line.
logging.getLogger("hamilton").setLevel(logging.CRITICAL + 1)

STUDY, CONTRACTS = "study.toml", "data_contracts"
"""A study's settings, and the folder of its data contracts."""
_INPUTS = ("study", "extract_directory", "contract_directory", "published_directory",
           "proofs_directory", "invented_register")  # fmt: skip
"""Inputs of the graph, which every study has."""
_TABLES = "accepted_tables"
"""The node from which the node of each table takes it."""


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


def build(root: Path | None = None) -> driver.Driver:
    """Join the functions of `modules` into the graph of one study.

    It has a node for each pilot and outcome of the study where a function makes several, and no
    node that rests on what the study lacks: see `missing_inputs`.

    Parameters
    ----------
    root
        The study's folder; by default the one around the working directory.
    """
    root = root or find_root(Path.cwd())
    built = _whole(root)
    for name in _lacking(built, root):
        del built.graph.nodes[name]
    return built


def missing_inputs(root: Path) -> dict[str, str]:
    """Return what each exhibit rests on that a study lacks, by exhibit, in words."""
    study = read_study(root / STUDY)
    together = analysed_together(study)
    here, otherwise = _whole(root), _whole(root, together=not together)
    how = "by itself" if together else "together with all others"
    only = f"it is for a study that analyses each {study.words.site} {how}"
    made = {name for name, node in otherwise.graph.nodes.items() if not node.user_defined}
    found = {name: only for name in made - here.graph.nodes.keys() if kind(otherwise, name)}
    for name, why in _lacking(here, root).items():
        if kind(here, name):
            missing = why.partition("'")[2].rstrip("'")
            found[name] = only if missing in made else why
    return found


def _whole(root: Path, *, together: bool | None = None) -> driver.Driver:
    study = read_study(root / STUDY)
    names = {
        "effect_names": effect_names(study),
        "outcome_names": outcome_names(study),
        "pilot_names": pilot_names(study),
        "together": analysed_together(study) if together is None else together,
        "hamilton.enable_power_user_mode": True,
    }
    own = root / OWN
    found = modules(own if (own / "__init__.py").is_file() else None)
    try:
        return driver.Builder().with_modules(*found).with_config(names).build()
    except ValueError as error:
        raise untyped(found, root) or error from None


def _lacking(built: driver.Driver, root: Path) -> dict[str, str]:
    """Return what each node lacks: the function of a result, or the contract of a table."""
    datasets = {path.name.partition(".")[0] for path in (root / CONTRACTS).glob(f"*{SUFFIX}")}
    every = built.graph.nodes
    found = {}
    for name, node in every.items():
        needs = {need.name for need in node.dependencies}
        if node.user_defined and name not in _INPUTS:
            found[name] = f"no function of this study makes '{name}'"
        elif needs == {_TABLES} and name not in datasets:
            found[name] = f"there is no data contract for '{name}'"
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        for after in every[name].depended_on_by:
            if after.name not in found:
                found[after.name] = found[name]
                waiting.append(after.name)
    return found


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


def data_files(
    name: str, by_name: Mapping[str, Node], files: Mapping[str, Iterable[str]]
) -> tuple[str, ...]:
    """Return the data files that a node depends on, sorted.

    A table's node is named after its dataset. A node that takes the extract without going through a
    table, such as the contract results, depends on every file. Labels, which follow from the
    digests of all files, are ignored, or every figure would name every file.

    Parameters
    ----------
    files
        The datasets that come from each file of the extract.
    """
    by_table: dict[str, list[str]] = {}
    for file, datasets in files.items():
        for dataset in datasets:
            by_table.setdefault(dataset, []).append(file)
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in seen or current == "origin":
            continue
        seen.add(current)
        if current in by_table:
            found.update(by_table[current])
        elif current in OPTIONAL:
            continue  # a table that was not supplied has no file
        elif current == "extract":
            found.update(files)
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
    """Return the inputs of the graph: the study, and the folders of its files."""
    return {
        "study": study,
        "extract_directory": directory,
        "contract_directory": root / "data_contracts",
        "published_directory": root / "data" / "published",
        "proofs_directory": root / "data" / "proofs",
        "invented_register": root / "data" / "invented-digests.txt",
    }
