"""How many mistakes made at random are caught: `python -m benchmarks.mutations [COUNT]`.

Damages the stand-in extract in one way at a time and sees what becomes of it. A mistake is

- caught: a rule of severity error names it, or nothing was tested; the report stops;
- warned: a rule of severity warning names it, and the report prints it;
- harmless: every number of the report stays as it is;
- plausible: an honest supplier could have sent it, so no rule can tell; the file's digest
  and `report diff` show it;
- missed: a number changed, and a rule could have told.

None may be missed, and none may end in a traceback.
"""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections import Counter
from dataclasses import dataclass, field, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings

from analysis.contracts import raise_if_broken, read_contracts, validate
from analysis.contracts.derived import DERIVED
from analysis.contracts.expectations import Expectation, expectations
from analysis.dataflow import graph
from analysis.errors import ReportError
from analysis.evaluation import Evaluation
from analysis.extracts import read_extract
from benchmarks.corruptions import Corruption, corruptions

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "data" / "proofs" / "mutations.md"
OUTCOMES = ("caught", "warned", "harmless", "plausible", "missed", "traceback")
SAMPLE = 40
"""Plausible and warned mistakes that are listed for a person to read."""


@dataclass(frozen=True)
class Verdict:
    """What became of one corruption.

    Attributes
    ----------
    corruption
        The corruption.
    outcome
        One of `OUTCOMES`.
    by
        The rules that named it, the numbers that changed, or the traceback.
    """

    corruption: Corruption
    outcome: str
    by: tuple[str, ...] = ()


@dataclass
class Subject:
    """The stand-in extract as it is, and what its numbers rest on."""

    evaluation: Evaluation = field(default_factory=lambda: Evaluation(ROOT))

    def __post_init__(self) -> None:
        self.contracts = read_contracts(ROOT / "data_contracts")
        self.files = {path.name: path.read_bytes() for path in self.evaluation.directory.iterdir()
                      if path.suffix == ".csv"}  # fmt: skip
        self.mapped = [
            mapped
            for contract in self.contracts.values()
            for mapped in expectations(contract, self.contracts)
        ]
        self.graph = graph.build()
        self.waist = _waist(graph.nodes(self.graph), set(self.contracts))
        extract = read_extract(self.evaluation.directory, self.contracts)
        self.accepted = validate(extract.tables, self.contracts, read=extract.read)
        self.numbers = self.compute(self.evaluation.directory)

    def compute(self, directory: Path) -> dict[str, Any]:
        """Compute what every number of the report rests on, from an accepted extract."""
        inputs = graph.inputs(ROOT, directory, self.evaluation.study)
        found = self.graph.execute(
            self.waist, inputs=inputs, overrides={"contract_results": self.accepted}
        )
        return dict(found)


def _waist(nodes: dict[str, graph.Node], tables: set[str]) -> list[str]:
    """Return the nodes that are computed from the extract's tables themselves.

    Every exhibit rests on the extract through them, so numbers are the same if they are.
    """
    return sorted(
        name
        for name, node in nodes.items()
        if name not in tables and tables & set(node.needs) and node.function is not None
    )


@cache
def subject() -> Subject:
    """Return the stand-in extract, read and computed once."""
    return Subject()


def judge(corruption: Corruption) -> Verdict:
    """Say what becomes of one corruption."""
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
    # A rule's outcome can change only if a table changed that it reads.
    touched = {name.partition(".")[0] for name in corruption.files}
    rules = {m.rule.id for m in found.mapped if touched & tables_read(m)}
    unread = validate(extract.tables, found.contracts, (), extract.read)
    results = unread if unread.of("fail") else validate(
        extract.tables, found.contracts, rules, extract.read
    )  # fmt: skip
    try:
        raise_if_broken(results)
    except ReportError:
        names = {r.rule for r in results.results if r.outcome == "fail" or r.stops}
        return Verdict(corruption, "caught", tuple(sorted(names)))
    changed = _changed(found.compute(directory))
    if not changed:
        return Verdict(corruption, "harmless")
    if warned := results.of("warn"):
        return Verdict(corruption, "warned", tuple(r.rule for r in warned))
    return Verdict(corruption, "plausible" if corruption.plausible else "missed", changed)


def _changed(numbers: dict[str, Any]) -> tuple[str, ...]:
    return tuple(
        name for name, value in subject().numbers.items() if not _same(value, numbers[name])
    )


def _same(first: Any, second: Any) -> bool:
    """Compare two results; the order of a sum's terms may change its last digits."""
    if is_dataclass(first):
        return _same(vars(first), vars(second))
    if isinstance(first, dict):
        return set(first) == set(second) and all(_same(first[key], second[key]) for key in first)
    if not isinstance(first, pd.DataFrame):
        return bool(first == second)
    try:
        pd.testing.assert_frame_equal(
            first.reset_index(drop=True), second.reset_index(drop=True), rtol=1e-12
        )
    except AssertionError:
        return False
    return True


def tables_read(mapped: Expectation) -> set[str]:
    """Return the datasets whose content a rule's outcome depends on."""
    contracts = subject().contracts
    found = {mapped.rule.dataset}
    for name in mapped.columns:
        found |= _tables_of(mapped.rule.dataset, name, set(contracts))
    return found


def _tables_of(dataset: str, name: str, datasets: set[str]) -> set[str]:
    if name.startswith("known("):
        references = subject().contracts[dataset].column(name[6:-1]).references
        return {references.partition(".")[0]}
    table, _, column = name.rpartition(".")
    if table == "derived":
        needs = [need.split(":") for need in DERIVED[dataset, column].needs]
        return {home for home, _ in needs}.union(*(_tables_of(h, n, datasets) for h, n in needs))
    return {table} & datasets


def run(count: int) -> list[Verdict]:
    """Draw corruptions, the same at every run, and judge each."""
    verdicts: list[Verdict] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(corruptions(subject().files))
    def draw(corruption: Corruption) -> None:
        verdicts.append(judge(corruption))
        if len(verdicts) % 100 == 0:
            print(f"{len(verdicts)}: {dict(Counter(v.outcome for v in verdicts))}", flush=True)

    draw()
    return verdicts


def report(verdicts: list[Verdict]) -> str:
    """Return the counts, and samples for a person to read, as Markdown."""
    counts = Counter(verdict.outcome for verdict in verdicts)
    kinds = sorted({verdict.corruption.kind for verdict in verdicts})
    lines = [
        "# Mistakes made at random",
        "",
        "Written by `python -m benchmarks.mutations`; what the outcomes mean stands there.",
        "",
        f"{len(verdicts):,} corruptions of the stand-in extract: "
        + ", ".join(f"{outcome} {counts[outcome]:,}" for outcome in OUTCOMES)
        + ".",
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
    found = run(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(report(found), encoding="utf-8", newline="\n")
    print(RESULTS.read_text(encoding="utf-8").split("\n## ")[0])
    sys.exit(any(verdict.outcome in ("missed", "traceback") for verdict in found))
