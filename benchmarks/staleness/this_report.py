"""Edit this report and look for stale files: `python -m benchmarks.staleness.this_report`.

Works on a clone of the last commit. Each edit is built with the store filled by all earlier builds
and is kept, unless the build rejects it, in which case it is reverted. After every `--check` edits
the same sources are built from scratch, and every file of both books must be the same. Anything
that an edit leaves stale is found at the next check, since it is not rebuilt in between unless
something else that it rests on changes; `--check 1` compares after each edit. With `--together`,
several edits are built at once, and one by one if the build rejects them. Writes
`data/proofs/report_staleness.csv`: for each kind, the number of edits, how many were rejected, how
many files were stale, and its build's processor seconds as a share of a first build's. After Ctrl-C
the rows so far remain in `.report/partial/report_staleness.csv`.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from benchmarks.staleness.kills import BUILD, ROOT, digests
from benchmarks.staleness.partly import Rows, interruptible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TABLE = ROOT / "data" / "proofs" / "report_staleness.csv"
WORKED_OUT = ("_book", "_exhibits", ".report")
MODELS = "analysis/models"
REPLACED = {
    "caption": ("chapters/design-checks.qmd", 'fig-cap: "', 'fig-cap: "Once more: '),
    "option": ("chapters/methods.qmd", "#| label: setup", "#| label: set-up"),
    "cell": ("chapters/methods-detail.qmd", "tables.school_flow", "tables.school_flow  # shown"),
    "constant": ("analysis/models/checks/leverage.py", "CASE_STUDY = 0.3", "CASE_STUDY = 0.31"),
    # The sum stays, or the control totals would refuse the file.
    "row": (
        "data/synthetic/school_months.csv",
        "S001,2017-06,862,yes\nS001,2017-07,862",
        "S001,2017-06,863,yes\nS001,2017-07,861",
    ),
    "key of the project": ("_quarto.yml", "lang: en-GB", "lang: en"),
    "paper": ("_extensions/evaluation/_extension.yml", "a4", "a5"),
    "bibliography": ("references.bib", "in three local", "in these three local"),
}
"""Edits that replace one text with another, by kind."""
APPENDED = {
    "literals": ("literals.toml", "\n# A comment.\n"),
    "settings": ("study.toml", "\n# A comment.\n"),
    "filter": ("_extensions/evaluation/evaluation.lua", "\n-- A comment.\n"),
    "template": ("_extensions/evaluation/typst-template.typ", "\n// A comment.\n"),
    "style": ("_extensions/evaluation/evaluation.css", "\n.other { color: inherit; }\n"),
    "published": ("data/published/findings.csv", "\n"),
    "file beside": ("notes.txt", "Nobody reads it.\n"),
    "file beside the data": ("data/synthetic/.DS_Store", "Nobody reads it.\n"),
}
VARIABLES = {
    "moment": ("SOURCE_DATE_EPOCH", "1700000000"),
    "time zone": ("TZ", "Asia/Tokyo"),
    "locale": ("LC_ALL", "C"),
    "hash seed": ("PYTHONHASHSEED", "7"),
    "another variable": ("NOBODY_READS", "it"),
}


@dataclass(frozen=True)
class Edit:
    """An edit of a file, or an environment variable to set."""

    kind: str
    place: str
    change: Callable[[bytes], bytes] | None = None
    value: str = ""

    def make(self, folder: Path) -> Callable[[], None]:
        """Edit a file of a project and return a function that reverts the edit."""
        path = folder / self.place
        old = path.read_bytes() if path.is_file() else None
        if self.change is not None:
            path.write_bytes(self.change(old or b""))

        def back() -> None:
            if self.change is not None:
                path.unlink() if old is None else path.write_bytes(old)

        return back


def edits(project: Path) -> Iterator[Edit]:
    """Yield every edit of a project, the cheapest to rebuild first."""

    def named(pattern: str, step: int = 1) -> list[str]:
        return [path.relative_to(project).as_posix() for path in sorted(project.glob(pattern))][
            ::step
        ]

    for name in named("chapters/*.qmd"):
        yield Edit("word", name, _with("\nA word more.\n"))
    for kind, (name, text) in APPENDED.items():
        yield Edit(kind, name, _with(text))
    for kind, (name, value) in VARIABLES.items():
        yield Edit(kind, name, value=value)
    for name in named(f"{MODELS}/*/*.py", 8):
        yield Edit("comment", name, _with("\n# A comment.\n"))
    for name in named("data_contracts/*.yaml", 3):
        yield Edit("contract", name, _with("\n# A comment.\n"))
    for kind, (name, old, new) in REPLACED.items():
        yield Edit(kind, name, partial(_replaced, name, old.encode(), new.encode()))
    for name in named("data/synthetic/*.csv"):
        yield Edit("byte", name, _with_another_digit)


def _with(text: str) -> Callable[[bytes], bytes]:
    return lambda data: data + text.encode()


def _replaced(name: str, old: bytes, new: bytes, data: bytes) -> bytes:
    if old not in data:
        raise SystemExit(f"{name} does not say {old.decode()!r}: adapt the edit")
    return data.replace(old, new, 1)


def _with_another_digit(data: bytes) -> bytes:
    """Change the last digit in a file."""
    at = max(data.rfind(b"%d" % digit) for digit in range(10))
    return data[:at] + (b"8" if data[at : at + 1] == b"7" else b"7") + data[at + 1 :]


class Project:
    """A clone to be edited, with its stored results."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.variables: dict[str, str] = {}

    def build(self) -> tuple[int, float]:
        """Build, and return the exit code and processor seconds."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        environment = {**os.environ, **self.variables}
        done = subprocess.run(
            BUILD, cwd=self.folder, env=environment, capture_output=True, check=False
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return done.returncode, used

    def try_edits(self, edits: Sequence[Edit]) -> list[tuple[Edit, bool, float]]:
        """Make edits and build; return for each if it was rejected, and so reverted, and seconds.

        If edits are rejected together, each is tried alone.
        """
        variables, back = dict(self.variables), []
        for edit in edits:
            back.append(edit.make(self.folder))
            if edit.change is None:
                self.variables[edit.place] = edit.value
        code, used = self.build()
        if not code:
            return [(edit, False, used) for edit in edits]
        self.variables = variables
        for revert in reversed(back):
            revert()
        if len(edits) == 1:
            return [(edits[0], True, used)]
        return [tried for edit in edits for tried in self.try_edits([edit])]

    def stale(self) -> list[str]:
        """Return the files of the book that differ from a build from scratch."""
        self.build()  # in case the last edit was reverted
        found = digests(self.folder / "_book")
        kept = self.folder.with_name("kept")
        kept.mkdir()
        for name in WORKED_OUT:
            (self.folder / name).rename(kept / name)
        self.build()
        fresh = digests(self.folder / "_book")
        for name in WORKED_OUT:
            shutil.rmtree(self.folder / name)
            (kept / name).rename(self.folder / name)
        kept.rmdir()
        every = found.keys() | fresh.keys()
        return sorted(name for name in every if found.get(name) != fresh.get(name))


def run(project: Project, wanted: int, check: int, together: int = 1) -> pd.DataFrame:
    """Return a row for each edit."""
    print("a first build", flush=True)
    _, first = project.build()
    every = list(edits(project.folder))[:wanted]
    rows = Rows(TABLE, len(every))
    for start in range(0, len(every), together):
        tried = project.try_edits(every[start : start + together])
        done = start + len(tried)
        due = done // check > start // check or done == len(every)
        names = project.stale() if due else []
        for each, refused, used in tried:
            last = each is tried[-1][0]
            rows.add({"kind": each.kind, "place": each.place, "edits": 1, "refused": int(refused),
                      "stale_files": len(names) if last else 0,
                      "of_first": used / first})  # fmt: skip
        for name in names:
            print("STALE", tried[-1][0].kind, tried[-1][0].place, name, flush=True)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=60)
    parser.add_argument("--check", type=int, default=10, help="edits between builds from nothing")
    parser.add_argument("--together", type=int, default=1, help="edits before each build")
    asked = parser.parse_args()
    prefix = "report-staleness-"
    with interruptible(TABLE), tempfile.TemporaryDirectory(prefix=prefix) as folder:
        clone = Path(folder) / "project"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        table = run(Project(clone), asked.edits, asked.check, asked.together)
    columns = {"edits": "sum", "refused": "sum", "stale_files": "sum", "of_first": "mean"}
    by_kind = table.groupby("kind", sort=False).agg(columns).round(3).reset_index()
    by_kind.to_csv(TABLE, index=False, lineterminator="\n")
    print(by_kind.to_string(index=False))
    sys.exit(bool(table["stale_files"].any()))
