"""Intervals with areas permuted, drawn below those by school: in forest plots of results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from analysis.exhibits.parts.style import GREY, INTERVENTION

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from analysis.exhibits.parts.rows import Judgement

EXPLORATORY = "All of it is exploratory. "
BY_SCHOOL_SAID = "95% interval, schools as the unit"
BY_AREA_SAID = "areas permuted; at the edge, no end"
BELOW = 0.3
"""How far below its school's a line by area is drawn, in rows."""
NO_END = (1e-4, 1e4)
"""Ratios beyond any axis: an interval without an end is drawn to here."""
BY_AREA = {
    "permuted_low_area": "Lower end of the ratios that permuting areas doesn't reject",
    "permuted_high_area": "Upper end of those ratios; infinite where the test can reject none",
}


def draw_by_area(ax: Axes, y: float, each: Judgement) -> None:
    """Draw the ratios that permuting areas doesn't reject; where they have no end, to the edge."""
    if each.estimated:
        ends = [max(each.permuted_low_area, NO_END[0]), min(each.permuted_high_area, NO_END[1])]
        ax.plot(ends, [y, y], color=GREY, lw=1)


def finite_ends(change_judgements: pd.DataFrame) -> tuple[list[float], list[float]]:
    """Return the lower and the upper ends that there are: an axis has to hold them all."""
    low, high = change_judgements["permuted_low_area"], change_judgements["permuted_high_area"]
    return [float(x) for x in low[low > 0]], [float(x) for x in high[high < np.inf]]


def legend_of_units(drawing: Figure) -> None:
    """Say which line is of schools and which of areas."""
    lines = [
        Line2D([], [], color=INTERVENTION, marker="s", lw=2.2, ms=6, label=BY_SCHOOL_SAID),
        Line2D([], [], color=GREY, lw=1, label=BY_AREA_SAID),
    ]
    drawing.legend(handles=lines, loc="outside upper left", ncols=2)


def said_by_area(change_judgements: pd.DataFrame) -> str:
    """Say in words where permuting areas gives an interval without an end."""
    found = change_judgements.loc[change_judgements["status"] == "estimated"]
    open_ended = np.isinf(found["permuted_high_area"]) | (found["permuted_low_area"] == 0)
    return (
        f"A thin line gives the interval with areas permuted: in {int(open_ended.sum())} of "
        f"{len(found)} rows it has no end."
    )
