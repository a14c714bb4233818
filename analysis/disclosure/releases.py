"""What two releases together would reveal, although each is safe by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.disclosure.rules import CONFIDENTIAL, DisclosureRules
from analysis.models.inputs.estimability import WITHHELD

if TYPE_CHECKING:
    import pandas as pd

NORMAL = 1.96
"""Half the width of a 95% interval in standard errors; larger for few schools, so this is safe."""

ESTIMATE = ("ratio", "ratio_low", "ratio_high")
"""Columns of a ratio and the limits of its 95% interval."""

DAYS_OF_A_CHILD = 366
"""The most days that one child can add to a sum: no table shows a period longer than a year."""


@dataclass(frozen=True)
class Revealed:
    """A cell that the releases together reveal.

    Attributes
    ----------
    exhibit
        The exhibit that shows it.
    cell
        The cell's keys and column, as text, without its value.
    how
        How it is revealed, in one sentence.
    """

    exhibit: str
    cell: str
    how: str


@dataclass(frozen=True)
class ReleasedData:
    """The data behind one exhibit, as released.

    Attributes
    ----------
    cells
        The released cells. Counts are integers or `c`; text identifies the row; other numbers,
        such as rates, are neither.
    days
        Texts that mark a sum of days: names of outcomes, as in the rows, or of columns.
    """

    cells: pd.DataFrame
    days: frozenset[str] = frozenset()


def revealed_by(
    new: Mapping[str, ReleasedData],
    earlier: Sequence[Mapping[str, ReleasedData]],
    rules: DisclosureRules,
) -> tuple[Revealed, ...]:
    """Compare a release with earlier ones, and return the cells that they reveal together.

    Parameters
    ----------
    new, earlier
        The data behind each exhibit, by name.
    rules
        The disclosure rules of the channel.

    Returns
    -------
    tuple of Revealed
        Cells that were suppressed and are shown now, or the other way round, and counts that
        differ from earlier ones by so few that the few are revealed.

    Notes
    -----
    A count that is shown where another release suppressed it reveals the suppressed one if the
    data are the same, and something close to it if they have been corrected since. A suppressed
    part of which only the total changed is not a further case: the total differs by just as few.

    A ratio reveals sums that are shown nowhere. The variance of its logarithm is at least one over
    the smallest of its counts, so that fewer events than the threshold can change it by no more
    than the threshold times the variance; a smaller change may be a few events.

    A sum of days is flagged where fewer children than the threshold could make the difference.
    Releases do not show whether several events belong to one child.
    """
    found: list[Revealed] = []
    for before in earlier:
        for name in sorted(set(new) & set(before)):
            found += _of_exhibit(name, new[name], before[name], rules)
    return tuple(dict.fromkeys(found))


def _of_exhibit(
    name: str, new: ReleasedData, before: ReleasedData, rules: DisclosureRules
) -> Iterator[Revealed]:
    columns = [column for column in new.cells.columns if column in before.cells.columns]
    keys = [c for c in columns if _is_key(new.cells[c]) and _is_key(before.cells[c])]
    for row, now, then in _pairs(new.cells, before.cells, keys):
        texts = zip(keys, row, strict=True)
        where = ", ".join(f"{key} {text}" for key, text in texts if text and text != WITHHELD)
        if (WITHHELD in now.values()) != (WITHHELD in then.values()):
            yield Revealed(name, where, "withheld in one release and shown in the other")
        if _moved_by_few(now, then, rules):
            how = f"a ratio moved as fewer than {rules.threshold} events can move it"
            yield Revealed(name, f"{where}: {ESTIMATE[0]}" if where else ESTIMATE[0], how)
        for column in (column for column in columns if column not in keys):
            days = not new.days.isdisjoint({*row, column})
            how = _how(now[column], then[column], rules, days=days)
            if how:
                yield Revealed(name, f"{where}: {column}" if where else column, how)


_Row = Mapping[str, object]


def _pairs(
    new: pd.DataFrame, before: pd.DataFrame, keys: list[str]
) -> Iterator[tuple[tuple[str, ...], _Row, _Row]]:
    """Yield matching rows of both releases, with the text of the later one.

    Rows are matched by text where it is unique in each release. All others are matched in their
    order: rows that no text distinguishes, and rows whose words, such as a verdict, have changed.
    """
    now, then = _by_text(new, keys), _by_text(before, keys)
    named = [t for t in now if t in then and len(now[t]) == len(then[t]) == 1]
    for text in named:
        yield text, now[text][0], then[text][0]
    rest = [[row for text, row in _rows(data, keys) if text not in named] for data in (new, before)]
    for one, other in zip(*rest, strict=False):
        yield _text(one, keys), one, other


def _rows(data: pd.DataFrame, keys: list[str]) -> Iterator[tuple[tuple[str, ...], _Row]]:
    for values in data.to_dict("records"):
        row = {str(name): value for name, value in values.items()}
        yield _text(row, keys), row


def _text(row: _Row, keys: list[str]) -> tuple[str, ...]:
    return tuple(text if isinstance(text := row[key], str) else "" for key in keys)


def _by_text(data: pd.DataFrame, keys: list[str]) -> dict[tuple[str, ...], list[_Row]]:
    found: dict[tuple[str, ...], list[_Row]] = {}
    for text, row in _rows(data, keys):
        found.setdefault(text, []).append(row)
    return found


def _how(now: object, then: object, rules: DisclosureRules, *, days: bool) -> str:
    """Return how two values of one cell reveal a count; empty where they don't."""
    if _is_missing(now) or _is_missing(then):
        return ""
    if (now == CONFIDENTIAL) != (then == CONFIDENTIAL):
        return "hidden in one release and shown in the other"
    if not (isinstance(now, int) and isinstance(then, int)) or now == then:
        return ""
    few = f"the two releases differ by fewer than {rules.threshold}"
    difference = abs(now - then)
    if days:
        least = math.ceil(difference / DAYS_OF_A_CHILD)
        return f"{few} children's days" if rules.is_unsafe(least) else ""
    return few if rules.is_unsafe(difference) else ""


def _moved_by_few(now: _Row, then: _Row, rules: DisclosureRules) -> bool:
    """Whether a ratio changed by so little that a few events may be the cause."""
    one, other = ([row.get(name) for name in ESTIMATE] for row in (now, then))
    if one == other or not all(_is_ratio(value) for value in (*one, *other)):
        return False
    ratio, low, high, before = (math.log(float(str(value))) for value in (*one, other[0]))
    variance = ((high - low) / (2 * NORMAL)) ** 2
    return abs(ratio - before) < rules.threshold * variance


def _is_ratio(value: object) -> bool:
    return isinstance(value, int | float) and 0 < value < math.inf


def _is_missing(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _is_key(values: pd.Series) -> bool:
    """Whether a column is text that identifies rows: not a count, suppressed or shown."""
    texts = [value for value in values if not _is_missing(value)]
    return all(isinstance(text, str) for text in texts) and set(texts) != {CONFIDENTIAL}
