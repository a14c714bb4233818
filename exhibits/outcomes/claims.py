"""Claims on the outcomes, each with the rule that the results must satisfy.

A change is claimed only on the basis of `change_judgements`: p-values adjusted for the family of
comparisons, with schools and with areas as the unit. Each such sentence says that it is
exploratory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from analysis.exhibits.outcomes.unit_tables import p_of
from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Claim
from analysis.exhibits.parts.rows import Judgement, judgement, judgements_of
from analysis.exhibits.parts.rules import Least, judge
from analysis.models.inference.judgement import LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence

Verdict = Literal["lower", "higher", "not clear", "lower by itself"]
RULES: dict[Verdict, str] = {
    "lower": f"below 1, with p-values that allow for the family at most {LEVEL} by school and by "
    "area",
    "higher": f"above 1, with p-values that allow for the family at most {LEVEL} by school and by "
    "area",
    "not clear": "with 1 inside its 95% confidence interval, by school and by area",
    "lower by itself": "below 1 with its 95% confidence interval by school, while a p-value that "
    f"allows for the family exceeds {LEVEL}",
}
EVIDENCE = ("effect_table", "by_unit_table")


@dataclass(frozen=True)
class EffectRule:
    """What the results must show for a sentence to be true.

    Attributes
    ----------
    outcome
        Name of the outcome.
    pilots
        All of these must show it.
    verdict
        See `RULES`. An effect that could not be estimated shows nothing, not even that a change is
        not clear.
    where_estimated
        Whether the sentence covers only those pilots where an effect could be estimated; there
        must be at least one.
    """

    outcome: str
    pilots: tuple[str, ...]
    verdict: Verdict
    where_estimated: bool = False

    def __str__(self) -> str:
        where = "wherever it could be estimated of" if self.where_estimated else "in"
        return f"ratio of {self.outcome} {RULES[self.verdict]}, {where} {words.listed(self.pilots)}"

    def hold(self, found: Sequence[Judgement]) -> bool:
        """Whether the results satisfy the rule."""
        asked = [each for each in found if each.estimated or not self.where_estimated]
        return bool(asked) and all(self.holds(each) for each in asked)

    def refuted(self, found: Sequence[Judgement]) -> bool:
        """Whether a result that is shown contradicts the rule."""
        return any(each.estimated and not self.holds(each) for each in found)

    def holds(self, found: Judgement) -> bool:
        """Whether one result satisfies the rule."""
        if not found.estimated:
            return False
        match self.verdict:
            case "lower" | "higher":
                return found.verdict == self.verdict
            case "lower by itself":
                return found.ratio_high_school < 1 and found.verdict == "not clear"
            case "not clear":
                return all(
                    low <= 1 <= high
                    for low, high in (
                        (found.ratio_low_school, found.ratio_high_school),
                        (found.ratio_low_area, found.ratio_high_area),
                    )
                )


def s47_lower_in_lambeth_and_southampton(change_judgements: pd.DataFrame) -> Claim:
    """Claim the direction of the published finding on section 47 enquiries."""
    return _judge(
        "Exploratory: in these data, schools with a social worker in Lambeth and in "
        "Southampton had fewer section 47 enquiries than expected from comparison schools.",
        EffectRule("s47_enquiries", ("Lambeth", "Southampton"), "lower"),
        change_judgements,
    )


def areas_permuted_show_nothing(change_judgements: pd.DataFrame) -> Claim:
    """Claim that no permutation test of areas could ever support the finding."""
    found = [judgement(change_judgements, "s47_enquiries", pilot)
             for pilot in ("Lambeth", "Southampton")]  # fmt: skip
    return judge(
        "A permutation test of areas, which public pages suggest were assigned, cannot support a "
        "fall in Lambeth or Southampton: each has too few areas for a p of 0.05.",
        Least("smallest p-value that permuting areas can give", 0.051),
        {each.pilot: each.smallest_p_area for each in found},
        ("by_unit_table", "assignment"),
        decimals=3,
    )


def s47_no_clear_change_in_stockport(change_judgements: pd.DataFrame) -> Claim:
    """Claim that Stockport shows no clear change in section 47 enquiries."""
    return _judge(
        "In Stockport there is no clear difference between the two groups of schools.",
        EffectRule("s47_enquiries", ("Stockport",), "not clear"),
        change_judgements,
    )


def s17_not_clear_in_stockport(change_judgements: pd.DataFrame) -> Claim:
    """Claim that the published fall in section 17 starts is seen, but as one of many results."""
    return _judge(
        "Exploratory: in Stockport the ratio for section 17 starts and its interval by school "
        "lie below 1, but one such result among so many secondary comparisons is not "
        "surprising, and no change is claimed.",
        EffectRule("s17_starts", ("Stockport",), "lower by itself"),
        change_judgements,
    )


def s17_no_clear_change_elsewhere(change_judgements: pd.DataFrame) -> Claim:
    """Claim that the other two pilots show no clear change in section 17 starts."""
    return _judge(
        "In Lambeth and Southampton section 17 starts show no clear difference.",
        EffectRule("s17_starts", ("Lambeth", "Southampton"), "not clear"),
        change_judgements,
    )


def referrals_no_clear_change(change_judgements: pd.DataFrame) -> Claim:
    """Claim that referrals show no clear difference in any pilot."""
    return _judge(
        "Referrals from schools show no clear difference in any pilot.",
        EffectRule("referrals", ("Lambeth", "Southampton", "Stockport"), "not clear"),
        change_judgements,
    )


def care_no_clear_change(change_judgements: pd.DataFrame) -> Claim:
    """Claim that days in care show no clear change, as the published finding has it."""
    return _judge(
        "Where the effect could be estimated, days in care show no clear difference.",
        EffectRule("days_in_care", ("Southampton", "Stockport"), "not clear", where_estimated=True),
        change_judgements,
    )


def care_interval_is_wide(change_judgements: pd.DataFrame) -> Claim:
    """Claim that the estimates for days in care say little about the size of an effect."""
    found = [each for each in judgements_of(change_judgements, "days_in_care") if each.estimated]
    return judge(
        "The upper limit of the interval by school for days in care is at least ten times its "
        "lower limit, so little can be said of the size of an effect.",
        Least("upper over lower limit for days in care", 10, " times"),
        {each.pilot: each.ratio_high_school / each.ratio_low_school for each in found},
        ("effect_table", "by_unit_table"),
    )


def intervals_are_wide(change_judgements: pd.DataFrame) -> Claim:
    """Claim that the primary outcome's confidence intervals are wide."""
    found = judgements_of(change_judgements, "s47_enquiries")
    return judge(
        "In every pilot the upper limit of the interval by school for section 47 enquiries is at "
        "least twice its lower limit, so the size of any change is highly uncertain.",
        Least("upper over lower limit for section 47 enquiries", 2, " times"),
        {each.pilot: each.ratio_high_school / each.ratio_low_school for each in found},
        ("main_result", "effect_forest"),
    )


def many_months_empty(school_zeros: pd.DataFrame) -> Claim:
    """Claim that many school-months have no event of the primary outcome."""
    chosen = school_zeros.loc[school_zeros["outcome"] == "s47_enquiries"]
    found = chosen.set_index("pilot")["zero_months_percent"]
    return judge(
        "In each pilot at least four school-months in ten have no section 47 enquiry.",
        Least("school-months without a section 47 enquiry", 40, "%"),
        {str(pilot): float(percent) for pilot, percent in found.items()},
        ("floor",),
        absent=words.HIDDEN,
    )


def lambeth_exceeds_all_at_once(adjusted_for_many: pd.DataFrame) -> Claim:
    """Claim that Lambeth's p-value, adjusted for all comparisons, exceeds the usual level."""
    return judge(
        "The p for Lambeth then exceeds the usual level of 0.05: among all outcomes in all "
        "pilots, so large a change somewhere is not unusual.",
        Least("p-value for every comparison at once (min-P)", 0.051),
        {"Lambeth": p_of(adjusted_for_many, "s47_enquiries", "Lambeth", "min_p")},
        ("many_outcomes",),
        decimals=3,
    )


def both_exceed_by_largest_statistic(adjusted_for_many: pd.DataFrame) -> Claim:
    """Claim that the p-values of both headlines, adjusted by max-T, exceed the usual level."""
    return judge(
        "By max-T those for Lambeth and for Southampton both exceed 0.05.",
        Least("p-value for every comparison at once (max-T)", 0.0501),
        {pilot: p_of(adjusted_for_many, "s47_enquiries", pilot, "max_t")
         for pilot in ("Lambeth", "Southampton")},
        ("many_outcomes",),
        decimals=3,
    )  # fmt: skip


def _judge(sentence: str, rule: EffectRule, change_judgements: pd.DataFrame) -> Claim:
    found = [judgement(change_judgements, rule.outcome, pilot) for pilot in rule.pilots]
    holds = rule.hold(found)
    unknown = not holds and not rule.refuted(found)
    seen = "; ".join(map(_seen, found))
    return Claim(sentence, str(rule), holds, seen, EVIDENCE, unknown=unknown)


def _seen(each: Judgement) -> str:
    if not each.estimated:
        return f"{each.pilot} {words.no_estimate_why(each.reason)}"
    by_school = words.interval(
        each.ratio, each.ratio_low_school, each.ratio_high_school, words.ratio
    )
    by_area = words.interval(each.ratio, each.ratio_low_area, each.ratio_high_area, words.ratio)
    return (
        f"{each.pilot} {by_school}, adjusted p {words.p_value(each.adjusted_school)}; by area "
        f"{by_area}, {words.p_value(each.adjusted_area)}"
    )
