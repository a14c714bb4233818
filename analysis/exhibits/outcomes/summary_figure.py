"""The figure of the executive summary: what the pilots found, and what the trial found later."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.exhibits.outcomes.figures import RATIO_TICKS, draw_effect, printed
from analysis.exhibits.parts import words
from analysis.exhibits.parts.area_lines import (
    BELOW,
    BY_AREA,
    EXPLORATORY,
    draw_by_area,
    finite_ends,
    legend_of_units,
    said_by_area,
)
from analysis.exhibits.parts.clearance import coarse, printed_precision
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.rows import Effect, effects, judgement
from analysis.exhibits.parts.style import GREY, PLUM, new_drawing, style, to_svg
from analysis.extract.extract import Origin
from analysis.study.settings import Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEADLINES = ("s47_enquiries", "s17_starts")
"""The outcomes in which the published summary saw falls."""
TRIAL = "Later trial"


def main_result(
    main_effects: pd.DataFrame,
    change_judgements: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    trial: dict[str, float],
    compared_period: str,
    origin: Origin,
) -> Figure:
    """Draw the two headline outcomes in each pilot and, apart, the trial's result."""
    labels = {outcome.name: outcome for outcome in outcomes}
    groups = [(labels[name], effects(main_effects, name)) for name in HEADLINES]
    published = words.interval(
        trial["ratio"], trial["ratio_low"], trial["ratio_high"], words.ratio_as_published
    )
    said = [
        f"{outcome.label}: " + ", ".join(f"{each.pilot} {printed(each)}" for each in group)
        for outcome, group in groups
    ]
    alt = (
        "Forest plot of ratios of rate ratios with 95% confidence intervals, one row a pilot, on "
        f"a logarithmic axis with a line at 1, which is no effect. {'. '.join(said)}. The later "
        f"randomised trial found {published} for {groups[0][0].label}. {EXPLORATORY}"
        f"{said_by_area(change_judgements.loc[change_judgements['outcome'].isin(HEADLINES)])}"
    )
    by_area = coarse(change_judgements)
    with style():
        drawing, (ax,) = new_drawing(0.9 + 0.25 * sum(len(group) + 1.5 for _, group in groups))
        y = 0.0
        ticks: list[tuple[float, str]] = []
        for outcome, group in groups:
            y -= 1.2
            _head(ax, y + 0.8, outcome)
            for each in group:
                draw_effect(ax, y, each)
                draw_by_area(ax, y - BELOW, judgement(by_area, outcome.name, each.pilot))
                _beside(ax, y, printed(each), _as_number(each))
                ticks.append((y, each.pilot))
                y -= 1
            if outcome is groups[0][0]:
                _draw_trial(ax, y, trial, published)
                ticks.append((y, TRIAL))
                y -= 1
        own = by_area.loc[by_area["outcome"].isin(HEADLINES)]
        every = [each for _, group in groups for each in group]
        _finish(ax, every, finite_ends(own), ticks, y)
        legend_of_units(drawing)
        label = f"{origin.label} (pilots); published result (trial)" if origin.label else ""
        svg = to_svg(drawing, label, alt)
    columns = {
        "outcome": "Outcome",
        "study": "Pilot, or the later trial as published",
        "ratio": "Ratio of rate ratios; of rates in the trial",
        "ratio_low": "Lower limit of its 95% confidence interval",
        "ratio_high": "Upper limit of its 95% confidence interval",
        "difference": "The same as a number of events over the pilot's months",
        **BY_AREA,
    }
    rows = [asdict(each) for _, group in groups for each in group]
    data = pd.DataFrame(rows).merge(
        change_judgements[["outcome", "pilot", *BY_AREA]], on=["outcome", "pilot"]
    )
    data = data.rename(columns={"pilot": "study"})
    limits = {name: trial[name] for name in ("ratio", "ratio_low", "ratio_high")}
    later = pd.DataFrame([{"outcome": HEADLINES[0], "study": TRIAL, **limits}])
    data = pd.concat([data, later], ignore_index=True)[list(columns)]
    return Figure(svg, alt, data, columns, compared_period)


def _head(ax: Axes, y: float, outcome: Outcome) -> None:
    """Print an outcome's name above its rows, and what stands at their right."""
    ax.annotate(outcome.label, (0.01, y), xycoords=("axes fraction", "data"), va="center",
                fontweight="bold")  # fmt: skip
    _beside(ax, y, "Ratio (95% interval)", outcome.unit.capitalize(), color=GREY, fontsize=8.5)


def _beside(ax: Axes, y: float, estimate: str, number: str, **font: Any) -> None:
    """Print an estimate, and the number it amounts to, in columns at the right."""
    for text, points in ((estimate, 8), (number, 135)):
        ax.annotate(text, (1, y), xycoords=("axes fraction", "data"), xytext=(points, 0),
                    textcoords="offset points", va="center", **font)  # fmt: skip


def _draw_trial(ax: Axes, y: float, trial: dict[str, float], text: str) -> None:
    ax.plot([trial["ratio_low"], trial["ratio_high"]], [y, y], color=PLUM, lw=2.2)
    ax.plot(trial["ratio"], y, "D", color=PLUM, ms=6)
    _beside(ax, y, text, "")


def _finish(
    ax: Axes,
    found: list[Effect],
    ends: tuple[list[float], list[float]],
    ticks: list[tuple[float, str]],
    lowest: float,
) -> None:
    """Scale the axis to what is drawn, and name the rows."""
    estimated = [each for each in found if each.estimated]
    low = min([0.5, *ends[0], *(printed_precision(each.ratio_low) for each in estimated)])
    high = max([2.0, *ends[1], *(printed_precision(each.ratio_high) for each in estimated)])
    marks = [tick for tick in RATIO_TICKS if low * 0.9 <= tick <= high * 1.1]
    ax.axvline(1, color=GREY, lw=1)
    ax.set_xscale("log")
    ax.set_xticks(marks, [f"{mark:g}" for mark in marks])
    ax.minorticks_off()
    ax.set_xlim(low * 0.85, high * 1.15)
    ax.set_yticks([at for at, _ in ticks], [name for _, name in ticks])
    ax.set_ylim(lowest + 0.3, 0)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("Exploratory. Below 1: fewer where social workers were in schools")


def _as_number(each: Effect) -> str:
    return words.more_or_fewer(each.difference) if each.estimated else ""
