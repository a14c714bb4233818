"""The tables. A function's name is the label under which it is shown."""

from __future__ import annotations

from itertools import product

import pandas as pd

from analysis.disclosure import SYMBOLS, DisclosureRules
from analysis.exhibits import words
from analysis.exhibits.exhibit import Table
from analysis.exhibits.rows import Rate, release_rates, rows
from analysis.study import Outcome, Pilot

WINDOWS = ("before", "after")
ARM_NAMES = {"intervention": "With a social worker", "comparison": "Comparison"}


def pilots_table(pilots: tuple[Pilot, ...]) -> Table:
    """Show the pilots as the published Table 1 states them."""
    data = pd.DataFrame(
        {
            "pilot": [pilot.name for pilot in pilots],
            "school_types": ["; ".join(pilot.school_types) for pilot in pilots],
            "schools": [pilot.schools for pilot in pilots],
            "social_workers": [pilot.social_workers for pilot in pilots],
        }
    )
    return Table(
        header=("Pilot", "Types of school", "Schools", "Social workers"),
        rows=tuple(
            (each.name, "; ".join(each.school_types), str(each.schools), str(each.social_workers))
            for each in pilots
        ),
        numeric=(False, False, True, True),
        widths=(2, 5, 2, 2),
        data=data,
        columns={
            "pilot": "Local authority",
            "school_types": "Types of school that took part",
            "schools": "Schools with a social worker, number",
            "social_workers": "Social workers in the team, number",
        },
        note="As published in Table 1 of the executive summary [@westlake2020].",
    )


def before_after(
    rates_before_after: pd.DataFrame,
    pilots: tuple[Pilot, ...],
    outcomes: tuple[Outcome, ...],
    panel_period: str,
    disclosure_rules: DisclosureRules,
) -> Table:
    """Show events and rates of the primary outcome by pilot and arm, before and after."""
    primary = outcomes[0]
    chosen = rates_before_after.loc[rates_before_after["outcome"] == primary.name]
    released, status = release_rates(chosen, disclosure_rules)
    decimals = disclosure_rules.rate_decimals + 1
    found = {
        (rate.pilot, rate.arm, when): rate
        for when in WINDOWS
        for rate in rows(released.loc[released["window"] == when], Rate)
    }
    lines = []
    for pilot, (arm, name) in product(pilots, ARM_NAMES.items()):
        cells = [found[pilot.name, arm, when] for when in WINDOWS]
        counts = [_count(cell.events) for cell in cells]
        rates = [_rate(cell.rate, decimals) for cell in cells]
        lines.append((pilot.name, name, *counts, *rates))
    columns = {
        "pilot": "Local authority",
        "arm": "Schools with a social worker (intervention) or comparison schools",
        "window": "The pilot's months (after) or the same months a year before (before)",
        "schools": "Schools that sent returns, number",
        "events": f"{primary.label}, number; c is confidential",
        "pupil_months": "Pupils on roll, added up over months",
        "rate": f"{primary.label} per 1,000 pupils a month",
    }
    return Table(
        header=("Pilot", "Schools", "Before", "After", "Rate before", "Rate after"),
        rows=tuple(lines),
        numeric=(False, False, True, True, True, True),
        widths=(3, 5, 2, 2, 3, 3),
        data=released[list(columns)].reset_index(drop=True),
        columns=columns,
        period=panel_period,
        note="Rates are per 1,000 pupils a month." + _legend(released["events"]),
        status=status,
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


def _count(value: int | str) -> str:
    return f"[{value}]" if isinstance(value, str) else words.count(value)


def _rate(value: float, decimals: int) -> str:
    return "[c]" if pd.isna(value) else words.rate(value, decimals)


def _legend(cells: pd.Series) -> str:
    """Explain the symbols that stand in a column."""
    used = sorted({cell for cell in cells if isinstance(cell, str)})
    return "".join(f" [{symbol}] is {SYMBOLS[symbol]}." for symbol in used)
