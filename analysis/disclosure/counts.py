"""Counts on their way out: one at a time, and in the columns of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.disclosure.rules import CONFIDENTIAL, DisclosureRules
from analysis.disclosure.status import Status, released, suppressed

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class ReleasedValue:
    """A value that may be shown, or the symbol that stands in its place.

    Attributes
    ----------
    value
        The released value; None where a symbol stands for it.
    text
        As printed: digits with a comma every thousand, or `[c]`.
    status
        What disclosure control made of it.
    """

    value: int | float | None
    text: str
    status: Status

    @property
    def hidden(self) -> bool:
        """Whether a symbol stands in place of the value."""
        return self.value is None


def release_count(count: int, rules: DisclosureRules) -> ReleasedValue:
    """Return a count of children or their events as this channel lets it through.

    Examples
    --------
    >>> from analysis.disclosure import PUBLIC
    >>> [release_count(n, PUBLIC).text for n in (0, 1, 5, 6, 1204)]
    ['0', '[c]', '[c]', '6', '1,204']
    """
    if count < 0:
        raise ValueError(f"{count} is no count")
    if rules.is_unsafe(count):
        return ReleasedValue(None, f"[{CONFIDENTIAL}]", suppressed(_reason(1, rules)))
    return ReleasedValue(
        count, f"{count:,}", released(f"Not a count that the {rules.channel} channel hides.")
    )


def suppress_counts(
    table: pd.DataFrame, columns: Sequence[str], rules: DisclosureRules
) -> tuple[pd.DataFrame, Status]:
    """Hide the unsafe counts of a table.

    Primary suppression only: totals that would give a hidden cell away are the
    business of `analysis.disclosure.linked`.

    Parameters
    ----------
    table
        Any frame, shape (rows, columns).
    columns
        The columns that count children or their events; missing values stay missing.
    rules
        Of the channel it goes out by.

    Returns
    -------
    tuple of DataFrame and Status
        The table with `c` in place of each unsafe count (these columns become
        objects: int or str), and its status.
    """
    shown = table.copy()
    hidden = 0
    for column in columns:
        values = [None if pd.isna(value) else int(value) for value in table[column]]
        unsafe = [value is not None and rules.is_unsafe(value) for value in values]
        hidden += sum(unsafe)
        cells = [CONFIDENTIAL if u else v for u, v in zip(unsafe, values, strict=True)]
        shown[column] = pd.Series(cells, index=table.index, dtype=object)
    if hidden:
        return shown, suppressed(_reason(hidden, rules))
    return shown, released(f"No count that the {rules.channel} channel hides.")


def _reason(hidden: int, rules: DisclosureRules) -> str:
    lowest = 0 if rules.zero_is_unsafe else rules.lowest_unsafe
    cells = "One count" if hidden == 1 else f"{hidden} counts"
    return f"{cells} from {lowest} to {rules.highest_unsafe} hidden as [{CONFIDENTIAL}]."
