"""Excel workbooks and Parquet files, turned into the text a CSV file would hold."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.contracts.files.problem import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST = 1_000_000_000
"""Bytes a workbook may unpack to: a small archive can unpack to any size."""


_BROKEN = (ArithmeticError, AttributeError, EOFError, LookupError, OSError, SyntaxError, TypeError,
           ValueError, zipfile.BadZipFile, zlib.error)  # fmt: skip
"""What openpyxl raises on a broken workbook: malformed XML is a `SyntaxError` of its parser."""


def read_workbook(content: bytes, file: str, months: Iterable[str]) -> pd.DataFrame:
    """Return the one sheet of a workbook as text.

    Parameters
    ----------
    months
        Columns that hold a month: Excel turns 2019-05 into the first of May.
    """
    _check_archive(content, file)
    cells = _cells(content, file)
    if not cells:
        raise UnreadableError("empty", file, "no content")
    formulas = tuple(
        number
        for number, row in enumerate(cells, start=1)
        if any(cell.data_type == "f" for cell in row)
    )
    if formulas:
        raise UnreadableError("formula", file, "formulas", formulas)
    header = [as_text(cell.value) for cell in cells[0]]
    if any(not name.strip() for name in header):
        raise UnreadableError("header", file, "a column without a name", (1,))
    rows = [
        [as_text(cell.value, month=name in months) for name, cell in zip(header, row, strict=False)]
        for row in cells[1:]
    ]
    wrong = tuple(n for n, row in enumerate(rows, start=2) if len(row) != len(header))
    if wrong:
        raise UnreadableError("width", file, "rows of another width than the header", wrong)
    return pd.DataFrame(rows, columns=pd.Index(header), dtype="str")


def _cells(content: bytes, file: str) -> list[list[Any]]:
    """Return the cells of the one sheet, row by row."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        sheets = book.sheetnames
        # A sheet is parsed as it is read, so what is wrong with it shows only here.
        cells = [list(row) for row in book[sheets[0]].iter_rows()] if len(sheets) == 1 else []
    except _BROKEN:
        raise UnreadableError("unreadable", file, "no workbook that opens") from None
    if len(sheets) != 1:
        raise UnreadableError("sheet", file, f"{len(sheets)} sheets")
    return cells


def _check_archive(content: bytes, file: str) -> None:
    """Refuse an archive that is no workbook, unpacks without bound or declares entities."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
        if sum(member.file_size for member in members) > LARGEST:
            raise UnreadableError("size", file, "an archive that unpacks to more")
        for member in members:
            if member.filename.endswith((".xml", ".rels")):
                with archive.open(member) as part:
                    if re.search(rb"<!(DOCTYPE|ENTITY)", part.read(4096)):
                        raise UnreadableError("entity", file, "a document type declaration")
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        raise UnreadableError("unreadable", file, "no workbook that opens") from None


def read_parquet(content: bytes, file: str, months: Iterable[str]) -> pd.DataFrame:
    """Return a Parquet file as text."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError):
        raise UnreadableError("unreadable", file, "no Parquet file that opens") from None
    columns = {
        name: [as_text(value, month=name in months) for value in table[name].to_pylist()]
        for name in table.column_names
    }
    return pd.DataFrame(columns, dtype="str")


def as_text(value: object, *, month: bool = False) -> str:
    """Return a typed value as a CSV file would hold it.

    Examples
    --------
    >>> as_text(datetime(2019, 5, 1)), as_text(datetime(2019, 5, 1), month=True), as_text(3.0)
    ('2019-05-01', '2019-05', '3')
    """
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() != time():
            return value.isoformat(sep=" ")
        case date() if month and value.day == 1:
            return f"{value:%Y-%m}"
        case date():
            return f"{value:%Y-%m-%d}"
        case _:
            return str(value)
