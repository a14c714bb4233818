"""Figures made from a drawing function: in both widths, with checks of their legibility."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.disclosure import WITHHELD, Status, released
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.style import narrow, new_drawing, pictures, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure as Drawing


NOTHING = f"Nothing is drawn: {WITHHELD}"


def _nothing() -> Drawing:
    """Draw a line of words in place of a figure that may not be shown."""
    # A narrow drawing breaks the words, and the label under them, into lines.
    height = 0.7 if narrow() else 0.3
    drawing, (ax,) = new_drawing(height, around=height)
    ax.set_axis_off()
    ax.annotate(wrapped(NOTHING), (0, 0.5), xycoords="axes fraction", va="center")
    return drawing


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
    marks: str = "",
) -> Figure:
    """Return a figure.

    Parameters
    ----------
    draw
        Function that makes the drawing; called once for each width.
    data
        The data drawn; only the columns that are described are kept.
    label
        Label of the data, shown in the figure itself.
    columns, alt, message, period, status
        As in `Figure`.
    marks
        The column of `data` that gives the positions of the marks. Where it has no number, the
        figure states that nothing is drawn, and why, instead of showing empty axes.
    """
    if not message.strip():
        raise ValueError("a figure needs a message: what it shows, in one line")
    if marks and pd.to_numeric(data[marks], errors="coerce").isna().all():
        draw, alt = _nothing, f"{NOTHING}. {alt}"
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
