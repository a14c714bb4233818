"""The ledger: one record for every exhibit the book shows, and what the records share.

The public ledger travels with the report, so it contains released values as printed and nothing
that disclosure control removed. The internal one, for the owner only, adds full precision and
stays with the data. `ledger.schema.json` is the schema of both; it is made from these classes
by `python -m audit.ledger.ledger`.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass
from functools import cached_property
from importlib import metadata
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any, Literal

from analysis.environment import conditions
from audit.ledger.provenance import (
    Commit,
    Definition,
    InputFile,
    ProjectFile,
    Remote,
    RuleCounts,
    RuleOutcome,
    Setting,
    Step,
)
from audit.ledger.record import Record, Sha256
from audit.ledger.schema import schema_of
from audit.ledger.structure import Structure

FORMAT = 4
"""Version of the ledger's format; a reader refuses a version it does not know."""
SCHEMA = Path(__file__).with_name("ledger.schema.json")
OWN_EYES = 0o600
LIBRARIES = ("apache-hamilton", "contourpy", "great-expectations", "matplotlib", "numpy",
             "openpyxl", "pandas", "patsy", "pillow", "pyarrow", "pypandoc-binary", "scipy",
             "seaborn", "statsmodels", "typst")  # fmt: skip
_FIELD_NAMES: dict[type, tuple[str, ...] | None] = {}


@dataclass(frozen=True)
class Ledger:
    """All records of one build, and what they share.

    Attributes
    ----------
    title
        Title of the report.
    label
        Label of the data; empty for a supplied extract.
    commit
        The commit it was built from; its fields are null outside version control.
    files
        Data files read.
    contracts
        For each dataset, the number of rules by outcome.
    code
        Every definition that a record rests on, by dotted name.
    records
        One for each exhibit, sorted by id.
    remote
        Address of the public repository; empty if none is configured.
    rules
        Outcome of each rule of the data contracts.
    settings
        Parts of study.toml that a record rests on.
    columns
        For each file of the extract, the meaning of each column.
    graph
        Nodes of the dataflow that a record rests on.
    environment
        Versions of Python and of the libraries that results can depend on.
    platform
        Operating system and processor.
    conditions
        Environment in which results were computed, which a build sets itself.
    chapters
        Files of the chapters that show an exhibit, in the order of the book.
    sources
        SHA-256 of chapters and data contracts, by file.
    structure
        Headings, formulas and sources of the chapters, whose numbers are not results.
    release
        Whether it was built as a release, which refuses what a draft only marks.
    program
        The program that computed it, where its code is not in the commit: `version`, `commit` and
        `sha256` over its files. Files of `code` are then the program's, except the study's own.
    format
        Version of this format.
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
    program: Mapping[str, str] = field(default_factory=dict)
    format: Literal[4] = 4

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
        whole: dict[str, Any] = plain(self)
        whole["records"] = sorted(whole["records"], key=lambda record: str(record["id"]))
        if not internal:
            for each in whole["records"]:
                del each["internal"]
        return whole

    def to_json(self, *, internal: bool = False) -> str:
        """Return the ledger as JSON in a stable order: keys sorted, one per line."""
        whole = self.as_dict(internal=internal)
        return indented(whole) + "\n"

    def write(self, path: Path, *, internal: bool = False) -> None:
        """Write the ledger as JSON; only its owner may read the internal one."""
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
    """Return the operating system and processor on which results are computed."""
    return f"{platform.system()} {platform.machine()}"


def environment() -> dict[str, str]:
    """Return the versions that a result can depend on."""
    versions = {name: metadata.version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), **versions}


def here() -> dict[str, Any]:
    """Return the fields of a ledger that describe the machine it is made on."""
    return {
        "environment": environment(),
        "platform": platform_name(),
        "conditions": conditions(),
    }


def plain(value: Any) -> Any:
    """Return dataclasses, mappings and sequences as new dicts and lists, as `asdict` does.

    This and `indented` exist because the standard library copies every value and indents with a
    generator for each: a build would spend a tenth of its time on the ledger.
    """
    if value is None or isinstance(value, str | int | float):
        return value
    names = _field_names(type(value))
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def _field_names(kind: Any) -> tuple[str, ...] | None:
    if kind not in _FIELD_NAMES:
        _FIELD_NAMES[kind] = tuple(kind.__dataclass_fields__) if is_dataclass(kind) else None
    return _FIELD_NAMES[kind]


def indented(value: Any) -> str:
    """Return plain data as JSON with sorted keys, one a line, indented by one space a level.

    Examples
    --------
    >>> indented({"b": [1, "é"], "a": {}}) == json.dumps(
    ...     {"b": [1, "é"], "a": {}}, indent=1, ensure_ascii=False, sort_keys=True)
    True
    """
    parts: list[str] = []
    _write_json(value, "\n", parts.append)
    return "".join(parts)


def _write_json(value: Any, line: str, say: Any) -> None:
    if isinstance(value, str):
        say(encode_basestring(value))
    elif isinstance(value, dict) and value:
        below, mark = f"{line} ", "{"
        for key in sorted(value):
            say(f"{mark}{below}{encode_basestring(key)}: ")
            _write_json(value[key], below, say)
            mark = ","
        say(f"{line}}}")
    elif isinstance(value, list) and value:
        below, mark = f"{line} ", "["
        for each in value:
            say(f"{mark}{below}")
            _write_json(each, below, say)
            mark = ","
        say(f"{line}]")
    else:
        say(json.dumps(value))


if __name__ == "__main__":
    SCHEMA.write_text(json.dumps(schema(), indent=1) + "\n", encoding="utf-8", newline="\n")
