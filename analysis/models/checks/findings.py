"""What each design check says against the results, counted by one rule for all.

A check looks at several results and has a threshold, fixed before any data: at or beyond it a
result counts against the report. Checks are in order of severity, the most serious first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVEL = 0.05
SLIGHT = 0.1
"""A standardised difference that is usually considered slight."""
COLUMNS: dict[str, str] = {
    "check": "Name of the check",
    "label": "The check in words",
    "against_if": "What speaks against a result",
    "looked_at": "Results looked at, number",
    "against": "Results of which the check speaks against, number",
    "worst": "The result that it speaks against most, or comes nearest to that",
    "pilot": "Local authority of that result",
}


@dataclass(frozen=True)
class Check:
    """A check with its values; when sorted, the most serious come first.

    Attributes
    ----------
    name, label
        Its names for programs and for readers.
    against_if
        What counts against a result, in words.
    values
        One number per result: the smaller, the more serious.
    threshold
        Values at or below it count against a result.
    named
        The result that each value belongs to, in words.
    pilots
        The pilot of each value.
    printed
        Format of a printed value, with one placeholder; without a placeholder, the value is not
        stated.
    """

    name: str
    label: str
    against_if: str
    values: Sequence[float]
    threshold: float
    named: Sequence[str]
    pilots: Sequence[str]
    printed: str
    sign: float = 1.0

    def row(self) -> dict[str, object]:
        """Return the check as a row of the table of findings; see `COLUMNS`."""
        found = pd.DataFrame({"value": self.values, "named": self.named, "pilot": self.pilots})
        found = found.loc[found["value"].notna()].sort_values("value", kind="stable")
        row: dict[str, object] = {
            "check": self.name, "label": self.label, "against_if": self.against_if,
            "looked_at": len(found), "against": int((found["value"] <= self.threshold).sum()),
            "worst": "", "pilot": "",
        }  # fmt: skip
        if len(found):
            first = found.iloc[0]
            printed = self.printed.format(self.sign * float(first["value"]))
            row |= {"worst": f"{first['named']}, {printed}", "pilot": first["pilot"]}
        return row


def check_table(checks: Sequence[Check]) -> pd.DataFrame:
    """Return one row per check, in the order given, with the columns of `COLUMNS`.

    Examples
    --------
    >>> slope = Check("slope", "A steady trend", "p at most .05", [0.3, 0.02], 0.05,
    ...               ["starts in A", "starts in B"], ["A", "B"], "p {:.3f}")
    >>> check_table([slope])[["looked_at", "against", "worst"]].values.tolist()
    [[2, 1, 'starts in B, p 0.020']]
    """
    return pd.DataFrame([check.row() for check in checks], columns=list(COLUMNS))
