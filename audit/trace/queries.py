"""Queries on a ledger in both directions: what an exhibit depends on, what depends on a line.

Reads the ledger as plain data and imports nothing that computes, so that it answers at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError
from audit.coverage.literals import numbers
from audit.ledger.cells import MARK, table_rows
from audit.ledger.record import Float, TableRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audit.ledger.ledger import Ledger
    from audit.ledger.provenance import Definition
    from audit.ledger.record import Record

BACKWARDS = ("data", "code", "study")
"""Prefixes of queries for what depends on something."""
WAYS = "an exhibit, data:FILE#COLUMN, code:FILE:LINE or study:KEY"
_CODE = re.compile(r"(?P<file>[^:]+)(?::(?P<first>\d+)(?:-(?P<last>\d+))?)?")


@dataclass(frozen=True)
class Touched:
    """The exhibits that depend on a piece of data, code or settings.

    Attributes
    ----------
    what
        What was asked for, in full: file and column, definitions, or setting.
    note
        A caveat; may be empty.
    records
        The records that depend on it, in the order of the ledger.
    """

    what: tuple[str, ...]
    note: str
    records: tuple[Record, ...]


def find_record(ledger: Ledger, identity: str) -> Record:
    """Return the record of one exhibit, given its name, label or short reference.

    Raises
    ------
    ConfigurationError
        If there is none; the message suggests the closest names.
    """
    name = identity.removeprefix("fig-").removeprefix("tbl-").replace("-", "_")
    records = ledger.records
    for record in records:
        if identity.upper() == record.reference or name == record.id:
            return record
    for record in records:
        if identity in record.labels:
            return record
    known = [record.id for record in records] + [record.reference for record in records]
    raise _unknown(f"the report shows no '{identity}'", name, known)


def affected_exhibits(
    ledger: Ledger, question: str, study: Mapping[str, Any] | None = None
) -> Touched:
    """Return every exhibit that depends on data, code or settings.

    Parameters
    ----------
    question
        `data:schools.csv#pupils`, `code:analysis/extract/panel.py:40` or `study:outcomes`.
    study
        Parsed `study.toml`, to distinguish keys that exist from those that do not.
    """
    way, _, rest = question.partition(":")
    match way:
        case "data":
            return _of_data(ledger, rest)
        case "code":
            return _of_code(ledger, rest)
        case "study":
            return _of_study(ledger, rest, study or {})
    raise ConfigurationError(f"'{way}' is not a form of question", remedy=f"ask for {WAYS}")


def _of_data(ledger: Ledger, rest: str) -> Touched:
    name, _, column = rest.partition("#")
    files = ledger.inputs
    if name not in files:
        raise _unknown(f"the report read no file '{name}'", name, files)
    named = [record for record in ledger.records if name in record.files]
    what = f"{name}: {files[name].rows:,} rows, sha256 {files[name].sha256}"
    if not column:
        return Touched((what,), "", tuple(named))
    columns = ledger.columns.get(name, {})
    if column not in columns:
        raise _unknown(f"'{name}' has no column '{column}'", column, columns)
    return Touched(
        (f"{name}#{column}: {columns[column]}",),
        "A column counts as read where code between file and exhibit mentions its name.",
        tuple(record for record in named if column in record.columns.get(name, ())),
    )


def _of_code(ledger: Ledger, rest: str) -> Touched:
    asked = _CODE.fullmatch(rest)
    code = ledger.code
    files = {at.file for at in code.values()}
    if asked is None or asked["file"] not in files:
        name = asked["file"] if asked else rest
        raise _unknown(f"no exhibit rests on code in '{name}'", name, files)
    first = int(asked["first"] or 1)
    last = int(asked["last"] or asked["first"] or 10**9)
    within = {key: at for key, at in code.items() if at.file == asked["file"]}
    found = {key: at for key, at in within.items() if at.first <= last and first <= at.last}
    if not found:
        places = sorted(within.items(), key=lambda item: abs(item[1].first - first))
        near = " or ".join(f"{place(code, key)}" for key, _ in places[:2])
        raise ConfigurationError(
            f"no exhibit rests on line {first} of {asked['file']}", remedy=f"nearest: {near}"
        )
    users = _users(code, found)
    return Touched(
        tuple(place(code, key) for key in sorted(found, key=lambda key: code[key].first)),
        "",
        tuple(record for record in ledger.records if users & set(record.upstream)),
    )


def _users(code: Mapping[str, Definition], keys: Iterable[str]) -> set[str]:
    """Return the given definitions and all that use them, directly or indirectly."""
    by: dict[str, list[str]] = {}
    for key, at in code.items():
        for used in at.uses:
            by.setdefault(used, []).append(key)
    seen: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting.extend(by.get(key, ()))
    return seen


def closure(code: Mapping[str, Definition], keys: Iterable[str]) -> set[str]:
    """Return the given definitions and all that they use, directly or indirectly."""
    seen: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting.extend(code[key].uses)
    return seen


def _of_study(ledger: Ledger, rest: str, study: Mapping[str, Any]) -> Touched:
    head, _, below = rest.partition(".")
    known = ledger.settings
    if head not in known:
        if head in study:
            return Touched((f"study.toml: {head}",), "No exhibit rests on it.", ())
        raise _unknown(f"study.toml has no '{head}'", head, [*known, *study])
    what = [f"study.toml:{known[head].line}  {head}  sha256 {known[head].sha256}"]
    note = ""
    if below:
        what.append(f"within it: {_within(study.get(head), head, below)}")
        note = f"The dataflow hands on `{head}` as a whole: all that rests on any of it is listed."
    return Touched(tuple(what), note, tuple(r for r in ledger.records if head in r.settings))


def _within(value: Any, head: str, below: str) -> str:
    """Return the key or named element that is meant; the start of an element's name is enough."""
    name, _, further = below.partition(".")
    if isinstance(value, list):
        labels = [str(each.get("name", each.get("id", number))) for number, each in
                  enumerate(value) if isinstance(each, dict)]  # fmt: skip
        fitting = [label for label in labels if label.lower().startswith(name.lower())]
        if len(fitting) != 1:
            raise _unknown(f"study.toml has no '{name}' in {head}", name, fitting or labels)
        return f"{head}.{fitting[0]}" + (f".{further}" if further else "")
    if not isinstance(value, dict) or name not in value:
        known = value if isinstance(value, dict) else []
        raise _unknown(f"study.toml has no '{name}' in {head}", name, known)
    return _within(value[name], f"{head}.{name}", further) if further else f"{head}.{name}"


def place(code: Mapping[str, Definition], key: str) -> str:
    """Return the file, lines and name of a definition as text."""
    at = code[key]
    return f"{at.file}:{at.first}-{at.last}  {key.rpartition('.')[2]}"


def _unknown(what: str, name: str, known: Iterable[str]) -> ConfigurationError:
    listed = list(known)
    folded = {each.lower(): each for each in listed}
    near = [folded[each] for each in get_close_matches(name.lower(), list(folded), n=3, cutoff=0.5)]
    within = [each for each in listed if len(name) > 2 and name.lower() in each.lower()][:3]
    offered = list(dict.fromkeys([*near, *within]))[:4] or sorted(listed)[:4]
    return ConfigurationError(
        what, remedy=f"did you mean {' or '.join(offered)}?" if offered else f"ask for {WAYS}"
    )


@dataclass(frozen=True)
class Printed:
    """One exhibit or cell that prints a number.

    Attributes
    ----------
    id
        The exhibit's short reference, or a cell such as `T3#2,1`; an argument of `trace`.
    text
        The printed text around and including the number.
    """

    id: str
    text: str


def as_number(text: str) -> str | None:
    """Return a number as printed, with any kind of minus sign; None if the text is not a number.

    Examples
    --------
    >>> as_number("-0.35"), as_number("0.41%"), as_number("T41"), as_number("1,204")
    ('−0.35', '0.41', None, '1,204')
    """
    plain = text.strip().removesuffix("%").replace("-", "−").replace("–", "−")
    found = numbers(plain)
    whole = len(found) == 1 and found[0].text == plain
    return (
        plain if whole and plain.lstrip("−").replace(",", "").replace(".", "").isdigit() else None
    )


def where_printed(ledger: Ledger, number: str) -> tuple[Printed, ...]:
    """Return every exhibit and cell that prints a number, in the order of the ledger.

    Parameters
    ----------
    number
        As returned by `as_number`.
    """
    return tuple(place for record in ledger.records for place in _in(record, number))


def _in(record: Record, number: str) -> Iterator[Printed]:
    if not isinstance(record, Float) and _prints(record.printed, number):
        yield Printed(record.reference, f"{record.id}: {record.printed}")
    for row, cells in enumerate(table_rows(record)):
        for column, cell in enumerate(cells, start=1):
            if _prints(cell, number):
                inside = f"{MARK}{row},{column}" if row else ""  # headings have no address
                yield Printed(f"{record.reference}{inside}", f"{record.id}: {cell}")
    if isinstance(record, TableRecord) and _prints(record.note, number):
        yield Printed(record.reference, f"{record.id}, below the table: {record.note}")


def _prints(text: str, number: str) -> bool:
    return any(found.text.replace("-", "−") == number for found in numbers(str(text)))
