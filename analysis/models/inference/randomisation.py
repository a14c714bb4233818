"""Randomisation tests: the effect compared with those under every possible assignment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from analysis.models.inference.assignments import Assignments
from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.school_counts import SchoolCounts, group_sums
from analysis.models.primary.closed_form import permuted
from analysis.models.primary.newton import batched_log_ratios
from analysis.models.primary.shifted_sums import MANY, ShiftedSums, permuted_by_sums
from analysis.workers import over

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from analysis.models.inputs.school_counts import Floats

EXACT_UP_TO = 2**18
DRAWS = 9_999
TIE = 1e-9
"""Relative difference within which statistics are equal except for rounding."""
WIDEST = 8.0
"""How far from the estimate log ratios are searched: a factor of three thousand."""


@dataclass(frozen=True)
class RandomisationTest:
    """The result of a randomisation test.

    Attributes
    ----------
    log_ratio, statistic
        The estimate, and the estimate divided by its CR0 standard error.
    p_value
        Two-sided p-value of the statistic.
    p_coefficient
        Two-sided p-value of the estimate itself. Rejects too often if intervention schools vary
        more than others.
    p_lower
        One-sided: the share of assignments with an estimate as low.
    assignments, possible
        Number of assignments on which the p-values rest, and number of possible ones.
    exact
        Whether all were enumerated.
    smallest_p
        The smallest `p_value` that this design can give, whatever the data.
    fixed_units
        Units that never move, because their matched set has one arm only.
    """

    log_ratio: float
    statistic: float
    p_value: float
    p_coefficient: float
    p_lower: float
    assignments: int
    possible: int
    exact: bool
    smallest_p: float
    fixed_units: int


def randomisation_test(
    schools: pd.DataFrame,
    *,
    seed: int,
    draws: int = DRAWS,
    exact_up_to: int = EXACT_UP_TO,
) -> RandomisationTest:
    r"""Test the hypothesis of no effect, by permuting assignment within matched sets.

    Parameters
    ----------
    schools
        One row per school; see `compare`. Whole assignment units are permuted.
    seed
        For the sample, where there are too many assignments to enumerate.
    draws
        Number of assignments to sample then.
    exact_up_to
        Number of assignments up to which all are enumerated.

    Raises
    ------
    NotEstimable
        If no unit can change places with another, or there is no estimate.

    Notes
    -----
    The p-value is the share of assignments, including the actual one, whose
    :math:`|\hat\theta| / \sqrt{V_{CR0}}` is at least as large. An assignment under which
    there is no estimate counts as at least as large. Schools were not randomised: this is a
    reference distribution for schools that are alike within matched sets.

    References
    ----------
    Fisher (1935), The Design of Experiments, section 21.
    Chung & Romano (2013), doi:10.1214/13-AOS1090 (studentised).

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({
    ...     "treated": [True, False] * 3, "matched_set": list("aabbcc"),
    ...     "cluster": list("ABCDEF"), "stratum": "",
    ...     "events_before": [20, 21, 14, 15, 9, 8], "events_after": [9, 22, 8, 14, 4, 9],
    ...     "exposure_before": 1.0, "exposure_after": 1.0,
    ... })
    >>> test = randomisation_test(pairs, seed=1)
    >>> test.possible, test.p_value, test.smallest_p
    (8, 0.25, 0.25)
    """
    counts = SchoolCounts.of(schools)
    assignments = Assignments.of(counts)
    if assignments.possible == 1:
        raise NotEstimable("no matched set has units of both arms, so none can be permuted")
    of_assignments = statistics_of(counts)
    happened = of_assignments(assignments.treated[np.newaxis].astype(float))
    if not np.isfinite(happened).all():
        raise NotEstimable("there is no estimate to compare with those of other assignments")
    exact = assignments.possible <= exact_up_to

    def tally_of(block: Floats) -> tuple[Floats, int]:
        found = of_assignments(block)
        if exact and assignments.mirrored:
            found = np.hstack([found, -found])
        return _as_extreme(found, happened), found.shape[1]

    tallies = assignments.computed(None if exact else draws, seed, tally_of)
    tally = np.sum([each for each, _ in tallies], axis=0)
    looked_at = sum(many for _, many in tallies)
    if not exact:
        tally, looked_at = tally + 1, looked_at + 1
    p_value, p_coefficient, p_lower = (float(share) for share in tally / looked_at)
    return RandomisationTest(
        float(happened[0, 0]), float(happened[1, 0]), p_value, p_coefficient, p_lower,
        looked_at, assignments.possible, exact, assignments.smallest_p, assignments.fixed_units,
    )  # fmt: skip


def randomisation_interval(
    schools: pd.DataFrame, *, seed: int, level: float = 0.95, draws: int = 1_999
) -> tuple[float, float]:
    r"""Return the limits of the log ratios that the studentised test does not reject.

    Parameters
    ----------
    schools
        One row per school; see `compare`.
    seed, draws
        For the sample of assignments, the same throughout, where there are too many to enumerate.
    level
        Confidence level.

    Returns
    -------
    low, high : float
        Infinite where the design can reject nothing at this level.

    Notes
    -----
    If the ratio is :math:`e^{\theta_0}`, events after in intervention schools divided by it are
    those expected without the intervention: exactly for rates, approximately for counts. The
    limits are where the p-value of the test on those crosses 1 - level, found by bisection
    outwards from the estimate.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.school_periods import school_periods
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> ends = randomisation_interval(school_periods(example_panel(), main), seed=1, draws=199)
    >>> [round(float(np.exp(end)), 2) for end in ends]
    [0.3, 2.18]
    """
    counts = SchoolCounts.of(schools)
    assignments = Assignments.of(counts)
    if assignments.smallest_p > 1 - level:
        return -np.inf, np.inf
    happened = assignments.treated[np.newaxis].astype(float)
    centre = float(statistics(counts, happened)[0, 0])

    def end(direction: float) -> float:
        # Drawn again for each end: that is quicker than sending so much to another machine.
        block, _ = assignments.reference(draws, np.random.default_rng(seed))

        def rejected(log_ratio: float) -> bool:
            factor = np.where(counts.treated, np.exp(-log_ratio), 1.0)
            found = statistics(replace(counts, after=counts.after * factor), block)[1]
            return bool((~(np.abs(found) < abs(found[0]) * (1 - TIE))).mean() <= 1 - level)

        return _last_kept(rejected, centre, direction)

    low, high = over(end, (-1.0, 1.0))
    return low, high


def statistics(counts: SchoolCounts, treated: Floats) -> Floats:
    """Return estimates and studentised estimates under assignments of units.

    Parameters
    ----------
    counts
        The data.
    treated : ndarray of shape (draws, G)
        One assignment of the units per row, as 0 and 1.

    Returns
    -------
    ndarray of shape (2, draws)
    """
    return statistics_of(counts)(treated)


def statistics_of(counts: SchoolCounts) -> Callable[[Floats], Floats]:
    """Return a function that computes `statistics` of the same data for blocks of assignments.

    The setup for many schools is then computed only once.
    """
    if counts.has_closed_form:
        before, after = (group_sums(y, counts.unit) for y in (counts.before, counts.after))
        return lambda treated: _studentised(*permuted(before, after, treated))
    if len(counts.after) < MANY or counts.stratum.any():
        return lambda treated: _studentised(*batched_log_ratios(counts, treated[:, counts.unit]))
    sums = ShiftedSums.of(counts)

    def read_off(treated: Floats) -> Floats:
        log_ratio, variance = permuted_by_sums(sums, treated)
        # Outside the range of the series, which is far from any log odds of so many schools.
        lost = ~np.isfinite(log_ratio)
        if lost.any():
            apart = batched_log_ratios(counts, treated[lost][:, counts.unit])
            log_ratio[lost], variance[lost] = apart
        return _studentised(log_ratio, variance)

    return read_off


def _studentised(log_ratio: Floats, variance: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.stack([log_ratio, log_ratio / np.sqrt(variance)])


def named_seed(seed: int, name: str) -> int:
    """Return a separate seed for each name, independent of order and of other names."""
    return crc32(f"{seed} {name}".encode())


def _as_extreme(found: Floats, happened: Floats) -> Floats:
    """Count assignments at least as extreme: studentised, unstudentised, and one-sided."""
    estimate, studentised = found
    reach = np.abs(happened) * (1 - TIE)
    return np.array([
        (~(np.abs(studentised) < reach[1])).sum(),
        (~(np.abs(estimate) < reach[0])).sum(),
        (~(estimate > happened[0] + TIE * abs(happened[0]))).sum(),
    ])  # fmt: skip


def _last_kept(rejected: Callable[[float], bool], centre: float, direction: float) -> float:
    """Return where rejection begins, searching outwards from a value that is not rejected."""
    kept, step = centre, 0.25
    while not rejected(centre + direction * step):
        kept, step = centre + direction * step, step * 1.5
        if step > WIDEST:
            return direction * np.inf
    beyond = centre + direction * step
    for _ in range(20):
        middle = (kept + beyond) / 2
        kept, beyond = (kept, middle) if rejected(middle) else (middle, beyond)
    return kept
