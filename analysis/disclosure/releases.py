"""What two releases together would reveal, though each is safe by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.disclosure.rules import CONFIDENTIAL, DisclosureRules


@dataclass(frozen=True)
class Revealed:
    """One cell that the releases together give away.

    Attributes
    ----------
    exhibit
        The exhibit that shows it.
    cell
        The cell's keys and column, as text; no value.
    how
        In which way, in one sentence.
    """

    exhibit: str
    cell: str
    how: str


def revealed_by(
    new: Mapping[str, pd.DataFrame],
    earlier: Sequence[Mapping[str, pd.DataFrame]],
    rules: DisclosureRules,
) -> tuple[Revealed, ...]:
    """Compare a release with those before it.

    Parameters
    ----------
    new, earlier
        The data behind each exhibit by its name, as released: counts are whole numbers or
        `c`; every other column identifies the row.
    rules
        Of the channel.

    Returns
    -------
    tuple of Revealed
        A cell that was hidden and is shown now, or the other way round, and a count that
        differs from an earlier one by so few that the few are known.

    Notes
    -----
    A count that appears where another release hid it reveals the hidden one if the data
    are the same, and something close to it if they were corrected since.
    """
    found: list[Revealed] = []
    for before in earlier:
        for name in sorted(set(new) & set(before)):
            found += _of_exhibit(name, new[name], before[name], rules)
    return tuple(dict.fromkeys(found))


def _of_exhibit(
    name: str, new: pd.DataFrame, before: pd.DataFrame, rules: DisclosureRules
) -> list[Revealed]:
    now, then = _cells(new), _cells(before)
    found = []
    for cell in [cell for cell in now if cell in then]:
        how = _how(now[cell], then[cell], rules)
        if how:
            found.append(Revealed(name, cell, how))
    return found


def _how(now: object, then: object, rules: DisclosureRules) -> str:
    if (now == CONFIDENTIAL) != (then == CONFIDENTIAL):
        return "hidden in one release and shown in the other"
    both = isinstance(now, int) and isinstance(then, int) and now != then
    if both and rules.is_unsafe(abs(now - then)):  # type: ignore[operator]  # both are whole
        return f"the two releases differ by fewer than {rules.threshold}"
    return ""


def _cells(data: pd.DataFrame) -> dict[str, object]:
    """Return the counts of an exhibit's data by the keys of their row."""
    counts = [column for column in data.columns if _is_count(data[column])]
    keys = [column for column in data.columns if column not in counts and _is_key(data[column])]
    found: dict[str, object] = {}
    seen: Counter[str] = Counter()
    for row in data.to_dict("records"):
        where = ", ".join(f"{key} {row[key]}" for key in keys)
        # Rows that no text tells apart are told apart by their order.
        seen[where] += 1
        where += f" ({seen[where]})" if seen[where] > 1 else ""
        for column in counts:
            value = row[column]
            whole = isinstance(value, str) or pd.isna(value)
            found[f"{where}: {column}" if where else str(column)] = value if whole else int(value)
    return found


def _is_count(values: pd.Series) -> bool:
    return all(
        value == CONFIDENTIAL
        or (not isinstance(value, str) and (pd.isna(value) or float(value).is_integer()))
        for value in values
    )


def _is_key(values: pd.Series) -> bool:
    return all(isinstance(value, str) for value in values)
