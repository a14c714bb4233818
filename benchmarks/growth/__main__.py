"""Measure the cost of each step at increasing sizes: `python -m benchmarks.growth [SCHOOLS...]`.

Each size runs in a separate process, which computes every exhibit of the report from the files of
an extract with 333 events per school. Default sizes are 74, 300 and 3,000 schools in both arms;
30,000 takes an hour or more and 8 GB of disk. `--engine duckdb` leaves the events on disk, and
`--minutes N` ends each size after so long with what it has reached. The results go to
`benchmarks/results/growth.json` with a description of the machine, and from there to
`docs/growth.md`; those of sizes not measured again are kept.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.environment import VARIABLES
from analysis.study.scale import Scale
from benchmarks.growth.costs import costs
from benchmarks.growth.larger import larger_contracts, larger_extract, larger_study, write
from benchmarks.growth.page import REST, STEPS, WHOLE, slope, write_page
from benchmarks.models import machine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.growth.costs import Cost

    Row = dict[str, Any]

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "growth.json"
PAGE = ROOT / "docs" / "growth.md"
SIZES = (74, 300, 3_000)
MEMORY_GB = 1.0
"""Memory that DuckDB may use."""
SLOWEST = 5
"""Number of other nodes that are listed."""


class OutOfTime(BaseException):
    """The time for one size is over; not an error of the node that was being computed."""


def measured(folder: Path, schools: int, engine: str, minutes: int) -> Row:
    """Compute the exhibits at one size, the steps first, and return the cost of each step.

    Parameters
    ----------
    folder
        Folder for the extract.
    schools
        Number of schools.
    engine
        Engine of the events, as in `study.toml`.
    minutes
        Minutes after which what has been reached is returned; 0 for no limit.
    """
    from analysis.dataflow import graph

    held = Scale(engine) if engine == "pandas" else Scale(engine, memory_gb=MEMORY_GB)
    study = replace(larger_study(ROOT, schools), scale=held)
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

    def end(*_: object) -> None:
        raise OutOfTime

    signal.signal(signal.SIGALRM, end)
    signal.alarm(60 * minutes)
    reached = ""
    computed = 0
    first = [node for nodes in STEPS.values() for node in nodes]
    try:
        computed = len(costs(inputs, [*first, *names], report, first).keys() & set(names))
    except OutOfTime:
        reached = f"ended after {minutes} minutes by the clock"
        computed = len({cost.node for cost in seen if not cost.error} & set(names))
    signal.alarm(0)
    steps = by_step(seen)
    if reached:
        met = {cost.node for cost in seen}
        steps = {step: row for step, row in steps.items() if met.issuperset(STEPS.get(step, "-"))}
    row = {**size, "engine": engine, "exhibits": f"{computed} of {len(names)}", "steps": steps,
           "slowest of the rest": slowest(seen)}  # fmt: skip
    return row | ({"ended": reached} if reached else {})


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


def show(sizes: list[Row]) -> None:
    """Print the seconds and memory of each step by size, and its slope."""
    ordered = sorted(sizes, key=lambda row: row["schools"])
    print(f"{'seconds (GB)':26}", *(f"{row['schools']:>16,}" for row in ordered), "  slope")
    for step in (*STEPS, REST, WHOLE):
        cells = [row["steps"].get(step, {"seconds": 0, "gigabytes": 0}) for row in ordered]
        texts = [f"{cell['seconds']:.1f} ({cell['gigabytes']:.1f})" for cell in cells]
        found = slope(ordered, step)
        power = "" if found is None else f"{found:7.2f}"
        print(f"{step:26}", *(f"{text:>16}" for text in texts), power)


def main(asked: argparse.Namespace) -> None:
    """Measure sizes one after another, store the results and write the page on them."""
    for schools in asked.schools or SIZES:
        run = [sys.executable, "-m", "benchmarks.growth", str(schools), "--here",
               "--engine", asked.engine, "--minutes", str(asked.minutes)]  # fmt: skip
        done = subprocess.run(
            run, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | VARIABLES
        )
        row = json.loads(done.stdout.splitlines()[-1])
        kept = json.loads(RESULTS.read_text(encoding="utf-8"))["sizes"] if RESULTS.exists() else []
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
    write_page(json.loads(RESULTS.read_text(encoding="utf-8")), PAGE)


def arguments() -> argparse.Namespace:
    """Return the arguments of the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth")
    parser.add_argument("schools", nargs="*", type=int)
    parser.add_argument("--engine", default="pandas", choices=("pandas", "duckdb"))
    parser.add_argument("--minutes", type=int, default=0)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--page", action="store_true", help="only write docs/growth.md again")
    return parser.parse_args()


if __name__ == "__main__":
    given = arguments()
    if given.here:
        with tempfile.TemporaryDirectory() as place:
            print(json.dumps(measured(Path(place), *given.schools, given.engine, given.minutes)))
    elif given.page:
        write_page(json.loads(RESULTS.read_text(encoding="utf-8")), PAGE)
    else:
        main(given)
