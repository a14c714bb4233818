"""Disclosure control: applied once, where results become exhibits.

Nothing downstream of this package (figure, table, number, alternative text, download,
ledger) sees a value that may not be released.
"""

from __future__ import annotations

from analysis.disclosure.counts import ReleasedValue, release_count, suppress_counts
from analysis.disclosure.rules import EGRESS, PUBLIC, SYMBOLS, DisclosureRules
from analysis.disclosure.status import Status, held, released, suppressed

__all__ = [
    "EGRESS",
    "PUBLIC",
    "SYMBOLS",
    "DisclosureRules",
    "ReleasedValue",
    "Status",
    "held",
    "release_count",
    "released",
    "suppress_counts",
    "suppressed",
]
