"""The numbers in the report's sentences.

Families that differ in pilot and outcome alone are one function, under one name for each
member: `s47_ratio_lambeth`.
"""

from __future__ import annotations

from itertools import product

import pandas as pd
from hamilton.function_modifiers import parameterize, value

from analysis.disclosure import DisclosureRules, release_count
from analysis.exhibits import words
from analysis.exhibits.exhibit import Number
from analysis.exhibits.selection import primary_estimate
from analysis.study import Outcome, Pilot, Window

PILOTS = {"lambeth": "Lambeth", "southampton": "Southampton", "stockport": "Stockport"}
OUTCOMES = {"s47": "s47_enquiries"}

BY_PILOT = {pilot: {"pilot": value(name)} for pilot, name in PILOTS.items()}
BY_EFFECT = {
    (outcome, pilot): {"outcome": value(name), "pilot": value(PILOTS[pilot])}
    for (outcome, name), pilot in product(OUTCOMES.items(), PILOTS)
}


def social_workers(pilots: tuple[Pilot, ...]) -> Number:
    """Count the social workers of all pilots, as published."""
    total = sum(pilot.social_workers for pilot in pilots)
    return Number(total, words.count(total), "social workers")


def schools_intervention(pilots: tuple[Pilot, ...]) -> Number:
    """Count the schools of all pilots, as published."""
    total = sum(pilot.schools for pilot in pilots)
    return Number(total, words.count(total), "schools")


@parameterize(**{f"schools_{pilot}": given for pilot, given in BY_PILOT.items()})
def schools_in_pilot(pilots: tuple[Pilot, ...], pilot: str) -> Number:
    """Count the schools of one pilot, as published."""
    schools = next(each.schools for each in pilots if each.name == pilot)
    return Number(schools, words.count(schools), "schools")


def schools_all(schools: pd.DataFrame) -> Number:
    """Count the schools of the extract, comparison schools included."""
    return Number(len(schools), words.count(len(schools)), "schools")


def child_events_all(child_events: pd.DataFrame, disclosure_rules: DisclosureRules) -> Number:
    """Count the events of the extract."""
    released = release_count(len(child_events), disclosure_rules)
    return Number(released.value, released.text, "events", status=released.status)


def months_after(window: Window) -> Number:
    """Count the months of the pilot that are evaluated."""
    return Number(window.months_after, words.count(window.months_after), "months")


def rules_tested(contract_counts: pd.DataFrame) -> Number:
    """Count the rules of all contracts that met data."""
    tested = int((contract_counts["rules"] - contract_counts["nothing tested"]).sum())
    return Number(tested, words.count(tested), "rules")


@parameterize(**{f"{o}_ratio_{p}": given for (o, p), given in BY_EFFECT.items()})
def effect_ratio(effect_estimates: pd.DataFrame, outcome: str, pilot: str) -> Number:
    """State the ratio of rate ratios of one outcome in one pilot."""
    row = primary_estimate(effect_estimates, outcome, pilot)
    if row["status"] != "estimated":
        return _not_estimable(row, "ratio")
    return Number(
        row["ratio"],
        words.ratio(row["ratio"]),
        "ratio of rate ratios",
        n=int(row["schools"]),
        interval=(row["ratio_low"], row["ratio_high"]),
    )


@parameterize(**{f"{o}_interval_{p}": given for (o, p), given in BY_EFFECT.items()})
def effect_interval(effect_estimates: pd.DataFrame, outcome: str, pilot: str) -> Number:
    """State the 95% confidence interval of that ratio."""
    row = primary_estimate(effect_estimates, outcome, pilot)
    if row["status"] != "estimated":
        return _not_estimable(row, "95% confidence interval")
    low, high = row["ratio_low"], row["ratio_high"]
    text = f"{words.ratio(low)} to {words.ratio(high)}"
    return Number(text, text, "95% confidence interval", int(row["schools"]), (low, high))


@parameterize(**{f"{o}_difference_{p}": given for (o, p), given in BY_EFFECT.items()})
def effect_difference(
    effect_estimates: pd.DataFrame, outcomes: tuple[Outcome, ...], outcome: str, pilot: str
) -> Number:
    """State the same effect as a number of events over the pilot's months."""
    row = primary_estimate(effect_estimates, outcome, pilot)
    unit = next(each.unit for each in outcomes if each.name == outcome)
    if row["status"] != "estimated":
        return _not_estimable(row, unit)
    return Number(
        row["difference"],
        words.more_or_fewer(row["difference"]),
        unit,
        n=int(row["schools"]),
        interval=(row["difference_low"], row["difference_high"]),
    )


def _not_estimable(row: dict[str, object], unit: str) -> Number:
    return Number(None, f"not estimable ({row['reason']})", unit)
