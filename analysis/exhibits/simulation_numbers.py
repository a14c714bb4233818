"""Numbers and claims in the sentences on how far methods and claims can be relied on."""

from __future__ import annotations

from hamilton.function_modifiers import parameterize, value

from analysis.exhibits import words
from analysis.exhibits.exhibit import Claim, Number
from analysis.exhibits.rules import Least, Most, judge
from analysis.exhibits.simulation_tables import (
    BOOTSTRAP,
    COVERAGE_HELD,
    INTERVAL,
    SIZE_HELD,
    TEST,
)
from analysis.proofs import Proof
from analysis.study import Outcome

AREAS, NOISY = "3 and 3 areas", "5 and 15 schools, the 5 noisy"
BALANCED = ("8 and 8 schools", "11 and 11 schools", "18 and 18 schools")
BOTH_FELL = "s47_lower_in_lambeth_and_southampton"
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
    "no_effect_enquiries_changed": ("no-effect", "enquiries_changed_somewhere"),
    "no_effect_something_changed": ("no-effect", "something_changed_somewhere"),
    "regression_both_fell": ("regression-to-the-mean", BOTH_FELL),
    "regression_enquiries_changed": ("regression-to-the-mean", "enquiries_changed_somewhere"),
    "threshold_both_fell": ("threshold-change", BOTH_FELL),
    "published_both_fell": ("published-directions", BOTH_FELL),
}
FALSE_ALARMS = 5.0
"""Per cent of draws without a change in which a sentence that claims one may be printed."""


@parameterize(**{
    name: {"scenario": value(scenario), "share": value(share)}
    for name, (scenario, share) in OF_EFFECTS.items()
})  # fmt: skip
def share_of_draws(
    scenario_effects_proof: Proof, outcomes: tuple[Outcome, ...], scenario: str, share: str
) -> Number:
    """State a share of one scenario's draws for the primary outcome, the mean of the pilots."""
    table = scenario_effects_proof.table
    primary = next(outcome.name for outcome in outcomes if outcome.role == "primary")
    chosen = table.loc[(table["scenario"] == scenario) & (table["outcome"] == primary)]
    return _share(float(chosen[share].mean()), scenario_effects_proof)


@parameterize(**{
    name: {"state": value(state), "sentence": value(sentence)}
    for name, (state, sentence) in OF_SENTENCES.items()
})  # fmt: skip
def share_printed(sentences_proof: Proof, state: str, sentence: str) -> Number:
    """State in which share of one state's draws a sentence would be printed."""
    shares = sentences_proof.table.set_index(["state", "sentence"])["printed"].to_dict()
    return _share(float(shares[state, sentence]), sentences_proof)


def sentence_draws(sentences_proof: Proof) -> Number:
    """Count the sets of schools drawn of each state."""
    draws = sentences_proof.making.draws
    return Number(draws, words.count(draws), "sets of schools")


def scenario_draws(scenario_effects_proof: Proof) -> Number:
    """Count the extracts drawn of each scenario."""
    draws = scenario_effects_proof.making.draws
    return Number(draws, words.count(draws), "extracts")


def primary_analysis_holds_its_size(size_proof: Proof) -> Claim:
    """Hold that interval and test keep what they promise in balanced designs."""
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
        "Where as many schools have a social worker as have none, the reported interval and the "
        "randomisation test keep what they promise.",
        "size of both tests from 4% to 6%, and coverage of the interval from 94% to 96%, in each "
        "balanced design of schools",
        holds,
        seen,
        ("size_and_coverage",),
    )


def areas_reject_nothing(size_proof: Proof) -> Claim:
    """Hold that whole areas are too few for the randomisation test."""
    size = size_proof.table.set_index(["method", "design"])["size"]
    return judge(
        "Whole areas are too few for the randomisation test to reject anything.",
        Most("share of studies without an effect that it rejects", 0, "%"),
        {AREAS: 100 * float(size[TEST, AREAS])},
        ("size_and_coverage",),
    )


def noisy_schools_mislead(size_proof: Proof) -> Claim:
    """Hold that tests reject too often if a few intervention schools vary more."""
    size = size_proof.table.set_index(["method", "design"])["size"]
    return judge(
        "If a few intervention schools vary more than the others, it rejects too often, and so "
        "does the bootstrap.",
        Least("share of studies without an effect that are rejected", 100 * SIZE_HELD[1], "%"),
        {f"{method}, {NOISY}": 100 * float(size[method, NOISY]) for method in (TEST, BOOTSTRAP)},
        ("size_and_coverage",),
    )


def direction_is_a_coin(scenario_effects_proof: Proof, outcomes: tuple[Outcome, ...]) -> Claim:
    """Hold that without an effect rises are about as common as falls."""
    falls = share_of_draws(scenario_effects_proof, outcomes, "no-effect", "share_below_1").value
    shares = {"falls": float(falls or 0), "rises": 100 - float(falls or 0)}
    return judge(
        "To report a direction is then to toss a coin.",
        Least("share of ratios on either side of 1 where nothing has an effect", 40, "%"),
        shares,
        ("scenario_effects",),
    )


def _within(found: dict[str, float], limits: tuple[float, float]) -> bool:
    return all(limits[0] <= round(each, 3) <= limits[1] for each in found.values())


def _share(share: float, proof: Proof) -> Number:
    return Number(100 * share, f"{share:.1%}", "per cent of draws", proof.making.draws)
