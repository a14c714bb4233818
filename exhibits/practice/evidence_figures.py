"""Figures of the coded evidence, with contradictions as prominent as support."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.exhibits.parts import words
from analysis.exhibits.parts.design import SMALLEST_CHART_TEXT
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.style import (
    BETWEEN,
    GREY,
    NAVY,
    ORANGE,
    legend,
    narrow,
    new_drawing,
)
from analysis.extract.extract import Origin
from analysis.practice.evidence import OTHERS
from analysis.study.settings import Pilot

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

METHODS = ("interview", "focus group", "observation")
GROUPS = {
    "social worker": "Social workers",
    "manager": "Managers",
    "school staff": "School staff",
    OTHERS: "Children, parents and\nother professionals",
}
DIRECTIONS = {
    "supports": ("Supports", NAVY),
    "mixed": ("Points both ways", BETWEEN),
    "contradicts": ("Contradicts", ORANGE),
}
RECEIVED = "the pilots were well received"
EASED = "tensions arose and closer work eased them"
"""The key findings for which a figure shows each group."""
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
        "Bar charts, one per pilot, with a bar for each key finding and method of fieldwork. Coded "
        "items that contradict a finding are on the left, those that support it on the right, "
        "and those that point both ways between them. "
        + " ".join(_finding_said(evidence_by_source, finding) for finding in findings)
    )

    def draw() -> Drawing:
        drawing, axes = new_drawing(0.2 + 0.62 * len(findings), columns=len(names), around=0.95,
                                    sharey=True, sharex=True)  # fmt: skip
        for ax, name in zip(axes, names, strict=True):
            _draw_matrix(ax, counts, findings, name)
            ax.set_title(name)
        axes[len(axes) // 2 if not narrow() else -1].set_xlabel("Coded items; lines are five apart")
        legend(drawing, _handles())
        return drawing

    columns = {
        "finding": "Key finding of the published summary, by number",
        "pilot": "Local authority",
        "method": "Method of fieldwork",
        **COUNTS,
    }
    total = evidence_by_source.groupby("finding")[["supports", "contradicts"]].sum()
    against = (total["contradicts"] > 0).all()
    message = ("More supports each finding than contradicts it"
               if (total["supports"] > total["contradicts"]).all()
               else "Not every finding has more for it than against it")  # fmt: skip
    message += ", and something contradicts every one" if against else ""
    return figure(
        draw, evidence_by_source, columns, alt=alt, message=message, label=origin.label,
        period=fieldwork_period,
    )  # fmt: skip


def _draw_matrix(
    ax: Axes, counts: Mapping[tuple[int, str, str], Any], findings: Sequence[int], pilot: str
) -> None:
    step = len(METHODS) + 1.1
    places = {
        (finding, method): -(row * step + place)
        for row, finding in enumerate(findings)
        for place, method in enumerate(METHODS)
    }
    _draw_bars(ax, [(y, counts[f, pilot, m]) for (f, m), y in places.items()
                    if (f, pilot, m) in counts])  # fmt: skip
    heads = {-(row * step) + 1.0: f"Key finding {finding}" for row, finding in enumerate(findings)}
    names = {y: method.capitalize() for (_, method), y in places.items()}
    ax.set_yticks([*heads, *names], [*heads.values(), *names.values()])
    for label in ax.get_yticklabels()[: len(heads)]:
        label.set_fontweight("bold")
    ax.tick_params(axis="y", length=0, labelsize=SMALLEST_CHART_TEXT)
    ax.set_ylim(-(len(findings) * step) + 0.7, 1.5)


def reception(evidence_by_group: pd.DataFrame, fieldwork_period: str, origin: Origin) -> Figure:
    """Draw how far evidence from each group supports the finding of a good reception."""
    return _by_group(evidence_by_group, 4, RECEIVED, fieldwork_period, origin)


def tensions(evidence_by_group: pd.DataFrame, fieldwork_period: str, origin: Origin) -> Figure:
    """Draw how far each group supports the finding that closer work eased tensions."""
    return _by_group(evidence_by_group, 5, EASED, fieldwork_period, origin)


def _by_group(
    evidence_by_group: pd.DataFrame, finding: int, states: str, period: str, origin: Origin
) -> Figure:
    data = evidence_by_group.loc[evidence_by_group["finding"] == finding]
    counts = {row["participant_group"]: row for row in data.to_dict("records")}
    groups = [group for group in reversed(GROUPS) if group in counts]
    named = {group: GROUPS[group].replace("\n", " ") for group in groups}
    said = [f"{named[g]}: {_counts_said(counts[g])}" for g in reversed(groups)]
    alt = (
        f"Bar charts of coded items on key finding {finding} by group of people: one for items "
        "that support it, one for those that point both ways, one for those that contradict it. "
        f"{'. '.join(said)}."
    )

    def draw() -> Drawing:
        ways = list(DIRECTIONS)
        drawing, axes = new_drawing(0.2 + 0.36 * len(groups), columns=len(ways), around=0.3,
                                    sharex=True, sharey=True)  # fmt: skip
        for ax, way in zip(axes, ways, strict=True):
            _draw_counts(ax, [counts[group][way] for group in reversed(groups)],
                         [GROUPS[group] for group in reversed(groups)], way)  # fmt: skip
        axes[0].set_xlim(0, 1.25 * data[ways].to_numpy().max())
        return drawing

    for_it = all(row["supports"] > row["contradicts"] for row in counts.values())
    message = (
        f"In every group of people, more items support than contradict that {states}"
        if for_it
        else f"In some groups of people, no more items support than contradict that {states}"
    )
    columns = {
        "finding": "Key finding of the published summary, by number",
        "participant_group": "Group of people; families are counted with other professionals, so "
        "that no child or parent can be identified",
        **COUNTS,
    }
    return figure(
        draw, data.reset_index(drop=True), columns, alt=alt, message=message, label=origin.label,
        period=period,
    )  # fmt: skip


def _draw_counts(ax: Axes, counts: Sequence[int], groups: Sequence[str], way: str) -> None:
    import seaborn as sns

    name, colour = DIRECTIONS[way]
    sns.barplot(x=list(counts), y=list(groups), color=colour, width=0.62, errorbar=None,
                saturation=1, ax=ax)  # fmt: skip
    ax.bar_label(ax.containers[0], padding=3)  # type: ignore[arg-type]  # they are bars
    ax.set(title=name, xticks=[], xlabel="", ylabel="")
    ax.grid(visible=False)
    ax.tick_params(axis="y", length=0)
    ax.spines["bottom"].set_visible(False)


def _draw_bars(ax: Axes, lines: Sequence[tuple[float, Mapping[Hashable, Any]]]) -> None:
    """Draw one bar per line; evidence that points both ways lies on both sides of zero."""
    from matplotlib.ticker import MultipleLocator

    for y, row in lines:
        half = row["mixed"] / 2
        parts = {"contradicts": -half - row["contradicts"], "mixed": -half, "supports": half}
        for way, start in parts.items():
            ax.barh(y, row[way], left=start, color=DIRECTIONS[way][1], height=0.76)
    ax.axvline(0, color=GREY, lw=0.9)
    ax.grid(visible=False, axis="y")
    ax.xaxis.set_major_locator(MultipleLocator(5))
    ax.tick_params(axis="x", length=0, labelbottom=False)


def _handles() -> list[object]:
    from matplotlib.patches import Patch

    return [Patch(color=colour, label=name) for name, colour in reversed(DIRECTIONS.values())]


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
