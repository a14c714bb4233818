"""Types of tables and corruptions, and functions that draw rows and columns."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

Table = list[list[str]]
"""Rows of strings, the header first."""
Draw = Callable[..., object]
Change = Callable[[Draw, Table, str], str]
"""Function that corrupts a table with the given name in place and returns where and how.

All have this one form, so a change that needs no name takes it unused (`noqa: ARG001`).
"""


def drawn_row(draw: Draw, table: Table) -> int:
    """Draw the index of a row below the header."""
    return draw(st.integers(1, len(table) - 1))


def drawn_column(draw: Draw, table: Table) -> int:
    """Draw the index of a column."""
    return draw(st.integers(0, len(table[0]) - 1))
