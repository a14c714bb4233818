"""Tables of the design: schools compared, assumptions, deviations, and limits."""

from __future__ import annotations

import math

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Table
from analysis.exhibits.parts.rows import in_order, none_shown
from analysis.extract.flow import STAGES
from analysis.models.checks.pre_trends import POWER_COLUMNS as TREND_DETECTION
from analysis.models.checks.regression_to_the_mean import COLUMNS as SELECTION
from analysis.models.design.detectable import COLUMNS as DETECTABLE
from analysis.models.design.exaggeration import COLUMNS as EXAGGERATION
from analysis.models.inference.units import COLUMNS as UNITS
from analysis.models.inputs.specification import Specification
from analysis.study.decisions import Assumption
from analysis.study.settings import Outcome
from analysis.study.terms import Terms


def _groups(terms: Terms) -> tuple[Words, Words]:
    """Return the columns that name a group of schools."""
    return (
        Words("pilot", terms.heading, terms.place, width=3),
        Words("arm", "Schools", terms.groups, cell=terms.arms.__getitem__, width=5),
    )


def baseline(baseline_by_arm: pd.DataFrame, terms: Terms) -> Table:
    """Show schools, pupils and free school meals by pilot and arm."""
    return table(
        baseline_by_arm,
        (
            *_groups(terms),
            Column("schools", "Number", "Schools", "number", width=2),
            Column("pupils", "Pupils", "Pupils on roll at the start", "number", words.count, 2),
            Column("mean_roll", "Mean roll", "Pupils on roll at the start", "mean of schools",
                   words.count, 3),
            Column("fsm_percent", "Free school meals", "Pupils with free school meals",
                   "per cent of pupils", "{:.1f}%".format, 3),
        ),
        note=f"At the start of the {terms.sites}; free school meals as a share of all pupils of "
        "the group.",
    )  # fmt: skip


def school_flow(
    school_flow_counts: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    specifications: tuple[Specification, ...],
    terms: Terms,
) -> Table:
    """Show how many schools are left at each stage, by pilot and arm."""
    widths = (3, 3, 3, 3, 2)
    return table(
        school_flow_counts,
        (
            *_groups(terms),
            *(
                Column(name, stage, stage, "number of schools", words.released, width)
                for (name, stage), width in zip(STAGES.items(), widths, strict=True)
            ),
        ),
        note=(
            f"For {words.inside(outcomes[0].label)}, the primary outcome. The periods are the "
            f"{terms.site}'s months and the same months a year before; "
            f"{_missing_months(specifications, terms)} "
            "A school without any event says nothing about a ratio."
        ),
    )


def _missing_months(specifications: tuple[Specification, ...], terms: Terms) -> str:
    """State how the specifications treat a month without a return."""
    paired = {each.pair_missing_months for each in specifications if each.role == "primary"}
    if paired == {True}:
        return "a month without a return is left out with its like month."
    if paired == {False}:
        return "a month without a return is left out, and its like month stays in."
    return f"a month without a return is left out, in some {terms.sites} with its like month."


def assumptions_table(assumptions: tuple[Assumption, ...]) -> Table:
    """Show the assumptions, each with its reason."""
    listed = [(each.id, each.statement, each.reason) for each in assumptions]
    return table(
        pd.DataFrame(listed, columns=["id", "statement", "reason"]),
        (
            Words("id", "No.", "Number of the assumption"),
            Words("statement", "Assumption", "What is taken as given", width=7),
            Words("reason", "Reason", "Why", width=9),
        ),
    )


UNIT_NAMES = {"school_id": "schools", "area": "areas"}


def assignment(units_of_assignment: pd.DataFrame, terms: Terms) -> Table:
    """Show how many units were assigned, and the smallest p-value that they allow."""
    return table(
        units_of_assignment,
        (
            Words("pilot", terms.heading, width=3),
            Words(("assignment_unit", "units_intervention", "units_comparison"),
                  "If assigned were", cell=_units, width=4),
            Column(("effective_intervention", "effective_comparison"), "Effective units",
                   cell=lambda one, other: f"{words.rate(one)} and {words.rate(other)}", width=3),
            Column("largest_share_intervention", "Largest share", cell="{:.0%}".format, width=3),
            Column("assignments", "Possible assignments", cell=_whole, width=3),
            Column("smallest_p", "Smallest p", cell=words.p_value, width=3),
        ),
        meanings=UNITS,
        released=("pilot", "assignment_unit", "units_intervention", "units_comparison",
                  "effective_intervention", "effective_comparison", "largest_share_intervention",
                  "smallest_p"),
        note=(
            f"{terms.primary}. Effective units are units with equal rolls that would be as "
            "informative; the largest share is that of one intervention unit in its group's "
            f"pupils before the {terms.site}, and above 30% a result is a case study of that unit "
            "(a comparison unit can weigh more, which is not shown here); "
            "the smallest p is what a randomisation test can reach at best."
        ),
    )  # fmt: skip


def _units(unit: str, intervention: float, comparison: float) -> str:
    return f"{intervention:.0f} and {comparison:.0f} {UNIT_NAMES[unit]}"


def _whole(value: float) -> str:
    return words.count(int(value))


def detectable(
    detectable_effects: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show the minimum detectable fall of each pilot and outcome."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    return table(
        detectable_effects,
        (
            Words("outcome", "Outcome", cell=labels.__getitem__, width=5),
            Words("pilot", terms.heading, width=3),
            Column("dispersion", "Dispersion", cell=lambda value: words.rate(value, 2), width=3),
            Column("ratio_by_formula", "Ratio, by formula", cell=words.ratio, width=3),
            Column(("ratio_by_simulation", "fall_percent"), "Ratio, by simulation", cell=_seen,
                   width=3),
            Column("fall_percent", "A fall of", cell=_fall, width=2),
        ),
        meanings=DETECTABLE,
        instead=lambda row: () if row["status"] == "estimated" else
        words.without_estimate(row["reason"], 3),
        period=compared_period,
        note=(
            "What the primary two-sided test would find four times in five; 'none' where it would "
            "not. Dispersion is the variance of a school's rate from year to year (squared "
            "coefficient of variation) on which it rests: what the two years before show. "
            "It can be missing where an effect is estimated, which rests on other months."
        )
        + words.not_estimable(
            (labels[row["outcome"]], row["pilot"], row["reason"])
            for row in detectable_effects.to_dict("records")
            if row["status"] != "estimated"
        ),
    )  # fmt: skip


def _seen(ratio: float, fall: float) -> str:
    return "none" if math.isnan(fall) else words.ratio(ratio)


def _fall(percent: float) -> str:
    return "none" if math.isnan(percent) else f"{percent:.0f}%"


def exaggeration_table(
    exaggeration_risk: pd.DataFrame, compared_period: str, terms: Terms
) -> Table:
    """Show how far a significant result would exaggerate, or reverse, a small true effect."""
    return table(
        exaggeration_risk,
        (
            Words("pilot", terms.heading, width=3),
            Column("true_ratio", "If the true ratio were", cell="{:.4g}".format, width=3),
            Column("power", "Significant", cell="{:.0%}".format, width=3),
            Column("wrong_sign", "Of these, wrong direction", width=3,
                   cell=lambda share: "[z]" if math.isnan(share) else f"{share:.0%}"),
            Column("exaggeration", "Exaggerated, times", width=3,
                   cell=lambda times: "[z]" if math.isinf(times) else f"{times:.1f}"),
            Column("share_falls", "Of these, falls", cell="{:.0%}".format, width=2),
            Column("mean_ratio_of_falls", "Mean ratio of such falls", cell=words.ratio, width=3),
        ),
        meanings=EXAGGERATION,
        none=none_shown(7),
        period=compared_period,
        note=(
            f"{terms.primary}, by two-sided tests at the 5% level and the standard error that "
            f"counts before the start, and their spread between years, give each {terms.site}; "
            "nothing after the start is used. Exaggerated is the mean size of significant log "
            "ratios as a multiple of the true one. [z]: without an effect no direction is wrong, "
            "and there is nothing to exaggerate."
        ),
    )  # fmt: skip


def trend_detection_table(trend_detection: pd.DataFrame, panel_period: str, terms: Terms) -> Table:
    """Show how rarely tests before the start would detect trends that imitate an effect."""
    tests = {"power_joint": "all terms together", "power_slope": "steady"}
    ratios = list(dict.fromkeys(trend_detection["faked_ratio"].dropna()))
    keys = ["pilot", "status", "reason", "faked_ratio"]
    by_test = trend_detection.melt(keys, list(tests), var_name="test", value_name="power")
    # One line per test, or a single line for a pilot without an estimate.
    estimated = by_test["status"] == "estimated"
    by_test = by_test.loc[estimated | (by_test["test"] == "power_joint")]
    return table(
        in_order(by_test, pilot=dict.fromkeys(trend_detection["pilot"]), test=tests),
        (
            Words("pilot", terms.heading, width=3),
            Words("test", "Test before the start", cell=tests.__getitem__, width=4),
            *(
                Column("power", f"Fakes {ratio:g}", cell="{:.0%}".format, at=ratio, width=2)
                for ratio in ratios
            ),
        ),
        lines=["pilot", "test"],
        across="faked_ratio",
        data=trend_detection,
        meanings=TREND_DETECTION,
        released=[*keys, *tests],
        instead=lambda row: () if row["status"] == "estimated"
        else (words.no_estimate_why(row["reason"]),
              *(words.beside_none(row["reason"]),) * len(ratios)),
        period=panel_period,
        note=(
            "Chance that the test rejects parallel trends if the groups' trends diverge "
            "steadily, by as much as imitates each ratio without any effect. "
            f"{terms.primary}."
        ),
    )  # fmt: skip


def regression_to_mean(selection_effects: pd.DataFrame) -> Table:
    """Show the ratio that selection and matching alone would give where nothing has an effect."""
    return table(
        selection_effects,
        (
            Words("chosen", "Schools chosen for", width=4),
            Words("matched", "Matched on", width=4),
            Column("ratio", "Ratio seen", cell=words.ratio, width=2),
            Column(("ratio_low", "ratio_high"), "Nine draws in ten",
                   cell=lambda low, high: f"{words.ratio(low)} to {words.ratio(high)}", width=4),
            Column("share_significant_falls", "Significant falls", cell="{:.0%}".format, width=3),
        ),
        meanings=SELECTION,
        note="Simulated: eight schools chosen from sixty and no effect, so the true ratio is 1.",
    )  # fmt: skip
