"""Tables of what the primary effects hang on."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from analysis.disclosure import WITHHELD
from analysis.exhibits.parts import words
from analysis.exhibits.parts.by_pilot import COLUMNS, reasons, side_by_side
from analysis.exhibits.parts.exhibit import Table
from analysis.models.inputs.rate_units import MONTHLY
from analysis.models.sensitivity.hidden_bias import COLUMNS as HIDDEN_BIAS
from analysis.models.sensitivity.outline import COLUMNS as OUTLINE
from analysis.models.sensitivity.specification_curve import TEST_COLUMNS
from analysis.study.settings import Outcome, Pilot

MAIN = "As reported"
SAID = {"all": "All", "one choice changed at a time": "One choice changed at a time"}
GAMMAS = (1.0, 1.5, 2.0)


def sensitivity_table(
    primary_effects: pd.DataFrame,
    varied_effects: pd.DataFrame,
    pilots: tuple[Pilot, ...],
    compared_period: str,
) -> Table:
    """Show the primary effects with one choice changed at a time."""
    names = [pilot.name for pilot in pilots]
    reported = primary_effects.assign(label=MAIN, same_as="")
    data = pd.concat([reported, varied_effects], ignore_index=True)
    shown = ["label", "pilot", "status", "reason", "same_as", "ratio", "ratio_low", "ratio_high",
             "p_value"]  # fmt: skip
    return Table(
        header=("What is changed", *names),
        rows=side_by_side(data, "label", names),
        numeric=(False, *(True,) * len(names)),
        widths=(5, *(4,) * len(names)),
        data=data[shown],
        columns={name: COLUMNS[name] for name in shown},
        period=compared_period,
        note=(
            "Section 47 enquiries: ratios with 95% intervals. Leaving out schools changes whom the "
            "answer is about; all else is another way to ask the same question. Where areas are "
            "taken as assigned, the interval is CR2's; permuting so few of them gives none with an "
            "end in some pilots. Where two choices come to the same, the cell names the other."
            + reasons(varied_effects, "label")
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
    names = [pilot.name for pilot in pilots]
    asked = set(model_alternatives["outcome"])
    reported = main_effects.loc[main_effects["outcome"].isin(asked)]
    data = pd.concat([reported, model_alternatives], ignore_index=True)
    order = {outcome.name: place for place, outcome in enumerate(outcomes)}
    data = data.sort_values("outcome", key=lambda column: column.map(order), kind="stable")
    data["label"] = [f"{labels[o]}: {m}" for o, m in zip(data["outcome"], data["method"],
                                                         strict=True)]  # fmt: skip
    shown = ["outcome", "method", "pilot", "status", "reason", "ratio", "ratio_low", "ratio_high",
             "per_1000", "per_1000_low", "per_1000_high", "p_value"]  # fmt: skip
    return Table(
        header=("Outcome and model", *names),
        rows=side_by_side(data, "label", names),
        numeric=(False, *(True,) * len(names)),
        widths=(5, *(4,) * len(names)),
        data=data[shown],
        columns={name: COLUMNS[name] for name in shown},
        period=compared_period,
        note=(
            "Ratios with 95% intervals; the additive model gives a difference "
            f"{MONTHLY.words}. Poisson regression with a dummy a school, GEE and a random "
            "intercept are one estimate where exposure is constant, and no three checks. [z]: not "
            "analysed." + reasons(data.assign(outcome=data["outcome"].map(labels)), "outcome")
        ),
    )


def left_out_table(left_out_ranges: pd.DataFrame, compared_period: str) -> Table:
    """Show how far the primary effects move as one after another is left out."""
    return Table(
        header=("Pilot", "Left out in turn", "How many", "Ratios from", "to", "Highest p",
                "Not estimable"),
        rows=tuple(
            (
                row["pilot"],
                f"one {row['left_out_by']}",
                *_left_out_cells(row),
            )
            for row in left_out_ranges.to_dict("records")
        ),
        numeric=(False, False, *(True,) * 5),
        widths=(3, 4, 2, 3, 2, 2, 3),
        data=left_out_ranges,
        columns={
            "pilot": "Local authority, or all pilots in one model",
            "left_out_by": "What is left out, one at a time",
            "groups": "How many there are",
            "not_estimable": "Without how many there is no estimate",
            "lowest": "Lowest ratio of rate ratios",
            "highest": "Highest ratio of rate ratios",
            "highest_p": "Highest two-sided p-value of no effect",
        },
        period=compared_period,
        note="Section 47 enquiries. The assignment unit here is the area."
        + (f" {words.HIDDEN}: {WITHHELD}." if left_out_ranges["groups"].isna().any() else ""),
    )  # fmt: skip


def _left_out_cells(row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    if math.isnan(row["groups"]):
        return (words.HIDDEN,) * 5
    ratios = (
        "[z]" if math.isnan(row[name]) else words.ratio(row[name]) for name in ("lowest", "highest")
    )
    numbers = (words.count(row["groups"]), words.count(row["not_estimable"]))
    return numbers[0], *ratios, words.p_value(row["highest_p"]), numbers[1]


def hidden_bias_table(hidden_bias_bounds: pd.DataFrame, compared_period: str) -> Table:
    """Show how strong an unseen difference between matched schools would have to be."""
    lines = []
    for pilot, rows in hidden_bias_bounds.groupby("pilot", sort=False):
        first: dict[Any, Any] = rows.iloc[0].to_dict()
        if first["status"] != "estimated":
            lines.append((str(pilot), f"none: {first['reason']}", *("[z]",) * len(GAMMAS)))
            continue
        highest = dict(zip(rows["gamma"], rows["p_highest"], strict=True))
        explains = words.ratio(first["gamma_explains"])
        lines.append((str(pilot), explains, *(words.p_value(highest[g]) for g in GAMMAS)))
    shown = ["pilot", "status", "reason", "pairs", "gamma", "p_highest", "gamma_explains"]
    return Table(
        header=("Pilot", "Odds that explain it", *(f"One-sided p at odds {g:g}" for g in GAMMAS)),
        rows=tuple(lines),
        numeric=(False, *(True,) * (len(GAMMAS) + 1)),
        widths=(3, 4, *(3,) * len(GAMMAS)),
        data=hidden_bias_bounds[shown],
        columns={name: HIDDEN_BIAS[name] for name in shown},
        period=compared_period,
        note=(
            "Section 47 enquiries. Odds are those, at most, with which one school of a pair rather "
            "than the other was chosen for reasons that nobody recorded; p-values are the highest "
            "one-sided ones that such choice allows. Odds of 1 mean that chance alone explains it."
        ),
    )


def curve_test_table(curve_tests: pd.DataFrame, compared_period: str) -> Table:
    """Show the joint test of each pilot's specification curve."""
    return Table(
        header=("Pilot", "Tested", "Withheld", "Doubles dropped", "Ratios shown", "Median shown",
                "Assignments", "p of median", "p of direction"),
        rows=tuple((row["pilot"], *_curve_cells(row)) for row in curve_tests.to_dict("records")),
        numeric=(False, *(True,) * 8),
        widths=(6, 7, 5, 5, 5, 4, 3, 4, 5),
        data=curve_tests,
        columns=TEST_COLUMNS,
        period=compared_period,
        note=(
            "Section 47 enquiries. Withheld are specifications that, given the others, would "
            "reveal a hidden count; they are tested with the rest. Doubles are specifications "
            "that "
            "come to the same numbers as another, such as counts and rates where pupils never "
            "change. Both p-values permute assignment and fit every specification anew: for the "
            "median, and for how far specifications agree on a direction, which in so few schools "
            "they often do by chance."
        ),
    )  # fmt: skip


def _shown(row: dict[Any, Any]) -> tuple[str, str]:
    if pd.isna(row["median_ratio"]):
        return "none", "[z]"
    ends = f"{words.ratio(row['smallest_ratio'])} to {words.ratio(row['largest_ratio'])}"
    return ends, words.ratio(row["median_ratio"])


def _curve_cells(row: dict[Any, Any]) -> tuple[str, ...]:
    if row["status"] != "estimated":
        return f"none: {row['reason']}", *("[z]",) * 7
    return (
        words.count(row["specifications"]),
        words.count(row["withheld"]),
        words.count(row["duplicates"]),
        *_shown(row),
        words.count(row["draws"]),
        words.p_value(row["p_median"]),
        words.p_value(row["p_share"]),
    )


def outline_table(
    curve_outlines: pd.DataFrame, variation_outlines: pd.DataFrame, compared_period: str
) -> Table:
    """Count the specifications of each curve on either side of 1, all and by choice."""
    data = pd.concat([curve_outlines, variation_outlines], ignore_index=True)
    order = list(dict.fromkeys(data["pilot"]))
    data = data.sort_values("pilot", key=lambda column: column.map(order.index), kind="stable")
    return Table(
        header=("Pilot", "Specifications", "How many", "Withheld", "Below 1", "Clear below",
                "Clear above", "Not said", "Ratios within"),
        rows=tuple((row["pilot"], *_outline_cells(row)) for row in data.to_dict("records")),
        numeric=(False, False, *(True,) * 7),
        widths=(6, 11, 4, 5, 4, 4, 4, 4, 6),
        data=data.reset_index(drop=True),
        columns={
            "pilot": "Local authority",
            "choice": "What was chosen in several ways, or all specifications",
            "taken": "Which way",
            **OUTLINE,
        },
        period=compared_period,
        note=(
            "Section 47 enquiries; every specification that can be estimated, shown or withheld. "
            "Clear: the whole 95% interval lies on that side of 1. A specification is counted on a "
            "side only if it would lie there whatever a hidden count may be; those of which that "
            "can't be said are under Not said. Ratios within: to the tenth beyond, whatever a "
            "hidden count may be. So this table gives no hidden count away."
        ),
    )  # fmt: skip


def _outline_cells(row: dict[Any, Any]) -> tuple[str, ...]:
    named = SAID.get(row["choice"]) or f"{row['choice']}: {row['taken']}"
    counted = ("specifications", "withheld", "below_1", "clear_below", "clear_above", "undecided")
    ends = [row["lowest"], row["highest"]]
    within = "[z]" if any(map(math.isnan, ends)) else f"{ends[0]:.1f} to {ends[1]:.1f}"
    return (named, *(words.count(row[name]) for name in counted), within)
