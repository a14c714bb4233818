"""What all ways of asking come to, those that are withheld among them."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Number, Table
from analysis.models.sensitivity.outline import COLUMNS

SAID = {"all": "All", "one choice changed at a time": "One choice changed at a time"}


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
        rows=tuple((row["pilot"], *_cells(row)) for row in data.to_dict("records")),
        numeric=(False, False, *(True,) * 7),
        widths=(6, 11, 4, 5, 4, 4, 4, 4, 6),
        data=data.reset_index(drop=True),
        columns={
            "pilot": "Local authority",
            "choice": "What was chosen in several ways, or all specifications",
            "taken": "Which way",
            **COLUMNS,
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


def curves_clear(curve_outlines: pd.DataFrame) -> Number:
    """Say of how many specifications the interval is surely clear of 1, pilot by pilot."""
    rows = curve_outlines.loc[curve_outlines["choice"] == "all"].to_dict("records")
    text = words.listed(
        [
            f"{words.count(row['clear_below'] + row['clear_above'])} of "
            f"{words.count(row['specifications'])} in {row['pilot']}"
            for row in rows
        ]
    )
    return Number(text, text, "specifications")


def curves_undecided(curve_outlines: pd.DataFrame) -> Number:
    """Count the specifications whose side hangs on a hidden count."""
    rows = curve_outlines.loc[curve_outlines["choice"] == "all"]
    total = int(rows["undecided"].sum())
    return Number(total, words.count(total), "specifications")


def _cells(row: dict[Any, Any]) -> tuple[str, ...]:
    named = SAID.get(row["choice"]) or f"{row['choice']}: {row['taken']}"
    counted = ("specifications", "withheld", "below_1", "clear_below", "clear_above", "undecided")
    ends = [row["lowest"], row["highest"]]
    within = "[z]" if any(map(math.isnan, ends)) else f"{ends[0]:.1f} to {ends[1]:.1f}"
    return (named, *(words.count(row[name]) for name in counted), within)
