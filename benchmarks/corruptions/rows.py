"""Corruptions of the rows of a table."""

from __future__ import annotations

from hypothesis import strategies as st

from benchmarks.corruptions.tables import Change, Draw, Table, drawn_row


def _drop_row(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row = drawn_row(draw, table)
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
    row = drawn_row(draw, table)
    table.insert(draw(st.integers(1, len(table))), list(table[row]))
    return f"row {row + 1} twice"


def _row_twice_under_new_key(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row = drawn_row(draw, table)
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
    row = drawn_row(draw, table)
    table[row] = table[row][1:] + table[row][:1]
    return f"row {row + 1}: cells one to the left"


ROW_WAYS: dict[str, tuple[Change, bool]] = {
    "row out": (_drop_row, True),
    "rows out": (_drop_many, True),
    "rows kept": (_keep_first, True),
    "row twice": (_row_twice, False),
    "row twice, new key": (_row_twice_under_new_key, True),
    "file twice": (_everything_twice, False),
    "order of rows": (_shuffled, False),
    "rubbish row": (_rubbish_row, False),
    "cells moved": (_cells_moved, False),
}
"""Each way, with whether the result may be an honest extract."""
