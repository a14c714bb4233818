"""The pilots as published, and where days in care could be analysed."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Number, Table
from analysis.exhibits.parts.workings.working import counted_of
from exhibits.results.published import SUMMARY, Fact, cited

PILOTS = {"lambeth": "Lambeth", "southampton": "Southampton", "stockport": "Stockport"}
"""The pilots, by the end of the names of their published facts."""


def pilots_table(published_facts: dict[str, Fact]) -> Table:
    """Show the pilots as the published Table 1 states them."""
    data = pd.DataFrame(
        {
            "pilot": pilot,
            "school_types": published_facts[f"types_{key}"].value,
            "schools": int(published_facts[f"schools_{key}"].value),
            "social_workers": int(published_facts[f"workers_{key}"].value),
        }
        for key, pilot in PILOTS.items()
    )
    return table(
        data,
        (
            Words("pilot", "Pilot", "Local authority", width=2),
            Words("school_types", "Types of school", "Types of school that took part", width=5),
            Column("schools", "Schools", "Schools with a social worker", "number", width=2),
            Column("social_workers", "Social workers", "Social workers in the team", "number",
                   width=2),
        ),
        note=(
            f"As published {cited(SUMMARY, 'Table 1')}. SEMH stands for social, emotional and "
            "mental health: special schools for pupils with such needs."
        ),
    )  # fmt: skip


def care_estimated(main_effects: pd.DataFrame) -> Number:
    """Count the pilots where the effect on days in care could be estimated, of those analysed."""
    asked = main_effects.loc[main_effects["outcome"] == "days_in_care", "status"]
    made = int((asked == "estimated").sum())
    of = "neither" if made == 0 and len(asked) == 2 else words.spelled(made)
    text = f"{of} of {words.spelled(len(asked))}"
    working = counted_of("pilots with an estimate", made, "pilots", len(asked))
    return Number(text, text, "pilots", len(asked), working=working)
