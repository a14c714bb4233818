"""One-line messages of figures of results, by the same rule as claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.exhibits.parts import words
from analysis.exhibits.parts.rows import judgements_of
from analysis.models.inference.judgement import LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from analysis.exhibits.parts.rows import Judgement
    from analysis.study.settings import Outcome


VERDICTS = {"lower": "a fall", "higher": "a rise"}
"""What a judgement that stands out says, relative to comparison schools."""
TESTS = "both adjusted tests"
"""What it passed: by school, and by area (t-test); permuting areas is a third test."""
RULE = "allowing for the other comparisons of the family"
"""The rule for a change. A message claims none: it searches all pilots, and so finds one by chance
more often than a sentence that names its pilots."""


def change_message(change_judgements: pd.DataFrame, outcome: Outcome, site: str) -> str:
    """State at which sites, if any, one outcome stands out by the rule of claims."""
    return _message(change_judgements, [outcome], words.inside(outcome.label), site)


def effects_message(
    change_judgements: pd.DataFrame,
    outcomes: Sequence[Outcome],
    site: str = "pilot",
) -> str:
    """State which outcomes stand out by the rule of claims, and at which sites."""
    return _message(change_judgements, outcomes, "any outcome", site)


def _message(
    change_judgements: pd.DataFrame,
    outcomes: Sequence[Outcome],
    what: str,
    site: str = "pilot",
) -> str:
    every = [each for one in outcomes for each in judgements_of(change_judgements, one.name)]
    if not any(each.estimated for each in every):
        return f"No effect{f' on {what}' if len(outcomes) == 1 else ''} can be shown"
    parts = [
        part
        for outcome in outcomes
        for part in _standing_out(change_judgements, outcome, several=len(outcomes) > 1)
    ]
    if not parts:
        return f"Exploratory: {RULE}, no change in {what} is claimed {_shown(every, site)}"
    found = [each for each in every if each.verdict in VERDICTS]
    passes = "passes" if len(parts) == 1 else "pass"
    return f"Exploratory: only {' and '.join(parts)} {passes} {TESTS}; {_by_area(found)}"


def _by_area(found: Sequence[Judgement]) -> str:
    """State whether the permutation test by area supports what stands out."""
    unsupported = [each for each in found if not each.p_permuted_area <= LEVEL]
    if not unsupported:
        return "a third, permuting areas, supports it"
    able = any(each.smallest_p_area <= LEVEL for each in unsupported)
    said = f"a third, permuting areas, {'does not' if able else 'cannot'} support it"
    if len(unsupported) == len(found):
        return said
    return f"{said} in {words.listed(list(dict.fromkeys(each.pilot for each in unsupported)))}"


def _shown(every: Sequence[Judgement], site: str) -> str:
    """State where effects are shown: at all sites or at some."""
    shown = all(each.estimated for each in every)
    return f"in any {site}" if shown else "wherever an effect can be shown"


def _standing_out(change_judgements: pd.DataFrame, outcome: Outcome, *, several: bool) -> list[str]:
    found = judgements_of(change_judgements, outcome.name)
    parts = []
    for verdict, word in VERDICTS.items():
        pilots = [each.pilot for each in found if each.verdict == verdict]
        if pilots:
            of = f" in {words.inside(outcome.label)}" if several else ""
            parts.append(f"{word}{of} in {words.listed(pilots)}")
    return parts
