"""Recommendation 1 in numbers: what a larger trial takes, and what the pilots promise of it."""

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
from analysis.study.settings import ScaleUp

SIZES = tuple(range(40, 421, 10))
"""Schools of the trials whose power is drawn, both arms together."""
SIMULATED_SIZES = (70, 140, 210, 280, 350, 420)
TOGETHER = "Paule-Mandel, Hartung-Knapp"
FALLS = (0.9, 0.8)
"""True ratios besides the smallest one that is worth its cost: a tenth and a fifth less."""


@dataclass(frozen=True)
class Precision:
    """How sharp a trial is: the error of its log ratio, and the fall found with 80% power."""

    standard_error: float
    detectable_fall: float


def planned_trial(trial: dict[str, float], scale_up_settings: ScaleUp) -> Trial:
    """Return the trial that followed as it was planned, with the share of schools it lost."""
    planned = trial["schools_planned"]
    return replace(
        PLANNED_TRIAL,
        schools=int(planned),
        authorities=int(trial["authorities"]),
        events=scale_up_settings.enquiries_expected,
        dropout=1 - trial["schools"] / planned,
    )


def planned_precision(planned_trial: Trial) -> Precision:
    """Return the planned trial's precision, by formula and with assumed rates."""
    error = trial_standard_error(planned_trial, 1.0)
    return Precision(error, 1 - trial_detectable_ratio(planned_trial))


def published_precision(trial: dict[str, float]) -> Precision:
    """Return the precision that the published interval implies."""
    return Precision(*interval_precision(trial["ratio_low"], trial["ratio_high"]))


def smallest_worthwhile_ratio(scale_up_settings: ScaleUp) -> float:
    """Return the ratio at which a social worker is just worth the cost."""
    return worthwhile_ratio(
        scale_up_settings.enquiries_worth_a_worker, 1.0, scale_up_settings.enquiries_expected
    )


def supposed_ratios(smallest_worthwhile_ratio: float) -> tuple[float, ...]:
    """Return the true ratios that trials are judged at, largest first."""
    return tuple(sorted({*FALLS, smallest_worthwhile_ratio}, reverse=True))


def schools_needed(planned_trial: Trial, smallest_worthwhile_ratio: float) -> dict[str, float]:
    """Return the schools that each arm needs for that fall, by two formulas; rates after alone.

    By Hayes and Bennett's for clusters, and by Zhu and Lakkis's for negative binomial counts.
    """
    events, ratio = planned_trial.events, smallest_worthwhile_ratio
    spread = planned_trial.dispersion + planned_trial.need_variance
    return {
        "hayes_bennett": hayes_bennett_clusters(events, events * ratio, 1.0, spread**0.5),
        "zhu_lakkis": zhu_lakkis_size(events, ratio, spread),
    }


def power_by_schools(planned_trial: Trial, supposed_ratios: tuple[float, ...]) -> pd.DataFrame:
    """Return power by formula at every size, one row a size, true ratio and analysis."""
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
    """Return what each estimate, taken for the truth or with its error, promises of a trial.

    Returns
    -------
    DataFrame
        One row per pilot that has an estimate, then their mean (Paule and Mandel's, by
        Hartung and Knapp's method), then one more place like them: `source`, `ratio`,
        `standard_error`, `df`, `power` (chance of a significant fall if the estimate were
        true) and `assurance` (the same over its error, Student's t).
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
    """Return power, precision and coverage of trials, simulated at length."""
    return read_proof(proofs_directory, "scale_up")
