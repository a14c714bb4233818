"""Which analyses are withheld where there are too many authorities to examine them jointly.

Authorities are examined in groups, called regions here. A result of one authority is examined with
those of its region. A result over all authorities is examined in each region as if its part there
were printed: a reader knows no more than that, since what is known of a region follows from its own
sums and its parts of the others. So a result that is safe in every region is safe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis.disclosure.concealed_months import CELLS
from analysis.disclosure.rules import CONFIDENTIAL

if TYPE_CHECKING:
    import pandas as pd

    from analysis.models.inputs.specification import Specification

MOST_TOGETHER = 30
"""Authorities up to which all are examined jointly."""
LARGEST = 20
"""Authorities in a region: more leave a reader less certain of each, and take longer."""


def regions_of(
    authorities: Sequence[str], tables: Mapping[str, pd.DataFrame], outcome: str
) -> list[tuple[str, ...]]:
    """Return the authorities in groups that are examined jointly.

    Parameters
    ----------
    authorities
        Names of the authorities.
    tables
        The released tables of `CELLS`.
    outcome
        The outcome whose counts they show.

    Returns
    -------
    list of tuple of str
        One group of up to `MOST_TOGETHER` authorities, otherwise groups of at most `LARGEST`.
        Authorities with suppressed cells are put together, those with the same cells next to each
        other, since they hide each other in a sum over all of them. Only what is released decides.
    """
    if len(authorities) <= MOST_TOGETHER:
        return [tuple(authorities)]
    hides = _hidden_cells(tables, outcome)
    hiding = sorted((each for each in authorities if each in hides), key=lambda n: (hides[n], n))
    others = sorted(each for each in authorities if each not in hides)
    if len(hiding) < LARGEST:
        free = LARGEST - len(hiding)
        first, others = [(*hiding, *others[:free])], others[free:]
    else:
        first = _evenly(hiding)
    return first + _evenly(others)


def _hidden_cells(
    tables: Mapping[str, pd.DataFrame], outcome: str
) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the suppressed cells of each authority that has any."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for name, period in CELLS.items():
        table = tables[name]
        cells = table.loc[(table["outcome"] == outcome) & (table["count"] == CONFIDENTIAL)]
        for pilot, *cell in cells[["pilot", "arm", *period]].astype(str).itertuples(index=False):
            found.setdefault(pilot, []).append((name, *cell))
    return {pilot: tuple(sorted(cells)) for pilot, cells in found.items()}


def _evenly(names: Sequence[str]) -> list[tuple[str, ...]]:
    parts = np.array_split(np.array(names, dtype=object), max(1, -(-len(names) // LARGEST)))
    return [tuple(part) for part in parts if len(part)]


def withheld_by_region(
    own: Sequence[Specification],
    regions: Sequence[Sequence[str]],
    judged: Callable[[int, Sequence[Specification]], Sequence[Specification]],
) -> list[Specification]:
    """Return the analyses of one outcome that are withheld in any region.

    Parameters
    ----------
    own
        The analyses, the more important ones first.
    regions
        Groups of authorities; see `regions_of`.
    judged
        Function of the index of a region, and of some analyses of its authorities or of all, that
        returns those that would reveal a suppressed count there.

    Notes
    -----
    An analysis over all authorities that one region withholds is not shown in the others either,
    where more can then be shown: so they are examined again until all agree. What is asked before
    the last such analysis is examined first, by itself, as that takes least time.
    """
    together = [place for place, each in enumerate(own) if each.pilot is None]
    start = own[: together[-1] + 1] if together else ()
    _, apart = _agreed(start, frozenset(), regions, judged)
    found, _ = _agreed(own, apart, regions, judged)
    return [each for each in own if each in found]


def _agreed(
    asked: Sequence[Specification],
    apart: frozenset[Specification],
    regions: Sequence[Sequence[str]],
    judged: Callable[[int, Sequence[Specification]], Sequence[Specification]],
) -> tuple[frozenset[Specification], frozenset[Specification]]:
    """Return what is withheld, and what of it is asked of all authorities and shown in none."""
    at = {name: place for place, names in enumerate(regions) for name in names}
    while True:
        found = set(apart)
        for place in range(len(regions)):
            # One that has no school in the extract is asked in the first, to be named there.
            mine = [each for each in asked if each not in apart
                    and (each.pilot is None or at.get(each.pilot, 0) == place)]  # fmt: skip
            found.update(judged(place, mine) if mine else ())
        wider = frozenset(each for each in found if each.pilot is None)
        if wider == apart:
            return frozenset(found), apart
        apart = wider
