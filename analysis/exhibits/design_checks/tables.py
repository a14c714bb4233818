"""Tables of the design checks: placebos, balancing outcomes, trends, floor effects, calendar."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.disclosure import WITHHELD
from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Estimates, Words, pilots_side_by_side, table
from analysis.exhibits.parts.exhibit import Table
from analysis.exhibits.parts.rows import (
    COLUMNS,
    ends,
    limits,
    none_shown,
    reasons,
)
from analysis.models.checks.floor_effects import COLUMNS as FLOOR
from analysis.models.checks.pre_trend_tests import TEST_COLUMNS
from analysis.models.checks.pre_trends import SLOPE_COLUMNS
from analysis.models.checks.returns import COLUMNS as RETURNS
from analysis.models.checks.spillover import BOUND_COLUMNS
from analysis.study.balancing import BalancingOutcome
from analysis.study.settings import Outcome, Pilot
from analysis.study.terms import Terms

SHOWN = ["outcome", "label", "pilot", "status", "reason", "ratio", "ratio_low", "ratio_high"]


def placebo_table(
    placebo_starts: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    pilots: tuple[Pilot, ...],
    panel_period: str,
    terms: Terms,
) -> Table:
    """Show the effects at placebo start dates."""
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
            f"Terms are counted back from the start. [z]: not analysed in this {terms.site}."
            + reasons(named, "label")
        ),
    )


def balancing_table(
    balancing_effects: pd.DataFrame,
    balancing: tuple[BalancingOutcome, ...],
    pilots: tuple[Pilot, ...],
    compared_period: str,
) -> Table:
    """Show effects on outcomes that distinguish fewer cases from cases moved elsewhere."""
    says = {each.label: each.says for each in balancing}
    return table(
        balancing_effects,
        (
            Words("label", "Outcome", width=4),
            Words("label", "What it says", width=4,
                  cell=lambda label: says.get(label, "Cannot be affected by workers who are not "
                                              "there")),
            *(Estimates(heading=pilot.name, at=pilot.name, width=4) for pilot in pilots),
        ),
        lines=["label"],
        across="pilot",
        meanings=COLUMNS,
        released=SHOWN,
        period=compared_period,
        note="Ratios with 95% intervals, by the method of the main analysis."
        + reasons(balancing_effects, "label"),
    )  # fmt: skip


def trends_table(
    pre_trends: pd.DataFrame,
    trend_slopes: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    panel_period: str,
    terms: Terms,
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
            Words("pilot", terms.heading, width=6),
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
    first, *others = words.without_estimate(row["reason"], 3)
    return first, others[0], limits(row), *others[1:]


def _breakdown(value: float) -> str:
    """Return a breakdown value as printed: "never" where the terms before never differed."""
    if math.isnan(value):
        return words.HIDDEN
    return "never" if math.isinf(value) else words.ratio(value)


def spillover_table(spillover: pd.DataFrame, compared_period: str, terms: Terms) -> Table:
    """Show the true ratio behind each estimate if part of the effect had spilled over."""
    shares = list(dict.fromkeys(spillover["share"]))
    return table(
        spillover.sort_values("pilot", kind="stable"),
        (
            Words("pilot", terms.heading, width=3),
            Column("ratio", "Ratio seen", cell=words.ratio, width=2),
            *(
                Column("ratio_without", f"If {share:.0%} spilt over", cell=words.ratio, at=share,
                       width=3)
                for share in shares
            ),
        ),
        lines=["pilot"],
        across="share",
        data=spillover,
        meanings=BOUND_COLUMNS,
        released=list(spillover),
        none=none_shown(len(shares) + 2),
        period=compared_period,
        note=(
            f"{terms.primary}. If comparison schools had a share of the effect, the effect "
            "behind the ratio is larger than the ratio shows."
        ),
    )  # fmt: skip


def floor_table(
    floor_checks: pd.DataFrame, outcomes: tuple[Outcome, ...], compared_period: str, terms: Terms
) -> Table:
    """Show the share of months without an event, and the best precision that counts allow."""
    labels = {outcome.name: outcome.label for outcome in outcomes if outcome.measure == "events"}
    made = table(
        floor_checks.loc[floor_checks["outcome"].isin(labels)],
        (
            Words("outcome", "Outcome", cell=labels.__getitem__, width=10),
            Words("pilot", terms.heading, width=6),
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


def reporting_table(reporting: pd.DataFrame, compared_period: str, terms: Terms) -> Table:
    """Show how many returns arrived and how rolls changed, by pilot and arm."""
    return table(
        reporting,
        (
            Words("pilot", terms.heading, width=3),
            Words("arm", "Schools", cell=terms.arms.__getitem__, width=5),
            Column("share_returned", "Returns before", cell="{:.1%}".format, at="before", width=3),
            Column("share_returned", "Returns after", cell="{:.1%}".format, at="after", width=3),
            Column("change_in_exposure", "Rolls, after to before", cell="{:.3f}".format,
                   at="after", width=4),
        ),
        lines=["pilot", "arm"],
        across="period",
        meanings=RETURNS,
        released=["pilot", "arm", "period", "schools", "share_returned", "change_in_exposure"],
        period=compared_period,
        note="A month without a return counts neither as nought nor as exposure.",
    )  # fmt: skip


def calendar_table(calendar_months: pd.DataFrame, compared_period: str, terms: Terms) -> Table:
    """Show which months are compared with which, and their numbers of weekdays."""
    total = [str(int(calendar_months[f"weekdays_{when}"].sum())) for when in ("before", "after")]
    return table(
        calendar_months,
        (
            Words("month", "Month", "Calendar month", width=3),
            Words("before", "Before", f"Month before the {terms.site} that it is compared with",
                  width=3),
            Words("after", "After", f"Month of the {terms.site}", width=3),
            Column("weekdays_before", "Weekdays before", "Mondays to Fridays in the month before",
                   "number", width=3),
            Column("weekdays_after", "Weekdays after",
                   f"Mondays to Fridays in the {terms.site}'s month", "number", width=3),
        ),
        last=(("All", "", "", *total),),
        period=compared_period,
        note="Bank holidays and school holidays are the same calendar months on both sides.",
    )  # fmt: skip
