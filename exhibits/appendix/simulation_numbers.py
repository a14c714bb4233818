"""Numbers and claims in sentences on the reliability of methods and claims."""

from __future__ import annotations

from itertools import product

from hamilton.function_modifiers import parameterize, value

from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Claim, Number
from analysis.exhibits.parts.rules import Least, Most, judge
from analysis.exhibits.parts.workings import statistics
from analysis.proofs import Proof
from analysis.study.settings import Outcome
from exhibits.appendix.simulation_tables import (
    BOOTSTRAP,
    COVERAGE_HELD,
    INTERVAL,
    SIZE_HELD,
    TEST,
)

AREAS, NOISY = "3 and 3 areas", "5 and 15 schools, the 5 noisy"
UNEQUAL = ("8 and 8 schools, one group noisy", "18 and 18 schools, one group noisy")
BALANCED = ("8 and 8 schools", "11 and 11 schools", "18 and 18 schools")
BOTH_FELL = "s47_lower_in_lambeth_and_southampton"
BELOW_TRIAL = "trial_rules_out_such_falls"
OF_EFFECTS = {
    "no_effect_below_1": ("no-effect", "share_below_1"),
    "no_effect_clear_fall": ("no-effect", "share_clear_fall"),
    "no_effect_coverage": ("no-effect", "coverage"),
    "regression_clear_fall": ("regression-to-the-mean", "share_clear_fall"),
    "threshold_clear_fall": ("threshold-change", "share_clear_fall"),
}
OF_SENTENCES = {
    "no_effect_both_fell": ("no-effect", BOTH_FELL),
    "no_effect_both_fell_unadjusted": ("no-effect", "both_fell_unadjusted"),
    "no_effect_both_fell_by_sign": ("no-effect", "both_fell_by_sign"),
    "no_effect_primary_changed": ("no-effect", "primary_family_changed"),
    "no_effect_secondary_changed": ("no-effect", "secondary_family_changed"),
    "no_effect_below_trial": ("no-effect", BELOW_TRIAL),
    "regression_below_trial": ("regression-to-the-mean", BELOW_TRIAL),
    "regression_both_fell": ("regression-to-the-mean", BOTH_FELL),
    "regression_primary_changed": ("regression-to-the-mean", "primary_family_changed"),
    "shocks_primary_changed": ("area-shocks-0.15", "primary_family_changed"),
    "shocks_secondary_changed": ("area-shocks-0.15", "secondary_family_changed"),
    "threshold_both_fell": ("threshold-change", BOTH_FELL),
    "published_both_fell": ("published-directions", BOTH_FELL),
}
SELECTED = "regression-to-the-mean"
PRINTED = (BOTH_FELL,)
"""The sentences of the report that claim a change."""
FALSE_ALARMS = 5.0
"""Percentage of draws without a change in which a sentence may wrongly claim one."""


@parameterize(**{
    name: {"scenario": value(scenario), "share": value(share)}
    for name, (scenario, share) in OF_EFFECTS.items()
})  # fmt: skip
def share_of_draws(
    scenario_effects_proof: Proof, outcomes: tuple[Outcome, ...], scenario: str, share: str
) -> Number:
    """State a share of one scenario's draws for the primary outcome, averaged over the pilots."""
    table = scenario_effects_proof.table
    primary = next(outcome.name for outcome in outcomes if outcome.role == "primary")
    chosen = table.loc[(table["scenario"] == scenario) & (table["outcome"] == primary)]
    return _share(float(chosen[share].mean()), scenario_effects_proof)


@parameterize(**{
    name: {"state": value(state), "sentence": value(sentence)}
    for name, (state, sentence) in OF_SENTENCES.items()
})  # fmt: skip
def share_printed(sentences_proof: Proof, state: str, sentence: str) -> Number:
    """State the share of draws from one state of the world in which a sentence is printed."""
    shares = sentences_proof.table.set_index(["state", "sentence"])["printed"].to_dict()
    return _share(float(shares[state, sentence]), sentences_proof)


def falsely_claimed(sentences_proof: Proof) -> Claim:
    """Claim that no sentence which claims a change is printed too often where there is none."""
    table = sentences_proof.table
    chosen = table.loc[
        table["nothing_happens"] & table["claims_change"] & table["sentence"].isin(PRINTED)
    ]
    return judge(
        "Where nothing happens, the sentence that claims a change would be printed in at most "
        "one study in twenty, even at the upper 95% limit of the share simulated.",
        Most(
            "upper 95% limit of the share of draws in which a sentence that claims a change is "
            "printed", FALSE_ALARMS, "%",
        ),
        {row["state"]: 100 * row["printed_high"] for row in chosen.to_dict("records")},
        ("sentence_rates",),
    )  # fmt: skip


def selection_defeats_the_search(sentences_proof: Proof) -> Claim:
    """Claim that choosing schools for their counts makes a change appear somewhere."""
    shares = sentences_proof.table.set_index(["state", "sentence"])["printed"]
    return judge(
        "No test protects against schools chosen for their high counts: a search through the "
        "pilots would then find a fall in more than one study in five, although nothing has an "
        "effect.",
        Least("draws in which a change in enquiries is found in some pilot", 20, "%"),
        {SELECTED: 100 * float(shares[SELECTED, "primary_family_changed"])},
        ("sentence_rates",),
    )


def sentence_draws(sentences_proof: Proof) -> Number:
    """Count the sets of schools drawn from each state of the world."""
    draws = sentences_proof.making.draws
    return Number(draws, words.count(draws), "sets of schools")


def scenario_draws(scenario_effects_proof: Proof) -> Number:
    """Count the extracts drawn from each scenario."""
    draws = scenario_effects_proof.making.draws
    return Number(draws, words.count(draws), "extracts")


def primary_analysis_holds_its_size(size_proof: Proof) -> Claim:
    """Claim that interval and test have their nominal coverage and size in balanced designs."""
    found = size_proof.table.set_index(["method", "design"]).to_dict("index")
    sizes = {
        f"{method}, {design}": found[method, design]["size"]
        for method in (INTERVAL, TEST)
        for design in BALANCED
    }
    coverage = {design: found[INTERVAL, design]["coverage"] for design in BALANCED}
    holds = _within(sizes, SIZE_HELD) and _within(coverage, COVERAGE_HELD)
    seen = "; ".join(f"{name} {size:.1%}" for name, size in sizes.items())
    seen += "; " + "; ".join(f"interval, {name} {each:.1%}" for name, each in coverage.items())
    return Claim(
        "Where both groups have the same number of schools and vary to the same extent from "
        "year to year, the reported interval and randomisation inference have the size and "
        "coverage stated.",
        "size of both tests from 4% to 6%, and coverage of the interval from 94% to 96%, in each "
        "balanced design whose schools vary alike",
        holds,
        seen,
        ("size_and_coverage",),
    )


def unequal_spread_misleads(size_proof: Proof) -> Claim:
    """Claim that the test rejects too often if one group varies far more than the other."""
    size = size_proof.table.set_index(["method", "design"])["size"]
    return judge(
        "If schools with a social worker vary twelve times as much as the others, the test behind "
        "the reported interval rejects too often.",
        Least("size of the test", 100 * SIZE_HELD[1], "%"),
        {design: 100 * float(size[INTERVAL, design]) for design in UNEQUAL},
        ("size_and_coverage",),
    )


def largest_unequal_size(size_proof: Proof) -> Number:
    """State the largest size of both tests where one group varies more."""
    size = size_proof.table.set_index(["method", "design"])["size"]
    return _share(max(float(size[each]) for each in product((INTERVAL, TEST), UNEQUAL)), size_proof)


def normal_prediction_misleads(pooling_proof: Proof) -> Claim:
    """Claim that the normal prediction interval for a further pilot is far too narrow."""
    table = pooling_proof.table.loc[pooling_proof.table["method"] == "Paule-Mandel"]
    spread = table.loc[table["between"] > 0]
    return judge(
        "Where pilots differ, the normal interval for a further pilot contains it in fewer than "
        "nine cases in ten, and is not reliable.",
        Most("coverage of the normal interval for a further pilot", 90, "%"),
        {f"spread {row['between']:g}": 100 * row["prediction_coverage"]
         for row in spread.to_dict("records")},
        ("pooling_coverage_table",),
    )  # fmt: skip


def areas_reject_nothing(size_proof: Proof) -> Claim:
    """Claim that there are too few areas for a randomisation test by area."""
    size = size_proof.table.set_index(["method", "design"])["size"]
    return judge(
        "Three and three areas are too few for randomisation inference to reject anything.",
        Most("share of studies without an effect that it rejects", 0, "%"),
        {AREAS: 100 * float(size[TEST, AREAS])},
        ("size_and_coverage",),
    )


def noisy_schools_mislead(size_proof: Proof) -> Claim:
    """Claim that tests reject too often if a few intervention schools vary more."""
    size = size_proof.table.set_index(["method", "design"])["size"]
    return judge(
        "If a few intervention schools vary more than the others, randomisation inference "
        "rejects too often, and so does the bootstrap.",
        Least("share of studies without an effect that are rejected", 100 * SIZE_HELD[1], "%"),
        {f"{method}, {NOISY}": 100 * float(size[method, NOISY]) for method in (TEST, BOOTSTRAP)},
        ("size_and_coverage",),
    )


def direction_is_a_coin(scenario_effects_proof: Proof, outcomes: tuple[Outcome, ...]) -> Claim:
    """Claim that rises are about as common as falls where there is no effect."""
    falls = share_of_draws(scenario_effects_proof, outcomes, "no-effect", "share_below_1").value
    shares = {"falls": float(falls or 0), "rises": 100 - float(falls or 0)}
    return judge(
        "Falls and rises are then about equally common.",
        Least("share of ratios on either side of 1 where nothing has an effect", 40, "%"),
        shares,
        ("scenario_effects",),
    )


def _within(found: dict[str, float], limits: tuple[float, float]) -> bool:
    return all(limits[0] <= round(each, 3) <= limits[1] for each in found.values())


def _share(share: float, proof: Proof) -> Number:
    draws, printed = proof.making.draws, f"{share:.1%}"
    working = statistics.share_of_draws(share, draws, printed)
    return Number(100 * share, printed, "per cent of draws", draws, working=working)
