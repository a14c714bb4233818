"""Tables of how the pilots worked, of fieldwork, and of the evidence for each finding."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from hamilton.function_modifiers import tag

from analysis.dataflow.disclosure_paths import FIELDWORK
from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Table
from analysis.practice.fieldwork import ReleasedSessions
from analysis.study.settings import Pilot
from exhibits.practice.figures import DEGREES


def delivery_table(
    pilot_delivery: pd.DataFrame, pilots: tuple[Pilot, ...], activity_period: str
) -> Table:
    """Show whether each pilot had its workers and schools, and kept them."""
    planned = {pilot.name: pilot for pilot in pilots}
    order = pilot_delivery["pilot"].map(list(planned).index)
    return table(
        pilot_delivery.loc[order.sort_values(kind="stable").index],
        (
            Words("pilot", "Pilot", "Local authority", width=3),
            Column(("workers", "pilot"), "Workers", "Social workers ever in the team", "number",
                   lambda count, name: f"{count} of {planned[name].workers}", 2),
            Column("at_end", "Still at end", "Social workers still in post on the last day",
                   "number", width=2),
            Column(("schools", "pilot"), "Schools", "Schools with a social worker", "number",
                   lambda count, name: f"{count} of {planned[name].schools}", 2),
            Words("first_start", meaning="Day on which the first school's worker started"),
            Words("last_start", meaning="Day on which the last school's worker started"),
            Words(("first_start", "last_start"), "Schools joined", width=6,
                  cell=lambda first, last: f"{_day(first)} to {_day(last)}"),
            Column("days_in_school", "Days in school", "Days a week in schools",
                   "per social worker", words.rate, 2),
            Column("months_with_work", "Months with work", "School-months with any logged work",
                   "per cent", "{:.0f}%".format, 2),
        ),
        period=activity_period,
        note=(
            "Workers and schools of the extract, of those that were published [@westlake2020]. "
            "Days in school are days a week for each worker."
        ),
    )  # fmt: skip


def integration_table(integration_by_kind: pd.DataFrame, activity_period: str) -> Table:
    """Show what schools were like, by how far the worker was part of them."""
    return table(
        integration_by_kind,
        (
            Words("integration", "Worker is", "How far the worker is part of the school",
                  cell=lambda kind: str(DEGREES.get(kind, kind)).capitalize(), width=4),
            Column("schools", "Schools", "Schools with a social worker", "number", width=2),
            Column("primary", "Primary", "Of these, primary schools", width=2),
            Column("secondary", "Secondary", "Of these, secondary schools", width=3),
            Column("special", "Special", "Of these, special schools", width=2),
            Column("fsm_percent", "Free meals", "Pupils with free school meals",
                   "per cent, mean of schools", "{:.0f}%".format, 2),
            Column("days_per_week", "Days a week", "Days a week with a social worker",
                   "mean of schools", words.rate, 2),
            Column("hours_a_month", "Hours a month", "Logged hours per school and month",
                   cell=words.count, width=2),
        ),
        where=_has_schools,
        period=activity_period,
        note=(
            "Schools of all pilots; free school meals, days and logged hours are means per school. "
            "A school with several workers is counted by the one most embedded in it."
        ),
    )  # fmt: skip


def effort_table(effort_by_phase: pd.DataFrame, activity_period: str) -> Table:
    """Show where workers' time went: in schools of each phase, and per pupil."""
    return table(
        effort_by_phase,
        (
            Words("phase", "Phase of school", "Phase of school", cell=str.capitalize, width=3),
            Column("schools", "Schools", "Schools with a social worker", "number", width=2),
            Column("pupils", "Pupils", "Pupils on roll at the start", "number", words.count, 2),
            Column("days_per_week", "Days a week", "Days a week with a social worker",
                   "mean of schools", words.rate, 2),
            Column("hours", meaning="Hours logged"),
            Column("percent", "Share of hours", "Share of all logged hours", "per cent",
                   "{:.0f}%".format, 3),
            Column("hours_per_100", "Hours per 100 pupils",
                   "Logged hours per 100 pupils over the pilot's months", cell=words.count,
                   width=3),
        ),
        where=_has_schools,
        period=activity_period,
        note="Schools of all pilots; days a week are a mean per school.",
    )  # fmt: skip


def _people(value: float) -> str:
    return "[c]" if pd.isna(value) else words.count(value)


def _has_schools(row: Mapping[Hashable, Any]) -> bool:
    return bool(row["schools"])


@tag(disclosure=FIELDWORK)
def fieldwork_table(
    sessions_by_group: pd.DataFrame,
    pilots: tuple[Pilot, ...],
    released_sessions: ReleasedSessions,
    fieldwork_period: str,
) -> Table:
    """Show interviews, focus groups and observations by group of people and pilot."""
    released = released_sessions.table
    names = [pilot.name for pilot in pilots]
    keys = ["method", "participant_group"]
    totals = sessions_by_group.groupby("pilot")["sessions"].sum()
    everyone = words.count(sessions_by_group["participants"].sum())
    hidden = any(isinstance(value, str) for value in released["sessions"])
    made = table(
        released.sort_values(keys, kind="stable"),
        (
            Words("method", "Method", "Method of fieldwork", cell=str.capitalize, width=3),
            Words("participant_group", "With", "Who took part", cell=str.capitalize, width=4),
            Words("pilot", meaning="Local authority"),
            *(
                Column("sessions", name, cell=_shown, at=name, width=3 if len(name) > 9 else 2)
                for name in names
            ),
            Column(
                "participants",
                "People",
                cell=_people,
                width=2,
                meaning="People who took part in all pilots, number, once for each session",
            ),
        ),
        lines=keys,
        across="pilot",
        data=released,
        meanings={"sessions": "Sessions, number; c is confidential"},
        released=list(released),
        last=(("All", "", *(words.count(totals[name]) for name in names), everyone),),
        period=fieldwork_period,
        note=(
            "Sessions in each pilot; people are counted once for each session, over all pilots."
            + (" [c] is suppressed so that no child or parent can be identified." if hidden else "")
        ),
    )
    return replace(made, status=released_sessions.status)


CARRIERS = (
    (
        "Key finding 1",
        "workers are based in schools",
        "both",
        "@tbl-delivery-table, @fig-evidence-matrix",
    ),
    (
        "Key finding 2",
        "practice varies between schools",
        "both",
        "@fig-time-in-school, @tbl-integration-table, @fig-evidence-matrix",
    ),
    (
        "Key finding 3",
        "a wide span of work",
        "both",
        "@fig-activity-types, @fig-activity-status, @fig-evidence-matrix",
    ),
    ("Key finding 4", "well received", "fieldwork", "@fig-reception, @fig-evidence-matrix"),
    (
        "Key finding 5",
        "tensions, and how they eased",
        "fieldwork",
        "@fig-tensions, @fig-evidence-matrix",
    ),
    (
        "Key finding 6",
        "some outcomes fell",
        "both",
        "@fig-effect-forest, @tbl-effect-table, @tbl-by-unit-table, @fig-evidence-matrix",
    ),
    ("Pathway A", "school and safeguarding", "both", "@fig-logic-model, @fig-pathways-by-phase"),
    ("Pathway B", "work with parents", "both", "@fig-logic-model, @fig-pathways-by-phase"),
    ("Pathway C", "young people's trust", "both", "@fig-logic-model, @fig-pathways-by-phase"),
    (
        "Recommendation 1",
        "test on a larger scale",
        "records, trial",
        "@tbl-detectable, @fig-trial-beside-pilots",
    ),
    (
        "Recommendation 2",
        "a clear focus",
        "both",
        "@tbl-effort-table, @fig-pathways-by-phase",
    ),
    (
        "Recommendation 3",
        "a defined role",
        "both",
        "@fig-activity-types, @fig-tensions",
    ),
    (
        "Recommendation 4",
        "closer integration",
        "records",
        "@fig-time-in-school, @tbl-integration-table",
    ),
)
"""Each finding, what it states, the kind of its evidence, and the exhibits that support it."""


def carriers() -> Table:
    """Show which exhibits support each finding, pathway and recommendation."""
    return table(
        pd.DataFrame(CARRIERS, columns=["statement", "says", "evidence", "exhibits"]),
        (
            Words("statement", "Published statement", "Statement of the published summary",
                  width=4),
            Words("says", "In short", "What it says, in short", width=5),
            Words("evidence", "Evidence", "Kind of evidence in this report", width=3),
            Words("exhibits", "Exhibits", "Labels of the exhibits on which it rests", width=6),
        ),
        note=(
            "Records are the authorities' data and the workers' log; fieldwork is coded "
            "interviews, focus groups and observations."
        ),
    )  # fmt: skip


def _day(day: pd.Timestamp) -> str:
    return f"{day.day} {day:%B %Y}"


def _shown(value: object) -> str:
    return f"[{value}]" if isinstance(value, str) else str(value)
