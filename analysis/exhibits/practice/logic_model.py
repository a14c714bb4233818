"""The logic model with its three pathways, drawn to be printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.style import NAVY, PLUM, TEAL, new_drawing, style, to_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
            "Regular contact;\nexpertise is welcome",
            "Advice to staff;\nways of working\nare questioned",
            "Confident staff,\nbetter referrals,\nwider view of the child",
        ),
    ),
    Pathway(
        "B",
        "Worker, school and parents",
        TEAL,
        (
            "Worker knows the family\nand is seen as\nindependent",
            "School and parents\nget on better",
            "Parents feel supported\nand understand\na referral",
        ),
    ),
    Pathway(
        "C",
        "Worker and young people",
        PLUM,
        (
            "Frequent contact",
            "Trust; the young person\nfeels understood",
            "Attendance,\nparticipation,\nsafer handling of risk",
        ),
    ),
)
END = ("Better outcomes\nfor children\nand families", "Fewer children\nin care")
HALF_WIDTH, HALF_HEIGHT = 0.84, 0.36
COLUMNS = (1.0, 2.95, 4.9)
END_COLUMN = 6.85


def logic_model() -> Figure:
    """Draw how social workers in schools are thought to bring about change."""
    said = [
        f"Pathway {each.letter}, {each.name}: "
        + ", then ".join(step.replace("\n", " ") for step in each.steps)
        for each in PATHWAYS
    ]
    ends = ", then ".join(step.replace("\n", " ") for step in END)
    alt = f"Diagram of three pathways from left to right. {'. '.join(said)}. All lead to: {ends}."
    with style():
        drawing, (ax,) = new_drawing(3.5)
        ax.set_axis_off()
        ax.set_xlim(0.1, 7.75)
        ax.set_ylim(-0.55, 3.35)
        for row, pathway in enumerate(PATHWAYS):
            _draw(ax, pathway, 2.6 - 1.2 * row)
        _box(ax, END_COLUMN, 1.9, END[0], "#3D3D3D", filled=False)
        _box(ax, END_COLUMN, 0.6, END[1], "#3D3D3D", filled=True)
        _arrow(ax, (END_COLUMN, 1.9 - HALF_HEIGHT), (END_COLUMN, 0.6 + HALF_HEIGHT), "#3D3D3D")
        svg = to_svg(drawing, "", alt)
    steps = [
        (each.letter, number, step.replace("\n", " "))
        for each in PATHWAYS
        for number, step in enumerate((*each.steps, *END), start=1)
    ]
    data = pd.DataFrame(steps, columns=["pathway", "order", "step"])
    columns = {"pathway": "Pathway", "order": "Place of the step", "step": "Step"}
    return Figure(svg, alt, data, columns)


def _draw(ax: Axes, pathway: Pathway, y: float) -> None:
    ax.text(COLUMNS[0] - HALF_WIDTH, y + 0.43, f"{pathway.letter}  {pathway.name}",
            color=pathway.colour, fontweight="bold", fontsize=9, va="bottom")  # fmt: skip
    for x, step in zip(COLUMNS, pathway.steps, strict=True):
        _box(ax, x, y, step, pathway.colour, filled=False)
    for x in COLUMNS[:-1]:
        _arrow(ax, (x + HALF_WIDTH, y), (x + 1.95 - HALF_WIDTH, y), pathway.colour)
    _arrow(ax, (COLUMNS[-1] + HALF_WIDTH, y), (END_COLUMN - HALF_WIDTH, 1.9), pathway.colour)


def _box(ax: Axes, x: float, y: float, text: str, colour: str, *, filled: bool) -> None:
    from matplotlib.patches import FancyBboxPatch

    ax.add_patch(
        FancyBboxPatch(
            (x - HALF_WIDTH, y - HALF_HEIGHT), 2 * HALF_WIDTH, 2 * HALF_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.08", edgecolor=colour, linewidth=1.2,
            facecolor=colour if filled else "white",
        )
    )  # fmt: skip
    ax.text(x, y, text, ha="center", va="center", fontsize=7.4, linespacing=1.25,
            color="white" if filled else "#1D1D1D")  # fmt: skip


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.2})
