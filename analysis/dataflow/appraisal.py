"""Assumptions behind the estimates, candidate comparison schools, and the value of effects."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hamilton.function_modifiers import config, tag

from analysis.dataflow.checks import COVARIATES
from analysis.dataflow.disclosure_paths import MODELS
from analysis.disclosure import concealed_months
from analysis.disclosure.outcomes import ReleasedOutcomes
from analysis.models.checks.balance import balance
from analysis.models.checks.candidates import COLUMNS as CANDIDATES
from analysis.models.checks.candidates import reweighted_effect, weights_of
from analysis.models.checks.missing_returns import missing_return_bounds
from analysis.models.design.break_even import break_even
from analysis.models.inputs.estimability import (
    ESTIMATED,
    NOT_ESTIMABLE,
    WITHHELD,
    NotEstimable,
    require_estimable,
)
from analysis.models.inputs.rate_units import MONTHLY
from analysis.models.inputs.school_periods import school_periods
from analysis.models.inputs.specification import Specification
from analysis.models.primary.exact import exact_estimates
from analysis.study.balancing_outcomes import school_rates
from analysis.study.settings import Outcome, Pilot, Window


@tag(disclosure=MODELS)
def unreturned_bounds(
    outcome_panel: pd.DataFrame,
    main_specifications: tuple[Specification, ...],
    main_effects: pd.DataFrame,
) -> pd.DataFrame:
    """Bound each main effect over every count that months without a return could have had."""
    return missing_return_bounds(outcome_panel, main_specifications, main_effects)


def exact_effects(
    protected_panel: pd.DataFrame,
    main_specifications: tuple[Specification, ...],
    main_effects: pd.DataFrame,
) -> pd.DataFrame:
    """Estimate the effects exactly, from four totals, where the main method has an estimate."""
    estimated = main_effects.loc[main_effects["status"] == ESTIMATED]
    keys = set(zip(estimated["specification"], estimated["pilot"], strict=True))
    asked = [each for each in main_specifications if (each.name, each.pilot) in keys]
    return exact_estimates(protected_panel, [each for each in asked if each.measure == "events"])


@config.when(together=False)
def worker_break_even(primary_effects: pd.DataFrame, pilots: tuple[Pilot, ...]) -> pd.DataFrame:
    """Return how much averting an enquiry must be worth for a social worker to pay for itself."""
    return break_even(primary_effects, {pilot.name: pilot.workers for pilot in pilots})


def weighted_candidates(
    candidate_schools: pd.DataFrame,
    schools: pd.DataFrame,
    disclosed_panel: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    window: Window,
    released_outcomes: ReleasedOutcomes,
) -> pd.DataFrame:
    """Return candidate schools with weights that balance them with their pilot's schools.

    Candidates are left out where an enquiry count of their pilot is suppressed. `reason` says why
    a pilot's candidates have no weights.
    """
    hidden = concealed_months.hidden_in(released_outcomes.tables, "before_after", "terms")
    own = _covariates(schools, disclosed_panel, outcomes[0])
    earlier, _ = _rates_of(outcomes[0])
    parts = [
        _candidates(candidate_schools.head(0), outcomes[0], window).assign(weight=0.0, reason="")
    ]
    for pilot, others in _candidates(candidate_schools, outcomes[0], window).groupby("pilot"):
        treated = own.loc[(own["pilot"] == pilot) & (own["arm"] == "intervention")]
        weights, reason = np.full(len(others), np.nan), ""
        try:
            weights = weights_of(treated, others, [*COVARIATES.values(), earlier])
        except NotEstimable as refusal:
            reason = str(refusal)
        if (outcomes[0].name, pilot) not in hidden:
            parts.append(others.assign(weight=weights, reason=reason))
    return pd.concat(parts[1:] or parts, ignore_index=True)


def _rates_of(outcome: Outcome) -> tuple[str, str]:
    """Return the names of the rates of the other months and of the like months.

    Candidates are weighted on the first, besides phase. The like months are left out: a school
    chosen for a high count in them tends to have a lower one a year later.
    """
    return f"{outcome.label}, other months", f"{outcome.label}, year before"


def _covariates(
    schools: pd.DataFrame, disclosed_panel: pd.DataFrame, outcome: Outcome
) -> pd.DataFrame:
    """Return the schools that are compared, with their covariates and rates."""
    rates = school_rates(disclosed_panel, [outcome.name])
    earlier, before = _rates_of(outcome)
    names = {f"{outcome.name} earlier": earlier, f"{outcome.name} before": before, **COVARIATES}
    table = schools.merge(rates, on="school_id", how="left", validate="one_to_one")
    return table.rename(columns=names)


def _candidates(sent: pd.DataFrame, outcome: Outcome, window: Window) -> pd.DataFrame:
    """Return candidates in the form that the models take: rates, events and exposure by period."""
    months = {"other": window.months_before - window.months_after, "like": window.months_after}
    rates = {
        column: MONTHLY.of(sent[f"enquiries_{name}_months"], sent["pupils"] * months[name])
        for name, column in zip(months, _rates_of(outcome), strict=True)
    }
    exposure = sent["pupils"] * window.months_after
    return sent.assign(
        **rates, exposure_before=exposure, exposure_after=exposure, treated=False,
        events_before=sent["enquiries_like_months"], events_after=sent["enquiries_pilot_months"],
    ).rename(columns=COVARIATES)  # fmt: skip


@tag(disclosure=MODELS)
def candidate_balance(
    weighted_candidates: pd.DataFrame,
    schools: pd.DataFrame,
    disclosed_panel: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
) -> pd.DataFrame:
    """Compare the pilots' schools with all candidates and with the weighted candidates."""
    if weighted_candidates.empty:
        return pd.DataFrame(columns=["pilot", "covariate", "all_candidates", "weighted"])
    own = _covariates(schools, disclosed_panel, outcomes[0])
    own = own.loc[own["pilot"].isin(weighted_candidates["pilot"])]
    compared = [*COVARIATES.values(), *_rates_of(outcomes[0])]
    alike, weighted = (
        balance(own, compared, weighted_candidates.assign(weight=weight))
        for weight in (1.0, weighted_candidates["weight"])
    )
    return alike[["pilot", "covariate"]].assign(
        all_candidates=alike["before_matching"], weighted=weighted["before_matching"]
    )


@tag(disclosure=MODELS)
def candidate_effects(
    weighted_candidates: pd.DataFrame,
    candidate_schools: pd.DataFrame,
    protected_panel: pd.DataFrame,
    primary_specifications: tuple[Specification, ...],
) -> pd.DataFrame:
    """Estimate the primary effect against the weighted candidates, where there are any."""
    rows = [
        {"pilot": each.pilot, "outcome": each.outcome}
        | _against_candidates(weighted_candidates, protected_panel, each)
        for each in primary_specifications
        if (candidate_schools["pilot"] == each.pilot).any()
    ]
    return pd.DataFrame(rows, columns=list(CANDIDATES))


def _against_candidates(
    weighted: pd.DataFrame, panel: pd.DataFrame, specification: Specification
) -> dict[str, object]:
    others = weighted.loc[weighted["pilot"] == specification.pilot]
    try:
        if others.empty:
            raise NotEstimable(WITHHELD)
        if others["reason"].iloc[0]:
            raise NotEstimable(others["reason"].iloc[0])
        schools = school_periods(panel, specification)
        require_estimable(schools, specification)
    except NotEstimable as reason:
        return {"status": NOT_ESTIMABLE, "reason": str(reason), "candidates": len(others)}
    treated = schools.loc[schools["treated"]].assign(weight=1.0)
    both = pd.concat([treated, others], ignore_index=True)
    return reweighted_effect(both, specification.fewest_events)
