"""The extract: a folder of files, read unchanged, with the digest of each.

Reading and typing are two steps. Files are read as text, so that a data contract can name the
exact value that breaks a rule; they are typed afterwards for computation.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from analysis.errors import ConfigurationError, ContractBroken
from analysis.extract.files import FilePart, FilesRead, read_files
from analysis.extract.files.out_of_core import OutOfCoreTable
from analysis.extract.maps import read_mapped, read_maps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from analysis.contracts import DataContract
    from analysis.extract.files.out_of_core import Reader


ExtractFile = FilePart
"""One file of an extract: its name, the digest over its bytes, its number of records."""


@dataclass(frozen=True)
class Extract:
    """An extract as read.

    Attributes
    ----------
    tables
        Each table by name: columns of text exactly as in the file, blanks as ''.
        Row `i` of a table is on line `i + 2` of its file, unless it was read through a map.
    files
        One record per file, sorted by name, including maps that were applied.
    read
        How the tables were read: the files of each, and those that could not be read.
    """

    tables: Mapping[str, pd.DataFrame]
    files: tuple[ExtractFile, ...]
    read: FilesRead

    @property
    def digest(self) -> str:
        """SHA-256 over the names and digests of all files."""
        lines = "".join(f"{file.sha256}  {file.name}\n" for file in self.files)
        return hashlib.sha256(lines.encode()).hexdigest()


@dataclass(frozen=True)
class Origin:
    """Whether the extract is invented, according to its digests.

    Attributes
    ----------
    kind
        'invented' or 'supplied'.
    digest
        Digest of the extract.
    label
        Label on every page, figure and download; empty for a supplied extract.
    scenarios
        Scenarios to which the invented files belong, sorted.
    """

    kind: str
    digest: str
    label: str
    scenarios: tuple[str, ...] = ()

    def period(self, *months: pd.Series) -> str:
        """State which months are covered, and that invented data have assumed dates.

        Parameters
        ----------
        months
            Days or months; of several, each is compared with the one before.

        Examples
        --------
        >>> months = pd.Series(pd.period_range("2018-05", "2019-02", freq="M"))
        >>> Origin("supplied", "", "").period(months, months + 12)
        'May 2018 to February 2019 against May 2019 to February 2020'
        >>> Origin("invented", "", "Invented data").period(months)
        'May 2018 to February 2019 (assumed dates of invented data)'
        """
        said = " against ".join(f"{each.min():%B %Y} to {each.max():%B %Y}" for each in months)
        return f"{said} (assumed dates of invented data)" if self.label else said


def read_extract(
    directory: Path,
    contracts: Mapping[str, DataContract],
    *,
    unconfirmed: bool = False,
    large: Mapping[str, Reader] | None = None,
) -> Extract:
    """Read the files of an extract as text, each according to its contract or map.

    Parameters
    ----------
    directory
        Folder that holds the files.
    contracts
        By dataset.
    unconfirmed
        Whether unconfirmed maps are applied too, to see their result.
    large
        How to read the datasets that don't stay in memory; see `analysis.scale`.

    Returns
    -------
    Extract
        Without the tables that could not be read; `read.problems` gives the reasons, and
        validation reports them with everything else.

    Raises
    ------
    ConfigurationError
        If there is no such folder.
    """
    maps = read_maps(directory, contracts, unconfirmed=unconfirmed)
    read = read_files(directory, contracts, maps.patterns, large)
    read_mapped(directory, maps, contracts, read)
    # A council's file may provide two datasets, but counts as one file.
    files: dict[str, ExtractFile] = {}
    for dataset, parts in read.parts.items():
        for part in parts:
            others = files[part.name].datasets if part.name in files else ()
            files[part.name] = replace(part, datasets=(*others, dataset))
    for dataset, each in read.maps.items():
        entries = sum(len(kind.columns) for kind in each.rows)
        files[each.name] = ExtractFile(each.name, each.sha256, entries, (dataset,))
    return Extract(read.tables, tuple(files[name] for name in sorted(files)), read)


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
    """Return one column converted to its type."""
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
    """Return whether an extract is invented, and from which scenarios.

    It is if any of its files, or the table in it, is in the register of the generator's files,
    whatever the name and place of the folder.

    Raises
    ------
    ConfigurationError
        If there is no register: without it no extract can be identified as supplied.
    """
    if not register.is_file():
        raise ConfigurationError(
            "the register of invented files is missing",
            place=str(register),
            remedy="restore it from version control",
        )
    registered: dict[str, set[str]] = {}
    for line in register.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            digest, _, scenario, _ = line.split("  ")
            registered.setdefault(digest, set()).add(scenario)
    digests = {file.sha256 for file in extract.files}
    digests |= {_content_digest(table) for table in extract.tables.values()}
    found = [registered[digest] for digest in digests if digest in registered]
    if not found:
        return Origin("supplied", extract.digest, "")
    # Scenarios share the files that they don't change: name those consistent with all files.
    scenarios = set.intersection(*found) or set.union(*found)
    return Origin("invented", extract.digest, "Invented data", tuple(sorted(scenarios)))


_ROWS = 100_000
"""Rows of a table that are written at once, so that memory does not grow with its length."""


def _content_digest(table: pd.DataFrame) -> str:
    """Return the digest that a table would have if written by the generator.

    So invented data are recognised even when saved as a workbook or as Parquet.
    """
    if isinstance(table, OutOfCoreTable):
        return table.content_digest
    digest = hashlib.sha256()
    for start in range(0, max(1, len(table)), _ROWS):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if not start:
            writer.writerow(table.columns)
        rows = table.iloc[start : start + _ROWS]
        writer.writerows(zip(*(column.tolist() for _, column in rows.items()), strict=True))
        digest.update(text.getvalue().encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
