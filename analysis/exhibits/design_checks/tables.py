"""Tables of design checks: placebo starts, balancing outcomes, trends, the floor, the calendar."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.disclosure import WITHHELD
from analysis.exhibits.outcomes.tables import ARM_NAMES
from analysis.exhibits.parts import words
from analysis.exhibits.parts.by_pilot import COLUMNS, limits, none_shown, reasons, side_by_side
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
    names = [pilot.name for pilot in pilots]
    return Table(
        header=("Placebo start date", *names),
        rows=side_by_side(named, "label", names),
        numeric=(False, *(True,) * len(names)),
        widths=(5, *(4,) * len(names)),
        data=named[SHOWN],
        columns={name: COLUMNS[name] for name in SHOWN},
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
    """Show tests of parallel paths before the start, and what would overturn each result."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    keys = ["pilot", "outcome", "specification"]
    slopes = trend_slopes.drop(columns=["status", "reason", "p_value"])
    data = pre_trends.merge(slopes, on=keys, validate="one_to_one")
    hidden = (data["status"] == "estimated") & data["breakdown_change"].isna()
    shown = [*keys[:2], "status", "reason", "p_wald", "p_randomisation", "ratio", "ratio_low",
             "ratio_high", "breakdown_change", "breakdown_change_interval"]  # fmt: skip
    return Table(
        header=("Outcome", "Pilot", "Joint p", "Permuted p", "Trend alone",
                "Ratio breaks at", "Interval breaks at"),
        rows=tuple((labels[row["outcome"]], row["pilot"], *_trend_cells(row))
                   for row in data.to_dict("records")),
        numeric=(False, False, *(True,) * 5),
        widths=(10, 6, 4, 5, 6, 5, 5),
        data=data[shown],
        columns={name: {**SLOPE_COLUMNS, **TEST_COLUMNS}[name] for name in shown},
        period=panel_period,
        note=(
            "Both p-values test all terms before the last together. Trend alone is the range of "
            "ratios that trends compatible with the months before would show without any effect. "
            "A breakdown value says how many times the largest change between terms before the "
            "start would have to go on in every term after it to explain the ratio, or to bring "
            "its interval to 1; below one, what was seen before is enough."
            + (f" {words.HIDDEN}: {WITHHELD}." if hidden.any() else "")
        ),
    )  # fmt: skip


def _trend_cells(row: dict[Any, Any]) -> tuple[str, ...]:
    if row["status"] != "estimated":
        return f"none: {row['reason']}", "[z]", limits(row), "[z]", "[z]"
    return (
        words.p_value(row["p_wald"]),
        words.p_value(row["p_randomisation"]),
        limits(row),
        *(_breakdown(row[name]) for name in ("breakdown_change", "breakdown_change_interval")),
    )


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
    data = floor_checks.loc[floor_checks["outcome"].isin(labels)]
    shown = ["outcome", "pilot", "share_zero", "share_zero_poisson",
             "share_zero_negative_binomial", "smallest_standard_error",
             "smallest_span"]  # fmt: skip
    return Table(
        header=("Outcome", "Pilot", "Months without any", "If Poisson", "If overdispersed",
                "Least error", "Least span"),
        rows=tuple((labels[row["outcome"]], row["pilot"], *_floor_cells(row))
                   for row in data.to_dict("records")),
        numeric=(False, False, *(True,) * 5),
        widths=(10, 6, 5, 5, 6, 4, 4),
        data=data[shown],
        columns={name: FLOOR[name] for name in shown},
        period=compared_period,
        note=(
            "Months without an event, and what count models expect of schools this small. The "
            "least error is the standard error of the log ratio if nothing but chance moved the "
            "counts; the least span is the upper end of the interval divided by the lower, at best."
            + (f" {words.HIDDEN}: {WITHHELD}." if data[shown].isna().any(axis=None) else "")
        ),
    )  # fmt: skip


def _floor_cells(row: dict[Any, Any]) -> tuple[str, ...]:
    shares = ("share_zero", "share_zero_poisson", "share_zero_negative_binomial")
    rest = ("smallest_standard_error", "smallest_span")
    return (
        *(words.HIDDEN if math.isnan(row[name]) else f"{row[name]:.0%}" for name in shares),
        *(words.HIDDEN if math.isnan(row[name]) else words.ratio(row[name]) for name in rest),
    )


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
    total = [int(calendar_months[f"weekdays_{when}"].sum()) for when in ("before", "after")]
    lines = [
        tuple(str(row[name]) for name in calendar_months)
        for row in calendar_months.to_dict("records")
    ]
    return Table(
        header=("Month", "Before", "After", "Weekdays before", "Weekdays after"),
        rows=(*lines, ("All", "", "", *map(str, total))),
        numeric=(False, False, False, True, True),
        widths=(3, 3, 3, 3, 3),
        data=calendar_months,
        columns={
            "month": "Calendar month",
            "before": "Month before the pilot that it is compared with",
            "after": "Month of the pilot",
            "weekdays_before": "Mondays to Fridays in the month before, number",
            "weekdays_after": "Mondays to Fridays in the pilot's month, number",
        },
        note="Bank holidays and school holidays are the same calendar months on both sides.",
    )
