"""Figures of what the primary effects hang on: the specification curve, and all pilots."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.style import GREY, INTERVENTION, PLUM, TEAL, new_drawing, style, to_svg
from analysis.extract.extract import Origin
from analysis.models.primary.estimates import COLUMNS as ESTIMATES
from analysis.study.settings import Outcome

TICKS = (0.06, 0.125, 0.25, 0.5, 1, 2, 4, 8)
Row = Mapping[Hashable, Any]
SUMMARIES = {
    "one-stage, period effects by pilot": "One stage",
    "fixed": "Fixed effect",
    "Paule-Mandel": "Paule–Mandel",
    "Paule-Mandel, Hartung-Knapp": "Hartung–Knapp",
    "Paule-Mandel, modified Hartung-Knapp": "Modified Hartung–Knapp",
}


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
            _draw_curve(ax, rows, reported.get(pilot))
            ax.set_title(pilot)
        axes[-1].set_xlabel("Specifications, by the size of their ratio")
        axes[0].legend(loc="lower right", fontsize=8)
        drawing.supylabel("Ratio of rate ratios", fontsize=9.5)
        svg = to_svg(drawing, origin.label, alt)
    shown = ["pilot", "label", "ratio", "ratio_low", "ratio_high"]
    columns = {name: ESTIMATES[name] for name in shown}
    return Figure(svg, alt, estimated[shown], columns, compared_period)


def pilots_and_summaries(
    primary_effects: pd.DataFrame,
    across_pilots: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    trial: dict[str, float],
    compared_period: str,
    origin: Origin,
) -> Figure:
    """Draw each pilot, the summaries of all, and apart from them the later trial."""
    summaries = across_pilots.loc[across_pilots["outcome"] == outcomes[0].name]
    pilots = primary_effects.assign(line=primary_effects["pilot"], kind="pilot")
    together = summaries.assign(line=summaries["method"].map(SUMMARIES), kind="summary")
    published = {name: trial[name] for name in ("ratio", "ratio_low", "ratio_high")}
    apart = pd.DataFrame([{"line": "Later trial", "kind": "trial", "status": "estimated"}])
    apart = apart.assign(**published)
    shown = ["line", "kind", "status", "reason", "ratio", "ratio_low", "ratio_high",
             "prediction_low", "prediction_high"]  # fmt: skip
    data = pd.concat([pilots, together, apart], ignore_index=True).reindex(columns=shown)
    alt = (
        f"Forest plot of {outcomes[0].label}: ratios with 95% intervals on a logarithmic axis for "
        "each pilot, for the summaries of all pilots with the interval for a further pilot as a "
        "thin line, and apart from them for the later trial, which is not pooled. "
        + "; ".join(f"{row['line']} {_printed(row)}" for row in data.to_dict("records"))
        + "."
    )
    with style():
        drawing, (ax,) = new_drawing(0.75 + 0.26 * len(data))
        _draw_forest(ax, data)
        label = f"{origin.label} (pilots); published result (trial)" if origin.label else ""
        svg = to_svg(drawing, label, alt)
    columns = {
        "line": "Pilot, way of summing up, or the later trial",
        "kind": "Pilot, summary of pilots, or trial",
        "status": ESTIMATES["status"],
        "reason": ESTIMATES["reason"],
        "ratio": ESTIMATES["ratio"],
        "ratio_low": ESTIMATES["ratio_low"],
        "ratio_high": ESTIMATES["ratio_high"],
        "prediction_low": "Lower end of the interval for a further pilot like these",
        "prediction_high": "Upper end of that interval",
    }
    return Figure(svg, alt, data, columns, compared_period)


def _draw_curve(ax: Axes, rows: pd.DataFrame, reported: float | None) -> None:
    places = range(len(rows))
    ax.vlines(places, rows["ratio_low"], rows["ratio_high"], color="#B9C7D6", lw=1.2)
    ax.plot(places, rows["ratio"], ".", color=INTERVENTION, ms=4, label="Specification")
    if reported is not None:
        ax.axhline(reported, color=PLUM, lw=1.2, ls="--", label="As reported")
    ax.axhline(1, color=GREY, lw=1)
    _log_ticks(ax, rows, "y")
    ax.set_xticks([])


def _draw_forest(ax: Axes, data: pd.DataFrame) -> None:
    """Draw a line a row, from the top; the trial stands below a rule."""
    colours = {"pilot": INTERVENTION, "summary": TEAL, "trial": PLUM}
    markers = {"pilot": "s", "summary": "D", "trial": "D"}
    for place, row in enumerate(data.to_dict("records")):
        y, colour = -place, colours[row["kind"]]
        if row["status"] == "estimated":
            ax.plot([row["prediction_low"], row["prediction_high"]], [y, y], color=colour, lw=0.8)
            ax.plot([row["ratio_low"], row["ratio_high"]], [y, y], color=colour, lw=2.4)
            ax.plot(row["ratio"], y, markers[row["kind"]], color=colour, ms=6)
        ax.annotate(_printed(row), (1.02, y), xycoords=("axes fraction", "data"), va="center")
    changes = data["kind"].ne(data["kind"].shift()).to_numpy().nonzero()[0][1:]
    for change in changes:
        ax.axhline(0.5 - change, color="#B0B0B0", lw=0.8, ls=":")
    ax.axvline(1, color=GREY, lw=1)
    ax.set_yticks([-place for place in range(len(data))], data["line"])
    ax.set_ylim(0.6 - len(data), 0.6)
    ax.grid(visible=False, axis="y")
    _log_ticks(ax, data, "x")
    ax.set_xlabel(
        "Ratio; below 1 is lower where social workers were in schools. Pilots: exploratory"
    )


def _log_ticks(ax: Axes, rows: pd.DataFrame, axis: str) -> None:
    low, high = rows["ratio_low"].min(), rows["ratio_high"].max()
    if "prediction_low" in rows:
        low = min(low, rows["prediction_low"].min())
        high = max(high, rows["prediction_high"].max())
    ticks = [tick for tick in TICKS if low * 0.8 <= tick <= high * 1.25]
    scale, put = (ax.set_yscale, ax.set_yticks) if axis == "y" else (ax.set_xscale, ax.set_xticks)
    scale("log")
    put(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()


def _curve_said(row: Row) -> str:
    if row["status"] != "estimated":
        return f"{row['pilot']}: not estimable."
    low, high, median = (
        words.ratio(row[name]) for name in ("smallest_ratio", "largest_ratio", "median_ratio")
    )
    return (
        f"{row['pilot']}: {row['specifications']:.0f} ratios from {low} to {high}, median {median}."
    )


def _printed(row: Row) -> str:
    if row["status"] != "estimated":
        return "not estimable"
    printed = words.ratio_as_published if row.get("kind") == "trial" else words.ratio
    return words.interval(row["ratio"], row["ratio_low"], row["ratio_high"], printed)
