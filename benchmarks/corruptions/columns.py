"""Corruptions of the columns of a table."""

from __future__ import annotations

from hypothesis import strategies as st

from benchmarks.corruptions.tables import Change, Draw, Table, drawn_column, drawn_row


def _drop_column(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = drawn_column(draw, table)
    gone = [row.pop(column) for row in table]
    return f"column {gone[0]} out"


def _column_twice(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = drawn_column(draw, table)
    for row in table:
        row.append(row[column])
    return f"column {table[0][column]} twice"


def _name_twice(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = drawn_column(draw, table)
    other = (column + 1) % len(table[0])
    table[0][other] = table[0][column]
    return f"name {table[0][column]} twice"


def _names_exchanged(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = drawn_column(draw, table)
    other = (column + 1 + draw(st.integers(0, len(table[0]) - 2))) % len(table[0])
    names = table[0]
    names[column], names[other] = names[other], names[column]
    return f"names {names[column]} and {names[other]} exchanged"


def _renamed(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = drawn_column(draw, table)
    before = table[0][column]
    change = draw(st.sampled_from((str.upper, "{} ".format, "\ufeff{}".format, "x_{}".format)))
    table[0][column] = change(before)
    return f"name {before} to {table[0][column]!r}"


def _reordered(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = drawn_column(draw, table)
    for row in table:
        row.insert(0, row.pop(column))
    return f"column {table[0][0]} first"


def _no_header(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    del table[0]
    return "header out"


def _blank_column(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = drawn_column(draw, table)
    for row in table[1:]:
        row[column] = ""
    return f"column {table[0][column]} blank"


def _constant_column(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column, row = drawn_column(draw, table), drawn_row(draw, table)
    value = table[row][column]
    for line in table[1:]:
        line[column] = value
    return f"column {table[0][column]} filled down with {value!r}"


def _slipped_column(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column, by = drawn_column(draw, table), draw(st.sampled_from((1, 2, 10)))
    values = [row[column] for row in table[1:]]
    for row, value in zip(table[1:], values[-by:] + values[:-by], strict=True):
        row[column] = value
    return f"column {table[0][column]} slipped by {by}"


def _sorted_column(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = drawn_column(draw, table)
    for row, value in zip(table[1:], sorted(row[column] for row in table[1:]), strict=True):
        row[column] = value
    return f"column {table[0][column]} sorted by itself"


def _columns_exchanged_in_part(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    column = drawn_column(draw, table)
    other = (column + 1) % len(table[0])
    first = drawn_row(draw, table)
    for row in table[first:]:
        row[column], row[other] = row[other], row[column]
    return f"{table[0][column]} and {table[0][other]} exchanged from row {first + 1} on"


COLUMN_WAYS: dict[str, tuple[Change, bool]] = {
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
"""Each way, with whether the result may be an honest extract."""
