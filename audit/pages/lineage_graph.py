"""The lineage of one exhibit as a graph: files and settings above, functions, the exhibit last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.ledger.ledger import Ledger
    from audit.ledger.record import Record

READS_FILES = "extract"
"""Node of the dataflow that reads the extract's files."""


@dataclass(frozen=True)
class Step:
    """One box: a data file, a part of the study, a function, or the exhibit itself.

    Attributes
    ----------
    kind
        file, setting, function or exhibit.
    name
        Name shown to the reader.
    place
        Number of rows of a file, or file and lines of code.
    """

    kind: str
    name: str
    place: str


@dataclass(frozen=True)
class LineageGraph:
    """The lineage of an exhibit as boxes and their needs.

    Attributes
    ----------
    target
        Name of the exhibit.
    steps
        Boxes by name.
    needs
        For each box, the names of the boxes it needs, files included, sorted.
    """

    target: str
    steps: Mapping[str, Step]
    needs: Mapping[str, tuple[str, ...]]

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Pairs of boxes, the needed one first."""
        return tuple((need, name) for name, needs in self.needs.items() for need in needs)

    def nearest(self) -> tuple[str, ...]:
        """Return the boxes except files, those nearest to the exhibit first."""
        found = [self.target]
        for name in found:
            found += [need for need in self.needs[name] if need not in found]
        return tuple(name for name in found if self.steps[name].kind != "file")


def lineage_graph(record: Record, ledger: Ledger) -> LineageGraph:
    """Return the lineage graph of one record of a ledger."""
    graph, files = ledger.graph, ledger.inputs
    within = set(record.nodes)
    steps = {name: _step(name, record, ledger) for name in record.nodes}
    needs = {name: {need for need in graph[name].needs if need in within} for name in within}
    for name in within:
        needs[name] |= {_file(file) for file in graph[name].files}
    for file in record.files:
        steps[_file(file)] = Step("file", file, f"{files[file].rows:,} rows")
        reader = READS_FILES if READS_FILES in within else files[file].dataset
        if file in record.columns and reader in within:
            needs[reader].add(_file(file))
    ordered = {name: tuple(sorted(needs.get(name, ()))) for name in sorted(steps)}
    return LineageGraph(record.id, dict(sorted(steps.items())), ordered)


def _file(name: str) -> str:
    # A file may have the same name as a function.
    return f"file {name}"


def _step(name: str, record: Record, ledger: Ledger) -> Step:
    step = ledger.graph[name]
    if step.settings:
        lines = (ledger.settings[key].line for key in step.settings)
        return Step("setting", name, ", ".join(f"study.toml:{line}" for line in lines))
    at = ledger.code[str(step.function)]
    kind = "exhibit" if name == record.id else "function"
    return Step(kind, name, f"{at.lines('–').rpartition('/')[2]}")
