"""Figures of how the pilots worked, and of the trial that came later."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from analysis.exhibits import words
from analysis.exhibits.exhibit import Figure
from analysis.exhibits.rows import effects
from analysis.exhibits.style import GREY, INTERVENTION, PLUM, new_drawing, style, to_svg
from analysis.extracts import Origin
from analysis.study import Outcome, Pilot


def activity_types(
    activity_by_type: pd.DataFrame, pilots: tuple[Pilot, ...], origin: Origin
) -> Figure:
    """Draw how workers' hours were shared among types of activity."""
    names = [pilot.name for pilot in pilots]
    overall = activity_by_type.groupby("activity_type")["hours"].sum().sort_values()
    table = activity_by_type.pivot(index="activity_type", columns="pilot", values="percent")
    table = table.loc[overall.index, names]
    most = [f"{name}, {table[name].idxmax()} with {table[name].max():.0f}%" for name in names]
    alt = (
        "Bar charts, one a pilot, of the share of logged hours by type of activity. "
        f"The largest share is in {'; in '.join(most)}."
    )
    with style():
        drawing, axes = new_drawing(3.1, columns=len(names), sharey=True, sharex=True)
        for ax, name in zip(axes, names, strict=True):
            bars = ax.barh(range(len(table)), table[name], color=INTERVENTION, height=0.68)
            ax.bar_label(bars, labels=[f"{v:.0f}%" for v in table[name]], padding=2, fontsize=8.5)
            ax.set_yticks(range(len(table)), list(table.index))
            ax.set_title(name)
            ax.grid(visible=False)
            ax.set_xticks([])
            ax.spines["bottom"].set_visible(False)
        axes[0].set_xlim(0, 1.25 * float(table.to_numpy().max()))
        svg = to_svg(drawing, origin.label, alt)
    columns = {
        "pilot": "Local authority",
        "activity_type": "Type of activity",
        "hours": "Hours logged",
        "percent": "Share of the pilot's hours, per cent",
    }
    return Figure(svg, alt, activity_by_type[list(columns)], columns)


def trial_beside_pilots(
    main_effects: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    trial: dict[str, float],
    compared_period: str,
    origin: Origin,
) -> Figure:
    """Draw the later trial's result beside the pilots', on one scale."""
    found = effects(main_effects, outcomes[0].name)
    printed = words.interval(trial["ratio"], trial["ratio_low"], trial["ratio_high"], words.ratio)
    alt = (
        f"Forest plot of ratios for {outcomes[0].label} with 95% confidence intervals on a "
        "logarithmic axis: "
        + "; ".join(
            f"{e.pilot} "
            + (
                words.interval(e.ratio, e.ratio_low, e.ratio_high, words.ratio)
                if e.estimated
                else "not estimable"
            )
            for e in found
        )
        + f"; and, apart, the later randomised trial, {printed}."
    )
    with style():
        drawing, (ax,) = new_drawing(2.5)
        for y, each in enumerate(reversed(found), start=1):
            if each.estimated:
                ax.plot([each.ratio_low, each.ratio_high], [y, y], color=INTERVENTION, lw=2.2)
                ax.plot(each.ratio, y, "s", color=INTERVENTION, ms=7)
                text = words.interval(each.ratio, each.ratio_low, each.ratio_high, words.ratio)
            else:
                text = "not estimable"
            ax.annotate(text, (1.02, y), xycoords=("axes fraction", "data"), va="center")
        ax.plot([trial["ratio_low"], trial["ratio_high"]], [0, 0], color=PLUM, lw=2.2)
        ax.plot(trial["ratio"], 0, "D", color=PLUM, ms=7)
        ax.annotate(printed, (1.02, 0), xycoords=("axes fraction", "data"), va="center")
        ax.axvline(1, color=GREY, lw=1)
        ax.axhline(0.5, color="#B0B0B0", lw=0.8, ls=":")
        ax.set_xscale("log")
        ax.set_xticks([0.25, 0.5, 1, 2], ["0.25", "0.5", "1", "2"])
        ax.minorticks_off()
        ax.set_yticks(
            range(len(found) + 1), ["Randomised trial", *(e.pilot for e in reversed(found))]
        )
        ax.set_ylim(-0.6, len(found) + 0.6)
        ax.grid(visible=False, axis="y")
        ax.set_xlabel("Ratio; below 1 is lower where social workers were in schools")
        label = f"{origin.label} (pilots); published result (trial)" if origin.label else ""
        svg = to_svg(drawing, label, alt)
    pilots = pd.DataFrame([asdict(each) for each in found])
    pilots = pilots[["pilot", "ratio", "ratio_low", "ratio_high"]].rename(
        columns={"pilot": "study"}
    )
    limits = {name: trial[name] for name in ("ratio", "ratio_low", "ratio_high")}
    data = pd.concat([pilots, pd.DataFrame([{"study": "Randomised trial", **limits}])])
    columns = {
        "study": "Pilot, or the later trial as published",
        "ratio": "Ratio of rates",
        "ratio_low": "Lower limit of its 95% confidence interval",
        "ratio_high": "Upper limit of its 95% confidence interval",
    }
    return Figure(svg, alt, data.reset_index(drop=True), columns, compared_period)
