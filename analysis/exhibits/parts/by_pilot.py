"""Tables of estimates with one line per analysis and one column per pilot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from analysis.disclosure import WITHHELD
from analysis.exhibits.parts import words
from analysis.models.inputs.rate_units import MONTHLY

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

COLUMNS = {
    "label": "What is estimated, or with what choice changed",
    "outcome": "Outcome",
    "pilot": "Local authority",
    "method": "Model",
    "status": "Whether it could be estimated",
    "reason": "Why not, if not",
    "same_as": "Which choice above comes to the very same; empty where none does",
    "ratio": "Ratio of rate ratios, intervention against comparison schools",
    "ratio_low": "Lower limit of its 95% interval",
    "ratio_high": "Upper limit of its 95% interval",
    "per_1000": f"Difference in events {MONTHLY.words}",
    "per_1000_low": "Lower limit of its 95% interval",
    "per_1000_high": "Upper limit of its 95% interval",
    "p_value": "Two-sided p-value of no effect",
}
"""The columns of a table of estimates that exhibits show, and their meanings."""


def cell(row: Mapping[Hashable, Any]) -> str:
    """Return an estimate with its interval: a ratio, or a difference in rates."""
    if row["status"] != "estimated":
        return words.no_estimate(str(row["reason"]))
    if isinstance(row.get("same_as"), str) and row["same_as"]:
        return f"as {row['same_as']}"
    for name, printed in (("ratio", words.ratio), ("per_1000", _rate)):
        value, low, high = (row.get(f"{name}{end}", math.nan) for end in ("", "_low", "_high"))
        if not any(map(math.isnan, (value, low, high))):
            return words.interval(value, low, high, printed)
    return "[z]"


def reasons(estimates: pd.DataFrame, named: str) -> str:
    """Return a note on what could not be estimated, and why; empty where everything could.

    Parameters
    ----------
    named
        Column that names each analysis; those with the same reason in one pilot are listed
        together.
    """
    missing = estimates.loc[estimates["status"] != "estimated"]
    return words.not_estimable(
        (", ".join(map(words.inside, dict.fromkeys(group[named]))), str(pilot), str(reason))
        for (pilot, reason), group in missing.groupby(["pilot", "reason"], sort=False)
    )


def none_shown(columns: int) -> tuple[tuple[str, ...]]:
    """Return the only line of a table in which nothing may be shown.

    Examples
    --------
    >>> none_shown(3)
    (('none: withheld to protect small counts, or too few to analyse', '[c]', '[c]'),)
    """
    return ((f"none: {WITHHELD}", *(words.HIDDEN,) * (columns - 1)),)


def limits(row: Mapping[Hashable, Any], name: str = "ratio") -> str:
    """Return the two limits of an interval, with no line break between them."""
    return ends(row[f"{name}_low"], row[f"{name}_high"])


def ends(low: float, high: float) -> str:
    """Return the two limits of an interval of a ratio; "[z]" where one is missing."""
    if math.isnan(low) or math.isnan(high):
        return "[z]"
    printed = (words.limit(low, words.ratio), words.limit(high, words.ratio))
    return f"{printed[0]}{words.NO_BREAK}to{words.NO_BREAK}{printed[1]}"


def _rate(value: float) -> str:
    return words.rate(value, 2)
