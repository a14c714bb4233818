"""The audit page of one exhibit: what is printed, the code that makes it, and its lineage."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from audit.ledger.cells import table_rows
from audit.ledger.record import TableRecord
from audit.pages.lineage_graph import draw, lineage_graph
from audit.pages.trail import KINDS, Page, outcomes
from audit.pages.workings import worked_out
from audit.templates import printed_text
from audit.trace.queries import closure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.ledger.provenance import Definition
    from audit.ledger.record import Record
    from audit.pages.lineage_graph import LineageGraph
    from audit.pages.trail import Trail

PREVIEW = 100
"""Most rows of an exhibit's data that its page shows; the CSV contains all."""
LONGEST = 90
"""Most characters in the title of a browser window."""


def exhibit_page(record: Record, trail: Trail) -> Page:
    """Return the audit page of one record."""
    title = f"{record.reference}: {trail.title(record)}"
    graph = lineage_graph(record, trail.ledger)
    code = trail.ledger.code
    used = sorted(closure(code, record.upstream) - set(record.upstream))
    files = [trail.files[name] for name in record.files]
    rules = [rule for file in files for rule in trail.rules(file.name)]
    return Page(
        f"{record.id}.html",
        title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…",
        "exhibit.html",
        {
            "record": record,
            "trail": trail,
            "kinds": KINDS,
            "outcomes": outcomes,
            "worked": worked_out(record, trail, graph),
            "rows": _printed_rows(record, trail),
            "places": list(_places(record, trail)),
            "drawing": draw(graph, trail.step_address),
            "tree": [_Tree(graph, record, trail).box(graph.target)],
            "steps": list(_steps(graph, record, trail)),
            "used": used,
            "used_by_file": _by_file(used, trail),
            "files": files,
            "broken_rules": [rule for rule in rules if rule.outcome != "pass"],
            "data": _data(record, trail),
            "commands": list(_commands(record, trail)),
            "neighbours": list(_neighbours(record, trail)),
        },
    )


def _printed_rows(record: Record, trail: Trail) -> list[list[str]]:
    """Return a table's headings as they are and its cells as HTML."""
    header, *rows = table_rows(record) or [[]]
    cells: list[list[str]] = [[trail.printed(cell) for cell in row] for row in rows]
    return [header, *cells]


@dataclass(frozen=True)
class Shown:
    """A chapter and line that shows an exhibit, with its address in the HTML and on the forge."""

    chapter: str
    source: str
    anchor: str
    forge: str


def _places(record: Record, trail: Trail) -> Iterator[Shown]:
    """Yield each chapter and line that shows an exhibit, with a link if the HTML has an anchor."""
    waiting: dict[str, list[str]] = {}
    for anchor in record.anchors:
        waiting.setdefault(anchor.partition(".html")[0], []).append(anchor)
    for place in record.shown:
        file, _, line = place.rpartition(":")
        anchors = waiting.get(file.removesuffix(".qmd"), [])
        at = anchors.pop(0) if len(anchors) > 1 else "".join(anchors)
        yield Shown(trail.chapter(place), place, at, trail.code.forge(file, [int(line)]))


@dataclass(frozen=True)
class Box:
    """A box of the lineage as a list item, with the boxes it needs below it.

    Attributes
    ----------
    above
        Whether the boxes it needs have already been listed above.
    """

    name: str
    place: str
    address: str
    above: bool
    below: tuple[Box, ...]


class _Tree:
    """The lineage as nested lists, in which the needs of each box are listed only once."""

    def __init__(self, graph: LineageGraph, record: Record, trail: Trail) -> None:
        self.graph = graph
        self.record = record
        self.trail = trail
        self._seen: set[str] = set()

    def box(self, name: str) -> Box:
        """Return a box with the boxes it needs below it."""
        step, needs = self.graph.steps[name], self.graph.needs[name]
        above = name in self._seen and bool(needs)
        self._seen.add(name)
        return Box(
            step.name,
            step.place + self._more(name),
            self.trail.step_address(name),
            above,
            () if above else tuple(self.box(need) for need in needs),
        )

    def _more(self, name: str) -> str:
        file = self.trail.files.get(name.removeprefix("file "))
        if not name.startswith("file ") or file is None:
            return ""
        return f", SHA-256 {file.sha256}, columns {self.record.columns_of(file.name)}"


@dataclass(frozen=True)
class Written:
    """A function in the lineage, and its definition."""

    key: str
    at: Definition


def _steps(graph: LineageGraph, record: Record, trail: Trail) -> Iterator[Written]:
    """Yield the functions in the lineage except the exhibit's own, nearest first."""
    code = trail.ledger.code
    keys = dict.fromkeys(str(trail.ledger.graph[node].function) for node in graph.nearest())
    yield from (Written(key, code[key]) for key in keys if key != record.function)


def _by_file(keys: list[str], trail: Trail) -> list[tuple[str, list[str]]]:
    def file(key: str) -> str:
        return trail.ledger.code[key].file

    return [(name, list(within)) for name, within in groupby(sorted(keys, key=file), key=file)]


def _data(record: Record, trail: Trail) -> dict[str, Any] | None:
    """Return the released data behind a figure or table: columns, first rows and row count."""
    if record.id not in trail.data:
        return None
    header, *rows = csv.reader(trail.data[record.id].splitlines()) or [[]]
    described = getattr(record, "described", {})
    return {
        "header": header,
        "columns": [(printed_text(f"`{name}`"), described.get(name, "")) for name in header],
        "rows": [[trail.released(cell) for cell in row] for row in rows[:PREVIEW]],
        "count": len(rows),
    }


def _commands(record: Record, trail: Trail) -> Iterator[str]:
    """Yield the commands that recompute this exhibit alone."""
    if commit := trail.ledger.commit.id:
        yield f"git checkout {commit}"
    yield f"python -m report trace {record.reference} --run"
    if isinstance(record, TableRecord) and record.cells:
        yield (f"python -m report trace {record.reference}#1,2   # one cell: row 1, column 2")


def _neighbours(record: Record, trail: Trail) -> Iterator[tuple[str, Record]]:
    """Yield the previous and the next exhibit."""
    records = list(trail.records.values())
    at = list(trail.records).index(record.id)
    for way, other in (("Previous", at - 1), ("Next", at + 1)):
        if 0 <= other < len(records):
            yield way, records[other]
