"""From the panel to rates and effects."""

from __future__ import annotations

import pandas as pd

from analysis.models.estimates import effect_estimates as estimate
from analysis.models.specification import EventMonths, Exclusion, Specification
from analysis.rates import baseline, event_rates, zeros
from analysis.study import Outcome, SpecificationSettings, Window

ASSIGNMENT_COLUMNS = {"school": "school_id", "area": "area"}


def rates_before_after(outcome_panel: pd.DataFrame) -> pd.DataFrame:
    """Return rates in the pilot's months and the like months before, by pilot and arm."""
    compared = outcome_panel.loc[outcome_panel["window"].isin(["before", "after"])]
    return event_rates(compared, ["outcome", "pilot", "arm", "window"])


def rates_term(outcome_panel: pd.DataFrame) -> pd.DataFrame:
    """Return rates in every school term, by pilot and arm."""
    return event_rates(outcome_panel, ["outcome", "pilot", "arm", "term"])


def baseline_by_arm(schools: pd.DataFrame) -> pd.DataFrame:
    """Return size and need of the schools of each pilot and arm."""
    ordered = schools.sort_values(["pilot", "arm"], ascending=[True, False])
    return baseline(ordered, ["pilot", "arm"])


def school_zeros(outcome_panel: pd.DataFrame) -> pd.DataFrame:
    """Return how often nothing happened before the pilots, by outcome and pilot."""
    before = outcome_panel.loc[outcome_panel["window"] == "before"]
    return zeros(before, ["outcome", "pilot"])


def specifications(
    specification_settings: tuple[SpecificationSettings, ...],
    outcomes: tuple[Outcome, ...],
    window: Window,
) -> tuple[Specification, ...]:
    """Return each way of analysis, once for every pilot where its outcome is analysed."""
    by_name = {outcome.name: outcome for outcome in outcomes}
    return tuple(
        _specification(given, by_name[given.outcome], pilot, window)
        for given in specification_settings
        for pilot in by_name[given.outcome].pilots
    )


def effect_estimates(
    outcome_panel: pd.DataFrame, specifications: tuple[Specification, ...]
) -> pd.DataFrame:
    """Return the effect of the pilots on each outcome, one row a specification."""
    return estimate(outcome_panel, specifications)


def main_effects(
    effect_estimates: pd.DataFrame, specification_settings: tuple[SpecificationSettings, ...]
) -> pd.DataFrame:
    """Return the main estimate of each outcome and pilot, without sensitivity analyses."""
    names = [given.name for given in specification_settings if given.role != "sensitivity"]
    return effect_estimates.loc[effect_estimates["specification"].isin(names)]


def _specification(
    given: SpecificationSettings, outcome: Outcome, pilot: str, window: Window
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
        exclusions=tuple(Exclusion("phase", (phase,)) for phase in given.exclude_phases),
    )
