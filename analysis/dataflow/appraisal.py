"""What the estimates take for granted, and what they would be worth."""

from __future__ import annotations

import pandas as pd
from hamilton.function_modifiers import tag

from analysis.dataflow.passage import MODELS
from analysis.models.checks.missing_returns import missing_return_bounds
from analysis.models.design.break_even import break_even
from analysis.models.inputs.estimability import ESTIMATED
from analysis.models.inputs.specification import Specification
from analysis.models.primary.exact import exact_estimates
from analysis.study.settings import Pilot


@tag(disclosure=MODELS)
def unreturned_bounds(
    outcome_panel: pd.DataFrame,
    main_specifications: tuple[Specification, ...],
    main_effects: pd.DataFrame,
) -> pd.DataFrame:
    """Bound each main effect by what months may have held whose return did not arrive."""
    return missing_return_bounds(outcome_panel, main_specifications, main_effects)


def exact_effects(
    protected_panel: pd.DataFrame,
    main_specifications: tuple[Specification, ...],
    main_effects: pd.DataFrame,
) -> pd.DataFrame:
    """Estimate from four totals what the main method could estimate; the rest may not be shown."""
    estimated = main_effects.loc[main_effects["status"] == ESTIMATED]
    keys = set(zip(estimated["specification"], estimated["pilot"], strict=True))
    asked = [each for each in main_specifications if (each.name, each.pilot) in keys]
    return exact_estimates(protected_panel, [each for each in asked if each.measure == "events"])


def worker_break_even(primary_effects: pd.DataFrame, pilots: tuple[Pilot, ...]) -> pd.DataFrame:
    """Return what an enquiry averted must be worth for a social worker to pay for itself."""
    return break_even(primary_effects, {pilot.name: pilot.social_workers for pilot in pilots})
