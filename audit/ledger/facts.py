"""What a ledger says of itself, as far as the audit trail and the certificate print it."""

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
"""Characters of a part of a digest by which it can't be something else."""


@dataclass(frozen=True)
class Part:
    """What the ledger says in one place: the numbers, and the text that digests are parts of.

    Attributes
    ----------
    file
        Whether it is the row of a data file.
    """

    tokens: frozenset[str]
    text: str
    file: bool = False

    def hold(self, number: str) -> bool:
        """Whether a number is one of them, or a long part of a digest, which may be divided."""
        return number in self.tokens or (len(number) >= LONG and number in self.text)


@dataclass(frozen=True)
class Facts:
    """What the ledger says of itself, by the place where the book prints it.

    Attributes
    ----------
    trail, certificate
        What the audit trail says outside its tables, and what the certificate says.
    rows
        What each row of the trail's tables says, by the reference or number that it begins with.
    commit, date
        Of the code; empty where there is none.
    """

    trail: Part
    certificate: Part
    rows: Mapping[str, Part]
    commit: str
    date: str = ""

    def name_commit(self, number: str) -> bool:
        """Whether a number is how the commit begins, at sufficient length."""
        return len(number) >= SHORT and self.commit.startswith(number)

    def dated(self, text: str) -> tuple[tuple[int, int], ...]:
        """Return where a text states the commit's date, or its year as a citation does."""
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
        _part([asdict(ledger.commit), ledger.environment]),
        _part([asdict(ledger.commit), as_markdown(ledger)]),
        rows,
        str(ledger.commit.id or ""),
        date_of(ledger.commit.time),
    )


def _part(said: Any, *, file: bool = False) -> Part:
    return Part(frozenset(_scalars(said)), json.dumps(said), file)


def date_of(time: int | None) -> str:
    """Return the day of a commit in words; empty where there is none.

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
    """Yield the numbers in every value and key of a nested structure, as they are printed."""
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
