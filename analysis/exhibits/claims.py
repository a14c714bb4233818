"""Sentences of the report that rest on results, each with the rule it is held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.exhibits import words
from analysis.exhibits.exhibit import Claim
from analysis.exhibits.rows import effect


@dataclass(frozen=True)
class EffectRule:
    """What the estimates must show for a sentence to stand.

    Attributes
    ----------
    outcome
        Name of the outcome.
    pilots
        All of these must show it.
    direction
        'lower' or 'higher' than in comparison schools.
    beyond
        The ratio must lie below (or above) this value.
    """

    outcome: str
    pilots: tuple[str, ...]
    direction: Literal["lower", "higher"]
    beyond: float = 1.0

    def __str__(self) -> str:
        side = "below" if self.direction == "lower" else "above"
        return (
            f"ratio of rate ratios of {self.outcome} {side} {words.ratio(self.beyond)} "
            f"in {words.listed(self.pilots)}"
        )

    def holds(self, ratio: float) -> bool:
        """Whether one ratio satisfies the rule; a missing one does not."""
        return ratio < self.beyond if self.direction == "lower" else ratio > self.beyond


def s47_lower_in_lambeth_and_southampton(main_effects: pd.DataFrame) -> Claim:
    """Hold the direction of the published finding on section 47 enquiries."""
    return _judge(
        "In this extract enquiries fell further in schools with a social worker than in "
        "comparison schools in Lambeth and in Southampton.",
        EffectRule("s47_enquiries", ("Lambeth", "Southampton"), "lower"),
        main_effects,
        ("effect_forest",),
    )


def _judge(
    sentence: str, rule: EffectRule, main_effects: pd.DataFrame, evidence: tuple[str, ...]
) -> Claim:
    found = [effect(main_effects, rule.outcome, pilot) for pilot in rule.pilots]
    holds = all(each.estimated and rule.holds(each.ratio) for each in found)
    seen = "; ".join(
        f"{each.pilot} {words.ratio(each.ratio)}"
        if each.estimated
        else f"{each.pilot} not estimable, {each.reason}"
        for each in found
    )
    return Claim(sentence, str(rule), holds, seen, evidence)
