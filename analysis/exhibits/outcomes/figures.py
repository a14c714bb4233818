"""The figure of all effects. A function's name is the label under which it is shown."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from analysis.exhibits.parts.effect_rows import (
    AXIS,
    BY_AREA,
    EXPLORATORY,
    effect_row,
    printed,
    unbounded_by_area,
    unit_handles,
)
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.forest import forest
from analysis.exhibits.parts.messages import effects_message
from analysis.exhibits.parts.rows import effects
from analysis.extract.extract import Origin
from analysis.study.settings import Outcome
from analysis.study.terms import Terms

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


def effect_forest(
    main_effects: pd.DataFrame,
    change_judgements: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    origin: Origin,
    terms: Terms,
) -> Figure:
    """Draw the effect of each pilot on each outcome, with its interval by school and by area."""
    groups = [(outcome, effects(main_effects, outcome.name)) for outcome in outcomes]
    said = [
        f"{outcome.label}: " + ", ".join(f"{e.pilot} {printed(e)}" for e in group)
        for outcome, group in groups
    ]
    alt = (
        "Forest plot of ratios of rate ratios with 95% confidence intervals, one row for each "
        f"outcome and {terms.site}, on a logarithmic axis with a line at 1, which is no effect. "
        f"{'. '.join(said)}. {EXPLORATORY}{unbounded_by_area(change_judgements)}"
    )

    def draw() -> Drawing:
        rows = [
            (outcome.label, [effect_row(each, change_judgements) for each in group])
            for outcome, group in groups
        ]
        return forest(rows, AXIS, handles=unit_handles())

    columns = {
        "outcome": "Outcome",
        "pilot": terms.place,
        "ratio": "Ratio of rate ratios, intervention against comparison schools",
        "ratio_low": "Lower limit of its 95% confidence interval",
        "ratio_high": "Upper limit of its 95% confidence interval",
        "status": "Whether the effect could be estimated",
        "reason": "Why not, if not",
        **BY_AREA,
    }
    data = pd.DataFrame([asdict(each) for _, group in groups for each in group])
    data = data.merge(change_judgements[["outcome", "pilot", *BY_AREA]], on=["outcome", "pilot"])
    return figure(
        draw, data, columns, alt=alt,
        message=effects_message(change_judgements, outcomes, ", of all outcomes", terms.site),
        label=origin.label, period=compared_period, marks="ratio",
    )  # fmt: skip
