"""The tables. A function's name is the label under which it is shown."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from analysis.disclosure import SYMBOLS, DisclosureRules
from analysis.disclosure.outcomes import ReleasedOutcomes
from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Row, Words, table
from analysis.exhibits.parts.exhibit import Table
from analysis.exhibits.parts.rows import in_order, of_outcomes
from analysis.models.inputs.rate_units import MONTHLY, RateUnit, over_months
from analysis.study.settings import Outcome, Window
from analysis.study.terms import Terms

NO_EFFECT_THOUGH_TOTALS = (
    "Where totals are shown though their effect is [c], one of the rules on events, children and "
    "schools forbids an estimate; which one is not stated, since that would reveal a count. "
    "The ratio of such totals has no known precision, and is not a result of this report."
)
TOTALS_ARE_NOT_THE_EFFECT = (
    "Ratios worked out from these rates or numbers differ a little from the reported one, which "
    "gives each school a rate of its own."
)

EFFECT = {
    "outcome": "Outcome",
    "status": "Whether the effect could be estimated",
    "reason": "Why not, if not",
    "ratio": "Ratio of rate ratios",
    **{f"{name}_{end}": f"{said} limit of its 95% confidence interval"
       for name in ("ratio", "difference", "per_1000")
       for end, said in (("low", "Lower"), ("high", "Upper"))},
}  # fmt: skip
"""The meanings of an effect's columns, except the rate, whose unit varies."""


def before_after(
    rates_before_after: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    disclosure_rules: DisclosureRules,
    released_outcomes: ReleasedOutcomes,
    terms: Terms,
) -> Table:
    """Show the number and rate of each outcome by pilot and arm, before and after."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    rate = partial(_rate, decimals=disclosure_rules.rate_decimals + 1)
    made = table(
        in_order(
            rates_before_after,
            outcome=labels,
            pilot=dict.fromkeys(pilot for outcome in outcomes for pilot in outcome.pilots),
            arm=terms.arms,
        ),
        (
            Words("outcome", "Outcome", "Outcome", cell=labels.__getitem__, width=9),
            Words("pilot", terms.heading, terms.place, width=6),
            Words("arm", "Schools", cell=terms.arms.__getitem__, width=8),
            Words("window"),
            Column("schools", meaning="Schools that sent returns, number"),
            Column("events", "Before", at="before", cell=words.released, width=4),
            Column("events", "After", at="after", cell=words.released, width=4),
            Column("pupil_months", meaning="Pupils on roll, added up over months"),
            Column("rate", "Rate before", at="before", cell=rate, width=4),
            Column("rate", "Rate after", at="after", cell=rate, width=4),
        ),
        lines=["outcome", "pilot", "arm"],
        across="window",
        data=rates_before_after,
        meanings={
            "arm": terms.groups,
            "window": f"The {terms.site}'s months (after) or the same months a year before "
            "(before)",
            "events": "Events or days in care, number; c is confidential",
            "rate": f"Events or days {MONTHLY.words}",
        },
        period=compared_period,
        note=f"Rates are {MONTHLY.words}. {TOTALS_ARE_NOT_THE_EFFECT} {NO_EFFECT_THOUGH_TOTALS}"
        + _legend(rates_before_after["events"]),
    )
    return replace(made, status=released_outcomes.statuses["before_after"])


def effect_table(
    main_effects: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    window: Window,
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show the effect of each pilot on each outcome as a ratio, a number and a rate."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    unit = over_months(window.months_after)
    ordered = of_outcomes(_over_period(main_effects, unit), outcomes)
    ends = ("", "_low", "_high")
    return table(
        ordered.reset_index(drop=True),
        (
            Words("outcome", "Outcome", cell=labels.__getitem__, width=6),
            Words("pilot", terms.heading, width=4),
            Words("status"),
            Words("reason"),
            Column(tuple(f"ratio{end}" for end in ends), "Ratio", cell=words.ratio_interval,
                   width=6),
            Column(tuple(f"difference{end}" for end in ends), "Number", width=7,
                   cell=partial(words.interval, printed=words.count)),
            Column(tuple(f"per_1000{end}" for end in ends), unit.heading, width=6,
                   cell=partial(words.interval, printed=words.rate)),
        ),
        meanings={
            **EFFECT,
            "pilot": terms.place,
            "difference": "Events or days more (or, below zero, fewer) than without the "
            f"{terms.site}",
            "per_1000": f"The same {unit.words}",
        },
        instead=_no_effect,
        period=compared_period,
        note=(
            "95% confidence intervals in brackets. Number and rate are over the "
            f"{terms.site}'s months; "
            "below zero there were fewer than comparison schools would suggest."
            + words.not_estimable(
                (labels[row["outcome"]], row["pilot"], row["reason"])
                for row in ordered.to_dict("records") if row["status"] != "estimated"
            )
        ),
    )  # fmt: skip


def _no_effect(row: Row) -> tuple[str, ...]:
    return () if row["status"] == "estimated" else words.without_estimate(row["reason"], 2)


def _over_period(main_effects: pd.DataFrame, unit: RateUnit) -> pd.DataFrame:
    """Return estimates with each difference as a rate over all of the pilot's months."""
    exposure = main_effects["exposure_intervention_after"]
    rates = {
        f"per_1000{end}": unit.of(main_effects[f"difference{end}"], exposure)
        for end in ("", "_low", "_high")
    }
    return main_effects.assign(**rates)


def floor(
    school_zeros: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    window: Window,
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show how many months and schools had no event at all before the pilot."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    data = school_zeros.loc[school_zeros["outcome"].isin(labels)]
    return table(
        of_outcomes(data, outcomes),
        (
            Words("outcome", "Outcome", "Outcome", cell=labels.__getitem__, width=5),
            Words("pilot", terms.heading, terms.place, width=3),
            Column("schools", "Schools", "Schools of both groups", "number", width=2),
            Column("zero_months_percent", "School-months without any", cell=_percent, width=4,
                   meaning="School-months without an event, per cent of those in terms whose "
                   "counts are shown"),
            Column("schools_without", "Schools without any", cell=words.released, width=3,
                   meaning="Schools without an event in all those months, number; c is "
                   "confidential"),
        ),
        data=data,
        released=list(school_zeros),
        period=compared_period,
        note=f"Both groups, the same {words.spelled(window.months_after)} months a year before the "
        f"{terms.sites} began; the share is of months in terms whose counts are shown."
        + _legend(data["schools_without"]),
    )  # fmt: skip


def contract_summary(contract_counts: pd.DataFrame) -> Table:
    """Show for each data file how many rules were tested, and with what outcome."""
    return table(
        contract_counts,
        (
            Words("dataset", "Data file", "Data file", width=3),
            Column("rules", "Rules", "Rules in its contract", "number", width=2),
            Column("pass", "Passed", "Rules that are met", "number", width=2),
            Column("warn", "Warnings", "Rules that give a warning", "number", width=2),
            Column("fail", "Failed", "Rules that are broken", "number", width=2),
            Column("nothing tested", "Nothing tested", "Rules that met no data", "number", width=3),
        ),
    )


def _percent(value: float) -> str:
    return words.HIDDEN if pd.isna(value) else f"{value:.0f}%"


def _rate(value: float, decimals: int) -> str:
    return "[c]" if pd.isna(value) else words.rate(value, decimals)


def _legend(cells: pd.Series) -> str:
    """Explain the symbols that occur in a column."""
    used = sorted({cell for cell in cells if isinstance(cell, str)})
    return "".join(f" [{symbol}] is {SYMBOLS[symbol]}." for symbol in used)
