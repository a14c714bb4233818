"""What a chapter's cells call: run a function of the dataflow, show an exhibit.

    from analysis.evaluation import claims, numbers, run, show
    run(contract_results)      # validate the data contracts
    show(effect_forest)        # a figure that displays itself
    numbers.schools_lambeth    # a number in a sentence

Within a build everything is computed once, before typesetting, and kept in a store;
a cell then loads it. The store is named by a digest of all that its contents depend on
(code, study, contracts, data, versions), so a cell that finds no store under today's
digest, as in an editor after an edit, does the work itself.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
import shutil
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.disclosure import EXCEPTIONS, read_exceptions
from analysis.errors import ChapterFailed, ConfigurationError
from analysis.exhibits.parts.clearance import cleared
from analysis.exhibits.parts.exhibit import Claim, Exhibit, Figure, Number, Provenance, Shown, Table
from analysis.study.settings import read_study

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from analysis.study.settings import Study

DATA_VARIABLE = "REPORT_DATA"
"""Environment variable that names the folder of the extract, as `--data` does."""

KEY_VARIABLE = "REPORT_STORE"
"""Environment variable by which a build tells its kernels the key of its store, so that
all chapters show one state of files even if somebody edits them meanwhile."""

# What a stored result depends on beside files: a result of another version is another result.
LIBRARIES = ("apache-hamilton", "great-expectations", "matplotlib", "numpy", "pandas", "scipy",
             "seaborn", "statsmodels")  # fmt: skip
RESULTS = ("contract_counts", "contract_results", "contracts", "disclosure_rules",
           "effect_estimates", "extract_files", "origin", "released_outcomes", "released_sessions",
           "released_statuses")  # fmt: skip
"""Nodes, beside the exhibits, that a chapter's cell, the ledger or the build's log asks for."""


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds `study.toml`."""
    for folder in (start, *start.parents):
        if (folder / "study.toml").is_file():
            return folder
    raise ConfigurationError(
        "no study.toml in this folder or above it",
        place=str(start),
        remedy="run this inside a clone of the project",
    )


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
        The key of the build under way; None to find today's.
    """

    root: Path
    data: Path | None = None
    given_key: str | None = None

    @cached_property
    def study(self) -> Study:
        """The settings."""
        return read_study(self.root / "study.toml")

    @cached_property
    def directory(self) -> Path:
        """The folder of the extract."""
        return self.data if self.data is not None else self.root / self.study.extract_directory

    @cached_property
    def key(self) -> str:
        """SHA-256 over all that a result depends on: code, settings, data, versions."""
        if self.given_key is not None:
            return self.given_key
        digest = hashlib.sha256()
        for path in sorted(self._dependencies()):
            inside = path.is_relative_to(self.root)
            name = path.relative_to(self.root).as_posix() if inside else path.name
            digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
        versions = [f"{name}=={metadata.version(name)}" for name in LIBRARIES]
        digest.update("\n".join([platform.python_version(), *versions]).encode())
        return digest.hexdigest()

    def _dependencies(self) -> set[Path]:
        sources = set((self.root / "analysis").rglob("*.py"))
        settings = {self.root / "study.toml", self.root / "data" / "invented-digests.txt"}
        contracts = set((self.root / "data_contracts").glob("*"))
        published = set((self.root / "data" / "published").glob("*"))
        proofs = set((self.root / "data" / "proofs").glob("*"))
        extract = set(self.directory.rglob("*"))
        every = sources | settings | contracts | published | proofs | extract
        return {path for path in every if path.is_file()}

    @property
    def store(self) -> Path:
        """The folder of stored results for today's key."""
        return self.root / ".report" / "results" / self.key

    # --- computing -------------------------------------------------------------

    def compute(self, names: Iterable[str]) -> dict[str, Any]:
        """Compute the named nodes from the files."""
        from analysis.dataflow import graph
        from analysis.dataflow.passage import status_by_way

        built, wanted = graph.build(), list(names)
        inputs = graph.inputs(self.root, self.directory, self.study)
        values = graph.compute(built, [*wanted, "contracts"], inputs)
        contracts, by_name = values["contracts"].values(), graph.nodes(built)
        children = {each.dataset for each in contracts if each.sensitivity == "child"}
        exceptions = read_exceptions(self.root / "data_contracts" / EXCEPTIONS)
        return {
            name: cleared(name, values[name], exceptions, status_by_way(name, by_name, children))
            for name in wanted
        }

    def fill_store(self, references: Mapping[str, str]) -> dict[str, Any]:
        """Compute every exhibit and the results that chapters ask for, and keep them.

        Parameters
        ----------
        references
            The short reference of each exhibit the book shows.

        Returns
        -------
        dict
            Each value by name. Taken from the store where it holds them already.
        """
        from analysis.dataflow import graph

        built = graph.build()
        names = [*RESULTS, *graph.exhibit_names(built)]
        if all((self.store / f"{name}.pickle").is_file() for name in names):
            values = {name: self._load(name) for name in names}
        else:
            values = self.compute(names)
        by_name = graph.nodes(built)
        label = values["origin"].label
        provenances = {}
        for name in graph.exhibit_names(built):
            sources = graph.data_files(name, by_name, values["extract_files"])
            given = references.get(name, "")
            provenances[name] = Provenance(name, given, sources, label if sources else "")
        self._write({**values, "provenances": provenances})
        return {**values, "provenances": provenances}

    def _write(self, values: Mapping[str, Any]) -> None:
        results = self.store.parent
        for folder in (results.parent, results):
            own_folder(folder)
        aside = results / f"{self.key}.{os.getpid()}"
        aside.mkdir(mode=0o700)
        for name, value in values.items():
            (aside / f"{name}.pickle").write_bytes(pickle.dumps(value))
        for old in results.iterdir():
            if old != aside:
                shutil.rmtree(old, ignore_errors=True)
        aside.replace(self.store)

    def _load(self, name: str) -> Any:
        # Our own file, in a folder only we can write to, under a digest just computed.
        return pickle.loads((self.store / f"{name}.pickle").read_bytes())  # noqa: S301

    @cached_property
    def _memory(self) -> dict[str, Any]:
        return {}

    def result(self, name: str) -> Any:
        """Return the value of one node, from the store or else computed."""
        if name not in self._memory:
            stored = (self.store / f"{name}.pickle").is_file()
            self._memory[name] = self._load(name) if stored else self.compute([name])[name]
        return self._memory[name]

    def shown(self, name: str) -> Shown:
        """Return an exhibit with its provenance, and put its drawing where the book finds it."""
        if (self.store / "provenances.pickle").is_file():
            provenances = self.result_from_store("provenances")
            provenance = provenances.get(name, Provenance(name))
        else:
            provenance = Provenance(name, label=self.result("origin").label)
        exhibit = self.result(name)
        if not isinstance(exhibit, Exhibit):
            raise ChapterFailed(f"'{name}' is a result, not an exhibit", remedy="use run(...)")
        if isinstance(exhibit, Figure):
            self.write_drawing(name, exhibit)
        return Shown(exhibit, provenance)

    def result_from_store(self, name: str) -> Any:
        """Return a stored value that is no node of the graph."""
        if name not in self._memory:
            self._memory[name] = self._load(name)
        return self._memory[name]

    def write_drawing(self, name: str, figure: Figure) -> None:
        """Write a figure's drawing to `_exhibits/`, unless it stands there or is held back."""
        path = self.root / "_exhibits" / f"{name}.svg"
        if figure.status.held:
            path.unlink(missing_ok=True)
        elif not path.is_file() or path.read_text(encoding="utf-8") != figure.svg:
            own_folder(path.parent)
            path.write_text(figure.svg, encoding="utf-8", newline="\n")


def own_folder(folder: Path) -> None:
    """Make a folder for the owner's eyes only, or make it so: a restricted extract's results."""
    folder.mkdir(exist_ok=True, mode=0o700)
    folder.chmod(0o700)


@lru_cache(maxsize=1)
def current() -> Evaluation:
    """Return the evaluation of the project around the working directory."""
    data = os.environ.get(DATA_VARIABLE)
    key = os.environ.get(KEY_VARIABLE)
    return Evaluation(find_root(Path.cwd()), Path(data) if data else None, key)


def run(function: Callable[..., Any]) -> Any:
    """Run a function of the dataflow, with all it needs, and return its value."""
    return current().result(function.__name__)


def show(function: Callable[..., Figure | Table | Claim | Number]) -> Shown:
    """Run an exhibit's function and display what it returns."""
    return current().shown(function.__name__)


class Named:
    """Exhibits of one kind by name, for inline code: `numbers.schools_lambeth`."""

    def __getattr__(self, name: str) -> Shown:
        """Return the exhibit of that name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return current().shown(name)


numbers = Named()
claims = Named()

__all__ = ["Evaluation", "claims", "current", "find_root", "numbers", "run", "show"]
