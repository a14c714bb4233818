"""The specification curve: every defensible specification, and a joint test of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from analysis.errors import ConfigurationError
from analysis.models.inference.assignments import Assignments
from analysis.models.inference.randomisation import TIE, named_seed
from analysis.models.inputs.estimability import ESTIMATED, NOT_ESTIMABLE, NotEstimable
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.inputs.school_periods import Comparison
from analysis.models.primary.estimates import COLUMNS, PRIMARY, estimate_row
from analysis.models.sensitivity.curve_counts import curve_counts, mean_offset

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.models.inputs.school_counts import Floats
    from analysis.models.inputs.specification import Specification
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


TEST_COLUMNS: dict[str, str] = {
    "pilot": "Local authority",
    "outcome": "Name of the outcome",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no test",
    "specifications": "Different specifications that can be estimated, all of them tested",
    "duplicates": "Specifications left out because they come to the same numbers",
    "withheld": "Specifications tested and not shown, since they would give away a hidden count",
    "not_estimable": "Specifications that can't be estimated",
    "draws": "Assignments looked at, that which happened among them",
    "median_ratio": "Median of the ratios that are shown",
    "smallest_ratio": "Smallest of the ratios that are shown",
    "largest_ratio": "Largest of the ratios that are shown",
    "p_median": "Share of assignments with a median log ratio as far from 0",
    "p_share": "Share of assignments under which specifications agree as far on a direction",
}


def specification_curve(
    panel: pd.DataFrame, specifications: Sequence[Specification], *, seed: int, draws: int = 1_999
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate every specification, and test them jointly.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        All of one outcome, pilot and assignment unit; see `curve_specifications`.
    seed, draws
        For the permutations.

    Returns
    -------
    curve : DataFrame
        The columns of `estimates.COLUMNS`, one row per specification that is not the
        duplicate of another, in ascending order of the ratio, those not estimable last.
    test : DataFrame
        One row, with the columns of `TEST_COLUMNS`.

    Raises
    ------
    ConfigurationError
        If the specifications are not of one outcome, pilot and unit.
    NotEstimable
        If none can be estimated, or no units can be permuted.

    Notes
    -----
    Specifications that may not be shown are tested with the others: they are withheld because of
    other published results, and those left are near the main analysis. Under each permuted
    assignment all specifications are refitted, so that the joint p-values allow for their
    correlation. A specification that can't be estimated under an assignment counts there as far
    from 1, in whichever direction is more extreme.

    References
    ----------
    Simonsohn, Simmons & Nelson (2020), doi:10.1038/s41562-020-0912-z.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> from analysis.models.inputs.variations import curve_specifications
    >>> asked = curve_specifications(main, first_month=-24)
    >>> curve, test = specification_curve(example_panel(), asked, seed=1, draws=99)
    >>> int(test["specifications"].iloc[0]), int(test["duplicates"].iloc[0])
    (27, 45)
    """
    _require_one_question(specifications)
    if all(each.withheld for each in specifications):
        raise NotEstimable(specifications[0].withheld)
    counts, whole = curve_counts(panel, specifications)
    if whole.empty:
        raise NotEstimable("there are no schools")
    distinct = counts.distinct
    curve = _curve(counts, whole, specifications)
    assignments = Assignments.of(SchoolCounts.of(whole))
    if assignments.possible == 1:
        raise NotEstimable("no matched set has units of both arms, so none can be permuted")
    units = SchoolCounts.of(whole).unit
    random = np.random.default_rng(
        named_seed(seed, f"{specifications[0].name} {specifications[0].pilot}")
    )
    permuted, looked_at = assignments.reference(draws, random)
    log_ratios = curve_log_ratios(counts.only(distinct), permuted[:, units])
    withheld = np.array([bool(each.withheld) for each in specifications])[distinct]
    usable = np.isfinite(log_ratios[0])
    if not usable.any():
        raise NotEstimable("no specification can be estimated")
    shown = np.exp(log_ratios[0, usable & ~withheld]) if (usable & ~withheld).any() else [np.nan]
    row = {
        "pilot": specifications[0].pilot,
        "outcome": specifications[0].outcome,
        "status": ESTIMATED,
        "reason": "",
        "duplicates": int((~distinct).sum()),
        "withheld": int((usable & withheld).sum()),
        "draws": looked_at,
        "not_estimable": int((~usable).sum()),
        "median_ratio": float(np.median(shown)),
        "smallest_ratio": float(np.min(shown)),
        "largest_ratio": float(np.max(shown)),
        **_joint_test(log_ratios[:, usable]),
    }
    return curve, pd.DataFrame([row], columns=list(TEST_COLUMNS))


def every_estimate(panel: pd.DataFrame, specifications: Sequence[Specification]) -> pd.DataFrame:
    """Estimate every specification of a curve, including withheld ones not to be shown singly.

    Returns
    -------
    DataFrame
        As the curve of `specification_curve`; no rows where there are no schools.
    """
    asked = [replace(each, withheld="") for each in specifications]
    counts, whole = curve_counts(panel, asked)
    if whole.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    return _curve(counts, whole, asked)


def specification_curves(
    panel: pd.DataFrame, questions: Iterable[Sequence[Specification]], *, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute a curve for each analysis; one that can't be computed has a row with the reason.

    Parameters
    ----------
    questions
        The specifications of each curve; see `specification_curve`.

    Returns
    -------
    curves, tests : DataFrame
        As returned by `specification_curve`, concatenated.
    """
    curves, tests = (
        [pd.DataFrame(columns=list(COLUMNS))],
        [pd.DataFrame(columns=list(TEST_COLUMNS))],
    )
    for asked in questions:
        try:
            curve, test = specification_curve(panel, asked, seed=seed)
        except NotEstimable as reason:
            known = {"pilot": asked[0].pilot, "outcome": asked[0].outcome}
            row = known | {"status": NOT_ESTIMABLE, "reason": str(reason)}
            tests.append(pd.DataFrame([row], columns=list(TEST_COLUMNS)))
        else:
            curves.append(curve)
            tests.append(test)
    found = [pd.concat(parts[1:] or parts, ignore_index=True) for parts in (curves, tests)]
    return found[0], found[1]


def _curve(
    counts: CurveCounts, whole: pd.DataFrame, specifications: Sequence[Specification]
) -> pd.DataFrame:
    """Return one row per distinct specification, in ascending order of the ratio."""
    distinct = counts.distinct
    nothing = pd.DataFrame()  # the primary model has no use for the months
    rows = [
        estimate_row(Comparison(counts.table(whole, place), nothing), each, PRIMARY)
        for place, each in enumerate(specifications)
        if distinct[place]
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("log_ratio", ignore_index=True)


def _joint_test(log_ratios: Floats) -> dict[str, object]:
    """Compare the actual curve with those under the other assignments."""
    # What can't be estimated under an assignment counts as most extreme.
    filled = [np.where(np.isnan(log_ratios), side, log_ratios) for side in (-np.inf, np.inf)]
    median = np.max([np.abs(np.median(each, axis=1)) for each in filled], axis=0)
    agreement = np.max([np.abs(np.sign(each).mean(axis=1)) for each in filled], axis=0)
    return {
        "specifications": log_ratios.shape[1],
        "p_median": float((median >= median[0] * (1 - TIE)).mean()),
        "p_share": float((agreement >= agreement[0] * (1 - TIE)).mean()),
    }


def _require_one_question(specifications: Sequence[Specification]) -> None:
    asked = {(each.outcome, each.pilot, each.assignment_unit) for each in specifications}
    if len(asked) != 1 or next(iter(asked))[1] is None:
        raise ConfigurationError(
            f"tests one outcome in one pilot with one assignment unit; found {len(asked)} "
            "combinations", place="specification_curve", remedy="draw one curve for each",
        )  # fmt: skip
