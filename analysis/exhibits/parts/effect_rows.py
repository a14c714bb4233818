"""Estimates of the pilots and of the later trial as rows of a forest plot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.exhibits.parts import words
from analysis.exhibits.parts.area_lines import by_area_ends
from analysis.exhibits.parts.clearance import coarse, printed_precision
from analysis.exhibits.parts.forest import Ends, Row
from analysis.exhibits.parts.rows import judgement
from analysis.exhibits.parts.style import PLUM

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from analysis.exhibits.parts.rows import Effect

AXIS = "Below 1: lower with a social worker. Exploratory"


def effect_row(each: Effect, change_judgements: pd.DataFrame, also: str = "") -> Row:
    """Return one estimate as a row, with its interval by area."""
    judged = judgement(coarse(change_judgements), each.outcome, each.pilot)
    return Row(each.pilot, printed(each), ends(each), also, by_area_ends(judged))


def ends(each: Effect) -> Ends:
    """Return an estimate between its limits, as precise as printed; nothing where there is none."""
    if not each.estimated:
        return ()
    return (
        printed_precision(each.ratio_low),
        printed_precision(each.ratio),
        printed_precision(each.ratio_high),
    )


def printed(each: Effect) -> str:
    """Return an estimate with its interval as figures print it."""
    if not each.estimated:
        return words.no_estimate(each.reason)
    return words.interval(each.ratio, each.ratio_low, each.ratio_high, words.ratio)


def trial_row(trial: Mapping[str, float], name: str) -> Row:
    """Return the trial's published result as a row."""
    found = (trial["ratio_low"], trial["ratio"], trial["ratio_high"])
    said = words.interval(found[1], found[0], found[2], words.ratio_as_published)
    return Row(name, said, found, colour=PLUM, shape="D")


def beside_trial(label: str) -> str:
    """Return the label of a picture of which one part is published and real."""
    return f"{label} (pilots); published (trial)" if label else ""
