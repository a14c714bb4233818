"""Which modules make up the dataflow, and what stands upstream of a node.

Hamilton takes about two seconds to import, so this module is imported where something
is computed, never where it is only shown.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hamilton import driver

from analysis.dataflow import (
    checks,
    data,
    effects,
    findings,
    inference,
    practice,
    proofs,
    published,
    sensitivity,
    settings,
)
from analysis.dataflow import scale_up as scaling
from analysis.errors import ChapterFailed
from analysis.exhibits.appendix import (
    calibration,
    contract_tables,
    inference_tables,
    proof_tables,
    sensitivity_figures,
    sensitivity_tables,
    simulation_numbers,
    simulation_tables,
)
from analysis.exhibits.design import claims as design_claims
from analysis.exhibits.design import figures as design_figures
from analysis.exhibits.design import limits_tables as design_limits
from analysis.exhibits.design import numbers as design_numbers
from analysis.exhibits.design import tables as design_tables
from analysis.exhibits.design import timeline
from analysis.exhibits.design_checks import figures as check_figures
from analysis.exhibits.design_checks import findings as finding_tables
from analysis.exhibits.design_checks import tables as check_tables
from analysis.exhibits.outcomes import claims, figures, numbers, tables, unit_tables
from analysis.exhibits.outcomes import published as published_numbers
from analysis.exhibits.outcomes import summary_figure as summary
from analysis.exhibits.parts.exhibit import Claim, Figure, Number, Table
from analysis.exhibits.practice import claims as practice_claims
from analysis.exhibits.practice import codebook, evidence_figures, joint_display, logic_model
from analysis.exhibits.practice import figures as practice_figures
from analysis.exhibits.practice import numbers as practice_numbers
from analysis.exhibits.practice import tables as practice_tables
from analysis.exhibits.recommendations import later_trial, scale_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

# Where a node fails, Hamilton logs its inputs, which can be children's records; the error
# itself is raised and told once, by the command line.
logging.getLogger("hamilton").setLevel(logging.CRITICAL + 1)

MODULES = (
    settings,
    data,
    effects,
    inference,
    checks,
    sensitivity,
    findings,
    practice,
    published,
    proofs,
    figures,
    tables,
    contract_tables,
    design_tables,
    design_limits,
    design_figures,
    inference_tables,
    unit_tables,
    finding_tables,
    check_tables,
    check_figures,
    sensitivity_tables,
    sensitivity_figures,
    proof_tables,
    simulation_tables,
    simulation_numbers,
    scaling,
    scale_up,
    timeline,
    practice_figures,
    practice_tables,
    evidence_figures,
    codebook,
    joint_display,
    logic_model,
    later_trial,
    calibration,
    numbers,
    design_numbers,
    practice_numbers,
    published_numbers,
    claims,
    design_claims,
    practice_claims,
    summary,
)
KINDS: dict[type, str] = {Figure: "figure", Table: "table", Number: "number", Claim: "claim"}


@dataclass(frozen=True)
class Node:
    """One step of the dataflow.

    Attributes
    ----------
    name
        What it computes.
    function
        The function that computes it; None for an input.
    needs
        Names of the nodes it takes.
    """

    name: str
    function: Callable[..., Any] | None
    needs: tuple[str, ...]


def build() -> driver.Driver:
    """Join the functions of `MODULES` into one graph."""
    return driver.Builder().with_modules(*MODULES).build()


def nodes(graph: driver.Driver) -> dict[str, Node]:
    """Return every node of the graph by name."""
    return {
        name: Node(
            name,
            None if node.user_defined else node.originating_functions[0],
            tuple(sorted(need.name for need in node.dependencies)),
        )
        for name, node in graph.graph.nodes.items()
    }


def kind(graph: driver.Driver, name: str) -> str:
    """Return the kind of an exhibit; empty for a node that is none."""
    return KINDS.get(graph.graph.nodes[name].type, "")


def exhibit_names(graph: driver.Driver) -> list[str]:
    """Return the names of all exhibits, sorted."""
    return sorted(name for name in graph.graph.nodes if kind(graph, name))


def upstream(name: str, by_name: Mapping[str, Node]) -> list[str]:
    """Return the names of all nodes that a node rests on, itself included, sorted."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(by_name[current].needs)
    return sorted(seen)


def data_files(name: str, by_name: Mapping[str, Node], files: Iterable[str]) -> tuple[str, ...]:
    """Return the data files that a node rests on, sorted.

    A table's node is named after its file. What takes the extract without going through a
    table, such as the contract results, rests on every file. That a label follows from the
    digests of all files is left out, or every picture would name them all.

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
        If a name is no node of the graph.
    """
    wanted = list(names)
    known = graph.graph.nodes
    for name in wanted:
        if name not in known:
            raise unknown(name, known)
    return dict(graph.execute(wanted, inputs=dict(inputs)))


def unknown(name: str, known: Iterable[str]) -> ChapterFailed:
    """Say that no exhibit or result has this name, and which names are near it."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=3)
    return ChapterFailed(
        f"there is no exhibit or result named '{name}'",
        remedy=f"did you mean {' or '.join(near)}?" if near else "see analysis/exhibits/",
    )


def inputs(root: Path, directory: Path, study: object) -> dict[str, object]:
    """Return the inputs of the graph: the study, and where extract and contracts lie."""
    return {
        "study": study,
        "extract_directory": directory,
        "contract_directory": root / "data_contracts",
        "published_directory": root / "data" / "published",
        "proofs_directory": root / "data" / "proofs",
        "invented_register": root / "data" / "invented-digests.txt",
    }
