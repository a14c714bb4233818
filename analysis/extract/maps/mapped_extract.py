"""Read datasets through maps, and add them to those read directly."""

from __future__ import annotations

import fnmatch
import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.extract.files import FilePart, FilesRead, content_of, read_content
from analysis.extract.files.problem import Problem, UnreadableError
from analysis.extract.maps.map_file import BLANK, LEAVE_OUT, ColumnMap, DatasetMap, RowKind
from analysis.extract.maps.value_formats import ISO, convert
from analysis.extract.maps.xml_records import read_units, records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from analysis.contracts.contract import DataContract
    from analysis.extract.maps.reading import Maps

Lines = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True)
class Source:
    """A council's file as a table: text, and the line of each row."""

    name: str
    table: pd.DataFrame
    lines: Lines


@dataclass(frozen=True)
class Mapped:
    """The result of a map for one file and kind of row.

    Attributes
    ----------
    table
        Rows in the columns of the contract; values from other datasets are still blank.
    lines
        Line of each row in the council's file.
    reasons
        Reason why each row is left out; empty where it is kept.
    """

    table: pd.DataFrame
    lines: Lines
    reasons: pd.Series[str]


def apply(source: Source, map_: DatasetMap, kind: RowKind, contract: DataContract) -> Mapped:
    """Return the rows of one kind that a file gives.

    Raises
    ------
    UnreadableError
        With every code that has no target, and its lines.
    """
    rows = _Rows(source)
    for each in map_.filters:
        codes = source.table[each.source]
        rows.hold(codes, {*each.take, *each.leave_out}, each.source)
        rows.leave(codes.isin(each.leave_out), f"{each.source} is a code left out")
    table = {column.to: _column(column, rows, contract) for column in kind.columns}
    if rows.problems:
        raise UnreadableError.of(rows.problems)
    whole = pd.DataFrame(table)[list(contract.column_names)]
    return Mapped(whole, source.lines, rows.reasons)


class _Rows:
    """The rows of a file, each with the first reason to leave it out."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.reasons = pd.Series("", index=source.table.index, dtype="str")
        self.problems: list[Problem] = []

    def leave(self, rows: pd.Series[bool], reason: str) -> None:
        """Leave out rows for a reason."""
        self.reasons = self.reasons.mask(rows & (self.reasons == ""), reason)

    def hold(self, values: pd.Series[str], known: set[str], name: str) -> None:
        """Record the codes that a map does not list, in rows that are kept so far."""
        rows = ((self.reasons == "") & ~values.isin(known)).to_numpy()
        if rows.any():
            count = values[rows].nunique()
            seen = f"{count:,} code{'s' if count > 1 else ''} of {name} without a target"
            lines = tuple(dict.fromkeys(int(line) for line in self.source.lines[rows]))
            self.problems.append(Problem("map-code", self.source.name, seen, lines))


def _column(column: ColumnMap, rows: _Rows, contract: DataContract) -> pd.Series[str]:
    """Return one column of the contract, and leave out the rows that its map leaves out."""
    table = rows.source.table
    text = column.always or ""
    values = table[column.source] if column.source else pd.Series(text, table.index, dtype="str")
    if column.codes or column.leave_out:
        rows.hold(values, {"", *column.codes, *column.leave_out}, column.source)
        rows.leave(values.isin(column.leave_out), f"{column.source} is a code left out")
    if column.blank == LEAVE_OUT:
        rows.leave(values == "", f"{column.words} is blank")
    about = contract.column(column.to)
    values = convert(values, column, month=about.is_month)
    dated = values.str.fullmatch(ISO)
    for what, rule, limit in (
        ("before", column.before, str(about.options.get("minimum", ""))),
        ("after", column.after, str(about.options.get("maximum", ""))),
    ):
        if rule and limit:
            outside = dated & ((values < limit) if what == "before" else (values > limit))
            if rule == LEAVE_OUT:
                rows.leave(outside, f"{column.words} is {what} the days of the contract")
            values = values.mask(outside, "") if rule == BLANK else values
    return values


FIRST_LINE = 2
"""Line of the first row of a table, below its header."""


def read_mapped(
    directory: Path, maps: Maps, contracts: Mapping[str, DataContract], read: FilesRead
) -> None:
    """Read every dataset that has a map into `read`, those used for look-ups first."""
    for dataset, problems in maps.problems.items():
        read.problems[dataset] = (*read.problems.get(dataset, ()), *problems)
    for map_ in sorted(maps.by_dataset.values(), key=_looks_up):
        if map_.dataset in read.problems:
            continue
        try:
            _read(directory, map_, contracts, read)
        except UnreadableError as error:
            read.problems[map_.dataset] = error.problems


def _looks_up(map_: DatasetMap) -> tuple[bool, str]:
    return any(column.of for column in map_.rows[0].columns), map_.dataset


def _read(
    directory: Path, map_: DatasetMap, contracts: Mapping[str, DataContract], read: FilesRead
) -> None:
    contract = contracts[map_.dataset]
    names = sorted(
        path.name for path in directory.iterdir() if fnmatch.fnmatchcase(path.name, map_.file)
    )
    if not names:
        raise UnreadableError("missing", map_.file, f"no such file, which {map_.name} names")
    problems: list[Problem] = []
    parts: list[FilePart] = []
    pieces: list[tuple[str, Mapped]] = []
    for name in names:
        content = content_of(directory / name)
        rows = 0
        try:
            for kind, source in _sources(content, name, map_, contract):
                pieces.append((name, apply(source, map_, kind, contract)))
                rows = max(rows, len(source.table))
        except UnreadableError as error:
            problems += error.problems
        parts.append(FilePart(name, hashlib.sha256(content).hexdigest(), rows))
    if problems:
        raise UnreadableError.of(problems)
    table, places, left_out = _whole(pieces, map_, read)
    read.tables[map_.dataset], read.parts[map_.dataset] = table, tuple(parts)
    read.places[map_.dataset], read.left_out[map_.dataset] = places, left_out
    read.maps[map_.dataset] = map_


def _sources(
    content: bytes, name: str, map_: DatasetMap, contract: DataContract
) -> list[tuple[RowKind, Source]]:
    """Return the table from which each kind of row is taken."""
    if map_.unit:
        units = read_units(content, name, map_.unit)
        found = []
        for kind in map_.rows:
            paths = [c.source for c in kind.columns if c.source]
            paths += [each.source for each in map_.filters]
            table, lines = records(units, name, kind.record, list(dict.fromkeys(paths)))
            found.append((kind, Source(name, table, np.array(lines, dtype=np.int64))))
        return found
    months = {
        column.source
        for kind in map_.rows
        for column in kind.columns
        if column.to in contract.column_names and contract.column(column.to).is_month
    }
    table = read_content(content, name, map_.form, months)
    _check_header(table, name, map_)
    lines_ = np.arange(len(table), dtype=np.int64) + FIRST_LINE
    return [(kind, Source(name, table, lines_)) for kind in map_.rows]


def _check_header(table: pd.DataFrame, name: str, map_: DatasetMap) -> None:
    """Check a header for the columns that its map names; others may be data, and are not named."""
    header = [str(column) for column in table.columns]
    counts = Counter(header)
    lacking = [column for column in map_.sources if column not in counts]
    twice = [column for column in map_.sources if counts[column] > 1]
    known = {*map_.sources, *map_.unused}
    unknown = [place for place, column in enumerate(header, start=1) if column not in known]
    faults = [f"no column {column}" for column in lacking]
    faults += [f"column {column} twice" for column in twice]
    if unknown:
        places = ", ".join(map(str, unknown))
        many = len(unknown) > 1
        faults.append(
            f"column{'s' if many else ''} {places} of the file, which {map_.name} neither takes "
            "nor lists as unused"
        )
    if faults:
        raise UnreadableError.of([Problem("map-column", name, fault, (1,)) for fault in faults])


def _whole(
    pieces: list[tuple[str, Mapped]], map_: DatasetMap, read: FilesRead
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, int]]:
    """Join the parts of all files, keep each case's last record, look up and number the rows."""
    table = pd.concat([piece.table for _, piece in pieces], ignore_index=True)
    reasons = pd.concat([piece.reasons for _, piece in pieces], ignore_index=True)
    names = [np.full(len(piece.lines), name, dtype=object) for name, piece in pieces]
    lines = [piece.lines for _, piece in pieces]
    places = pd.DataFrame({"file": np.concatenate(names), "line": np.concatenate(lines)})
    if map_.once:
        # First of all, since the last record of a case decides whether it is kept.
        earlier = table.duplicated(list(map_.once), keep="last")
        reasons = reasons.mask(earlier, "a later record of the same case is there")
    columns = map_.rows[0].columns
    for column in (each for each in columns if each.of):
        table[column.to] = _looked_up(table[column.by], column, map_, read)
        lost = table[column.to].isna() & (reasons == "")
        reasons = reasons.mask(lost, f"{column.by} is not in {column.of.partition('.')[0]}")
    taken = reasons == ""
    table, places = table[taken].reset_index(drop=True), places[taken].reset_index(drop=True)
    for column in (each for each in columns if each.sequence):
        numbers = pd.Series(np.arange(1, len(table) + 1).astype(str), dtype="str")
        table[column.to] = column.sequence + numbers.str.zfill(column.digits)
    left_out = {str(reason): int(count) for reason, count in reasons[~taken].value_counts().items()}
    return table.astype("str"), places, left_out


def _looked_up(
    keys: pd.Series[str], column: ColumnMap, map_: DatasetMap, read: FilesRead
) -> pd.Series[str]:
    dataset, _, taken = column.of.partition(".")
    other = read.tables.get(dataset)
    if other is None or not {column.by, taken} <= set(other.columns):
        seen = f"{column.of}, which {column.to} comes from, cannot be read"
        raise UnreadableError("map-column", map_.name, seen)
    values = other.drop_duplicates(column.by).set_index(column.by)[taken]
    return keys.map(values)
