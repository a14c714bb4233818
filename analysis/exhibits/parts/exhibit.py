"""The four kinds of exhibit.

What surrounds an exhibit (its short reference, its sources, the label of the data) is its
`Provenance`. `analysis.exhibits.parts.markdown` displays both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from analysis.disclosure import Status, released

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from analysis.exhibits.parts.workings.working import Working
    from analysis.study.terms import Terms

NO_NUMBER = re.compile(r"\b(nan|inf|NaN|NaT)\b")
"""What programs print for missing and infinite numbers."""
TOO_SMALL = "Counts are too small to show whether this is true"
"""The words before a sentence whose evidence is withheld, or cannot be estimated."""
Kind = Literal["figure", "table", "number", "claim"]
PARAGRAPH = "\n\n"
"""The separator of paragraphs in a table's cell."""


@dataclass(frozen=True)
class Figure:
    """A drawing with the data behind it.

    Attributes
    ----------
    svg
        The drawing, with text as outlines.
    alt
        Alternative text computed from the data: chart type, axes, finding.
    message
        What the figure shows, in one line, printed above it; computed from the data and without
        numbers.
    narrow
        The same drawing for a narrow screen.
    faults
        Faults that make its words hard to read.
    data
        The data drawn, one row per mark, released values only.
    columns
        For each column of `data`, its meaning and unit.
    period
        The months the data cover, in words.
    status
        Its disclosure status.
    """

    svg: str
    alt: str
    data: pd.DataFrame
    columns: dict[str, str]
    period: str = ""
    status: Status = field(default_factory=released)
    message: str = ""
    narrow: str = ""
    faults: tuple[str, ...] = ()

    kind: Literal["figure"] = "figure"

    def __post_init__(self) -> None:
        _check_columns(self.data, self.columns)
        if not self.alt.strip():
            raise ValueError("a figure needs alternative text")
        if re.search(r"\d", re.sub(r"\b[Ss]ection \d+", "", self.message)):
            raise ValueError(f"the message of a figure contains a number: {self.message}")
        _check_printed([self.alt, self.message])


@dataclass(frozen=True)
class Table:
    """A table as printed, with the data behind it.

    Attributes
    ----------
    header
        Column headings as printed.
    rows
        Cells as printed; as many per row as `header` has. A cell may contain paragraphs, separated
        by an empty line.
    numeric
        Whether each column is right-aligned.
    data, columns, period, status
        As in `Figure`.
    note
        A legend or caveat printed below.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    data: pd.DataFrame
    columns: dict[str, str]
    period: str = ""
    note: str = ""
    status: Status = field(default_factory=released)
    widths: tuple[int, ...] = ()

    kind: Literal["table"] = "table"

    def __post_init__(self) -> None:
        _check_columns(self.data, self.columns)
        width = len(self.header)
        if len(self.numeric) != width or any(len(row) != width for row in self.rows):
            raise ValueError(f"a table with {width} headings needs {width} cells in every row")
        _check_printed([self.note, *(cell for row in self.rows for cell in row)])

    @property
    def row_headings(self) -> int:
        """Number of columns that head the rows: the fewest from the left that identify them.

        Numbers do not head rows. Where no columns distinguish the rows, or the first column
        contains numbers, the first column alone heads them.
        """
        words = self.numeric.index(True) if True in self.numeric else len(self.header) - 1
        for count in range(1, words + 1):
            if len({row[:count] for row in self.rows}) == len(self.rows):
                return count
        return 1


@dataclass(frozen=True)
class Number:
    """One value in a sentence.

    Attributes
    ----------
    value
        The released value at full precision, or None where nothing may be printed.
    text
        As printed.
    unit
        What is counted or measured.
    n
        The number of units it rests on, where it is a summary.
    interval
        95% confidence limits, where it is an estimate.
    source
        Where it was published, as a citation with its section; empty for a result of ours.
    working
        How it was worked out, from released values; None for a count or words.
    """

    value: float | int | str | None
    text: str
    unit: str
    n: int | None = None
    interval: tuple[float, float] | None = None
    source: str = field(default="", kw_only=True)
    working: Working | None = field(default=None, kw_only=True)
    status: Status = field(default_factory=released)

    kind: Literal["number"] = "number"

    def __post_init__(self) -> None:
        _check_printed([self.text])


@dataclass(frozen=True)
class Claim:
    """A sentence of the report that is tested against a rule.

    Attributes
    ----------
    sentence
        The sentence as printed.
    rule
        The rule in words, with its threshold.
    holds
        Whether the results satisfy the rule.
    seen
        What the results show, in words, for the author who must rewrite the sentence.
    evidence
        Names of the exhibits that support it.
    source
        As for a number, where the sentence reports what was published.
    unknown
        Whether nothing that may be shown contradicts it, but the values that would support it are
        withheld or cannot be estimated. It is then not met.
    """

    sentence: str
    rule: str
    holds: bool
    seen: str
    evidence: tuple[str, ...]
    source: str = field(default="", kw_only=True)
    unknown: bool = field(default=False, kw_only=True)
    status: Status = field(default_factory=released)

    kind: Literal["claim"] = "claim"

    def __post_init__(self) -> None:
        if self.holds and self.unknown:
            raise ValueError(f"a sentence cannot be both true and unknown: {self.sentence}")

    @property
    def printed(self) -> str:
        """The sentence as a reader sees it, after a note where its evidence is not known."""
        if self.holds:
            return self.sentence
        if self.unknown:
            return f"[{TOO_SMALL}: “{self.sentence}”]"
        return f"{self.sentence} [No longer true: {self.seen}]"


Exhibit = Figure | Table | Number | Claim
KINDS: dict[type, str] = {Figure: "figure", Table: "table", Number: "number", Claim: "claim"}


def kind_of(made: type) -> str:
    """Return the kind of exhibit that a class represents; empty for any other class."""
    return KINDS.get(made, "")


@dataclass(frozen=True)
class Provenance:
    """The context printed with an exhibit.

    Attributes
    ----------
    name
        The name of the function that makes it.
    reference
        The short reference an auditor quotes (`F3`, `T1`); empty outside a book.
    sources
        The data files it depends on.
    label
        The label of the data, such as "invented data"; empty for a supplied extract.
    """

    name: str
    reference: str = ""
    sources: tuple[str, ...] = ()
    label: str = ""


def blank(exhibit: Exhibit) -> Exhibit:
    """Return a held exhibit stripped of all that depends on records but kind, name and reason."""
    status = exhibit.status
    words = f"[Held back by disclosure control: {status.reason}]"
    match exhibit:
        case Figure():
            return Figure("<svg/>", words, exhibit.data.iloc[:0], exhibit.columns, status=status)
        case Table():
            nothing = exhibit.data.iloc[:0]
            return replace(exhibit, rows=(), data=nothing, period="", note="")
        case Number():
            return Number(None, words, exhibit.unit, status=status)
        case Claim():
            # Whether its rule is satisfied is itself a result.
            return Claim(words, exhibit.rule, True, "", exhibit.evidence, status)


def _check_printed(texts: Iterable[str]) -> None:
    """Raise an error for text that contains a missing or infinite number."""
    for text in texts:
        if NO_NUMBER.search(text):
            raise ValueError(f"a missing number would be printed: {text}")


def _check_columns(data: pd.DataFrame, columns: dict[str, str]) -> None:
    missing = [name for name in data.columns if name not in columns]
    if missing:
        raise ValueError(f"columns without a description: {', '.join(map(str, missing))}")


def in_words_of(terms: Terms, value: Any) -> Any:
    """Return a node's value; the columns of an exhibit are described in the words of the study."""
    if not isinstance(value, Figure | Table):
        return value
    return replace(value, columns={name: terms.said(what) for name, what in value.columns.items()})
