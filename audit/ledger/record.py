"""The records of a ledger: everything known about each exhibit that the book shows.

A record has the fields that all exhibits share and those of its kind, such as the value of a
number or the cells of a table. `audit.ledger.schema` makes the schema from these classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal

from audit.ledger.schema import COUNT, FROM_ONE, SHA256, pattern

Sha256 = Annotated[str, SHA256]
Count = Annotated[int, COUNT]
FromOne = Annotated[int, FROM_ONE]
Shown = Annotated[str, pattern(r"(?!/)(?!.*\.\.)[^\\:\n]+:[1-9][0-9]{0,6}")]


@dataclass(frozen=True)
class Location:
    """Where a chapter shows an exhibit: path from the project's root, and line, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Internal:
    """Full precision, recorded only in the ledger that stays with the data.

    Attributes
    ----------
    value
        Value of a number, at full precision.
    interval
        Its 95% limits.
    seen
        What a claim's rule found.
    """

    value: float | str | None = None
    interval: tuple[float, float] | None = None
    seen: str = ""


@dataclass(frozen=True)
class Working:
    """How a number was worked out, in words and released values.

    Attributes
    ----------
    numerator
        What is counted or measured.
    denominator
        What that is divided by or compared with; empty if nothing is divided.
    sums
        The calculation, step by step; the last step gives what is printed.
    where
        What it is restricted to, in words.
    """

    numerator: str
    denominator: str = ""
    sums: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Common:
    """Fields that all exhibits have.

    Attributes
    ----------
    id
        The exhibit's name, the same in code, chapter and HTML.
    reference
        The short form printed under it, such as F3.
    printed
        A number or sentence as printed; the alternative text of a figure, the headings of a table.
    digest
        SHA-256 of what is displayed and the released data behind it.
    disclosure
        Outcome of disclosure control.
    reason
        Why disclosure control decided so.
    function
        The function that produces it, a key of `code`.
    nodes
        Nodes of `graph` that it depends on, including its own.
    upstream
        Functions of those nodes, keys of `code`.
    files
        Names of the data files it depends on.
    columns
        For each file of the extract, the columns read, in the file's order.
    deciding
        Of the columns, those that are in no value, but decide what is analysed or shown.
    settings
        Keys of `settings` that it depends on.
    seed
        Seed of its random draws; null if nothing is drawn.
    shown
        Chapter file and line that show it.
    labels
        Its labels as the book prints them, such as Figure 6.1.
    anchors
        Its addresses in the HTML, relative to the book's folder.
    pages
        Its pages in the PDF, counted from 1.
    internal
        Full precision; only in the ledger that stays with the data.
    """

    id: Annotated[str, pattern("[a-z][a-z0-9_]*")]
    reference: Annotated[str, pattern("[FTNC][1-9][0-9]*")]
    printed: str
    digest: Sha256
    disclosure: Literal["released", "released after suppression", "held"]
    reason: str
    function: str
    nodes: tuple[str, ...]
    upstream: tuple[str, ...]
    files: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    settings: tuple[str, ...]
    seed: int | None
    shown: tuple[Shown, ...]
    labels: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    pages: tuple[FromOne, ...] = ()
    internal: Internal | None = None
    deciding: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def shown_to_reader(self) -> tuple[object, ...]:
        """What a reader sees of it; compared too, since an edited ledger may keep its digest."""
        return (self.printed, self.disclosure)

    @property
    def broken(self) -> bool:
        """Whether it is a claim whose rule the results no longer satisfy."""
        return False

    @property
    def held(self) -> bool:
        """Whether disclosure control withholds it, so that nothing of it is printed."""
        return self.disclosure == "held"

    def columns_of(self, file: str) -> str:
        """Return in words which columns of a file it depends on."""
        if file not in self.columns:
            return "all"
        only = [name for name in self.columns[file] if name in self.deciding.get(file, ())]
        read = ", ".join(name for name in self.columns[file] if name not in only)
        decide = f"only to decide what is shown: {', '.join(only)}" if only else ""
        return "; ".join(filter(None, (read, decide))) or "none"

    @property
    def chapter(self) -> str:
        """The file of the chapter that shows it first."""
        return self.shown[0].rpartition(":")[0]


@dataclass(frozen=True, kw_only=True)
class Float(Common):
    """A figure or table, which has data behind it.

    Attributes
    ----------
    period
        The months covered, in words.
    described
        Meaning and unit of each column of its released data.
    data
        SHA-256 of the file with its released data; empty if it is withheld.
    """

    period: str = ""
    described: Mapping[str, str] = field(default_factory=dict)
    data: Annotated[str, pattern("([0-9a-f]{64})?")] = ""

    @property
    def shown_to_reader(self) -> tuple[object, ...]:
        """What a reader sees of it and of its data."""
        return (*super().shown_to_reader, self.described)


@dataclass(frozen=True, kw_only=True)
class FigureRecord(Float):
    """A figure."""

    kind: Literal["figure"] = "figure"


@dataclass(frozen=True, kw_only=True)
class TableRecord(Float):
    """A table.

    Attributes
    ----------
    cells
        Headings and cells as printed, row by row.
    row_headings
        How many columns, from the left, are row headings.
    note
        What is printed below it.
    """

    kind: Literal["table"] = "table"
    cells: tuple[str, ...] = ()
    row_headings: Count = 0
    note: str = ""

    @property
    def shown_to_reader(self) -> tuple[object, ...]:
        """What a reader sees of it."""
        return (*super().shown_to_reader, self.cells, self.note)


@dataclass(frozen=True, kw_only=True)
class NumberRecord(Common):
    """A number in a sentence.

    Attributes
    ----------
    value
        What is printed, as a number; null if words are printed.
    unit
        What is counted or measured.
    n
        Number of units that it is based on.
    interval
        95% limits at printed precision.
    source
        Where it was published, as a citation; empty for a result of this report.
    working
        How it was worked out; null for a count or words.
    """

    kind: Literal["number"] = "number"
    value: float | None = None
    unit: str = ""
    n: Count | None = None
    interval: tuple[float, float] | None = None
    source: str = ""
    working: Working | None = None

    @property
    def shown_to_reader(self) -> tuple[object, ...]:
        """What a reader sees of it."""
        return (*super().shown_to_reader, self.value, self.interval)


@dataclass(frozen=True, kw_only=True)
class ClaimRecord(Common):
    """A sentence that is checked against a rule.

    Attributes
    ----------
    rule
        The rule in words.
    evidence
        Names of the exhibits that support it.
    seen
        What the results show, if the rule is broken.
    holds
        Whether the rule is satisfied; null if the claim is withheld, or if counts are too small
        to decide.
    source
        Where it was published, as a citation; empty for a result of this report.
    compared
        Values that the rule compares, by group, where the evidence prints them.
    """

    kind: Literal["claim"] = "claim"
    rule: str = ""
    evidence: tuple[str, ...] = ()
    seen: str = ""
    holds: bool | None = None
    source: str = ""
    compared: tuple[str, ...] = ()

    @property
    def shown_to_reader(self) -> tuple[object, ...]:
        """What a reader sees of it."""
        return (*super().shown_to_reader, self.holds)

    @property
    def broken(self) -> bool:
        """Whether the results no longer satisfy its rule."""
        return self.holds is False

    @property
    def unknown(self) -> bool:
        """Whether counts are too small to decide if the rule is satisfied."""
        return self.holds is None and not self.held


Record = FigureRecord | TableRecord | NumberRecord | ClaimRecord
"""One exhibit of any kind."""


def plain(record: Record) -> dict[str, Any]:
    """Return a record in the form of the public ledger's JSON."""
    return {key: value for key, value in asdict(record).items() if key != "internal"}


def with_unit(record: Record) -> str:
    """Return the unit of a number in brackets; empty if the printed text states it."""
    unit = record.unit if isinstance(record, NumberRecord) else ""
    return f" ({unit})" if unit and unit not in record.printed else ""


def row_headings(record: Record) -> int:
    """Return how many columns of an exhibit are row headings; 0 unless it is a table."""
    return record.row_headings if isinstance(record, TableRecord) else 0
