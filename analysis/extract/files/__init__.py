"""Read the files of an extract as tables of text, or report why they can't be read."""

from __future__ import annotations

import fnmatch
import hashlib
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, cast

import pandas as pd

from analysis.errors import ConfigurationError
from analysis.extract.files.comma_separated import read_csv
from analysis.extract.files.form import FileForm, file_form
from analysis.extract.files.problem import FILE_RULES, REASON, Problem, UnreadableError
from analysis.extract.files.workbook import read_parquet, read_workbook

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from analysis.contracts.contract import DataContract
    from analysis.extract.files.out_of_core import Reader
    from analysis.extract.maps.map_file import DatasetMap

__all__ = [
    "FILE_RULES",
    "REASON",
    "FileForm",
    "FilePart",
    "FilesRead",
    "Problem",
    "content_of",
    "file_form",
    "read_content",
    "read_files",
    "read_one",
]

IGNORED = (".*", "~$*", "README*", "Thumbs.db", "desktop.ini", "maps")
"""Names of files that are not data, and the folder of the maps."""
DAY_FIRST = r"^([0-9]{2})/([0-9]{2})/([0-9]{4})$"
YEAR_FIRST = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})$"


@dataclass(frozen=True)
class FilePart:
    """One file of a dataset.

    Attributes
    ----------
    name
        File name, without its folder.
    sha256
        Digest over its bytes.
    rows
        Records in it.
    datasets
        The datasets that are read from it, or through it if it is a map.
    """

    name: str
    sha256: str
    rows: int
    datasets: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilesRead:
    """The datasets read from a folder.

    Attributes
    ----------
    tables
        Text as sent, by dataset; the files of a split dataset one after another. A large one is an
        `OutOfCoreTable` instead, of which only validation and `accepted_tables` know.
    parts
        The files that each dataset was read from, in that order.
    problems
        By dataset, the problems that prevent it from being read.
    maps
        By dataset, the map through which it was read; none where it has the contract's form.
    places
        For each row of a dataset read through a map, the council's `file` and `line`.
    left_out
        Number of rows of the council's files that a map leaves out, by dataset and reason.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    parts: dict[str, tuple[FilePart, ...]] = field(default_factory=dict)
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    maps: dict[str, DatasetMap] = field(default_factory=dict)
    places: dict[str, pd.DataFrame] = field(default_factory=dict)
    left_out: dict[str, Mapping[str, int]] = field(default_factory=dict)


def read_files(
    directory: Path,
    contracts: Mapping[str, DataContract],
    mapped: Mapping[str, str] | None = None,
    large: Mapping[str, Reader] | None = None,
) -> FilesRead:
    """Read every dataset that has a contract, without stopping at a faulty file.

    Parameters
    ----------
    mapped
        Files, or patterns of files, of the datasets that are read through a map instead.
    large
        How to read the datasets that don't stay in memory; a workbook does, which is small.

    Raises
    ------
    ConfigurationError
        If there is no such folder.
    """
    if not directory.is_dir():
        raise ConfigurationError(
            "there is no such folder", place=str(directory), remedy="give an extract's folder"
        )
    mapped = mapped or {}
    present = sorted(
        path.name
        for path in directory.iterdir()
        if not _is_ignored(path.name)
        and not any(fnmatch.fnmatchcase(path.name, pattern) for pattern in mapped.values())
    )
    unclaimed = [n for n in present if not any(_is_of(n, c) for c in contracts.values())]
    read = FilesRead()
    for dataset, contract in contracts.items():
        try:
            if dataset in mapped:
                _refuse_beside(contract, present)
                continue
            form, names = _choose(contract, present, unclaimed)
            if large and dataset in large and form.format != "xlsx":
                table, parts = large[dataset](directory, names, form, contract)
                read.tables[dataset] = cast("pd.DataFrame", table)
            else:
                read.tables[dataset], parts = _join(directory, names, form, contract)
            read.parts[dataset] = parts
        except UnreadableError as error:
            read.problems[dataset] = error.problems
    for name in map(printable, unclaimed):
        stem = name.partition(".")[0]
        problem = Problem("unexpected", name, "a file without a contract")
        read.problems[stem] = (*read.problems.get(stem, ()), problem)
    return read


def printable(name: str) -> str:
    """Return a file's name without non-printing characters or those that move the cursor."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def _is_of(name: str, contract: DataContract) -> bool:
    """Whether a file belongs to a dataset, in a form that its contract allows or not."""
    patterns = [form.parts for form in contract.forms if form.parts]
    own = any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    return own or name.partition(".")[0] == contract.dataset


def _is_ignored(name: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in IGNORED)


def _choose(
    contract: DataContract, present: Sequence[str], unclaimed: Sequence[str]
) -> tuple[FileForm, list[str]]:
    """Return the form in which a dataset was sent, and its files."""
    found: list[tuple[FileForm, list[str]]] = []
    for form in contract.forms:
        names = [form.path] if form.path in present else []
        parts = [name for name in present if form.parts and fnmatch.fnmatchcase(name, form.parts)]
        found += [(form, chosen) for chosen in (names, parts) if chosen]
    if not found:
        other = [name for name in present if _is_of(name, contract)]
        if other:
            other = [printable(name) for name in other]
            suffix = other[0].partition(".")[2]
            kind = f"a file of the kind .{suffix}" if suffix else "a file or folder of no kind"
            raise UnreadableError("form", other[0], kind)
        # A file that has its own contract is not a misnamed file of this one.
        by_name = {name.casefold(): printable(name) for name in unclaimed}
        near = get_close_matches(contract.file.casefold(), by_name, n=1)
        seen = f"no such file; is it {by_name[near[0]]}?" if near else "no such file"
        raise UnreadableError("missing", contract.file, seen)
    beside = [name for name in present if _is_of(name, contract) and name not in found[0][1]]
    if beside:
        raise UnreadableError("twice", contract.file, f"{printable(beside[0])} next to it")
    return found[0]


def _refuse_beside(contract: DataContract, present: Sequence[str]) -> None:
    """Raise an error for the contract's own file next to one that a map reads in its place."""
    for name in present:
        if _is_of(name, contract):
            raise UnreadableError("twice", printable(name), "next to the file that a map takes")


def _join(
    directory: Path, names: Sequence[str], form: FileForm, contract: DataContract
) -> tuple[pd.DataFrame, tuple[FilePart, ...]]:
    """Read the files of one dataset in turn, naming each that is faulty."""
    tables: list[pd.DataFrame] = []
    parts: list[FilePart] = []
    problems: list[Problem] = []
    for name in names:
        try:
            content = content_of(directory / name)
            table = read_one(content, name, form, contract)
            if tables and sorted(table.columns) != sorted(tables[0].columns):
                raise UnreadableError(
                    "parts", name, f"another header than in {parts[0].name}", (1,)
                )
        except UnreadableError as error:
            problems += error.problems
            continue
        tables.append(table)
        parts.append(FilePart(name, hashlib.sha256(content).hexdigest(), len(table)))
    if problems:
        raise UnreadableError.of(problems)
    whole = tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)
    return whole, tuple(parts)


def content_of(path: Path) -> bytes:
    """Return the bytes of a regular file; a pipe would block, and a folder has none."""
    if path.is_dir():
        raise UnreadableError("unreadable", path.name, "a folder")
    if not path.is_file():
        seen = "a link that leads to no file" if path.is_symlink() else "no ordinary file"
        raise UnreadableError("unreadable", path.name, seen)
    try:
        return path.read_bytes()
    except OSError as error:
        seen = f"a file that cannot be opened ({error.strerror})"
        raise UnreadableError("unreadable", path.name, seen) from None


def read_one(content: bytes, name: str, form: FileForm, contract: DataContract) -> pd.DataFrame:
    """Return one file as text, with days in the order that the contract's checks read."""
    months = {column.name for column in contract.columns if column.is_month}
    table = read_content(content, name, form, months)
    if form.date_format == "dd/MM/yyyy" and form.format == "csv":
        days = {c.name for c in contract.columns if c.logical_type == "date" and not c.is_month}
        for column in days & set(table.columns):
            # A date in the other format is invalid: it keeps a form that breaks every rule.
            given = table[column].str.replace(YEAR_FIRST, r"year first: \1", regex=True)
            table[column] = given.str.replace(DAY_FIRST, r"\3-\2-\1", regex=True)
    return table


def read_content(
    content: bytes, name: str, form: FileForm, months: Collection[str]
) -> pd.DataFrame:
    """Return the contents of a file as text, with dates as they are written.

    Parameters
    ----------
    months
        Columns of months: a workbook stores the first day of the month.

    Raises
    ------
    UnreadableError
        If it does not have the form that is declared.
    """
    match form.format:
        case "xlsx":
            return read_workbook(content, name, months)
        case "parquet":
            return read_parquet(content, name, months)
    return read_csv(content, name, form)
