"""Recommendation 1 in numbers: the size of a larger trial, and what the pilots promise of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.models.design.scale_up import (
    interval_precision,
    trial_assurance,
    with_schools,
    worthwhile_ratio,
)
from analysis.models.design.trial import (
    ANALYSES,
    PLANNED_TRIAL,
    Trial,
    hayes_bennett_clusters,
    trial_detectable_ratio,
    trial_power,
    trial_standard_error,
    zhu_lakkis_size,
)
from analysis.proofs import Proof, read_proof
from analysis.study.decisions import ScaleUp

SIZES = tuple(range(40, 421, 10))
"""Numbers of schools, both arms together, of the trials whose power is drawn."""
SIMULATED_SIZES = (70, 140, 210, 280, 350, 420)
TOGETHER = "Paule-Mandel, Hartung-Knapp"
FALLS = (0.9, 0.8)
"""True ratios besides the smallest fall that is worth its cost: falls by a tenth and a fifth."""


@dataclass(frozen=True)
class Precision:
    """Precision of a trial: standard error of its log ratio, and fall detected at 80% power."""

    standard_error: float
    detectable_fall: float


def planned_trial(trial: dict[str, float], scale_up_settings: ScaleUp) -> Trial:
    """Return the later trial as it was planned, with the share of schools that dropped out."""
    planned = trial["schools_planned"]
    return replace(
        PLANNED_TRIAL,
        schools=int(planned),
        authorities=int(trial["authorities"]),
        events=scale_up_settings.enquiries_expected,
        dropout=1 - trial["schools"] / planned,
    )


def planned_precision(planned_trial: Trial) -> Precision:
    """Return the planned trial's precision, by formula and under assumed rates."""
    error = trial_standard_error(planned_trial, 1.0)
    return Precision(error, 1 - trial_detectable_ratio(planned_trial))


def published_precision(trial: dict[str, float]) -> Precision:
    """Return the precision that the published interval implies."""
    return Precision(*interval_precision(trial["ratio_low"], trial["ratio_high"]))


def smallest_worthwhile_ratio(scale_up_settings: ScaleUp) -> float:
    """Return the ratio at which a social worker is just worth their cost."""
    return worthwhile_ratio(
        scale_up_settings.enquiries_worth_a_worker, 1.0, scale_up_settings.enquiries_expected
    )


def supposed_ratios(smallest_worthwhile_ratio: float) -> tuple[float, ...]:
    """Return the true ratios at which trials are assessed, largest first."""
    return tuple(sorted({*FALLS, smallest_worthwhile_ratio}, reverse=True))


def schools_needed(planned_trial: Trial, smallest_worthwhile_ratio: float) -> dict[str, float]:
    """Return the schools per arm needed to detect the smallest worthwhile fall, by two formulas.

    By Hayes and Bennett's for clusters, and by Zhu and Lakkis's for negative binomial counts, both
    from rates after the start alone.
    """
    events, ratio = planned_trial.events, smallest_worthwhile_ratio
    spread = planned_trial.dispersion + planned_trial.need_variance
    return {
        "hayes_bennett": hayes_bennett_clusters(events, events * ratio, 1.0, spread**0.5),
        "zhu_lakkis": zhu_lakkis_size(events, ratio, spread),
    }


def power_by_schools(planned_trial: Trial, supposed_ratios: tuple[float, ...]) -> pd.DataFrame:
    """Return power by formula, one row per size of trial, true ratio and analysis."""
    return pd.DataFrame(
        {"schools": each.schools, "true_ratio": ratio, "analysis": analysis,
         "power": trial_power(each, ratio, analysis)}
        for each in with_schools(planned_trial, SIZES)
        for ratio in supposed_ratios
        for analysis in ANALYSES
    )  # fmt: skip


def trial_prospects(
    primary_effects: pd.DataFrame, across_pilots: pd.DataFrame, planned_trial: Trial
) -> pd.DataFrame:
    """Return power and assurance of the planned trial, given each estimate of the effect.

    Returns
    -------
    DataFrame
        One row per pilot that has an estimate, then their mean (Paule and Mandel's, by
        Hartung and Knapp's method), then a further place like them: `source`, `ratio`,
        `standard_error`, `df`, `power` (the chance of a significant fall if the estimate were
        true) and `assurance` (the same, averaged over its error, Student's t).
    """
    summary = across_pilots.loc[
        (across_pilots["method"] == TOGETHER)
        & across_pilots["outcome"].isin(primary_effects["outcome"])
    ]
    ahead = np.sqrt(summary["standard_error"] ** 2 + summary["tau2"])
    both = pd.concat([
        primary_effects,
        summary.assign(pilot="Mean of the pilots"),
        summary.assign(pilot="A further place like these", standard_error=ahead),
    ])  # fmt: skip
    rows = [
        {"source": row["pilot"], "ratio": row["ratio"], "standard_error": row["standard_error"],
         "df": row["df"],
         "power": trial_assurance(planned_trial, row["log_ratio"], 0.0),
         "assurance": trial_assurance(
             planned_trial, row["log_ratio"], row["standard_error"], row["df"])}
        for row in both.loc[both["status"] == "estimated"].to_dict("records")
    ]  # fmt: skip
    columns = ["source", "ratio", "standard_error", "df", "power", "assurance"]
    return pd.DataFrame(rows, columns=columns)


def scale_up_proof(proofs_directory: Path) -> Proof:
    """Return power, precision and coverage of trials by simulation."""
    return read_proof(proofs_directory, "scale_up")
