"""The evaluation of one extract: dependencies, computation and storage of its results.

Chapters use `analysis.book`, which requests exhibits from this module.

Within a build everything is computed once, before typesetting, and kept in a store; a cell then
loads it. The store is named by a digest of everything that its contents depend on
(`analysis.dependencies`), so a cell that finds no store under the current digest, as in an editor
after an edit, computes the results itself.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import dependencies
from analysis.dependencies import find_root
from analysis.disclosure import EXCEPTIONS, read_exceptions
from analysis.environment import specified_settings
from analysis.errors import ChapterFailed, ConfigurationError, InputsChanged
from analysis.exhibits.parts.disclosure_check import cleared
from analysis.exhibits.parts.exhibit import Exhibit, Figure, Provenance, in_words_of
from analysis.exhibits.parts.markdown import NARROW, Shown
from analysis.installed_packages import installed_digest
from analysis.store import NotStored, Store, private_folder
from analysis.study.settings import read_study
from analysis.workers import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hamilton import driver

    from analysis.contracts import DataContract
    from analysis.disclosure import Status
    from analysis.incremental import Nodes
    from analysis.study.settings import Outcome, Study

DATA_VARIABLE = "REPORT_DATA"
"""Environment variable that names the folder of the extract, as `--data` does."""

KEY_VARIABLE = "REPORT_STORE"
"""Environment variable by which a build passes its kernels the key of its store, so that all
chapters show the same state of files even if somebody edits them meanwhile."""

RESULTS = ("contract_counts", "contract_results", "contracts", "disclosure_rules",
           "effect_estimates", "extract_files", "origin", "released_outcomes", "released_sessions",
           "released_statuses")  # fmt: skip
"""Nodes, besides the exhibits, that a chapter's cell, the ledger or the build's log needs."""


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of one extract.

    Parameters
    ----------
    root
        The project's folder.
    data
        The folder of the extract; None for the one that `study.toml` names.
    given_key
        The key of the current build; None to compute the current key.
    """

    root: Path
    data: Path | None = None
    given_key: str | None = None

    @cached_property
    def study(self) -> Study:
        """The settings of the study."""
        return read_study(self.root / "study.toml")

    @cached_property
    def directory(self) -> Path:
        """The folder of the extract."""
        return self.data if self.data is not None else self.root / self.study.extract_directory

    @cached_property
    def files(self) -> Mapping[str, str]:
        """SHA-256 of each file that a result depends on, as it was before anything was read."""
        assert self._seen
        found = dependencies.hash_files(self.root, self.directory)
        # Only the settings were read before, as they name the extract.
        if read_study(self.root / "study.toml") != self.study:
            raise InputsChanged("study.toml changed while it was read", remedy="run this again")
        return found

    @cached_property
    def _seen(self) -> Mapping[str, object]:
        """Times of each of these files before it was hashed, which an undone edit changes too."""
        return dependencies.settled_file_stats(self.root, self.directory)

    @cached_property
    def key(self) -> str:
        """SHA-256 over everything that a result depends on: code, settings, data, packages."""
        return dependencies.key(self.files) if self.given_key is None else self.given_key

    def refuse_changed(self) -> None:
        """Raise an error if a file that results depend on has changed.

        Within a build's kernels, the build does this check.
        """
        if self.given_key is None:
            now = dependencies.hash_files(self.root, self.directory)
            dependencies.refuse_changed(self.files, now)
            seen = dependencies.file_stats(self.root, self.directory)
            dependencies.refuse_changed(self._seen, seen)

    @cached_property
    def store(self) -> Store:
        """The stored results for the current key.

        The key is printed and the same on every machine, so the packages installed on this one are
        also checked: an edit of a package's code does not change its version.
        """
        under = installed_digest() if self.given_key is None else None
        return Store(self.root / ".report" / "results" / self.key, under)

    # --- computing -------------------------------------------------------------

    def compute(self, names: Iterable[str]) -> dict[str, Any]:
        """Compute the named nodes from the files, in the specified environment.

        Raises
        ------
        InputsChanged
            If a file is edited meanwhile, since a value would then match no state of the files.
        """
        return self._computed(list(names), None)

    def _computed(
        self, wanted: list[str], take: Callable[[driver.Driver], Nodes] | None
    ) -> dict[str, Any]:
        """Compute nodes: all of them with Hamilton, or only those necessary with `take`."""
        assert self.key  # the files are hashed before any of them is read
        from analysis.contracts import read_contracts, refuse_without_column
        from analysis.dataflow import graph
        from analysis.dataflow.disclosure_paths import status_by_path
        from analysis.parallel.plan import compute_ahead

        built, asked = graph.build(self.root), [*wanted, "contracts"]
        nodes = None
        with specified_settings(), workers(self.study.scale):
            try:
                if take is None:
                    inputs = graph.inputs(self.root, self.directory, self.study)
                    values = graph.compute(built, asked, inputs)
                else:
                    nodes = take(built)
                    compute_ahead(nodes, asked)
                    values = {name: nodes.value(name) for name in asked}
            except KeyError as error:
                refuse_without_column(error, read_contracts(self.root / "data_contracts"))
                raise
        self.refuse_changed()
        if nodes is not None:
            nodes.commit()
        contracts, by_name = values["contracts"].values(), graph.nodes(built)
        children = {each.dataset for each in contracts if each.sensitivity == "child"}
        exceptions = read_exceptions(self.root / "data_contracts" / EXCEPTIONS)

        def by_path(name: str) -> Status | None:
            shown = isinstance(values[name], Exhibit)
            return status_by_path(name, by_name, children) if shown else None

        return {
            name: cleared(
                name, in_words_of(self.study.words, values[name]), exceptions, by_path(name)
            )
            for name in wanted
        }

    def fill_store(
        self,
        references: Mapping[str, str],
        *,
        fresh: bool = False,
        take: Callable[[driver.Driver], Nodes] | None = None,
    ) -> tuple[dict[str, Any], bool]:
        """Compute the exhibits that a book shows and the results its chapters need; store them.

        Parameters
        ----------
        references
            The short reference of each exhibit that the whole report shows; empty for every exhibit
            that there is.
        fresh
            Compute even what is in the store, as a release does.
        take
            Function that returns the nodes of a graph, some of which may be kept; None to compute
            all.

        Returns
        -------
        values : dict
            Each value by name.
        reused : bool
            Whether all of them were taken, intact, from the store.
        """
        from analysis.dataflow import graph

        built = graph.build(self.root)
        every = graph.exhibit_names(built)
        shown = [name for name in every if name in references or not references]
        # A study without fieldwork has no results of it.
        by_name = graph.nodes(built)
        names = [*(name for name in RESULTS if name in by_name), *shown]
        kept = None if fresh else self.store.read_all(names)
        values = self._computed(names, take) if kept is None else kept
        label = values["origin"].label
        provenances = {}
        datasets = {name: file.datasets for name, file in values["extract_files"].items()}
        for name in shown:
            sources = graph.data_files(name, by_name, datasets)
            given = references.get(name, "")
            provenances[name] = Provenance(name, given, sources, label if sources else "")
        values = {**values, "provenances": provenances}
        if kept is None or not self._holds("provenances", provenances):
            self.store.write(values)
        return values, kept is not None

    def stored_values(self, names: Iterable[str]) -> dict[str, Any]:
        """Return values from the store, which must contain them.

        Raises
        ------
        InputsChanged
            If it no longer does.
        """
        found = self.store.read_all(names)
        if found is None:
            raise InputsChanged(
                "the stored results changed while the report was built from them",
                remedy="run the command again",
            )
        return found

    def _holds(self, name: str, value: Any) -> bool:
        """Whether the store contains a value under a name."""
        try:
            return bool(self.store.read(name) == value)
        except NotStored:
            return False

    @cached_property
    def _memory(self) -> dict[str, Any]:
        return {}

    def result(self, name: str) -> Any:
        """Return the value of one node, from the store or else by computing it."""
        if name not in self._memory:
            try:
                self._memory[name] = self.store.read(name)
            except NotStored:
                self._memory[name] = self.compute([name])[name]
        return self._memory[name]

    def shown(self, name: str) -> Shown:
        """Return an exhibit with its provenance, and write its drawing where the book finds it."""
        exhibit = self.result(name)
        if not isinstance(exhibit, Exhibit):
            raise ChapterFailed(f"'{name}' is a result, not an exhibit", remedy="use run(...)")
        try:
            if "provenances" not in self._memory:
                self._memory["provenances"] = self.store.read("provenances")
            provenance = self._memory["provenances"].get(name, Provenance(name))
        except NotStored:
            provenance = Provenance(name, label=self.result("origin").label)
        if isinstance(exhibit, Figure):
            self.write_drawing(name, exhibit)
        return Shown(exhibit, provenance)

    def write_drawing(self, name: str, figure: Figure) -> None:
        """Write a figure's drawings to `_exhibits/`, unless they exist or are held back."""
        for ending, drawing in (("", figure.svg), (NARROW, figure.narrow)):
            path = self.root / "_exhibits" / f"{name}{ending}.svg"
            if figure.status.held or not drawing:
                path.unlink(missing_ok=True)
            elif not path.is_file() or path.read_text(encoding="utf-8") != drawing:
                private_folder(path.parent)
                path.write_text(drawing, encoding="utf-8", newline="\n")


def refuse_uncounted(outcomes: tuple[Outcome, ...], contracts: Mapping[str, DataContract]) -> None:
    """Refuse an outcome of a type of event that no extract may contain: it would always be zero.

    Raises
    ------
    ConfigurationError
        With the outcome, and the types that the data contract lists.
    """
    column = contracts["child_events"].column("event_type")
    for outcome in outcomes:
        if outcome.measure == "events" and outcome.event_type not in column.categories:
            raise ConfigurationError(
                f"the data contract lists no event_type '{outcome.event_type}'",
                place=f"study.toml, [[outcomes]], {outcome.name}",
                remedy=f"write one of {', '.join(column.categories)}, or list it in "
                "data_contracts/child_events.odcs.yaml",
            )


_KNOWN: list[tuple[Evaluation, object]] = []
"""The evaluation that this process used last, with its files' times and sizes."""


def current() -> Evaluation:
    """Return the evaluation of the project around the working directory, as its files are now.

    Within a build it is the build's. In an editor the files are checked each time, so that no
    value outlives an edit.
    """
    data = os.environ.get(DATA_VARIABLE)
    key = os.environ.get(KEY_VARIABLE)
    now = Evaluation(find_root(Path.cwd()), Path(data) if data else None, key)
    last, before = _KNOWN[-1] if _KNOWN else (None, None)
    directory = now.directory if last != now or last is None else last.directory
    seen = dependencies.file_stats(now.root, directory) if key is None else None
    if last is None or last != now or before != seen:
        _KNOWN[:] = [(now, seen)]
    return _KNOWN[-1][0]


__all__ = ["Evaluation", "current", "find_root", "private_folder"]
