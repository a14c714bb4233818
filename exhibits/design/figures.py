"""The figure of the falls that this design can detect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.disclosure_check import coarse
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.style import (
    GREY,
    INTERVENTION,
    MUTED,
    PUBLISHED,
    legend,
    narrow,
    new_drawing,
    wrapped,
)
from analysis.extract.extract import Origin
from analysis.models.design.detectable import COLUMNS as DETECTABLE
from analysis.study.settings import Outcome
from exhibits import pilots_and_trial, pilots_only

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

TICKS = (0, 20, 40, 60, 80, 100)


def detectable_falls(
    detectable_effects: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    trial: dict[str, float],
    compared_period: str,
    origin: Origin,
) -> Figure:
    """Draw each pilot's minimum detectable fall, next to the falls that the trial left open."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    rows = detectable_effects.to_dict("records")
    lines = [f"{labels[row['outcome']]}, {row['pilot']}" for row in rows]
    falls = coarse(detectable_effects[["fall_percent"]])["fall_percent"]
    open_to = max(0.0, 100 * (1 - trial["ratio_low"]))
    alt = (
        "Bar chart of the smallest fall, in per cent, that each pilot would detect with 80% power, "
        "one bar for each outcome and pilot. Falls in "
        f"{words.inside(outcomes[0].label)} that the later trial did not rule out reach to "
        f"{open_to:.1f}% and are shaded behind that outcome. "
        + "; ".join(f"{line} {_said(row)}" for line, row in zip(lines, rows, strict=True))
        + "."
    )

    def draw() -> Drawing:
        drawing, (ax,) = new_drawing((0.42 if narrow() else 0.25) * len(rows), around=1.0)
        _draw(ax, lines, [_said(row) for row in rows], falls.to_list())
        own = (detectable_effects["outcome"] == outcomes[0].name).to_list()
        _shade(ax, own, open_to, words.inside(outcomes[0].label))
        legend(drawing, ax.get_legend_handles_labels()[0])
        return drawing

    shown = ["outcome", "pilot", "status", "reason", "fall_percent"]
    columns = {name: DETECTABLE[name] for name in shown}
    columns["fall_percent"] = "Smallest fall that would be detected with 80% power, per cent"
    return figure(
        draw, detectable_effects, columns, alt=alt, label=pilots_and_trial(origin.label),
        period=pilots_only(compared_period),
        message=_message(detectable_effects, outcomes[0], open_to),
        marks="" if (detectable_effects["status"] == "estimated").any() else "fall_percent",
    )  # fmt: skip


def _message(detectable_effects: pd.DataFrame, outcome: Outcome, open_to: float) -> str:
    known = detectable_effects["status"] == "estimated"
    own = known & (detectable_effects["outcome"] == outcome.name)
    if not known.any():
        return "No fall that a pilot could see can be shown"
    if not own.any():
        return "A fall has to be large to be found with good power, wherever it can be shown"
    what = words.inside(outcome.label)
    if (detectable_effects.loc[own, "fall_percent"] <= open_to).any():
        return f"Falls in {what} as small as the later trial left open would be found in some pilot"
    where = "" if known.all() else ", wherever it can be shown"
    return (
        f"In {what} the pilots could reliably detect only falls larger than any that the later "
        f"trial leaves open{where}"
    )


def _draw(ax: Axes, lines: list[str], said: list[str], falls: list[float]) -> None:
    import seaborn as sns

    places = [-place for place in range(len(lines))]
    # A fall that is withheld, or not detectable, has no mark: one at zero would be a claim.
    marks = [(fall, place) for fall, place in zip(falls, places, strict=True) if fall == fall]
    ends, heights = [fall for fall, _ in marks], [place for _, place in marks]
    ax.hlines(heights, 0, ends, color=MUTED, lw=2)
    sns.scatterplot(x=ends, y=heights, color=INTERVENTION, s=46, zorder=3, legend=False, ax=ax)
    if narrow():
        lines = [
            f"{line.replace(', ', chr(10))}: {each}" for line, each in zip(lines, said, strict=True)
        ]
    else:
        for place, each in zip(places, said, strict=True):
            ax.annotate(each, (1.02, place), xycoords=("axes fraction", "data"), va="center")
    ax.axvline(0, color=GREY, lw=1)
    ax.set_yticks(places, lines)
    ax.set(ylim=(0.4 - len(lines), 0.6), xlim=(0, 100), ylabel="")
    ticks = TICKS[:: len(TICKS) - 1 if narrow() else 1]
    ax.set_xticks(ticks, [f"{tick}%" for tick in ticks])
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(wrapped("Smallest fall detectable with 80% power", 22))


def _shade(ax: Axes, own: list[bool], open_to: float, what: str) -> None:
    """Shade what the trial left open, behind the one outcome for which its result is known."""
    from matplotlib.patches import Rectangle

    label = wrapped(f"Left open by the trial ({what}; published)", 26)
    for place in (-at for at, shaded in enumerate(own) if shaded):
        ax.add_patch(Rectangle((0, place - 0.5), open_to, 1, color=PUBLISHED, alpha=0.25, lw=0,
                               label=label))  # fmt: skip
        label = "_"


def _said(row: dict[object, object]) -> str:
    if row["status"] != "estimated":
        return words.no_estimate(str(row["reason"]))
    fall = float(str(row["fall_percent"]))
    return "no fall" if fall != fall else f"{fall:.0f}%"  # NaN: none is detectable
