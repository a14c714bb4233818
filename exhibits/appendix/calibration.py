"""Published findings next to the stand-in: a check of the generator, not evidence."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Table
from analysis.exhibits.parts.rows import Effect, effects
from analysis.extract.extract import Origin
from analysis.study.scenario import Scenario, built_in
from analysis.study.settings import Outcome

PUBLISHED = {
    "fell": "lower",
    "rose": "higher",
    "no evidence": "no evidence",
    "not analysed": "not studied",
}
"""Words for a direction that the summary gives; where it gives none, nothing is compared."""
NOT_NAMED = "two, not named"


def calibration_check(
    published_findings: tuple[dict[str, str], ...],
    main_effects: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    scenarios: tuple[Scenario, ...],
    origin: Origin,
) -> Table:
    """Show the published direction, the ratio built into the stand-in, and the estimated one."""
    built = built_in(scenarios, origin.scenarios)
    compared = [
        (outcome, each, published)
        for outcome in outcomes
        for each in effects(main_effects, outcome.name)
        if (published := _published(published_findings, outcome.name, each.pilot)) in PUBLISHED
    ]
    lines = [_line(outcome, each, PUBLISHED[published], built)
             for outcome, each, published in compared]  # fmt: skip
    missing = [(outcome.label, each.pilot, each.reason)
               for outcome, each, _ in compared if not each.estimated]  # fmt: skip
    names = ["outcome", "pilot", "published", "built", "extract", "verdict"]
    legend = (
        "" if built else " [x] is not available: no ratio by pilot was built in, or none is known."
    )
    return table(
        pd.DataFrame(lines, columns=names),
        (
            Words("outcome", "Outcome", "Outcome", width=12),
            Words("pilot", "Pilot", "Local authority", width=7),
            Words("published", "Published", "Direction in the published summary", width=9),
            Column("built", "Built in", "Ratio of rates that the stand-in was drawn with", width=5),
            Column("extract", "This extract", width=12,
                   meaning="Ratio of rate ratios with 95% confidence interval"),
            Words("verdict", "As published", "Whether the interval points as published", width=10),
        ),
        note=(
            "Calibration check, not evidence; intervals are by school and not adjusted. 'Yes': the "
            "interval lies below 1 where a fall was published, or includes 1 where no evidence of "
            "an effect was; this claims no change. Where the summary gives no result, nothing is "
            "compared. Days in care are those of two pilots that it does not name."
            + legend
            + words.not_estimable(missing)
        ),
    )  # fmt: skip


def _line(
    outcome: Outcome, each: Effect, published: str, built: Scenario | None
) -> tuple[str, ...]:
    ratio = words.ratio(built.effect(outcome.name, each.pilot)) if built else "[x]"
    cells = (published, ratio, _estimate(each), _verdict(published, each))
    return (outcome.label, each.pilot, *cells)


def _published(findings: tuple[dict[str, str], ...], outcome: str, pilot: str) -> str:
    about = [each for each in findings if each["outcome"] == outcome]
    named = [each for each in about if each["pilot"] == pilot]
    others = [each for each in about if each["pilot"] in (NOT_NAMED, "all")]
    return (named or others)[0]["direction"]


def _estimate(each: Effect) -> str:
    if not each.estimated:
        return words.no_estimate(each.reason)
    return words.interval(each.ratio, each.ratio_low, each.ratio_high, words.ratio)


def _verdict(published: str, each: Effect) -> str:
    if published == PUBLISHED["not analysed"] or not each.estimated:
        return "not compared"
    if each.ratio_high < 1:
        seen = PUBLISHED["fell"]
    elif each.ratio_low > 1:
        seen = PUBLISHED["rose"]
    else:
        seen = PUBLISHED["no evidence"]
    return "yes" if seen == published else "no"
