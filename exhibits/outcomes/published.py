"""Numbers that the published summary states, for sentences that report them as published."""

from __future__ import annotations

import pandas as pd
from hamilton.function_modifiers import parameterize, value

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Claim, Number, Table
from analysis.exhibits.parts.workings.working import Working, counted_of
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
    return Number(int(fact.value), words.spelled(int(fact.value)), fact.unit, source=fact.source)


def workers_placed(published_facts: dict[str, Fact]) -> Number:
    """Count the social workers of all pilots, as published."""
    return _total(published_facts, "workers")


def schools_intervention(published_facts: dict[str, Fact]) -> Number:
    """Count the schools of all pilots, as published."""
    return _total(published_facts, "schools")


def _total(published_facts: dict[str, Fact], what: str) -> Number:
    facts = [fact for name, fact in published_facts.items() if name.startswith(f"{what}_")]
    total = sum(int(fact.value) for fact in facts)
    printed = words.count(total)
    working = Working(
        f"{facts[0].unit} of each pilot, as published",
        "none: the pilots are added up",
        (f"{' + '.join(str(int(fact.value)) for fact in facts)} = {printed}",),
    )
    return Number(total, printed, facts[0].unit, source=facts[0].source, working=working)


@parameterize(**{f"schools_{pilot}": {"pilot": value(pilot)} for pilot in PILOTS})
def schools_in_pilot(published_facts: dict[str, Fact], pilot: str) -> Number:
    """Count the schools of one pilot, as published."""
    fact = published_facts[f"schools_{pilot}"]
    return Number(int(fact.value), words.count(int(fact.value)), "schools", source=fact.source)


PUBLISHED_DIRECTIONS = {
    ("s47_enquiries", "Lambeth"): "fell",
    ("s47_enquiries", "Southampton"): "fell",
    ("s17_starts", "Stockport"): "fell",
    ("days_in_care", "two, not named"): "no evidence",
}
"""The direction that the sentence below states for an outcome and a pilot."""


def published_outcomes_as_told(published_findings: tuple[dict[str, str], ...]) -> Claim:
    """Claim the published directions, as the file of published findings states them."""
    kept = {(each["outcome"], each["pilot"]): each["direction"] for each in published_findings}
    falls = {key for key, direction in kept.items() if direction == "fell"}
    falling = {key for key, direction in PUBLISHED_DIRECTIONS.items() if direction == "fell"}
    seen = "; ".join(
        f"{outcome} in {pilot}: {direction}" for (outcome, pilot), direction in kept.items()
        if outcome
    )  # fmt: skip
    return Claim(
        "With caution, the evaluation reported fewer section 47 enquiries in Southampton and "
        "Lambeth, fewer section 17 starts in Stockport, and no evidence of an effect on days in "
        "care where it could be analysed.",
        "published findings as kept in data/published/findings.csv: these falls and no others",
        falls == falling
        and all(kept.get(key) == direction for key, direction in PUBLISHED_DIRECTIONS.items()),
        seen,
        ("calibration_check",),
        source=cited(SUMMARY, "Key findings, 6"),
    )


SMALL_FALL = 0.95
"""A ratio: a fall by a twentieth, and what is called small."""


# --- the later trial -------------------------------------------------------------------------


@parameterize(
    trial_authorities={"fact_id": value("authorities")},
    trial_schools={"fact_id": value("schools")},
    trial_pupils={"fact_id": value("pupils")},
)
def trial_count(trial: dict[str, float], trial_sources: dict[str, str], fact_id: str) -> Number:
    """Count authorities, schools or pupils of the later trial, as published."""
    count = int(trial[fact_id])
    return Number(count, words.count(count), fact_id, source=cited(trial_sources[fact_id]))


def trial_ratio(trial: dict[str, float], trial_sources: dict[str, str]) -> Number:
    """State the later trial's ratio for section 47 enquiries, as published."""
    return Number(
        trial["ratio"],
        words.ratio_as_published(trial["ratio"]),
        "ratio of rates",
        int(trial["schools"]),
        (trial["ratio_low"], trial["ratio_high"]),
        source=cited(trial_sources["ratio"]),
    )


def trial_interval(trial: dict[str, float], trial_sources: dict[str, str]) -> Number:
    """State the 95% confidence interval of the later trial's ratio, as published."""
    limits = (trial["ratio_low"], trial["ratio_high"])
    text = " to ".join(words.ratio_as_published(limit) for limit in limits)
    source = cited(trial_sources["ratio_low"])
    return Number(
        text, text, "95% confidence interval", int(trial["schools"]), limits, source=source
    )


@parameterize(
    trial_change={"fact_id": value("ratio")},
    trial_change_low={"fact_id": value("ratio_low")},
    trial_change_high={"fact_id": value("ratio_high")},
)
def trial_percent(trial: dict[str, float], trial_sources: dict[str, str], fact_id: str) -> Number:
    """State the trial's ratio or a limit as a change in per cent, to the published decimal."""
    change = (trial[fact_id] - 1) * 100
    text = f"{abs(change):.1f}% {'lower' if change < 0 else 'higher'}"
    source = cited(trial_sources[fact_id])
    ratio = words.ratio_as_published(trial[fact_id])
    working = Working(
        f"the published ratio, {ratio}, less 1 (no difference)",
        "1, the ratio where there is no difference",
        (f"({ratio} − 1) × 100, which is {text}",),
    )
    schools = int(trial["schools"])
    return Number(change, text, "per cent", schools, source=source, working=working)


def trial_leaves_open(trial: dict[str, float]) -> Claim:
    """Hold what we read from the trial's interval, which its authors do not say."""
    low, high = trial["ratio_low"], trial["ratio_high"]
    return Claim(
        "The trial does not show harm either: for section 47 enquiries in secondary schools its "
        "interval runs from a small fall to a larger rise.",
        f"the trial's 95% confidence interval includes 1, reaches further above it than below, and "
        f"includes {SMALL_FALL} nowhere",
        SMALL_FALL < low < 1 < high and 1 - low < high - 1,
        f"{words.ratio_as_published(low)} to {words.ratio_as_published(high)}",
        ("trial_beside_pilots", "main_result"),
    )


def trial_answers(trial: dict[str, float], trial_sources: dict[str, str]) -> Claim:
    """Answer the report's question by the best evidence there is."""
    return _no_benefit(
        "The best evidence, a large trial in secondary schools, found no evidence of a benefit.",
        trial,
        cited(trial_sources["ratio_high"]),
    )


def trial_found_no_benefit(trial: dict[str, float], trial_sources: dict[str, str]) -> Claim:
    """Claim that the trial shows no benefit: its interval does not lie wholly below 1."""
    source = cited(trial_sources["ratio_high"])
    return _no_benefit("That is no evidence of a benefit.", trial, source)


def no_ground_to_repeat(trial: dict[str, float]) -> Claim:
    """Hold what follows for what next, which is our view and not the trial's."""
    return _no_benefit(
        "Our own view: nothing shows that bringing it back to secondary schools would lower "
        "enquiries.",
        trial,
    )


def _no_benefit(sentence: str, trial: dict[str, float], source: str = "") -> Claim:
    low, high = trial["ratio_low"], trial["ratio_high"]
    return Claim(
        sentence,
        "upper limit of the trial's 95% confidence interval at least 1",
        high >= 1,
        f"{words.ratio_as_published(low)} to {words.ratio_as_published(high)}",
        ("trial_beside_pilots", "main_result"),
        source=source,
    )
