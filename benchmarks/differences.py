"""Test whether `report diff` finds the cause of a change: `python -m benchmarks.differences`.

Changes one row of data, one line of a model and one setting in a clone, first separately and then
together, and writes the causes that `report diff` gives for the exhibits that changed.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from analysis.contracts import read_contracts
from analysis.contracts.totals.file import FILE, control_totals_text
from analysis.extract.extract import read_extract
from analysis.study.settings import read_study
from report.commands.synthesise import confirmed_on

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "data" / "proofs" / "differences.csv"
TOGETHER = "all three"


@dataclass(frozen=True)
class Edit:
    """One change to one file.

    Attributes
    ----------
    cause
        The cause that `report diff` must give.
    file, old, new
        The file, and the text in it before and after.
    exhibit
        An exhibit that must change.
    """

    cause: str
    file: str
    old: str
    new: str
    exhibit: str


EDITS = (
    Edit(
        "data",
        "data/synthetic/activity_log.csv",
        "S020,2019-05-01,early help,early help,0.75",
        "S020,2019-05-01,early help,early help,7.5",
        "hours_logged",
    ),
    Edit(
        "code",
        "analysis/practice/evidence.py",
        "kappa = (agreed - chance) / (1 - chance)",
        "kappa = agreed / (1 + chance)",
        "coders_kappa",
    ),
    Edit("settings", "study.toml", "threshold = 6", "threshold = 8", "fieldwork_table"),
)


class NotAttributed(Exception):
    """`report diff` gave an exhibit the wrong cause."""


def main() -> int:
    """Make the changes, write the table and return 0."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        _git(ROOT, "clone", "-q", str(ROOT), str(clone))
        for name, edits in [*((edit.cause, (edit,)) for edit in EDITS), (TOGETHER, EDITS)]:
            _git(clone, "checkout", "-q", "--detach", "origin/HEAD")
            for edit in edits:
                _apply(clone, edit)
            _git(clone, *IDENTITY, "commit", "-q", "-a", "-m", name)
            found = _diff(clone)
            _check(found, edits)
            counts = Counter(" and ".join(change["causes"]) for change in found["changes"])
            rows += [(name, cause, count) for cause, count in sorted(counts.items())]
            print(f"{name}: {dict(counts)}", file=sys.stderr)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("changed", "cause_given", "exhibits"))
        writer.writerows(rows)
    return 0


IDENTITY = ("-c", "user.name=proof", "-c", "user.email=proof@example.org")


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True)


def _apply(clone: Path, edit: Edit) -> None:
    file = clone / edit.file
    text = file.read_text(encoding="utf-8")
    if text.count(edit.old) != 1:
        raise NotAttributed(f"{edit.file} has {edit.old!r} {text.count(edit.old)} times, not once")
    file.write_text(text.replace(edit.old, edit.new), encoding="utf-8", newline="")
    if edit.cause == "data":
        _confirm(clone, file.parent)


def _confirm(clone: Path, extract: Path) -> None:
    """Update the control totals of an extract, which would otherwise be rejected."""
    contracts = read_contracts(clone / "data_contracts")
    tables = read_extract(extract, contracts).tables
    text = control_totals_text(tables, contracts, confirmed_on(read_study(clone / "study.toml")))
    (extract / FILE).write_text(text, encoding="utf-8", newline="\n")


def _diff(clone: Path) -> dict:
    command = [sys.executable, "-m", "report", "diff", "HEAD~1", "HEAD", "--json"]
    done = subprocess.run(command, cwd=clone, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def _check(found: dict, edits: tuple[Edit, ...]) -> None:
    """Raise an error unless exactly the expected causes are given."""
    causes = {change["id"]: change["causes"] for change in found["changes"]}
    for edit in edits:
        if causes.get(edit.exhibit) != [edit.cause]:
            raise NotAttributed(f"{edit.exhibit}: {causes.get(edit.exhibit)}, not {edit.cause}")
    given = {cause for several in causes.values() for cause in several}
    if given != {edit.cause for edit in edits}:
        raise NotAttributed(f"causes given: {sorted(given)}")


if __name__ == "__main__":
    sys.exit(main())
