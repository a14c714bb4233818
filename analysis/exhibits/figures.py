"""The figures of the outcomes. A function's name is the label under which it is shown."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from analysis.disclosure import DisclosureRules
from analysis.exhibits import words
from analysis.exhibits.exhibit import Figure
from analysis.exhibits.rows import Effect, effects, release_rates
from analysis.exhibits.style import COMPARISON, GREY, INTERVENTION, new_drawing, style, to_svg
from analysis.extracts import Origin
from analysis.study import Outcome, Pilot

ARMS = (
    ("intervention", "Schools with a social worker", INTERVENTION, "-", "o"),
    ("comparison", "Comparison schools", COMPARISON, "--", "s"),
)


def rates_by_term(
    rates_term: pd.DataFrame,
    pilots: tuple[Pilot, ...],
    outcomes: tuple[Outcome, ...],
    panel_period: str,
    disclosure_rules: DisclosureRules,
    origin: Origin,
) -> Figure:
    """Draw the rate of the primary outcome in every term, by pilot and arm."""
    primary = outcomes[0]
    chosen = rates_term.loc[rates_term["outcome"] == primary.name]
    data, status = release_rates(chosen, disclosure_rules)
    names = [pilot.name for pilot in pilots]
    alt = (
        f"Line charts, one a pilot, of {primary.label} per 1,000 pupils a month in each of "
        f"{data['term'].nunique()} school terms, with one line for schools with a social worker "
        f"and one for comparison schools. {_before_and_after(data, names)}"
    )
    with style():
        drawing, axes = new_drawing(6.6, rows=len(names), sharex=True, sharey=True)
        for ax, name in zip(axes, names, strict=True):
            for arm, label, colour, dash, marker in ARMS:
                line = data.loc[(data["pilot"] == name) & (data["arm"] == arm)].sort_values(
                    "middle"
                )
                ax.plot(line["middle"], line["rate"].astype(float), dash, color=colour,
                        marker=marker, ms=4, label=label)  # fmt: skip
            ax.axvline(-0.5, color=GREY, lw=0.9, ls=":")
            ax.set_title(name)
            ax.set_ylim(bottom=0)
        terms = data.groupby("term")["middle"].mean().sort_values()
        axes[-1].set_xticks(terms, [term.replace(" ", "\n", 1) for term in terms.index])
        axes[0].annotate("pilot starts", (-0.5, 1), xycoords=("data", "axes fraction"),
                         xytext=(4, -9), textcoords="offset points", color=GREY)  # fmt: skip
        axes[len(axes) // 2].set_ylabel("Per 1,000 pupils a month")
        drawing.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=2)
        svg = to_svg(drawing, origin.label, alt)
    columns = {
        "pilot": "Local authority",
        "arm": "Schools with a social worker (intervention) or comparison schools",
        "term": "School term",
        "middle": "Middle of the term in months from the pilot's start",
        "events": f"{primary.label}, number",
        "pupil_months": "Pupils on roll, added up over months",
        "rate": f"{primary.label} per 1,000 pupils a month",
    }
    return Figure(svg, alt, data[list(columns)], columns, panel_period, status)


def effect_forest(
    effect_estimates: pd.DataFrame,
    pilots: tuple[Pilot, ...],
    outcomes: tuple[Outcome, ...],
    panel_period: str,
    origin: Origin,
) -> Figure:
    """Draw the effect of each pilot on the primary outcome, with its interval."""
    primary = outcomes[0]
    estimates = effects(effect_estimates, primary.name, pilots)
    estimated = [each for each in estimates if each.estimated]
    parts = [f"{each.pilot} {words.ratio(each.ratio)}, from {_limits(each)}" for each in estimated]
    alt = (
        f"Forest plot of the ratio of rate ratios for {primary.label}, with 95% confidence "
        f"intervals, one row a pilot, on a logarithmic axis with a line at 1, no effect: "
        f"{'; '.join(parts)}."
    )
    with style():
        drawing, (ax,) = new_drawing(2.3)
        for y, each in enumerate(reversed(estimates)):
            if not each.estimated:
                ax.text(1, y, f"not estimable: {each.reason}", va="center", fontsize=8.5)
                continue
            ax.plot([each.ratio_low, each.ratio_high], [y, y], color=INTERVENTION, lw=2.2)
            ax.plot(each.ratio, y, "s", color=INTERVENTION, ms=7)
            printed = f"{words.ratio(each.ratio)} ({_limits(each)})"
            ax.annotate(printed, (1.02, y), xycoords=("axes fraction", "data"), va="center")
        ax.axvline(1, color=GREY, lw=1)
        ax.set_xscale("log")
        ticks = _ratio_ticks(estimated)
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
        ax.set_yticks(range(len(estimates)), [each.pilot for each in reversed(estimates)])
        ax.set_ylim(-0.6, len(estimates) - 0.4)
        ax.grid(visible=False, axis="y")
        ax.set_xlabel("Ratio of rate ratios (below 1: fewer enquiries where social workers were)")
        svg = to_svg(drawing, origin.label, alt)
    columns = {
        "pilot": "Local authority",
        "ratio": "Ratio of rate ratios, intervention against comparison schools",
        "ratio_low": "Lower limit of its 95% confidence interval",
        "ratio_high": "Upper limit of its 95% confidence interval",
        "status": "Whether the effect could be estimated",
        "reason": "Why not, if not",
    }
    data = pd.DataFrame([asdict(each) for each in estimates])[list(columns)]
    return Figure(svg, alt, data, columns, panel_period)


def _limits(effect: Effect) -> str:
    return f"{words.ratio(effect.ratio_low)} to {words.ratio(effect.ratio_high)}"


def _before_and_after(data: pd.DataFrame, pilots: list[str]) -> str:
    """Say in words how the mean of the terms' rates differs before and after the start."""
    parts = []
    for pilot in pilots:
        means = []
        for arm, *_ in ARMS:
            line = data.loc[(data["pilot"] == pilot) & (data["arm"] == arm)]
            before = line.loc[line["middle"] < 0, "rate"].mean()
            after = line.loc[line["middle"] >= 0, "rate"].mean()
            means.append(f"{words.rate(before, 2)} to {words.rate(after, 2)}")
        parts.append(f"In {pilot} the mean goes from {means[0]}, and in comparison schools from "
                     f"{means[1]}.")  # fmt: skip
    return " ".join(parts)


def _ratio_ticks(estimated: list[Effect]) -> list[float]:
    low = min([0.5, *(each.ratio_low for each in estimated)])
    high = max([2.0, *(each.ratio_high for each in estimated)])
    every = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]
    return [tick for tick in every if low * 0.9 <= tick <= high * 1.1]
