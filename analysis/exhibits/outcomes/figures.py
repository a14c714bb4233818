"""The figures of the outcomes. A function's name is the label under which it is shown."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure.outcomes import ReleasedOutcomes
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
from analysis.exhibits.parts.style import COMPARISON, GREY, INTERVENTION, new_drawing, style, to_svg
from analysis.extract.extract import Origin
from analysis.models.inputs.rate_units import MONTHLY
from analysis.study.settings import Outcome

ARMS = (
    ("intervention", "Schools with a social worker", INTERVENTION, "-", "o"),
    ("comparison", "Comparison schools", COMPARISON, "--", "s"),
)
RATIO_TICKS = (0.03, 0.06, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32)


def rates_s47(
    rates_term: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    panel_period: str,
    released_outcomes: ReleasedOutcomes,
    origin: Origin,
) -> Figure:
    """Draw the rate of section 47 enquiries in every term, by pilot and arm."""
    outcome = _named(outcomes, "s47_enquiries")
    return _rates(rates_term, outcome, panel_period, released_outcomes, origin)


def rates_s17(
    rates_term: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    panel_period: str,
    released_outcomes: ReleasedOutcomes,
    origin: Origin,
) -> Figure:
    """Draw the rate of section 17 starts in every term, by pilot and arm."""
    outcome = _named(outcomes, "s17_starts")
    return _rates(rates_term, outcome, panel_period, released_outcomes, origin)


def rates_referrals(
    rates_term: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    panel_period: str,
    released_outcomes: ReleasedOutcomes,
    origin: Origin,
) -> Figure:
    """Draw the rate of referrals from school in every term, by pilot and arm."""
    outcome = _named(outcomes, "referrals")
    return _rates(rates_term, outcome, panel_period, released_outcomes, origin)


def rates_days_in_care(
    rates_term: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    panel_period: str,
    released_outcomes: ReleasedOutcomes,
    origin: Origin,
) -> Figure:
    """Draw the rate of days in care in every term, by pilot and arm."""
    outcome = _named(outcomes, "days_in_care")
    return _rates(rates_term, outcome, panel_period, released_outcomes, origin)


def effect_forest(
    main_effects: pd.DataFrame,
    change_judgements: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    origin: Origin,
) -> Figure:
    """Draw the effect of each pilot on each outcome, with its interval by school and by area."""
    groups = [(outcome, effects(main_effects, outcome.name)) for outcome in outcomes]
    estimated = [each for _, group in groups for each in group if each.estimated]
    said = [
        f"{outcome.label}: " + ", ".join(f"{e.pilot} {printed(e)}" for e in group)
        for outcome, group in groups
    ]
    alt = (
        "Forest plot of ratios of rate ratios with 95% confidence intervals, one row for each "
        "outcome and pilot, on a logarithmic axis with a line at 1, which is no effect. "
        f"{'. '.join(said)}. {EXPLORATORY}{said_by_area(change_judgements)}"
    )
    lines = sum(len(group) + 1.3 for _, group in groups)
    by_area = coarse(change_judgements)
    with style():
        drawing, (ax,) = new_drawing(1.0 + 0.27 * lines)
        y = 0.0
        ticks: list[tuple[float, str]] = []
        for outcome, group in groups:
            y -= 1.3
            ax.annotate(outcome.label, (0, y + 0.72), xycoords=("axes fraction", "data"),
                        xytext=(4, 0), textcoords="offset points", fontweight="bold", va="center",
                        fontsize=9)  # fmt: skip
            for each in group:
                draw_effect(ax, y, each)
                draw_by_area(ax, y - BELOW, judgement(by_area, outcome.name, each.pilot))
                ax.annotate(printed(each), (1.02, y), xycoords=("axes fraction", "data"),
                            va="center")  # fmt: skip
                ticks.append((y, each.pilot))
                y -= 1
        ax.axvline(1, color=GREY, lw=1)
        ax.set_xscale("log")
        lows, highs = finite_ends(by_area)
        low = min([0.5, *lows, *(printed_precision(each.ratio_low) for each in estimated)])
        high = max([2.0, *highs, *(printed_precision(each.ratio_high) for each in estimated)])
        marks = [tick for tick in RATIO_TICKS if low * 0.9 <= tick <= high * 1.1]
        ax.set_xticks(marks, [f"{mark:g}" for mark in marks])
        ax.minorticks_off()
        ax.set_xlim(low * 0.85, high * 1.15)
        ax.set_yticks([at for at, _ in ticks], [name for _, name in ticks])
        ax.set_ylim(y + 0.3, 0)
        ax.grid(visible=False, axis="y")
        ax.set_xlabel("Exploratory. Ratio; below 1 is lower where social workers were in schools")
        legend_of_units(drawing)
        svg = to_svg(drawing, origin.label, alt)
    columns = {
        "outcome": "Outcome",
        "pilot": "Local authority",
        "ratio": "Ratio of rate ratios, intervention against comparison schools",
        "ratio_low": "Lower limit of its 95% confidence interval",
        "ratio_high": "Upper limit of its 95% confidence interval",
        "status": "Whether the effect could be estimated",
        "reason": "Why not, if not",
        **BY_AREA,
    }
    data = pd.DataFrame([asdict(each) for _, group in groups for each in group])
    data = data.merge(change_judgements[["outcome", "pilot", *BY_AREA]], on=["outcome", "pilot"])
    return Figure(svg, alt, data[list(columns)], columns, compared_period)


def _named(outcomes: tuple[Outcome, ...], name: str) -> Outcome:
    return next(outcome for outcome in outcomes if outcome.name == name)


def _rates(
    rates_term: pd.DataFrame,
    outcome: Outcome,
    period: str,
    released: ReleasedOutcomes,
    origin: Origin,
) -> Figure:
    """Draw one outcome's rate in every term: a panel for each pilot, a line for each arm."""
    data = rates_term.loc[rates_term["outcome"] == outcome.name]
    status = released.statuses["terms"]
    alt = (
        f"Line charts, one a pilot, of {outcome.label} {MONTHLY.words} in each of "
        f"{data['term'].nunique()} school terms, with one line for schools with a social worker "
        f"and one for comparison schools. {_before_and_after(data, outcome.pilots)}"
    )
    with style():
        drawing, axes = new_drawing(2.15, columns=len(outcome.pilots), sharex=True, sharey=True)
        for ax, pilot in zip(axes, outcome.pilots, strict=True):
            for arm, label, colour, dash, marker in ARMS:
                line = data.loc[(data["pilot"] == pilot) & (data["arm"] == arm)]
                line = line.sort_values("middle")
                ax.plot(line["middle"], coarse(line[["rate"]].astype(float)), dash, color=colour,
                        marker=marker, ms=4, label=label)  # fmt: skip
            ax.axvline(-0.5, color=GREY, lw=0.9, ls=":")
            ax.set_title(pilot)
        if data["rate"].max() > 0:
            axes[0].set_ylim(0, 1.08 * data["rate"].max())  # shared; zero is always in sight
        terms = data.groupby("term")["middle"].mean().sort_values()
        # A year apart: a name for each term would not fit below.
        shown = terms.iloc[::3]
        for ax in axes:
            ax.set_xticks(terms, minor=True)
            ax.set_xticks(shown, [term.replace(" ", "\n", 1) for term in shown.index])
        axes[0].annotate("pilot\nstarts", (-0.5, 0), xycoords=("data", "axes fraction"),
                         xytext=(-4, 5), textcoords="offset points", color=GREY,
                         ha="right", fontsize=8)  # fmt: skip
        axes[0].set_ylabel(MONTHLY.heading)
        drawing.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=2)
        svg = to_svg(drawing, origin.label, alt)
    columns = {
        "pilot": "Local authority",
        "arm": "Schools with a social worker (intervention) or comparison schools",
        "term": "School term",
        "middle": "Middle of the term in months from the pilot's start",
        "events": f"{outcome.label}, number of {outcome.unit}; c is confidential",
        "pupil_months": "Pupils on roll, added up over months",
        "rate": f"{outcome.label} {MONTHLY.words}",
    }
    return Figure(svg, alt, data[list(columns)], columns, period, status)


def _before_and_after(data: pd.DataFrame, pilots: tuple[str, ...]) -> str:
    """Say in words how the mean of the terms' rates differs before and after the start."""
    parts = []
    for pilot in pilots:
        means = []
        for arm, *_ in ARMS:
            line = data.loc[(data["pilot"] == pilot) & (data["arm"] == arm)]
            before, after = (
                _mean_said(line.loc[side, "rate"])
                for side in (line["middle"] < 0, line["middle"] >= 0)
            )
            means.append(f"{before} to {after}")
        parts.append(
            f"In {pilot} the mean goes from {means[0]}, and in comparison schools from {means[1]}."
        )
    return " ".join(parts)


def _mean_said(rates: pd.Series) -> str:
    """Return the mean rate of the terms that are shown, and how many these are if not all."""
    shown = rates.dropna()
    if shown.empty:
        return "what is not shown"
    few = f" ({len(shown)} of {len(rates)} terms shown)" if len(shown) < len(rates) else ""
    return f"{words.rate(shown.mean(), 2)}{few}"


def draw_effect(ax: Axes, y: float, each: Effect) -> None:
    """Draw one estimate with its interval."""
    if each.estimated:
        low, ratio, high = map(printed_precision, (each.ratio_low, each.ratio, each.ratio_high))
        ax.plot([low, high], [y, y], color=INTERVENTION, lw=2.2)
        ax.plot(ratio, y, "s", color=INTERVENTION, ms=6)


def printed(each: Effect) -> str:
    """Return an estimate with its interval as figures print it."""
    if not each.estimated:
        return words.no_estimate(each.reason)
    return words.interval(each.ratio, each.ratio_low, each.ratio_high, words.ratio)
