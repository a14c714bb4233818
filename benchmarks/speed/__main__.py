"""Time a first build, and a build after each kind of edit: `python -m benchmarks.speed`.

Works on a clone of the last commit, in the system's folder for temporary files. Each line of
`benchmarks/results/report_builds.jsonl` is one build: elapsed seconds, processor seconds, the
peak memory of a process, and processor seconds as a share of the first build's. Times depend on
the machine and can only be compared within one run; the machine and its load are recorded.
The limits therefore apply to shares of the first build: the exit code is 1 if one is above its
limit. Each build is printed and written as it ends, so the run can be interrupted.

If Quarto is on PATH, a first build, one of which nothing has changed and one after a changed word
are then made by both engines, each in a clone of its own. Books of 8, 40 and 150 chapters are
built by the press, and the smallest by Quarto too; see `benchmarks.speed.books`. Except after a
part of a run, the results are drawn in `docs/speed.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.speed import books, page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).parents[2]
RESULTS = page.RESULTS
EVERY_FORMAT = "html,pdf,docx,xlsx,png"
TYPESET = "html,pdf"
"""Formats that both engines make."""
FORMATS = {"a word in HTML alone": "html"}
"""Formats of the builds that differ from `EVERY_FORMAT`."""
LIMITS = {
    "nothing": 0.01,
    "a word": 0.4,
    "another word": 0.3,
    "a word in HTML alone": 0.12,
    "a comment": 0.4,
    "a row": 0.9,
    **{f"{size} chapters, {name}": 0.6 for size in books.SIZES for name in ("nothing", "a word")},
}
"""Maximum share of the first build's processor seconds, by kind of edit."""
FASTER = 1.0
"""Least multiple of our seconds that Quarto takes."""
STEEPEST = 1.5
"""Most seconds of a chapter of the largest book, as a multiple of one of the book before."""
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
COMPARED = ("nothing", "a word")
"""Builds after the first that both engines make."""
ENGINES = ("embedded", "quarto")


def edit(project: Path, edits: tuple[tuple[str, str, str], ...]) -> None:
    """Replace texts in files of a project."""
    for name, old, new in edits:
        path = project / name
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise SystemExit(f"{name} does not say {old!r}: adapt the edit")
        path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def timed(project: Path, formats: str = EVERY_FORMAT, engine: str = "embedded") -> dict[str, float]:
    """Build once; return elapsed seconds, processor seconds and peak memory in megabytes."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "report", "build", "--engine", engine, "--to", formats],
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


def run(project: Path, asked: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Build after each kind of edit and yield a row for each build."""
    first = timed(project)
    yield {"build": "cold", **first, "of_cold": 1.0}
    for name in asked:
        edit(project, EDITS[name])
        took = timed(project, FORMATS.get(name, EVERY_FORMAT))
        yield {"build": name, **took, "of_cold": _share(took, first)}


def compare(clones: Path) -> Iterator[dict[str, Any]]:
    """Make the same builds with each engine, and yield rows with Quarto's as a multiple of ours."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for engine in ENGINES:
        project = clone(clones / engine)
        for name in ("cold", *COMPARED):
            edit(project, EDITS.get(name, ()))
            took = found[engine, name] = timed(project, TYPESET, engine)
            row: dict[str, Any] = {"build": f"{name}, {engine}", **took}
            row["of_cold"] = _share(took, found[engine, "cold"])
            ours = found[ENGINES[0], name]
            yield {**row, "times_ours": round(took["seconds"] / ours["seconds"], 1)}


def _share(took: Mapping[str, float], first: Mapping[str, float]) -> float:
    return round(took["processor_seconds"] / first["processor_seconds"], 4)


def clone(target: Path) -> Path:
    """Clone the last commit of this project into a folder, and return it."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(target)], check=True)
    return target


def beyond(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a message for each build above its limit."""
    out = []
    cold: dict[int, float] = {}
    for row in rows:
        name, limit = row["build"], LIMITS.get(row["build"], 1)
        if row.get("of_cold", 0) > limit:
            out.append(f"{name}: {row['of_cold']} of a first build, and {limit} at most")
        if row.get("times_ours", FASTER) < FASTER:
            out.append(f"{name}: {row['times_ours']} times ours, and {FASTER} at least")
        if name.endswith(" chapters, cold"):
            size = int(name.split()[0])
            cold[size] = row["processor_seconds"] / size
    for smaller, larger in pairwise(sorted(cold)[1:]):
        if cold[larger] > STEEPEST * cold[smaller]:
            out.append(f"a chapter of {larger} takes {cold[larger] / cold[smaller]:.1f} times one "
                       f"of {smaller}, and {STEEPEST} at most")  # fmt: skip
    return out


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
    parser.add_argument("--books", type=int, nargs="*", default=books.SIZES, help="chapters")
    asked = parser.parse_args()
    chosen = tuple(asked.edits.split(","))
    RESULTS.parent.mkdir(exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory(prefix="speed-") as folder:
        builds = run(clone(Path(folder) / "project"), chosen)
        if shutil.which("quarto"):
            builds = chain(builds, compare(Path(folder)))
        else:
            print("there is no quarto on PATH: engines are not compared", flush=True)
        builds = chain(builds, books.books(Path(folder), tuple(asked.books)))
        try:
            for row in builds:
                rows.append({**row, **machine()})
                print(rows[-1], flush=True)
                lines = "".join(f"{json.dumps(each)}\n" for each in rows)
                RESULTS.write_text(lines, encoding="utf-8", newline="\n")
        except KeyboardInterrupt:
            sys.exit(f"interrupted; the builds so far are in {RESULTS}")
    if chosen == tuple(EDITS) and tuple(asked.books) == books.SIZES:
        page.PAGE.write_text(page.drawn(rows), encoding="utf-8", newline="\n")
    slow = beyond(rows)
    print("\n".join(slow))
    sys.exit(bool(slow))
