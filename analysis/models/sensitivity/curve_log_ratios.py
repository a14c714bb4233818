"""Log ratios of every specification of a curve under every assignment, computed together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit

from analysis.models.sensitivity.curve_counts import mean_offset

if TYPE_CHECKING:
    from analysis.models.inputs.school_counts import Floats
    from analysis.models.sensitivity.curve_counts import CurveCounts

ORDER = 6
"""Order of the expansion in the offset's deviation; see `curve_log_ratios`."""
NEWTON_STEPS = 8
BLOCK = 8
"""Specifications per block, so that arrays stay in the processor's cache."""


def curve_log_ratios(counts: CurveCounts, treated: Floats) -> Floats:
    r"""Return the log ratio of every specification under every assignment.

    Parameters
    ----------
    counts
        The schools' events under each of S specifications.
    treated : ndarray of shape (draws, n)
        One assignment of the schools per row, as 0 and 1.

    Returns
    -------
    ndarray of shape (draws, S)
        NaN where a cell is empty.

    Notes
    -----
    With one stratum the arms are fitted separately: each solves
    :math:`\sum_i \{y_{i1} - m_i\,\mathrm{expit}(o_i + \beta)\} = 0`, and the log ratio is
    the difference of the two :math:`\beta`. Offsets differ little between schools, so
    with :math:`\epsilon_i = o_i - \bar o` the sum is
    :math:`\sum_k \mathrm{expit}^{(k)}(\bar o + \beta) \sum_i m_i \epsilon_i^k / k!`, and
    the sums over schools are matrix products of all assignments and specifications at
    once. The terms left out are below :math:`\epsilon^7 / 10^4`.
    """
    starts = range(0, counts.before.shape[1], BLOCK)
    blocks = [counts.only(slice(start, start + BLOCK)) for start in starts]
    with ThreadPoolExecutor() as threads:  # numpy releases the GIL while it computes
        return np.hstack(list(threads.map(lambda block: _block_log_ratios(block, treated), blocks)))


def _block_log_ratios(counts: CurveCounts, treated: Floats) -> Floats:
    total = counts.before + counts.after
    deviation = np.where(total > 0, counts.offset - mean_offset(counts), 0.0)
    powers = [counts.after, total]
    for k in range(1, ORDER + 1):
        powers.append(powers[-1] * deviation / k)
    of_treated = [treated @ power for power in powers]
    of_others = [power.sum(axis=0) - sums for power, sums in zip(powers, of_treated, strict=True)]
    return _log_odds(of_treated) - _log_odds(of_others)


def _log_odds(sums: list[Floats]) -> Floats:
    """Solve for one arm's log odds from its sums: events after, totals, and their moments."""
    after, moments = sums[0], sums[1:]
    total = np.maximum(moments[0], 1e-300)
    inside = (after > 1e-9) & (moments[0] - after > 1e-9)
    log_odds: Floats = logit(np.where(inside, after / total, np.nan)) - moments[1] / total
    for _ in range(NEWTON_STEPS):
        slopes = _expit_derivatives(log_odds)
        value = after.copy()
        slope = np.zeros_like(value)
        for k, moment in enumerate(moments):
            value -= slopes[k] * moment
            slope += slopes[k + 1] * moment
        step = value / slope
        log_odds += step
        # Newton squares the error: after a step of 1e-5 it is below 1e-10.
        if not np.nanmax(np.abs(step), initial=0.0) > 1e-5:
            break
    return log_odds


def _expit_derivatives(x: Floats) -> tuple[Floats, ...]:
    """Return expit and its first seven derivatives."""
    p = expit(x)
    v = p * (1 - p)
    odd = v * (1 - 2 * p)
    return (
        p, v, odd, v * (1 - 6 * v), odd * (1 - 12 * v), v * (1 + v * (120 * v - 30)),
        odd * (1 + v * (360 * v - 60)), v * (1 + v * (v * (1680 - 5040 * v) - 126)),
    )  # fmt: skip
