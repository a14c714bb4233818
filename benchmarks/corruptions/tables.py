"""What damages a table: its type, and how places in it are drawn."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

Table = list[list[str]]
"""Rows of texts, the header first."""
Draw = Callable[..., object]
Change = Callable[[Draw, Table, str], str]
"""Damages a table of that name in place, and says where and how."""


def drawn_row(draw: Draw, table: Table) -> int:
    """Return a row below the header."""
    return draw(st.integers(1, len(table) - 1))


def drawn_column(draw: Draw, table: Table) -> int:
    """Return any column."""
    return draw(st.integers(0, len(table[0]) - 1))
