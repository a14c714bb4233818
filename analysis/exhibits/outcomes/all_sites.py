"""Effects over all sites together, as a trial that is randomised within sites estimates them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from hamilton.function_modifiers import config

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Row, Words, table
from analysis.exhibits.parts.effect_rows import ends, printed
from analysis.exhibits.parts.exhibit import Figure, Table
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.forest import Row as ForestRow
from analysis.exhibits.parts.forest import forest
from analysis.exhibits.parts.rows import Effect, effects, of_outcomes
from analysis.extract.extract import Origin
from analysis.study.settings import Outcome
from analysis.study.terms import Terms

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

PERMUTED = "randomisation"
KEYS = ["outcome", "pilot"]


@config.when(together=True)
def itt_table(
    main_effects: pd.DataFrame,
    compared_methods: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show each outcome's intention-to-treat effect, with its interval and two p-values."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    permuted = compared_methods.loc[compared_methods["method"] == PERMUTED, [*KEYS, "p_value"]]
    data = of_outcomes(main_effects, outcomes).merge(
        permuted.rename(columns={"p_value": "p_permuted"}), on=KEYS, how="left"
    )
    return table(
        data,
        (
            Words("outcome", "Outcome", cell=labels.__getitem__, width=6),
            Words("pilot", terms.heading, width=4),
            Words("status"),
            Words("reason"),
            Column(("schools_intervention", "schools_comparison"), "Schools", width=3,
                   cell=lambda one, other: f"{words.count(one)} and {words.count(other)}"),
            Column(("ratio", "ratio_low", "ratio_high"), "Ratio", cell=words.ratio_interval,
                   width=6),
            Column("p_value", "p", cell=words.p_value, width=3),
            Column("p_permuted", "p, permuted", cell=words.p_value, width=3),
        ),
        meanings={
            "outcome": "Outcome",
            "pilot": terms.place,
            "status": "Whether the effect could be estimated",
            "reason": "Why not, if not",
            "schools_intervention": terms.treated,
            "schools_comparison": terms.untreated,
            "ratio": "Ratio of rate ratios",
            "ratio_low": "Lower limit of its 95% confidence interval",
            "ratio_high": "Upper limit of its 95% confidence interval",
            "p_value": "Two-sided p-value of a ratio of 1, by the model",
            "p_permuted": "The same, by permuting schools within each site",
        },
        instead=lambda row: () if row["status"] == "estimated" else _none(row),
        period=compared_period,
        note=(
            f"All schools as allocated, {words.inside(terms.treated)} first; each "
            f"{terms.site} has period effects of its own. Ratio: the change in their rate over "
            f"that of {words.inside(terms.untreated)}, with its 95% confidence interval (CR2); "
            f"below 1 there were fewer. p: two-sided, unadjusted, by the model and by permuting "
            f"schools within each {terms.site}."
        ),
    )  # fmt: skip


def _none(row: Row) -> tuple[str, ...]:
    return words.without_estimate(row["reason"], 3)


@config.when(together=True)
def itt_forest(
    main_effects: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    origin: Origin,
    terms: Terms,
) -> Figure:
    """Draw each outcome's intention-to-treat effect with its interval."""
    found = [(outcome, each) for outcome in outcomes
             for each in effects(main_effects, outcome.name)]  # fmt: skip
    said = "; ".join(f"{outcome.label} {printed(each)}" for outcome, each in found)
    alt = (
        "Forest plot of ratios of rate ratios with 95% confidence intervals, one row for each "
        f"outcome, on a logarithmic axis with a line at 1, which is no effect. {said}."
    )

    def draw() -> Drawing:
        rows = [ForestRow(outcome.label, printed(each), ends(each)) for outcome, each in found]
        return forest([("", rows)], "Below 1: fewer")

    columns = {
        "outcome": "Outcome",
        "pilot": terms.place,
        "ratio": "Ratio of rate ratios",
        "ratio_low": "Lower limit of its 95% confidence interval",
        "ratio_high": "Upper limit of its 95% confidence interval",
        "status": "Whether the effect could be estimated",
        "reason": "Why not, if not",
    }
    data = of_outcomes(main_effects, outcomes)[list(columns)].reset_index(drop=True)
    return figure(
        draw, data, columns, alt=alt, message=_message(found), label=origin.label,
        period=compared_period, marks="ratio",
    )  # fmt: skip


def _message(found: list[tuple[Outcome, Effect]]) -> str:
    """State for which outcomes the interval leaves out 1."""
    shown = [(outcome, each) for outcome, each in found if each.estimated]
    if not shown:
        return "No effect can be shown"
    clear = [words.inside(outcome.label) for outcome, each in shown
             if not each.ratio_low <= 1 <= each.ratio_high]  # fmt: skip
    if not clear:
        return "No interval leaves out a ratio of no effect"
    return f"Before any allowance for several outcomes, a change in {words.listed(clear)}"
