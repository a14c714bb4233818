"""Tables of the design: schools compared, assumptions, and deviations."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Table
from analysis.extract.flow import STAGES
from analysis.models.inputs.specification import Specification
from analysis.study.settings import Assumption, Outcome
from analysis.study.terms import Terms


def _groups(terms: Terms) -> tuple[Words, Words]:
    """Return the columns that name a group of schools."""
    return (
        Words("pilot", terms.heading, terms.place, width=3),
        Words("arm", "Schools", terms.groups, cell=terms.arms.__getitem__, width=5),
    )


def baseline(baseline_by_arm: pd.DataFrame, terms: Terms) -> Table:
    """Show schools, pupils and free school meals by pilot and arm."""
    return table(
        baseline_by_arm,
        (
            *_groups(terms),
            Column("schools", "Number", "Schools", "number", width=2),
            Column("pupils", "Pupils", "Pupils on roll at the start", "number", words.count, 2),
            Column("mean_roll", "Mean roll", "Pupils on roll at the start", "mean of schools",
                   words.count, 3),
            Column("fsm_percent", "Free school meals", "Pupils with free school meals",
                   "per cent of pupils", "{:.1f}%".format, 3),
        ),
        note=f"At the start of the {terms.sites}; free school meals as a share of all pupils of "
        "the group.",
    )  # fmt: skip


def school_flow(
    school_flow_counts: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    specifications: tuple[Specification, ...],
    terms: Terms,
) -> Table:
    """Show how many schools are left at each stage, by pilot and arm."""
    widths = (3, 3, 3, 3, 2)
    return table(
        school_flow_counts,
        (
            *_groups(terms),
            *(
                Column(name, stage, stage, "number of schools", words.released, width)
                for (name, stage), width in zip(STAGES.items(), widths, strict=True)
            ),
        ),
        note=(
            f"For {outcomes[0].label}, the primary outcome. The periods are the {terms.site}'s "
            f"months and the same months a year before; {_missing_months(specifications)} A school "
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
