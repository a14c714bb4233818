"""Figures of rates and effects. A function's name is the label under which it is shown."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd
from hamilton.function_modifiers import config, resolve

from analysis.disclosure.outcomes import ReleasedOutcomes
from analysis.exhibits.families import CONFIG_AVAILABLE, by_outcome
from analysis.exhibits.parts import words
from analysis.exhibits.parts.disclosure_check import coarse
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
from analysis.exhibits.parts.messages import change_message, effects_message
from analysis.exhibits.parts.rows import effect, effects
from analysis.exhibits.parts.style import COMPARISON, GREY, INTERVENTION, legend, new_drawing
from analysis.extract.extract import Origin
from analysis.models.inputs.rate_units import MONTHLY
from analysis.study.settings import Outcome, Window
from analysis.study.terms import Terms

if TYPE_CHECKING:
    from matplotlib.axes import Axes
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
        message=effects_message(change_judgements, outcomes, terms.site),
        label=origin.label, period=compared_period, marks="ratio",
    )  # fmt: skip


ARMS = (
    ("intervention", INTERVENTION, "-", "o"),
    ("comparison", COMPARISON, "--", "s"),
)
COMPARED, SHADE_EDGE = "#E3E9F0", "#9AA7B5"
"""Background colour of the months that are compared, and its edge in the key."""
COLUMNS = {
    "pilot": "",
    "arm": "",
    "term": "School term; or the months compared, before and after the start",
    "middle": "",
    "events": "Number of events or days; c is confidential",
    "pupil_months": "Pupils on roll, added up over months",
    "rate": f"Events or days {MONTHLY.words}",
}
"""Columns with their meanings; empty where those are in the words of the study."""
PERIODS = {"before": "months compared, before", "after": "months compared, after"}


@config.when(together=False)
@resolve(
    when=CONFIG_AVAILABLE,
    decorate_with=lambda outcome_names: by_outcome(outcome_names, "rates"),
)
def rates(
    rates_term: pd.DataFrame,
    rates_before_after: pd.DataFrame,
    main_effects: pd.DataFrame,
    change_judgements: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    window: Window,
    panel_period: str,
    released_outcomes: ReleasedOutcomes,
    origin: Origin,
    terms: Terms,
    drawn: str,
) -> Figure:
    """Draw the rate of one outcome in every term, with a panel per pilot and a line per group."""
    (outcome,) = (each for each in outcomes if each.name == drawn)
    by_term = rates_term.loc[rates_term["outcome"] == outcome.name]
    means = rates_before_after.loc[rates_before_after["outcome"] == outcome.name]
    headings = {pilot: _heading(main_effects, outcome, pilot) for pilot in outcome.pilots}
    alt = (
        f"Line charts, one a {terms.site}, of {outcome.label} {MONTHLY.words} in each of "
        f"{by_term['term'].nunique()} school terms, with one line for "
        f"{words.inside(terms.treated)} and one for {words.inside(terms.untreated)}, and a bar for "
        "the mean of each over the months that are compared, whose background is shaded; a dotted "
        f"line marks the start of the {terms.site}. "
        f"{_before_and_after(means, outcome.pilots)}"
    )

    columns = COLUMNS | {
        "pilot": terms.place,
        "arm": terms.groups,
        "middle": f"Middle of the term in months from the {terms.site}'s start",
    }

    def draw() -> Drawing:
        return _drawing(outcome, by_term, means, window, headings, terms)

    spans = {"before": -12 + window.months_after / 2, "after": window.months_after / 2}
    compared = means.assign(
        term=means["window"].map(PERIODS), middle=means["window"].map(spans) - 0.5
    )
    data = pd.concat([by_term[list(COLUMNS)], compared[list(COLUMNS)]], ignore_index=True)
    return figure(
        draw, data, columns, alt=alt,
        message=change_message(change_judgements, outcome, terms.site),
        label=origin.label, period=panel_period, status=released_outcomes.statuses["terms"],
        marks="rate",
    )  # fmt: skip


def _heading(main_effects: pd.DataFrame, outcome: Outcome, pilot: str) -> str:
    """Return the heading of a pilot's panel: its name and the effect estimated there."""
    found = effect(main_effects, outcome.name, pilot)
    if not found.estimated:
        return f"{pilot}\n{words.no_estimate(found.reason)}"
    ends = words.ratio_interval(found.ratio, found.ratio_low, found.ratio_high)
    return f"{pilot}\nratio {ends}"


def _drawing(
    outcome: Outcome,
    by_term: pd.DataFrame,
    means: pd.DataFrame,
    window: Window,
    headings: dict[str, str],
    terms: Terms,
) -> Drawing:
    pilots = outcome.pilots
    drawing, axes = new_drawing(1.55, columns=len(pilots), around=1.4, sharex=True, sharey=True)
    for ax, pilot in zip(axes, pilots, strict=True):
        own, of_periods = (each.loc[each["pilot"] == pilot] for each in (by_term, means))
        _draw_panel(ax, own, of_periods, window)
        ax.set_title(headings[pilot], fontweight="normal")
    highest = pd.concat([by_term["rate"], means["rate"]]).astype(float).max()
    # A shared axis always includes zero, and does not go below it where all rates are zero.
    axes[0].set_ylim(0, 1.12 * highest if highest > 0 else 1)
    places = by_term.groupby("term")["middle"].mean().sort_values()
    shown = places.iloc[::3]  # a year apart, as there is no room to name each term
    for ax in axes:
        ax.set_xticks(places, minor=True)
        ax.set_xticks(shown, [term.replace(" ", "\n", 1) for term in shown.index])
        ax.set(xlabel="", ylabel="")
    legend(drawing, _handles(terms), 3, title=f"{outcome.label}, {MONTHLY.words}")
    return drawing


def _draw_panel(ax: Axes, terms: pd.DataFrame, means: pd.DataFrame, window: Window) -> None:
    import seaborn as sns

    for start in (-12.5, -0.5):
        ax.axvspan(start, start + window.months_after, color=COMPARED, lw=0, zorder=0)
    ax.axvline(-0.5, color=GREY, lw=0.9, ls=":")
    for arm, colour, dash, marker in ARMS:
        line = terms.loc[terms["arm"] == arm].sort_values("middle")
        drawn = line.assign(rate=coarse(line[["rate"]].astype(float))["rate"])
        # A withheld count leaves a gap, which the line must not bridge.
        drawn["run"] = drawn["rate"].isna().cumsum()
        if drawn["rate"].notna().any():  # without data seaborn draws no line
            sns.lineplot(drawn, x="middle", y="rate", units="run", estimator=None, color=colour,
                         ls=dash, lw=1.0, marker=marker, ms=4, alpha=0.75, legend=False,
                         ax=ax)  # fmt: skip
        for start, which in ((-12.5, "before"), (-0.5, "after")):
            mean = means.loc[(means["arm"] == arm) & (means["window"] == which), "rate"]
            ends = [start, start + window.months_after]
            level = [float(coarse(mean.to_frame())["rate"].iloc[0])] * 2 if len(mean) else []
            ax.plot(ends[: len(level)], level, color=colour, lw=3.4, ls=dash[:1],
                    solid_capstyle="butt")  # fmt: skip


def _handles(terms: Terms) -> list[Any]:
    """Return the key to everything that is drawn: lines, bars, shading and the dotted line."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    said = (terms.treated, terms.untreated)

    lines = [
        Line2D([], [], color=colour, ls=dash, marker=marker, ms=5, lw=1.2, label=label)
        for label, (_, colour, dash, marker) in zip(said, ARMS, strict=True)
    ]
    means = tuple(
        Line2D([], [], color=colour, lw=3.4, label="Mean of these months") for _, colour, *_ in ARMS
    )
    months = Patch(facecolor=COMPARED, edgecolor=SHADE_EDGE, lw=0.6, label="Months compared")
    start = Line2D([], [], color=GREY, lw=0.9, ls=":", label=f"Start of the {terms.site}")
    return [*lines, months, means, start]


def _before_and_after(means: pd.DataFrame, pilots: tuple[str, ...]) -> str:
    """Describe how the mean rate of the months compared differs before and after."""
    parts = []
    for pilot in pilots:
        said = []
        for arm, *_ in ARMS:
            own = means.loc[(means["pilot"] == pilot) & (means["arm"] == arm)]
            rates = own.set_index("window")["rate"].astype(float)
            said.append(" to ".join(_said(rates.get(which)) for which in ("before", "after")))
        parts.append(
            f"In {pilot} the mean goes from {said[0]}, and in comparison schools from {said[1]}."
        )
    return " ".join(parts)


def _said(rate: float | None) -> str:
    return "what is not shown" if rate is None or pd.isna(rate) else words.rate(rate, 2)
