"""Format a trace as text: the tree from an exhibit to its files, and lists of exhibits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.ledger.record import ClaimRecord, Float
from audit.terminal import printable
from audit.trace.queries import closure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.ledger.ledger import Ledger
    from audit.ledger.record import Record
    from audit.trace.queries import Touched

SHORT = 12
"""Digits of a digest that are enough to compare by eye."""
WIDTH = 100


def tree(record: Record, ledger: Ledger) -> str:
    """Return an exhibit's lineage as text, from what is printed down to the files."""
    commit = ledger.commit
    clean = "" if commit.clean else " (with uncommitted changes)"
    lines = [
        f"{record.reference}  {record.id} ({record.kind})",
        f"  prints      {_short(record.printed or 'nothing: ' + record.reason)}",
        f"  shown at    {'; '.join(places(record))}",
        f"  commit      {commit.id or 'none: not under version control'}{clean}",
        f"  digest      {record.digest}",
        f"  disclosure  {record.disclosure}",
    ]
    if isinstance(record, ClaimRecord):
        state = f"NO LONGER TRUE: {record.seen}" if record.broken else "true"
        if record.holds is None:
            state = f"NOT KNOWN: {record.seen or record.reason}"
        lines.append(f"  rule        {record.rule}: {state}")
        lines.append(f"  evidence    {', '.join(record.evidence)}")
    if record.seed is not None:
        lines.append(f"  seed        {record.seed}")
    lines += ["", *Branches(record, ledger).lines()]
    reached = closure(ledger.code, record.upstream)
    below = len(reached) - len(set(record.upstream))
    lines += ["", f"and {below} definitions that these use; --json lists them"]
    return "\n".join(map(printable, lines))


class Branches:
    """The dataflow upstream of one exhibit as a tree, with each node expanded only once."""

    def __init__(self, record: Record, ledger: Ledger) -> None:
        self.record = record
        self.ledger = ledger
        self.tables: dict[str, list[str]] = {}
        for name in record.files:
            for dataset in ledger.inputs[name].datasets:
                self.tables.setdefault(dataset, []).append(name)
        self._seen: set[str] = set()

    def lines(self) -> Iterator[str]:
        """Yield the lines of the tree."""
        yield self._title(self.record.id)
        yield from self._below(self.record.id, "")

    def _title(self, node: str) -> str:
        step = self.ledger.graph[node]
        if step.settings:
            known = self.ledger.settings
            return f"{node}  " + ", ".join(f"study.toml:{known[key].line}" for key in step.settings)
        at = self.ledger.code[str(step.function)]
        return f"{node}  {at.lines()}  {at.sha256[:SHORT]}"

    def _below(self, node: str, indent: str) -> Iterator[str]:
        if node in self.tables:
            *others, last_file = self.tables[node]
            for name in others:
                yield from self._file(name, indent, last=False)
            yield from self._file(last_file, indent, last=True)
            return
        graph = self.ledger.graph
        needs = [need for need in graph[node].needs if need in graph]
        stated = graph[node].files
        for number, need in enumerate(needs, start=1):
            last = number == len(needs) and not stated
            again = need in self._seen and self._has_more(need)
            self._seen.add(need)
            yield f"{indent}{'└─' if last else '├─'} {self._title(need)}{'  (above)' * again}"
            if not again:
                yield from self._below(need, indent + ("   " if last else "│  "))
        for number, name in enumerate(stated, start=1):
            yield from self._file(name, indent, last=number == len(stated))

    def _has_more(self, node: str) -> bool:
        graph = self.ledger.graph
        return node in self.tables or any(need in graph for need in graph[node].needs)

    def _file(self, name: str, indent: str, *, last: bool) -> Iterator[str]:
        file = self.ledger.inputs[name]
        yield f"{indent}{'└─' if last else '├─'} {name}  {file.rows:,} rows"
        under = indent + ("   " if last else "│  ")
        yield f"{under}sha256 {file.sha256}"
        yield f"{under}columns {self.record.columns_of(name)}"


def places(record: Record) -> list[str]:
    """Return where an exhibit is shown: chapter and line, pages, HTML addresses."""
    found = list(record.shown)
    if record.pages:
        found.append("PDF page " + ", ".join(map(str, record.pages)))
    return [*found, *record.anchors]


def touched_text(touched: Touched) -> str:
    """Return as text the exhibits that depend on data, code or settings, one per line."""
    lines = list(touched.what)
    lines += [f"  {touched.note}"] if touched.note else []
    lines += ["", f"{len(touched.records)} exhibits rest on it"]
    for record in sorted(touched.records, key=by_reference):
        where = ", ".join(record.shown)
        pages = f"  p. {', '.join(map(str, record.pages))}" if record.pages else ""
        lines.append(f"  {record.reference:<4} {record.id}  {where}{pages}")
        if not isinstance(record, Float):
            lines.append(f"       {_short(record.printed)}")
    return "\n".join(map(printable, lines))


def by_reference(record: Record) -> tuple[int, int]:
    """Return the sort key of a record: figures, tables, claims, numbers, each by reference."""
    return "FTCN".index(record.reference[0]), int(record.reference[1:])


def _short(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= WIDTH else one[: WIDTH - 1] + "…"
