"""Tables of how the pilots worked, what fieldwork was done, and what carries which finding."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Table
from analysis.practice.fieldwork import ReleasedSessions
from analysis.practice.presence import PHASES
from analysis.study.settings import Pilot


def delivery_table(
    pilot_delivery: pd.DataFrame, pilots: tuple[Pilot, ...], activity_period: str
) -> Table:
    """Show whether each pilot had its workers and schools, and kept them."""
    by_pilot = pilot_delivery.set_index("pilot").to_dict("index")
    lines = []
    for pilot in pilots:
        row = by_pilot[pilot.name]
        lines.append(
            (
                pilot.name,
                f"{row['workers']} of {pilot.social_workers}",
                str(row["at_end"]),
                f"{row['schools']} of {pilot.schools}",
                f"{_day(row['first_start'])} to {_day(row['last_start'])}",
                words.rate(row["days_in_school"]),
                f"{row['months_with_work']:.0f}%",
            )
        )
    return Table(
        header=("Pilot", "Workers", "Still at end", "Schools", "Schools joined", "Days in school",
                "Months with work"),
        rows=tuple(lines),
        numeric=(False, True, True, True, False, True, True),
        widths=(3, 2, 2, 2, 6, 2, 2),
        data=pilot_delivery,
        columns={
            "pilot": "Local authority",
            "workers": "Social workers ever in the team, number",
            "at_end": "Social workers still in post on the last day, number",
            "schools": "Schools with a social worker, number",
            "first_start": "Day on which the first school's worker started",
            "last_start": "Day on which the last school's worker started",
            "days_in_school": "Days a week in schools, per social worker",
            "months_with_work": "School-months with any logged work, per cent",
        },
        period=activity_period,
        note=(
            "Workers and schools of the extract, of those that were published [@westlake2020]. "
            "Days in school are days a week for each worker."
        ),
    )  # fmt: skip


def integration_table(integration_by_kind: pd.DataFrame, activity_period: str) -> Table:
    """Show what embedded, mixed and visited schools were like."""
    return Table(
        header=("Worker is", "Schools", "Primary", "Secondary", "Special", "Free meals",
                "Days a week", "Hours a month"),
        rows=tuple(
            (
                str(row["integration"]).capitalize(),
                *(str(row[each]) for each in ("schools", *PHASES)),
                f"{row['fsm_percent']:.0f}%",
                words.rate(row["days_per_week"]),
                words.count(row["hours_a_month"]),
            )
            for row in integration_by_kind.to_dict("records")
            if row["schools"]
        ),
        numeric=(False, *(True,) * 7),
        widths=(3, 2, 2, 3, 2, 2, 2, 2),
        data=integration_by_kind,
        columns={
            "integration": "How far the worker is part of the school",
            "schools": "Schools with a social worker, number",
            "primary": "Of these, primary schools",
            "secondary": "Of these, secondary schools",
            "special": "Of these, special schools",
            "fsm_percent": "Pupils with free school meals, per cent, mean of schools",
            "days_per_week": "Days a week with a social worker, mean of schools",
            "hours_a_month": "Logged hours per school and month",
        },
        period=activity_period,
        note=(
            "Schools of all pilots; free school meals, days and logged hours are means per school. "
            "A school with several workers goes by the one most a part of it."
        ),
    )  # fmt: skip


def effort_table(effort_by_phase: pd.DataFrame, activity_period: str) -> Table:
    """Show where workers' time went: in schools of each phase, and per pupil."""
    return Table(
        header=("Phase of school", "Schools", "Pupils", "Days a week", "Share of hours",
                "Hours per 100 pupils"),
        rows=tuple(
            (
                str(row["phase"]).capitalize(),
                str(row["schools"]),
                words.count(row["pupils"]),
                words.rate(row["days_per_week"]),
                f"{row['percent']:.0f}%",
                words.count(row["hours_per_100"]),
            )
            for row in effort_by_phase.to_dict("records")
            if row["schools"]
        ),
        numeric=(False, *(True,) * 5),
        widths=(3, 2, 2, 2, 3, 3),
        data=effort_by_phase,
        columns={
            "phase": "Phase of school",
            "schools": "Schools with a social worker, number",
            "pupils": "Pupils on roll at the start, number",
            "days_per_week": "Days a week with a social worker, mean of schools",
            "hours": "Hours logged",
            "percent": "Share of all logged hours, per cent",
            "hours_per_100": "Logged hours per 100 pupils over the pilot's months",
        },
        period=activity_period,
        note="Schools of all pilots; days a week are a mean per school.",
    )  # fmt: skip


def fieldwork_table(
    sessions_by_group: pd.DataFrame,
    pilots: tuple[Pilot, ...],
    released_sessions: ReleasedSessions,
    fieldwork_period: str,
) -> Table:
    """Show interviews, focus groups and observations by group of people and pilot."""
    released = released_sessions.table
    names = [pilot.name for pilot in pilots]
    by_group = released.pivot(
        index=["method", "participant_group"], columns="pilot", values="sessions"
    )
    people = released.groupby(["method", "participant_group"], sort=True)["participants"].first()
    totals = sessions_by_group.groupby("pilot")["sessions"].sum()
    lines = [
        (
            *(str(each).capitalize() for each in key),
            *(_shown(by_group.loc[key, name]) for name in names),
            "[c]" if pd.isna(people[key]) else words.count(people[key]),
        )
        for key in by_group.index
    ]
    everyone = words.count(sessions_by_group["participants"].sum())
    lines.append(("All", "", *(words.count(totals[name]) for name in names), everyone))
    hidden = any(isinstance(value, str) for value in released["sessions"])
    return Table(
        header=("Method", "With", *names, "People"),
        rows=tuple(lines),
        numeric=(False, False, True, True, True, True),
        widths=(3, 4, 2, 3, 2, 2),
        data=released,
        columns={
            "method": "Method of fieldwork",
            "participant_group": "Who took part",
            "pilot": "Local authority",
            "sessions": "Sessions, number; c is confidential",
            "participants": "People who took part in all pilots, number, once for each session",
        },
        period=fieldwork_period,
        note=(
            "Sessions in each pilot; people are counted once for each session, over all pilots."
            + (" [c] is hidden so that no child or parent can be identified." if hidden else "")
        ),
        status=released_sessions.status,
    )


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
"""What is carried, what it says, what kind of evidence it has, and the exhibits that carry it."""


def carriers() -> Table:
    """Show which exhibits carry which finding, pathway and recommendation."""
    names = ["statement", "says", "evidence", "exhibits"]
    data = pd.DataFrame(CARRIERS, columns=names)
    return Table(
        header=("Published statement", "In short", "Evidence", "Exhibits"),
        rows=CARRIERS,
        numeric=(False,) * 4,
        widths=(4, 5, 3, 6),
        data=data,
        columns={
            "statement": "Statement of the published summary",
            "says": "What it says, in short",
            "evidence": "Kind of evidence in this report",
            "exhibits": "Labels of the exhibits on which it rests",
        },
        note=(
            "Records are the authorities' data and the workers' log; fieldwork is coded "
            "interviews, focus groups and observations."
        ),
    )


def _day(day: pd.Timestamp) -> str:
    return f"{day.day} {day:%B %Y}"


def _shown(value: object) -> str:
    return f"[{value}]" if isinstance(value, str) else str(value)
