"""The tables. A function's name is the label under which it is shown."""

from __future__ import annotations

from itertools import product

import pandas as pd

from analysis.dataflow.published import SUMMARY, Fact, cited
from analysis.disclosure import SYMBOLS, DisclosureRules
from analysis.disclosure.outcomes import ReleasedOutcomes
from analysis.exhibits.outcomes.numbers import PILOTS
from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Table
from analysis.exhibits.parts.rows import Effect, Rate, Zeros, effects, rows
from analysis.models.inputs.rate_units import MONTHLY, RateUnit, over_months
from analysis.study.settings import Outcome, Window

WINDOWS = ("before", "after")
ARM_NAMES = {"intervention": "With a social worker", "comparison": "Comparison"}


def pilots_table(published_facts: dict[str, Fact]) -> Table:
    """Show the pilots as the published Table 1 states them."""
    data = pd.DataFrame(
        {
            "pilot": pilot,
            "school_types": published_facts[f"types_{key}"].value,
            "schools": int(published_facts[f"schools_{key}"].value),
            "social_workers": int(published_facts[f"workers_{key}"].value),
        }
        for key, pilot in PILOTS.items()
    )
    return Table(
        header=("Pilot", "Types of school", "Schools", "Social workers"),
        rows=tuple(tuple(map(str, row)) for row in data.to_numpy().tolist()),
        numeric=(False, False, True, True),
        widths=(2, 5, 2, 2),
        data=data,
        columns={
            "pilot": "Local authority",
            "school_types": "Types of school that took part",
            "schools": "Schools with a social worker, number",
            "social_workers": "Social workers in the team, number",
        },
        note=(
            f"As published {cited(SUMMARY, 'Table 1')}. SEMH stands for social, emotional and "
            "mental health: special schools for pupils with such needs."
        ),
    )


def before_after(
    rates_before_after: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    disclosure_rules: DisclosureRules,
    released_outcomes: ReleasedOutcomes,
) -> Table:
    """Show number and rate of each outcome by pilot and arm, before and after."""
    lines = []
    for outcome in outcomes:
        chosen = rates_before_after.loc[rates_before_after["outcome"] == outcome.name]
        lines += _before_after_lines(chosen, outcome, disclosure_rules.rate_decimals + 1)
    data = rates_before_after
    columns = {
        "outcome": "Outcome",
        "pilot": "Local authority",
        "arm": "Schools with a social worker (intervention) or comparison schools",
        "window": "The pilot's months (after) or the same months a year before (before)",
        "schools": "Schools that sent returns, number",
        "events": "Events or days in care, number; c is confidential",
        "pupil_months": "Pupils on roll, added up over months",
        "rate": f"Events or days {MONTHLY.words}",
    }
    return Table(
        header=("Outcome", "Pilot", "Schools", "Before", "After", "Rate before", "Rate after"),
        rows=tuple(lines),
        numeric=(False, False, False, True, True, True, True),
        widths=(9, 6, 8, 4, 4, 4, 4),
        data=data[list(columns)],
        columns=columns,
        period=compared_period,
        note=f"Rates are {MONTHLY.words}." + _legend(data["events"]),
        status=released_outcomes.statuses["before_after"],
    )


def _before_after_lines(
    released: pd.DataFrame, outcome: Outcome, decimals: int
) -> list[tuple[str, ...]]:
    """Return one line a pilot and arm; the outcome stands in the first alone."""
    found = {
        (rate.pilot, rate.arm, when): rate
        for when in WINDOWS
        for rate in rows(released.loc[released["window"] == when], Rate)
    }
    lines = []
    for pilot, (arm, name) in product(outcome.pilots, ARM_NAMES.items()):
        cells = [found[pilot, arm, when] for when in WINDOWS]
        counts = [words.released(cell.events) for cell in cells]
        rates = [_rate(cell.rate, decimals) for cell in cells]
        lines.append((outcome.label, pilot, name, *counts, *rates))
    return lines


def effect_table(
    main_effects: pd.DataFrame, outcomes: tuple[Outcome, ...], window: Window, compared_period: str
) -> Table:
    """Show the effect of each pilot on each outcome as ratio, number and rate."""
    unit = over_months(window.months_after)
    data = _over_period(main_effects, unit)
    lines = tuple(
        (outcome.label, each.pilot, *_effect_cells(each))
        for outcome in outcomes
        for each in effects(data, outcome.name)
    )
    columns = {
        "outcome": "Outcome",
        "pilot": "Local authority",
        "status": "Whether the effect could be estimated",
        "reason": "Why not, if not",
        "ratio": "Ratio of rate ratios",
        "ratio_low": "Lower limit of its 95% confidence interval",
        "ratio_high": "Upper limit of its 95% confidence interval",
        "difference": "Events or days more (or, below zero, fewer) than without the pilot",
        "difference_low": "Lower limit of its 95% confidence interval",
        "difference_high": "Upper limit of its 95% confidence interval",
        "per_1000": f"The same {unit.words}",
        "per_1000_low": "Lower limit of its 95% confidence interval",
        "per_1000_high": "Upper limit of its 95% confidence interval",
    }
    return Table(
        header=("Outcome", "Pilot", "Ratio", "Number", unit.heading),
        rows=lines,
        numeric=(False, False, True, True, True),
        widths=(6, 4, 6, 7, 6),
        data=data[list(columns)].reset_index(drop=True),
        columns=columns,
        period=compared_period,
        note=(
            "95% confidence intervals in brackets. Number and rate are over the pilot's months; "
            "below zero there were fewer than comparison schools lead one to expect."
            + words.not_estimable(
                (outcome.label, each.pilot, each.reason)
                for outcome in outcomes
                for each in effects(main_effects, outcome.name)
                if not each.estimated
            )
        ),
    )


def _over_period(main_effects: pd.DataFrame, unit: RateUnit) -> pd.DataFrame:
    """Return estimates with each difference as a rate over all of the pilot's months."""
    exposure = main_effects["exposure_intervention_after"]
    rates = {
        f"per_1000{end}": unit.of(main_effects[f"difference{end}"], exposure)
        for end in ("", "_low", "_high")
    }
    return main_effects.assign(**rates)


def floor(
    school_zeros: pd.DataFrame, outcomes: tuple[Outcome, ...], window: Window, compared_period: str
) -> Table:
    """Show how many months and schools had no event at all before the pilot."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    data = school_zeros.loc[school_zeros["outcome"].isin(labels)]
    found = rows(data, Zeros)
    ordered = sorted(found, key=lambda row: list(labels).index(row.outcome))
    return Table(
        header=("Outcome", "Pilot", "Schools", "School-months without any", "Schools without any"),
        rows=tuple(
            (
                labels[row.outcome],
                row.pilot,
                str(row.schools),
                words.HIDDEN
                if pd.isna(row.zero_months_percent)
                else f"{row.zero_months_percent:.0f}%",
                words.released(row.schools_without),
            )
            for row in ordered
        ),
        numeric=(False, False, True, True, True),
        widths=(5, 3, 2, 4, 3),
        data=data,
        columns={
            "outcome": "Outcome",
            "pilot": "Local authority",
            "schools": "Schools of both groups, number",
            "zero_months_percent": "School-months without an event, per cent of those in terms "
            "whose counts are shown",
            "schools_without": "Schools without an event in all those months, number; c is "
            "confidential",
        },
        period=compared_period,
        note=f"Both groups, the {words.spelled(window.months_after)} like months before the pilots "
        "began; the share is of months in terms whose counts are shown."
        + _legend(data["schools_without"]),
    )


def _effect_cells(each: Effect) -> tuple[str, str, str]:
    if not each.estimated:
        return words.no_estimate(each.reason), "[z]", "[z]"
    number = (each.difference, each.difference_low, each.difference_high)
    rate = (each.per_1000, each.per_1000_low, each.per_1000_high)
    return (
        words.interval(each.ratio, each.ratio_low, each.ratio_high, words.ratio),
        words.interval(*number, words.count),
        words.interval(*rate, words.rate),
    )


def contract_summary(contract_counts: pd.DataFrame) -> Table:
    """Show, for each data file, how many rules were tested and what came out."""
    outcomes = ("rules", "pass", "warn", "fail", "nothing tested")
    records = contract_counts.to_dict("records")
    return Table(
        header=("Data file", "Rules", "Passed", "Warnings", "Failed", "Nothing tested"),
        rows=tuple((row["dataset"], *(str(row[each]) for each in outcomes)) for row in records),
        numeric=(False, True, True, True, True, True),
        widths=(3, 2, 2, 2, 2, 3),
        data=contract_counts,
        columns={
            "dataset": "Data file",
            "rules": "Rules in its contract, number",
            "pass": "Rules that hold, number",
            "warn": "Rules that give a warning, number",
            "fail": "Rules that are broken, number",
            "nothing tested": "Rules that met no data, number",
        },
    )


def _rate(value: float, decimals: int) -> str:
    return "[c]" if pd.isna(value) else words.rate(value, decimals)


def _legend(cells: pd.Series) -> str:
    """Explain the symbols that stand in a column."""
    used = sorted({cell for cell in cells if isinstance(cell, str)})
    return "".join(f" [{symbol}] is {SYMBOLS[symbol]}." for symbol in used)
