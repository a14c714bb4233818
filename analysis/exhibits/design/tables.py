"""Tables of the design: what was compared, what is assumed, what is done differently."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.outcomes.tables import ARM_NAMES
from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Table
from analysis.exhibits.parts.rows import Baseline, rows
from analysis.extract.flow import STAGES
from analysis.models.inputs.specification import Specification
from analysis.study.settings import Assumption, Outcome

DEVIATIONS = (
    (
        "Comparison schools",
        "Compared with the pilots' schools; how they were found is described for Lambeth alone: by "
        "pupils, need and past trend.",
        "One comparison school for each, matched on authority, phase and pupils.",
        "Matching on past trend can by itself create or hide a change.",
    ),
    (
        "Outcome model",
        "Not described in the summary.",
        "Poisson regression with schools conditioned out, one binomial row a school.",
        "It needs only the expected value to be right, and its intervals allow for small samples.",
    ),
    (
        "Months compared",
        "About ten months of running.",
        "Ten months against the same calendar months a year earlier.",
        "School holidays would otherwise differ between the two periods.",
    ),
    (
        "Outcomes",
        "Several, none of them named as the first.",
        "Section 47 enquiries first; section 17 starts, days in care and, added here, referrals.",
        "An outcome named first can't be picked for its result; the later trial had the same one.",
    ),
    (
        "Unit assigned",
        "Not described in the summary.",
        "Schools, with whole areas as a check.",
        "What was assigned decides how much chance can do; public pages suggest areas.",
    ),
    (
        "Uncertainty",
        "In words: the scale was small, and low counts left little room to fall.",
        "Added: intervals, randomisation tests, and what so small a design can detect.",
        "A reader can distinguish no effect from no chance of detecting one.",
    ),
    (
        "Comparisons",
        "Not described in the summary.",
        "Added: Holm's adjustment for the first outcome; everything is called exploratory.",
        "Among many comparisons some differ by chance.",
    ),
    (
        "Checks",
        "Not described in the summary.",
        "Added: placebo start dates, placebo outcomes, other models and "
        "specifications, simulated data.",
        "One analysis is one choice among many.",
    ),
    (
        "Results shown",
        "The outcomes that appeared to fall, and days in care.",
        "Every outcome in every pilot.",
        "Directions picked from many comparisons mislead.",
    ),
    (
        "Data",
        "Records of three local authorities.",
        "An invented extract of the same shape.",
        "The records are confidential.",
    ),
)


def baseline(baseline_by_arm: pd.DataFrame) -> Table:
    """Show schools, pupils and free school meals by pilot and arm."""
    found = rows(baseline_by_arm, Baseline)
    return Table(
        header=("Pilot", "Schools", "Number", "Pupils", "Mean roll", "Free school meals"),
        rows=tuple(
            (
                row.pilot,
                ARM_NAMES[row.arm],
                str(row.schools),
                words.count(row.pupils),
                words.count(row.mean_roll),
                f"{row.fsm_percent:.1f}%",
            )
            for row in found
        ),
        numeric=(False, False, True, True, True, True),
        widths=(3, 5, 2, 2, 3, 3),
        data=baseline_by_arm,
        columns={
            "pilot": "Local authority",
            "arm": "Schools with a social worker (intervention) or comparison schools",
            "schools": "Schools, number",
            "pupils": "Pupils on roll at the start, number",
            "mean_roll": "Pupils on roll at the start, mean of schools",
            "fsm_percent": "Pupils with free school meals, per cent of pupils",
        },
        note="At the start of the pilots; free school meals as a share of all pupils of the group.",
    )


def school_flow(
    school_flow_counts: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    specifications: tuple[Specification, ...],
) -> Table:
    """Show how many schools are left at each stage, by pilot and arm."""
    names = [*STAGES]
    return Table(
        header=("Pilot", "Schools", *STAGES.values()),
        rows=tuple(
            (row["pilot"], ARM_NAMES[row["arm"]], *(words.released(row[name]) for name in names))
            for row in school_flow_counts.to_dict("records")
        ),
        numeric=(False, False, *(True,) * len(names)),
        widths=(3, 5, 3, 3, 3, 3, 2),
        data=school_flow_counts,
        columns={
            "pilot": "Local authority",
            "arm": "Schools with a social worker (intervention) or comparison schools",
            **{name: f"{stage}, number of schools" for name, stage in STAGES.items()},
        },
        note=(
            f"For {outcomes[0].label}, the primary outcome. The periods are the pilot's months and "
            f"the same months a year before; {_missing_months(specifications)} A school "
            "without any event says nothing about a ratio."
        ),
    )


def _missing_months(specifications: tuple[Specification, ...]) -> str:
    """Say what becomes of a month without a return, as the specifications have it."""
    paired = {each.pair_missing_months for each in specifications if each.role == "primary"}
    if paired == {True}:
        return "a month without a return is left out with its like month."
    if paired == {False}:
        return "a month without a return is left out, and its like month stays in."
    return "a month without a return is left out, in some pilots with its like month."


def assumptions_table(assumptions: tuple[Assumption, ...]) -> Table:
    """Show what is taken as given, with the reason."""
    return Table(
        header=("No.", "Assumption", "Reason"),
        rows=tuple((each.id, each.statement, each.reason) for each in assumptions),
        numeric=(False, False, False),
        widths=(1, 7, 9),
        data=pd.DataFrame([(each.id, each.statement, each.reason) for each in assumptions],
                          columns=["id", "statement", "reason"]),
        columns={
            "id": "Number of the assumption",
            "statement": "What is taken as given",
            "reason": "Why",
        },
    )  # fmt: skip


def deviations() -> Table:
    """Show what the published summary says was done beside what is done here."""
    header = ("Step", "Published summary", "Here", "Why")
    return Table(
        header=header,
        rows=DEVIATIONS,
        numeric=(False,) * 4,
        widths=(2, 5, 5, 5),
        data=pd.DataFrame(list(DEVIATIONS), columns=["step", "published", "here", "why"]),
        columns={
            "step": "Step of the evaluation",
            "published": "What the published summary says was done",
            "here": "What this rebuild does",
            "why": "Reason for the difference",
        },
    )
