"""Numbers that the published summary states, for sentences that report them as published."""

from __future__ import annotations

from hamilton.function_modifiers import parameterize, value

from analysis.dataflow.published import Fact
from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Claim, Number

STATED = {
    "pilots": "pilots",
    "months": "months_running",
    "phases": "phases",
    "questions": "questions",
    "key_findings": "findings",
    "care_pilots": "care_pilots",
    "pathways": "pathways",
    "recommendations": "recommendations",
}
"""Name of the number, without its prefix, and the fact that states it."""


@parameterize(**{f"published_{name}": {"fact_id": value(fact)} for name, fact in STATED.items()})
def published_count(published_facts: dict[str, Fact], fact_id: str) -> Number:
    """State a count as published, in words as a sentence has it."""
    fact = published_facts[fact_id]
    return Number(int(fact.value), words.spelled(int(fact.value)), fact.unit)


TOLD = {
    ("s47_enquiries", "Lambeth"): "fell",
    ("s47_enquiries", "Southampton"): "fell",
    ("s17_starts", "Stockport"): "fell",
    ("days_in_care", "two, not named"): "no evidence",
}
"""What the sentence below says of an outcome and a pilot."""


def published_outcomes_as_told(published_findings: tuple[dict[str, str], ...]) -> Claim:
    """Hold the sentence on the published directions to the findings as they are kept."""
    kept = {(each["outcome"], each["pilot"]): each["direction"] for each in published_findings}
    falls = {key for key, direction in kept.items() if direction == "fell"}
    told = {key for key, direction in TOLD.items() if direction == "fell"}
    seen = "; ".join(
        f"{outcome} in {pilot}: {direction}" for (outcome, pilot), direction in kept.items()
        if outcome
    )  # fmt: skip
    return Claim(
        "With caution, it reported fewer section 47 enquiries in Southampton and Lambeth, fewer "
        "section 17 starts in Stockport, and no evidence of an effect on days in care where it "
        "could be analysed.",
        "published findings as kept in data/published/findings.csv: these falls and no others",
        falls == told and all(kept.get(key) == direction for key, direction in TOLD.items()),
        seen,
        ("calibration_check",),
    )
