"""Tables of the technical appendix on the reliability of methods and claims."""

from __future__ import annotations

import math
from functools import partial

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Table
from analysis.exhibits.parts.rows import in_order
from analysis.models.inference.operating_characteristics import COLUMNS as SIZE
from analysis.models.pooling.coverage import COLUMNS as POOLING_COVERAGE
from analysis.proofs import Making, Proof
from analysis.study.scenario import Scenario
from analysis.study.settings import Outcome

SIZE_HELD = (0.04, 0.06)
"""The range of rejection rates within which a nominal 5% test is said to keep its size."""
COVERAGE_HELD = (0.94, 0.96)
INTERVAL, TEST, BOOTSTRAP = (
    "conditional Poisson, CR2", "randomisation", "score wild bootstrap",
)  # fmt: skip
NAIVE = "naive"
SHORT = {
    "published-directions": "As published",
    "no-effect": "No effect",
    "harm": "Harm",
    "regression-to-the-mean": "Regression to the mean",
    "threshold-change": "Changed threshold",
    "noisy-school": "Noisy school",
    "area-shocks-0.05": "Areas share 0.05",
    "area-shocks-0.10": "Areas share 0.10",
    "area-shocks-0.15": "Areas share 0.15",
}
NOT_PRINTED = {"threshold-change", "noisy-school", "area-shocks-0.05", "area-shocks-0.10"}
"""States that are in the table's data only: a page has room for the gravest of each kind."""
SENTENCES = {
    "s47_lower_in_lambeth_and_southampton": "Fewer enquiries in Lambeth and in Southampton",
    "areas_permuted_show_nothing": "Permuting areas cannot support it",
    "s47_no_clear_change_in_stockport": "No clear change in enquiries in Stockport",
    "s17_not_clear_in_stockport": "Fewer starts in Stockport, but as one of many",
    "s17_no_clear_change_elsewhere": "No clear change in starts elsewhere",
    "referrals_no_clear_change": "No clear change in referrals anywhere",
    "intervals_are_wide": "The size of any change is hardly known",
    "trial_rules_out_such_falls": "Ratios of two pilots below the trial's interval",
    "lambeth_exceeds_all_at_once": "Lambeth exceeds 0.05 by min-P, of all at once",
    "both_exceed_by_largest_statistic": "Both exceed 0.05 by max-T, of all at once",
    "primary_family_changed": "A change in enquiries in some pilot",
    "secondary_family_changed": "A change in starts or referrals in some pilot",
    "main_figure_changed": "A change in enquiries or starts in some pilot, as over the summary's "
    "figure",
    "any_outcome_changed": "A change in any of these in some pilot, as in the summary's tables",
    "both_fell_unadjusted": "Fewer in both by unadjusted intervals, by school",
    "both_fell_by_sign": "Fewer in both by the sign alone",
}
SEARCHED = {
    "primary_family_changed", "secondary_family_changed", "main_figure_changed",
    "any_outcome_changed",
}  # fmt: skip
"""Not sentences, but what a search through all pilots would find by the rule of claims."""
NOT_USED = {"both_fell_unadjusted", "both_fell_by_sign"}
"""Rules that the report does not use, shown for what they would do."""
LABELS = ("Claims a change: ", "Search: ", "", "Not used: ")
"""Labels before each sentence, in the order of the lines."""
EFFECT_COLUMNS = {
    "scenario": "What the stand-in was built to show",
    "outcome": "Name of the outcome",
    "pilot": "Local authority",
    "draws": "Extracts drawn",
    "estimated": "Share of them with an estimate",
    "true_ratio": "Geometric mean of the ratios put in as an effect",
    "mean_ratio": "Geometric mean of the ratios estimated",
    "coverage": "Share of 95% intervals that contain the ratio put in; missing where a school was "
    "made noisy",
    "share_below_1": "Share of estimates below 1",
    "share_clear_fall": "Share of intervals wholly below 1",
    "share_clear_rise": "Share of intervals wholly above 1",
    "share_randomisation": "Share of randomisation tests with p at most .05",
}
SENTENCE_COLUMNS = {
    "state": "What schools were drawn from: a scenario, or shocks shared within areas",
    "nothing_happens": "Whether nothing changed a count but chance, selection or one school",
    "sentence": "Name of the sentence, or of a rule that the report does not use",
    "claims_change": "Whether it claims a change",
    "draws": "Sets of schools drawn",
    "printed": "Share of draws in which its rule is met, so that it would be printed",
    "printed_high": "Upper limit of the exact 95% interval of that share",
}


def size_and_coverage(size_proof: Proof) -> Table:
    """Show how often tests reject where there is no effect, and intervals contain the truth."""
    held = partial(_marked, held=SIZE_HELD)
    return table(
        size_proof.table,
        (
            Words("design", "Schools compared", width=5),
            Column("size", "Naive", cell=_percent, at=NAIVE, width=2),
            Column("size", "CR2 test", cell=held, at=INTERVAL, width=3),
            Column("coverage", "CR2 interval covers", cell=partial(_marked, held=COVERAGE_HELD),
                   at=INTERVAL, width=4),
            Column("size", "Randomisation", cell=held, at=TEST, width=4),
            Column("size", "Bootstrap", cell=held, at=BOOTSTRAP, width=3),
        ),
        lines=["design"],
        across="method",
        meanings=SIZE,
        released=list(size_proof.table),
        note=(
            "Simulated. Shares of draws without any effect in which a test at the 5% level "
            "rejects, and shares of 95% intervals that contain a true ratio of 0.7. [u] is not "
            "to be "
            "relied on: a size outside 4% to 6%, or a coverage outside 94% to 96%. "
            f"{made_by(size_proof.making)}"
        ),
    )  # fmt: skip


def pooling_coverage_table(pooling_proof: Proof) -> Table:
    """Show how often intervals from three pilots contain their mean, and a further pilot."""
    return table(
        pooling_proof.table,
        (
            Column("between", "Spread between pilots", cell=lambda value: words.rate(value, 2),
                   width=4),
            Words("method", "Summary", width=8),
            Column("coverage", "Covers the mean", cell=_held, width=4),
            Column("prediction_coverage", "Covers a further pilot", cell=_held, width=4),
            Column("factor", "Upper over lower end", cell=words.rate, width=4),
        ),
        meanings=POOLING_COVERAGE,
        released=list(pooling_proof.table),
        note=(
            "Simulated: three pilots with standard errors of 0.21, 0.23 and 0.26, and true log "
            "ratios that spread between pilots with the standard deviation named. Shares of 95% "
            "intervals that contain the mean log ratio, and of those for a further pilot that "
            "contain its own. [u] should not be relied on: a coverage outside 94% to 96%. [z]: a "
            f"fixed effect says nothing about a further pilot. {made_by(pooling_proof.making)}"
        ),
    )  # fmt: skip


def _held(coverage: float) -> str:
    return "[z]" if math.isnan(coverage) else _marked(coverage, COVERAGE_HELD)


def scenario_effects(
    scenario_effects_proof: Proof, outcomes: tuple[Outcome, ...], scenarios: tuple[Scenario, ...]
) -> Table:
    """Show what the primary analysis finds over many draws of each scenario."""
    primary = next(outcome for outcome in outcomes if outcome.role == "primary")
    every = scenario_effects_proof.table
    chosen = every.loc[every["outcome"] == primary.name]
    return table(
        in_order(chosen, scenario=[scenario.name for scenario in scenarios]),
        (
            Words("scenario", "Scenario", cell=_short, width=10),
            Words("pilot", "Pilot", width=6),
            Column("true_ratio", "Put in", cell=words.ratio, width=4),
            Column("mean_ratio", "Mean found", cell=words.ratio, width=4),
            Column("coverage", "Contains it", cell=_percent, width=4),
            Column("share_below_1", "Below 1", cell=_percent, width=4),
            Column("share_clear_fall", "Clear fall", cell=_percent, width=4),
            Column("share_clear_rise", "Clear rise", cell=_percent, width=4),
            Column("share_randomisation", "Test rejects", cell=_percent, width=4),
        ),
        data=every,
        meanings=EFFECT_COLUMNS,
        released=list(every),
        note=(
            f"{primary.label}. Of each scenario of the stand-in: the ratio put in and the "
            "geometric mean of those found; the share of 95% intervals that contain the ratio "
            "put in ([z] where one school's cases were multiplied as well, so that no one ratio "
            "is "
            "true), of estimates below 1, of intervals wholly below and wholly above 1, and of "
            f"randomisation tests with p at most 0.05. {made_by(scenario_effects_proof.making)}"
        ),
    )  # fmt: skip


def sentence_rates(sentences_proof: Proof) -> Table:
    """Show how often each sentence on effects would be printed in each state of the world."""
    printed = sentences_proof.table
    every = list(dict.fromkeys(printed["state"]))
    states = [name for name in every if name not in NOT_PRINTED]
    left_out = [name for name in every if name in NOT_PRINTED]
    claims = printed.groupby("sentence")["claims_change"].first()
    # A table made before a sentence was added lacks it until it is made again.
    label = {
        name: _label(name, claims_change=bool(claims[name])) for name in SENTENCES if name in claims
    }
    printed_of = ("claims_change", "printed", "printed_high")
    return table(
        in_order(printed, sentence=sorted(label, key=lambda name: LABELS.index(label[name]))),
        (
            Words(
                "sentence", "Sentence", cell=lambda name: label[name] + SENTENCES[name], width=15
            ),
            *(
                Column(printed_of, _short(state), cell=_printed, at=state, width=5)
                for state in states
            ),
        ),
        lines=["sentence"],
        across="state",
        data=printed,
        meanings=SENTENCE_COLUMNS,
        released=list(printed),
        note=(
            "Share of draws in which the sentence would be printed; for what claims a change, in "
            "brackets, the upper limit of its exact 95% interval. Nothing happens in the columns "
            "'No effect', 'Regression to the mean' and 'Areas share 0.15'; in the last, schools of "
            "an area share a shock in each period with that squared coefficient of variation. The "
            f"table's data also have {words.listed([_short(name) for name in left_out])}. A search "
            "looks for a change through all pilots of a family, by the rule of the sentences. Days "
            "in care are not drawn, and sentences on them are left out; so all at once is all but "
            "them. "
            f"{made_by(sentences_proof.making)}"
        ),
    )


def _printed(claims_change: bool, share: float, high: float) -> str:
    return f"{_percent(share)} ({_percent(high)})" if claims_change else _percent(share)


def _label(sentence: str, *, claims_change: bool) -> str:
    if sentence in NOT_USED:
        return "Not used: "
    if not claims_change:
        return ""
    return "Search: " if sentence in SEARCHED else "Claims a change: "


def _short(name: str) -> str:
    """Return a scenario's name as a heading; a new scenario keeps its own name."""
    return SHORT.get(name, name.replace("-", " ").capitalize())


def _percent(share: float) -> str:
    return "[z]" if math.isnan(share) else f"{share:.1%}"


def _marked(share: float, held: tuple[float, float]) -> str:
    # As printed: a value that rounds into the range is in it.
    inside = held[0] <= round(share, 3) <= held[1]
    return _percent(share) if inside else f"{_percent(share)} [u]"


def made_by(making: Making) -> str:
    """State which code made a table, and whether that code has changed since."""
    said = f"{words.count(making.draws)} draws from seed {making.seed}; code {making.digest[:12]}"
    return f"{said}." if making.current else f"{said}, which has changed since."
