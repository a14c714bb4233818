"""Count how many random mistakes are caught: `python -m benchmarks.mutations [COUNT]`.

Corrupts the stand-in extract in one way at a time, each time differently, and judges the outcome.
A mistake is

- caught: a rule of severity error reports it, or nothing was tested; the report stops;
- warned: a rule of severity warning reports it, and the report prints the warning;
- harmless: every number of the report is unchanged;
- plausible: an honest supplier could have sent it, so no rule can detect it; the file's digest
  and `report diff` show it;
- missed: a number changed that a rule could have caught.

None may be missed, and none may end in a traceback. Each outcome is written to
`.report/mutations.jsonl` at once, since a full run takes an hour on one core.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings

from analysis.contracts import read_contracts, validate
from analysis.contracts.contract import CONTROL_TOTALS
from analysis.contracts.expectations import expectations
from analysis.dataflow import graph
from analysis.evaluation import Evaluation
from analysis.extract.extract import read_extract
from benchmarks.corruptions import Corruption, corruptions
from benchmarks.reach import changed_places, columns_read, waist

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "data" / "proofs" / "mutations.md"
JOURNAL = ROOT / ".report" / "mutations.jsonl"
SHARE = 50
"""Number of corruptions that one process draws from one seed."""
OUTCOMES = ("caught", "warned", "harmless", "plausible", "missed", "traceback")
SAMPLE = 40
"""Maximum number of plausible and of warned mistakes listed for a person to read."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of one corruption.

    Attributes
    ----------
    corruption
        The corruption.
    outcome
        One of `OUTCOMES`.
    by
        The rules that reported it, the numbers that changed, or the traceback.
    digest
        Digest of the corrupted files.
    """

    corruption: Corruption
    outcome: str
    by: tuple[str, ...] = ()
    digest: str = ""


@dataclass
class Subject:
    """The undamaged stand-in extract, and the results that its numbers rest on."""

    evaluation: Evaluation = field(default_factory=lambda: Evaluation(ROOT))

    def __post_init__(self) -> None:
        self.contracts = read_contracts(ROOT / "data_contracts")
        # Tests the rules only: control totals would reveal nearly everything.
        self.files = {path.name: path.read_bytes() for path in self.evaluation.directory.iterdir()
                      if path.suffix == ".csv" and path.stem != CONTROL_TOTALS}  # fmt: skip
        self.reading = {
            mapped.rule.id: (mapped.rule.dataset, columns_read(mapped, self.contracts))
            for contract in self.contracts.values()
            for mapped in expectations(contract, self.contracts)
        }
        self.graph = graph.build()
        self.waist = waist(graph.nodes(self.graph), set(self.contracts))
        extract = read_extract(self.evaluation.directory, self.contracts)
        self.tables = {n: table for n, table in extract.tables.items() if n != CONTROL_TOTALS}
        self.accepted = validate(extract.tables, self.contracts, read=extract.read)
        self.numbers = self.compute(self.evaluation.directory, self.waist)

    def compute(self, directory: Path, names: Iterable[str]) -> dict[str, Any]:
        """Compute nodes that the report's numbers rest on, from an accepted extract."""
        inputs = graph.inputs(ROOT, directory, self.evaluation.study)
        found = self.graph.execute(
            list(names), inputs=inputs, overrides={"contract_results": self.accepted}
        )
        return dict(found)


@cache
def subject() -> Subject:
    """Return the stand-in extract, read and computed once."""
    return Subject()


def judge(corruption: Corruption) -> Verdict:
    """Judge the outcome of one corruption."""
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        for name, content in {**subject().files, **corruption.files}.items():
            if content is not None:
                (directory / name).write_bytes(content)
        try:
            return _judge(corruption, directory)
        except Exception:
            return Verdict(corruption, "traceback", (traceback.format_exc(),))


def _judge(corruption: Corruption, directory: Path) -> Verdict:
    found = subject()
    extract = read_extract(directory, found.contracts)
    changed = changed_places(found.tables, extract.tables)
    # A rule's outcome can change only if a column that it reads has changed.
    reading = {rule: home for rule, (home, columns) in found.reading.items() if columns & changed}
    tables = {table for table, _ in changed}
    own = {rule for rule, home in reading.items() if home in tables}
    warned: list[str] = []
    # First whether the file can be read, then its own rules, then other files' rules that read it.
    for rules in (set[str](), own, set(reading) - own):
        results = validate(extract.tables, found.contracts, rules, extract.read)
        stopped = {r.rule for r in results.results if r.outcome == "fail" or r.stops}
        if stopped:
            return Verdict(corruption, "caught", tuple(sorted(stopped)))
        warned += [r.rule for r in results.of("warn")]
    moved = _moved(directory, tables)
    if not moved:
        return Verdict(corruption, "harmless")
    if warned:
        return Verdict(corruption, "warned", tuple(warned))
    return Verdict(corruption, "plausible" if corruption.plausible else "missed", moved)


def _moved(directory: Path, tables: set[str]) -> tuple[str, ...]:
    """Return the nodes whose value changed, among those that rest on these tables."""
    found = subject()
    names = [name for name, needs in found.waist.items() if needs & tables]
    now = found.compute(directory, names) if names else {}
    return tuple(name for name in names if not _same(found.numbers[name], now[name]))


def _same(first: Any, second: Any) -> bool:
    """Compare two results, allowing for rounding, since the order of a sum's terms may change."""
    if is_dataclass(first):
        return _same(vars(first), vars(second))
    if isinstance(first, dict):
        return set(first) == set(second) and all(_same(first[key], second[key]) for key in first)
    if not isinstance(first, pd.DataFrame):
        return bool(np.array_equal(first, second))
    try:
        pd.testing.assert_frame_equal(
            first.reset_index(drop=True), second.reset_index(drop=True), rtol=1e-12
        )
    except AssertionError:
        return False
    return True


def run(count: int, seed: int = 0) -> list[Verdict]:
    """Draw distinct corruptions, reproducible for a seed, and judge each."""
    verdicts: dict[str, Verdict] = {}

    @hypothesis.seed(seed)
    @settings(
        # Hypothesis may draw the same example again.
        max_examples=3 * count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(corruptions(subject().files))
    def draw(corruption: Corruption) -> None:
        digest = _digest(corruption)
        if len(verdicts) < count and digest not in verdicts:
            found = judge(corruption)
            # The files are no longer needed.
            light = replace(corruption, files={})
            verdicts[digest] = replace(found, corruption=light, digest=digest)

    draw()
    return list(verdicts.values())


def run_in_shares(count: int, processes: int) -> list[Verdict]:
    """Judge at least `count` distinct corruptions in parallel, each process one seed at a time."""
    verdicts: dict[str, Verdict] = {}
    JOURNAL.parent.mkdir(exist_ok=True)
    with ProcessPoolExecutor(processes) as pool, JOURNAL.open("w", encoding="utf-8") as journal:
        first = 0
        while len(verdicts) < count:
            shares = -(-(count - len(verdicts)) // SHARE)
            for share in pool.map(run, [SHARE] * shares, range(first, first + shares)):
                verdicts |= {verdict.digest: verdict for verdict in share}
                journal.writelines(json.dumps(asdict(verdict)) + "\n" for verdict in share)
                journal.flush()
                print(f"{len(verdicts)}: {_counted(verdicts.values())}", flush=True)
            first += shares
    return list(verdicts.values())


def _counted(verdicts: Iterable[Verdict]) -> str:
    counts = Counter(verdict.outcome for verdict in verdicts)
    return ", ".join(f"{outcome} {counts[outcome]:,}" for outcome in OUTCOMES)


def _digest(corruption: Corruption) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(corruption.files.items()):
        digest.update(f"{name} {content is None}".encode() + (content or b""))
    return digest.hexdigest()


def report(verdicts: list[Verdict]) -> str:
    """Return the counts, and samples for a person to read, as Markdown."""
    kinds = sorted({verdict.corruption.kind for verdict in verdicts})
    lines = [
        "# Mistakes made at random",
        "",
        "Written by `python -m benchmarks.mutations`; what the outcomes mean stands there.",
        "",
        f"{len(verdicts):,} different corruptions of the stand-in extract: {_counted(verdicts)}.",
        "",
        "| kind | " + " | ".join(OUTCOMES) + " |",
        "|---|" + "--:|" * len(OUTCOMES),
    ]
    for kind in kinds:
        own = Counter(v.outcome for v in verdicts if v.corruption.kind == kind)
        lines.append(f"| {kind} | " + " | ".join(str(own[outcome]) for outcome in OUTCOMES) + " |")
    for outcome, title in (
        ("missed", "Missed"),
        ("traceback", "Tracebacks"),
        ("plausible", "Plausible, a sample"),
        ("warned", "Warned, a sample"),
    ):
        chosen = [v for v in verdicts if v.outcome == outcome]
        chosen = (
            chosen if outcome in ("missed", "traceback") else chosen[:: len(chosen) // SAMPLE + 1]
        )
        if chosen:
            lines += ["", f"## {title}", ""]
            lines += [_line(verdict) for verdict in chosen]
    return "\n".join(lines) + "\n"


def _line(verdict: Verdict) -> str:
    corruption = verdict.corruption
    what = corruption.what.replace("|", "\\|")
    return f"- {corruption.kind}: {corruption.file}, {what} ({', '.join(verdict.by)})"


if __name__ == "__main__":
    found = run_in_shares(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, os.cpu_count() or 1)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(report(found), encoding="utf-8", newline="\n")
    print(RESULTS.read_text(encoding="utf-8").split("\n## ")[0])
    sys.exit(any(verdict.outcome in ("missed", "traceback") for verdict in found))
