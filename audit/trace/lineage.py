"""Lineage of an exhibit: its dataflow nodes, the closure of their code, the columns read.

The graph is derived from the code itself, so lineage cannot be declared wrongly. The ledger,
`report trace` and the index of exhibits all use it.

Columns are found without running anything; see `audit.trace.columns`. The words
that a function may mention are narrower than the closure used for caching: a parameter with the
same name as a function of the module does not refer to it. Cache keys never depend on this.
"""

from __future__ import annotations

import ast
import symtable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from audit.ledger.provenance import Definition
from audit.trace.columns import ColumnReader

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from analysis.dataflow.graph import Node
    from analysis.study.settings import Study
    from audit.trace.columns import Column
    from audit.trace.sources import Key, SourceIndex


@dataclass(frozen=True)
class Mentions:
    """The words of each definition and of the definitions to which it refers as globals.

    Parameters
    ----------
    sources
        The project's code.
    """

    sources: SourceIndex

    @cached_property
    def _named(self) -> dict[Key, frozenset[Key]]:
        return {}

    @cached_property
    def _words(self) -> dict[Key, frozenset[str]]:
        return {}

    def words(self, module: str, name: str) -> frozenset[str]:
        """Return the strings, attributes and keywords of a definition and of all that it uses."""
        start = (module, name)
        if start not in self._words:
            seen: set[Key] = set()
            waiting = [start]
            while waiting:
                key = waiting.pop()
                if key not in seen:
                    seen.add(key)
                    waiting.extend(self.named(*key))
            found = (words_of(self.sources.syntax(*key)) for key in seen)
            self._words[start] = frozenset().union(*found)
        return self._words[start]

    def named(self, module: str, name: str) -> frozenset[Key]:
        """Return the definitions to which a definition refers by names that it does not bind."""
        key = (module, name)
        if key not in self._named:
            loaded = global_names(self.sources.syntax(module, name))
            self._named[key] = frozenset(self.sources.uses(module, name, loaded))
        return self._named[key]


def global_names(statement: ast.stmt) -> frozenset[str]:
    r"""Return the names that a top-level statement takes from outside itself.

    They include the names that it imports itself and those in annotations.

    Examples
    --------
    >>> code = "def total(items):\n    return share(items) + sum(x for x in items)"
    >>> sorted(global_names(ast.parse(code).body[0]))
    ['share', 'sum', 'total']
    """
    top = symtable.symtable(ast.unparse(statement), "definition", "exec")
    found: set[str] = set()
    waiting = [top]
    while waiting:
        scope = waiting.pop()
        waiting.extend(scope.get_children())
        outside = (s for s in scope.get_symbols() if scope is top or s.is_global())
        found.update(symbol.get_name() for symbol in outside)
    for part in ast.walk(statement):
        match part:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found.update((each.asname or each.name).partition(".")[0] for each in names)
            case ast.arg(annotation=ast.expr() as said) | ast.AnnAssign(annotation=said):
                found.update(_names(said))
            case ast.FunctionDef(returns=ast.expr() as said):
                found.update(_names(said))
    return frozenset(found)


def words_of(node: ast.AST) -> set[str]:
    """Return the words that may name a column: strings, attributes and keywords."""
    found: set[str] = set()
    for part in ast.walk(node):
        match part:
            case ast.Constant(value=str(text)):
                found.add(text)
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                found.add(name)
    return found


def _names(annotation: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(annotation) if isinstance(part, ast.Name)}


STUDY = "study"
"""The dataflow's input that contains the settings."""


@dataclass(frozen=True)
class Lineage:
    """The lineage of one node of the dataflow.

    Attributes
    ----------
    function
        Module and name, joined by a dot, of the function that computes it.
    nodes
        The nodes upstream of it and itself, without inputs, sorted.
    upstream
        The functions of those nodes, sorted.
    closure
        All definitions that those functions use, directly or indirectly, sorted.
    files
        Data files upstream, sorted: those of the extract, then those of the project.
    columns
        For each file of the extract upstream, the columns read, in the file's order.
    settings
        Keys of `study.toml` upstream, sorted.
    deciding
        Those of the columns that are in no value, but decide what is analysed or shown.
    """

    function: str
    nodes: tuple[str, ...]
    upstream: tuple[str, ...]
    closure: tuple[str, ...]
    files: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    settings: tuple[str, ...]
    deciding: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Dataflow:
    """The dataflow's graph, code and files, from which lineages are derived.

    Parameters
    ----------
    nodes
        All nodes, by name.
    sources
        The project's code.
    columns
        Columns of each file of the extract.
    datasets
        The datasets read from each of these files; a table's node has the name of its dataset.
    stated
        For each input that is a folder of the project, its files, relative to the root.
    counted
        Outcomes measured as counts of events; see `ColumnReader`.
    """

    nodes: Mapping[str, Node]
    sources: SourceIndex
    columns: Mapping[str, tuple[str, ...]]
    datasets: Mapping[str, tuple[str, ...]]
    stated: Mapping[str, tuple[str, ...]]
    counted: frozenset[str] = frozenset()

    @cached_property
    def _mentions(self) -> Mentions:
        return Mentions(self.sources)

    @cached_property
    def _reader(self) -> ColumnReader:
        tables: dict[str, tuple[str, ...]] = {}
        for file, datasets in self.datasets.items():
            for dataset in datasets:
                tables[dataset] = (*tables.get(dataset, ()), *self.columns[file])
        return ColumnReader(self.nodes, tables, self._said, self.counted)

    @cached_property
    def _values(self) -> ColumnReader:
        return replace(self._reader, deciding=False)

    def _said(self, node: str) -> frozenset[str]:
        key = self.key(node)
        return self._mentions.words(*key) if key else frozenset()

    @cached_property
    def _above(self) -> dict[str, frozenset[str]]:
        from analysis.dataflow.graph import upstream

        return {name: frozenset(upstream(name, self.nodes)) for name in self.nodes}

    def lineage(self, name: str) -> Lineage:
        """Return the lineage of the node `name`."""
        from analysis.dataflow.graph import data_files

        own = self.key(name)
        if own is None:
            raise ValueError(f"'{name}' is an input of the dataflow; nothing computes it")
        keys = {node: key for node in self._above[name] if (key := self.key(node)) is not None}
        reached = {d.key for key in set(keys.values()) for d in self.sources.closure(*key)}
        files = data_files(name, self.nodes, self.datasets)
        return Lineage(
            function=dotted(own),
            nodes=tuple(sorted(keys)),
            upstream=tuple(sorted({dotted(key) for key in keys.values()})),
            closure=tuple(sorted(dotted(key) for key in reached)),
            files=(*files, *sorted({f for node in keys for f in self.stated_files(node)})),
            columns={file: self._columns(name, file) for file in files},
            deciding={file: some for file in files if (some := self._deciding(name, file))},
            settings=tuple(sorted({each for node in keys for each in self.settings(node)})),
        )

    def key(self, node: str) -> Key | None:
        """Return the module and name of a node's function; None for an input."""
        function = self.nodes[node].function
        return (function.__module__, function.__name__) if function else None

    def _columns(self, name: str, file: str) -> tuple[str, ...]:
        tables = self._above[name].intersection(self.datasets[file])
        if not tables:
            return self.columns[file]  # read in full, by the data contracts' tests
        return self._among(file, tables, self._reader.rests(name))

    def _deciding(self, name: str, file: str) -> tuple[str, ...]:
        tables = self._above[name].intersection(self.datasets[file])
        if not tables:
            return ()
        values = self._among(file, tables, self._values.rests(name))
        return tuple(each for each in self._columns(name, file) if each not in values)

    def _among(self, file: str, tables: Iterable[str], read: Container[Column]) -> tuple[str, ...]:
        """Return the columns of a file that are read in any of some tables."""
        return tuple(
            each for each in self.columns[file] if any((table, each) in read for table in tables)
        )

    def stated_files(self, node: str) -> set[str]:
        """Return the project's own data files that a node's function mentions, by name or stem."""
        key = self.key(node)
        folders = set(self.stated) & set(self.nodes[node].needs)
        if key is None or not folders:
            return set()
        said = self._said(node)
        paths = [path for folder in folders for path in self.stated[folder]]
        names = {path: path.rpartition("/")[2] for path in paths}
        return {path for path, name in names.items() if {name, name.rpartition(".")[0]} & said}

    def settings(self, node: str) -> set[str]:
        """Return the keys of the study that a node uses, such as `disclosure`."""
        key = self.key(node)
        if key is None or STUDY not in self.nodes[node].needs:
            return set()
        return {
            part.attr
            for part in ast.walk(self.sources.syntax(*key))
            if isinstance(part, ast.Attribute)
            and isinstance(part.value, ast.Name)
            and part.value.id == STUDY
        }


def counted_outcomes(study: Study) -> frozenset[str]:
    """Return the outcomes measured as event counts; none if a primary one is in days."""
    days = [outcome for outcome in study.outcomes if outcome.measure != "events"]
    if any(outcome.role == "primary" for outcome in days):
        return frozenset()
    return frozenset(each.name for each in study.outcomes if each not in days)


def dotted(key: Key) -> str:
    """Return a definition's dotted name, as in the ledger."""
    return ".".join(key)


def code_table(keys: Iterable[str], sources: SourceIndex) -> dict[str, Definition]:
    """Return the file, lines, digest and uses of each definition, by dotted name."""
    table = {}
    for key in sorted(set(keys)):
        module, _, name = key.rpartition(".")
        found = sources.definition(module, name)
        uses = sorted(dotted(used) for used in sources.uses(module, name))
        table[key] = Definition(found.file, found.first, found.last, found.digest, tuple(uses))
    return table
