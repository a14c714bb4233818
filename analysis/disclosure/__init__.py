"""Statistical disclosure control, applied once, where results become exhibits.

Nothing downstream of this package (figure, table, number, alternative text, download,
ledger) sees a value that may not be released.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.disclosure.releases import ESTIMATE, ReleasedData, Revealed, revealed_by
from analysis.disclosure.rules import EGRESS, PUBLIC, SYMBOLS, DisclosureRules
from analysis.disclosure.spreadsheet_safety import safe_csv
from analysis.disclosure.status import FILE as EXCEPTIONS
from analysis.disclosure.status import (
    ReleaseException,
    Status,
    held,
    read_exceptions,
    released,
    strictest,
    suppressed,
    with_exception,
)
from analysis.models.inputs.estimability import WITHHELD

if TYPE_CHECKING:
    from analysis.disclosure.cells import Aggregate
    from analysis.disclosure.linked_tables import ReleasedTables, release_tables

__all__ = [
    "EGRESS",
    "ESTIMATE",
    "EXCEPTIONS",
    "PUBLIC",
    "SYMBOLS",
    "WITHHELD",
    "Aggregate",
    "DisclosureRules",
    "ReleaseException",
    "ReleasedData",
    "ReleasedTables",
    "Revealed",
    "Status",
    "held",
    "read_exceptions",
    "release_tables",
    "released",
    "revealed_by",
    "safe_csv",
    "strictest",
    "suppressed",
    "with_exception",
]

_LINKED = {
    "Aggregate": "cells",
    "ReleasedTables": "linked_tables",
    "release_tables": "linked_tables",
}


def __getattr__(name: str) -> object:
    """Import on first use what needs scipy's solvers, which chapters' cells do not need."""
    if name not in _LINKED:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"analysis.disclosure.{_LINKED[name]}"), name)
