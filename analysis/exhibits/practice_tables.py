"""Tables of how the pilots worked and what fieldwork was done."""

from __future__ import annotations

import pandas as pd

from analysis.disclosure import DisclosureRules, suppress_counts
from analysis.exhibits import words
from analysis.exhibits.exhibit import Table
from analysis.exhibits.rows import effect
from analysis.study import Outcome, Pilot

PHASES = ("primary", "secondary", "special")
DIRECTIONS = {"fell": "lower", "rose": "higher", "no evidence": "no clear change"}


def integration_table(integration_by_pilot: pd.DataFrame, pilots: tuple[Pilot, ...]) -> Table:
    """Show in how many schools workers were embedded, and how much time they had."""
    by_pilot = {row["pilot"]: row for row in integration_by_pilot.to_dict("records")}
    kinds = ("embedded", "mixed", "visiting", "schools")
    return Table(
        header=("Pilot", "Embedded", "Mixed", "Visiting", "Schools", "Days a week"),
        rows=tuple(
            (
                pilot.name,
                *(str(by_pilot[pilot.name][kind]) for kind in kinds),
                words.rate(by_pilot[pilot.name]["days_per_week"]),
            )
            for pilot in pilots
        ),
        numeric=(False, True, True, True, True, True),
        widths=(3, 2, 2, 2, 2, 3),
        data=integration_by_pilot,
        columns={
            "pilot": "Local authority",
            "embedded": "Schools with a worker who is part of the school, number",
            "mixed": "Schools with a worker in between, number",
            "visiting": "Schools with a worker who visits, number",
            "schools": "Schools with a social worker, number",
            "days_per_week": "Social-worker days per school and week",
        },
        note="A school with several workers is counted by the one most a part of it.",
    )


def activity_status(activity_by_status: pd.DataFrame) -> Table:
    """Show for which children workers spent their time, by phase of school."""
    table = activity_by_status.pivot(index="child_status", columns="phase", values="percent")
    ordered = table.sort_values("secondary", ascending=False)
    return Table(
        header=("Status of the child", *(phase.capitalize() for phase in PHASES)),
        rows=tuple(
            (str(status), *(f"{value:.0f}%" for value in ordered.loc[status, list(PHASES)]))
            for status in ordered.index
        ),
        numeric=(False, True, True, True),
        widths=(5, 2, 2, 2),
        data=activity_by_status,
        columns={
            "phase": "Phase of school",
            "child_status": "What children's social care knew of the child",
            "hours": "Hours logged",
            "percent": "Share of the phase's hours, per cent",
        },
        note="Share of the hours logged in schools of that phase.",
    )


def fieldwork_table(
    sessions_by_group: pd.DataFrame, pilots: tuple[Pilot, ...], disclosure_rules: DisclosureRules
) -> Table:
    """Show interviews, focus groups and observations by group of people and pilot."""
    released, status = suppress_counts(sessions_by_group, ["sessions"], disclosure_rules)
    keys = ["method", "participant_group"]
    # Professionals are no children: only sessions with children and parents can be hidden.
    family = sessions_by_group["participant_group"].isin(["child", "parent"])
    released["sessions"] = released["sessions"].where(
        family, sessions_by_group["sessions"].astype(object)
    )
    table = released.pivot(index=keys, columns="pilot", values="sessions")
    names = [pilot.name for pilot in pilots]
    hidden = any(isinstance(value, str) for value in released["sessions"])
    return Table(
        header=("Method", "With", *names),
        rows=tuple(
            (*map(str, key), *(_shown(table.loc[key, name]) for name in names))
            for key in table.index
        ),
        numeric=(False, False, True, True, True),
        widths=(3, 4, 2, 3, 2),
        data=released,
        columns={
            "method": "Method of fieldwork",
            "participant_group": "Who took part",
            "pilot": "Local authority",
            "sessions": "Sessions, number; c is confidential",
        },
        note="Sessions." + (" [c] is hidden so that no child can be identified." if hidden else ""),
        status=status,
    )


def evidence_matrix(evidence_by_finding: pd.DataFrame, pilots: tuple[Pilot, ...]) -> Table:
    """Show how many coded items support, qualify and contradict each finding."""
    found = {(row["finding"], row["pilot"]): row for row in evidence_by_finding.to_dict("records")}
    names = [pilot.name for pilot in pilots]
    findings = sorted({finding for finding, _ in found})
    return Table(
        header=("Finding", *names),
        rows=tuple(
            (f"Key finding {finding}", *(_directions(found.get((finding, name))) for name in names))
            for finding in findings
        ),
        numeric=(False, True, True, True),
        widths=(3, 3, 3, 3),
        data=evidence_by_finding,
        columns={
            "finding": "Key finding of the published summary, by number",
            "pilot": "Local authority",
            "supports": "Coded items that support it, number",
            "mixed": "Coded items that point both ways, number",
            "contradicts": "Coded items that contradict it, number",
        },
        note="Coded items that support the finding / point both ways / contradict it.",
    )


def calibration_check(
    published_findings: tuple[dict[str, str], ...],
    main_effects: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
) -> Table:
    """Show published directions beside the stand-in's: a check of the generator."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    analysed = {(row["outcome"], row["pilot"]) for row in main_effects.to_dict("records")}
    lines = [
        (labels[each["outcome"]], each["pilot"], DIRECTIONS[each["direction"]],
         _direction(main_effects, each["outcome"], each["pilot"]))
        for each in published_findings
        if (each["outcome"], each["pilot"]) in analysed and each["direction"] in DIRECTIONS
    ]  # fmt: skip
    header = ("Outcome", "Pilot", "Published summary", "This extract")
    names = ["outcome", "pilot", "published", "extract"]
    return Table(
        header=header,
        rows=tuple(lines),
        numeric=(False,) * 4,
        widths=(4, 3, 4, 4),
        data=pd.DataFrame(lines, columns=names),
        columns=dict(zip(names, header, strict=True)),
        note="Calibration check, not evidence: the stand-in was built to point this way.",
    )


def _shown(value: object) -> str:
    return f"[{value}]" if isinstance(value, str) else str(value)


def _directions(row: dict[object, object] | None) -> str:
    if row is None:
        return "0 / 0 / 0"
    return f"{row['supports']} / {row['mixed']} / {row['contradicts']}"


def _direction(main_effects: pd.DataFrame, outcome: str, pilot: str) -> str:
    found = effect(main_effects, outcome, pilot)
    if not found.estimated:
        return "not estimable"
    if found.ratio_high < 1:
        return "lower"
    return "higher" if found.ratio_low > 1 else "no clear change"
