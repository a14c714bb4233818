"""The figure of what this design can see at all."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.style import GREY, INTERVENTION, PLUM, new_drawing, style, to_svg
from analysis.extract.extract import Origin
from analysis.models.design.detectable import COLUMNS as DETECTABLE
from analysis.study.settings import Outcome

TICKS = (0, 20, 40, 60, 80, 100)


def detectable_falls(
    detectable_effects: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    trial: dict[str, float],
    compared_period: str,
    origin: Origin,
) -> Figure:
    """Draw the smallest fall that each pilot would see, beside the falls the trial left open."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    rows = detectable_effects.to_dict("records")
    lines = [f"{labels[row['outcome']]}, {row['pilot']}" for row in rows]
    falls = detectable_effects["fall_percent"]
    open_to = max(0.0, 100 * (1 - trial["ratio_low"]))
    alt = (
        "Bar chart of the smallest fall, in per cent, that each pilot would detect with 80% power, "
        "one bar for each outcome and pilot. Falls that the later trial did not rule out reach to "
        f"{open_to:.1f}% and are shaded. "
        + "; ".join(f"{line} {_said(row)}" for line, row in zip(lines, rows, strict=True))
        + "."
    )
    with style():
        drawing, (ax,) = new_drawing(0.85 + 0.24 * len(rows))
        places = [-place for place in range(len(rows))]
        ax.axvspan(0, open_to, color=PLUM, alpha=0.25, lw=0)
        ax.hlines(places, 0, falls.fillna(0), color="#B9C7D6", lw=2)
        ax.plot(falls, places, "o", color=INTERVENTION, ms=6)
        for place, row in zip(places, rows, strict=True):
            ax.annotate(_said(row), (1.02, place), xycoords=("axes fraction", "data"), va="center")
        ax.annotate("left open by the later trial", (open_to, 0.75), color=PLUM, fontsize=8,
                    xytext=(4, 0), textcoords="offset points", va="center")  # fmt: skip
        ax.axvline(0, color=GREY, lw=1)
        ax.set_yticks(places, lines)
        ax.set_ylim(0.4 - len(rows), 1.2)
        ax.set_xlim(0, 100)
        ax.set_xticks(TICKS, [f"{tick}%" for tick in TICKS])
        ax.grid(visible=False, axis="y")
        ax.set_xlabel("Smallest fall that would be seen four times in five")
        svg = to_svg(drawing, origin.label, alt)
    shown = ["outcome", "pilot", "status", "reason", "fall_percent"]
    columns = {name: DETECTABLE[name] for name in shown}
    return Figure(svg, alt, detectable_effects[shown], columns, compared_period)


def _said(row: dict[object, object]) -> str:
    if row["status"] != "estimated":
        return "not estimable"
    fall = float(str(row["fall_percent"]))
    return "no fall" if fall != fall else f"{fall:.0f}%"  # NaN: none would be seen
