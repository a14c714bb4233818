"""Apply a map to one file, giving rows in the contract's columns with their lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.extract.files.problem import Problem, UnreadableError
from analysis.extract.maps.map_file import BLANK, LEAVE_OUT, ColumnMap, DatasetMap, RowKind
from analysis.extract.maps.value_formats import ISO, convert

if TYPE_CHECKING:
    from analysis.contracts.contract import DataContract

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
