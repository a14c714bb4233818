"""Estimates as rows of a forest plot, and a published result as one more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from analysis.exhibits.parts import words
from analysis.exhibits.parts.disclosure_check import coarse, printed_precision
from analysis.exhibits.parts.forest import DASHED, Ends, Row
from analysis.exhibits.parts.rows import judgement
from analysis.exhibits.parts.style import GREY, INTERVENTION, PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from analysis.exhibits.parts.rows import Effect, Judgement

EXPLORATORY = "All of it is exploratory. "
BY_SCHOOL_SAID = "95% interval by school, unadjusted"
BY_AREA_SAID = "by area, permuted (arrow: no limit)"
BY_AREA = {
    "permuted_low_area": "Lower end of the ratios that permuting areas does not reject",
    "permuted_high_area": "Upper end of those ratios; infinite where the test can reject none",
}
AXIS = "Below 1: fewer than comparison schools suggest. Exploratory"


def effect_row(each: Effect, change_judgements: pd.DataFrame) -> Row:
    """Return one estimate as a row, with its interval by area."""
    judged = judgement(coarse(change_judgements), each.outcome, each.pilot)
    return Row(each.pilot, printed(each), ends(each), by_area_ends(judged))


def ends(each: Effect) -> Ends:
    """Return an estimate between its limits, at printed precision; empty where there is none."""
    if not each.estimated:
        return ()
    return (
        printed_precision(each.ratio_low),
        printed_precision(each.ratio),
        printed_precision(each.ratio_high),
    )


def printed(each: Effect) -> str:
    """Return an estimate with its interval, as printed in figures."""
    if not each.estimated:
        return words.no_estimate(each.reason)
    return words.interval(each.ratio, each.ratio_low, each.ratio_high, words.ratio)


def trial_row(trial: Mapping[str, float], name: str) -> Row:
    """Return the trial's published result as a row."""
    found = (trial["ratio_low"], trial["ratio"], trial["ratio_high"])
    said = words.interval(found[1], found[0], found[2], words.ratio_as_published)
    return Row(name, said, found, colour=PUBLISHED, shape="D")


def by_area_ends(each: Judgement) -> tuple[float, float] | None:
    """Return the permutation interval by area; 0 and infinity where it is unbounded."""
    return (each.permuted_low_area, each.permuted_high_area) if each.estimated else None


def unit_handles() -> list[Line2D]:
    """Return the legend that distinguishes intervals by school from intervals by area."""
    return [
        Line2D([], [], color=INTERVENTION, marker="s", lw=2.2, ms=6, label=BY_SCHOOL_SAID),
        Line2D([], [], color=GREY, lw=0.9, ls=DASHED, label=BY_AREA_SAID),
    ]


def unbounded_by_area(change_judgements: pd.DataFrame) -> str:
    """State where the permutation interval by area is unbounded."""
    found = change_judgements.loc[change_judgements["status"] == "estimated"]
    open_ended = np.isinf(found["permuted_high_area"]) | (found["permuted_low_area"] == 0)
    return (
        f"A thin line gives the interval with areas permuted: in {int(open_ended.sum())} of "
        f"{len(found)} rows it has no end."
    )
