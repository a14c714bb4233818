"""How far a significant result of a pilot would exaggerate effects like those published."""

from __future__ import annotations

import pandas as pd

from analysis.models.design.exaggeration import exaggerations
from analysis.models.inputs.specification import Specification

SUPPOSED_RATIO = 0.8
"""A ratio that a service would welcome, besides no effect and the trial's result."""


def exaggeration_risk(
    protected_panel: pd.DataFrame,
    primary_specifications: tuple[Specification, ...],
    trial: dict[str, float],
) -> pd.DataFrame:
    """Return exaggeration and sign error of a significant result, at plausible true effects."""
    supposed = (SUPPOSED_RATIO, 1.0, trial["ratio"])
    return exaggerations(protected_panel, primary_specifications, supposed)
