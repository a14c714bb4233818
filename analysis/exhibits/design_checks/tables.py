"""Tables of design checks: placebo starts, balancing outcomes, trends, the floor, the calendar."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.disclosure import WITHHELD
from analysis.exhibits.outcomes.tables import ARM_NAMES
from analysis.exhibits.parts import words
from analysis.exhibits.parts.by_pilot import (
    COLUMNS,
    ends,
    limits,
    none_shown,
    reasons,
    side_by_side,
)
from analysis.exhibits.parts.columns import Column, Words, pilots_side_by_side, table
from analysis.exhibits.parts.exhibit import Table
from analysis.models.checks.floor import COLUMNS as FLOOR
from analysis.models.checks.pre_trend_tests import TEST_COLUMNS
from analysis.models.checks.pre_trends import SLOPE_COLUMNS
from analysis.models.checks.returns import COLUMNS as RETURNS
from analysis.models.checks.spillover import BOUND_COLUMNS
from analysis.study.balancing_outcomes import BALANCING
from analysis.study.settings import Outcome, Pilot

SHOWN = ["outcome", "label", "pilot", "status", "reason", "ratio", "ratio_low", "ratio_high"]


def placebo_table(
    placebo_starts: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    pilots: tuple[Pilot, ...],
    panel_period: str,
) -> Table:
    """Show the effects of starts that never were."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    named = placebo_starts.assign(
        label=[
            f"{labels[row['outcome']]}: {row['label'].removeprefix('Placebo: ')}"
            for row in placebo_starts.to_dict("records")
        ]
    )
    return pilots_side_by_side(
        named,
        "Placebo start date",
        [pilot.name for pilot in pilots],
        SHOWN,
        period=panel_period,
        note=(
            "Ratios with 95% intervals; nothing started then, so that the true ratio is 1. "
            "Terms are counted back from the start. [z]: not analysed in this pilot."
            + reasons(named, "label")
        ),
    )


def balancing_table(
    balancing_effects: pd.DataFrame, pilots: tuple[Pilot, ...], compared_period: str
) -> Table:
    """Show the same comparison for outcomes that tell fewer cases from cases moved elsewhere."""
    says = {each.label: each.says for each in BALANCING}
    names = [pilot.name for pilot in pilots]
    lines = side_by_side(balancing_effects, "label", names)
    return Table(
        header=("Outcome", "What it says", *names),
        rows=tuple(
            (label, says.get(label, "Can't be affected by workers who are not there"), *cells)
            for label, *cells in lines
        ),
        numeric=(False, False, *(True,) * len(names)),
        widths=(4, 4, *(4,) * len(names)),
        data=balancing_effects[SHOWN],
        columns={name: COLUMNS[name] for name in SHOWN},
        period=compared_period,
        note="Ratios with 95% intervals, by the method of the main analysis."
        + reasons(balancing_effects, "label"),
    )


def trends_table(
    pre_trends: pd.DataFrame,
    trend_slopes: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    panel_period: str,
) -> Table:
    """Show tests of parallel trends before the start, and what would overturn each result."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    keys = ["pilot", "outcome", "specification"]
    slopes = trend_slopes.drop(columns=["status", "reason", "p_value"])
    data = pre_trends.merge(slopes, on=keys, validate="one_to_one")
    estimated = data["status"] == "estimated"
    hidden = (estimated & data["breakdown_change"].isna()) | (data["reason"] == WITHHELD)
    return table(
        data,
        (
            Words("pilot"),
            Words("outcome", "Outcome", cell=labels.__getitem__, width=10),
            Words("pilot", "Pilot", width=6),
            Words("status"),
            Words("reason"),
            Column("p_wald", "Joint p", cell=words.p_value, width=4),
            Column("p_randomisation", "Permuted p", cell=words.p_value, width=5),
            Column("ratio"),
            Column(("ratio_low", "ratio_high"), "Trend alone", cell=ends, width=6),
            Column("breakdown_change", "Ratio breaks at", cell=_breakdown, width=5),
            Column("breakdown_change_interval", "Interval breaks at", cell=_breakdown, width=5),
        ),
        meanings={**SLOPE_COLUMNS, **TEST_COLUMNS},
        instead=_no_trend,
        period=panel_period,
        note=(
            "Both p-values test all terms before the last together. Trend alone is the range of "
            "ratios that trends compatible with the months before would show without any effect. "
            "A breakdown value says how many times the largest change between terms before the "
            "start would have to go on in every term after it to explain the ratio, or to bring "
            "its interval to 1; below one, what was seen before is enough."
            + words.not_estimable(
                (labels[row["outcome"]], row["pilot"], row["reason"])
                for row in data.loc[~estimated & (data["reason"] != WITHHELD)].to_dict("records")
            )
            + (f" {words.HIDDEN}: {WITHHELD}." if hidden.any() else "")
        ),
    )


def _no_trend(row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    if row["status"] == "estimated":
        return ()
    return words.no_estimate(row["reason"]), "[z]", limits(row), "[z]", "[z]"


def _breakdown(value: float) -> str:
    """Return a breakdown value; terms that never differed could not be carried on."""
    if math.isnan(value):
        return words.HIDDEN
    return "never" if math.isinf(value) else words.ratio(value)


def spillover_table(spillover: pd.DataFrame, compared_period: str) -> Table:
    """Show what would lie behind each ratio if part of the effect had reached other schools."""
    shares = list(dict.fromkeys(spillover["share"]))
    wide = spillover.pivot_table(index=["pilot", "ratio"], columns="share", values="ratio_without")
    return Table(
        header=("Pilot", "Ratio seen", *(f"If {share:.0%} spilt over" for share in shares)),
        rows=tuple(
            (str(pilot), words.ratio(ratio), *(words.ratio(value) for value in values))
            for (pilot, ratio), values in zip(wide.index, wide.to_numpy(), strict=True)
        )
        or none_shown(len(shares) + 2),
        numeric=(False, *(True,) * (len(shares) + 1)),
        widths=(3, 2, *(3,) * len(shares)),
        data=spillover,
        columns=BOUND_COLUMNS,
        period=compared_period,
        note=(
            "Section 47 enquiries. If comparison schools had a share of the effect, the effect "
            "behind the ratio is larger than the ratio: spillover of the same direction hides."
        ),
    )


def floor_table(
    floor_checks: pd.DataFrame, outcomes: tuple[Outcome, ...], compared_period: str
) -> Table:
    """Show the share of months without an event, and the precision that counts allow at best."""
    labels = {outcome.name: outcome.label for outcome in outcomes if outcome.measure == "events"}
    made = table(
        floor_checks.loc[floor_checks["outcome"].isin(labels)],
        (
            Words("outcome", "Outcome", cell=labels.__getitem__, width=10),
            Words("pilot", "Pilot", width=6),
            Column("share_zero", "Months without any", cell=_share, width=5),
            Column("share_zero_poisson", "If Poisson", cell=_share, width=5),
            Column("share_zero_negative_binomial", "If overdispersed", cell=_share, width=6),
            Column("smallest_standard_error", "Least error", cell=_ratio, width=4),
            Column("smallest_span", "Least span", cell=_ratio, width=4),
        ),
        meanings=FLOOR,
        period=compared_period,
        note=(
            "Months without an event, and what count models expect of schools this small. The "
            "least error is the standard error of the log ratio if nothing but chance moved the "
            "counts; the least span is the upper end of the interval divided by the lower, at best."
        ),
    )
    hidden = f" {words.HIDDEN}: {WITHHELD}." if made.data.isna().any(axis=None) else ""
    return replace(made, note=made.note + hidden)


def _share(value: float) -> str:
    return words.HIDDEN if math.isnan(value) else f"{value:.0%}"


def _ratio(value: float) -> str:
    return words.HIDDEN if math.isnan(value) else words.ratio(value)


def reporting_table(reporting: pd.DataFrame, compared_period: str) -> Table:
    """Show how many returns arrived and how rolls changed, by pilot and arm."""
    lines = []
    for (pilot, arm), rows in reporting.groupby(["pilot", "arm"], sort=False):
        before, after = (rows.set_index("period").loc[when] for when in ("before", "after"))
        lines.append(
            (
                str(pilot),
                ARM_NAMES[str(arm)],
                f"{before['share_returned']:.1%}",
                f"{after['share_returned']:.1%}",
                f"{after['change_in_exposure']:.3f}",
            )
        )
    shown = ["pilot", "arm", "period", "schools", "share_returned", "change_in_exposure"]
    return Table(
        header=("Pilot", "Schools", "Returns before", "Returns after", "Rolls, after to before"),
        rows=tuple(lines),
        numeric=(False, False, True, True, True),
        widths=(3, 5, 3, 3, 4),
        data=reporting[shown],
        columns={name: RETURNS[name] for name in shown},
        period=compared_period,
        note="A month without a return counts neither as nought nor as exposure.",
    )


def calendar_table(calendar_months: pd.DataFrame) -> Table:
    """Show which months are set against which, and their weekdays."""
    total = [str(int(calendar_months[f"weekdays_{when}"].sum())) for when in ("before", "after")]
    return table(
        calendar_months,
        (
            Words("month", "Month", "Calendar month", width=3),
            Words("before", "Before", "Month before the pilot that it is compared with", width=3),
            Words("after", "After", "Month of the pilot", width=3),
            Column("weekdays_before", "Weekdays before", "Mondays to Fridays in the month before",
                   "number", width=3),
            Column("weekdays_after", "Weekdays after", "Mondays to Fridays in the pilot's month",
                   "number", width=3),
        ),
        last=(("All", "", "", *total),),
        note="Bank holidays and school holidays are the same calendar months on both sides.",
    )  # fmt: skip
