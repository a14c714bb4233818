"""A worksheet for an auditor: exhibits drawn at random, with everything needed to check them.

Each has one page or more, to be printed or filled in on screen.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.ledger.record import ClaimRecord, NumberRecord
from audit.templates import render
from audit.trace.text import places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from audit.ledger.ledger import Ledger
    from audit.ledger.provenance import Definition
    from audit.ledger.record import Record

ROWS = 60
"""Most rows of released data that are printed; the file contains the rest."""
CHECKS = (
    "The report prints the value shown here, in the places listed.",
    "The lines of code compute what the surrounding text says.",
    "The data files have these digests, and rows and columns contain what the report says.",
    "Recomputing it gives the same value.",
)


@dataclass(frozen=True)
class Sheet:
    """One exhibit as its sheet shows it, with tables as rows of cells.

    Attributes
    ----------
    record
        Record of the exhibit.
    at
        Definition of the function that produces it.
    code
        Its numbered lines of code; empty if no clone has them.
    data
        Its released data, headings first; empty if it has none.
    """

    name: str
    record: Record
    at: Definition
    facts: Sequence[tuple[str, str]]
    evidence: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, ...]]
    outcomes: str
    rules: Sequence[tuple[str, ...]]
    data: Sequence[Sequence[str]]
    code: str
    upstream: Sequence[tuple[str, ...]]
    commands: Sequence[str]


@dataclass(frozen=True)
class Worksheet:
    """A random sample of exhibits, to be checked by hand.

    Attributes
    ----------
    ledger
        Ledger of the report.
    data
        The released data behind figures and tables, as CSV, by name.
    code
        Lines of code of each definition in the ledger that can be shown.
    seed, size
        Of the random sample.
    """

    ledger: Ledger
    data: Mapping[str, str]
    code: Mapping[str, Sequence[str]]
    seed: str
    size: int

    @property
    def sample(self) -> list[Record]:
        """The records in the sample."""
        return draw(self.ledger.records, self.seed, self.size)

    def html(self) -> str:
        """Return the worksheet as a self-contained HTML document."""
        return render(
            "worksheet.html",
            ledger=self.ledger,
            seed=self.seed,
            listed=[
                (str(number), each.reference, each.id, each.kind, "")
                for number, each in enumerate(self.sample, start=1)
            ],
            sheets=[self._sheet(record) for record in self.sample],
            rows_shown=ROWS,
            checks=CHECKS,
        )

    def _sheet(self, record: Record) -> Sheet:
        labels = "".join(f", {label}" for label in record.labels)
        at = self.ledger.code[record.function]
        lines = self.code.get(record.function, ())
        files = [self.ledger.inputs[name] for name in record.files]
        datasets = {dataset for file in files for dataset in file.datasets}
        rules = [rule for rule in self.ledger.rules if rule.dataset in datasets]
        counts = Counter(rule.outcome for rule in rules)
        return Sheet(
            f"{record.reference} {record.id} ({record.kind}{labels})",
            record,
            at,
            list(self._facts(record)),
            list(self._evidence(record)),
            [(f.name, f"{f.rows:,}", record.columns_of(f.name), f.sha256) for f in files],
            ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())),
            [
                (rule.dataset, rule.rule, rule.outcome, str(rule.failing), rule.expected)
                for rule in rules
                if rule.outcome != "pass"
            ],
            list(csv.reader(io.StringIO(self.data.get(record.id, "")))),
            "\n".join(f"{n:>4}  {line}" for n, line in enumerate(lines, at.first)),
            [
                (key.rpartition(".")[2], step.lines(), step.sha256[:16])
                for key in record.upstream
                if key != record.function and (step := self.ledger.code[key])
            ],
            list(self._commands(record, at)),
        )

    def _facts(self, record: Record) -> Iterator[tuple[str, str]]:
        """Yield the names and values of an exhibit's facts, leaving out empty ones."""
        given = [("Printed", record.printed or "nothing"), ("Shown at", "; ".join(places(record)))]
        match record:
            case NumberRecord():
                given += [
                    ("Unit", record.unit),
                    ("Number of units", "" if record.n is None else f"{record.n:,}"),
                    ("95% interval", " to ".join(map(str, record.interval or ()))),
                ]
            case ClaimRecord():
                kept = "satisfied" if record.holds else f"NOT satisfied, {record.seen}"
                if record.holds is None:
                    kept = f"not known, {record.seen or record.reason}"
                given += [("Rule", f"{record.rule}: {kept}")]
            case _:
                given += [("Period", record.period)]
        lines = self.ledger.settings
        given += [
            ("Disclosure", ": ".join(filter(None, (record.disclosure, record.reason)))),
            ("Settings", ", ".join(
                f"{name} (study.toml:{lines[name].line})" for name in record.settings
            )),
            ("Seed of draws", "" if record.seed is None else str(record.seed)),
            ("Digest", record.digest),
        ]  # fmt: skip
        yield from ((name, value) for name, value in given if value)

    def _evidence(self, record: Record) -> Iterator[tuple[str, str]]:
        for name in record.evidence if isinstance(record, ClaimRecord) else ():
            known = self.ledger.by_id.get(name)
            yield name, known.printed if known else "not shown in the report"

    def _commands(self, record: Record, at: Definition) -> Iterator[str]:
        commit = self.ledger.commit.id
        if commit:
            yield f"git checkout {commit}"
        yield f"python -m report trace {record.id}"
        yield f"python -m report trace {record.id} --run"
        if commit:
            yield f"git show {commit}:{at.file} | sed -n {at.first},{at.last}p"


def draw(records: Iterable[Record], seed: str, size: int) -> list[Record]:
    """Return a random sample of records; the same seed gives the same sample on any machine."""

    def place(record: Record) -> str:
        return hashlib.sha256(f"{seed}:{record.id}".encode()).hexdigest()

    return sorted(records, key=place)[:size]
