"""Tables of the technical appendix on how far the methods, and the claims, can be relied on."""

from __future__ import annotations

import math

from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Table
from analysis.models.inference.operating_characteristics import COLUMNS as SIZE
from analysis.proofs import Making, Proof
from analysis.study.scenario import Scenario
from analysis.study.settings import Outcome

SIZE_HELD = (0.04, 0.06)
"""A nominal 5% test that rejects as often as this holds its size."""
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
}
CLAIMS = {
    "s47_lower_in_lambeth_and_southampton": "Fewer enquiries in Lambeth and in Southampton",
    "s47_no_clear_change_in_stockport": "No clear change in enquiries in Stockport",
    "s17_lower_in_stockport": "Fewer section 17 starts in Stockport",
    "s17_no_clear_change_elsewhere": "No clear change in starts elsewhere",
    "referrals_no_clear_change": "No clear change in referrals anywhere",
    "care_no_clear_change": "No clear change in days in care",
    "trial_rules_out_such_falls": "Ratios of two pilots outside the trial's interval",
    "something_fell": "Fewer of something in some pilot",
}
EFFECT_COLUMNS = {
    "scenario": "What the stand-in was built to show",
    "outcome": "Name of the outcome",
    "pilot": "Local authority",
    "draws": "Extracts drawn",
    "estimated": "Share of them with an estimate",
    "true_ratio": "Geometric mean of the ratios put in",
    "mean_ratio": "Geometric mean of the ratios estimated",
    "coverage": "Share of 95% intervals that hold the ratio put in",
    "share_below_1": "Share of estimates below 1",
    "share_clear_fall": "Share of intervals wholly below 1",
    "share_clear_rise": "Share of intervals wholly above 1",
    "share_randomisation": "Share of randomisation tests with p at most .05",
}
CLAIM_COLUMNS = {
    "scenario": "What the stand-in was built to show",
    "claim": "Name of the claim",
    "draws": "Extracts drawn",
    "holds": "Share of draws in which the report would make the claim",
    "holds_by_sign": "Share in which it would if ratios below 1 were enough",
}


def size_and_coverage(size_proof: Proof) -> Table:
    """Show how often tests reject without an effect, and intervals hold the truth."""
    lines = []
    for design, rows in size_proof.table.groupby("design", sort=False):
        found = rows.set_index("method").to_dict("index")
        sizes = {name: found[name]["size"] for name in (NAIVE, INTERVAL, TEST, BOOTSTRAP)}
        coverage = found[INTERVAL]["coverage"]
        cells = (
            _percent(sizes[NAIVE]),
            _marked(sizes[INTERVAL], SIZE_HELD),
            _marked(coverage, COVERAGE_HELD),
            _marked(sizes[TEST], SIZE_HELD),
            _marked(sizes[BOOTSTRAP], SIZE_HELD),
        )
        lines.append((str(design), *cells))
    return Table(
        header=("Schools compared", "Naive", "CR2 test", "CR2 interval holds truth",
                "Randomisation", "Bootstrap"),
        rows=tuple(lines),
        numeric=(False, *(True,) * 5),
        widths=(5, 2, 3, 4, 4, 3),
        data=size_proof.table,
        columns=SIZE,
        note=(
            "Simulated. Shares of draws without any effect in which a test at the 5% level "
            "rejects, and shares of 95% intervals that hold a true ratio of 0.7. [u] is not to be "
            "relied on: a size outside 4% to 6%, or a coverage outside 94% to 96%. "
            f"{made_by(size_proof.making)}"
        ),
    )  # fmt: skip


def scenario_effects(
    scenario_effects_proof: Proof, outcomes: tuple[Outcome, ...], scenarios: tuple[Scenario, ...]
) -> Table:
    """Show what the primary analysis finds over many draws of each scenario."""
    primary = next(outcome for outcome in outcomes if outcome.role == "primary")
    table = scenario_effects_proof.table
    chosen = table.loc[table["outcome"] == primary.name]
    by_scenario = dict(iter(chosen.groupby("scenario", sort=False)))
    lines = tuple(
        (
            _short(scenario.name),
            row["pilot"],
            words.ratio(row["true_ratio"]),
            words.ratio(row["mean_ratio"]),
            _percent(row["coverage"]),
            _percent(row["share_below_1"]),
            _percent(row["share_clear_fall"]),
            _percent(row["share_clear_rise"]),
            _percent(row["share_randomisation"]),
        )
        for scenario in scenarios
        for row in by_scenario[scenario.name].to_dict("records")
    )
    return Table(
        header=("Scenario", "Pilot", "Put in", "Mean found", "Holds it", "Below 1",
                "Clear fall", "Clear rise", "Test rejects"),
        rows=lines,
        numeric=(False, False, *(True,) * 7),
        widths=(10, 6, 4, 4, 4, 4, 4, 4, 4),
        data=table,
        columns=EFFECT_COLUMNS,
        note=(
            f"{primary.label}. Of each scenario of the stand-in: the ratio put in and the "
            "geometric mean of those found; the share of 95% intervals that hold the ratio put "
            "in, of estimates below 1, of intervals wholly below and wholly above 1, and of "
            f"randomisation tests with p of at most 0.05. {made_by(scenario_effects_proof.making)}"
        ),
    )  # fmt: skip


def scenario_claims(scenario_claims_proof: Proof, scenarios: tuple[Scenario, ...]) -> Table:
    """Show how often each claim would be made in each scenario, by two kinds of rule."""
    table = scenario_claims_proof.table
    shares = table.set_index(["claim", "scenario"]).to_dict("index")
    names = [scenario.name for scenario in scenarios]
    lines = []
    for claim in table["claim"].unique():
        held = [shares[claim, name]["holds"] for name in names]
        by_sign = [shares[claim, name]["holds_by_sign"] for name in names]
        label = CLAIMS[claim]
        lines.append((label, *map(_percent, held)))
        if not any(map(math.isnan, by_sign)):
            lines.append((f"{label}, by the sign alone", *map(_percent, by_sign)))
    return Table(
        header=("Claim", *map(_short, names)),
        rows=tuple(lines),
        numeric=(False, *(True,) * len(names)),
        widths=(6, *(3,) * len(names)),
        data=table,
        columns=CLAIM_COLUMNS,
        note=(
            "Share of draws in which the report would make the claim. By its own rule a fall is "
            "one whose 95% interval lies below 1; by the sign alone, any ratio below 1. The last "
            "two lines look through every outcome and pilot. "
            f"{made_by(scenario_claims_proof.making)}"
        ),
    )


def _short(name: str) -> str:
    """Return a scenario's name as a heading; one that is new keeps its own."""
    return SHORT.get(name, name.replace("-", " ").capitalize())


def _percent(share: float) -> str:
    return "[z]" if math.isnan(share) else f"{share:.1%}"


def _marked(share: float, held: tuple[float, float]) -> str:
    # As printed: what rounds into the range is in it.
    inside = held[0] <= round(share, 3) <= held[1]
    return _percent(share) if inside else f"{_percent(share)} [u]"


def made_by(making: Making) -> str:
    """Say what made a table, and whether it would come out the same today."""
    said = f"{words.count(making.draws)} draws from seed {making.seed}; code {making.digest[:12]}"
    return f"{said}." if making.current else f"{said}, which has changed since."
