"""What a figure of results shows, in one line: said by the rule that claims are held to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.exhibits.parts import words
from analysis.exhibits.parts.rows import judgements_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from analysis.study.settings import Outcome


def change_message(change_judgements: pd.DataFrame, outcome: Outcome) -> str:
    """Say in which pilots a change in one outcome is claimed, if in any."""
    parts = _claimed(change_judgements, outcome)
    if not parts:
        return f"No clear change in {words.inside(outcome.label)} in any pilot"
    return f"{'; '.join(parts)}, against comparison schools"


def effects_message(change_judgements: pd.DataFrame, outcomes: Iterable[Outcome]) -> str:
    """Say which changes are claimed, of all outcomes and pilots."""
    parts = [part for outcome in outcomes for part in _claimed(change_judgements, outcome)]
    if not parts:
        return "No clear change in any outcome in any pilot"
    return f"{'; '.join(parts)}; no other change is clear"


def _claimed(change_judgements: pd.DataFrame, outcome: Outcome) -> list[str]:
    found = judgements_of(change_judgements, outcome.name)
    parts = []
    for verdict, word in (("lower", "Fewer"), ("higher", "More")):
        pilots = [each.pilot for each in found if each.verdict == verdict]
        if pilots:
            parts.append(f"{word} {words.inside(outcome.label)} in {words.listed(pilots)}")
    return parts
