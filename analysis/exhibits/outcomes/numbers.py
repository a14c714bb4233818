"""The numbers in the report's sentences.

Numbers that differ only in pilot and outcome are made by one function, under a name for each:
`s47_ratio_lambeth`.
"""

from __future__ import annotations

import pandas as pd
from hamilton.function_modifiers import resolve

from analysis.disclosure import DisclosureRules
from analysis.disclosure.outcomes import ReleasedOutcomes
from analysis.exhibits.families import CONFIG_AVAILABLE, by_effect
from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Number
from analysis.exhibits.parts.rows import Effect, effect
from analysis.exhibits.parts.workings.effects import (
    difference_working,
    interval_working,
    ratio_working,
)
from analysis.extract.extract import Origin
from analysis.models.inputs.estimability import ESTIMATED, WITHHELD
from analysis.study.settings import Outcome, Window
from analysis.study.terms import Terms


def schools_all(schools: pd.DataFrame) -> Number:
    """Count the schools of the extract, comparison schools included."""
    return Number(len(schools), words.count(len(schools)), "schools")


def child_events_all(
    released_outcomes: ReleasedOutcomes, disclosure_rules: DisclosureRules
) -> Number:
    """Count the events of the extract in months with a return, rounded as a total."""
    count = released_outcomes.tables["all"]["count"].iloc[0]
    status = released_outcomes.statuses["all"]
    if isinstance(count, str):
        return Number(None, "an unknown number of", "events", status=status)
    rounded = disclosure_rules.rounded(int(count))
    return Number(rounded, words.count(rounded), "events", status=status)


def these_data(origin: Origin) -> Number:
    """Name the data before a result, so that it is not mistaken for a published one."""
    text = origin.label or "This extract"
    return Number(text, text, "kind of data")


def months_after(window: Window) -> Number:
    """Count the months of the pilot that are evaluated."""
    return Number(window.months_after, words.count(window.months_after), "months")


def rules_tested(contract_counts: pd.DataFrame) -> Number:
    """Count the rules of all contracts that had data to test."""
    tested = int((contract_counts["rules"] - contract_counts["nothing tested"]).sum())
    return Number(tested, words.count(tested), "rules")


@resolve(
    when=CONFIG_AVAILABLE,
    decorate_with=lambda effect_names: by_effect(effect_names, "ratio"),
)
def effect_ratio(
    main_effects: pd.DataFrame,
    rates_before_after: pd.DataFrame,
    compared_period: str,
    terms: Terms,
    outcome: str,
    pilot: str,
) -> Number:
    """State the ratio of rate ratios of one outcome in one pilot."""
    found = effect(main_effects, outcome, pilot)
    if not found.estimated:
        return _not_estimable(found, "ratio of rate ratios")
    return Number(
        found.ratio,
        words.ratio(found.ratio),
        "ratio of rate ratios",
        n=found.schools,
        interval=(found.ratio_low, found.ratio_high),
        working=ratio_working(found, rates_before_after, compared_period, terms),
    )


@resolve(
    when=CONFIG_AVAILABLE,
    decorate_with=lambda effect_names: by_effect(effect_names, "interval"),
)
def effect_interval(
    main_effects: pd.DataFrame, compared_period: str, outcome: str, pilot: str
) -> Number:
    """State the 95% confidence interval of the ratio of one outcome in one pilot."""
    found = effect(main_effects, outcome, pilot)
    if not found.estimated:
        return _not_estimable(found, "95% confidence interval")
    text = " to ".join(words.limit(end, words.ratio) for end in (found.ratio_low, found.ratio_high))
    limits = (found.ratio_low, found.ratio_high)
    working = interval_working(found, text, compared_period)
    return Number(text, text, "95% confidence interval", found.schools, limits, working=working)


@resolve(
    when=CONFIG_AVAILABLE,
    decorate_with=lambda effect_names: by_effect(effect_names, "difference"),
)
def effect_difference(
    main_effects: pd.DataFrame,
    rates_before_after: pd.DataFrame,
    compared_period: str,
    outcomes: tuple[Outcome, ...],
    terms: Terms,
    outcome: str,
    pilot: str,
) -> Number:
    """State the effect on one outcome in one pilot as a number of events over its months."""
    found = effect(main_effects, outcome, pilot)
    unit = next(each.unit for each in outcomes if each.name == outcome)
    if not found.estimated:
        # The unit follows in the sentence.
        return Number(None, "an unknown number of", unit)
    return Number(
        found.difference,
        words.more_or_fewer(found.difference),
        unit,
        n=found.schools,
        interval=(found.difference_low, found.difference_high),
        working=difference_working(found, rates_before_after, compared_period, terms),
    )


@resolve(
    when=CONFIG_AVAILABLE,
    decorate_with=lambda effect_names: by_effect(effect_names, "difference_interval"),
)
def difference_interval(
    main_effects: pd.DataFrame, compared_period: str, outcome: str, pilot: str
) -> Number:
    """State the 95% confidence interval of the effect as a number of events."""
    found = effect(main_effects, outcome, pilot)
    if not found.estimated:
        return _not_estimable(found, "95% confidence interval")
    limits = (found.difference_low, found.difference_high)
    text = words.range_of_difference(*limits)
    working = interval_working(found, text, compared_period)
    return Number(text, text, "95% confidence interval", found.schools, limits, working=working)


def effects_withheld(main_effects: pd.DataFrame) -> Number:
    """State how many effects are not shown or not estimable, and why."""
    missing = main_effects.loc[main_effects["status"] != ESTIMATED, "reason"]
    withheld, lacking = (missing == WITHHELD).sum(), (missing != WITHHELD).sum()
    of = f"of the {words.count(len(main_effects))} effects of this report"
    are = "is" if withheld == 1 else "are"
    parts = [
        f"{words.count(withheld)} {of} {are} {words.NOT_SHOWN} ({words.HIDDEN} in tables and "
        f"figures): {WITHHELD}" * bool(withheld),
        f"{words.count(lacking)} {of} could not be estimated for other reasons" * bool(lacking),
    ]
    text = "; ".join(part for part in parts if part) or f"None {of} had to be withheld"
    return Number(f"{text}.", f"{text}.", "sentence", len(main_effects))


def _not_estimable(found: Effect, unit: str) -> Number:
    # The reason is stated once, not four times in a sentence of four numbers.
    return Number(None, words.no_estimate_in_words(found.reason), unit)
