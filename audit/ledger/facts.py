"""Facts of a ledger that the audit trail and the certificate print."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from audit.coverage.literals import numbers
from audit.documents.appendix import as_printed
from audit.documents.certificate import as_markdown
from audit.trace.text import SHORT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audit.ledger.ledger import Ledger

LONG = 8
"""Characters of a digest that are enough to identify it."""


@dataclass(frozen=True)
class Part:
    """The facts in one part of the ledger: its numbers, and the text in which digests are found.

    Attributes
    ----------
    file
        Whether this is the row of a data file.
    """

    tokens: frozenset[str]
    text: str
    file: bool = False

    def hold(self, number: str) -> bool:
        """Return whether a number is among them, or is a long part of a digest."""
        return number in self.tokens or (len(number) >= LONG and number in self.text)


@dataclass(frozen=True)
class Facts:
    """Facts of a ledger, by the part of the book that prints them.

    Attributes
    ----------
    trail, certificate
        What the audit trail states outside its tables, and what the certificate states.
    rows
        What each row of the trail's tables states, by the reference or number at its start.
    commit, date
        Of the code; empty if there is no commit.
    """

    trail: Part
    certificate: Part
    rows: Mapping[str, Part]
    commit: str
    date: str = ""

    def name_commit(self, number: str) -> bool:
        """Return whether a number is a sufficiently long prefix of the commit's hash."""
        return len(number) >= SHORT and self.commit.startswith(number)

    def dated(self, text: str) -> tuple[tuple[int, int], ...]:
        """Return the spans where a text gives the commit's date, or its year as in a citation."""
        year = self.date.rpartition(" ")[2]
        stated = (self.date, f"({year})") if self.date else ()
        at = [(text.find(each), len(each)) for each in stated]
        return tuple((start, start + long) for start, long in at if start >= 0)


def read_facts(ledger: Ledger) -> Facts:
    """Return the facts of a ledger that the audit trail and the certificate print."""
    names = {file.name: f"D{number}" for number, file in enumerate(ledger.files, start=1)}
    rows = {
        names[file.name]: _part([names[file.name], file.name, file.rows, file.sha256], file=True)
        for file in ledger.files
    }
    for record in ledger.records:
        files = [names[name] for name in record.files]
        at = ledger.code[record.function]
        said = [record.reference, record.id, as_printed(record), at.lines("–"), files]
        rows[record.reference] = _part(said)
    return Facts(
        _part([asdict(ledger.commit), ledger.program, ledger.environment]),
        _part([asdict(ledger.commit), ledger.program, as_markdown(ledger)]),
        rows,
        str(ledger.commit.id or ""),
        date_of(ledger.commit.time),
    )


def _part(said: Any, *, file: bool = False) -> Part:
    return Part(frozenset(_scalars(said)), json.dumps(said), file)


def date_of(time: int | None) -> str:
    """Return the date of a commit in words; empty if there is none.

    Examples
    --------
    >>> date_of(86_400), date_of(None)
    ('2 January 1970', '')
    """
    if time is None:
        return ""
    day = datetime.fromtimestamp(time, UTC)
    return f"{day.day} {day:%B %Y}"


def _scalars(value: Any) -> Iterable[str]:
    """Yield the numbers in every value and key of a nested structure, as printed."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _scalars(key)
            yield from _scalars(below)
    elif isinstance(value, list | tuple):
        for below in value:
            yield from _scalars(below)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield f"{value:,}"
        yield str(value)
    elif isinstance(value, str):
        yield from (number.text for number in numbers(value))
