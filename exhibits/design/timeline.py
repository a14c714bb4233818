"""When the pilots ran, when fieldwork was done, and which months are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.axes import Axes

from analysis.exhibits.parts import words
from analysis.exhibits.parts.design import COLOURS, SMALLEST_CHART_TEXT
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.style import (
    GREY,
    LIGHT,
    NAVY,
    ORANGE,
    PLUM,
    TEAL,
    narrow,
    new_drawing,
)
from analysis.extract.extract import Origin
from analysis.study.settings import Pilot, Window

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

RECORDS = "Records of outcomes"
BETWEEN = "in between"


@dataclass(frozen=True)
class Span:
    """One bar of the timeline.

    Attributes
    ----------
    row
        The row that the bar is drawn in.
    what
        What happened then.
    first, last
        Its first and last day.
    colour
        Colour of the bar; its text is dark on a light bar and white on a dark one.
    """

    row: str
    what: str
    first: pd.Timestamp
    last: pd.Timestamp
    colour: str


def timeline(
    pilots: tuple[Pilot, ...],
    window: Window,
    pilot_delivery: pd.DataFrame,
    last_days: pd.Series,
    fieldwork_phases: pd.DataFrame,
    panel_period: str,
    origin: Origin,
) -> Figure:
    """Draw the pilots, the phases of the study and the months compared on one time axis."""
    spans = [
        *_compared(pilots, window),
        *_pilots(pilots, pilot_delivery, last_days),
        *_phases(fieldwork_phases),
    ]
    alt = "Timeline. " + ". ".join(
        f"{each.row}, {each.what}: {each.first:%B %Y} to {each.last:%B %Y}" for each in spans
    )
    rows = list(dict.fromkeys(each.row for each in spans))

    def draw() -> Drawing:
        drawing, (ax,) = new_drawing((0.45 if narrow() else 0.28) * len(rows), around=0.5)
        for each in spans:
            _draw(ax, each, -rows.index(each.row))
        told = {each.row: each.what for each in spans if each.row != RECORDS}
        names = [f"{row}\n{told.get(row, '')}".strip() if narrow() else row for row in rows]
        ax.set_yticks([-y for y in range(len(rows))], names)
        ax.set_ylim(-len(rows) + 0.4, 0.6)
        _set_months(ax, spans)
        return drawing

    data = pd.DataFrame(
        [(each.row, each.what, each.first.date(), each.last.date()) for each in spans],
        columns=["row", "what", "first", "last"],
    )
    columns = {
        "row": "Pilot, phase of the study, or months of records",
        "what": "What happened then",
        "first": "First day",
        "last": "Last day",
    }
    return figure(
        draw, data, columns, alt=f"{alt}.", label=origin.label, period=panel_period,
        message="Each pilot's months are set against the same months of the year before",
    )  # fmt: skip


def _compared(pilots: tuple[Pilot, ...], window: Window) -> list[Span]:
    start = pd.Period(min(pilot.start for pilot in pilots), "M")
    months = [start - window.months_before, start - 12, start - 12 + window.months_after, start]
    ends = [months[1] - 1, months[2] - 1, months[3] - 1, start + window.months_after - 1]
    names = ["earlier", "year before", BETWEEN, "pilots' months"]
    colours = [LIGHT, ORANGE, LIGHT, NAVY]
    return [
        Span(RECORDS, name, first.start_time, last.end_time, colour)
        for name, first, last, colour in zip(names, months, ends, colours, strict=True)
        if last >= first
    ]


def _pilots(
    pilots: tuple[Pilot, ...], pilot_delivery: pd.DataFrame, last_days: pd.Series
) -> list[Span]:
    starts = pilot_delivery.set_index("pilot")["first_start"]
    return [
        Span(p.name, f"{words.count(p.schools)} schools", starts[p.name], last_days[p.name], TEAL)
        for p in pilots
    ]


def _phases(fieldwork_phases: pd.DataFrame) -> list[Span]:
    return [
        Span(
            f"Study phase {row['study_phase']}",
            f"{words.count(row['sessions'])} pieces of fieldwork",
            row["first"],
            row["last"],
            PLUM,
        )
        for row in fieldwork_phases.to_dict("records")
    ]


def _draw(ax: Axes, span: Span, y: float) -> None:
    first, last = _days(span.first), _days(span.last)
    ax.barh(y, last - first, left=first, height=0.62, color=span.colour)
    dark = span.colour in (NAVY, PLUM)
    # A short bar has no room for its text, which then goes before it, if there is space.
    if span.what == BETWEEN or (narrow() and span.row != RECORDS):
        return
    inside = last - first > 200
    said = span.what.replace(" ", "\n") if narrow() else span.what
    at = (first + last) / 2 if inside else first - 8
    ax.text(at, y, said, ha="center" if inside else "right", va="center",
            fontsize=SMALLEST_CHART_TEXT,
            color="white" if dark and inside else COLOURS["ink"])  # fmt: skip


def _set_months(ax: Axes, spans: list[Span]) -> None:
    from matplotlib.dates import DateFormatter, MonthLocator

    ax.xaxis_date()
    ax.set_xlim(
        _days(min(each.first for each in spans)) - 5, _days(max(each.last for each in spans)) + 20
    )
    ax.xaxis.set_major_locator(MonthLocator(bymonth=(5,) if narrow() else (1, 5, 9)))  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(DateFormatter("%b\n%Y"))  # type: ignore[no-untyped-call]
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_color(GREY)


def _days(day: pd.Timestamp) -> float:
    """Return a day as Matplotlib's date number."""
    from matplotlib.dates import date2num

    return float(date2num(day))  # type: ignore[no-untyped-call]
