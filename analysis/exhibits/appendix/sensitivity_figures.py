"""The figure of the specification curve of the primary effects."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.exhibits.parts import words
from analysis.exhibits.parts.disclosure_check import coarse, printed_precision
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.forest import ratio_ticks
from analysis.exhibits.parts.style import GREY, INTERVENTION, MUTED, PLUM, legend, new_drawing
from analysis.extract.extract import Origin
from analysis.models.primary.estimates import COLUMNS as ESTIMATES
from analysis.study.terms import Terms

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

Row = Mapping[Hashable, Any]


def specification_curve_plot(
    curve_estimates: pd.DataFrame,
    primary_effects: pd.DataFrame,
    curve_tests: pd.DataFrame,
    curve_outlines: pd.DataFrame,
    compared_period: str,
    origin: Origin,
    terms: Terms,
) -> Figure:
    """Draw the specification curve: each pilot's estimates by size, the reported one marked."""
    estimated = curve_estimates.loc[curve_estimates["status"] == "estimated"]
    reported = primary_effects.set_index("pilot")["ratio"]
    pilots = list(curve_tests["pilot"])
    alt = (
        f"Specification curves of {words.inside(terms.primary)}, one a {terms.site}: ratios of "
        "rate ratios with 95% intervals on a logarithmic axis, from the smallest to the largest. "
        + " ".join(_curve_said(row) for row in curve_tests.to_dict("records"))
    )

    def draw() -> Drawing:
        return _draw_curves(estimated, pilots, reported)

    shown = ["pilot", "label", "ratio", "ratio_low", "ratio_high"]
    columns = {name: ESTIMATES[name] for name in shown}
    return figure(
        draw, estimated, columns, alt=alt, message=_message(estimated, curve_outlines),
        label=origin.label, period=compared_period, marks="ratio",
    )  # fmt: skip


def _draw_curves(estimated: pd.DataFrame, pilots: list[str], reported: pd.Series) -> Drawing:
    drawing, axes = new_drawing(1.2, rows=len(pilots), around=0.75, sharey=True)
    for ax, pilot in zip(axes, pilots, strict=True):
        rows = estimated.loc[estimated["pilot"] == pilot].sort_values("log_ratio")
        if len(rows):
            _draw_curve(ax, rows, reported.get(pilot))
        else:
            ax.annotate("none may be shown", (0.02, 0.5), xycoords="axes fraction")
            ax.set_xticks([])
        ax.set_title(f"{pilot}: ratio of rate ratios" if ax is axes[0] else pilot)
    axes[-1].set_xlabel("Specifications, by the size of their ratio")
    both = (zip(*ax.get_legend_handles_labels(), strict=True) for ax in axes)
    named = {name: mark for pairs in both for mark, name in pairs}
    legend(drawing, list(named.values()), 2)
    return drawing


def _message(estimated: pd.DataFrame, curve_outlines: pd.DataFrame) -> str:
    """State which specifications are drawn, and on which side of no change they lie.

    Those drawn are no sample of all, so the line says which they are.
    """
    if estimated.empty:
        return "No specification may be shown"
    every = curve_outlines.loc[curve_outlines["choice"] == "all"].set_index("pilot")
    sides: dict[str, list[str]] = {}
    for pilot in every.index:
        ratios = estimated.loc[estimated["pilot"] == pilot, "ratio"]
        if ratios.empty:
            continue
        side = "on both sides of no change"
        if ratios.max() < 1:
            side = "below no change"
        elif ratios.min() > 1:
            side = "above no change"
        sides.setdefault(side, []).append(str(pilot))
    several = len(every) > 1
    where = [
        f"{side} in {words.listed(pilots)}" if several else side for side, pilots in sides.items()
    ]
    return (
        "The specifications that may be shown, those nearest the main analysis, lie "
        f"{words.listed(where)}"
    )


def _draw_curve(ax: Axes, rows: pd.DataFrame, reported: float | None) -> None:
    import seaborn as sns

    rows, places = coarse(rows), range(len(rows))
    ax.vlines(places, rows["ratio_low"], rows["ratio_high"], color=MUTED, lw=1.2)
    sns.scatterplot(x=list(places), y=rows["ratio"].to_numpy(), color=INTERVENTION, s=14,
                    linewidth=0, label="Specification, with 95% interval", legend=False,
                    ax=ax)  # fmt: skip
    if reported is not None:
        ax.axhline(printed_precision(reported), color=PLUM, lw=1.2, ls="--", label="As reported")
    ax.axhline(1, color=GREY, lw=1)
    _log_ticks(ax, rows)
    ax.set(xticks=[], xlabel="", ylabel="")


def _log_ticks(ax: Axes, rows: pd.DataFrame) -> None:
    ax.set_yscale("log")
    if len(rows):
        ratio_ticks(ax.yaxis, min(0.5, rows["ratio_low"].min()), max(2, rows["ratio_high"].max()))


def _curve_said(row: Row) -> str:
    if row["status"] != "estimated":
        return f"{row['pilot']}: {words.no_estimate(str(row['reason']))}."
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
