"""Sentences of the report that rest on results, each with the rule it is held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Claim
from analysis.exhibits.parts.rows import Effect, effect, effects
from analysis.exhibits.parts.rules import Least, judge

Verdict = Literal["clearly lower", "lower but not clear", "clearly higher", "not clear"]
WORDS: dict[Verdict, str] = {
    "clearly lower": "wholly below 1",
    "lower but not clear": "on both sides of 1, with the ratio below it,",
    "clearly higher": "wholly above 1",
    "not clear": "on both sides of 1",
}


@dataclass(frozen=True)
class EffectRule:
    """What the estimates must show for a sentence to stand.

    Attributes
    ----------
    outcome
        Name of the outcome.
    pilots
        All of these must show it.
    verdict
        Where the 95% confidence interval of the ratio lies: see `WORDS`. Where nothing
        could be estimated, nothing is clear.
    """

    outcome: str
    pilots: tuple[str, ...]
    verdict: Verdict

    def __str__(self) -> str:
        return (
            f"95% confidence interval of the ratio of {self.outcome} {WORDS[self.verdict]} in "
            f"{words.listed(self.pilots)}"
        )

    def holds(self, found: Effect) -> bool:
        """Whether one estimate satisfies the rule, as it is printed."""
        if not found.estimated:
            return self.verdict == "not clear"
        # A limit of 0.998 is printed as 1.00, which no reader takes for less than 1.
        ratio, low, high = (
            round(limit, 2) for limit in (found.ratio, found.ratio_low, found.ratio_high)
        )
        match self.verdict:
            case "clearly lower":
                return high < 1
            case "clearly higher":
                return low > 1
            case "lower but not clear":
                return ratio < 1 <= high
            case "not clear":
                return low <= 1 <= high


def s47_lower_in_lambeth_and_southampton(main_effects: pd.DataFrame) -> Claim:
    """Hold the direction of the published finding on section 47 enquiries."""
    return _judge(
        "In this extract, schools with a social worker in Lambeth and in Southampton had fewer "
        "section 47 enquiries than comparison schools lead one to expect, by more than chance "
        "explains.",
        EffectRule("s47_enquiries", ("Lambeth", "Southampton"), "clearly lower"),
        main_effects,
    )


def s47_no_clear_change_in_stockport(main_effects: pd.DataFrame) -> Claim:
    """Hold that the third pilot shows no such fall."""
    return _judge(
        "In Stockport there is no clear difference between the two groups of schools.",
        EffectRule("s47_enquiries", ("Stockport",), "not clear"),
        main_effects,
    )


def s17_lower_in_stockport(main_effects: pd.DataFrame) -> Claim:
    """Hold the direction of the published finding on section 17 starts."""
    return _judge(
        "In Stockport, schools with a social worker had fewer section 17 starts than comparison "
        "schools lead one to expect, by more than chance explains.",
        EffectRule("s17_starts", ("Stockport",), "clearly lower"),
        main_effects,
    )


def s17_no_clear_change_elsewhere(main_effects: pd.DataFrame) -> Claim:
    """Hold that the other two pilots show no such fall."""
    return _judge(
        "In Lambeth and Southampton starts show no clear difference.",
        EffectRule("s17_starts", ("Lambeth", "Southampton"), "not clear"),
        main_effects,
    )


def referrals_no_clear_change(main_effects: pd.DataFrame) -> Claim:
    """Hold that referrals show no clear difference in any pilot."""
    return _judge(
        "Referrals from schools show no clear difference in any pilot.",
        EffectRule("referrals", ("Lambeth", "Southampton", "Stockport"), "not clear"),
        main_effects,
    )


def care_no_clear_change(main_effects: pd.DataFrame) -> Claim:
    """Hold the published finding on days in care."""
    return _judge(
        "Where it could be estimated, there is no clear difference.",
        EffectRule("days_in_care", ("Southampton", "Stockport"), "not clear"),
        main_effects,
    )


def care_moved_by_a_few(school_zeros: pd.DataFrame) -> Claim:
    """Hold that in most schools and months no child was in care."""
    chosen = school_zeros.loc[school_zeros["outcome"] == "days_in_care"]
    found = chosen.set_index("pilot")["zero_months_percent"].dropna()
    return judge(
        "In most months of most schools no child is in care, so that a few children move the rate.",
        Least("school-months without a day in care", 51, "%"),
        {str(pilot): float(percent) for pilot, percent in found.items()},
        ("floor",),
    )


def intervals_are_wide(main_effects: pd.DataFrame) -> Claim:
    """Hold that the primary outcome's intervals leave much open."""
    found = [each for each in effects(main_effects, "s47_enquiries") if each.estimated]
    return judge(
        "In every pilot the upper end of the interval for enquiries is at least twice its lower "
        "end, so that the size of any change is hardly known.",
        Least("upper over lower limit for section 47 enquiries", 2, " times"),
        {each.pilot: each.ratio_high / each.ratio_low for each in found},
        ("main_result", "effect_forest"),
    )


def many_months_empty(school_zeros: pd.DataFrame) -> Claim:
    """Hold the floor under the primary outcome."""
    chosen = school_zeros.loc[school_zeros["outcome"] == "s47_enquiries"]
    found = chosen.set_index("pilot")["zero_months_percent"].dropna()
    return judge(
        "In each pilot at least four school-months in ten are without a section 47 enquiry.",
        Least("school-months without a section 47 enquiry", 40, "%"),
        {str(pilot): float(percent) for pilot, percent in found.items()},
        ("floor",),
    )


def _judge(sentence: str, rule: EffectRule, main_effects: pd.DataFrame) -> Claim:
    found = [effect(main_effects, rule.outcome, pilot) for pilot in rule.pilots]
    seen = "; ".join(
        f"{each.pilot} " + words.interval(each.ratio, each.ratio_low, each.ratio_high, words.ratio)
        if each.estimated
        else f"{each.pilot} not estimable, {each.reason}"
        for each in found
    )
    holds = all(rule.holds(each) for each in found)
    return Claim(sentence, str(rule), holds, seen, ("effect_forest", "effect_table"))
