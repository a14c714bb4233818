"""Which rows of a result an exhibit shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from analysis.study import Pilot

PRIMARY_METHOD = "conditional CR2"


def primary_estimates(
    effect_estimates: pd.DataFrame, outcome: str, pilots: Iterable[Pilot]
) -> pd.DataFrame:
    """Return the primary estimate of one outcome for each pilot, in the pilots' order."""
    names = [pilot.name for pilot in pilots]
    chosen = effect_estimates.loc[
        (effect_estimates["outcome"] == outcome) & effect_estimates["pilot"].isin(names)
    ]
    return chosen.set_index("pilot").loc[names].reset_index()


def primary_estimate(effect_estimates: pd.DataFrame, outcome: str, pilot: str) -> dict[str, Any]:
    """Return the primary estimate of one outcome in one pilot, by column."""
    row = effect_estimates.loc[
        (effect_estimates["outcome"] == outcome) & (effect_estimates["pilot"] == pilot)
    ]
    if len(row) != 1:
        raise ValueError(f"{len(row)} primary estimates of {outcome} in {pilot}, expected one")
    return {str(key): value for key, value in row.iloc[0].items()}
