"""From the panel to rates and effects."""

from __future__ import annotations

import pandas as pd

from analysis.models.estimates import effect_estimates as estimate
from analysis.models.specification import Specification
from analysis.rates import event_rates


def rates_before_after(outcome_panel: pd.DataFrame) -> pd.DataFrame:
    """Return rates in the pilot's months and the like months before, by pilot and arm."""
    compared = outcome_panel.loc[outcome_panel["window"].isin(["before", "after"])]
    return event_rates(compared, ["outcome", "pilot", "arm", "window"])


def rates_term(outcome_panel: pd.DataFrame) -> pd.DataFrame:
    """Return rates in every school term, by pilot and arm."""
    return event_rates(outcome_panel, ["outcome", "pilot", "arm", "term"])


def effect_estimates(
    outcome_panel: pd.DataFrame, specifications: tuple[Specification, ...]
) -> pd.DataFrame:
    """Return the effect of the pilots on each outcome, one row a specification."""
    return estimate(outcome_panel, specifications)
