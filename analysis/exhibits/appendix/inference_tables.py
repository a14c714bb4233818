"""Tables of the technical appendix: methods of inference, and many outcomes at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.by_pilot import COLUMNS, ends, limits, reasons
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Table
from analysis.models.pooling.estimates import COLUMNS as POOLING
from analysis.study.settings import Outcome

REPORTED = "conditional Poisson, CR2"
ERRORS = {
    "naive": "Naive", "CR0, normal": "CR0", "CR1": "CR1", REPORTED: "CR2", "CR3": "CR3",
    "jackknife": "Jackknife",
}  # fmt: skip
INTERVALS = {
    REPORTED: "CR2", "CR3": "CR3", "jackknife": "Jackknife",
    "randomisation": "Randomisation",
}  # fmt: skip
P_VALUES = {
    "CR1": "CR1", REPORTED: "CR2", "CR3": "CR3", "jackknife": "Jackknife",
    "randomisation": "Permuted", "score wild bootstrap": "Bootstrap",
}  # fmt: skip

Row = Mapping[Hashable, Any]


def standard_errors(
    inference_methods: pd.DataFrame, outcomes: tuple[Outcome, ...], compared_period: str
) -> Table:
    """Show the standard error of each log ratio under each estimator of its variance."""
    reported = inference_methods.loc[inference_methods["method"] == REPORTED]
    df = {(row["outcome"], row["pilot"]): row["df"] for row in reported.to_dict("records")}
    lines = _lines(inference_methods, outcomes, ERRORS, lambda row: _number(row["standard_error"]))
    keys = [(outcome.name, pilot) for outcome in outcomes for pilot in outcome.pilots]
    rows = tuple((*line, _number(df[key], 1)) for line, key in zip(lines, keys, strict=True))
    shown = ["outcome", "pilot", "method", "standard_error", "df", "status", "reason"]
    return Table(
        header=("Outcome", "Pilot", "Ratio", *ERRORS.values(), "Degrees"),
        rows=rows,
        numeric=(False, False, True, *(True,) * (len(ERRORS) + 1)),
        widths=(21, 13, 7, *(8,) * (len(ERRORS) - 1), 11, 9),
        data=inference_methods.loc[inference_methods["method"].isin(ERRORS), shown],
        columns={
            **COLUMNS,
            "standard_error": "Standard error of the log ratio",
            "df": "Degrees of freedom of the interval",
        },
        period=compared_period,
        note=(
            "Standard errors of the log ratio. The naive one takes schools to be alike and counts "
            "to be Poisson; degrees of freedom are Satterthwaite's, for CR2. "
            + SYMBOL
            + _missing(inference_methods, outcomes)
        ),
    )


def intervals(
    inference_methods: pd.DataFrame, outcomes: tuple[Outcome, ...], compared_period: str
) -> Table:
    """Show each ratio with its interval under four methods."""
    shown = ["outcome", "pilot", "method", "ratio", "ratio_low", "ratio_high", "status", "reason"]
    return Table(
        header=("Outcome", "Pilot", "Ratio", *INTERVALS.values()),
        rows=_lines(inference_methods, outcomes, INTERVALS, limits),
        numeric=(False, False, *(True,) * (len(INTERVALS) + 1)),
        widths=(14, 8, 5, 10, 10, 10, 10),
        data=inference_methods.loc[inference_methods["method"].isin(INTERVALS), shown],
        columns={name: COLUMNS[name] for name in shown},
        period=compared_period,
        note=(
            "95% intervals of the ratio; the first, with Satterthwaite's degrees of freedom, is "
            "the one reported. The last contains the ratios that randomisation inference does "
            "not reject. " + SYMBOL + _missing(inference_methods, outcomes)
        ),
    )


def p_values(
    inference_methods: pd.DataFrame, outcomes: tuple[Outcome, ...], compared_period: str
) -> Table:
    """Show the p-value of each ratio under every method."""
    shown = ["outcome", "pilot", "method", "p_value", "status", "reason"]
    return Table(
        header=("Outcome", "Pilot", "Ratio", *P_VALUES.values()),
        rows=_lines(
            inference_methods, outcomes, P_VALUES, lambda row: words.p_value(row["p_value"])
        ),
        numeric=(False, False, *(True,) * (len(P_VALUES) + 1)),
        widths=(20, 12, 7, 8, 8, 8, 11, 11, 11),
        data=inference_methods.loc[inference_methods["method"].isin(P_VALUES), shown],
        columns={name: COLUMNS[name] for name in shown},
        period=compared_period,
        note=(
            "Two-sided p-values of no effect: CR2 with Satterthwaite's degrees of freedom, the "
            "studentised randomisation test within matched sets, and the score wild bootstrap. "
            "CR1 rejects too often in so few schools. "
            + SYMBOL
            + _missing(inference_methods, outcomes)
        ),
    )


def summary_across_pilots(
    across_pilots: pd.DataFrame, outcomes: tuple[Outcome, ...], compared_period: str
) -> Table:
    """Show the pilots summed up, with the interval for a further pilot."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    order = {outcome.name: place for place, outcome in enumerate(outcomes)}
    ordered = across_pilots.sort_values("outcome", key=lambda c: c.map(order), kind="stable")
    return table(
        ordered,
        (
            Words("outcome", "Outcome", cell=labels.__getitem__, width=11),
            Words("method", "Summary", width=17),
            Words("status"),
            Words("reason"),
            Column("ratio", "Ratio", cell=words.ratio, width=5),
            Column(("ratio_low", "ratio_high"), "95% interval", cell=ends, width=8),
            Column("tau2"),
            Column("i2"),
            Column(("prediction_low", "prediction_high"), "A further pilot", cell=ends, width=8),
            Column("i2", "Between pilots", width=6,
                   cell=lambda value: "[z]" if math.isnan(value) else f"{value:.0f}%"),
        ),
        meanings=POOLING,
        instead=lambda row: () if row["status"] == "estimated" else ("none", "[z]", "[z]", "[z]"),
        period=compared_period,
        note=(
            "Between pilots is the share of variation beyond chance. One stage fits all schools at "
            "once, with period effects by pilot. With so few pilots a summary says little; the "
            "later trial is never pooled in. " + SYMBOL + _unsummed(ordered, labels)
        ),
    )  # fmt: skip


SYMBOL = "[z] is not applicable."


def _lines(
    estimates: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    methods: dict[str, str],
    printed: Callable[[Row], str],
) -> tuple[tuple[str, ...], ...]:
    """Return one line per outcome and pilot: its ratio, and a cell for each method."""
    found = {(r["outcome"], r["pilot"], r["method"]): r for r in estimates.to_dict("records")}
    lines = []
    for outcome in outcomes:
        for pilot in outcome.pilots:
            own = [found[outcome.name, pilot, method] for method in methods]
            first = found[outcome.name, pilot, REPORTED]
            estimated = first["status"] == "estimated"
            ratio = (
                words.ratio(first["ratio"])
                if estimated
                else words.no_estimate(str(first["reason"]))
            )
            cells = [printed(row) if row["status"] == "estimated" else "[z]" for row in own]
            lines.append((outcome.label, pilot, ratio, *cells))
    return tuple(lines)


def _missing(estimates: pd.DataFrame, outcomes: tuple[Outcome, ...]) -> str:
    """Say which reported estimates there are not, and why."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    reported = estimates.loc[estimates["method"] == REPORTED]
    return reasons(reported.assign(outcome=reported["outcome"].map(labels)), "outcome")


def _unsummed(across: pd.DataFrame, labels: dict[str, str]) -> str:
    """Say which outcomes were not summed up, and why."""
    missing = across.loc[across["status"] != "estimated"].drop_duplicates(["outcome", "reason"])
    said = [f"{labels[row['outcome']]}: {row['reason']}." for row in missing.to_dict("records")]
    return " ".join(["", *said])


def _number(value: float, decimals: int = 3) -> str:
    return "[z]" if math.isnan(value) else f"{value:.{decimals}f}"
