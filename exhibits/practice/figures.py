"""Figures of how the pilots worked: where social workers were, and what they did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.exhibits.parts import words
from analysis.exhibits.parts.disclosure_check import coarse, printed_precision
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.rows import row_of
from analysis.exhibits.parts.style import (
    INTERVENTION,
    LIGHT,
    NAVY,
    ORANGE,
    TEAL,
    legend,
    narrow,
    new_drawing,
    wrapped,
)
from analysis.extract.extract import Origin
from analysis.practice.presence import INTEGRATION
from analysis.study.settings import Pilot

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


@dataclass(frozen=True)
class Mark:
    """How a phase of school is drawn: a colour, and a shape that is clear without colour."""

    colour: str
    shape: str


PHASE_MARKS = {
    "primary": Mark(TEAL, "o"),
    "secondary": Mark(NAVY, "s"),
    "special": Mark(ORANGE, "^"),
}
BEGINNINGS = {"A": "advice to staff", "B": "work with parents", "C": "direct work"}
"""The type of activity with which each pathway begins."""
DEGREES = {"mixed": "partly embedded"}
"""Degrees of integration as printed, where that differs from the code of the extract."""
KINDS = {"statutory work": "other statutory work"}
"""Types of activity as printed; work on either kind of plan is statutory too."""
CHILDREN = {
    "child protection plan": "children on a child protection plan",
    "child in need plan": "children with a child in need plan",
    "looked after": "looked-after children",
    "early help": "children with early help",
    "not known to social care": "children not known to social care",
    "no individual child": "work for no individual child",
}
"""Child statuses of the activity log, as worded in a sentence."""


def time_in_school(
    school_presence: pd.DataFrame, pilots: tuple[Pilot, ...], activity_period: str, origin: Origin
) -> Figure:
    """Draw each school by days a week with a worker, and by the worker's integration."""
    names = [pilot.name for pilot in pilots]
    shown = ["pilot", "phase", "integration", "days_per_week"]
    data = school_presence.sort_values(shown, ignore_index=True)[shown]
    alt = (
        "Dot plots, one a pilot, in which every dot is a school: across, the days a week that "
        "a social worker is there; down, whether the worker is embedded, partly embedded or "
        "visiting. " + " ".join(_said(name, data.loc[data["pilot"] == name]) for name in names)
    )

    def draw() -> Drawing:
        drawing, axes = new_drawing(2.1, columns=len(names), around=0.95, sharey=True, sharex=True)
        for ax, name in zip(axes, names, strict=True):
            at_pilot = data.loc[data["pilot"] == name]
            _draw_schools(ax, at_pilot)
            ax.set_title(f"{name} ({len(at_pilot)})")
        degrees = [DEGREES.get(kind, kind).capitalize() for kind in reversed(INTEGRATION)]
        axes[0].set_yticks(range(3), degrees)
        axes[0].set(ylim=(-0.5, 2.5), xlim=(-0.2, 5.4), xticks=range(6))
        axes[len(axes) // 2 if not narrow() else -1].set_xlabel(
            wrapped("Days a week with a social worker", 22)
        )
        legend(drawing, _handles(data["phase"]))
        return drawing

    days = data.groupby("integration")["days_per_week"].mean().reindex(list(INTEGRATION)).dropna()
    message = (
        "Embedded workers were in school on more days, on average"
        if days.is_monotonic_decreasing
        else "Time in school did not follow how far a worker was part of it"
    )
    columns = {
        "pilot": "Local authority",
        "phase": "Phase of the school",
        "integration": "How far the worker is part of the school; mixed is partly embedded",
        "days_per_week": "Days a week with a social worker",
    }
    return figure(
        draw, data, columns, alt=alt, message=message, label=origin.label, period=activity_period
    )


def activity_types(
    activity_by_type: pd.DataFrame, pilots: tuple[Pilot, ...], activity_period: str, origin: Origin
) -> Figure:
    """Draw how workers' hours were shared among types of activity."""
    names = [pilot.name for pilot in pilots]
    hours = activity_by_type.groupby("pilot")["hours"].sum()
    overall = activity_by_type.groupby("activity_type")["hours"].sum().sort_values()
    table = activity_by_type.pivot(index="activity_type", columns="pilot", values="percent")
    table = table.loc[overall.index, names].rename(index=KINDS)
    most = [
        f"{name}, {words.listed(_largest(table[name]))} with {table[name].max():.0f}%"
        for name in names
    ]
    alt = (
        "Bar charts, one a pilot, of the share of logged hours by type of activity. "
        f"The largest share is in {'; in '.join(most)}."
    )

    def draw() -> Drawing:
        drawing, axes = new_drawing(2.2, columns=len(names), sharey=True, sharex=True)
        for ax, name in zip(axes, names, strict=True):
            _draw_shares(ax, table[name])
            ax.set_title(f"{name}\n{words.count(hours[name])} hours")
        axes[0].set_xlim(0, 1.3 * float(coarse(table).to_numpy().max()))
        return drawing

    message = (
        _first_everywhere(
            [_largest(table[name]) for name in names],
            "By type of work, {} took {} of hours in every pilot",
        )
        or "By type of work, what took the most hours differed between pilots"
    )
    columns = {
        "pilot": "Local authority",
        "activity_type": "Type of activity; statutory work is that on neither kind of plan",
        "hours": "Hours logged",
        "percent": "Share of the pilot's hours, per cent",
    }
    return figure(
        draw, activity_by_type, columns, alt=alt, message=message, label=origin.label,
        period=activity_period,
    )  # fmt: skip


def _draw_shares(ax: Axes, shares: pd.Series) -> None:
    import seaborn as sns

    kinds = [str(kind).capitalize() for kind in shares.index[::-1]]
    drawn = coarse(shares.to_frame())[shares.name].to_numpy()[::-1]
    sns.barplot(x=drawn, y=kinds, color=INTERVENTION, width=0.7, errorbar=None, saturation=1, ax=ax)
    ax.bar_label(ax.containers[0], labels=[f"{v:.0f}%" for v in shares.iloc[::-1]], padding=2)  # type: ignore[arg-type]  # bars
    ax.grid(visible=False)
    ax.set(xticks=[], ylabel="")
    ax.tick_params(axis="y", length=0)
    ax.spines["bottom"].set_visible(False)


def pathways_by_phase(
    activity_by_phase: pd.DataFrame, pathway_by_phase: pd.DataFrame, origin: Origin
) -> Figure:
    """Draw each pathway by phase of school: in the activity log and in the coded evidence."""
    logged = activity_by_phase.set_index(["activity_type", "phase"])["percent"]
    coded = pathway_by_phase.set_index(["pathway", "phase"])["percent"]
    lines = [
        (pathway, phase, float(logged.get((kind, phase), 0)), float(coded.get((pathway, phase), 0)))
        for pathway, kind in BEGINNINGS.items()
        for phase in ("primary", "secondary")
    ]
    data = pd.DataFrame(lines, columns=["pathway", "phase", "hours_percent", "items_percent"])
    alt = (
        "Dot plots of primary and secondary schools side by side. Share of logged hours on the "
        "work with which each pathway begins, then share of coded items that relate to it. "
        + " ".join(_pathway_said(data, pathway) for pathway in BEGINNINGS)
    )
    labels = [f"{pathway}  {kind}" for pathway, kind in BEGINNINGS.items()]
    panels = {"hours_percent": "Logged hours", "items_percent": "Coded evidence"}

    def draw() -> Drawing:
        drawing, axes = new_drawing(1.25, columns=2, around=0.85, sharey=True)
        shares = coarse(data)[list(panels)].to_numpy()
        top = 1.25 * shares.max()
        # The label to the left of the smallest share must not reach the names of the pathways.
        least = min(0.0, shares.min() - 0.16 * top)
        for ax, (column, title) in zip(axes, panels.items(), strict=True):
            _draw_pairs(ax, data, column)
            ax.set(title=title, xlim=(least, top), ylabel="", xlabel="")
            ax.xaxis.set_major_formatter("{x:.0f}%")
            ax.grid(visible=False, axis="y")
        axes[0].set_yticks(range(3), list(reversed(labels)))
        axes[0].set_ylim(-0.6, 2.6)
        legend(drawing, _handles(data["phase"]), 2)
        return drawing

    columns = {
        "pathway": "Pathway of the logic model",
        "phase": "Phase of school",
        "hours_percent": "Share of logged hours on the work it begins with, per cent",
        "items_percent": "Share of coded items that relate to it, per cent",
    }
    return figure(draw, data, columns, alt=alt, message=_pathways_message(data), label=origin.label)


WORTH_NAMING = 5
"""Points by which two shares have to differ for a title, since no test is made."""


def _pathways_message(data: pd.DataFrame) -> str:
    """Say in which phase of school each kind of work has a clearly larger share of hours."""
    share = data.set_index(["pathway", "phase"])["hours_percent"]
    larger: dict[str, list[str]] = {"primary": [], "secondary": []}
    for pathway, kind in BEGINNINGS.items():
        first, second = float(share[pathway, "primary"]), float(share[pathway, "secondary"])
        if abs(round(first) - round(second)) >= WORTH_NAMING:
            larger["primary" if first > second else "secondary"].append(kind)
    parts = [
        f"{words.listed(kinds)} in {phase} schools" for phase, kinds in larger.items() if kinds
    ]
    if not parts:
        return "No kind of work takes a much larger share in one phase of school than in another"
    return f"Larger share of hours (not tested): {'; '.join(parts)}"


def activity_status(
    activity_by_status: pd.DataFrame, activity_period: str, origin: Origin
) -> Figure:
    """Draw workers' hours by the status of the child, in each phase of school."""
    table = activity_by_status.pivot(index="child_status", columns="phase", values="percent")
    table = table.loc[table.mean(axis=1).sort_values().index]
    phases = [phase for phase in PHASE_MARKS if phase in table]
    said = [
        f"{status.capitalize()}: "
        + ", ".join(f"{phase} {_percent(table.loc[status, phase])}" for phase in phases)
        for status in reversed(table.index)
    ]
    alt = (
        "Dot plot of the share of logged hours by what children's social care knew of the child, "
        f"one mark for each phase of school. {'. '.join(said)}."
    )

    def draw() -> Drawing:
        drawing, (ax,) = new_drawing(1.8, around=0.9)
        _draw_phases(ax, coarse(table), phases)
        ax.set(xlim=(0, None), xlabel=wrapped("Share of hours in that phase", 20), ylabel="")
        legend(drawing, _handles(pd.Series(phases)))
        return drawing

    largest = [
        [CHILDREN[status] for status in _largest(table[phase])]
        for phase in phases
        if table[phase].notna().any()
    ]
    message = (
        _first_everywhere(
            largest,
            "By status of the child, whatever the work, {} took {} of hours in every phase of "
            "school",
        )
        or "By status of the child, whatever the work, what took the most hours differed by phase "
        "of school"
    )
    columns = {
        "phase": "Phase of school",
        "child_status": "What children's social care knew of the child",
        "entries": "Entries in the log, number; c is confidential",
        "hours": "Hours logged",
        "percent": "Share of the phase's hours, per cent",
    }
    return figure(
        draw, activity_by_status, columns, alt=alt, message=message, label=origin.label,
        period=activity_period,
    )  # fmt: skip


def _largest(shares: pd.Series) -> list[str]:
    """Return the categories with the largest share, tied at the printed rounding."""
    rounded = shares.map("{:.0f}".format)
    return [str(kind) for kind in rounded.index[rounded == f"{shares.max():.0f}"]]


def _first_everywhere(largest: list[list[str]], said: str) -> str:
    """State what is first in every group, alone or tied as printed; empty where nothing is."""
    common = [kind for kind in next(iter(largest), []) if all(kind in each for each in largest)]
    if not common:
        return ""
    tied = any(len(each) > 1 for each in largest)
    return said.format(
        words.listed(common), "the largest or joint largest share" if tied else "the largest share"
    )


def _draw_phases(ax: Axes, drawn: pd.DataFrame, phases: list[str]) -> None:
    import seaborn as sns

    for y, status in enumerate(drawn.index):
        values = drawn.loc[status, phases]
        ax.plot([values.min(), values.max()], [y, y], color=LIGHT, lw=2, zorder=1)
    for phase in phases:
        mark = PHASE_MARKS[phase]
        sns.scatterplot(x=drawn[phase].to_numpy(), y=range(len(drawn)), marker=mark.shape,
                        color=mark.colour, s=60, zorder=2, ax=ax)  # fmt: skip
    ax.set_yticks(range(len(drawn)), [str(status).capitalize() for status in drawn.index])
    ax.xaxis.set_major_formatter("{x:.0f}%")
    ax.grid(visible=False, axis="y")


FEW_ALIKE = 50
"""Number of schools at one place up to which each is drawn over the one before."""


def _draw_dots(ax: Axes, x: float, y: np.ndarray, phase: str) -> None:
    """Draw schools of one phase."""
    import seaborn as sns

    mark = PHASE_MARKS[phase]
    sns.scatterplot(x=[x] * len(y), y=y, marker=mark.shape, color=mark.colour, s=40, ax=ax)


def _draw_schools(ax: Axes, schools: pd.DataFrame) -> None:
    """Draw one dot per school, stacking those at the same place."""
    for row, kind in enumerate(reversed(INTEGRATION)):
        at_kind = schools.loc[schools["integration"] == kind]
        ax.axhline(row, color="#E2E2E2", lw=0.7, zorder=0)
        for days in sorted(set(at_kind["days_per_week"])):
            alike = at_kind.loc[at_kind["days_per_week"] == days]
            step = min(0.17, 0.8 / len(alike))
            y = row + step * (np.arange(len(alike)) - (len(alike) - 1) / 2)
            phase = alike["phase"].to_numpy()
            if len(alike) <= FEW_ALIKE:
                groups = [np.array([place]) for place in range(len(alike))]
            else:  # a call for each of thousands takes minutes
                groups = [np.flatnonzero(phase == each) for each in dict.fromkeys(phase)]
            for places in groups:
                _draw_dots(ax, days, y[places], phase[places[0]])
    ax.grid(visible=False, axis="y")
    ax.set(xlabel="", ylabel="")


def _draw_pairs(ax: Axes, data: pd.DataFrame, column: str) -> None:
    import seaborn as sns

    for y, pathway in enumerate(reversed(BEGINNINGS)):
        pair = data.loc[data["pathway"] == pathway].sort_values(column)
        ax.plot(coarse(pair)[column], [y, y], color=LIGHT, lw=2, zorder=1)
        # Of each pair, the smaller value is labelled on the left and the larger on the right.
        for row, side in zip(pair.to_dict("records"), (-1, 1), strict=True):
            mark, place = PHASE_MARKS[row["phase"]], printed_precision(row[column])
            sns.scatterplot(x=[place], y=[y], marker=mark.shape, color=mark.colour, s=60,
                            zorder=2, ax=ax)  # fmt: skip
            ax.annotate(f"{row[column]:.0f}%", (place, y), xytext=(8 * side, 0), va="center",
                        textcoords="offset points",
                        ha="left" if side > 0 else "right")  # fmt: skip


def _handles(phases: pd.Series) -> list[object]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], ls="", marker=mark.shape, color=mark.colour, ms=7, label=phase.capitalize())
        for phase, mark in PHASE_MARKS.items()
        if phase in set(phases)
    ]


def _said(pilot: str, schools: pd.DataFrame) -> str:
    parts = []
    for kind in INTEGRATION:
        days = schools.loc[schools["integration"] == kind, "days_per_week"]
        span = f" with {days.min():g} to {days.max():g} days" if len(days) else ""
        parts.append(f"{len(days)} {DEGREES.get(kind, kind)}{span}")
    return f"{pilot}: {words.listed(parts)}."


def _pathway_said(data: pd.DataFrame, pathway: str) -> str:
    chosen = data.loc[data["pathway"] == pathway]
    primary, secondary = (row_of(chosen, "phase", phase) for phase in ("primary", "secondary"))
    parts = [
        f"{what} {_percent(primary[column])} in primary and "
        f"{_percent(secondary[column])} in secondary schools"
        for what, column in ((BEGINNINGS[pathway], "hours_percent"), ("evidence", "items_percent"))
    ]
    return f"Pathway {pathway}: {'; '.join(parts)}."


def _percent(value: float) -> str:
    return "confidential" if pd.isna(value) else f"{value:.0f}%"
