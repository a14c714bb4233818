"""The estimate in closed form, from four totals, for constant exposure and one stratum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analysis.models.inputs.school_counts import Booleans, Floats


@dataclass(frozen=True)
class ClosedForm:
    """Log ratios with their variances; NaN where a total is zero.

    Attributes
    ----------
    log_ratio : ndarray of shape (...)
        Log ratio of rate ratios, less the constant of unequal exposure if there is one.
    cr0, cr1, cr2, cr3, jackknife : ndarray of shape (...)
        Its variance, by small-sample correction.
    df : ndarray of shape (...)
        Satterthwaite degrees of freedom of `cr2`.
    largest_leverage : ndarray of shape (...)
        Largest share of one unit in its arm's events.
    """

    log_ratio: Floats
    cr0: Floats
    cr1: Floats
    cr2: Floats
    cr3: Floats
    jackknife: Floats
    df: Floats
    largest_leverage: Floats


def closed_form(before: Floats, after: Floats, treated: Booleans) -> ClosedForm:
    r"""Return estimates of many data sets with one assignment.

    Parameters
    ----------
    before, after : ndarray of shape (..., G)
        Events of each assignment unit in each period.
    treated : ndarray of shape (G,)
        Whether each unit is in the intervention arm.

    Notes
    -----
    With totals Y by arm and period,
    :math:`\hat\theta = \log(Y_{T1}/Y_{T0}) - \log(Y_{C1}/Y_{C0})`. A unit's influence is
    :math:`\psi_i = y_{i1}/Y_{T1} - y_{i0}/Y_{T0}` (with its own arm's totals), its
    leverage :math:`h_i = (y_{i0} + y_{i1}) / (Y_{T0} + Y_{T1})`, and

    .. math:: V_{CR0} = \sum\psi_i^2, \quad V_{CR2} = \sum\psi_i^2/(1 - h_i), \quad
       V_{CR3} = \sum\psi_i^2/(1 - h_i)^2 .

    With :math:`W = Y_0 Y_1 / (Y_0 + Y_1)` of an arm and
    :math:`s_i = h_i^2 / (W (1 - h_i))`, the Satterthwaite degrees of freedom are
    :math:`(\sum W^{-1})^2 / \sum \{\sum h_i^2 / W^2 + (\sum s_i)^2 - \sum s_i^2\}`, the
    outer sums over the two arms.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28, 169-181.
    MacKinnon, Nielsen & Webb (2023), doi:10.1002/jae.2969 (the jackknife).

    Examples
    --------
    >>> import numpy as np
    >>> fit = closed_form(np.array([10.0, 20, 12, 18]), np.array([6.0, 12, 14, 16]),
    ...                   np.array([True, True, False, False]))
    >>> round(float(np.exp(fit.log_ratio)), 3)
    0.6
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (_Arm.of(before[..., arm], after[..., arm]) for arm in (treated, ~treated))
        units = before.shape[-1]
        cr0, cr2, cr3 = (one.variance(power) + other.variance(power) for power in (0, 1, 2))
        trace = 1 / one.information + 1 / other.information
        return ClosedForm(
            one.log_odds - other.log_odds,
            cr0,
            cr0 * units / (units - 1),
            cr2,
            cr3,
            (one.deletions() + other.deletions()) * (units - 1) / units,
            trace**2 / (one.trace_of_square() + other.trace_of_square()),
            np.maximum(one.leverage.max(axis=-1), other.leverage.max(axis=-1)),
        )


@dataclass(frozen=True)
class _Arm:
    """Quantities of one arm for the formulas; the last axis is its units."""

    before: Floats
    after: Floats
    totals: tuple[Floats, Floats]
    log_odds: Floats
    influence: Floats
    leverage: Floats
    information: Floats

    @classmethod
    def of(cls, before: Floats, after: Floats) -> _Arm:
        y0, y1 = before.sum(axis=-1), after.sum(axis=-1)
        log_odds = np.log(np.where(y1 * y0 > 0, y1, np.nan) / y0)
        influence = after / y1[..., np.newaxis] - before / y0[..., np.newaxis]
        leverage = (before + after) / (y0 + y1)[..., np.newaxis]
        return cls(before, after, (y0, y1), log_odds, influence, leverage, y0 * y1 / (y0 + y1))

    def variance(self, power: int) -> Floats:
        """Return the arm's part of the variance."""
        part: Floats = (self.influence**2 / (1 - self.leverage) ** power).sum(axis=-1)
        return part

    def deletions(self) -> Floats:
        """Return the sum of squared changes of the log ratio when each unit is left out."""
        y0, y1 = (total[..., np.newaxis] for total in self.totals)
        without = np.log((y1 - self.after) / (y0 - self.before))
        squares: Floats = ((without - self.log_odds[..., np.newaxis]) ** 2).sum(axis=-1)
        return np.where(np.isfinite(squares), squares, np.nan)

    def trace_of_square(self) -> Floats:
        """Return the arm's part of the trace of the squared matrix behind CR2."""
        information = self.information[..., np.newaxis]
        off = self.leverage**2 / (information * (1 - self.leverage))
        trace: Floats = (
            ((self.leverage / information) ** 2).sum(axis=-1)
            + off.sum(axis=-1) ** 2
            - (off**2).sum(axis=-1)
        )
        return trace


def permuted(before: Floats, after: Floats, treated: Floats) -> tuple[Floats, Floats]:
    """Return log ratios and CR0 variances of one data set under many assignments.

    Parameters
    ----------
    before, after : ndarray of shape (G,)
        Events of each assignment unit in each period.
    treated : ndarray of shape (draws, G)
        One assignment per row, as 0 and 1.

    Returns
    -------
    log_ratio, variance : ndarray of shape (draws,)
        NaN where an assignment leaves a total at zero.
    """
    moments = np.column_stack([before, after, before**2, after**2, before * after])
    of_treated = treated @ moments
    with np.errstate(divide="ignore", invalid="ignore"):
        log_odds, variance = zip(
            *(_from_moments(sums) for sums in (of_treated, moments.sum(axis=0) - of_treated)),
            strict=True,
        )
    return log_odds[0] - log_odds[1], variance[0] + variance[1]


def _from_moments(sums: Floats) -> tuple[Floats, Floats]:
    """Return an arm's log odds and part of the CR0 variance from its five sums."""
    y0, y1, y00, y11, y01 = sums.T
    y0 = np.where(y0 * y1 > 0, y0, np.nan)
    return np.log(y1 / y0), y11 / y1**2 - 2 * y01 / (y0 * y1) + y00 / y0**2
