"""The trial that followed the first recommendation, next to the pilots but never pooled."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Words, table
from analysis.exhibits.parts.effect_rows import (
    AXIS,
    ends,
    printed,
    trial_row,
)
from analysis.exhibits.parts.exhibit import Figure, Table
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.forest import Row, forest
from analysis.exhibits.parts.rows import Effect, effects
from analysis.extract.extract import Origin
from analysis.study.settings import Outcome
from exhibits import pilots_and_trial, pilots_only
from exhibits.results.published import SUMMARY, Fact

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

LIMITS = ("ratio", "ratio_low", "ratio_high")


def trial_beside_pilots(
    main_effects: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    trial: dict[str, float],
    compared_period: str,
    origin: Origin,
) -> Figure:
    """Draw the later trial's result next to the pilots', on one scale."""
    found = effects(main_effects, outcomes[0].name)
    published = trial_row(trial, "Trial").printed
    alt = (
        f"Forest plot of ratios for {outcomes[0].label}, exploratory for the pilots, with 95% "
        "confidence intervals on a logarithmic axis: "
        + "; ".join(f"{each.pilot} {printed(each)}" for each in found)
        + f"; and, apart, the later randomised trial, {published}."
    )

    def draw() -> Drawing:
        rows = [Row(each.pilot, printed(each), ends(each)) for each in found]
        return forest([("Pilots", rows), ("Randomised", [trial_row(trial, "Trial")])], AXIS)

    pilots = pd.DataFrame([asdict(each) for each in found])[["pilot", *LIMITS]]
    limits = {name: trial[name] for name in LIMITS}
    data = pd.concat(
        [pilots.rename(columns={"pilot": "study"}), pd.DataFrame([{"study": "Trial", **limits}])]
    )
    columns = {
        "study": "Pilot, or the later trial as published",
        "ratio": "Ratio of rate ratios; of rates in the trial",
        "ratio_low": "Lower limit of its 95% confidence interval",
        "ratio_high": "Upper limit of its 95% confidence interval",
    }
    return figure(
        draw, data.reset_index(drop=True), columns, alt=alt,
        message=_message(found, trial, origin.label),
        label=pilots_and_trial(origin.label), period=pilots_only(compared_period),
    )  # fmt: skip


def _message(found: tuple[Effect, ...], trial: dict[str, float], label: str = "") -> str:
    known = [each for each in found if each.estimated]
    below = [each.pilot for each in known if each.ratio < trial["ratio_low"]]
    above = [each.pilot for each in known if each.ratio > trial["ratio_high"]]
    if not known:
        return "No effect in a pilot can be shown next to the trial's"
    if below or above:
        change, pilots = ("falls", below) if below else ("rises", above)
        where = words.listed(pilots)
        shown = f"in the {words.inside(label)} for" if label else "estimated in"
        return (
            f"The real trial's interval, of secondary schools, leaves out {change} like those "
            f"{shown} {where}"
        )
    if len(known) < len(found):
        return "The trial's interval contains each estimate of a pilot that can be shown"
    return "The trial's interval contains the estimate of every pilot"


def trial_design(
    published_facts: dict[str, Fact], trial: dict[str, float], trial_sources: dict[str, str]
) -> Table:
    """Show how the trial differed from the pilots."""
    own = [fact for name, fact in published_facts.items() if name.startswith("schools_")]
    schools = sum(int(fact.value) for fact in own)
    keys = dict.fromkeys(trial_sources.values())
    lines = (
        ("Local authorities", published_facts["pilots"].value, words.count(trial["authorities"])),
        (
            "Schools",
            f"{words.count(schools)} with a social worker",
            f"{words.count(trial['schools_planned'])} planned, half with a social worker; "
            f"{words.count(trial['schools'])} analysed",
        ),
        ("Kinds of school", "primary, secondary and special", "secondary"),
        (
            "How it was decided which schools got a social worker",
            "not fully published; no source reports random allocation",
            "at random",
        ),
        (
            "Pupils",
            "not published",
            f"about {words.count(trial['pupils'])} in the schools analysed",
        ),
    )
    return table(
        pd.DataFrame(lines, columns=["feature", "pilots", "trial"]),
        (
            Words("feature", "Feature", "What is compared", width=5),
            Words("pilots", "Pilots", "The pilots", width=8),
            Words("trial", "Trial", "The later trial", width=11),
        ),
        note=f"As published [{'; '.join(f'@{key}' for key in (SUMMARY, *keys))}].",
    )
