"""The data behind every figure and table, as one accessible workbook.

It follows the conventions for accessible spreadsheets in UK government statistics: a cover, a
sheet of contents and one of notes; one table per sheet, starting in column A and marked as a table
with one row of headings; no merged cells, no blank rows, no meaning by colour. They are also the
conventions of gptables, which is not in the lock file; openpyxl, which is, can write the same.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from report.formats.archive import members, packed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SYMBOLS = (
    ("c", "confidential: a small count, or one that would reveal a small count"),
    ("z", "not applicable, or no estimate can be made"),
    ("inf", "an interval without an end"),
    ("empty", "not available, or withheld with a count of its row"),
)
FACTS = ("id", "kind", "reference", "period", "described", "caption")
"""Fields of a ledger's record that a sheet shows."""
WIDEST = 60
"""Largest width of a column, in characters."""
_FORMULA = re.compile(r"^[=+\-@\t\r]")


def workbook(ledger: Mapping[str, Any], data: Mapping[str, str], moment: int) -> bytes:
    """Return the released data of all figures and tables of a book as a workbook.

    Parameters
    ----------
    ledger
        As read from its JSON: title, label and commit, and the fields in `FACTS` for each
        figure and table.
    data
        The released data of each exhibit as CSV, by name.
    moment
        Date of the workbook, in seconds since 1970.
    """
    from openpyxl import Workbook

    book = Workbook()
    records = sorted((each for each in ledger["records"] if each["id"] in data), key=_place)
    _cover(book.active, ledger, moment)
    _listed(book.create_sheet("Contents"), "Contents", "Contents", ("Sheet", "What it contains"),
            [(each["reference"], _title(each)) for each in records])  # fmt: skip
    _listed(book.create_sheet("Notes"), "Notes", "Symbols", ("Symbol", "Meaning"), SYMBOLS)
    for each in records:
        _exhibit(book.create_sheet(each["reference"]), each, data[each["id"]])
    made = datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
    book.properties.title = f"{ledger['title']}: data"
    book.properties.creator, book.properties.language = "", "en-GB"
    book.properties.created = book.properties.modified = made
    buffer = io.BytesIO()
    book.save(buffer)
    files = members(buffer.getvalue())
    # openpyxl overwrites the given date with the time of saving.
    stamp = made.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    core = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
    files["docProps/core.xml"] = core.sub(rb"\g<1>" + stamp, files["docProps/core.xml"])
    return packed(files)


def _place(record: Mapping[str, Any]) -> tuple[str, int]:
    """Return the place of an exhibit in the report: figures first, by number."""
    return record["reference"][:1], int(record["reference"][1:])


def _title(record: Mapping[str, Any]) -> str:
    return str(record.get("caption") or record["id"].replace("_", " ").capitalize())


def _cover(sheet: Any, ledger: Mapping[str, Any], moment: int) -> None:
    day = datetime.fromtimestamp(moment, UTC)
    sheet.title = "Cover"
    label = f"{ledger['label']}: not evidence. " if ledger["label"] else ""
    lines = [
        f"{ledger['title']}: data behind the figures and tables",
        f"{label}Released values only; see Notes for the symbols.",
        f"Made on {day.day} {day:%B %Y} from commit {ledger['commit']['id'] or 'none'}.",
        "Contents lists the sheets. Each contains one table, which begins below its title.",
    ]
    for row, line in enumerate(lines, start=1):
        sheet.cell(row, 1, line)
    _heading(sheet)
    sheet.column_dimensions["A"].width = 90


def _listed(
    sheet: Any, title: str, name: str, heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    sheet.cell(1, 1, title)
    sheet.cell(2, 1, "This sheet contains one table.")
    _table(sheet, name, heads, rows, 3)


def _exhibit(sheet: Any, record: Mapping[str, Any], text: str) -> None:
    header, *rows = csv.reader(io.StringIO(text))
    heads = [record["described"].get(name, name) for name in header]
    kind = record["kind"].capitalize()
    sheet.cell(1, 1, f"{kind} {record['reference']}: {_title(record)}")
    sheet.cell(2, 1, "This sheet contains one table. " + (record["period"] or ""))
    _table(sheet, f"Data_{record['reference']}", _apart(heads), rows, 3)


def _apart(heads: Sequence[str]) -> list[str]:
    """Return headings made distinct by numbers, as an Excel table requires."""
    return [
        f"{head} ({heads[:at].count(head) + 1})" if head in heads[:at] else head
        for at, head in enumerate(heads)
    ]


def _table(
    sheet: Any, name: str, heads: Sequence[str], rows: Sequence[Sequence[str]], first: int
) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.table import Table

    for column, head in enumerate(heads, start=1):
        cell = sheet.cell(first, column, head)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        longest = max([len(head) // 2, *(len(row[column - 1]) for row in rows[:200])])
        sheet.column_dimensions[get_column_letter(column)].width = min(WIDEST, longest + 3)
    for at, row in enumerate(rows, start=first + 1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(at, column, _number(value))
            if isinstance(cell.value, str) and _FORMULA.match(cell.value):
                cell.data_type = "s"  # text, even if it begins like a formula
    if rows:
        end = f"{get_column_letter(len(heads))}{first + len(rows)}"
        sheet.add_table(Table(displayName=name, ref=f"A{first}:{end}"))
    _heading(sheet)


def _heading(sheet: Any) -> None:
    from openpyxl.styles import Font

    sheet["A1"].font = Font(bold=True, size=14)


def _number(value: str) -> float | int | str:
    if re.fullmatch(r"-?\d+", value) and not re.fullmatch(r"-?0\d+", value):
        return int(value)
    return float(value) if re.fullmatch(r"-?\d+\.\d+(e-?\d+)?", value) else value
