"""Kill builds at random moments and check what remains: `python -m benchmarks.staleness.kills`.

Works on a clone of the last commit. One word is changed before each build that is killed; after
each, the previous book must be unchanged, byte for byte. At the end a build must give the same
as a build from scratch, and no files of the killed builds may be left. Writes
`data/proofs/kills.csv`.
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


def killed(project: Path, after: float) -> bool:
    """Start a build and kill its process group; return whether it was still running."""
    started = subprocess.Popen(
        BUILD, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        started.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        return True
    return False


def trial(project: Path, number: int, longest: float, draws: random.Random) -> dict[str, Any]:
    """Change a word, kill the next build and return the state of the book."""
    before = digests(project / "_book")
    with (project / "chapters" / "acknowledgements.qmd").open("a", encoding="utf-8") as file:
        file.write(f"\nThanks, for the time numbered {'x' * number}.\n")
    after = draws.uniform(0, longest)
    ran = killed(project, after)
    now = digests(project / "_book") if (project / "_book").is_dir() else {}
    stands = now == before if ran else set(now) >= {"index.html", "report.pdf"}
    return {"kill": number, "share_of_a_build": round(after / longest, 3), "killed": ran,
            "book_stands": stands}  # fmt: skip


def run(project: Path, kills: int) -> pd.DataFrame:
    """Kill builds of a project; return a row for each, and one for the final build."""
    draws = random.Random(SEED)
    build(project)
    with (project / "index.qmd").open("a", encoding="utf-8") as file:
        file.write("\nA word more.\n")
    longest = build(project)
    rows = [trial(project, number, longest, draws) for number in range(1, kills + 1)]
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
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        clone = Path(folder) / "project"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        table = run(clone, parser.parse_args().kills)
    table.to_csv(TABLE, index=False, lineterminator="\n")
    print(table.to_string(index=False))
    sys.exit(not table["book_stands"].all())
