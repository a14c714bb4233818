"""Contents of a map: the columns, codes and forms of a council's file, and who confirmed it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.extract.files.form import FileForm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.extract.maps.proposal import Proposal, Proposed

FOLDER = "maps"
"""Folder of the maps, within that of the extract."""
LEAVE_OUT = "leave out"
BLANK = "blank"


@dataclass(frozen=True)
class ColumnMap:
    """The source of one column of the contract.

    Attributes
    ----------
    to
        The contract's column.
    source
        The council's column; of XML, the path of the element below the unit. Key `from`.
    always
        The same value in every row; None where it is not constant.
    sequence
        Prefix after which rows are numbered.
    of, by
        Looked up in another dataset, such as `children.school_id`, by the value of the column
        `by`; rows whose value is not found are left out.
    prefix, digits
        Prefix of the value, and the number of digits to which a number is padded with zeros.
    date
        How days are written, a key of `forms.DATES`.
    decimal, thousands
        Decimal and thousands separators, where they are not a point and none.
    codes
        The contract's code by the council's; a code in neither list is an error.
    leave_out
        Codes whose rows are left out.
    before, after
        Treatment of a row whose day is before or after those that the contract allows: it is left
        out ("leave out"), the day is left blank ("blank"), or, without either, it is an error.
    blank
        "leave out" if rows without the value are left out.
    """

    to: str
    source: str = ""
    always: str | None = None
    sequence: str = ""
    of: str = ""
    by: str = ""
    prefix: str = ""
    digits: int = 0
    date: str = ""
    decimal: str = ""
    thousands: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    blank: str = ""

    @property
    def words(self) -> str:
        """The source of the column, in words."""
        if self.source:
            return self.source
        if self.of:
            return f"{self.of}, by {self.by}"
        if self.sequence:
            return f"the order of rows, after {self.sequence}"
        return f"the constant {self.always}" if self.always else "nothing"


@dataclass(frozen=True)
class Filter:
    """A column of the council's file whose codes determine which rows are kept."""

    source: str
    take: tuple[str, ...]
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowKind:
    """One kind of row obtained from the file.

    Attributes
    ----------
    columns
        Every column of the contract, in the map's order.
    record
        For XML, the path, below the unit, of the element that gives one row each.
    """

    columns: tuple[ColumnMap, ...]
    record: str = ""


@dataclass(frozen=True)
class DatasetMap:
    """The map from a council's file to one dataset.

    Attributes
    ----------
    dataset
        The contract's dataset.
    file
        The council's file, or a pattern such as `cin-*.xml`.
    name, sha256
        The map's own file, as `maps/children.toml`, and its digest.
    layout, specification
        The kind of file, and where its layout is published.
    confirmed, by, date
        Whether a person has confirmed the map, who, and on which day.
    form
        The form of the file; for XML only its name.
    unit
        For XML, the element that contains, for example, one child; empty for a table.
    rows
        The kinds of row obtained from each file, in order.
    filters
        Filters that determine which rows of the file are kept.
    unused
        Columns that the file may have but no dataset uses.
    once
        Columns of the contract that identify a case, of which only the last record is kept, since
        a case that stays open is returned every year.
    """

    dataset: str
    file: str
    name: str
    sha256: str
    layout: str
    specification: str
    confirmed: bool
    by: str
    date: datetime.date | None
    form: FileForm
    unit: str
    rows: tuple[RowKind, ...]
    filters: tuple[Filter, ...] = ()
    unused: tuple[str, ...] = ()
    once: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the council's file that the map uses, each once."""
        taken = [column.source for kind in self.rows for column in kind.columns]
        return tuple(dict.fromkeys(s for s in [*taken, *(f.source for f in self.filters)] if s))

    def named(self, column: str) -> str:
        """Return the source of a column of the contract, in words."""
        found = [each.words for kind in self.rows for each in kind.columns if each.to == column]
        return " or ".join(dict.fromkeys(found))

    @property
    def words(self) -> str:
        """What the map does and who confirmed it, in words."""
        columns = dict.fromkeys(column.to for kind in self.rows for column in kind.columns)
        each = "; ".join(f"{name} from {self.named(name)}" for name in columns)
        confirmed = f"{self.by}, {self.date:%d %B %Y}" if self.date else "nobody"
        return (
            f"{self.dataset} is read from {self.file} through {self.name}, "
            f"confirmed by {confirmed}: {each}"
        )


UNCONFIRMED = 'confirmed = false\nby = ""\n'
NOTHING = (
    '# Nothing in the file looks like it: give from, or of and by, or always (blank: always = "").'
)
NO_TARGET = '# A code given as "" needs the contract\'s code, or belongs under leave_out.'


def as_toml(proposal: Proposal, file: str, form: Mapping[str, str]) -> str:
    """Return a proposed map as TOML.

    Parameters
    ----------
    file
        Name of the council's file.
    form
        Its form: the keys of `[form]`.
    """
    lines = [
        "# Proposed by report map from names and values; docs/extract-files.md explains each key.",
        f"dataset = {_text(proposal.dataset)}",
        f"file = {_text(file)}",
        'layout = ""',
        "# To be confirmed by whoever answers for the extract: set true, add date = YYYY-MM-DD.",
        UNCONFIRMED.rstrip(),
        f"unused = [{', '.join(map(_text, proposal.unused))}]",
        "",
        "[form]",
        *(f"{key} = {_text(value)}" for key, value in form.items()),
    ]
    for column in proposal.columns:
        lines += ["", *_entry(column)]
    return "\n".join(lines) + "\n"


def _entry(column: Proposed) -> Iterator[str]:
    yield "[[column]]"
    yield f"to = {_text(column.to)}"
    if not column.entry:
        yield NOTHING
    codes: Mapping[str, str] = column.entry.get("codes", {})
    for key, value in column.entry.items():
        if key != "codes":
            yield f"{key} = {_text(value)}"
    if codes:
        yield "[column.codes]"
        if "" in codes.values():
            yield NO_TARGET
        for code, target in codes.items():
            yield f"{_text(code)} = {_text(target)}"


def _text(value: Any) -> str:
    """Return a text or a number as TOML."""
    # JSON strings are valid TOML except for the delete character, which JSON does not escape.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
