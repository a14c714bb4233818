"""A figure made from what draws it: both widths, and what is wrong with its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.disclosure import Status, released
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.style import pictures

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.figure import Figure as Drawing


def figure(
    draw: Callable[[], Drawing],
    data: pd.DataFrame,
    columns: dict[str, str],
    *,
    alt: str,
    message: str,
    label: str = "",
    period: str = "",
    status: Status | None = None,
) -> Figure:
    """Return a figure.

    Parameters
    ----------
    draw
        Makes the drawing; called once for each width.
    data
        What is drawn; only the columns that are described are kept.
    label
        Of the data, which stands in the picture itself.
    columns, alt, message, period, status
        As in `Figure`.
    """
    if not message.strip():
        raise ValueError("a figure needs a message: what it shows, in one line")
    made = pictures(draw, label, alt)
    return Figure(
        made.wide,
        alt,
        data[list(columns)],
        columns,
        period,
        status or released(),
        message=message,
        narrow=made.narrow,
        faults=made.faults,
    )
