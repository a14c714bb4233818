"""Which numbers of a text are the ones that were to be printed, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def alignment(expected: Sequence[str], found: Sequence[str]) -> list[tuple[int, int]]:
    """Return the longest list of pairs in which both sequences agree and go forward.

    Parameters
    ----------
    expected
        What was to be printed.
    found
        What is printed, with other things in between.

    Returns
    -------
    list of tuple
        Places in `expected` and in `found`. Of several equally long ones it is the one that
        takes what is expected as early as it comes.

    Examples
    --------
    >>> alignment(["8", "0.66"], ["47", "8", "0.66", "8"])
    [(0, 1), (1, 2)]
    """
    # longest[i][j]: pairs to be had from expected[i:] and found[j:].
    width = len(found) + 1
    longest = [[0] * width for _ in range(len(expected) + 1)]
    for i in range(len(expected) - 1, -1, -1):
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
