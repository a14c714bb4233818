"""The figure of what the primary effects hang on: the specification curve."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.exhibits.parts import words
from analysis.exhibits.parts.clearance import coarse, printed_precision
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.style import GREY, INTERVENTION, PLUM, new_drawing, style, to_svg
from analysis.extract.extract import Origin
from analysis.models.primary.estimates import COLUMNS as ESTIMATES

TICKS = (0.06, 0.125, 0.25, 0.5, 1, 2, 4, 8)
Row = Mapping[Hashable, Any]


def specification_curve_plot(
    curve_estimates: pd.DataFrame,
    primary_effects: pd.DataFrame,
    curve_tests: pd.DataFrame,
    compared_period: str,
    origin: Origin,
) -> Figure:
    """Draw each pilot's estimates that may be shown by size, the reported one marked."""
    estimated = curve_estimates.loc[curve_estimates["status"] == "estimated"]
    reported = primary_effects.set_index("pilot")["ratio"]
    pilots = list(curve_tests["pilot"])
    alt = (
        "Specification curves of section 47 enquiries, one a pilot: ratios of rate ratios with 95% "
        "intervals on a logarithmic axis, from the smallest to the largest. "
        + " ".join(_curve_said(row) for row in curve_tests.to_dict("records"))
    )
    with style():
        drawing, axes = new_drawing(0.6 + 1.35 * len(pilots), rows=len(pilots), sharey=True)
        for ax, pilot in zip(axes, pilots, strict=True):
            rows = estimated.loc[estimated["pilot"] == pilot].sort_values("log_ratio")
            ax.set_title(pilot)
            if len(rows):
                _draw_curve(ax, rows, reported.get(pilot))
            else:
                ax.annotate("none may be shown", (0.02, 0.5), xycoords="axes fraction")
        axes[-1].set_xlabel("Specifications, by the size of their ratio")
        if len(estimated):
            both = (zip(*ax.get_legend_handles_labels(), strict=True) for ax in axes)
            named = {name: mark for pairs in both for mark, name in pairs}
            axes[0].legend(named.values(), named.keys(), loc="lower right", fontsize=8)
        else:
            for ax in axes:
                ax.set(xticks=[], yticks=[])
        drawing.supylabel("Ratio of rate ratios", fontsize=9.5)
        svg = to_svg(drawing, origin.label, alt)
    shown = ["pilot", "label", "ratio", "ratio_low", "ratio_high"]
    columns = {name: ESTIMATES[name] for name in shown}
    return Figure(svg, alt, estimated[shown], columns, compared_period)


def _draw_curve(ax: Axes, rows: pd.DataFrame, reported: float | None) -> None:
    rows, places = coarse(rows), range(len(rows))
    ax.vlines(places, rows["ratio_low"], rows["ratio_high"], color="#B9C7D6", lw=1.2)
    ax.plot(places, rows["ratio"], ".", color=INTERVENTION, ms=4, label="Specification")
    if reported is not None:
        ax.axhline(printed_precision(reported), color=PLUM, lw=1.2, ls="--", label="As reported")
    ax.axhline(1, color=GREY, lw=1)
    _log_ticks(ax, rows)
    ax.set_xticks([])


def _log_ticks(ax: Axes, rows: pd.DataFrame) -> None:
    rows = coarse(rows)
    low, high = rows["ratio_low"].min(), rows["ratio_high"].max()
    ticks = [tick for tick in TICKS if low * 0.8 <= tick <= high * 1.25]
    ax.set_yscale("log")
    ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()


def _curve_said(row: Row) -> str:
    if row["status"] != "estimated":
        return f"{row['pilot']}: not estimable."
    low, high, median = (
        words.ratio(row[name]) for name in ("smallest_ratio", "largest_ratio", "median_ratio")
    )
    shown = row["specifications"] - row["withheld"]
    if not shown:
        return f"{row['pilot']}: none of {row['specifications']:.0f} may be shown."
    return (
        f"{row['pilot']}: {shown:.0f} ratios that may be shown, of "
        f"{row['specifications']:.0f}, from {low} to {high}, median {median}."
    )
