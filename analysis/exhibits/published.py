"""Numbers that the published summary states, for sentences that report them as published."""

from __future__ import annotations

from hamilton.function_modifiers import parameterize, value

from analysis.dataflow.published import Fact
from analysis.exhibits import words
from analysis.exhibits.exhibit import Number

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
