"""Partial pooling of the pilots under stated priors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.models.pooling.partial import Priors, partial_pooling
from exhibits.results.scale_up import Precision

TRIAL = "the trial as prior of the mean"
PRIORS = (
    Priors("main", 0.0, 1.0, 0.5),
    Priors("pilots much alike", 0.0, 1.0, 0.25),
    Priors("pilots very unlike", 0.0, 1.0, 1.0),
    Priors("sceptical of large effects", 0.0, 0.25, 0.5),
    Priors("next to none on the mean", 0.0, 10.0, 0.5),
)
"""The main priors come first. A standard deviation of 1 on the log scale treats ratios from a
seventh to seven as likely; one of a quarter, ratios from 0.6 to 1.6."""


def priors(trial: dict[str, float], published_precision: Precision) -> tuple[Priors, ...]:
    """Return the priors for pooling the pilots, the main ones first."""
    error = published_precision.standard_error
    return *PRIORS, Priors(TRIAL, float(np.log(trial["ratio"])), error, PRIORS[0].between)


def pooled_pilots(main_effects: pd.DataFrame, priors: tuple[Priors, ...]) -> pd.DataFrame:
    """Pool the pilots of each outcome partially, under each of the priors."""
    return partial_pooling(main_effects, priors)
