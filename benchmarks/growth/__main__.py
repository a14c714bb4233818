"""Measure the cost of each step at increasing sizes: `python -m benchmarks.growth [SCHOOLS...]`.

Each size runs in a separate process, which computes every exhibit of the report from the files of
an extract with 333 events per school. Default sizes are 74, 300 and 3,000 schools in both arms;
30,000 takes an hour or more and 8 GB of disk. The results go to `benchmarks/results/growth.json`
with a description of the machine; those of sizes not measured again are kept.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.environment import VARIABLES
from benchmarks.growth.costs import costs
from benchmarks.growth.larger import larger_contracts, larger_extract, larger_study, write
from benchmarks.models import machine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.growth.costs import Cost

    Row = dict[str, Any]

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "growth.json"
SIZES = (74, 300, 3_000)
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
SLOWEST = 5
"""Number of other nodes that are listed."""


def measured(folder: Path, schools: int) -> Row:
    """Compute every exhibit at one size and return the cost of each step."""
    from analysis.dataflow import graph

    study = larger_study(ROOT, schools)
    tables = larger_extract(ROOT, schools)
    size = {"schools": len(tables["schools"]), "events": len(tables["child_events"])}
    write(tables, folder / "extract")
    del tables
    inputs = graph.inputs(ROOT, folder / "extract", study)
    inputs["contract_directory"] = larger_contracts(ROOT, study, folder / "contracts")
    seen: list[Cost] = []
    names = graph.exhibit_names(graph.build())

    def report(cost: Cost) -> None:
        seen.append(cost)
        if cost.seconds > 1 or cost.error:
            print(f"  {cost.node}: {cost.seconds:.1f} s, {cost.gigabytes:.2f} GB {cost.error}",
                  file=sys.stderr, flush=True)  # fmt: skip

    values = costs(inputs, names, report)
    return {**size, "exhibits": f"{len(values)} of {len(names)}", "steps": by_step(seen),
            "slowest of the rest": slowest(seen)}  # fmt: skip


def by_step(seen: Iterable[Cost]) -> dict[str, Row]:
    """Return the total seconds and the peak memory of each step's nodes."""
    step_of = {node: step for step, nodes in STEPS.items() for node in nodes}
    found: dict[str, Row] = {}
    for cost in seen:
        for step in (step_of.get(cost.node, REST), WHOLE):
            row = found.setdefault(step, {"seconds": 0.0, "gigabytes": 0.0})
            row["seconds"] = round(row["seconds"] + cost.seconds, 2)
            row["gigabytes"] = round(max(row["gigabytes"], cost.gigabytes), 2)
    return found


def slowest(seen: Iterable[Cost]) -> dict[str, float]:
    """Return the slowest nodes that belong to no step, with their seconds."""
    of_steps = {node for nodes in STEPS.values() for node in nodes}
    rest = sorted((c for c in seen if c.node not in of_steps), key=lambda c: -c.seconds)
    return {cost.node: round(cost.seconds, 2) for cost in rest[:SLOWEST]}


def slope(sizes: list[Row], step: str) -> float:
    """Return the exponent with which a step's seconds grow with the number of schools.

    It is computed from the two largest sizes; 1 means that twice the schools take twice the time.
    """
    small, large = sorted(sizes, key=lambda row: row["schools"])[-2:]
    seconds = [max(row["steps"][step]["seconds"], 0.01) for row in (small, large)]
    return math.log(seconds[1] / seconds[0]) / math.log(large["schools"] / small["schools"])


def show(sizes: list[Row]) -> None:
    """Print the seconds and memory of each step by size, and its slope."""
    ordered = sorted(sizes, key=lambda row: row["schools"])
    print(f"{'seconds (GB)':26}", *(f"{row['schools']:>16,}" for row in ordered), "  slope")
    for step in (*STEPS, REST, WHOLE):
        cells = [row["steps"].get(step, {"seconds": 0, "gigabytes": 0}) for row in ordered]
        texts = [f"{cell['seconds']:.1f} ({cell['gigabytes']:.1f})" for cell in cells]
        power = f"{slope(ordered, step):7.2f}" if len(ordered) > 1 else ""
        print(f"{step:26}", *(f"{text:>16}" for text in texts), power)


def main(asked: list[str]) -> None:
    """Measure sizes one after another and store the results."""
    kept = json.loads(RESULTS.read_text(encoding="utf-8"))["sizes"] if RESULTS.exists() else []
    for schools in map(int, asked or map(str, SIZES)):
        run = [sys.executable, "-m", "benchmarks.growth", "at", str(schools)]
        done = subprocess.run(
            run, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | VARIABLES
        )
        row = json.loads(done.stdout)
        kept = [each for each in kept if each["schools"] != row["schools"]] + [row]
        kept.sort(key=lambda each: each["schools"])
        found = {
            "machine": machine(),
            "note": "seconds of the processor, one thread of work at a time, other work running; "
            "gigabytes are the most that the process held in any node of the step",
            "sizes": kept,
        }
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        show(kept)


if __name__ == "__main__":
    if sys.argv[1:2] == ["at"]:
        with tempfile.TemporaryDirectory() as place:
            print(json.dumps(measured(Path(place), int(sys.argv[2]))))
    else:
        main(sys.argv[1:])
