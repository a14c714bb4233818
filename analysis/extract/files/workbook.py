"""Excel workbooks and Parquet files, converted to the text of an equivalent CSV file."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.extract.files.problem import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST = 1_000_000_000
"""The most bytes to which a workbook may unpack: a small archive can unpack to any size."""


_BROKEN = (ArithmeticError, AttributeError, EOFError, LookupError, OSError, SyntaxError, TypeError,
           ValueError, zipfile.BadZipFile, zlib.error)  # fmt: skip
"""Errors of openpyxl on a broken workbook: malformed XML is a `SyntaxError` of its parser."""


def read_workbook(content: bytes, file: str, months: Iterable[str]) -> pd.DataFrame:
    """Return the only sheet of a workbook as text.

    Parameters
    ----------
    months
        Columns of months: Excel converts 2019-05 to the first of May.
    """
    _check_archive(content, file)
    cells = _cells(content, file)
    while cells and all(cell.value is None for cell in cells[-1]):
        cells.pop()  # rows that were formatted or emptied, below the last record
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
    while header and not header[-1]:
        header.pop()  # cells that were formatted, right of the last name
    if not header or any(not name.strip() for name in header):
        raise UnreadableError("header", file, "a column without a name", (1,))
    beyond = tuple(
        number
        for number, row in enumerate(cells, start=1)
        if any(cell.value is not None for cell in row[len(header) :])
    )
    if beyond:
        raise UnreadableError("header", file, "values in a column without a name", beyond)
    rows = [
        [as_text(cell.value, month=name in months) for name, cell in zip(header, row, strict=False)]
        for row in cells[1:]
    ]
    blanks = [""] * len(header)
    whole = [row + blanks[len(row) :] for row in rows]
    return pd.DataFrame(whole, columns=pd.Index(header), dtype="str")


def _cells(content: bytes, file: str) -> list[list[Any]]:
    """Return the cells of the only sheet by row, each row up to its last filled cell."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            # Warnings about styles and drop-down lists that it ignores; some print a cell's value.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            names, sheets = book.sheetnames, book.worksheets
            if len(names) == len(sheets) == 1:
                # The size that a sheet declares can be too small, and rows would be lost.
                sheets[0].reset_dimensions()
                return [list(row) for row in sheets[0].iter_rows()]
    except _BROKEN:
        raise UnreadableError("unreadable", file, "no workbook that opens") from None
    raise UnreadableError("sheet", file, f"{len(names)} sheets")


def _check_archive(content: bytes, file: str) -> None:
    """Raise an error for an archive that is not a workbook, is too large or declares entities."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
        if sum(member.file_size for member in members) > LARGEST:
            raise UnreadableError("size", file, "an archive that unpacks to more")
        for member in members:
            if member.filename.endswith((".xml", ".rels")):
                with archive.open(member) as part:
                    text = part.read()
                if re.search(rb"<!(DOCTYPE|ENTITY)", text[:4096]):
                    raise UnreadableError("entity", file, "a document type declaration")
                if "worksheets/" in member.filename and re.search(rb"<(\w+:)?mergeCell\b", text):
                    raise UnreadableError("merged", file, "merged cells")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
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
    """Return a typed value as text, as in a CSV file.

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
