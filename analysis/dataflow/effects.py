"""Rates and effects, from the outcome panel."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from hamilton.function_modifiers import tag

from analysis.dataflow.disclosure_paths import MODELS, RATES_OF_COUNTS, SCHOOLS, TOGETHER
from analysis.disclosure import DisclosureRules, concealed_months
from analysis.disclosure.outcomes import ReleasedOutcomes, outcome_records, release_outcomes
from analysis.disclosure.rules import CONFIDENTIAL
from analysis.disclosure.withholding import marked, questions
from analysis.disclosure.withholding import withheld_specifications as withhold
from analysis.extract.extract import Origin
from analysis.extract.flow import flow_of_schools
from analysis.extract.rates import as_released, baseline, event_rates, zeros
from analysis.models.inputs.specification import EventMonths, Exclusion, Specification
from analysis.models.primary.estimates import effect_estimates as estimate
from analysis.study.settings import Outcome, Pilot, SpecificationSettings, Window
from analysis.study.terms import Terms

ASSIGNMENT_COLUMNS = {"school": "school_id", "area": "area"}


@tag(disclosure=SCHOOLS)
def panel_period(outcome_panel: pd.DataFrame, origin: Origin) -> str:
    """Say in words which months the panel covers."""
    return origin.period(outcome_panel["month"])


@tag(disclosure=SCHOOLS)
def compared_period(outcome_panel: pd.DataFrame, origin: Origin) -> str:
    """Say in words which months are compared."""
    month = outcome_panel.set_index("window")["month"]
    return origin.period(month["before"], month["after"])


@tag(disclosure=TOGETHER)
def released_outcomes(
    outcome_panel: pd.DataFrame,
    child_events: pd.DataFrame,
    care_episodes: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    disclosure_rules: DisclosureRules,
) -> ReleasedOutcomes:
    """Apply disclosure control to all counts of outcomes together."""
    return release_outcomes(outcome_panel, child_events, care_episodes, outcomes, disclosure_rules)


@tag(disclosure=MODELS)
def protected_panel(
    outcome_panel: pd.DataFrame, released_outcomes: ReleasedOutcomes
) -> pd.DataFrame:
    """Return a panel that is the same wherever the events of suppressed cells lie."""
    return concealed_months.protected_panel(outcome_panel, released_outcomes.tables)


@tag(disclosure=MODELS)
def disclosed_panel(
    outcome_panel: pd.DataFrame, released_outcomes: ReleasedOutcomes
) -> pd.DataFrame:
    """Return the panel without the months of suppressed cells, for models of single months."""
    return concealed_months.disclosed_panel(outcome_panel, released_outcomes.tables)


@tag(disclosure=RATES_OF_COUNTS)
def rates_before_after(
    outcome_panel: pd.DataFrame,
    released_outcomes: ReleasedOutcomes,
    disclosure_rules: DisclosureRules,
) -> pd.DataFrame:
    """Return released rates in the pilot's months and the like months, by pilot and arm."""
    compared = outcome_panel.loc[outcome_panel["window"].isin(["before", "after"])]
    rates = event_rates(compared, ["outcome", "pilot", "arm", "window"])
    return _released(rates, released_outcomes, "before_after", disclosure_rules)


@tag(disclosure=RATES_OF_COUNTS)
def rates_term(
    outcome_panel: pd.DataFrame,
    released_outcomes: ReleasedOutcomes,
    disclosure_rules: DisclosureRules,
) -> pd.DataFrame:
    """Return released rates in every school term, by pilot and arm."""
    rates = event_rates(outcome_panel, ["outcome", "pilot", "arm", "term"])
    rates["term"] = rates["term"].astype(str)
    return _released(rates, released_outcomes, "terms", disclosure_rules)


def baseline_by_arm(schools: pd.DataFrame) -> pd.DataFrame:
    """Return the size of schools and the level of need, by pilot and arm."""
    ordered = schools.sort_values(["pilot", "arm"], ascending=[True, False])
    return baseline(ordered, ["pilot", "arm"])


@tag(disclosure=MODELS)
def school_flow_counts(
    schools: pd.DataFrame,
    outcome_panel: pd.DataFrame,
    released_outcomes: ReleasedOutcomes,
    outcomes: tuple[Outcome, ...],
) -> pd.DataFrame:
    """Count the schools left at each stage up to the estimate of the primary outcome.

    The number of schools with any event is withheld where a count of their pilot is suppressed.
    """
    found = flow_of_schools(schools, outcome_panel, outcomes[0].name)
    hidden = concealed_months.hidden_in(released_outcomes.tables, "before_after")
    beside = found["pilot"].isin([pilot for name, pilot in hidden if name == outcomes[0].name])
    told = found["informative"].astype(object).mask(beside, CONFIDENTIAL)
    return found.assign(informative=told)


@tag(disclosure=MODELS)
def school_zeros(
    outcome_panel: pd.DataFrame,
    protected_panel: pd.DataFrame,
    disclosed_panel: pd.DataFrame,
    released_outcomes: ReleasedOutcomes,
) -> pd.DataFrame:
    """Return the share of months without an event before the pilots, by outcome and pilot.

    Only months whose counts may be shown are used. Where there are none, or a count of the period
    is suppressed, the share is missing and `schools_without` is `c`.
    """
    keys = ["outcome", "pilot"]
    every, of_schools, of_months = (
        zeros(panel.loc[panel["window"] == "before"], keys).set_index(keys)
        for panel in (outcome_panel, protected_panel, disclosed_panel)
    )
    percent = of_months["zero_months_percent"].reindex(every.index)
    hidden = concealed_months.hidden_in(released_outcomes.tables, "before_after")
    untold = percent.isna() | every.index.isin(list(hidden))
    without = of_schools["schools_without"].reindex(every.index).astype(object)
    return every[["schools"]].assign(
        zero_months_percent=percent.mask(untold), schools_without=without.mask(untold, CONFIDENTIAL)
    ).reset_index()  # fmt: skip


def specifications(
    specification_settings: tuple[SpecificationSettings, ...],
    outcomes: tuple[Outcome, ...],
    window: Window,
    disclosure_rules: DisclosureRules,
    terms: Terms,
) -> tuple[Specification, ...]:
    """Return every specification of an analysis, once per pilot where its outcome is analysed.

    One that takes the pilots together is returned once.

    None gives a result that rests on a count which may not be shown; every model takes its
    specification from here.
    """
    by_name = {outcome.name: outcome for outcome in outcomes}
    return tuple(
        _confidential(
            _specification(given, by_name[given.outcome], pilot, window, terms), disclosure_rules
        )
        for given in specification_settings
        for pilot in ((None,) if given.together else by_name[given.outcome].pilots)
    )


@tag(disclosure=MODELS)
def withheld_specifications(
    outcome_panel: pd.DataFrame,
    child_events: pd.DataFrame,
    care_episodes: pd.DataFrame,
    specifications: tuple[Specification, ...],
    outcomes: tuple[Outcome, ...],
    pilots: tuple[Pilot, ...],
    released_outcomes: ReleasedOutcomes,
    disclosure_rules: DisclosureRules,
) -> frozenset[Specification]:
    """Return the analyses, of all there are, whose results would reveal a suppressed count."""
    returned = outcome_panel.loc[outcome_panel["returned"], ["outcome", "school_id", "month"]]
    first = int(outcome_panel["event_month"].min())
    asked = questions(specifications, first, pilots, outcomes)
    found: set[Specification] = set()
    for outcome in outcomes:  # one at a time, to keep only its records in memory
        own = [each for each in asked if each.outcome == outcome.name]
        records = outcome_records(returned, child_events, care_episodes, [outcome])
        tables = released_outcomes.tables
        found |= withhold(own, outcome_panel, tables, {outcome.name: records}, disclosure_rules)
    return frozenset(found)


def effect_estimates(
    protected_panel: pd.DataFrame,
    specifications: tuple[Specification, ...],
    withheld_specifications: frozenset[Specification],
) -> pd.DataFrame:
    """Estimate the effect of the pilots on each outcome, one row per specification."""
    return estimate(protected_panel, marked(specifications, withheld_specifications))


def main_effects(
    effect_estimates: pd.DataFrame, specification_settings: tuple[SpecificationSettings, ...]
) -> pd.DataFrame:
    """Return the main estimate of each outcome and pilot, without sensitivity analyses."""
    names = [given.name for given in specification_settings if given.role != "sensitivity"]
    return effect_estimates.loc[effect_estimates["specification"].isin(names)]


def _released(
    rates: pd.DataFrame, released: ReleasedOutcomes, name: str, rules: DisclosureRules
) -> pd.DataFrame:
    counts = released.tables[name]
    if "term" in counts:
        counts = counts.assign(term=counts["term"].astype(str))
    # One more decimal than the Department's rates, which are per 10,000 and not per 1,000.
    return as_released(rates, counts, rules.rate_decimals + 1)


def _confidential(specification: Specification, rules: DisclosureRules) -> Specification:
    """Return a specification with the fewest events and children that a result may rest on.

    A ratio and its standard error reveal the counts they rest on, and anyone who has three of the
    four counts can work out the fourth.
    """
    return replace(
        specification,
        fewest_events=max(specification.fewest_events, rules.threshold),
        fewest_children=max(specification.fewest_children, rules.threshold),
        fewest_degrees_of_freedom=rules.least_degrees_of_freedom,
    )


def _specification(
    given: SpecificationSettings,
    outcome: Outcome,
    pilot: str | None,
    window: Window,
    terms: Terms,
) -> Specification:
    after = EventMonths(0, window.months_after - 1)
    like = given.window == "like months"
    return Specification(
        name=given.name,
        outcome=given.outcome,
        pilot=pilot,
        measure=outcome.measure,
        role=given.role,
        before=after.shifted(-12) if like else EventMonths(-window.months_before, -1),
        after=after,
        exposure=None if given.exposure == "none" else given.exposure,
        assignment_unit=ASSIGNMENT_COLUMNS[given.assignment_unit],
        together=terms.together,
        exclusions=tuple(Exclusion("phase", (phase,)) for phase in given.exclude_phases),
    )
