"""The extract: a folder of CSV files, read as they are, with the digest of each.

Reading and typing are two steps. What is read is text, so that a data contract can
name the very value that breaks a rule; what is computed with is typed, afterwards.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import pandas as pd

from analysis.errors import ConfigurationError, ContractBroken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

# Excel writes this mark before UTF-8; it says nothing and is not part of the first name.
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SHOWN_PROBLEMS = 5
_RESTORE = "supply the file again, as the authority sent it"


@dataclass(frozen=True)
class ExtractFile:
    """One file of an extract.

    Attributes
    ----------
    name
        File name, without its folder.
    sha256
        Digest over its bytes.
    rows
        Number of rows below the header.
    """

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class Extract:
    """What was read.

    Attributes
    ----------
    tables
        Each table by name: columns of text exactly as in the file, blanks as ''.
        Row `i` of a table stands on line `i + 2` of its file.
    files
        One record per table, sorted by name.
    """

    tables: Mapping[str, pd.DataFrame]
    files: tuple[ExtractFile, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over the names and digests of all files."""
        lines = "".join(f"{file.sha256}  {file.name}\n" for file in self.files)
        return hashlib.sha256(lines.encode()).hexdigest()


@dataclass(frozen=True)
class Origin:
    """Whether the extract is invented, as its digests say.

    Attributes
    ----------
    kind
        'invented' or 'supplied'.
    digest
        Digest of the extract.
    label
        What every page, picture and download says of it; empty for a supplied extract.
    scenarios
        Scenarios that the invented files belong to, sorted.
    """

    kind: str
    digest: str
    label: str
    scenarios: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """One thing that keeps a file from being read."""

    file: str
    what: str
    remedy: str
    row: int | None = None
    column: str = ""

    @property
    def place(self) -> str:
        """File, row (line in the file) and column."""
        row = f", row {self.row}" if self.row is not None else ""
        column = f", column '{self.column}'" if self.column else ""
        return f"{self.file}{row}{column}"


class _UnreadableError(Exception):
    """Problems found in one file; collected, so that all files' are reported."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__()


def read_extract(directory: Path, datasets: Iterable[str]) -> Extract:
    """Read the files of an extract as text.

    Parameters
    ----------
    directory
        Folder that holds `<dataset>.csv` for each dataset.
    datasets
        Names of the datasets.

    Raises
    ------
    ConfigurationError
        If there is no such folder.
    ContractBroken
        If any file is missing, empty, cut short, not UTF-8 or not a table; names every
        such file with row, column, rule and remedy.
    """
    if not directory.is_dir():
        raise ConfigurationError(
            "there is no such folder", place=str(directory), remedy="give an extract's folder"
        )
    tables: dict[str, pd.DataFrame] = {}
    files: list[ExtractFile] = []
    problems: list[Problem] = []
    for dataset in sorted(datasets):
        try:
            tables[dataset], file = _read_file(directory, f"{dataset}.csv")
            files.append(file)
        except _UnreadableError as unreadable:
            problems.extend(unreadable.problems)
    if problems:
        raise _broken(problems)
    return Extract(tables, tuple(files))


def _broken(problems: list[Problem]) -> ContractBroken:
    """Put all problems into one error."""
    if len(problems) == 1:
        (only,) = problems
        return ContractBroken(only.what, place=only.place, remedy=only.remedy)
    lines = [f"  {p.place}: {p.what}\n    remedy: {p.remedy}" for p in problems]
    return ContractBroken(
        "\n".join([f"the extract cannot be read, {len(lines)} problems:", *lines])
    )


def _read_file(directory: Path, name: str) -> tuple[pd.DataFrame, ExtractFile]:
    """Return one table and its record, or say what is wrong with the file."""
    path = directory / name
    if not path.is_file():
        present = [other.name for other in directory.iterdir()]
        near = get_close_matches(name, present, n=1)
        hint = f"is it '{near[0]}'? rename it" if near else f"add it to {directory}"
        raise _UnreadableError([Problem(name, "the file is missing", hint)])
    content = path.read_bytes()
    header, rows = _rows(name, _decoded(name, content))
    table = pd.DataFrame(rows, columns=header, dtype="str")
    return table, ExtractFile(name, hashlib.sha256(content).hexdigest(), len(rows))


def _decoded(name: str, content: bytes) -> str:
    """Return the text of a file that is whole and UTF-8."""
    content = content.removeprefix(_BYTE_ORDER_MARK)
    if not content.strip():
        raise _UnreadableError([Problem(name, "the file is empty", _RESTORE)])
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{content[error.start]:02x} is not UTF-8"
        raise _UnreadableError([Problem(name, what, "save the file as UTF-8", row)]) from None
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        what = "a zero byte: the file is not text, or is UTF-16"
        raise _UnreadableError([Problem(name, what, "save the file as UTF-8 CSV", row)])
    if not text.endswith("\n"):
        what = "the last row has no line end: the file may be cut short"
        raise _UnreadableError([Problem(name, what, _RESTORE, text.count("\n") + 1)])
    return text


def _rows(name: str, text: str) -> tuple[list[str], list[list[str]]]:
    """Return header and rows, each row as wide as the header."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    problems: list[Problem] = []
    try:
        for row in reader:
            rows.append(row)
            if reader.line_num != len(rows):
                what = "a value holds a line break"
                raise _UnreadableError([Problem(name, what, "put it on one line", len(rows))])
    except csv.Error as error:
        what = f"not CSV ({error})"
        remedy = "close the quotation mark, or supply the file again"
        raise _UnreadableError([Problem(name, what, remedy, len(rows) + 1)]) from None
    header, body = rows[0], rows[1:]
    problems.extend(_header_problems(name, header))
    for number, row in enumerate(body, start=2):
        if len(row) != len(header):
            what = f"{len(row)} values under {len(header)} columns"
            problems.append(Problem(name, what, "give each column one value", number))
    if problems:
        raise _UnreadableError(_shortened(name, problems))
    return header, body


def _header_problems(name: str, header: list[str]) -> list[Problem]:
    problems = []
    for position, column in enumerate(header):
        if not column.strip():
            what = f"column {position + 1} has no name"
            problems.append(Problem(name, what, "name it or take it out", 1))
        elif column in header[:position]:
            what = "the column's name stands twice"
            problems.append(Problem(name, what, "rename or take out one", 1, column))
    return problems


def _shortened(name: str, problems: list[Problem]) -> list[Problem]:
    """Keep the first problems of a file and say how many more there are."""
    more = len(problems) - _SHOWN_PROBLEMS
    if more <= 0:
        return problems
    what = f"and {more} more rows like these"
    return [*problems[:_SHOWN_PROBLEMS], Problem(name, what, "see above")]


def typed(table: pd.DataFrame, types: Mapping[str, str]) -> pd.DataFrame:
    """Return a table with typed columns.

    Parameters
    ----------
    table
        Columns of text, blanks as ''.
    types
        Logical type by column: 'string', 'integer', 'number', 'date' (ISO) or
        'boolean' (yes or no). Columns not named stay text.

    Returns
    -------
    DataFrame
        str, int64 (Int64 where blank), float64, datetime64[us], bool (boolean where
        blank). A blank is missing (NaN, NA or NaT).

    Raises
    ------
    ContractBroken
        If a value is not of its type; a validated table has none.
    """
    columns = {
        name: _typed_column(column, types.get(str(name), "string"))
        for name, column in table.items()
    }
    return pd.DataFrame(columns, index=table.index)


def _typed_column(column: pd.Series[str], kind: str) -> pd.Series:
    """Return one column as the type asks."""
    if kind not in _CONVERSIONS:
        raise ConfigurationError(
            f"the logical type '{kind}' is not known",
            place=f"column '{column.name}'",
            remedy=f"use one of {', '.join(_CONVERSIONS)}",
        )
    text = column.mask(column == "")
    if kind == "string":
        return text
    converted = _CONVERSIONS[kind](text)
    if (bad := converted.isna() & text.notna()).any():
        row = int(bad.to_numpy().argmax())
        raise ContractBroken(
            f"{column.iloc[row]!r} is no {kind}",
            place=f"row {row + 2}, column '{column.name}'",
            remedy="validate the extract first",
        )
    return converted


def _integers(text: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(text.where(text.str.fullmatch(r"-?\d+", na=False))).astype("Int64")
    return numbers.astype("int64") if numbers.notna().all() else numbers


def _numbers(text: pd.Series) -> pd.Series:
    return pd.to_numeric(text, errors="coerce").astype("float64")


def _dates(text: pd.Series) -> pd.Series:
    iso = text.where(text.str.fullmatch(r"\d{4}-\d{2}-\d{2}", na=False))
    return pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")


def _booleans(text: pd.Series) -> pd.Series:
    flags = text.map({"yes": True, "no": False}).astype("boolean")
    return flags.astype("bool") if flags.notna().all() else flags


_CONVERSIONS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "string": lambda text: text,
    "integer": _integers,
    "number": _numbers,
    "date": _dates,
    "boolean": _booleans,
}


def origin(extract: Extract, register: Path) -> Origin:
    """Say whether an extract is invented.

    It is if any of its files is in the register of what the generator wrote, wherever
    the files lie and whatever the folder is called.

    Raises
    ------
    ConfigurationError
        If there is no register: without it nothing could be called supplied.
    """
    if not register.is_file():
        raise ConfigurationError(
            "the register of invented files is missing",
            place=str(register),
            remedy="restore it from version control",
        )
    scenarios = {}
    for line in register.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            digest, _, scenario, _ = line.split("  ")
            scenarios[digest] = scenario
    found = sorted({scenarios[file.sha256] for file in extract.files if file.sha256 in scenarios})
    if found:
        return Origin("invented", extract.digest, "Invented data", tuple(found))
    return Origin("supplied", extract.digest, "")
