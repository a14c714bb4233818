"""Find every exhibit and table cell that prints a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.coverage.literals import numbers
from audit.ledger.cells import MARK, table_rows
from audit.ledger.record import Float, TableRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.ledger.ledger import Ledger
    from audit.ledger.record import Record


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
