"""The score wild bootstrap: random signs on units' scores under no effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.school_counts import SchoolCounts, group_sums
from analysis.models.primary.newton import null_period_effects
from analysis.workers import over

if TYPE_CHECKING:
    import pandas as pd

    from analysis.models.inputs.school_counts import Floats

EXACT_UP_TO = 18
DRAWS = 9_999
CHUNK = 4_000_000
TIE = 1e-9


@dataclass(frozen=True)
class WildBootstrapTest:
    """The result of the score wild bootstrap.

    Attributes
    ----------
    statistic
        The studentised score; its sign is that of the effect.
    p_value
        Two-sided.
    draws
        Number of patterns of signs used.
    exact
        Whether all patterns were used.
    """

    statistic: float
    p_value: float
    draws: int
    exact: bool


def wild_bootstrap_test(
    schools: pd.DataFrame, *, seed: int, draws: int = DRAWS, exact_up_to: int = EXACT_UP_TO
) -> WildBootstrapTest:
    r"""Test the hypothesis of no effect by changing the signs of units' scores.

    Parameters
    ----------
    schools
        One row per school; see `compare`.
    seed, draws
        For the sample of signs, where there are too many patterns to enumerate.
    exact_up_to
        Number of units up to which all patterns of signs are enumerated.

    Raises
    ------
    NotEstimable
        If fewer than two units contribute.

    Notes
    -----
    With period effects fitted under no effect, unit g scores
    :math:`s_g = \sum_i (T_i - \bar T_i)(y_{i1} - m_i p_i)` over its schools, where
    :math:`\bar T_i` is the mean of treatment in the school's stratum weighted by
    :math:`m_i p_i (1 - p_i)`. The statistic is
    :math:`\sum s_g / \sqrt{\sum s_g^2}`; its reference distribution puts a sign of +1 or
    -1 on each score. Equal to the test of the interaction in a Poisson regression.

    References
    ----------
    Kline & Santos (2012), doi:10.1515/2156-6674.1006.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({
    ...     "treated": [True, False] * 3, "matched_set": list("aabbcc"),
    ...     "cluster": list("ABCDEF"), "stratum": "",
    ...     "events_before": [20, 21, 14, 15, 9, 8], "events_after": [9, 22, 8, 14, 4, 9],
    ...     "exposure_before": 1.0, "exposure_after": 1.0,
    ... })
    >>> wild_bootstrap_test(pairs, seed=1).p_value
    0.03125
    """
    scores = unit_scores(SchoolCounts.of(schools))
    scores = scores[np.abs(scores) > TIE * np.abs(scores).max()]
    if len(scores) < 2:
        raise NotEstimable("fewer than two units contribute to the score")
    happened = scores.sum() / np.sqrt((scores**2).sum())
    exact = len(scores) <= exact_up_to

    def tally_of(rows: range) -> int:
        signs = _signs(len(scores), rows) if exact else _drawn_signs(len(scores), rows, seed)
        # Signs do not change the squares, so the denominator is constant.
        found = np.abs(signs @ scores) / np.sqrt((scores**2).sum())
        return int((found >= abs(happened) * (1 - TIE)).sum())

    looked_at = 2 ** (len(scores) - 1) if exact else draws
    tally = sum(over(tally_of, _blocks(len(scores), looked_at)))
    p_value = tally / looked_at if exact else (tally + 1) / (looked_at + 1)
    return WildBootstrapTest(float(happened), p_value, looked_at * (2 if exact else 1), exact)


def unit_scores(counts: SchoolCounts) -> Floats:
    """Return each unit's efficient score for the log ratio under no effect, (G,)."""
    period = null_period_effects(counts)
    chance = expit(counts.offset + period[counts.stratum])
    info = counts.total * chance * (1 - chance)
    of_all = np.maximum(group_sums(info, counts.stratum), 1e-300)
    share = group_sums(info * counts.treated, counts.stratum) / of_all
    contribution = (counts.treated - share[counts.stratum]) * (counts.after - counts.total * chance)
    return group_sums(contribution, counts.unit)


def _blocks(units: int, patterns: int) -> list[range]:
    """Return numbers of patterns of signs in blocks that fit in memory."""
    rows = max(1, CHUNK // units)
    return [range(start, min(start + rows, patterns)) for start in range(0, patterns, rows)]


def _signs(units: int, rows: range) -> Floats:
    """Return patterns of signs in which the first is +1, by number; the others mirror these."""
    index = np.arange(rows.start, rows.stop)[:, np.newaxis]
    bits = (index >> np.arange(units - 1)) & 1
    return np.hstack([np.ones((len(index), 1)), 1.0 - 2.0 * bits])


def _drawn_signs(units: int, rows: range, seed: int) -> Floats:
    """Return random signs: some rows of the stream that a seed gives.

    Each sign takes half of a number of the stream, the lower half first.
    """
    before = rows.start * units
    stream = np.random.PCG64(seed)
    stream.advance(before // 2)
    random = np.random.Generator(stream)
    if before % 2:
        random.choice([-1.0, 1.0], 1)
    return random.choice([-1.0, 1.0], (len(rows), units))
