"""Tables of the technical appendix: methods of inference, and multiple outcomes."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Table
from analysis.exhibits.parts.rows import COLUMNS, ends, of_outcomes, reasons
from analysis.models.inputs.estimability import WITHHELD
from analysis.models.pooling.estimates import COLUMNS as POOLING
from analysis.study.settings import Outcome
from analysis.study.terms import Terms

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

METHODS = {
    **COLUMNS,
    "standard_error": "Standard error of the log ratio",
    "df": "Degrees of freedom of the interval",
}


def standard_errors(
    compared_methods: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show the standard error of each log ratio under each estimator of its variance.

    Several precise standard errors of one ratio, with their degrees of freedom, determine how the
    events of each group, however few, are distributed over its schools. So standard errors are
    released to hundredths, and degrees of freedom as whole numbers.
    """
    number = Printed("standard_error", partial(_number, decimals=2))
    degrees = Column("df", "Degrees", at=REPORTED, cell=partial(_number, decimals=0), width=9)
    return _by_method(
        compared_methods.round({"standard_error": 2, "df": 0}),
        outcomes,
        ERRORS,
        number,
        (21, 13, 7, *(8,) * (len(ERRORS) - 1), 11),
        terms,
        last=(degrees,),
        released=["standard_error", "df"],
        period=compared_period,
        note="Standard errors of the log ratio. The naive one takes schools to be alike and counts "
        "to be Poisson; degrees of freedom are Satterthwaite's, for CR2, in whole numbers. ",
    )


def intervals(
    compared_methods: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show each ratio with its interval under four methods."""
    return _by_method(
        compared_methods,
        outcomes,
        INTERVALS,
        Printed(("ratio_low", "ratio_high"), ends),
        (14, 8, 5, 10, 10, 10, 10),
        terms,
        released=["ratio", "ratio_low", "ratio_high"],
        period=compared_period,
        note="95% intervals of the ratio; the first, with Satterthwaite's degrees of freedom, is "
        "the one reported. The last contains the ratios that randomisation inference does "
        "not reject. ",
    )


def p_values(
    compared_methods: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show the p-value of each ratio under every method."""
    return _by_method(
        compared_methods,
        outcomes,
        P_VALUES,
        Printed("p_value", words.p_value),
        (20, 12, 7, 8, 8, 8, 11, 11, 11),
        terms,
        released=["p_value"],
        period=compared_period,
        note="Two-sided p-values of no effect: CR2 with Satterthwaite's degrees of freedom, the "
        "studentised randomisation test within matched sets, and the score wild bootstrap. "
        "CR1 rejects too often in so few schools. ",
    )


def summary_across_pilots(
    across_pilots: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show the pilots' pooled estimates, with the prediction interval for a further pilot."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    order = {outcome.name: place for place, outcome in enumerate(outcomes)}
    ordered = across_pilots.sort_values("outcome", key=lambda c: c.map(order), kind="stable")
    return table(
        ordered,
        (
            Words("outcome", "Outcome", cell=labels.__getitem__, width=11),
            Words("method", "Summary", cell=terms.said, width=17),
            Words("status"),
            Words("reason"),
            Column("ratio", "Ratio", cell=words.ratio, width=5),
            Column(("ratio_low", "ratio_high"), "95% interval", cell=ends, width=8),
            Column("tau2"),
            Column("i2"),
            Column(("prediction_low", "prediction_high"), f"A further {terms.site}", cell=ends,
                   width=8),
            Column("i2", f"Between {terms.sites}", width=6,
                   cell=lambda value: "[z]" if math.isnan(value) else f"{value:.0f}%"),
        ),
        meanings=POOLING,
        instead=lambda row: () if row["status"] == "estimated" else ("none", "[z]", "[z]", "[z]"),
        period=compared_period,
        note=(
            f"Between {terms.sites} is the share of variation beyond chance. One stage fits all "
            f"schools at once, with period effects by {terms.site}. With so few {terms.sites} a "
            "summary says little"
            + "; the later trial is not pooled in here" * bool(terms.others)
            + ". " + SYMBOL + _unsummed(ordered, labels, terms)
        ),
    )  # fmt: skip


SYMBOL = "[z] is not applicable."


class Printed(NamedTuple):
    """The values that are printed of each method, and their format."""

    names: str | tuple[str, ...]
    cell: Callable[..., str]


def _by_method(
    estimates: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    methods: dict[str, str],
    printed: Printed,
    widths: tuple[int, ...],
    terms: Terms,
    *,
    released: list[str],
    period: str,
    note: str,
    last: tuple[Column, ...] = (),
) -> Table:
    """Return one line per outcome and pilot: its ratio, and a cell for each method."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    names = printed.names if isinstance(printed.names, tuple) else (printed.names,)

    def cell(status: str, reason: str, *values: float) -> str:
        missing = words.HIDDEN if reason == WITHHELD else "[z]"
        return printed.cell(*values) if status == "estimated" else missing

    def ratio(status: str, value: float, reason: str) -> str:
        return words.ratio(value) if status == "estimated" else words.no_estimate(reason)

    columns = (
        Words("outcome", "Outcome", cell=labels.__getitem__, width=widths[0]),
        Words("pilot", terms.heading, width=widths[1]),
        Column(("status", "ratio", "reason"), "Ratio", cell=ratio, at=REPORTED, width=widths[2]),
        *(
            Column(("status", "reason", *names), heading, cell=cell, at=method, width=width)
            for (method, heading), width in zip(methods.items(), widths[3:], strict=True)
        ),
        *last,
    )
    chosen = estimates.loc[estimates["method"].isin(methods)]
    return table(
        of_outcomes(chosen, outcomes),
        columns,
        lines=["outcome", "pilot"],
        across="method",
        data=chosen,
        meanings=METHODS,
        released=["outcome", "pilot", "method", *released, "status", "reason"],
        period=period,
        note=note + SYMBOL + _missing(estimates, outcomes),
    )


def _missing(estimates: pd.DataFrame, outcomes: tuple[Outcome, ...]) -> str:
    """State which reported estimates are missing, and why."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    missing = estimates.loc[(estimates["method"] == REPORTED) | (estimates["reason"] == WITHHELD)]
    return reasons(missing.assign(outcome=missing["outcome"].map(labels)), "outcome")


def _unsummed(across: pd.DataFrame, labels: dict[str, str], terms: Terms) -> str:
    """State which outcomes were not pooled, and why."""
    missing = across.loc[across["status"] != "estimated"].drop_duplicates(["outcome", "reason"])
    groups = missing["outcome"].map(labels).groupby(missing["reason"], sort=False)
    said = [f"{words.listed(list(names))}: {terms.said(str(reason))}." for reason, names in groups]
    return " ".join(["", *said])


def _number(value: float, decimals: int = 3) -> str:
    return "[z]" if math.isnan(value) else f"{value:.{decimals}f}"
