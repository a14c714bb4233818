"""The ledger: one record for every exhibit the book shows, and what the records share.

The public ledger travels with the report, so it holds released values as printed and nothing
that disclosure control took out. The internal one, for the owner's eyes, adds full precision
and stays with the data. `ledger.schema.json` states the form of both; it is made from these
classes by `python -m audit.ledger.ledger`.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, Literal

from analysis.environment import conditions
from audit.ledger.form import pattern, schema_of
from audit.ledger.record import Count, FromOne, Record, Sha256
from audit.ledger.structure import Structure

FORMAT = 3
"""Version of the ledger's form; a reader refuses one it does not know."""
SCHEMA = Path(__file__).with_name("ledger.schema.json")
OWN_EYES = 0o600
LIBRARIES = ("apache-hamilton", "contourpy", "great-expectations", "matplotlib", "numpy",
             "openpyxl", "pandas", "patsy", "pillow", "pyarrow", "pypandoc-binary", "scipy",
             "seaborn", "statsmodels", "typst")  # fmt: skip

# From the project's root, and nowhere else.
ProjectFile = Annotated[str, pattern(r"(?!/)(?!.*\\)(?!.*\.\.)(?![A-Za-z]:)[^\n]*")]
ModuleFile = Annotated[str, pattern(r"(?!/)(?!.*\\)(?!.*\.\.)[^:\n]+\.py")]
Remote = Annotated[str, pattern(r"(https://[^\s<>\"']+)?")]
Outcome = Literal["pass", "warn", "fail", "nothing tested"]
RuleCounts = Mapping[Literal["rules", "pass", "warn", "fail", "nothing tested"], Count]


@dataclass(frozen=True)
class Commit:
    """Where the code of a build stands in the project's history.

    Attributes
    ----------
    id
        The full hash; null where the folder is no git checkout of its own, which is then said
        so, never guessed.
    time
        Seconds since 1970 of the commit; null likewise.
    clean
        Whether every file is as committed and no other file could take part.
    """

    id: Annotated[str, pattern("([0-9a-f]{40}|[0-9a-f]{64})")] | None
    time: int | None
    clean: bool

    @property
    def short(self) -> str:
        """The hash as printed: twelve digits, marked when the tree has other changes."""
        if self.id is None:
            return "not under version control"
        return self.id[:12] + ("" if self.clean else " with uncommitted changes")


@dataclass(frozen=True)
class InputFile:
    """One data file.

    Attributes
    ----------
    name
        Of a file of the extract; of the project's own, its path from the root.
    sha256
        SHA-256 in hexadecimal.
    rows
        Its rows; of a file about children to the nearest ten, as totals of children are, and to
        ten at least where it has any.
    part
        "extract" for what was supplied or invented, "project" for the project's own: facts of
        the published summary, proofs of methods.
    """

    name: ProjectFile
    sha256: Sha256
    rows: Count
    part: Literal["extract", "project"] = "extract"

    @property
    def dataset(self) -> str:
        """The data contract that it is held to: its name without the ending."""
        return self.name.rpartition(".")[0]


@dataclass(frozen=True)
class RuleOutcome:
    """What became of one rule of a data contract; counts as they may be published.

    Attributes
    ----------
    tested
        Rows, or [c] where the number may not be published.
    """

    dataset: str
    rule: str
    column: str
    severity: str
    outcome: Outcome
    tested: int | str
    failing: int | str
    expected: str


@dataclass(frozen=True)
class Setting:
    """A part of `study.toml`: its first line, and SHA-256 of what it says."""

    line: FromOne
    sha256: Sha256


@dataclass(frozen=True)
class Step:
    """One node of the dataflow.

    Attributes
    ----------
    function
        What computes it, a key of `code`; null for an input.
    needs
        Nodes it takes.
    files
        The project's own data files that it reads.
    settings
        Parts of study.toml that it takes.
    does
        What it does, in words.
    given
        What it is restricted to, by the name of the restriction.
    """

    function: str | None
    needs: tuple[str, ...]
    files: tuple[str, ...]
    settings: tuple[str, ...]
    does: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Definition:
    """One definition: a function, a class or a constant.

    Attributes
    ----------
    file, first, last
        The module, from the project's root, and its lines from 1.
    sha256
        Digest of its syntax tree, docstrings left out.
    uses
        Definitions it names itself.
    """

    file: ModuleFile
    first: FromOne
    last: FromOne
    sha256: Sha256
    uses: tuple[str, ...]

    def lines(self, dash: str = "-") -> str:
        """Return its file and lines, as `panel.py:8-12`."""
        return f"{self.file}:{self.first}{dash}{self.last}"


@dataclass(frozen=True)
class Ledger:
    """All records of one build and what they share.

    Attributes
    ----------
    title
        Of the report.
    label
        Label of the data; empty for a supplied extract.
    commit
        The code it was built from; null outside version control.
    files
        Data files read.
    contracts
        For each dataset the number of rules by outcome.
    code
        Every definition that a record rests on, by dotted name.
    records
        One an exhibit, sorted by id.
    remote
        Address of the public repository; empty where none is configured.
    rules
        Outcome of each rule of the data contracts.
    settings
        Parts of study.toml that a record rests on.
    columns
        For each file of the extract, the meaning of each column.
    graph
        Nodes of the dataflow that a record rests on.
    environment
        Versions of Python and of libraries that results can depend on.
    platform
        Operating system and processor.
    conditions
        The environment that results were computed in, which a build sets itself.
    chapters
        Files of the chapters that show an exhibit, in the order of the book.
    sources
        SHA-256 of chapters and data contracts, by file.
    structure
        Headings, formulas and sources of the chapters, whose numbers are no results.
    release
        Whether it was built as a release, which refuses what a draft only marks.
    format
        Version of this form.
    """

    title: str
    commit: Commit
    label: str
    files: tuple[InputFile, ...]
    contracts: Mapping[str, RuleCounts]
    code: Mapping[str, Definition]
    records: tuple[Record, ...]
    remote: Remote
    rules: tuple[RuleOutcome, ...]
    settings: Mapping[str, Setting]
    columns: Mapping[str, Mapping[str, str]]
    graph: Mapping[str, Step]
    environment: Mapping[str, str]
    platform: str
    conditions: Mapping[str, str] = field(default_factory=dict)
    chapters: tuple[ProjectFile, ...] = ()
    sources: Mapping[str, Sha256] = field(default_factory=dict)
    structure: Structure = field(default_factory=Structure)
    release: bool = False
    format: Literal[3] = 3

    @cached_property
    def by_id(self) -> Mapping[str, Record]:
        """Its records by name."""
        return {record.id: record for record in self.records}

    @cached_property
    def by_reference(self) -> Mapping[str, Record]:
        """Its records by their short reference."""
        return {record.reference: record for record in self.records}

    @cached_property
    def inputs(self) -> Mapping[str, InputFile]:
        """Its data files by name."""
        return {file.name: file for file in self.files}

    def as_dict(self, *, internal: bool = False) -> dict[str, Any]:
        """Return the ledger as plain data, in the form of its JSON."""
        whole = asdict(self)
        whole["records"] = sorted(whole["records"], key=lambda record: str(record["id"]))
        if not internal:
            for each in whole["records"]:
                del each["internal"]
        return whole

    def to_json(self, *, internal: bool = False) -> str:
        """Return the ledger as JSON in a stable order: keys sorted, one a line."""
        whole = self.as_dict(internal=internal)
        return json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    def write(self, path: Path, *, internal: bool = False) -> None:
        """Write the ledger as JSON; the internal one so that only its owner may read it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        mode = OWN_EYES if internal else 0o666
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(self.to_json(internal=internal).encode())


def schema() -> dict[str, Any]:
    """Return the schema of a ledger's JSON."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Ledger of a reproducible evaluation report",
        "description": "One record for every exhibit that a report shows. "
        "Keys are sorted, records by id.",
        **schema_of(Ledger),
    }


def platform_name() -> str:
    """Return the system and processor that a result was computed on."""
    return f"{platform.system()} {platform.machine()}"


def environment() -> dict[str, str]:
    """Return the versions a result can depend on."""
    versions = {name: metadata.version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), **versions}


def here() -> dict[str, Any]:
    """Return what a ledger says of the machine that it is made on, as its fields."""
    return {
        "environment": environment(),
        "platform": platform_name(),
        "conditions": conditions(),
    }


if __name__ == "__main__":
    SCHEMA.write_text(json.dumps(schema(), indent=1) + "\n", encoding="utf-8", newline="\n")
