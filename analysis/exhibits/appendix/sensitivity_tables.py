"""Tables of the sensitivity of the primary effects."""

from __future__ import annotations

import math
from functools import partial

import pandas as pd

from analysis.disclosure import WITHHELD
from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Row, Words, pilots_side_by_side, table
from analysis.exhibits.parts.exhibit import Table
from analysis.exhibits.parts.rows import reasons
from analysis.models.inputs.rate_units import MONTHLY
from analysis.models.sensitivity.curve_summary import COLUMNS as OUTLINE
from analysis.models.sensitivity.hidden_bias import COLUMNS as HIDDEN_BIAS
from analysis.models.sensitivity.specification_curve import TEST_COLUMNS
from analysis.study.settings import Outcome, Pilot
from analysis.study.terms import Terms

MAIN = "As reported"
SAID = {"all": "All", "one choice changed at a time": "One choice changed at a time"}
GAMMAS = (1.0, 1.5, 2.0)


def sensitivity_table(
    primary_effects: pd.DataFrame,
    varied_effects: pd.DataFrame,
    pilots: tuple[Pilot, ...],
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show the primary effects with one choice changed at a time."""
    reported = primary_effects.assign(label=MAIN, same_as="")
    data = pd.concat([reported, varied_effects], ignore_index=True)
    shown = ["label", "pilot", "status", "reason", "same_as", "ratio", "ratio_low", "ratio_high",
             "p_value"]  # fmt: skip
    return pilots_side_by_side(
        data,
        "What is changed",
        [pilot.name for pilot in pilots],
        shown,
        period=compared_period,
        note=(
            f"{terms.primary}: ratios with 95% intervals. Leaving out schools changes whom the "
            "answer is about; all else is another way to ask the same question. Where areas are "
            "taken as assigned, the interval is CR2's; permuting so few of them gives none with an "
            f"end in some {terms.sites}. Where two choices come to the same, the cell names the "
            "other." + reasons(varied_effects, "label")
        ),
    )


def models_table(
    model_alternatives: pd.DataFrame,
    main_effects: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    pilots: tuple[Pilot, ...],
    compared_period: str,
) -> Table:
    """Show the primary effects, and those on days in care, under other models."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    asked = set(model_alternatives["outcome"])
    reported = main_effects.loc[main_effects["outcome"].isin(asked)]
    data = pd.concat([reported, model_alternatives], ignore_index=True)
    order = {outcome.name: place for place, outcome in enumerate(outcomes)}
    data = data.sort_values("outcome", key=lambda column: column.map(order), kind="stable")
    data["label"] = [f"{labels[o]}: {m}" for o, m in zip(data["outcome"], data["method"],
                                                         strict=True)]  # fmt: skip
    shown = ["outcome", "method", "pilot", "status", "reason", "ratio", "ratio_low", "ratio_high",
             "per_1000", "per_1000_low", "per_1000_high", "p_value"]  # fmt: skip
    return pilots_side_by_side(
        data,
        "Outcome and model",
        [pilot.name for pilot in pilots],
        shown,
        period=compared_period,
        note=(
            "Ratios with 95% intervals; the additive model gives a difference "
            f"{MONTHLY.words}. Poisson regression with a dummy for each school, GEE and a random "
            "intercept are one estimate where exposure is constant, and no three checks. [z]: not "
            "analysed." + reasons(data.assign(outcome=data["outcome"].map(labels)), "outcome")
        ),
    )


def left_out_table(left_out_ranges: pd.DataFrame, compared_period: str, terms: Terms) -> Table:
    """Show how far the primary effects move as each school, set, area or pilot is left out."""
    return table(
        left_out_ranges,
        (
            Words("pilot", terms.heading, f"{terms.place}, or {terms.together} in one model",
                  width=3),
            Words("left_out_by", "Left out in turn", "What is left out, one at a time",
                  cell=lambda unit: f"one {terms.said(unit)}", width=4),
            Column("groups", "How many", "How many there are", cell=words.count, width=2),
            Column("lowest", "Ratios from", "A tenth that no ratio of rate ratios lies below",
                   cell=_tenth, width=3),
            Column("highest", "to", "A tenth that no ratio of rate ratios lies above",
                   cell=_tenth, width=2),
            Column("highest_p", "Highest p", "Highest two-sided p-value of no effect",
                   cell=words.p_value, width=2),
            Column("not_estimable", "Not estimable",
                   "Without how many there is no estimate", cell=words.count, width=3),
        ),
        released=list(left_out_ranges),
        instead=lambda row: (words.HIDDEN,) * 5 if math.isnan(row["groups"]) else (),
        period=compared_period,
        note=f"{terms.primary}. The assignment unit here is the area. Ratios are rounded "
        "outwards to a tenth: more precisely, they would give the counts of single schools away."
        + (f" {words.HIDDEN}: {WITHHELD}." if left_out_ranges["groups"].isna().any() else ""),
    )  # fmt: skip


def _tenth(value: float) -> str:
    return "[z]" if math.isnan(value) else words.rate(value)


def _ratio(value: float) -> str:
    return "[z]" if math.isnan(value) else words.ratio(value)


def hidden_bias_table(
    hidden_bias_bounds: pd.DataFrame, compared_period: str, terms: Terms
) -> Table:
    """Show how strong hidden bias between matched schools would have to be to explain effects."""
    return table(
        hidden_bias_bounds,
        (
            Words("pilot", terms.heading, width=3),
            Column("gamma_explains", "Odds that explain it", cell=words.ratio, width=4),
            *(
                Column("p_highest", f"One-sided p at odds {gamma:g}", cell=words.p_value, at=gamma,
                       width=3)
                for gamma in GAMMAS
            ),
        ),
        lines=["pilot"],
        across="gamma",
        meanings=HIDDEN_BIAS,
        released=["pilot", "status", "reason", "pairs", "gamma", "p_highest", "gamma_explains"],
        instead=partial(_not_estimable, others=len(GAMMAS)),
        period=compared_period,
        note=(
            f"{terms.primary}. Odds are those, at most, with which one school of a pair rather "
            "than the other was chosen for reasons that nobody recorded; p-values are the highest "
            "one-sided ones that such choice allows. Odds of 1 mean that chance alone explains it."
            + _not_estimated(hidden_bias_bounds, terms)
        ),
    )  # fmt: skip


def curve_test_table(curve_tests: pd.DataFrame, compared_period: str, terms: Terms) -> Table:
    """Show the joint test of each pilot's specification curve."""
    return table(
        curve_tests,
        (
            Words("pilot", terms.heading, width=6),
            Column("specifications", "Tested", cell=words.count, width=7),
            Column("withheld", "Withheld", cell=words.count, width=5),
            Column("duplicates", "Doubles dropped", cell=words.count, width=5),
            Column(("smallest_ratio", "largest_ratio"), "Ratios shown", cell=_range, width=5),
            Column("median_ratio", "Median shown", cell=_ratio, width=4),
            Column("draws", "Assignments", cell=words.count, width=3),
            Column("p_median", "p of median", cell=words.p_value, width=4),
            Column("p_share", "p of direction", cell=words.p_value, width=5),
        ),
        meanings=TEST_COLUMNS,
        released=list(curve_tests),
        instead=partial(_not_estimable, others=7),
        period=compared_period,
        note=(
            f"{terms.primary}. Withheld are specifications that, given the others, would "
            "reveal a suppressed count; they are tested with the rest. Doubles are specifications "
            "that "
            "come to the same numbers as another, such as counts and rates where pupils never "
            "change. Both p-values permute assignment and refit every specification: for the "
            "median, and for how far specifications agree on a direction, which in so few schools "
            "they often do by chance." + _not_estimated(curve_tests, terms)
        ),
    )


def _not_estimable(row: Row, others: int) -> tuple[str, ...]:
    if row["status"] == "estimated":
        return ()
    return words.without_estimate(row["reason"], others)


def _not_estimated(table: pd.DataFrame, terms: Terms) -> str:
    missing = table.loc[table["status"] != "estimated"].drop_duplicates("pilot")
    return words.not_estimable(
        (terms.primary, row["pilot"], row["reason"]) for row in missing.to_dict("records")
    )


def _range(low: float, high: float) -> str:
    return "none" if math.isnan(low) else f"{words.ratio(low)} to {words.ratio(high)}"


def outline_table(
    curve_outlines: pd.DataFrame,
    variation_outlines: pd.DataFrame,
    compared_period: str,
    terms: Terms,
) -> Table:
    """Count the specifications of each curve on either side of 1, overall and by choice."""
    data = pd.concat([curve_outlines, variation_outlines], ignore_index=True)
    order = list(dict.fromkeys(data["pilot"]))
    data = data.sort_values("pilot", key=lambda column: column.map(order.index), kind="stable")
    # For a pilot without any estimate, every choice would repeat that there is none.
    every = data.loc[data["choice"] == "all"].set_index("pilot")["specifications"]
    data = data.loc[(data["pilot"].map(every) > 0) | (data["choice"] == "all")]
    counts = {
        "specifications": ("How many", 4),
        "withheld": ("Withheld", 5),
        "below_1": ("Below 1", 4),
        "clear_below": ("Clear below", 4),
        "clear_above": ("Clear above", 4),
        "undecided": ("Not stated", 4),
    }
    return table(
        data.reset_index(drop=True),
        (
            Words("pilot", terms.heading, terms.place, width=6),
            Words("choice", meaning="What was chosen in several ways, or all specifications"),
            Words("taken", meaning="Which way"),
            Words(("choice", "taken"), "Specifications", cell=_choice, width=11),
            *(
                Column(name, heading, cell=words.count, width=width)
                for name, (heading, width) in counts.items()
            ),
            Column(("lowest", "highest"), "Ratios within", cell=_within, width=6),
        ),
        meanings={"choice": "", "taken": "", **OUTLINE},
        none=((f"none: {WITHHELD}", "", *(words.HIDDEN,) * (len(counts) + 1)),),
        period=compared_period,
        note=(
            f"{terms.primary}; every specification that can be estimated, shown or withheld. "
            "Clear: the whole 95% interval lies on that side of 1. A specification is counted on a "
            "side only if it would be there whatever the suppressed counts are; others are under "
            "Not stated. Ratios within: to the tenth beyond, whatever the suppressed counts are. "
            "So this table reveals no suppressed count."
        ),
    )


def _choice(choice: str, taken: str) -> str:
    return SAID.get(choice) or f"{choice}: {taken}"


def _within(low: float, high: float) -> str:
    return "[z]" if math.isnan(low) or math.isnan(high) else f"{low:.1f} to {high:.1f}"
