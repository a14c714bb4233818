"""A table as columns over one frame, so that what is printed and what is released cannot part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.exhibits.parts.by_pilot import COLUMNS, side_by_side
from analysis.exhibits.parts.exhibit import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    import pandas as pd


@dataclass(frozen=True)
class Column:
    """A column of a table: where its values are released, and how a cell prints them.

    Attributes
    ----------
    name
        The column of the released data; several where a cell prints more than one value, such as
        an estimate with its limits.
    heading
        As printed; None for a column that is released and not printed.
    meaning
        What the column of one name holds; empty where the table's `meanings` say it.
    unit
        Of its values; empty where the meaning says it.
    cell
        Makes the printed cell of the values, in the order of `name`.
    width
        Share of the table's width, as against the other columns.
    numeric
        Whether it is set flush right.
    """

    name: str | tuple[str, ...]
    heading: str | None = None
    meaning: str = ""
    unit: str = ""
    cell: Callable[..., str] = str
    width: int = 1
    numeric: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the released data that it reads."""
        return (self.name,) if isinstance(self.name, str) else self.name

    def printed(self, row: Mapping[Hashable, Any]) -> str:
        """Return its cell of one row."""
        return self.cell(*(row[name] for name in self.names))

    @property
    def described(self) -> dict[str, str]:
        """The meaning of what it reads, with the unit, as far as it says them."""
        said = ", ".join(filter(None, (self.meaning, self.unit)))
        return {self.names[0]: said} if said else {}


@dataclass(frozen=True)
class Words(Column):
    """A column of words, which is set flush left."""

    numeric: bool = False


def table(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    *,
    meanings: Mapping[str, str] | None = None,
    released: Sequence[Hashable] | None = None,
    where: Callable[[Mapping[Hashable, Any]], bool] | None = None,
    instead: Callable[[Mapping[Hashable, Any]], Sequence[str]] | None = None,
    none: tuple[tuple[str, ...], ...] = (),
    last: tuple[tuple[str, ...], ...] = (),
    period: str = "",
    note: str = "",
) -> Table:
    """Return a table with a line for each row of a frame.

    Parameters
    ----------
    frame
        One row a line, with every column that is printed or released.
    columns
        From left to right.
    meanings
        What columns hold whose `meaning` is empty.
    released
        The columns of the data, in order; None for those that `columns` name, from left to right.
    where
        Which rows are printed; all are released.
    instead
        The cells of a row, from the first column that is no words on, where there is no estimate
        to print; empty where there is one.
    none
        The lines of a table of which no row is printed.
    last
        Lines below those of the frame, such as totals.
    """
    shown = [column for column in columns if column.heading is not None]
    read = (name for column in columns for name in column.names)
    names: list[Any] = list(dict.fromkeys(read) if released is None else released)
    lines = [
        _line(shown, row, instead)
        for row in frame.to_dict("records")
        if where is None or where(row)
    ]
    described = {name: (meanings or {}).get(name, "") for name in names}
    for column in columns:
        described |= column.described
    if unsaid := [name for name, said in described.items() if not said]:
        raise ValueError(f"columns without a meaning: {', '.join(map(str, unsaid))}")
    return Table(
        header=tuple(str(column.heading) for column in shown),
        rows=(*(lines or none), *last),
        numeric=tuple(column.numeric for column in shown),
        widths=tuple(column.width for column in shown),
        data=frame[names],
        columns=described,
        period=period,
        note=note,
    )


def _line(
    columns: Sequence[Column],
    row: Mapping[Hashable, Any],
    instead: Callable[[Mapping[Hashable, Any]], Sequence[str]] | None,
) -> tuple[str, ...]:
    others = tuple(instead(row)) if instead else ()
    if not others:
        return tuple(column.printed(row) for column in columns)
    start = len(columns) - len(others)
    return (*(column.printed(row) for column in columns[:start]), *others)


def pilots_side_by_side(
    data: pd.DataFrame,
    heading: str,
    pilots: Sequence[str],
    shown: Sequence[str],
    *,
    line: str = "label",
    period: str = "",
    note: str = "",
) -> Table:
    """Return a table of estimates with a line for each question and a column for each pilot.

    Parameters
    ----------
    data
        Estimates, one row per value of `line` and pilot.
    heading
        Of the first column.
    shown
        The columns of `data` that are released.
    line
        The column of `data` whose values begin the lines.
    """
    return Table(
        header=(heading, *pilots),
        rows=side_by_side(data, line, pilots),
        numeric=(False, *(True,) * len(pilots)),
        widths=(5, *(4,) * len(pilots)),
        data=data[list(shown)],
        columns={name: COLUMNS[name] for name in shown},
        period=period,
        note=note,
    )
