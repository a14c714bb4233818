"""Time a first build, and a build after each kind of edit: `python -m benchmarks.speed`.

Works on a clone of the last commit, in the system's folder for temporary files. Each line of
`benchmarks/results/report_builds.jsonl` is one build: elapsed seconds, processor seconds, the
peak memory of a process, and processor seconds as a share of the first build's. Times depend on
the machine and can only be compared within one run; the machine and its load are recorded.
The limits therefore apply to shares of the first build: the exit code is 1 if one is above its
limit.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "report_builds.jsonl"
BUILD = ("build", "--engine", "embedded")
EVERY_FORMAT = "html,pdf,docx,xlsx,png"
FORMATS = {"a word in HTML alone": "html"}
"""Formats of the builds that differ from `EVERY_FORMAT`."""
LIMITS = {
    "nothing": 0.01,
    "a word": 0.4,
    "another word": 0.3,
    "a word in HTML alone": 0.12,
    "a comment": 0.4,
    "a row": 0.9,
}
"""Maximum share of the first build's processor seconds, by kind of edit."""
_LEVERAGE = "analysis/models/checks/leverage.py"
EDITS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "nothing": (),
    "a word": (("chapters/methods.qmd", "Days in care count", "Days spent in care count"),),
    "another word": (("chapters/methods.qmd", "Days spent in care", "The days spent in care"),),
    "a word in HTML alone": (
        ("chapters/methods.qmd", "The days spent in care", "All the days spent in care"),
    ),
    "a comment": ((_LEVERAGE, "CASE_STUDY =", "# A bound.\nCASE_STUDY ="),),
    "a cell": (("chapters/methods-detail.qmd", "school_flow\n", "school_flow  # shown\n"),),
    "a constant": ((_LEVERAGE, "CASE_STUDY = 0.3", "CASE_STUDY = 0.31"),),
    "a row": (
        ("data/synthetic/school_months.csv", "S001,2017-06,862", "S001,2017-06,863"),
        ("data/synthetic/school_months.csv", "S001,2017-07,862", "S001,2017-07,861"),
    ),
}  # fmt: skip
"""Edits made before each build after the first, cumulatively."""


def edit(project: Path, edits: tuple[tuple[str, str, str], ...]) -> None:
    """Replace texts in files of a project."""
    for name, old, new in edits:
        path = project / name
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise SystemExit(f"{name} does not say {old!r}: adapt the edit")
        path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def timed(project: Path, formats: str = EVERY_FORMAT) -> dict[str, float]:
    """Build once; return elapsed seconds, processor seconds and peak memory in megabytes."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "report", *BUILD, "--to", formats],
        cwd=project, capture_output=True, check=False,
    )  # fmt: skip
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit((done.stdout + done.stderr).decode())
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": round(took, 2),
        "processor_seconds": round(used, 2),
        "megabytes": round(after.ru_maxrss / 1024),
    }


def run(project: Path, asked: tuple[str, ...]) -> list[dict[str, Any]]:
    """Build after each kind of edit and return a row for each build."""
    rows: list[dict[str, Any]] = [{"build": "cold", **timed(project)}]
    for name in asked:
        edit(project, EDITS[name])
        rows.append({"build": name, **timed(project, FORMATS.get(name, EVERY_FORMAT))})
        print(rows[-1], flush=True)
    first = rows[0]["processor_seconds"]
    return [{**row, "of_cold": round(row["processor_seconds"] / first, 4)} for row in rows]


def beyond(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a message for each build above its limit."""
    return [
        f"{row['build']}: {row['of_cold']} of a first build, and {LIMITS[row['build']]} at most"
        for row in rows
        if row["of_cold"] > LIMITS.get(row["build"], 1)
    ]


def machine() -> dict[str, Any]:
    """Return the facts that times depend on: processors, system, Python, load and commit."""
    return {
        "processors": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
        "commit": subprocess.run(
            ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"],
            capture_output=True, text=True, check=False,
        ).stdout.strip(),
    }  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", default=",".join(EDITS), help="kinds of edit, in order")
    chosen = tuple(parser.parse_args().edits.split(","))
    with tempfile.TemporaryDirectory(prefix="speed-") as folder:
        clone = Path(folder) / "project"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        rows = run(clone, chosen)
    RESULTS.parent.mkdir(exist_ok=True)
    lines = [json.dumps({**row, **machine()}) for row in rows]
    RESULTS.write_text("\n".join([*lines, ""]), encoding="utf-8", newline="\n")
    slow = beyond(rows)
    print("\n".join([*lines, *slow]))
    sys.exit(bool(slow))
