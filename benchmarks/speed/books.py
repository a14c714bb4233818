"""Time the press on books of several sizes: a first build, and one after each kind of edit.

Each build is a process of its own with the store of the builds before it; the outputs of cells are
kept in it, as a preview keeps them, so that a build runs only the chapters whose code has changed.
"""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.press_books import MOMENT, write_book

if TYPE_CHECKING:
    from collections.abc import Iterator

    from press.build import BookBuild

SIZES = (8, 40, 150)
BY_QUARTO = 8
"""Most chapters that Quarto renders as well: it takes ten seconds for each, after any edit."""
CHAPTER = "chapters/c001.qmd"
EDITS = {
    "cold": ("", ""),
    "nothing": ("", ""),
    "a word": ("# Chapter 1 ", "# Changed chapter 1 "),
    "a cell": ("range(12)", "range(11)"),
}
"""What is replaced in the first chapter before each build, in order."""


def build(project: Path) -> BookBuild:
    """Build a book with what earlier builds of it have stored."""
    from analysis.parallel.workers import aside
    from press.build import build_book
    from report.reuse.build_cache import PressCache

    stored = project / "outputs.pickle"
    earlier = pickle.loads(stored.read_bytes()) if stored.is_file() else ()
    cache = PressCache(project / "store")
    built = build_book(project, timestamp=MOMENT, earlier=earlier, cache=cache, aside=aside)
    stored.write_bytes(pickle.dumps(built.chapters))
    return built


def timed(command: list[str], folder: Path) -> dict[str, float]:
    """Run a command; return elapsed seconds, processor seconds and peak memory in megabytes."""
    whole = [sys.executable, "-c", _MEASURED, *command]
    done = subprocess.run(whole, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


_MEASURED = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
took, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
if done.returncode:
    sys.exit(done.stdout + done.stderr)
print(json.dumps({"seconds": round(took, 2),
                  "processor_seconds": round(used.ru_utime + used.ru_stime, 2),
                  "megabytes": round(used.ru_maxrss / 1024)}))
"""
"""A process of its own for each command, since peak memory is that of all children so far."""
_BUILD = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from benchmarks.speed.books import build
build(Path("."))
"""


def books(folder: Path, sizes: tuple[int, ...] = SIZES) -> Iterator[dict[str, Any]]:
    """Build books after each kind of edit, by the press and by Quarto; yield a row for each."""
    root = str(Path(__file__).parents[2])
    own = [sys.executable, "-c", _BUILD, root]
    quarto = shutil.which("quarto")
    for size in sizes:
        ours = write_book(folder / f"book-{size}", size)
        theirs = write_book(folder / f"quarto-{size}", size) if quarto else None
        first: dict[str, float] = {}
        for name, edit in EDITS.items():
            _replace(ours, *edit)
            took = timed(own, ours)
            first = first or took
            share = round(took["processor_seconds"] / first["processor_seconds"], 4)
            row = {"build": f"{size} chapters, {name}", **took, "of_cold": share}
            yield row
            if theirs and quarto and size <= BY_QUARTO and name in ("cold", "a word"):
                _replace(theirs, *edit)
                try:
                    seen = timed([quarto, "render"], theirs)
                except SystemExit as failed:
                    print(f"Quarto stopped: {str(failed)[-1500:]}", flush=True)
                    theirs = None
                    continue
                ratio = round(seen["seconds"] / took["seconds"], 1)
                yield {"build": f"{size} chapters, {name}, quarto", **seen, "times_ours": ratio}


def _replace(project: Path, old: str, new: str) -> None:
    path = project / CHAPTER
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise SystemExit(f"{CHAPTER} does not say {old!r}: adapt the edit")
    path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8", newline="\n")
