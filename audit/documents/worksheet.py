"""A worksheet for an auditor: exhibits drawn at random, with all that checking them by hand takes.

One page or more for each, to be printed or filled in on screen.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from audit.trace.text import places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_DIGEST = re.compile("^([0-9a-f]{32})([0-9a-f]{32})$")
ROWS = 60
"""Rows of released data that are printed; the file has the rest."""
CHECKS = (
    "The report prints what stands here, where it says.",
    "The lines compute what the words around it say.",
    "The data files have these digests, and rows and columns are what they are taken for.",
    "Computed again, it comes out the same.",
)
STYLE = """
body { font: 10.5pt/1.4 system-ui, sans-serif; color: #0b0c0c; max-width: 48rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; }
h3 { font-size: 1rem; margin: 1rem 0 .3rem; break-after: avoid; }
article { border-top: 2px solid #0b0c0c; margin-top: 2rem; }
table { border-collapse: collapse; margin: .3rem 0; } caption { text-align: left; }
th, td { border: 1px solid #505a5f; padding: .15rem .45rem; text-align: left;
  vertical-align: top; }
th[scope=row] { white-space: nowrap; }
.checked { break-inside: avoid; } .checked ul { list-style: none; padding: 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #b1b4b6; padding: .5rem;
  font-size: 8.5pt; line-height: 1.3; }
.note { border: 1px solid #0b0c0c; min-height: 9rem; padding: .4rem; }
.label { border: 2px solid #0b0c0c; padding: .4rem .6rem; font-weight: bold; }
@media print { body { margin: 0; max-width: none; } article { break-before: page; border: 0; } }
"""


@dataclass(frozen=True)
class Worksheet:
    """Exhibits to be checked by hand.

    Attributes
    ----------
    ledger
        As read from its JSON.
    data
        The released data behind figures and tables, as CSV, by name.
    code
        For each definition of the ledger that can be shown, its lines.
    seed, size
        Of the sample.
    """

    ledger: Mapping[str, Any]
    data: Mapping[str, str]
    code: Mapping[str, Sequence[str]]
    seed: str
    size: int

    @property
    def sample(self) -> list[Mapping[str, Any]]:
        """The records drawn."""
        return draw(self.ledger["records"], self.seed, self.size)

    def html(self) -> str:
        """Return the worksheet as an HTML document that needs nothing beside it."""
        sheets = "\n".join(
            f"<article>\n{''.join(self._sheet(number, record))}</article>"
            for number, record in enumerate(self.sample, start=1)
        )
        title = f"Audit worksheet: {self.ledger['title']}"
        return (
            f'<!DOCTYPE html>\n<html lang="en-GB">\n<head><meta charset="utf-8">\n'
            f"<title>{escape(title)}</title>\n<style>{STYLE}</style></head>\n<body>\n"
            f"<h1>{escape(title)}</h1>\n{''.join(self._front())}{sheets}\n</body>\n</html>\n"
        )

    def _front(self) -> Iterator[str]:
        commit = self.ledger["commit"]
        state = "" if commit["clean"] else ", with changes that no commit holds"
        if self.ledger["label"]:
            yield f'<p class="label">{escape(self.ledger["label"])}: not evidence.</p>\n'
        yield (
            f"<p>Built from commit <code>{commit['id'] or 'none'}</code>{state}. "
            f"{len(self.sample)} of {len(self.ledger['records'])} exhibits, drawn with the seed "
            f"<code>{escape(self.seed)}</code>: those whose SHA-256 of <code>seed:name</code> "
            "come first. The same seed draws the same.</p>\n"
        )
        rows = [
            (str(number), record["reference"], record["id"], record["kind"], "")
            for number, record in enumerate(self.sample, start=1)
        ]
        yield _table(("No.", "Reference", "Exhibit", "Kind", "Result"), rows)

    def _sheet(self, number: int, record: Mapping[str, Any]) -> Iterator[str]:
        labels = "".join(f", {label}" for label in record["labels"])
        name = f"{record['reference']} {record['id']} ({record['kind']}{labels})"
        yield f"<h2>{number}. {name}</h2>\n"
        yield _table((), list(self._facts(record)))
        if record["evidence"]:
            known = {each["id"]: each for each in self.ledger["records"]}
            rows = [
                (name, known[name]["printed"] if name in known else "not shown in the report")
                for name in record["evidence"]
            ]
            yield "<h3>What the sentence rests on</h3>\n" + _table(("Exhibit", "Printed"), rows)
        yield "<h3>Data files</h3>\n" + self._files(record)
        yield "<h3>Rules of these files</h3>\n" + self._rules(record)
        if record["id"] in self.data:
            yield "<h3>The data behind it, as released</h3>\n" + self._data(record)
        yield "<h3>Code</h3>\n" + self._code(record)
        yield "<h3>To do it again</h3>\n" + self._commands(record)
        yield _room()

    def _facts(self, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        settings = self.ledger["settings"]
        given = {
            "Printed": record["printed"] or "nothing",
            "Shown at": "; ".join(places(record)),
            "Unit": record["unit"],
            "Number of units": "" if record["n"] is None else f"{record['n']:,}",
            "95% interval": " to ".join(map(str, record["interval"] or ())),
            "Period": record["period"],
            "Rule": record["rule"] and f"{record['rule']}: {_kept(record)}",
            "Disclosure": ": ".join(filter(None, (record["disclosure"], record["reason"]))),
            "Settings": ", ".join(
                f"{name} (study.toml:{settings[name]['line']})" for name in record["settings"]
            ),
            "Seed of draws": "" if record["seed"] is None else str(record["seed"]),
            "Digest": record["digest"],
        }
        yield from ((name, value) for name, value in given.items() if value)

    def _files(self, record: Mapping[str, Any]) -> str:
        known = {file["name"]: file for file in self.ledger["files"]}
        rows = [
            (name, f"{known[name]['rows']:,}", ", ".join(record["columns"].get(name, ())),
             known[name]["sha256"])
            for name in record["files"]
        ]  # fmt: skip
        return _table(("File", "Rows", "Columns read", "SHA-256"), rows) if rows else "<p>None.</p>"

    def _rules(self, record: Mapping[str, Any]) -> str:
        datasets = {name.rpartition(".")[0] for name in record["files"]}
        rules = [rule for rule in self.ledger["rules"] if rule["dataset"] in datasets]
        counts = Counter(rule["outcome"] for rule in rules)
        rows = [
            (rule["dataset"], rule["rule"], rule["outcome"], str(rule["failing"]), rule["expected"])
            for rule in rules
            if rule["outcome"] != "pass"
        ]
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
        below = _table(("Dataset", "Rule", "Outcome", "Rows", "Expected"), rows) if rows else ""
        return f"<p>{told or 'None'}.</p>\n{below}"

    def _data(self, record: Mapping[str, Any]) -> str:
        rows = list(csv.reader(io.StringIO(self.data[record["id"]])))
        more = len(rows) - 1 - ROWS
        rest = f"<p>And {more:,} rows more in {record['id']}.csv.</p>\n" if more > 0 else ""
        meanings = _table(("Column", "Meaning"), list(record["described"].items()))
        return _table(rows[0], rows[1 : ROWS + 1]) + rest + meanings if rows else "<p>None.</p>"

    def _code(self, record: Mapping[str, Any]) -> str:
        at = self.ledger["code"][record["function"]]
        lines = self.code.get(record["function"])
        numbered = "\n".join(f"{n:>4}  {line}" for n, line in enumerate(lines or (), at["first"]))
        shown = f"<pre>{escape(numbered or 'These lines are in no clone at hand.')}</pre>\n"
        above = [
            (key.rpartition(".")[2], f"{step['file']}:{step['first']}-{step['last']}",
             step["sha256"][:16])
            for key in record["upstream"]
            if key != record["function"] and (step := self.ledger["code"][key])
        ]  # fmt: skip
        return (
            f"<p>{at['file']}:{at['first']}-{at['last']}, digest of its syntax tree "
            f"{at['sha256']}.</p>\n{shown}"
            + (_table(("Rests on", "Lines", "Digest"), above) if above else "")
        )

    def _commands(self, record: Mapping[str, Any]) -> str:
        at = self.ledger["code"][record["function"]]
        commit = self.ledger["commit"]["id"]
        commands = [
            f"python -m report trace {record['id']}",
            f"python -m report trace {record['id']} --run",
        ]
        if commit:
            shown = f"git show {commit}:{at['file']} | sed -n {at['first']},{at['last']}p"
            commands = [f"git checkout {commit}", *commands, shown]
        return "<pre>" + escape("\n".join(commands)) + "</pre>\n"


def draw(records: Iterable[Mapping[str, Any]], seed: str, size: int) -> list[Mapping[str, Any]]:
    """Return some records at random; the same for the same seed, on every machine.

    Examples
    --------
    >>> [each["id"] for each in draw([{"id": "a"}, {"id": "b"}, {"id": "c"}], "7", 2)]
    ['c', 'a']
    """

    def place(record: Mapping[str, Any]) -> str:
        return hashlib.sha256(f"{seed}:{record['id']}".encode()).hexdigest()

    return sorted(records, key=place)[:size]


def _kept(record: Mapping[str, Any]) -> str:
    return "satisfied" if record["holds"] else f"NOT satisfied, {record['seen']}"


def _room() -> str:
    checks = "".join(f"<li>☐ {check}</li>" for check in CHECKS)
    return (
        f'<section class="checked">\n<h3>Checked</h3>\n<ul>{checks}</ul>\n'
        "<p>Result: ☐ agrees ☐ does not agree ☐ could not be checked</p>\n"
        "<p>Checked by: ______________________ Date: ______________</p>\n"
        '<p>Note:</p>\n<div class="note" contenteditable="true" role="textbox" '
        'aria-multiline="true" aria-label="The auditor\'s note"></div>\n</section>\n'
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = [f"<thead><tr>{top}</tr></thead>"] if head else []
    for row in rows:
        # A digest may be divided in the middle, and a file's name nowhere.
        first, *rest = (_DIGEST.sub(r"\1<wbr>\2", escape(str(cell))) for cell in row)
        cells = "".join(f"<td>{cell}</td>" for cell in rest)
        start = f"<td>{first}</td>" if head else f'<th scope="row">{first}</th>'
        lines.append(f"<tr>{start}{cells}</tr>")
    return "<table>\n" + "\n".join(lines) + "\n</table>\n"
