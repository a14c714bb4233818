"""Counts of results on either side of 1, including results that may not be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.inputs.estimability import ESTIMATED

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from analysis.models.inputs.school_counts import Floats

SUMS = ("events_intervention_before", "events_comparison_before", "events_intervention_after",
        "events_comparison_after")  # fmt: skip
SIGNS = np.array([-1.0, 1.0, 1.0, -1.0])
"""The sign with which the log of each sum enters the log ratio."""
COARSE = 0.1
COLUMNS: dict[str, str] = {
    "specifications": "Results counted, those that may not be shown among them",
    "withheld": "Results among them that may not be shown one by one",
    "below_1": "Ratios below 1, whatever the suppressed counts are",
    "clear_below": "Intervals entirely below 1, whatever the suppressed counts are",
    "clear_above": "Intervals entirely above 1, whatever the suppressed counts are",
    "undecided": "Results of which one of these depends on a suppressed count, so it is not stated",
    "lowest": "A tenth that no ratio is below, whatever the suppressed counts are",
    "highest": "A tenth that no ratio is above, whatever the suppressed counts are",
}


def outline(estimates: pd.DataFrame, ranges: Mapping[tuple[str, str], Floats]) -> dict[str, object]:
    r"""Count results on either side of 1, so that no suppressed count can be worked out.

    Parameters
    ----------
    estimates
        A table with the columns of `estimates.COLUMNS`, of results whether shown or not.
    ranges
        By specification and pilot, for those that may not be shown: the range of each of the four
        sums of `SUMS`, as far as a reader may know it; shape (4, 2).

    Returns
    -------
    dict
        The columns of `COLUMNS`; limits are NaN where a sum is unbounded.

    Notes
    -----
    A result counts on one side only if it lies there for every value that its sums may have, by
    :math:`\hat\theta = \log(Y_{T1}/Y_{T0}) - \log(Y_{C1}/Y_{C0})` and the width of its interval.
    So what is printed is the same whatever the suppressed counts are, and reveals nothing about
    them.

    Examples
    --------
    >>> row = {"specification": "a", "pilot": "X", "status": "estimated", "log_ratio": -0.11,
    ...        "ratio_low": 0.7, "ratio_high": 1.1} | dict(zip(SUMS, (30, 30, 27, 30)))
    >>> alone = pd.DataFrame([row])
    >>> outline(alone, {})["below_1"]
    1
    >>> hidden = np.array([[30, 30], [30, 30], [25, 31], [30, 30.0]])
    >>> {k: outline(alone, {("a", "X"): hidden})[k] for k in ("below_1", "undecided")}
    {'below_1': 0, 'undecided': 1}
    """
    rows = estimates.loc[estimates["status"] == ESTIMATED]
    low, high = _log_ratios(rows, ranges)
    reach = np.log((rows["ratio_high"] / rows["ratio_low"]).to_numpy(float)) / 2
    below, above = high < 0, low >= 0
    clear_below, not_clear_below = high + reach < 0, low + reach >= 0
    clear_above, not_clear_above = low - reach > 0, high - reach <= 0
    decided = (below | above) & (clear_below | not_clear_below) & (clear_above | not_clear_above)
    return {
        "specifications": len(rows),
        "withheld": sum(key in ranges for key in _keys(rows)),
        "below_1": int(below.sum()),
        "clear_below": int(clear_below.sum()),
        "clear_above": int(clear_above.sum()),
        "undecided": int((~decided).sum()),
        "lowest": _outwards(low, -1),
        "highest": _outwards(high, 1),
    }


def outlines(
    estimates: pd.DataFrame,
    ranges: Mapping[tuple[str, str], Floats],
    groups: Sequence[Mapping[str, str]],
) -> pd.DataFrame:
    """Count results by pilot and group.

    Parameters
    ----------
    estimates, ranges
        As for `outline`.
    groups
        For each row of `estimates` the groups that it belongs to: the choice, and the option
        taken.

    Returns
    -------
    DataFrame
        One row per pilot and group, that of all results first: `pilot`, `choice`, `taken` and the
        columns of `COLUMNS`.
    """
    found = []
    for pilot in dict.fromkeys(estimates["pilot"]):
        own = (estimates["pilot"] == pilot).to_numpy()
        parts: dict[tuple[str, str], list[bool]] = {("all", "all"): own.tolist()}
        for choice in dict.fromkeys(name for group in groups for name in group):
            for taken in dict.fromkeys(group[choice] for group in groups if choice in group):
                inside = [group.get(choice) == taken for group in groups]
                parts[choice, taken] = (own & np.array(inside)).tolist()
        found += [
            {"pilot": pilot, "choice": choice, "taken": taken, **outline(estimates[mask], ranges)}
            for (choice, taken), mask in parts.items()
            if any(mask)
        ]
    return pd.DataFrame(found, columns=["pilot", "choice", "taken", *COLUMNS])


def _keys(rows: pd.DataFrame) -> list[tuple[Hashable, Hashable]]:
    return list(zip(rows["specification"], rows["pilot"], strict=True))


def _log_ratios(
    rows: pd.DataFrame, ranges: Mapping[tuple[str, str], Floats]
) -> tuple[Floats, Floats]:
    """Return the lowest and the highest log ratio that the ranges of sums allow."""
    seen = rows[list(SUMS)].to_numpy(float)
    ends = np.repeat(seen[:, :, np.newaxis], 2, axis=2)
    for place, key in enumerate(_keys(rows)):
        if key in ranges:
            ends[place] = ranges[key]  # type: ignore[index]  # every key is filled
    with np.errstate(divide="ignore"):
        moved = SIGNS[:, np.newaxis] * (np.log(ends) - np.log(seen)[:, :, np.newaxis])
    at = rows["log_ratio"].to_numpy(float)
    return at + moved.min(axis=2).sum(axis=1), at + moved.max(axis=2).sum(axis=1)


def _outwards(log_ratios: Floats, side: int) -> float:
    """Return the limit of some ratios, rounded outwards."""
    if not len(log_ratios) or not np.isfinite(log_ratios).all():
        return np.nan
    ratios = np.exp(log_ratios) / COARSE
    return round(float(np.floor(ratios.min()) if side < 0 else np.ceil(ratios.max())) * COARSE, 9)
