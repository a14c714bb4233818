"""Align the numbers found in a text with those that it should print, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.limits import refuse, spend

if TYPE_CHECKING:
    from collections.abc import Sequence

CELLS = 10_000_000
"""Largest table that an alignment may fill, in cells."""


def alignment(expected: Sequence[str], found: Sequence[str]) -> list[tuple[int, int]]:
    """Return the longest list of matching pairs of positions, increasing in both sequences.

    Parameters
    ----------
    expected
        What should be printed.
    found
        What is printed, with other things in between.

    Returns
    -------
    list of tuple
        Positions in `expected` and in `found`. Among lists of equal length, the one that matches
        each expected value as early as possible.

    Examples
    --------
    >>> alignment(["8", "0.66"], ["47", "8", "0.66", "8"])
    [(0, 1), (1, 2)]
    """
    if len(expected) * len(found) > CELLS:
        refuse("more numbers than any chapter has")
    # longest[i][j]: most pairs possible from expected[i:] and found[j:].
    width = len(found) + 1
    longest = [[0] * width for _ in range(len(expected) + 1)]
    for i in range(len(expected) - 1, -1, -1):
        spend()
        row, below = longest[i], longest[i + 1]
        for j in range(len(found) - 1, -1, -1):
            if expected[i] == found[j]:
                row[j] = below[j + 1] + 1
            else:
                row[j] = row[j + 1] if row[j + 1] >= below[j] else below[j]
    pairs = []
    i = j = 0
    while i < len(expected) and j < len(found):
        if expected[i] == found[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif longest[i][j + 1] >= longest[i + 1][j]:
            j += 1
        else:
            i += 1
    return pairs
