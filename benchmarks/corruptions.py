"""Mistakes made at random: what happens to an extract between its source and us.

Each draws a file and damages it in one way. A way is `plausible` where what comes out may
be an extract that an honest supplier could have sent, such as one with a date moved by a
day: no rule can tell. What comes of any other way must not reach a number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import strategies as st

Table = list[list[str]]
Draw = Callable[..., object]

DATES = {
    "children": ("first_day", "last_day"),
    "child_events": ("event_date",),
    "care_episodes": ("started", "ended"),
    "social_workers": ("started", "ended"),
    "activity_log": ("activity_date",),
    "fieldwork": ("fieldwork_date",),
    "schools": ("start_date",),
}
NUMBERS = {
    "schools": ("pupils", "fsm_percent"),
    "school_months": ("pupils",),
    "deployments": ("days_per_week",),
    "activity_log": ("hours",),
    "fieldwork": ("participants", "study_phase"),
    "evidence": ("finding",),
}
STRANGE = (
    "\u200b", "\u202e", "\ufeff", "\u00a0", "\u0430", "\uff11", "e\u0301", "\u0661", "\U0001f600",
    "\u2028", "\x85", "\x1b[31m", "\x07", "\ud7ff",
)  # fmt: skip
"""Letters that look like others, look like nothing or change what stands next to them."""
FORMULAS = ("=1+1", '=HYPERLINK("http://x","y")', "+1", "-2+3", "@SUM(A1)", "=cmd|' /C calc'!A0")
NO_VALUES = ("NA", "N/A", "null", "None", "NaN", "-", "?", "unknown", "#REF!", "9999", "0", "-1")
NUMBER_FORMS = ("1e3", "1,000", "1.000,5", "inf", "0x10", " 12", "12 ", "+12", "1_000", "007",
                "12.0", "1/2", "٣٤")  # fmt: skip
DATE_FORMS = (
    "01/05/2019", "5/1/19", "2019-5-1", "20190501", "2019-05-01T00:00:00", "1 May 2019",
    "2019-02-30", "2019-13-01", "0019-05-01", "1900-01-01", "2091-05-01", "43586",
)  # fmt: skip


@dataclass(frozen=True)
class Corruption:
    """One mistake.

    Attributes
    ----------
    kind
        The way in which the file was damaged.
    file
        The file.
    what
        Where and how, for whoever reads a sample.
    plausible
        Whether an honest supplier could have sent what came out.
    files
        The files that changed; None for one that is gone.
    """

    kind: str
    file: str
    what: str
    plausible: bool
    files: Mapping[str, bytes | None]


def corruptions(extract: Mapping[str, bytes]) -> st.SearchStrategy[Corruption]:
    """Return a strategy that draws one corruption of an extract.

    Parameters
    ----------
    extract
        Content of each file by name.
    """
    return _corruption(extract)


@st.composite
def _corruption(draw: Draw, extract: Mapping[str, bytes]) -> Corruption:
    file = draw(st.sampled_from(sorted(extract)))
    kind = draw(st.sampled_from(sorted([*TABLE_WAYS, *BYTE_WAYS, *FILE_WAYS])))
    content = extract[file]
    if kind in FILE_WAYS:
        changed, what = FILE_WAYS[kind](draw, file, extract)
        return Corruption(kind, file, what, False, changed)
    if kind in BYTE_WAYS:
        damage, plausible = BYTE_WAYS[kind]
        after, what = damage(draw, content)
        return Corruption(kind, file, what, plausible, {file: after})
    change, plausible = TABLE_WAYS[kind]
    table = list(csv.reader(io.StringIO(content.decode(), newline="")))
    what = change(draw, table, file.partition(".")[0])
    return Corruption(kind, file, what, plausible, {file: _written(table)})


def _written(table: Table) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue().encode("utf-8", "surrogatepass")


# --- one cell ------------------------------------------------------------------------


def _cell(draw: Draw, table: Table) -> tuple[int, int]:
    return draw(st.integers(1, len(table) - 1)), draw(st.integers(0, len(table[0]) - 1))


def _put(table: Table, row: int, column: int, value: str) -> str:
    before, table[row][column] = table[row][column], value
    return f"row {row + 1}, {table[0][column]}: {before!r} to {value[:40]!r}"


def _one_of(values: tuple[str, ...]) -> Callable[[Draw, Table, str], str]:
    """Put one of some values into any cell."""

    def change(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
        return _put(table, *_cell(draw, table), draw(st.sampled_from(values)))

    return change


def _strange_letter(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row, column = _cell(draw, table)
    value = table[row][column]
    at = draw(st.integers(0, len(value)))
    return _put(table, row, column, value[:at] + draw(st.sampled_from(STRANGE)) + value[at:])


def _any_text(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    letters = st.characters(exclude_categories=("Cs",))
    return _put(table, *_cell(draw, table), draw(st.text(letters, min_size=1, max_size=12)))


def _gigantic(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    return _put(table, *_cell(draw, table), "9" * draw(st.sampled_from((300, 70_000, 2_000_000))))


def _blank(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    return _put(table, *_cell(draw, table), "")


def _case_or_space(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row, column = _cell(draw, table)
    change = draw(st.sampled_from((str.upper, str.lower, str.title, " {}".format, "{} ".format)))
    return _put(table, row, column, change(table[row][column]))


def _from_other_row(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row, column = _cell(draw, table)
    return _put(table, row, column, table[draw(st.integers(1, len(table) - 1))][column])


def _from_other_column(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row, column = _cell(draw, table)
    return _put(table, row, column, table[row][draw(st.integers(0, len(table[0]) - 1))])


def _number(draw: Draw, table: Table, name: str) -> str:
    columns = NUMBERS.get(name)
    if not columns:
        return _shifted_date(draw, table, name)
    row, column = (
        draw(st.integers(1, len(table) - 1)),
        table[0].index(draw(st.sampled_from(columns))),
    )
    factor = draw(st.sampled_from((-1, 0, 0.1, 10, 100)))
    return _put(table, row, column, f"{float(table[row][column] or 0) * factor:g}")


def _nudged_number(draw: Draw, table: Table, name: str) -> str:
    columns = NUMBERS.get(name)
    if not columns:
        return _shifted_date(draw, table, name)
    row, column = (
        draw(st.integers(1, len(table) - 1)),
        table[0].index(draw(st.sampled_from(columns))),
    )
    value = table[row][column]
    step = 0.25 if name == "activity_log" else 1
    return _put(table, row, column, f"{float(value or 0) + draw(st.sampled_from((-step, step))):g}")


def _shifted_date(draw: Draw, table: Table, name: str) -> str:
    columns = DATES.get(name)
    if not columns:
        return _from_other_row(draw, table, name)
    column = table[0].index(draw(st.sampled_from(columns)))
    rows = [row for row in range(1, len(table)) if table[row][column]]
    row = rows[draw(st.integers(0, len(rows) - 1))]
    days = draw(st.sampled_from((-3653, -365, -31, -7, -1, 1, 7, 31, 365, 3653)))
    value = date.fromisoformat(table[row][column]) + timedelta(days=days)
    return _put(table, row, column, value.isoformat())


# --- rows ----------------------------------------------------------------------------


def _row(draw: Draw, table: Table) -> int:
    return draw(st.integers(1, len(table) - 1))


def _drop_row(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row = _row(draw, table)
    return f"row {row + 1} out: {','.join(table.pop(row))}"


def _drop_many(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    step = draw(st.integers(2, 10))
    del table[1::step]
    return f"one row in {step} out"


def _keep_first(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    kept = draw(st.integers(0, len(table) - 2))
    del table[kept + 1 :]
    return f"{kept} rows kept"


def _row_twice(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row = _row(draw, table)
    table.insert(draw(st.integers(1, len(table))), list(table[row]))
    return f"row {row + 1} twice"


def _row_twice_under_new_key(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row = _row(draw, table)
    key = max(line[0] for line in table[1:])
    digits = key.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    new = key[: len(key) - len(digits)] + f"{int(digits) + 1:0{len(digits)}d}"
    table.append([new, *table[row][1:]])
    return f"row {row + 1} again as {new}: {','.join(table[row])}"


def _everything_twice(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    table.extend([list(row) for row in table[draw(st.integers(0, 1)) :]])
    return "the file joined to itself"


def _shuffled(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    first = draw(st.integers(1, len(table) - 1))
    table[1:] = table[first:] + table[1:first]
    return f"rows from {first + 1} on first"


def _rubbish_row(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    kind = draw(st.sampled_from(("total", "blank", "short", "long", "header")))
    width = len(table[0])
    row = {
        "total": ["Total", *[str(len(table) - 1)] * (width - 1)],
        "blank": [""] * width,
        "short": ["end of file"],
        "long": [*table[-1], "extra"],
        "header": list(table[0]),
    }[kind]
    table.insert(draw(st.integers(1, len(table))), row)
    return f"a {kind} row"


def _cells_moved(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row = _row(draw, table)
    table[row] = table[row][1:] + table[row][:1]
    return f"row {row + 1}: cells one to the left"


# --- columns -------------------------------------------------------------------------


def _column(draw: Draw, table: Table) -> int:
    return draw(st.integers(0, len(table[0]) - 1))


def _drop_column(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = _column(draw, table)
    gone = [row.pop(column) for row in table]
    return f"column {gone[0]} out"


def _column_twice(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = _column(draw, table)
    for row in table:
        row.append(row[column])
    return f"column {table[0][column]} twice"


def _name_twice(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = _column(draw, table)
    other = (column + 1) % len(table[0])
    table[0][other] = table[0][column]
    return f"name {table[0][column]} twice"


def _names_exchanged(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = _column(draw, table)
    other = (column + 1 + draw(st.integers(0, len(table[0]) - 2))) % len(table[0])
    names = table[0]
    names[column], names[other] = names[other], names[column]
    return f"names {names[column]} and {names[other]} exchanged"


def _renamed(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = _column(draw, table)
    before = table[0][column]
    change = draw(st.sampled_from((str.upper, "{} ".format, "\ufeff{}".format, "x_{}".format)))
    table[0][column] = change(before)
    return f"name {before} to {table[0][column]!r}"


def _reordered(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = _column(draw, table)
    for row in table:
        row.insert(0, row.pop(column))
    return f"column {table[0][0]} first"


def _no_header(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    del table[0]
    return "header out"


def _blank_column(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = _column(draw, table)
    for row in table[1:]:
        row[column] = ""
    return f"column {table[0][column]} blank"


def _constant_column(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column, row = _column(draw, table), _row(draw, table)
    value = table[row][column]
    for line in table[1:]:
        line[column] = value
    return f"column {table[0][column]} filled down with {value!r}"


def _slipped_column(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column, by = _column(draw, table), draw(st.sampled_from((1, 2, 10)))
    values = [row[column] for row in table[1:]]
    for row, value in zip(table[1:], values[-by:] + values[:-by], strict=True):
        row[column] = value
    return f"column {table[0][column]} slipped by {by}"


def _sorted_column(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = _column(draw, table)
    for row, value in zip(table[1:], sorted(row[column] for row in table[1:]), strict=True):
        row[column] = value
    return f"column {table[0][column]} sorted by itself"


def _columns_exchanged_in_part(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = _column(draw, table)
    other = (column + 1) % len(table[0])
    first = _row(draw, table)
    for row in table[first:]:
        row[column], row[other] = row[other], row[column]
    return f"{table[0][column]} and {table[0][other]} exchanged from row {first + 1} on"


# --- bytes ---------------------------------------------------------------------------


def _at(draw: Draw, content: bytes) -> int:
    return draw(st.integers(0, len(content) - 1))


def _byte_changed(draw: Draw, content: bytes) -> tuple[bytes, str]:
    at, byte = _at(draw, content), draw(st.integers(0, 255))
    return content[:at] + bytes([byte]) + content[at + 1 :], f"byte {at} is {byte:#04x}"


def _byte_inserted(draw: Draw, content: bytes) -> tuple[bytes, str]:
    at, byte = _at(draw, content), draw(st.sampled_from((0, 9, 10, 13, 26, 34, 44, 59, 233, 255)))
    return content[:at] + bytes([byte]) + content[at:], f"{byte:#04x} before byte {at}"


def _cut_short(draw: Draw, content: bytes) -> tuple[bytes, str]:
    at = _at(draw, content)
    return content[:at], f"cut after {at} bytes"


def _cut_at_line_end(draw: Draw, content: bytes) -> tuple[bytes, str]:
    at = content.rfind(b"\n", 0, _at(draw, content) + 1) + 1
    return content[:at], f"cut after {at} bytes, at the end of a line"


def _recoded(draw: Draw, content: bytes) -> tuple[bytes, str]:
    code = draw(st.sampled_from(("utf-16", "utf-16-le", "utf-32", "utf-7", "cp037", "utf-8-sig")))
    return content.decode().encode(code), f"in {code}"


def _other_line_ends(draw: Draw, content: bytes) -> tuple[bytes, str]:
    end = draw(st.sampled_from((b"\r\n", b"\r", b"\n\n", b"\x1e", b"\n\r")))
    return content.replace(b"\n", end), f"lines end with {end!r}"


def _other_separator(draw: Draw, content: bytes) -> tuple[bytes, str]:
    mark = draw(st.sampled_from((b";", b"\t", b"|", b" ", b", ", b"\x1f")))
    return content.replace(b",", mark), f"values separated by {mark!r}"


def _quoted(draw: Draw, content: bytes) -> tuple[bytes, str]:
    mark = draw(st.sampled_from((b'"', b"'", b"\xe2\x80\x9c")))
    lines = content.splitlines()
    cells = [mark + line.replace(b",", mark + b"," + mark) + mark for line in lines]
    return b"\n".join(cells) + b"\n", f"every value within {mark.decode()}"


def _zeroed(draw: Draw, content: bytes) -> tuple[bytes, str]:
    at, many = _at(draw, content), draw(st.sampled_from((1, 512, 10_000)))
    return content[:at] + bytes(many) + content[at + many :], f"{many} zero bytes at {at}"


def _other_content(draw: Draw, content: bytes) -> tuple[bytes, str]:  # noqa: ARG001
    kinds = {
        "nothing": b"",
        "a line end": b"\n",
        "a web page": b"<!DOCTYPE html>\n<html><body>Please log in</body></html>\n",
        "an archive": b"PK\x03\x04" + bytes(60),
        "JSON": b'[{"child_id": "C00001"}]\n',
    }
    kind = draw(st.sampled_from(sorted(kinds)))
    return kinds[kind], f"{kind} in its place"


# --- files ---------------------------------------------------------------------------

Files = tuple[Mapping[str, bytes | None], str]


def _gone(draw: Draw, file: str, extract: Mapping[str, bytes]) -> Files:  # noqa: ARG001
    return {file: None}, "file out"


def _renamed_file(draw: Draw, file: str, extract: Mapping[str, bytes]) -> Files:
    name = draw(st.sampled_from((file.upper(), f"{file}.txt", f"copy of {file}", f" {file}")))
    return {file: None, name: extract[file]}, f"named {name!r}"


def _one_more(draw: Draw, file: str, extract: Mapping[str, bytes]) -> Files:
    name = draw(
        st.sampled_from((f"old_{file}", file.replace(".csv", ".xlsx"), "notes.doc", "x.csv"))
    )
    return {name: extract[file]}, f"{name!r} beside it"


def _another_in_its_place(draw: Draw, file: str, extract: Mapping[str, bytes]) -> Files:
    other = draw(st.sampled_from(sorted(set(extract) - {file})))
    return {file: extract[other]}, f"{other} in its place"


FILE_WAYS = {
    "file out": _gone,
    "file renamed": _renamed_file,
    "file too many": _one_more,
    "another file": _another_in_its_place,
}
BYTE_WAYS = {
    # A changed byte can turn one digit into another, and a cut can fall on a line's end.
    "byte changed": (_byte_changed, True),
    "byte inserted": (_byte_inserted, True),
    "cut short": (_cut_short, False),
    "cut at a line end": (_cut_at_line_end, True),
    "encoding": (_recoded, False),
    "line ends": (_other_line_ends, False),
    "separator": (_other_separator, False),
    "quotation marks": (_quoted, False),
    "zero bytes": (_zeroed, False),
    "content": (_other_content, False),
}
TABLE_WAYS = {
    "strange letter": (_strange_letter, False),
    "any text": (_any_text, True),
    "formula": (_one_of(FORMULAS), False),
    "word for missing": (_one_of(NO_VALUES), True),
    "form of number": (_one_of(NUMBER_FORMS), True),
    "form of date": (_one_of(DATE_FORMS), False),
    "gigantic value": (_gigantic, False),
    "case or space": (_case_or_space, False),
    "blank": (_blank, True),
    "value of another row": (_from_other_row, True),
    "value of another column": (_from_other_column, True),
    "number out of scale": (_number, True),
    "number nudged": (_nudged_number, True),
    "date moved": (_shifted_date, True),
    "row out": (_drop_row, True),
    "rows out": (_drop_many, True),
    "rows kept": (_keep_first, True),
    "row twice": (_row_twice, False),
    "row twice, new key": (_row_twice_under_new_key, True),
    "file twice": (_everything_twice, False),
    "order of rows": (_shuffled, False),
    "rubbish row": (_rubbish_row, False),
    "cells moved": (_cells_moved, False),
    "column out": (_drop_column, False),
    "column twice": (_column_twice, False),
    "name twice": (_name_twice, False),
    "names exchanged": (_names_exchanged, False),
    "column renamed": (_renamed, False),
    "order of columns": (_reordered, False),
    "header out": (_no_header, False),
    "column blank": (_blank_column, True),
    "column filled down": (_constant_column, True),
    "column slipped": (_slipped_column, True),
    "column sorted": (_sorted_column, True),
    "columns exchanged": (_columns_exchanged_in_part, False),
}
"""Each way with whether what comes out may be an honest extract."""
