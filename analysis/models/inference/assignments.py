"""Possible assignments of units within matched sets: every one, or a random sample."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb, prod
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from analysis.models.inputs.estimability import NotEstimable
from analysis.workers import over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from analysis.models.inputs.month_counts import MonthCounts
    from analysis.models.inputs.school_counts import Booleans, Codes, Floats, SchoolCounts

Result = TypeVar("Result")

CHUNK = 4_000_000
"""Numbers in memory at once, so that use of memory does not grow with assignments."""

ALL_DRAWS_UP_TO = 200
"""Number of schools up to which a fit per draw is repeated for all draws asked for."""
FEWEST_DRAWS = 499


def affordable_draws(draws: int, schools: int) -> int:
    """Return the number of draws that keeps the work for many schools within that for fewer.

    At least `FEWEST_DRAWS`, with which a p-value of 5% is accurate to two points. Only for fits
    without a faster algorithm: a test of the primary model uses all its draws for any number of
    schools.

    Examples
    --------
    >>> affordable_draws(1_999, 74), affordable_draws(1_999, 400), affordable_draws(1_999, 30_000)
    (1999, 999, 499)
    """
    if schools <= ALL_DRAWS_UP_TO:
        return draws
    return max(min(draws, FEWEST_DRAWS), draws * ALL_DRAWS_UP_TO // schools)


@dataclass(frozen=True)
class Assignments:
    """Assignments that keep the number of intervention units in each matched set.

    Attributes
    ----------
    treated : ndarray of shape (G,)
        The actual assignment.
    matched_set : ndarray of shape (G,)
        Code of each unit's set, from 0 without gaps.

    Examples
    --------
    >>> pairs = Assignments(np.array([True, False, True, False]), np.array([0, 0, 1, 1]))
    >>> pairs.possible
    4
    >>> np.vstack(list(pairs.every())).astype(int).tolist()  # and their mirror images
    [[1, 0, 1, 0], [0, 1, 1, 0]]
    """

    treated: Booleans
    matched_set: Codes

    @classmethod
    def of(cls, counts: SchoolCounts | MonthCounts) -> Assignments:
        """Return the assignments of the units that schools belong to.

        Raises
        ------
        NotEstimable
            If a unit has schools in both arms.
        """
        units = counts.unit.max() + 1
        share = np.bincount(counts.unit, counts.treated) / np.bincount(counts.unit)
        if ((share > 0) & (share < 1)).any():
            raise NotEstimable("an assignment unit has schools of both arms")
        return cls(share == 1, joined_sets(counts.unit, counts.matched_set, int(units)))

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Number of units, and of intervention units, in each set."""
        units = np.bincount(self.matched_set)
        chosen = np.bincount(self.matched_set, self.treated).astype(int)
        return [(int(n), int(k)) for n, k in zip(units, chosen, strict=True)]

    @property
    def possible(self) -> int:
        """The number of possible assignments."""
        return prod(comb(n, k) for n, k in self.sizes)

    @property
    def fixed_units(self) -> int:
        """Units whose set has one arm only, so that they never move."""
        return sum(n for n, k in self.sizes if k in (0, n))

    @property
    def mirrored(self) -> bool:
        """Whether every assignment has a mirror image, in which the arms are exchanged.

        This is so where both arms are of equal size in every set. A two-sided statistic is the
        same for both.
        """
        return all(n == 2 * k for n, k in self.sizes)

    @property
    def smallest_p(self) -> float:
        """The smallest two-sided p-value that a test over every assignment can give."""
        return min(1.0, (2 if self.mirrored else 1) / self.possible)

    def every(self) -> Iterator[Floats]:
        """Yield every assignment, in blocks of shape (rows, G), the actual one first.

        Only one of each mirrored pair is yielded.
        """
        choices = self._every_choice()
        for rows in self.blocks(prod(len(choice) for choice in choices)):
            yield self._of_choices(choices, rows)

    def _every_choice(self) -> list[Floats]:
        """Return the choices within each set; half of those of the last one if mirrored."""
        choices = [self._choices(code, *size) for code, size in enumerate(self.sizes)]
        if self.mirrored:
            choices[-1] = choices[-1][choices[-1][:, 0] == choices[-1][0, 0]]
        return choices

    def _of_choices(self, choices: list[Floats], rows: range) -> Floats:
        """Return some of the combinations of choices, by number."""
        index = np.arange(rows.start, rows.stop)
        block = np.empty((len(index), len(self.treated)))
        for code, choice in enumerate(choices):
            block[:, self.matched_set == code] = choice[index % len(choice)]
            index = index // len(choice)
        return block

    def blocks(self, rows: int) -> list[range]:
        """Return numbers of assignments in blocks that fit in memory."""
        size = max(1, CHUNK // len(self.treated))
        return [range(start, min(start + size, rows)) for start in range(0, rows, size)]

    def reference(self, draws: int, random: np.random.Generator) -> tuple[Floats, int]:
        """Return assignments for a two-sided test, the actual one first, and their number.

        Every assignment where that is no more work than `draws` of them; otherwise a sample with
        the actual one. Of each mirrored pair one row is returned and both are counted.
        """
        rows = self.possible // 2 if self.mirrored else self.possible
        if rows <= draws + 1:
            return np.vstack(list(self.every())), self.possible
        happened = self.treated[np.newaxis].astype(float)
        return np.vstack([happened, *self.sample(draws, random)]), draws + 1

    def sample(self, draws: int, random: np.random.Generator) -> Iterator[Floats]:
        """Yield independent assignments, drawn uniformly at random, in blocks."""
        members = self._members_by_size()
        for rows in self.blocks(draws):
            yield self._drawn(members, len(rows), random)

    def sampled(self, seed: int, rows: range) -> Floats:
        """Return one of the blocks that `sample` yields with a generator of this seed.

        Each assignment takes one random number for each unit, so a block's place in the stream is
        known, and no other has to be drawn for it.
        """
        stream = np.random.PCG64(seed)
        stream.advance(rows.start * len(self.treated))
        return self._drawn(self._members_by_size(), len(rows), np.random.Generator(stream))

    def _drawn(
        self, members: dict[tuple[int, int], Codes], rows: int, random: np.random.Generator
    ) -> Floats:
        """Return independent assignments, drawn uniformly at random."""
        block = np.zeros((rows, len(self.treated)))
        for (_, chosen), units in members.items():
            keys = random.random((rows, *units.shape))
            if units.shape[1] == 2 and chosen == 1:  # pairs: the smaller key, without sorting
                first = keys[..., 0] <= keys[..., 1]
                block[:, units[:, 0]], block[:, units[:, 1]] = first, ~first
                continue
            order = np.argsort(keys, axis=-1)[..., :chosen]
            picked = np.take_along_axis(np.broadcast_to(units, keys.shape), order, axis=-1).reshape(
                rows, -1
            )
            np.put_along_axis(block, picked, 1.0, axis=1)
        return block

    def computed(
        self, draws: int | None, seed: int, of_block: Callable[[Floats], Result]
    ) -> list[Result]:
        """Return what a function makes of each block of assignments, wherever work runs.

        Parameters
        ----------
        draws
            Number of assignments to sample; None for every one there is, one of each mirrored pair.
        seed
            For the sample.
        """
        if draws is None:
            choices = self._every_choice()
            rows = self.blocks(prod(len(choice) for choice in choices))
            return over(lambda own: of_block(self._of_choices(choices, own)), rows)
        return over(lambda own: of_block(self.sampled(seed, own)), self.blocks(draws))

    def _choices(self, code: int, size: int, chosen: int) -> Floats:
        """Return every choice of intervention units within one set, the actual one first."""
        ways = np.zeros((comb(size, chosen), size))
        for row, picked in enumerate(combinations(range(size), chosen)):
            ways[row, list(picked)] = 1.0
        happened = (ways == self.treated[self.matched_set == code]).all(axis=1)
        return np.vstack([ways[happened], ways[~happened]])

    def _members_by_size(self) -> dict[tuple[int, int], Codes]:
        """Return the units of all sets of one size as rows: {(n, k): (sets, n)}."""
        order = np.argsort(self.matched_set, kind="stable")
        ends = np.cumsum(np.bincount(self.matched_set))
        by_size: dict[tuple[int, int], list[Codes]] = {}
        for size, end in zip(self.sizes, ends, strict=True):
            by_size.setdefault(size, []).append(order[end - size[0] : end])
        return {size: np.array(rows) for size, rows in by_size.items()}


def joined_sets(unit: Codes, matched_set: Codes, units: int) -> Codes:
    """Return the set of each unit: units whose schools share a matched set belong together.

    For schools this is the matched set itself; for areas, the areas linked by matches between
    their schools.

    Examples
    --------
    >>> joined_sets(np.array([0, 0, 1, 1, 2, 3]), np.array([5, 6, 5, 6, 7, 7]), 4).tolist()
    [0, 0, 1, 1]
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    nodes = units + int(matched_set.max()) + 1
    links = coo_matrix((np.ones(len(unit)), (unit, units + matched_set)), shape=(nodes, nodes))
    labels = connected_components(links, directed=False)[1][:units]
    joined: Codes = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return joined
