"""The results of a build: each node of the dataflow is cached by its lineage."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cache import Cache, PendingCache
from analysis.dependencies import first_names
from analysis.errors import ExhibitHeld, NotReady
from analysis.evaluation import RESULTS
from analysis.incremental import Nodes, conditions, inputs_of
from analysis.undeclared_reads import Watch
from report.reuse.code import Code, code_of
from report.reuse.last_build import FOLDER
from report.reuse.unreported import Unreported

if TYPE_CHECKING:
    from collections.abc import Callable

    from hamilton import driver

    from analysis.evaluation import Evaluation

READ_WHOLE = frozenset({"accepted_tables", "extract"})
"""Nodes that contain an extract, including anything in it that names a person."""


class EmptyCache(Cache):
    """A cache for a release, which computes everything: it stores nothing and returns nothing."""

    def read(self, key: str) -> None:
        """Return None: nothing is cached."""

    def write(self, key: str, data: bytes) -> None:
        """Store nothing."""


@dataclass
class Results:
    """Obtain the results of one build, from the cache or by computing them.

    Parameters
    ----------
    evaluation
        Evaluation to compute.
    fresh
        Compute everything, as a release does, and refuse undeclared reads.
    """

    evaluation: Evaluation
    fresh: bool = False
    nodes: Nodes | None = None
    cache: Cache | None = None
    watch: Watch = field(default_factory=Watch)

    @cached_property
    def code(self) -> Code:
        """The digests of the code."""
        return code_of(self.evaluation.root)

    def take(self, built: driver.Driver) -> Nodes:
        """Return the nodes of a graph."""
        from analysis.dataflow import graph

        evaluation = self.evaluation
        root, extract, files = evaluation.root, evaluation.directory, evaluation.files
        given = graph.inputs(root, extract, evaluation.study)
        self.cache = (EmptyCache if self.fresh else PendingCache)(
            root / FOLDER / "results", ".pickle"
        )
        self.nodes = Nodes(
            built.graph.nodes,
            inputs_of(given, root, extract, files, self.code),
            code=self.code,
            conditions=conditions(),
            cache=self.cache,
            uncached=self._names_persons(built),
            watch=self.watch,
            unreported=Unreported(self.code.sources),
        )
        return self.nodes

    def _names_persons(self, built: driver.Driver) -> Callable[[str], bool]:
        """Return a function that tests if a node may contain children's records or names."""
        from analysis.contracts import read_contracts
        from analysis.dataflow import graph
        from analysis.dataflow.disclosure_paths import status_by_path

        by_name = graph.nodes(built)
        datasets = read_contracts(self.evaluation.root / "data_contracts")
        children = {name for name, each in datasets.items() if each.sensitivity == "child"}
        shown = {*RESULTS, *graph.exhibit_names(built)}

        def names(node: str) -> bool:
            if node in shown:
                return False
            if node in READ_WHOLE or node in datasets:
                return True
            try:
                status_by_path(node, by_name, children)
            except ExhibitHeld:
                return True
            return False

        return names

    def reached(self, node: str) -> list[str]:
        """Return the definitions that a node's code uses, as `module.name`."""
        functions = self.nodes.functions(node) if self.nodes else []
        sources = self.code.sources
        return sorted({f"{d.module}.{d.name}" for key in functions for d in sources.closure(*key)})

    def covered(self, name: str) -> set[str]:
        """Return the files that an input of the dataflow covers, relative to the project."""
        inputs = self.nodes.inputs if self.nodes else {}
        root = os.path.realpath(self.evaluation.root)
        covers = inputs[name].covers if name in inputs else ()
        return {Path(os.path.relpath(each, root)).as_posix() for each in covers}

    def definitions(self) -> dict[str, str]:
        """Return the digest of every definition in the code that computes."""
        return {
            f"{name}.{defined}": found.digest
            for name, module in self.code.sources.modules.items()
            for defined, (found, _) in module.definitions.items()
        }

    def summary(self) -> str:
        """Return in words how many results were computed."""
        if self.nodes is None:
            return "results reused: nothing they rest on has changed"
        made = len(self.nodes.computed)
        return (
            f"{made} results computed" if made else "results reused: each rests on the same inputs"
        )

    def refuse_unknown(self) -> list[str]:
        """Return what results read without declaring it; refuse it in a release."""
        by_read: dict[str, list[str]] = {}
        for node, found in sorted(self.watch.found.items()):
            for what in found:
                by_read.setdefault(what, []).append(node)
        lines = [
            f"{first_names(nodes)}: read, but not declared as an input: {what}"
            for what, nodes in by_read.items()
        ]
        if lines and self.fresh:
            raise NotReady(
                "\n".join(["results rest on something undeclared:", *lines]),
                remedy="declare what each reads as an input of the dataflow, seed what is drawn, "
                "and list a package that reads nothing in report/reuse/unreported.py",
            )
        return lines
