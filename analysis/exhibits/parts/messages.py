"""What a figure of results shows, in one line: said by the rule that claims are held to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.exhibits.parts import words
from analysis.exhibits.parts.rows import judgements_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from analysis.study.settings import Outcome


RULE = "by school and by area, allowing for the other comparisons of the family"
"""What small p-values are of. A message says which are small and claims no change: it looks through
all pilots, and so finds one by chance more often than a sentence that names its pilots."""


def change_message(change_judgements: pd.DataFrame, outcome: Outcome) -> str:
    """Say in which pilots p-values for one outcome are small, if in any."""
    parts = _small(change_judgements, outcome)
    if not parts:
        shown = _shown(change_judgements, [outcome])
        what = words.inside(outcome.label)
        return (
            f"No clear change in {what} {shown}" if shown else f"No effect on {what} can be shown"
        )
    return f"Exploratory: p-values are small for {' and '.join(parts)}, {RULE}"


def effects_message(change_judgements: pd.DataFrame, outcomes: Sequence[Outcome]) -> str:
    """Say which p-values are small, of all outcomes and pilots."""
    parts = [part for outcome in outcomes for part in _small(change_judgements, outcome)]
    if not parts:
        shown = _shown(change_judgements, outcomes)
        return f"No clear change in any outcome {shown}" if shown else "No effect can be shown"
    return f"Exploratory: p-values are small only for {' and '.join(parts)}, {RULE}"


def _shown(change_judgements: pd.DataFrame, outcomes: Sequence[Outcome]) -> str:
    """Say where effects are shown: in all pilots or some; empty where in none."""
    found = [each for one in outcomes for each in judgements_of(change_judgements, one.name)]
    if all(each.estimated for each in found):
        return "in any pilot"
    return "wherever an effect can be shown" if any(each.estimated for each in found) else ""


def _small(change_judgements: pd.DataFrame, outcome: Outcome) -> list[str]:
    found = judgements_of(change_judgements, outcome.name)
    parts = []
    for verdict, word in (("lower", "fewer"), ("higher", "more")):
        pilots = [each.pilot for each in found if each.verdict == verdict]
        if pilots:
            parts.append(f"{word} {words.inside(outcome.label)} in {words.listed(pilots)}")
    return parts
