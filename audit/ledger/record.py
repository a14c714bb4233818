"""The records of a ledger: all that is known of each exhibit the book shows.

A record has what all exhibits have in common, and what only its kind has: a number its value, a
table its cells. `audit.ledger.form` makes the published schema from these classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal

from audit.ledger.form import COUNT, FROM_ONE, SHA256, pattern

Sha256 = Annotated[str, SHA256]
Count = Annotated[int, COUNT]
FromOne = Annotated[int, FROM_ONE]
Shown = Annotated[str, pattern(r"(?!/)(?!.*\.\.)[^\\:\n]+:[1-9][0-9]*")]


@dataclass(frozen=True)
class Place:
    """Where a chapter shows an exhibit: file from the project's root, and line from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Internal:
    """Full precision, only in the ledger that stays with the data.

    Attributes
    ----------
    value
        Of a number, at full precision.
    interval
        Its 95% limits.
    seen
        What a claim saw.
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
        What that is divided by, or compared with; empty where nothing is divided.
    sums
        The calculation, step by step; the last gives what is printed.
    where
        What it is restricted to, in words.
    """

    numerator: str
    denominator: str = ""
    sums: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Common:
    """What all exhibits have.

    Attributes
    ----------
    id
        The exhibit's name, the same in code, chapter and HTML.
    reference
        The short form printed under it, such as F3.
    printed
        A number or sentence as printed; of a figure its alternative text, of a table its headings.
    digest
        SHA-256 over what is displayed and the released data behind it.
    disclosure
        What disclosure control made of it.
    reason
        Why disclosure control decided so.
    function
        The function that makes it, a key of `code`.
    nodes
        Nodes of `graph` that it rests on, its own included.
    upstream
        Functions of those nodes, keys of `code`.
    files
        Names of the data files it rests on.
    columns
        For each file of the extract, the columns read, in the file's order.
    deciding
        Of these, the columns that are in no value, and only decide what is analysed or shown.
    settings
        Keys of `settings` that it rests on.
    seed
        Seed of its random draws; null where nothing is drawn.
    shown
        Chapter file and line that show it.
    labels
        Its label as the book prints it, such as Figure 6.1.
    anchors
        Its places in the HTML, from the book's folder.
    pages
        Its pages in the PDF, counted from 1.
    internal
        Only in the ledger that stays with the data: full precision.
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
    def said(self) -> tuple[object, ...]:
        """What a reader sees of it; in an edited ledger the digest may not follow."""
        return (self.printed, self.disclosure)

    @property
    def broken(self) -> bool:
        """Whether it is a sentence whose rule the results no longer satisfy."""
        return False

    @property
    def held(self) -> bool:
        """Whether disclosure control holds it back, so that nothing of it is printed."""
        return self.disclosure == "held"

    def columns_of(self, file: str) -> str:
        """Say which columns of a file it rests on."""
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
    """A figure or a table, which has data behind it.

    Attributes
    ----------
    period
        The months covered, in words.
    described
        Meaning and unit of each column of its released data.
    data
        SHA-256 of the file with its released data; empty where it is held.
    """

    period: str = ""
    described: Mapping[str, str] = field(default_factory=dict)
    data: Annotated[str, pattern("([0-9a-f]{64})?")] = ""

    @property
    def said(self) -> tuple[object, ...]:
        """What a reader sees of it, and of its data."""
        return (*super().said, self.described)


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
        How many columns from the left head its rows.
    note
        What is printed below it.
    """

    kind: Literal["table"] = "table"
    cells: tuple[str, ...] = ()
    row_headings: Count = 0
    note: str = ""

    @property
    def said(self) -> tuple[object, ...]:
        """What a reader sees of it."""
        return (*super().said, self.cells, self.note)


@dataclass(frozen=True, kw_only=True)
class NumberRecord(Common):
    """A number in a sentence.

    Attributes
    ----------
    value
        What is printed, as a number; null where it prints words.
    unit
        What is counted or measured.
    n
        Units that it rests on.
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
    def said(self) -> tuple[object, ...]:
        """What a reader sees of it."""
        return (*super().said, self.value, self.interval)


@dataclass(frozen=True, kw_only=True)
class ClaimRecord(Common):
    """A sentence that is held to a rule.

    Attributes
    ----------
    rule
        The rule in words.
    evidence
        Names of the exhibits that carry it.
    seen
        What the results show, where it is broken.
    holds
        Whether the rule is satisfied; null where it is held back, or where counts are too small
        to show it.
    source
        Where it was published, as a citation; empty for a result of this report.
    compared
        What the rule looks at, group by group, as far as the evidence prints it.
    """

    kind: Literal["claim"] = "claim"
    rule: str = ""
    evidence: tuple[str, ...] = ()
    seen: str = ""
    holds: bool | None = None
    source: str = ""
    compared: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[object, ...]:
        """What a reader sees of it."""
        return (*super().said, self.holds)

    @property
    def broken(self) -> bool:
        """Whether the results no longer satisfy its rule."""
        return self.holds is False

    @property
    def unknown(self) -> bool:
        """Whether counts are too small to show if the rule is satisfied."""
        return self.holds is None and not self.held


Record = FigureRecord | TableRecord | NumberRecord | ClaimRecord
"""One exhibit of any kind."""


def plain(record: Record) -> dict[str, Any]:
    """Return a record as the public ledger's JSON has it."""
    return {key: value for key, value in asdict(record).items() if key != "internal"}


def with_unit(record: Record) -> str:
    """Return the unit of a number in brackets; empty where what is printed says it."""
    unit = record.unit if isinstance(record, NumberRecord) else ""
    return f" ({unit})" if unit and unit not in record.printed else ""


def row_headings(record: Record) -> int:
    """Return how many columns head the rows of an exhibit; none but of a table."""
    return record.row_headings if isinstance(record, TableRecord) else 0
