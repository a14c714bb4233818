"""Tables of the design: schools compared, assumptions, and deviations."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.outcomes.tables import ARM_NAMES
from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Table
from analysis.extract.flow import STAGES
from analysis.models.inputs.specification import Specification
from analysis.study.settings import Assumption, Outcome

PILOT = Words("pilot", "Pilot", "Local authority", width=3)
SCHOOLS = Words(
    "arm", "Schools", "Schools with a social worker (intervention) or comparison schools",
    cell=ARM_NAMES.__getitem__, width=5,
)  # fmt: skip
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
    return table(
        baseline_by_arm,
        (
            PILOT,
            SCHOOLS,
            Column("schools", "Number", "Schools", "number", width=2),
            Column("pupils", "Pupils", "Pupils on roll at the start", "number", words.count, 2),
            Column("mean_roll", "Mean roll", "Pupils on roll at the start", "mean of schools",
                   words.count, 3),
            Column("fsm_percent", "Free school meals", "Pupils with free school meals",
                   "per cent of pupils", "{:.1f}%".format, 3),
        ),
        note="At the start of the pilots; free school meals as a share of all pupils of the group.",
    )  # fmt: skip


def school_flow(
    school_flow_counts: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    specifications: tuple[Specification, ...],
) -> Table:
    """Show how many schools are left at each stage, by pilot and arm."""
    widths = (3, 3, 3, 3, 2)
    return table(
        school_flow_counts,
        (
            PILOT,
            SCHOOLS,
            *(
                Column(name, stage, stage, "number of schools", words.released, width)
                for (name, stage), width in zip(STAGES.items(), widths, strict=True)
            ),
        ),
        note=(
            f"For {outcomes[0].label}, the primary outcome. The periods are the pilot's months and "
            f"the same months a year before; {_missing_months(specifications)} A school "
            "without any event says nothing about a ratio."
        ),
    )


def _missing_months(specifications: tuple[Specification, ...]) -> str:
    """State how the specifications treat a month without a return."""
    paired = {each.pair_missing_months for each in specifications if each.role == "primary"}
    if paired == {True}:
        return "a month without a return is left out with its like month."
    if paired == {False}:
        return "a month without a return is left out, and its like month stays in."
    return "a month without a return is left out, in some pilots with its like month."


def assumptions_table(assumptions: tuple[Assumption, ...]) -> Table:
    """Show the assumptions, each with its reason."""
    listed = [(each.id, each.statement, each.reason) for each in assumptions]
    return table(
        pd.DataFrame(listed, columns=["id", "statement", "reason"]),
        (
            Words("id", "No.", "Number of the assumption"),
            Words("statement", "Assumption", "What is taken as given", width=7),
            Words("reason", "Reason", "Why", width=9),
        ),
    )


def deviations() -> Table:
    """Show deviations: what the published summary says was done, next to what is done here."""
    return table(
        pd.DataFrame(list(DEVIATIONS), columns=["step", "published", "here", "why"]),
        (
            Words("step", "Step", "Step of the evaluation", width=2),
            Words("published", "Published summary", "What the published summary says was done",
                  width=5),
            Words("here", "Here", "What this rebuild does", width=5),
            Words("why", "Why", "Reason for the difference", width=5),
        ),
    )  # fmt: skip
