"""Forest plots: estimates with their intervals, one row each, on a logarithmic axis."""

from __future__ import annotations

from dataclasses import dataclass
from math import isinf
from typing import TYPE_CHECKING, Any

from analysis.exhibits.parts.style import (
    GREY,
    INTERVENTION,
    TEXT_ON_WHITE,
    legend,
    narrow,
    new_drawing,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

Ends = tuple[float, float, float] | tuple[()]
"""Lower end, estimate and upper end; empty where there is no estimate."""
TICKS = (0.03, 0.06, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32)
MOST_TICKS = 5
"""Ticks that fit on a narrow screen at most."""
ESTIMATE = "Ratio (95% interval)"
DASHED = (0, (4, 2))
"""How a second interval is drawn, so that it is not taken for a rule between rows."""
_BELOW = 0.3
"""How far the thin line is drawn below its row's main line, in rows."""


@dataclass(frozen=True)
class Row:
    """One row of a forest plot.

    Attributes
    ----------
    name
        Printed at the left.
    printed
        The estimate with its interval, or the words in its place.
    ends
        Lower end, estimate, upper end, as precise as they are printed; empty where there is none.
    thin
        Limits of a second interval; 0 and infinity where it is unbounded.
    colour, shape
        Colour and shape of the mark.
    """

    name: str
    printed: str
    ends: Ends = ()
    thin: tuple[float, float] | None = None
    colour: str = INTERVENTION
    shape: str = "s"


def forest(
    groups: Sequence[tuple[str, Sequence[Row]]],
    axis: str,
    *,
    handles: Sequence[Any] = (),
    heading: str = ESTIMATE,
) -> Drawing:
    """Draw groups of estimates below each other.

    Parameters
    ----------
    groups
        Groups of rows, each with its heading, empty for none.
    axis
        Label of the axis.
    handles
        Handles of the legend.
    heading
        Heading of the column at the right.
    """
    lines = sum(len(rows) + 1.1 for _, rows in groups)
    around = 0.75 + (0.25 if handles else 0) * (len(handles) if narrow() else 1)
    drawing, (ax,) = new_drawing((0.43 if narrow() else 0.225) * lines, around=around)
    y = 0.0
    marks: list[tuple[float, str]] = []
    for name, rows in groups:
        y -= 1.1
        _head(ax, y + 0.75 - 0.12 * narrow(), name, heading)
        for row in rows:
            _draw(ax, y, row)
            marks.append((y, f"{row.name}\n{row.printed}" if narrow() else row.name))
            y -= 1
    _scale(ax, [row for _, rows in groups for row in rows])
    ax.set_yticks([at for at, _ in marks], [name for _, name in marks])
    ax.set_ylim(y + 0.35, 0)
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(wrapped(axis, 24))
    if handles:
        legend(drawing, handles, 2)
    return drawing


def _head(ax: Axes, y: float, name: str, heading: str) -> None:
    where = ("axes fraction", "data")
    # On white, so that the line at 1 does not run through it.
    ax.annotate(name, (0.01, y), xycoords=where, va="center", fontweight="bold",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})  # fmt: skip
    if not narrow():
        _beside(ax, y, heading, color=GREY, fontsize=9)


def _beside(ax: Axes, y: float, said: str, **font: Any) -> None:
    ax.annotate(said, (1, y), xycoords=("axes fraction", "data"), xytext=(8, 0),
                textcoords="offset points", va="center", **font)  # fmt: skip


def _draw(ax: Axes, y: float, row: Row) -> None:
    import seaborn as sns

    if row.ends:
        low, at, high = row.ends
        ax.plot([low, high], [y, y], color=row.colour, lw=2.2)
        sns.scatterplot(x=[at], y=[y], marker=row.shape, color=row.colour, s=46, ax=ax, zorder=3)
    if row.thin:
        _draw_thin(ax, y - _BELOW, row.thin)
    if not narrow():
        _beside(ax, y, row.printed, color=TEXT_ON_WHITE[row.colour])


def _draw_thin(ax: Axes, y: float, ends: tuple[float, float]) -> None:
    """Draw a second interval, with an arrow at the edge where it has no end."""
    ax.plot(_finite(ends), [y, y], color=GREY, lw=0.9, ls=DASHED)
    for edge, marker, endless in ((0.015, "<", ends[0] == 0), (0.985, ">", isinf(ends[1]))):
        if endless:
            ax.plot(
                [edge], [y], marker=marker, color=GREY, ms=4, transform=ax.get_yaxis_transform()
            )


def _finite(ends: tuple[float, float]) -> list[float]:
    """Return two limits that can be drawn: an unbounded one lies beyond any axis."""
    return [max(ends[0], 1e-4), min(ends[1], 1e4)]


def _scale(ax: Axes, rows: Sequence[Row]) -> None:
    ends = [end for row in rows for end in row.ends]
    ends += [end for row in rows for end in row.thin or () if 0 < end < float("inf")]
    low, high = min([0.5, *ends]), max([2.0, *ends])
    ax.axvline(1, color=GREY, lw=1)
    ax.set_xscale("log")
    ratio_ticks(ax.xaxis, low, high)
    ax.set_xlim(low * 0.85, high * 1.15)
    ax.set(xlabel="", ylabel="")


def ratio_ticks(axis: Any, low: float, high: float) -> None:
    """Set the ticks of an axis of ratios, always including 1."""
    ticks = [tick for tick in TICKS if low * 0.9 <= tick <= high * 1.1]
    if narrow() and len(ticks) > MOST_TICKS:
        ticks = ticks[ticks.index(1) % 2 :: 2]
    axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.set_ticks([], minor=True)
