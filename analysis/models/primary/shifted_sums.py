r"""An arm's sums as Chebyshev series in its log odds, for designs with very many schools.

With one stratum the arms of the conditional model are fitted separately: each solves
:math:`F(s) = \sum_i \{y_{i1} - m_i\,\mathrm{expit}(o_i + s)\} = 0`. A unit's part of the sum is a
smooth function of one number, so a few values determine it; sums over the units that an assignment
treats are then matrix products, whatever the number of schools.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import chebyshev
from scipy.special import expit

from analysis.models.inputs.school_counts import group_sums
from analysis.models.primary.newton import null_period_effects

if TYPE_CHECKING:
    from analysis.models.inputs.school_counts import Floats, SchoolCounts

MANY = 200
"""Number of schools from which sums are interpolated from their values at `NODES` points."""
NODES, REACH = 32, 2.0
r"""Points within `REACH` of the arms' common log odds. expit has its nearest pole at a distance of
:math:`\pi`, so that the error is below :math:`3.43^{-32}`, a rounding error."""
STEPS = 50
CONVERGED = 1e-12


@dataclass(frozen=True)
class ShiftedSums:
    """Each unit's part of its arm's sums, as Chebyshev coefficients over a range of log odds.

    Attributes
    ----------
    centre : float
        The log odds in the middle of the range: those of both arms combined.
    after, before : ndarray of shape (G,)
        Events of each unit.
    expected : ndarray of shape (G, NODES)
        Coefficients of each unit's expected events after.
    squares : ndarray of shape (G, NODES)
        Coefficients of the square of its events after less those expected.
    """

    centre: float
    before: Floats
    after: Floats
    expected: Floats
    squares: Floats

    @classmethod
    def of(cls, counts: SchoolCounts) -> ShiftedSums:
        """Evaluate each unit's part at the nodes."""
        centre = float(null_period_effects(counts)[0])
        nodes = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
        before, after = (group_sums(each, counts.unit) for each in (counts.before, counts.after))
        chance = expit(counts.offset[:, np.newaxis] + centre + REACH * nodes)
        expected = group_sums((counts.total[:, np.newaxis] * chance).T, counts.unit).T
        to_series = np.linalg.inv(chebyshev.chebvander(nodes, NODES - 1)).T
        return cls(centre, before, after, expected @ to_series,
                   (after[:, np.newaxis] - expected) ** 2 @ to_series)  # fmt: skip

    @property
    def moments(self) -> Floats:
        """All coefficients as columns, (G, 2 + 2 NODES), so that one product sums an arm."""
        return np.column_stack([self.before, self.after, self.expected, self.squares])

    def fitted(self, sums: Floats) -> tuple[Floats, Floats]:
        """Return log odds and CR0 variances of arms from their sums of `moments`.

        Parameters
        ----------
        sums : ndarray of shape (draws, 2 + 2 NODES)

        Returns
        -------
        log_odds, variance : ndarray of shape (draws,)
            NaN where an arm has no events in a period, or its log odds are out of range.
        """
        before, after = sums[:, 0], sums[:, 1]
        expected, squares = sums[:, 2 : 2 + NODES], sums[:, 2 + NODES :]
        slope: Floats = np.asarray(chebyshev.chebder(expected, axis=1), dtype=np.float64)
        at = np.where((before > 0) & (after > 0), 0.0, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            for _ in range(STEPS):
                step = (after - _values(expected, at)) / _values(slope, at)
                at = np.where(np.abs(at) <= 1, np.clip(at + step, -1.5, 1.5), np.nan)
                if not np.nanmax(np.abs(step), initial=0.0) > CONVERGED:
                    break
            information = _values(slope, at) / REACH
            return self.centre + REACH * at, _values(squares, at) / information**2


def _values(series: Floats, at: Floats) -> Floats:
    """Return each row's series at its own point, by Clenshaw's recurrence."""
    last, before = np.zeros((2, len(at)))
    for coefficient in series.T[:0:-1]:
        last, before = coefficient + 2 * at * last - before, last
    values: Floats = series[:, 0] + at * last - before
    return values


def permuted_by_sums(sums: ShiftedSums, treated: Floats) -> tuple[Floats, Floats]:
    """Return log ratios and CR0 variances under many assignments; see `batched_log_ratios`.

    Parameters
    ----------
    treated : ndarray of shape (draws, G)
        One assignment of the units per row, as 0 and 1.
    """
    moments = sums.moments
    of_treated = treated @ moments
    one, other = (sums.fitted(arm) for arm in (of_treated, moments.sum(axis=0) - of_treated))
    return one[0] - other[0], one[1] + other[1]
