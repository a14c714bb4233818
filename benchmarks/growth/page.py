"""The table of growth in `docs/growth.md`, written from the measurements."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Row = Mapping[str, Any]

STEPS = {
    "read and validate": ("extract", "contract_results"),
    "give types": ("accepted_tables",),
    "panel": ("outcome_panel",),
    "suppression": ("released_outcomes",),
    "withheld specifications": ("withheld_specifications",),
    "inference methods": ("inference_methods", "inference_by_area"),
    "alternatives": ("model_alternatives",),
    "sensitivity": ("varied_effects", "left_out", "hidden_bias_bounds", "specification_curves"),
}
"""Nodes of the dataflow that make up each step; the others are 'everything else'."""
REST, WHOLE = "everything else", "whole dataflow"
BEGIN, END = "<!-- measured: python -m benchmarks.growth -->", "<!-- end of measured -->"
NATION = 12_000_000
PUPILS = 400
"""Children in England, and pupils of a school with so many schools for them."""


def reached(size: Row, step: str) -> bool:
    """Whether all of a step was computed at one size."""
    return step in size["steps"]


def slope(sizes: Sequence[Row], step: str) -> float | None:
    """Return the exponent with which a step's seconds grow with the number of schools.

    It is computed from the two largest sizes at which the step was measured; 1 means that twice
    the schools take twice the time. None where there are not two.
    """
    found = [row for row in sorted(sizes, key=lambda row: row["schools"]) if reached(row, step)]
    if len(found) < 2:
        return None
    small, large = found[-2:]
    seconds = [max(row["steps"][step]["seconds"], 0.01) for row in (small, large)]
    return math.log(seconds[1] / seconds[0]) / math.log(large["schools"] / small["schools"])


def table(found: Mapping[str, Any]) -> str:
    """Return what was measured, as Markdown."""
    sizes = sorted(found["sizes"], key=lambda row: row["schools"])
    heads = [f"{row['schools']:,} schools, {row['events']:,} events" for row in sizes]
    lines = [f"| step | {' | '.join(heads)} | slope |", "|---" * (len(sizes) + 2) + "|"]
    engines = [row.get("engine", "pandas") for row in sizes]
    lines.append(f"| events held by | {' | '.join(engines)} | |")
    for step in (*STEPS, REST, WHOLE):
        power = slope(sizes, step)
        cells = [_cell(row, step) for row in sizes]
        lines.append(
            f"| {step} | {' | '.join(cells)} | {'' if power is None else f'{power:.2f}'} |"
        )
    machine = found["machine"]
    lines += ["", f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, Python "
                  f"{machine['python']}, NumPy {machine['numpy']}.", *map(_said, sizes), "",
              _nation(sizes)]  # fmt: skip
    return "\n".join(lines)


def _cell(size: Row, step: str) -> str:
    if not reached(size, step):
        return "not reached"
    return f"{size['steps'][step]['seconds']:,.1f} s, {size['steps'][step]['gigabytes']:.1f} GB"


def _said(size: Row) -> str:
    ended = f", {size['ended']}" if "ended" in size else ""
    return f"{size['schools']:,} schools: {size['exhibits']} exhibits{ended}."


def _nation(sizes: Sequence[Row]) -> str:
    """Extrapolate the whole dataflow to twelve million children, at 1 or at the slope if larger."""
    whole = [row for row in sizes if reached(row, WHOLE)]
    schools = NATION // PUPILS
    power = max(1.0, slope(sizes, WHOLE) or 1.0)
    seconds = whole[-1]["steps"][WHOLE]["seconds"] * (schools / whole[-1]["schools"]) ** power
    return (
        f"**Twelve million children** are {schools:,} schools of {PUPILS} pupils. If the whole "
        f"dataflow grows from {whole[-1]['schools']:,} schools with the power {power:.2f}, it "
        f"takes some {seconds / 60:,.0f} minutes of one processor there: an extrapolation."
    )


def write_page(found: Mapping[str, Any], page: Path) -> None:
    """Write the measurements between their marks."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{table(found)}\n{END}{after}", encoding="utf-8")
