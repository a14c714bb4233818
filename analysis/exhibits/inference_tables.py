"""Tables of the technical appendix: other tests, other outcomes at once, all pilots."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from analysis.exhibits import words
from analysis.exhibits.exhibit import Table
from analysis.models.event_study import COLUMNS as EVENT_STUDY
from analysis.models.multiplicity import COLUMNS as MULTIPLICITY
from analysis.study import Outcome

ESTIMATE_COLUMNS = {
    "outcome": "Outcome",
    "pilot": "Local authority",
    "method": "How the interval and the p-value are found",
    "ratio": "Ratio of rate ratios",
    "ratio_low": "Lower limit of its 95% interval",
    "ratio_high": "Upper limit of its 95% interval",
    "p_value": "Two-sided p-value",
    "prediction_low": "Lower limit for a further pilot",
    "prediction_high": "Upper limit for a further pilot",
}


def inference(inference_methods: pd.DataFrame, compared_period: str) -> Table:
    """Show the primary effects under every method of inference."""
    estimated = inference_methods.loc[inference_methods["status"] == "estimated"]
    shown = ["pilot", "method", "ratio", "ratio_low", "ratio_high", "p_value"]
    return Table(
        header=("Pilot", "Method", "Ratio", "95% interval", "p"),
        rows=tuple(
            (row["pilot"], row["method"], words.ratio(row["ratio"]), _limits(row),
             words.p_value(row["p_value"]))
            for row in estimated.to_dict("records")
        ),
        numeric=(False, False, True, True, True),
        widths=(3, 6, 2, 4, 2),
        data=estimated[shown],
        columns={name: ESTIMATE_COLUMNS[name] for name in shown},
        period=compared_period,
        note="Section 47 enquiries. The first method of each pilot is the one reported.",
    )  # fmt: skip


def event_study_table(event_study_estimates: pd.DataFrame, panel_period: str) -> Table:
    """Show the effect in each term against the last before the start."""
    estimated = event_study_estimates.loc[event_study_estimates["status"] == "estimated"]
    shown = ["pilot", "term", "first_month", "last_month", "ratio", "ratio_low", "ratio_high"]
    return Table(
        header=("Pilot", "Months from the start", "Ratio", "95% interval"),
        rows=tuple(
            (
                row["pilot"],
                f"{words.count(row['first_month'])} to {words.count(row['last_month'])}",
                words.ratio(row["ratio"]),
                "reference" if row["reference"] else _limits(row),
            )
            for row in estimated.to_dict("records")
        ),
        numeric=(False, True, True, True),
        widths=(3, 4, 2, 4),
        data=estimated[shown],
        columns={name: EVENT_STUDY.get(name, name) for name in shown},
        period=panel_period,
        note="Section 47 enquiries; each run of months against the last before the start.",
    )


def many_outcomes(
    adjusted_for_many: pd.DataFrame, outcomes: tuple[Outcome, ...], compared_period: str
) -> Table:
    """Show p-values that allow for the number of outcomes and pilots."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    return Table(
        header=("Outcome", "Pilot", "p", "Adjusted in its family", "All at once"),
        rows=tuple(
            (
                labels[row["outcome"]],
                row["pilot"],
                words.p_value(row["p_value"]),
                _adjusted(row),
                words.p_value(row["max_t"]),
            )
            for row in adjusted_for_many.to_dict("records")
        ),
        numeric=(False, False, True, True, True),
        widths=(4, 3, 2, 5, 2),
        data=adjusted_for_many,
        columns=MULTIPLICITY,
        period=compared_period,
        note=(
            "Section 47 enquiries are the confirmatory family; all else is exploratory. "
            "[z] is not applicable: nothing could be estimated."
        ),
    )


def summary_across_pilots(
    across_pilots: pd.DataFrame, outcomes: tuple[Outcome, ...], compared_period: str
) -> Table:
    """Show the pilots summed up, with the interval for a further pilot."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    estimated = across_pilots.loc[across_pilots["status"] == "estimated"]
    shown = ["outcome", "method", "ratio", "ratio_low", "ratio_high", "prediction_low",
             "prediction_high"]  # fmt: skip
    return Table(
        header=("Outcome", "Summary", "Ratio", "95% interval", "A further pilot"),
        rows=tuple(
            (
                labels[row["outcome"]],
                row["method"],
                words.ratio(row["ratio"]),
                _limits(row),
                _limits(row, "prediction"),
            )
            for row in estimated.to_dict("records")
        ),
        numeric=(False, False, True, True, True),
        widths=(4, 5, 2, 4, 4),
        data=estimated[shown],
        columns={name: ESTIMATE_COLUMNS[name] for name in shown},
        period=compared_period,
        note="With two or three pilots a summary says little; the later trial is never pooled in.",
    )


def _adjusted(row: Mapping[Hashable, Any]) -> str:
    printed = words.p_value(row["adjusted"])
    return printed if math.isnan(row["adjusted"]) else f"{printed} ({row['adjustment']})"


def _limits(row: Mapping[Hashable, Any], name: str = "ratio") -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if math.isnan(low) or math.isnan(high):
        return "[z]"
    return f"{words.ratio(low)}{words.NO_BREAK}to{words.NO_BREAK}{words.ratio(high)}"
