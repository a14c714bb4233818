"""Figures of the coded evidence; what contradicts a finding is as plain as what supports it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.style import GREY, NAVY, ORANGE, new_drawing, style, to_svg
from analysis.extract.extract import Origin
from analysis.practice.evidence import OTHERS
from analysis.study.settings import Pilot

METHODS = ("interview", "focus group", "observation")
GROUPS = {
    "social worker": "Social workers",
    "manager": "Managers",
    "school staff": "School staff",
    OTHERS: "Children, parents and\nother professionals",
}
MIXED = "#C9CDD2"
COUNTS = {
    "supports": "Coded items that support the finding, number",
    "mixed": "Coded items that point both ways, or that two coders read differently, number",
    "contradicts": "Coded items that contradict it, number",
    "items": "Coded items, number",
}


def evidence_matrix(
    evidence_by_source: pd.DataFrame,
    pilots: tuple[Pilot, ...],
    fieldwork_period: str,
    origin: Origin,
) -> Figure:
    """Draw items for and against each finding, by pilot and method."""
    names = [pilot.name for pilot in pilots]
    findings = sorted(evidence_by_source["finding"].unique())
    rows = evidence_by_source.to_dict("records")
    counts = {(row["finding"], row["pilot"], row["method"]): row for row in rows}
    alt = (
        "Bar charts, one a pilot, with a bar for each key finding and method of fieldwork. Coded "
        "items that contradict a finding stand to the left of a line, those that support it to "
        "the right, mixed ones after these. "
        + " ".join(_finding_said(evidence_by_source, finding) for finding in findings)
    )
    step = len(METHODS) + 1.1
    with style():
        drawing, axes = new_drawing(0.9 + 0.62 * len(findings), columns=len(names),
                                    sharey=True, sharex=True)  # fmt: skip
        for ax, name in zip(axes, names, strict=True):
            places = {
                (finding, method): -(row * step + place)
                for row, finding in enumerate(findings)
                for place, method in enumerate(METHODS)
            }
            lines = [
                (y, counts[f, name, m]) for (f, m), y in places.items() if (f, name, m) in counts
            ]
            _draw_bars(ax, lines)
            ax.set_title(name)
        axes[0].set_yticks(list(places.values()), [method.capitalize() for _, method in places])
        axes[0].tick_params(axis="y", labelsize=8)
        for row, finding in enumerate(findings):
            axes[0].annotate(f"Key finding {finding}", (0, -(row * step) + 0.85), ha="right",
                             xycoords=("axes fraction", "data"), xytext=(-6, 0), va="center",
                             textcoords="offset points", fontsize=8.5,
                             fontweight="bold")  # fmt: skip
        axes[0].set_ylim(-(len(findings) * step) + 0.7, 1.4)
        axes[len(axes) // 2].set_xlabel("Coded items")
        drawing.legend(handles=_legend(), loc="outside upper left", ncols=3)
        svg = to_svg(drawing, origin.label, alt)
    columns = {
        "finding": "Key finding of the published summary, by number",
        "pilot": "Local authority",
        "method": "Method of fieldwork",
        **COUNTS,
    }
    return Figure(svg, alt, evidence_by_source[list(columns)], columns, fieldwork_period)


def reception(evidence_by_group: pd.DataFrame, fieldwork_period: str, origin: Origin) -> Figure:
    """Draw how far each group of people bears out that the pilots were well received."""
    return _by_group(evidence_by_group, 4, fieldwork_period, origin)


def tensions(evidence_by_group: pd.DataFrame, fieldwork_period: str, origin: Origin) -> Figure:
    """Draw how far each group bears out that tensions arose and closer work eased them."""
    return _by_group(evidence_by_group, 5, fieldwork_period, origin)


def _by_group(evidence_by_group: pd.DataFrame, finding: int, period: str, origin: Origin) -> Figure:
    data = evidence_by_group.loc[evidence_by_group["finding"] == finding]
    counts = {row["participant_group"]: row for row in data.to_dict("records")}
    groups = [group for group in reversed(GROUPS) if group in counts]
    named = {group: GROUPS[group].replace("\n", " ") for group in groups}
    said = [f"{named[g]}: {_counts_said(counts[g])}" for g in reversed(groups)]
    alt = (
        f"Bar chart of coded items on key finding {finding} by group of people: contradicting "
        "items to the left of a line, supporting ones to the right, mixed ones after these. "
        f"{'. '.join(said)}."
    )
    with style():
        drawing, (ax,) = new_drawing(0.95 + 0.31 * len(groups))
        _draw_bars(ax, [(y, counts[group]) for y, group in enumerate(groups)])
        ax.set_yticks(range(len(groups)), [GROUPS[group] for group in groups])
        ax.set_xlabel("Coded items")
        drawing.legend(handles=_legend(), loc="outside upper left", ncols=3)
        svg = to_svg(drawing, origin.label, alt)
    columns = {
        "finding": "Key finding of the published summary, by number",
        "participant_group": "Group of people; families are counted with other professionals, so "
        "that no child or parent can be identified",
        **COUNTS,
    }
    return Figure(svg, alt, data[list(columns)].reset_index(drop=True), columns, period)


def _draw_bars(ax: Axes, lines: Sequence[tuple[float, Mapping[Hashable, Any]]]) -> None:
    """Draw one bar a line, to both sides of zero."""
    from matplotlib.ticker import MaxNLocator

    for y, row in lines:
        ax.barh(y, -row["contradicts"], color="white", edgecolor=ORANGE, hatch="/////", height=0.74)
        ax.barh(y, row["supports"], color=NAVY, height=0.74)
        ax.barh(y, row["mixed"], left=row["supports"], color=MIXED, height=0.74)
    ax.axvline(0, color=GREY, lw=0.9)
    ax.grid(visible=False, axis="y")
    # Both sides count items: there is no negative number of them.
    ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True))


def _legend() -> list[object]:
    from matplotlib.patches import Patch

    return [
        Patch(facecolor="white", edgecolor=ORANGE, hatch="/////", label="Contradicts"),
        Patch(color=NAVY, label="Supports"),
        Patch(color=MIXED, label="Points both ways"),
    ]


def _finding_said(evidence_by_source: pd.DataFrame, finding: int) -> str:
    total = evidence_by_source.loc[evidence_by_source["finding"] == finding].sum(numeric_only=True)
    return f"Key finding {finding}: {_counts_said(total.to_dict())}."


def _counts_said(row: Mapping[Hashable, Any]) -> str:
    parts = [
        f"{words.count(row['supports'])} support",
        f"{words.count(row['mixed'])} mixed",
        f"{words.count(row['contradicts'])} contradict",
    ]
    return words.listed(parts)
