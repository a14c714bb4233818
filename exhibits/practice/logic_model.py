"""The figure of the logic model with its three pathways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.exhibits.parts.design import (
    COLOURS,
    GREY,
    NARROW,
    NAVY,
    ORANGE,
    SMALLEST_CHART_TEXT,
    TEAL,
    TEXT_ON_WHITE,
    WIDTH,
)
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.style import narrow, new_drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing


@dataclass(frozen=True)
class Pathway:
    """One pathway: its letter, its name, and its steps in order."""

    letter: str
    name: str
    colour: str
    steps: tuple[str, ...]


PATHWAYS = (
    Pathway(
        "A",
        "School and safeguarding",
        NAVY,
        (
            "Regular contact;\nexpertise is\nwelcome",
            "Advice to staff;\nways of working\nare questioned",
            "Confident staff,\nbetter referrals,\nwider view",
        ),
    ),
    Pathway(
        "B",
        "Worker, school and parents",
        TEAL,
        (
            "Worker knows\nfamily, is seen as\nindependent",
            "School and\nparents get on\nbetter",
            "Parents feel\nsupported, grasp\na referral",
        ),
    ),
    Pathway(
        "C",
        "Worker and young people",
        ORANGE,
        (
            "Frequent contact",
            "Trust; young\nperson feels\nunderstood",
            "Attendance,\nparticipation,\nrisks managed",
        ),
    ),
)
END = ("Better outcomes\nfor children\nand families", "Fewer children\nin care")
BOX = (1.62, 0.68)
"""Width and height of a box, in inches."""


def logic_model() -> Figure:
    """Draw the logic model: how social workers in schools are thought to bring about change."""
    said = [
        f"Pathway {each.letter}, {each.name}: "
        + ", then ".join(step.replace("\n", " ") for step in each.steps)
        for each in PATHWAYS
    ]
    ends = ", then ".join(step.replace("\n", " ") for step in END)
    alt = f"Diagram of three pathways from left to right. {'. '.join(said)}. All lead to: {ends}."

    def draw() -> Drawing:
        return _narrow_drawing() if narrow() else _wide_drawing()

    steps = [
        (each.letter, number, step.replace("\n", " "))
        for each in PATHWAYS
        for number, step in enumerate((*each.steps, *END), start=1)
    ]
    data = pd.DataFrame(steps, columns=["pathway", "order", "step"])
    columns = {"pathway": "Pathway", "order": "Place of the step", "step": "Step"}
    return figure(
        draw, data, columns, alt=alt,
        message="Three pathways are thought to lead from a social worker in the school to better "
        "outcomes",
    )  # fmt: skip


def _wide_drawing() -> Drawing:
    """Draw one row per pathway, all leading to the boxes at the right."""
    drawing, ax = _canvas(WIDTH, 3.55)
    columns, joint, end = (0.8, 2.34, 3.88), 4.68, 5.5
    heights = (2.85, 1.7, 0.55)
    for pathway, y in zip(PATHWAYS, heights, strict=True):
        _head(ax, columns[0] - BOX[0] / 2, y + 0.42, pathway)
        colour = TEXT_ON_WHITE[pathway.colour]
        for x, step in zip(columns, pathway.steps, strict=True):
            _box(ax, (x, y), step, colour, width=1.38)
        for x in columns[:-1]:
            _arrow(ax, (x + 0.69, y), (x + 0.85, y), colour)
        ax.plot([columns[-1] + 0.69, joint], [y, y], color=colour, lw=1.2)
    ax.plot([joint, joint], [heights[0], heights[-1]], color=GREY, lw=1.2)
    _arrow(ax, (joint, heights[1]), (end - 0.68, heights[1]), GREY)
    _box(ax, (end, heights[1]), END[0], GREY, width=1.36)
    _box(ax, (end, heights[2]), END[1], GREY, width=1.36, filled=True)
    _arrow(ax, (end, heights[1] - BOX[1] / 2), (end, heights[2] + BOX[1] / 2), GREY)
    return drawing


def _narrow_drawing() -> Drawing:
    """Draw the pathways stacked, each as a column of boxes."""
    height = 0.3
    step, gap = 0.86, 0.75
    total = len(PATHWAYS) * (3 * step + gap) + 2 * step + height
    drawing, ax = _canvas(NARROW, total)
    y = total - height
    for pathway in PATHWAYS:
        _head(ax, 0.1, y, pathway)
        y -= 0.5
        colour = TEXT_ON_WHITE[pathway.colour]
        for place, words in enumerate(pathway.steps):
            _box(ax, (NARROW / 2, y), words, colour, width=2.4)
            if place:
                _arrow(
                    ax, (NARROW / 2, y + step - BOX[1] / 2), (NARROW / 2, y + BOX[1] / 2), colour
                )
            y -= step
        y -= gap - 0.5
    for words, filled in zip(END, (False, True), strict=True):
        _box(ax, (NARROW / 2, y), words, GREY, width=2.4, filled=filled)
        y -= step
    return drawing


def _canvas(width: float, height: float) -> tuple[Drawing, Axes]:
    """Return a drawing whose axes are in inches."""
    drawing, (ax,) = new_drawing(height, around=0)
    ax.set_axis_off()
    ax.set_xlim(0, width)
    ax.set_ylim(0, height)
    return drawing, ax


def _head(ax: Axes, x: float, y: float, pathway: Pathway) -> None:
    ax.text(x, y, f"{pathway.letter}  {pathway.name}", color=TEXT_ON_WHITE[pathway.colour],
            fontweight="bold", va="bottom")  # fmt: skip


def _box(
    ax: Axes,
    at: tuple[float, float],
    text: str,
    colour: str,
    *,
    width: float,
    filled: bool = False,
) -> None:
    from matplotlib.patches import FancyBboxPatch

    ax.add_patch(
        FancyBboxPatch(
            (at[0] - width / 2, at[1] - BOX[1] / 2), width, BOX[1],
            boxstyle="round,pad=0,rounding_size=0.06", edgecolor=colour, linewidth=1.2,
            facecolor=colour if filled else "white",
        )
    )  # fmt: skip
    ax.text(*at, text, ha="center", va="center", fontsize=SMALLEST_CHART_TEXT, linespacing=1.2,
            color="white" if filled else COLOURS["ink"])  # fmt: skip


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.2,
                                            "shrinkA": 0, "shrinkB": 0})  # fmt: skip
