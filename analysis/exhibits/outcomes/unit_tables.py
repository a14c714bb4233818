"""Results with schools and with areas as the unit of assignment, and their certainty."""

from __future__ import annotations

import math

import pandas as pd
from hamilton.function_modifiers import resolve

from analysis.exhibits.families import CONFIG_AVAILABLE, by_effect
from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Number, Table
from analysis.exhibits.parts.rows import Judgement, ends, families, judgement, of_outcomes
from analysis.exhibits.parts.workings.statistics import all_at_once_working, p_value_working
from analysis.models.inference.judgement import COLUMNS as JUDGEMENT
from analysis.models.inference.judgement import LEVEL
from analysis.models.inference.multiplicity import COLUMNS as MULTIPLICITY
from analysis.study.settings import Outcome
from analysis.study.terms import Terms

EXPLORATORY = "Exploratory: the analysis was fixed after the published results were known. "


def by_unit_table(
    change_judgements: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show each result by school and by area, and whether a change is claimed."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    return table(
        of_outcomes(change_judgements, outcomes),
        (
            Words("outcome", "Outcome", cell=labels.__getitem__, width=12),
            Words("pilot", terms.heading, width=11),
            Words("status"),
            Words("reason"),
            Column(("ratio", "ratio_low_school", "ratio_high_school"), "Ratio, by school",
                   cell=words.ratio_interval, width=18),
            Column("adjusted_school", "p, schools", cell=words.p_value, width=7),
            Column(("ratio_low_area", "ratio_high_area"), "By area", cell=ends, width=11),
            Column("adjusted_area", "p, areas", cell=words.p_value, width=6),
            Column(("permuted_low_area", "permuted_high_area"), "Areas permuted", cell=ends,
                   width=11),
            Column(("p_permuted_area", "smallest_p_area"), "p (least)", width=12,
                   cell=lambda p, least: f"{words.p_value(p)} ({words.p_value(least)})"),
            Words("verdict", f"Both p {words.AT_MOST}{LEVEL}", width=8,
                  cell=lambda verdict: "no" if verdict == "not clear" else verdict),
        ),
        data=_as_known(change_judgements),
        meanings=JUDGEMENT,
        instead=lambda row: () if row["status"] == "estimated"
        else (*words.without_estimate(row["reason"], 5), words.NOT_KNOWN),
        period=compared_period,
        note=EXPLORATORY
        + (
            "95% intervals of one ratio, if schools and if whole areas were assigned (CR2, a "
            "t-test), then the ratios that permuting areas does not reject; {unadjusted}. "
            "The first two p-values are two-sided and allow for the family: {first_inside} "
            "({primary}) by Holm's method, all else ({secondary}) by that of Benjamini and "
            "Hochberg. By school the larger of the CR2 and the permutation p-value is adjusted; "
            "by area that of CR2, since permuting so few areas cannot give less than the p-value "
            "in brackets. The last column says where both adjusted p-values are at most {level}, "
            "and in which direction: one such result found by looking through all is not yet a "
            "claim. [z] is not applicable."
        ).format(
            first_inside=words.inside(terms.primary), level=LEVEL, unadjusted=words.UNADJUSTED,
            **families(change_judgements),
        ),
    )  # fmt: skip


def _as_known(judgements: pd.DataFrame) -> pd.DataFrame:
    """Return judgements with the verdict "not known" where there is no estimate."""
    known = judgements["status"] == "estimated"
    return judgements.assign(verdict=judgements["verdict"].where(known, words.NOT_KNOWN))


def many_outcomes(
    change_judgements: pd.DataFrame,
    adjusted_for_many: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show p-values adjusted for the number of outcomes and pilots."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    keys = ["pilot", "outcome"]
    data = change_judgements.merge(
        adjusted_for_many[[*keys, "min_p", "max_t"]], on=keys, validate="one_to_one"
    )
    return table(
        data,
        (
            Words("outcome", "Outcome", cell=labels.__getitem__, width=5),
            Words("pilot", terms.heading, width=3),
            Words("family", "Family", width=3),
            Column("judged_school", "p by school", cell=words.p_value, width=3),
            Column("adjusted_school", "Adjusted", cell=words.p_value, width=3),
            Column("judged_area", "p by area", cell=words.p_value, width=3),
            Column("adjusted_area", "Adjusted", cell=words.p_value, width=3),
            Column("min_p", "All at once", cell=words.p_value, width=3),
        ),
        meanings={**MULTIPLICITY, **JUDGEMENT},
        released=[*keys, "family", "in_family", "adjustment", "judged_school", "adjusted_school",
                  "judged_area", "adjusted_area", "min_p", "max_t"],
        instead=lambda row: () if row["status"] == "estimated"
        else (row["family"], *words.without_estimate(row["reason"], 4)),
        period=compared_period,
        note=EXPLORATORY
        + (
            "All p-values are two-sided. The primary family ({first_inside}, {primary}) is "
            "adjusted by Holm's method, the secondary one (all else, {secondary}) by that of "
            "Benjamini and Hochberg. The last column compares with the smallest of all {together} "
            "p-values under the same permutations of schools (min-P). [z] is not applicable."
        ).format(
            first_inside=words.inside(terms.primary),
            together=words.count(_together(adjusted_for_many)),
            **families(change_judgements),
        ),
    )  # fmt: skip


@resolve(
    when=CONFIG_AVAILABLE,
    decorate_with=lambda effect_names: by_effect(effect_names, "certainty"),
)
def certainty(change_judgements: pd.DataFrame, terms: Terms, outcome: str, pilot: str) -> Number:
    """State the certainty of a result: its p-value by each unit, and adjusted for its family."""
    found = judgement(change_judgements, outcome, pilot)
    if not found.estimated:
        return Number(None, words.no_estimate_in_words(found.reason), "p-values")
    text = (
        f"{_adjusted(found)}, and {words.p_value(found.p_permuted_area)} with areas permuted "
        f"(unadjusted; cannot be less than {words.p_value(found.smallest_p_area)})"
    )
    working = p_value_working(found, terms)
    return Number(text, text, "p-values, two-sided", int(found.in_family), working=working)


def _adjusted(found: Judgement) -> str:
    return (
        f"{words.p_value(found.adjusted_school)} by school and "
        f"{words.p_value(found.adjusted_area)} by area (t-test), adjusted for "
        f"{found.in_family:.0f} comparison{'s' * (found.in_family != 1)}"
    )


def compared_at_once(adjusted_for_many: pd.DataFrame) -> Number:
    """Count the comparisons for which the overall p-value is adjusted."""
    together = _together(adjusted_for_many)
    return Number(together, words.count(together), "comparisons")


@resolve(
    when=CONFIG_AVAILABLE,
    decorate_with=lambda effect_names: by_effect(effect_names, "all_at_once"),
)
def all_at_once(adjusted_for_many: pd.DataFrame, outcome: str, pilot: str) -> Number:
    """State the p-value adjusted for every outcome and pilot together, by min-P."""
    return _of_all(adjusted_for_many, outcome, pilot, "min_p")


@resolve(
    when=CONFIG_AVAILABLE,
    decorate_with=lambda effect_names: by_effect(effect_names, "largest_statistic"),
)
def largest_statistic(adjusted_for_many: pd.DataFrame, outcome: str, pilot: str) -> Number:
    """State the p-value that max-T would give instead of min-P."""
    return _of_all(adjusted_for_many, outcome, pilot, "max_t")


def _of_all(table: pd.DataFrame, outcome: str, pilot: str, way: str) -> Number:
    value = p_of(table, outcome, pilot, way)
    if math.isnan(value):
        return Number(None, words.NOT_KNOWN, "p-value, two-sided")
    printed = words.p_value(value)
    together = _together(table)
    working = all_at_once_working(printed, together)
    return Number(value, printed, "p-value, two-sided", together, working=working)


def _together(adjusted_for_many: pd.DataFrame) -> int:
    """Return how many comparisons have an estimate, and so a p-value adjusted for all of them."""
    return int(adjusted_for_many["min_p"].notna().sum())


def p_of(table: pd.DataFrame, outcome: str, pilot: str, way: str) -> float:
    """Return the p-value of one outcome in one pilot, adjusted for all comparisons in one way."""
    chosen = (table["outcome"] == outcome) & (table["pilot"] == pilot)
    (found,) = table.loc[chosen, way]
    return float(found)
