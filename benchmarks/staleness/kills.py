"""Kill builds at random moments and check what remains: `python -m benchmarks.staleness.kills`.

Works on a clone of the last commit. One word is changed before each build that is killed; after
each, the previous book must be unchanged, byte for byte, or the new one complete. At the end a
build must give the same as a build from scratch, and no files of the killed builds may be left.
Writes `data/proofs/kills.csv`; after Ctrl-C the rows so far remain in `.report/partial/kills.csv`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.staleness.partly import Rows, interruptible

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "data" / "proofs" / "kills.csv"
SEED = 20211
FORMATS = "html,pdf,docx,xlsx,png"
BUILD = (sys.executable, "-m", "report", "build", "--engine", "embedded", "--to", FORMATS)


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file in a folder and its subfolders."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def build(project: Path) -> float:
    """Run a complete build and return its duration in seconds."""
    began = time.monotonic()
    done = subprocess.run(BUILD, cwd=project, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit((done.stdout + done.stderr).decode())
    return time.monotonic() - began


def killed(project: Path, after: float) -> float | None:
    """Start a build and kill its process group; return its duration if it ended first."""
    began = time.monotonic()
    started = subprocess.Popen(
        BUILD, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        started.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        return None
    return time.monotonic() - began


def trial(
    project: Path, number: int, longest: float, draws: random.Random
) -> tuple[dict[str, Any], float]:
    """Change a word, kill the next build and return the state of the book.

    Returns
    -------
    row : dict
        Whether the build was killed, and whether the book is the previous one or complete.
    longest : float
        Expected seconds of the next build: updated if this one ended before it was killed.
    """
    before = digests(project / "_book")
    with (project / "chapters" / "acknowledgements.qmd").open("a", encoding="utf-8") as file:
        file.write(f"\nThanks, once{' more' * number}.\n")
    after = draws.uniform(0, longest)
    took = killed(project, after)
    now = digests(project / "_book") if (project / "_book").is_dir() else {}
    stands = now == before
    if not stands:  # it ended, or was killed after it had replaced the previous book
        build(project)
        stands = now == digests(project / "_book")
    row = {"kill": number, "share_of_a_build": round(after / longest, 3),
           "killed": took is None, "book_stands": stands}  # fmt: skip
    return row, took or longest


def run(project: Path, kills: int) -> pd.DataFrame:
    """Kill builds of a project; return a row for each, and one for the final build.

    A build that ends before it is killed does not count, and another one is tried.
    """
    draws = random.Random(SEED)
    print("a first build", flush=True)
    build(project)
    for word in ("A word", "Another word"):  # the first after a commit takes longer
        with (project / "index.qmd").open("a", encoding="utf-8") as file:
            file.write(f"\n{word} more.\n")
        longest = build(project)
    rows = Rows(TABLE, kills)
    while len(rows) < kills:
        row, longest = trial(project, len(rows) + 1, longest, draws)
        if row["killed"]:
            rows.add(row)
        elif not row["book_stands"]:
            raise SystemExit(f"a build that was not killed left no whole book: {row}")
        else:
            print(f"ended before it was killed, and does not count: {row}", flush=True)
    build(project)
    found = digests(project / "_book")
    for name in ("_book", "_exhibits", ".report"):
        shutil.rmtree(project / name)
    build(project)
    left = [path.name for path in project.glob("._book-*")]
    right = found == digests(project / "_book") and not left
    return pd.DataFrame([*rows, {"kill": 0, "share_of_a_build": 1.0, "killed": False,
                                 "book_stands": right}])  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    asked = parser.parse_args()
    with interruptible(TABLE), tempfile.TemporaryDirectory(prefix="kills-") as folder:
        clone = Path(folder) / "project"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        table = run(clone, asked.kills)
    table.to_csv(TABLE, index=False, lineterminator="\n")
    print(table.to_string(index=False))
    sys.exit(not table["book_stands"].all())
