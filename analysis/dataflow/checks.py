"""Design checks: what else could look like an effect, or mask one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
from hamilton.function_modifiers import tag

from analysis.dataflow.disclosure_paths import MODELS, SCHOOLS
from analysis.disclosure import DisclosureRules, withholding
from analysis.disclosure.estimates import withhold_terms, withhold_trends
from analysis.disclosure.outcomes import ReleasedOutcomes
from analysis.models.checks.balance import balance
from analysis.models.checks.event_study import event_study
from analysis.models.checks.floor_effects import floor_diagnostics
from analysis.models.checks.pre_trend_tests import pre_trend_tests
from analysis.models.checks.pre_trends import pre_trend_power, pre_trend_slopes
from analysis.models.checks.returns import reporting_changes
from analysis.models.checks.spillover import spillover_bounds
from analysis.models.inputs.specification import Specification
from analysis.models.primary.estimates import effect_estimates as estimate
from analysis.study.balancing import BalancingOutcome
from analysis.study.balancing_outcomes import balancing_panel, in_august, school_rates
from analysis.study.settings import Outcome, Pilot, Window

COVARIATES = {"pupils": "Pupils on roll", "fsm_percent": "Free school meals, per cent"}


@tag(disclosure=MODELS)
def event_study_estimates(
    outcome_panel: pd.DataFrame,
    disclosed_panel: pd.DataFrame,
    primary_specifications: tuple[Specification, ...],
    released_outcomes: ReleasedOutcomes,
) -> pd.DataFrame:
    """Return the effect in each term relative to the last before the start, if it may be shown."""
    found = event_study(disclosed_panel, primary_specifications)
    return withhold_terms(found, released_outcomes.tables["terms"], outcome_panel)


def pre_trends(
    disclosed_panel: pd.DataFrame,
    main_specifications: tuple[Specification, ...],
    released_outcomes: ReleasedOutcomes,
    seed: int,
) -> pd.DataFrame:
    """Test for diverging trends before the start, and find what would overturn the effect."""
    found = pre_trend_tests(disclosed_panel, main_specifications, seed=seed)
    return withhold_trends(found, released_outcomes.tables["terms"])


def trend_slopes(
    disclosed_panel: pd.DataFrame, main_specifications: tuple[Specification, ...]
) -> pd.DataFrame:
    """Return the difference in trends before the start, and the widest that the data allow."""
    return pre_trend_slopes(disclosed_panel, main_specifications)


def trend_detection(
    disclosed_panel: pd.DataFrame, primary_specifications: tuple[Specification, ...]
) -> pd.DataFrame:
    """Return the power of tests before the start to detect a trend that imitates an effect."""
    return pre_trend_power(disclosed_panel, primary_specifications)


def placebo_starts(
    protected_panel: pd.DataFrame,
    main_specifications: tuple[Specification, ...],
    withheld_specifications: frozenset[Specification],
) -> pd.DataFrame:
    """Estimate effects at placebo start dates, before the pilots; the true ratio is 1."""
    first = int(protected_panel["event_month"].min())
    asked = withholding.placebos(main_specifications, first)
    return estimate(protected_panel, withholding.marked(asked, withheld_specifications))


@tag(disclosure=MODELS)
def balancing_effects(
    outcome_panel: pd.DataFrame,
    protected_panel: pd.DataFrame,
    child_events: pd.DataFrame,
    main_specifications: tuple[Specification, ...],
    withheld_specifications: frozenset[Specification],
    released_outcomes: ReleasedOutcomes,
    disclosure_rules: DisclosureRules,
    pilots: tuple[Pilot, ...],
    outcomes: tuple[Outcome, ...],
    balancing: tuple[BalancingOutcome, ...],
) -> pd.DataFrame:
    """Estimate the same effects on placebo and balancing outcomes."""
    # Rolls are not counts of events, so they are kept for months that are suppressed.
    rolls = [each for each in balancing if each.measure == "pupils"]
    counted = [each for each in balancing if each.measure != "pupils"]
    panel = pd.concat(
        [
            balancing_panel(protected_panel, child_events, counted, outcomes),
            balancing_panel(outcome_panel, child_events, rolls, outcomes),
        ],
        ignore_index=True,
    )
    whole = pd.concat([protected_panel, panel], ignore_index=True)
    primary = [each for each in main_specifications if each.role == "primary"]
    by_name = {outcome.name: outcome for outcome in outcomes}
    asked = []
    for other, each in product(balancing, primary):
        made = withholding.marked_made(other, each, main_specifications, released_outcomes.tables)
        asked.append(withholding.marked_part(made, other.part_of, whole, disclosure_rules))
    found = estimate(panel, asked)
    summer = withholding.marked(
        (in_august(each, pilots, by_name[each.outcome]) for each in primary),
        withheld_specifications,
    )
    return pd.concat([found, estimate(protected_panel, summer)], ignore_index=True)


def baseline_balance(
    schools: pd.DataFrame, disclosed_panel: pd.DataFrame, outcomes: tuple[Outcome, ...]
) -> pd.DataFrame:
    """Compare the arms before the start, overall and within matched sets."""
    counted = [outcome for outcome in outcomes if outcome.measure == "events"]
    rates = school_rates(disclosed_panel, [outcome.name for outcome in counted])
    table = schools.merge(rates, on="school_id", how="left", validate="one_to_one")
    labels = COVARIATES | {
        f"{outcome.name} {window}": f"{outcome.label}, {words}"
        for outcome in counted
        for window, words in (("before", "year before"), ("earlier", "other months"))
    }
    return balance(table.rename(columns=labels), labels.values())


def floor_checks(
    protected_panel: pd.DataFrame,
    disclosed_panel: pd.DataFrame,
    main_specifications: tuple[Specification, ...],
) -> pd.DataFrame:
    """Return how few events there are, and the best precision that such counts allow."""
    return floor_diagnostics(protected_panel, main_specifications, disclosed_panel)


def spillover(primary_effects: pd.DataFrame) -> pd.DataFrame:
    """Return the true ratio behind each estimate if part of the effect had spilled over."""
    return spillover_bounds(primary_effects)


@tag(disclosure=SCHOOLS)
def reporting(
    outcome_panel: pd.DataFrame, primary_specifications: tuple[Specification, ...]
) -> pd.DataFrame:
    """Return how many returns arrived and how rolls changed, by pilot, arm and period."""
    return reporting_changes(outcome_panel, primary_specifications)


def calendar_months(pilots: tuple[Pilot, ...], window: Window) -> pd.DataFrame:
    """Return each month of the pilot with its like month, and the number of weekdays in each."""
    first = pd.Period(min(pilot.start for pilot in pilots), "M")
    months = [first + number for number in range(window.months_after)]
    return pd.DataFrame(
        {
            "month": [month.strftime("%B") for month in months],
            "before": [str(month - 12) for month in months],
            "after": [str(month) for month in months],
            "weekdays_before": [_weekdays(month - 12) for month in months],
            "weekdays_after": [_weekdays(month) for month in months],
        }
    )


def _weekdays(month: pd.Period) -> int:
    return int(np.busday_count(month.start_time.date(), (month + 1).start_time.date()))
