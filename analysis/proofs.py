"""Proof tables that take minutes to compute, committed with a record of their code.

`make prove` writes them (`benchmarks/models_proofs.py`). With each table there is a record of
seed, draws and the code that made it, so that the printed table can state when that code has
changed since.
"""

from __future__ import annotations

import ast
import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.contracts.contract import SUFFIX
from analysis.contracts.yaml_document import read_document
from analysis.errors import ConfigurationError
from analysis.importing import OWN, code_file, study_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKAGES = ("analysis", "benchmarks", OWN, "tests")
SETTINGS = "study.toml"
RESTED_ON = (
    "assignment_unit", "outcomes", "pilots", "scale_up", "specifications", "synthetic", "window",
)  # fmt: skip
READS_SETTINGS = "analysis/study/settings.py"
FINDS_MODULES = {
    "analysis/dataflow/step_modules.py": ("analysis/dataflow", "analysis/exhibits", OWN)
}
"""Files that import every module of some packages, without naming them."""
CONTRACTS = "data_contracts"
READS_CONTRACTS = "analysis/synthetic/recipe.py"
DRAWN_BY = (
    "name", "logicalType", "logicalTypeOptions", "required", "primaryKey", "customProperties",
)  # fmt: skip


@dataclass(frozen=True)
class Making:
    """The record of what made a table.

    Attributes
    ----------
    seed, draws
        Seed and draws of the simulation; 0 where nothing is drawn.
    files
        The code, settings and data contracts it depends on, relative to the project's root.
    digest
        SHA-256 over these; see `code_digest`.
    current
        Whether the code is unchanged: determined once, where the files may be read.
    """

    seed: int
    draws: int
    files: tuple[str, ...]
    digest: str
    current: bool = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Determine whether the code is unchanged."""
        object.__setattr__(self, "current", code_digest(self.files) == self.digest)


@dataclass(frozen=True)
class Proof:
    """A committed table, and what made it."""

    table: pd.DataFrame
    making: Making


def read_proof(directory: Path, name: str) -> Proof:
    """Read a table and its record.

    Raises
    ------
    ConfigurationError
        If one of them is missing.
    """
    table, record = directory / f"{name}.csv", directory / f"{name}.json"
    for path in (table, record):
        if not path.is_file():
            raise ConfigurationError(
                "no such file", place=str(path), remedy="make it with 'make prove'"
            )
    known = json.loads(record.read_text(encoding="utf-8"))
    making = Making(known["seed"], known["draws"], tuple(known["files"]), known["digest"])
    return Proof(pd.read_csv(table), making)


def write_proof(directory: Path, name: str, proof: Proof) -> None:
    """Write a table to four decimals, and its record."""
    directory.mkdir(parents=True, exist_ok=True)
    proof.table.round(4).to_csv(directory / f"{name}.csv", index=False, lineterminator="\n")
    said = asdict(proof.making)
    del said["current"]
    record = json.dumps(said, indent=1)
    (directory / f"{name}.json").write_text(record + "\n", encoding="utf-8", newline="\n")


def making(module: str, seed: int, draws: int, left_out: Iterable[str] = ()) -> Making:
    """Return the record of a table that this module makes with the current code."""
    files = code_files(module, left_out)
    return Making(seed, draws, files, code_digest(files))


def code_digest(files: Iterable[str]) -> str:
    """Return the SHA-256 over files' code, ignoring comments, docstrings and layout."""
    digest = hashlib.sha256()
    for name in files:
        path = _place(name)
        digest.update(f"{name}\0{_said(path) if path.is_file() else ''}\n".encode())
    return digest.hexdigest()


def _said(path: Path) -> str:
    """Return a file's code, or the settings that affect results, in a normalised layout."""
    text = path.read_text(encoding="utf-8")
    if path.name == SETTINGS:
        settings = tomllib.loads(text)
        return json.dumps({key: settings[key] for key in RESTED_ON}, sort_keys=True)
    if path.parent.name == CONTRACTS:
        return json.dumps(_drawn_by(path), sort_keys=True)
    return _syntax(ast.parse(text))


def _drawn_by(contract: Path) -> list[dict[str, Any]]:
    """Return the parts of a data contract that affect the stand-in, without descriptions."""
    (table,) = read_document(contract).value["schema"]
    return [
        {key: column.get(key) for key in DRAWN_BY}
        | {"allowed": [rule.get("arguments") for rule in column.get("quality") or []]}
        for column in table["properties"]
    ]


def _syntax(node: object) -> str:
    """Return a syntax tree as text that does not depend on the version of Python."""
    if isinstance(node, list):
        return f"[{','.join(_syntax(each) for each in node if not _is_text(each))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    # Later versions have more fields, which are empty where the code does not use them.
    fields = ((name, part) for name, part in ast.iter_fields(node) if part not in (None, []))
    return f"{type(node).__name__}({','.join(f'{name}={_syntax(part)}' for name, part in fields)})"


def _is_text(statement: object) -> bool:
    """Whether a statement is only a string: a docstring, or one below an assignment."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def code_files(module: str, left_out: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the project's files that a module imports, directly or indirectly, and reads.

    The files read are the settings and, where the stand-in is drawn, the data contracts.

    Parameters
    ----------
    module
        The module to start from.
    left_out
        Modules and packages on which no number of the table can depend; their imports are not
        followed.

    Examples
    --------
    >>> code_files("analysis.models.design.trial")
    ('analysis/errors.py', 'analysis/models/design/trial.py')
    """
    seen: set[str] = set()
    waiting, unasked = [module], tuple(left_out)
    while waiting:
        wanted = waiting.pop()
        if any(f"{wanted}.".startswith(f"{each}.") for each in unasked):
            continue
        name = _file(wanted)
        if not name or name in seen:
            continue
        seen.add(name)
        waiting.extend(_imports(_place(name)))
        waiting.extend(each for package in FINDS_MODULES.get(name, ()) for each in _within(package))
    read = [SETTINGS] if READS_SETTINGS in seen else []
    if READS_CONTRACTS in seen:
        read = [
            *sorted(f"{CONTRACTS}/{path.name}" for path in _place(CONTRACTS).glob(f"*{SUFFIX}")),
            *read,
        ]
    return (*sorted(seen), *read)


def _within(package: str) -> list[str]:
    """Return the names of a package's modules."""
    found = (path.relative_to(_place(package)) for path in _place(package).rglob("*.py"))
    return [".".join([*package.split("/"), *path.with_suffix("").parts]) for path in found]


def _place(name: str) -> Path:
    """Return a file of the study, or of the program, by its name."""
    return code_file(Path(study_folder()), name)


def _file(module: str) -> str:
    """Return the name of the file of a module of the project; empty for any other."""
    if module.partition(".")[0] not in PACKAGES:
        return ""
    path = module.replace(".", "/")
    candidates = (f"{path}/__init__.py", f"{path}.py")
    return next((each for each in candidates if _place(each).is_file()), "")


def _imports(path: Path) -> list[str]:
    """Return every module that a file might import; a name from a package may be one.

    Imports only for the type checker never run, and are ignored.
    """
    modules: list[str] = []
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting.extend(node.orelse)
            continue
        waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            modules.extend(each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.append(node.module)
            modules.extend(f"{node.module}.{each.name}" for each in node.names)
    return modules
