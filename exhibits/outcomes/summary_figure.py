"""The figure of the executive summary: results of the pilots and of the later trial."""

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
    trial_row,
    unbounded_by_area,
    unit_handles,
)
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.forest import forest
from analysis.exhibits.parts.messages import effects_message
from analysis.exhibits.parts.rows import Effect, effects
from analysis.extract.extract import Origin
from analysis.study.settings import Outcome
from exhibits import pilots_and_trial, pilots_only

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

HEADLINES = ("s47_enquiries", "s17_starts")
"""The outcomes in which the published summary saw falls."""
TRIAL = "Later trial"
COLUMNS = {
    "outcome": "Outcome",
    "study": "Pilot, or the later trial as published",
    "ratio": "Ratio of rate ratios; of rates in the trial",
    "ratio_low": "Lower limit of its 95% confidence interval",
    "ratio_high": "Upper limit of its 95% confidence interval",
    **BY_AREA,
}


def main_result(
    main_effects: pd.DataFrame,
    change_judgements: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    trial: dict[str, float],
    compared_period: str,
    origin: Origin,
) -> Figure:
    """Draw the two headline outcomes in each pilot and, separately, the trial's result."""
    labels = {outcome.name: outcome for outcome in outcomes}
    groups = [(labels[name], effects(main_effects, name)) for name in HEADLINES]
    said = [
        f"{outcome.label}: " + ", ".join(f"{each.pilot} {printed(each)}" for each in group)
        for outcome, group in groups
    ]
    own = change_judgements.loc[change_judgements["outcome"].isin(HEADLINES)]
    later = trial_row(trial, TRIAL)
    alt = (
        "Forest plot of ratios of rate ratios with 95% confidence intervals, one row per pilot, on "
        f"a logarithmic axis with a line at 1, which is no effect. {'. '.join(said)}. The later "
        f"randomised trial found {later.printed} for {groups[0][0].label}. {EXPLORATORY}"
        f"{unbounded_by_area(own)}"
    )

    def draw() -> Drawing:
        drawn = [
            (
                outcome.label,
                [effect_row(each, change_judgements) for each in group],
            )
            for outcome, group in groups
        ]
        drawn[0][1].append(later)
        return forest(drawn, AXIS, handles=unit_handles())

    headlines = [outcome for outcome, _ in groups]
    return figure(
        draw, _data(groups, own, trial), COLUMNS, alt=alt,
        message=effects_message(change_judgements, headlines), label=pilots_and_trial(origin.label),
        period=pilots_only(compared_period),
    )  # fmt: skip


def _data(
    groups: list[tuple[Outcome, tuple[Effect, ...]]], own: pd.DataFrame, trial: dict[str, float]
) -> pd.DataFrame:
    rows = pd.DataFrame([asdict(each) for _, group in groups for each in group])
    data = rows.merge(own[["outcome", "pilot", *BY_AREA]], on=["outcome", "pilot"])
    limits = {name: trial[name] for name in ("ratio", "ratio_low", "ratio_high")}
    later = pd.DataFrame([{"outcome": HEADLINES[0], "study": TRIAL, **limits}])
    return pd.concat([data.rename(columns={"pilot": "study"}), later], ignore_index=True)
