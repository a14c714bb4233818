"""Measure what ledger and seal add to a build, and how quickly `trace` and `verify` answer.

    python -m benchmarks.audit                 # prints JSON; the limits are from issue 7

Builds the report once in a clone, reusing nothing. Each step of the audit trail is timed within
that build, in elapsed seconds and in processor seconds of this process and its children, which a
busy machine inflates less. Audit pages are reported separately, as they are not part of ledger and
seal. Commands are timed including the start of Python, as a user would wait; the best of several.

`results/audit.json` contains one run, on two shared cores under load, from when the text of the
PDF was still read twice.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf

from report import finish as finishing
from report.commands import build as building

ROOT = Path(__file__).resolve().parents[1]
STEPS = {
    "records": (building, "make_ledger"),
    "released data": (building, "write_data"),
    "text of the PDF": (finishing, "tag_row_headings"),
    "numbers of the PDF": (finishing, "coverage"),
    "agreement with the ledger": (finishing, "refuse_other_numbers"),
    "places in the book": (finishing, "ledger_with_locations"),
    "released data laid beside": (finishing, "copy_data"),
    "RO-Crate": (finishing, "crate_metadata"),
    "seal": (finishing, "seal_report"),
}
PAGES = {"audit pages": (finishing, "write_audit_pages"), "anchors": (finishing, "mark_pages")}
COMMANDS = {
    "trace": (["trace", "F2"], 1.0),
    "trace backwards": (["trace", "data:schools.csv#pupils"], 1.0),
    "verify": (["verify", "_book/report.pdf"], 3.0),
}
SHARE = 0.10


def processor() -> float:
    """Return the processor seconds used so far by this process and its children."""
    return sum(os.times()[:4])


@contextlib.contextmanager
def timed(steps: dict[str, tuple[Any, str]]) -> Iterator[dict[str, list[float]]]:
    """Time the calls of functions within a block, in elapsed and processor seconds."""
    spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    kept = {name: getattr(module, function) for name, (module, function) in steps.items()}

    def timing(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            start, began = time.perf_counter(), processor()
            try:
                return function(*given, **named)
            finally:
                spent[name][0] += time.perf_counter() - start
                spent[name][1] += processor() - began

        return call

    for name, (module, function) in steps.items():
        setattr(module, function, timing(name, kept[name]))
    try:
        yield spent
    finally:
        for name, (module, function) in steps.items():
            setattr(module, function, kept[name])


def measured_build(clone: Path) -> dict[str, Any]:
    """Build the report once and return the time that its audit trail took."""
    os.chdir(clone)
    with timed({**STEPS, **PAGES, "whole": (building, "build")}) as spent:
        building.build()
    whole = spent.pop("whole")
    parts = [spent[name] for name in STEPS]
    return {
        "seconds": {name: round(each[0], 2) for name, each in spent.items()},
        "processor seconds": {name: round(each[1], 2) for name, each in spent.items()},
        "whole build, seconds": round(whole[0], 1),
        "whole build, processor seconds": round(whole[1], 1),
        "ledger and seal, share of seconds": round(sum(p[0] for p in parts) / whole[0], 3),
        "ledger and seal, share of processor seconds": round(
            sum(p[1] for p in parts) / whole[1], 3
        ),
        "limit": SHARE,
    }


def measured_commands(clone: Path, repeat: int) -> dict[str, Any]:
    """Return the shortest time of each command in seconds, including the start of Python."""
    found = {}
    for name, (arguments, limit) in COMMANDS.items():
        seconds = []
        for _ in range(repeat):
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "report", *arguments], cwd=clone, capture_output=True,
                check=False,
            )  # fmt: skip
            seconds.append(time.perf_counter() - start)
            if done.returncode != 0:
                raise SystemExit(done.stderr.decode())
        found[name] = {"seconds": round(min(seconds), 2), "limit": limit}
    with pikepdf.open(clone / "_book" / "report.pdf") as pdf:
        found["verify"]["pages"] = len(pdf.pages)
    return found


def main() -> None:
    """Measure and print the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--repeat", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="audit-benchmark-") as place:
        clone = Path(place) / "clone"
        subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
        with contextlib.redirect_stdout(sys.stderr):
            build = measured_build(clone)
        commands = measured_commands(clone, chosen.repeat)
        os.chdir(ROOT)
    machine = {
        "processor": platform.processor() or platform.machine(), "cores": os.cpu_count(),
        "load at the end": round(os.getloadavg()[0], 1), "system": platform.system(),
        "python": platform.python_version(),
    }  # fmt: skip
    print(json.dumps({"machine": machine, "build": build, "commands": commands}, indent=1))


if __name__ == "__main__":
    main()
