"""Measure events to panel by engine and size: `python -m benchmarks.growth.events [ENGINE...]`.

The children of the stand-in and their events are repeated under other identifiers in the same
schools, so that only what grows with events is measured: reading, the contracts, the panel. Each
engine and size runs in a process of its own; Spark runs on this machine with one task at a time.
The results go to `benchmarks/results/events.json`; those not measured again are kept.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.environment import VARIABLES
from benchmarks.growth.costs import peak
from benchmarks.models import machine

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "events.json"
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
ENGINES = ("pandas", "duckdb", "spark")
MOST_ON_SPARK = 1_000_000
"""Largest size for Spark, which shares this machine's two cores with the program."""
CLUSTER = {"spark": "local[1]"}


def repeat(folder: Path, events: int) -> int:
    """Write an extract with about so many events, and return how many."""
    source = ROOT / "data" / "synthetic"
    tables = {path.stem: pd.read_csv(path, dtype="str", keep_default_na=False)
              for path in source.glob("*.csv") if path.stem != "control_totals"}  # fmt: skip
    copies = max(1, round(events / len(tables["child_events"])))
    width = len(tables["children"])
    numbers = {"children": "child_id", "child_events": "event_id"}
    order = pd.Series(np.arange(width), tables["children"]["child_id"])
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        if name not in numbers:
            table.to_csv(path, index=False, lineterminator="\n")
            continue
        child = table["child_id"].map(order).to_numpy()
        for copy in range(copies):
            made = table.copy()
            if copy:  # the first keeps its identifiers, to which care episodes refer
                made["child_id"] = _named("C", child + copy * width)
            if copy and name == "child_events":
                made["event_id"] = _named("E", np.arange(len(table)) + copy * len(table))
            made.to_csv(path, mode="a", header=copy == 0, index=False, lineterminator="\n")
    return copies * len(tables["child_events"])


def _named(letter: str, numbers: np.ndarray) -> np.ndarray:
    return np.array([f"{letter}{number:08d}" for number in numbers.tolist()], dtype=object)


def measured(folder: Path, engine: str, events: int) -> dict[str, Any]:
    """Return processor seconds and peak memory of each step."""
    from analysis.contracts import read_contracts, validate_extract
    from analysis.dataflow.data import _accepted
    from analysis.extract.extract import read_extract
    from analysis.extract.panel import outcome_panel
    from analysis.scale.large_table import readers
    from analysis.study.scale import Scale
    from analysis.study.settings import read_study

    row: dict[str, Any] = {"engine": engine, "events": repeat(folder, events)}
    contracts = read_contracts(ROOT / "data_contracts")
    scale = Scale(engine, CLUSTER.get(engine, ""), memory_gb=1.0)
    sent = _step(row, "read", lambda: read_extract(folder, contracts, large=readers(scale)))
    found = _step(
        row, "contracts", lambda: validate_extract(sent, contracts, ROOT / "data_contracts")
    )
    study = read_study(ROOT / "study.toml")

    def panel() -> pd.DataFrame:
        names = ("schools", "school_months", "child_events", "care_episodes")
        tables = [_accepted(sent.tables[name], contracts[name]) for name in names]
        return outcome_panel(*tables, study.pilots, study.outcomes, study.window)

    made = _step(row, "types and panel", panel)
    rules = [each for each in found.results if each.dataset == "child_events"]
    return row | {
        "events counted": int(made.loc[made["outcome"] != "days_in_care", "events"].sum()),
        "rules on events": len(rules),
        "broken": sorted(each.rule for each in rules if each.outcome in ("warn", "fail")),
    }


def _step(row: dict[str, Any], name: str, work: Callable[[], Any]) -> Any:
    switch = Path("/proc/self/clear_refs")
    if switch.exists():
        switch.write_text("5", encoding="ascii")
    before, started = _processor(), time.monotonic()
    value = work()
    row[name] = {
        "processor_seconds": round(_processor() - before, 1),
        "seconds": round(time.monotonic() - started, 1),
        "gigabytes": round(peak(), 2),
    }
    return value


def _processor() -> float:
    """Return the processor seconds of this process and of Spark's."""
    spent = time.process_time()
    try:
        import psutil
    except ImportError:
        return spent
    for child in psutil.Process().children(recursive=True):
        times = child.cpu_times()
        spent += times.user + times.system
    return spent


def main(asked: list[str]) -> None:
    """Measure sizes one after another and store the results."""
    kept = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"] if RESULTS.exists() else []
    for engine in asked or ENGINES:
        for size in SIZES:
            if engine == "spark" and size > MOST_ON_SPARK:
                continue
            run = [sys.executable, "-m", "benchmarks.growth.events", "at", engine, str(size)]
            done = subprocess.run(
                run, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT,
                env=os.environ | VARIABLES,
            )  # fmt: skip
            row = json.loads(done.stdout.splitlines()[-1])
            print(row, flush=True)
            same = (row["engine"], row["events"])
            kept = [each for each in kept if (each["engine"], each["events"]) != same] + [row]
            found = {
                "machine": machine(),
                "note": "processor_seconds are the program's and Spark's own, seconds are wall "
                "clock; gigabytes are the peak memory of the program, without Spark's; "
                "memory_gb = 1.0",
                "rows": kept,
            }
            RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["at"]:
        with tempfile.TemporaryDirectory() as place:
            print(json.dumps(measured(Path(place), sys.argv[2], int(sys.argv[3]))))
    else:
        main(sys.argv[1:])
