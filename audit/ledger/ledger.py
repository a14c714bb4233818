"""The ledger: one record for every exhibit the book shows, and what the records share.

The public ledger travels with the report, so it holds released values as printed and nothing
that disclosure control took out. The internal one, for the owner's eyes, adds full precision
and stays with the data. `ledger.schema.json` states the form of both.
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

from analysis.environment import conditions
from audit.ledger.form import FORMAT
from audit.ledger.record import Place, Record, exhibit_digest, printed, record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from audit.trace.repository import Commit

OWN_EYES = 0o600


@dataclass(frozen=True)
class InputFile:
    """One data file: its name, SHA-256 in hexadecimal, number of rows, and what it belongs to.

    `part` is "extract" for what was supplied or invented, and "project" for the project's own:
    facts of the published summary, proofs of methods. The rows of a file about children are
    counted to the nearest ten, as totals of children are; those of a file that has any, to ten at
    least.
    """

    name: str
    sha256: str
    rows: int
    part: str = "extract"


@dataclass(frozen=True)
class RuleOutcome:
    """What became of one rule of a data contract; counts as they may be published."""

    dataset: str
    rule: str
    column: str
    severity: str
    outcome: str
    tested: int | str
    failing: int | str
    expected: str


@dataclass(frozen=True)
class Setting:
    """A part of `study.toml`: its first line, and SHA-256 of what it says."""

    line: int
    sha256: str


@dataclass(frozen=True)
class Ledger:
    """All records of one build and what they share.

    Attributes
    ----------
    title
        Of the report.
    commit
        The code it was built from.
    remote
        Address of the public repository; empty where none is configured.
    label
        The label of the data, empty for a supplied extract.
    files
        Every data file read.
    contracts
        For each dataset the number of rules by outcome.
    rules
        The outcome of each rule.
    settings
        The parts of the study that a record names.
    columns
        For each file of the extract, the meaning of each column.
    graph
        For each node that a record names, its function and the nodes it needs.
    code
        File, lines, digest and uses of every definition that a record rests on.
    records
        Sorted by id.
    chapters
        Files of the chapters that show an exhibit, in the order of the book.
    sources
        SHA-256 of these chapters and of the data contracts, by file.
    release
        Whether it was built as a release, which refuses what a draft only marks.
    """

    title: str
    commit: Commit
    label: str
    files: tuple[InputFile, ...]
    contracts: Mapping[str, Mapping[str, int]]
    code: Mapping[str, Mapping[str, Any]]
    records: tuple[Record, ...]
    remote: str = ""
    rules: tuple[RuleOutcome, ...] = ()
    settings: Mapping[str, Setting] | None = None
    columns: Mapping[str, Mapping[str, str]] | None = None
    graph: Mapping[str, Mapping[str, Any]] | None = None
    chapters: tuple[str, ...] = ()
    sources: Mapping[str, str] | None = None
    release: bool = False

    def as_dict(self, *, internal: bool = False) -> dict[str, Any]:
        """Return the ledger as plain data, in the form of its JSON."""
        records = [asdict(each) for each in sorted(self.records, key=lambda r: r.id)]
        if not internal:
            for each in records:
                del each["internal"]
        settings = self.settings or {}
        return {
            "format": FORMAT,
            "title": self.title,
            "label": self.label,
            "release": self.release,
            "commit": asdict(self.commit),
            "remote": self.remote,
            "chapters": list(self.chapters),
            "sources": dict(sorted((self.sources or {}).items())),
            "environment": environment(),
            "conditions": conditions(),
            "platform": platform_name(),
            "files": [asdict(file) for file in self.files],
            "contracts": self.contracts,
            "rules": [asdict(rule) for rule in self.rules],
            "settings": {name: asdict(each) for name, each in sorted(settings.items())},
            "columns": self.columns or {},
            "graph": self.graph or {},
            "code": self.code,
            "records": records,
        }

    def to_json(self, *, internal: bool = False) -> str:
        """Return the ledger as JSON in a stable order."""
        return as_json(self.as_dict(internal=internal))

    def write(self, path: Path, *, internal: bool = False) -> None:
        """Write the ledger as JSON; the internal one so that only its owner may read it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        mode = OWN_EYES if internal else 0o666
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(self.to_json(internal=internal).encode())


def as_json(whole: Mapping[str, Any]) -> str:
    """Return a ledger's plain data as JSON: keys sorted, one a line."""
    return json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


LIBRARIES = ("apache-hamilton", "contourpy", "great-expectations", "matplotlib", "numpy",
             "openpyxl", "pandas", "patsy", "pillow", "pyarrow", "pypandoc-binary", "scipy",
             "seaborn", "statsmodels", "typst")  # fmt: skip


def platform_name() -> str:
    """Return the system and processor that a result was computed on."""
    return f"{platform.system()} {platform.machine()}"


def environment() -> dict[str, str]:
    """Return the versions a result can depend on."""
    versions = {name: metadata.version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), **versions}


__all__ = ["FORMAT", "InputFile", "Ledger", "Place", "Record", "RuleOutcome", "Setting", "as_json",
           "environment", "exhibit_digest", "platform_name", "printed", "record"]  # fmt: skip
