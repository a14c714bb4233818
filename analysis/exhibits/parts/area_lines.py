"""Intervals with areas permuted, drawn below those by school: in forest plots of results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from analysis.exhibits.parts.style import GREY, INTERVENTION

if TYPE_CHECKING:
    import pandas as pd

    from analysis.exhibits.parts.rows import Judgement

EXPLORATORY = "All of it is exploratory. "
BY_SCHOOL_SAID = "95% interval, schools as the unit"
BY_AREA_SAID = "areas permuted; at the edge, no end"
BY_AREA = {
    "permuted_low_area": "Lower end of the ratios that permuting areas doesn't reject",
    "permuted_high_area": "Upper end of those ratios; infinite where the test can reject none",
}


def by_area_ends(each: Judgement) -> tuple[float, float] | None:
    """Return the ratios between which permuting areas rejects none; 0 and infinity for no end."""
    return (each.permuted_low_area, each.permuted_high_area) if each.estimated else None


def unit_handles() -> list[Line2D]:
    """Say which line is of schools and which of areas."""
    return [
        Line2D([], [], color=INTERVENTION, marker="s", lw=2.2, ms=6, label=BY_SCHOOL_SAID),
        Line2D([], [], color=GREY, lw=0.9, label=BY_AREA_SAID),
    ]


def said_by_area(change_judgements: pd.DataFrame) -> str:
    """Say in words where permuting areas gives an interval without an end."""
    found = change_judgements.loc[change_judgements["status"] == "estimated"]
    open_ended = np.isinf(found["permuted_high_area"]) | (found["permuted_low_area"] == 0)
    return (
        f"A thin line gives the interval with areas permuted: in {int(open_ended.sum())} of "
        f"{len(found)} rows it has no end."
    )
