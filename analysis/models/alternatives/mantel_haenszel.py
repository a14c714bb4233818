"""The Mantel-Haenszel ratio: comparison within matched sets, however few their events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.school_counts import Booleans, Codes, Floats, SchoolCounts

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class MantelHaenszel:
    """The common ratio over matched sets.

    Attributes
    ----------
    log_ratio
        Log of the ratio of rate ratios.
    standard_error
        Jackknife standard error, leaving out each set in turn.
    sets
        Number of sets with events, which are left out in turn.
    """

    log_ratio: float
    standard_error: float
    sets: int


def mantel_haenszel(schools: pd.DataFrame) -> MantelHaenszel:
    r"""Return the Mantel-Haenszel ratio over matched sets.

    Parameters
    ----------
    schools
        One row per school; see `compare`.

    Raises
    ------
    NotEstimable
        If fewer than two sets contribute, or none in one direction.

    Notes
    -----
    With events :math:`a_s, b_s` after and before in a set's intervention schools,
    :math:`c_s, d_s` in its comparison schools, and exposures alike,

    .. math:: \hat\theta = \log\frac{\sum a_s d_s e^{-o_s/2} / m_s}
       {\sum b_s c_s e^{o_s/2} / m_s}

    where :math:`m_s` is the set's total and :math:`o_s` the difference of the arms' log
    ratios of exposure. A separate period effect for every set would bias a regression when sets
    have few events; this estimate has no such bias.

    References
    ----------
    Mantel & Haenszel (1959), doi:10.1093/jnci/22.4.719.

    Examples
    --------
    >>> import pandas as pd
    >>> schools = pd.DataFrame({
    ...     "treated": [True, False] * 2, "stratum": "", "cluster": list("ABCD"),
    ...     "matched_set": [1, 1, 2, 2], "events_before": [10, 8, 6, 7],
    ...     "events_after": [5, 8, 4, 7], "exposure_before": 1.0, "exposure_after": 1.0,
    ... })
    >>> found = mantel_haenszel(schools)
    >>> round(float(np.exp(found.log_ratio)), 3)  # (40/31 + 28/24) / (80/31 + 42/24)
    0.567
    """
    counts = SchoolCounts.of(schools)
    parts = set_products(
        counts.after, counts.before, counts.offset, counts.treated, counts.matched_set
    )
    parts = parts[parts.sum(axis=1) > 0]
    without = parts.sum(axis=0) - parts
    if len(parts) < 2 or not (without > 0).all():
        raise NotEstimable("too few matched sets have events in both arms and periods")
    log_ratio = float(np.log(parts[:, 0].sum() / parts[:, 1].sum()))
    changes = np.log(without[:, 0] / without[:, 1]) - log_ratio
    variance = (len(parts) - 1) / len(parts) * (changes**2).sum()
    return MantelHaenszel(log_ratio, float(np.sqrt(variance)), len(parts))


def set_products(
    after: Floats, before: Floats, offset: Floats, treated: Booleans, group: Codes
) -> Floats:
    """Return each set's terms of the numerator and the denominator, (sets, 2)."""
    cells = np.array([
        np.bincount(group, y * arm) for arm in (treated, ~treated) for y in (after, before)
    ])  # fmt: skip
    total = cells.sum(axis=0)
    # Each arm's log ratio of exposures, weighted by its schools' events.
    ratio = [
        np.bincount(group, (after + before) * arm * offset)
        / np.maximum(np.bincount(group, (after + before) * arm), 1e-300)
        for arm in (treated, ~treated)
    ]
    tilt = np.exp((ratio[0] - ratio[1]) / 2)
    safe = np.maximum(total, 1)
    above, below = cells[0] * cells[3] / safe / tilt, cells[1] * cells[2] / safe * tilt
    products: Floats = np.column_stack([above, below])
    return products
