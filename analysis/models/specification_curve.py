"""The specification curve: every defensible way to ask, and a joint test of them all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from analysis.errors import ConfigurationError
from analysis.models.arrays import SchoolCounts
from analysis.models.assignments import Assignments
from analysis.models.estimability import ESTIMATED, NOT_ESTIMABLE, NotEstimable
from analysis.models.estimates import COLUMNS, PRIMARY, estimate_row
from analysis.models.months import MonthCounts
from analysis.models.randomisation import TIE, stream
from analysis.models.school_periods import Comparison, compare, first_month

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.models.arrays import Booleans, Floats
    from analysis.models.specification import EventMonths, Specification

ORDER = 6
"""Powers of the offset's deviation that are kept; see `curve_log_ratios`."""
NEWTON_STEPS = 8
BLOCK = 8
"""Specifications at once: their numbers then stay in the processor's cache."""
TEST_COLUMNS: dict[str, str] = {
    "pilot": "Local authority",
    "outcome": "Name of the outcome",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no test",
    "specifications": "Different specifications that can be estimated",
    "duplicates": "Specifications left out because they come to the same numbers",
    "not_estimable": "Specifications that can't be estimated",
    "draws": "Assignments looked at, that which happened among them",
    "median_ratio": "Median of their ratios",
    "smallest_ratio": "Smallest of their ratios",
    "largest_ratio": "Largest of their ratios",
    "share_falls": "Share of them below 1",
    "p_median": "Share of assignments with a median log ratio as far from 0",
    "p_share": "Share of assignments under which specifications agree as far on a direction",
}


@dataclass(frozen=True)
class CurveCounts:
    """The schools' events and exposure under each specification.

    Attributes
    ----------
    before, after : ndarray of shape (n, S)
        Events in each period.
    exposure_before, exposure_after : ndarray of shape (n, S)
        Both 0 for schools that are left out.
    """

    before: Floats
    after: Floats
    exposure_before: Floats
    exposure_after: Floats

    @property
    def offset(self) -> Floats:
        """Log ratio of exposures; 0 for schools that are left out."""
        inside = self.exposure_before > 0
        ratio = np.where(inside, self.exposure_after, 1) / np.where(inside, self.exposure_before, 1)
        logs: Floats = np.log(ratio)
        return logs

    def only(self, chosen: Booleans | slice) -> CurveCounts:
        """Return some of the specifications."""
        return CurveCounts(
            self.before[:, chosen],
            self.after[:, chosen],
            self.exposure_before[:, chosen],
            self.exposure_after[:, chosen],
        )

    def table(self, whole: pd.DataFrame, place: int) -> pd.DataFrame:
        """Return the table of schools under one specification; see `compare`."""
        table = whole.assign(
            events_before=self.before[:, place].astype(np.int64),
            events_after=self.after[:, place].astype(np.int64),
            exposure_before=self.exposure_before[:, place],
            exposure_after=self.exposure_after[:, place],
        )
        return table.loc[self.exposure_before[:, place] > 0]

    @property
    def distinct(self) -> Booleans:
        """Which specifications are the first of their kind."""
        with_events = (self.before + self.after) > 0
        # A constant on all offsets moves the period effect alone.
        centre = _mean_offset(self)
        offset = np.round(np.where(with_events, self.offset - centre, 0.0), 12)
        columns = np.vstack([self.before, self.after, offset]).T
        _, first = np.unique(columns, axis=0, return_index=True)
        return np.isin(np.arange(len(columns)), first)


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
        double of another, by rising ratio, those not estimable last.
    test : DataFrame
        One row, with the columns of `TEST_COLUMNS`.

    Raises
    ------
    ConfigurationError
        If the specifications are not of one outcome, pilot and unit.
    NotEstimable
        If none can be estimated, or units can't change places.

    Notes
    -----
    Under each permuted assignment all specifications are fitted anew, so that the joint
    p-values allow for how alike they are.

    References
    ----------
    Simonsohn, Simmons & Nelson (2020), doi:10.1038/s41562-020-0912-z.

    Examples
    --------
    >>> from analysis.models.example import example_panel
    >>> from analysis.models.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> from analysis.models.variations import curve_specifications
    >>> asked = curve_specifications(main, first_month=-24)
    >>> curve, test = specification_curve(example_panel(), asked, seed=1, draws=99)
    >>> int(test["specifications"].iloc[0]), int(test["duplicates"].iloc[0])
    (27, 45)
    """
    _require_one_question(specifications)
    counts, whole = curve_counts(panel, specifications)
    distinct = counts.distinct
    nothing = pd.DataFrame()  # the primary model has no use for the months
    rows = [
        estimate_row(Comparison(counts.table(whole, place), nothing), each, PRIMARY)
        for place, each in enumerate(specifications)
        if distinct[place]
    ]
    curve = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("log_ratio", ignore_index=True)
    assignments = Assignments.of(SchoolCounts.of(whole))
    if assignments.possible == 1:
        raise NotEstimable("no matched set holds units of both arms, so that none can be permuted")
    units = SchoolCounts.of(whole).unit
    happened = assignments.treated[np.newaxis].astype(float)
    random = np.random.default_rng(
        stream(seed, f"{specifications[0].name} {specifications[0].pilot}")
    )
    treated = np.vstack([happened, *assignments.sample(draws, random)])[:, units]
    log_ratios = curve_log_ratios(counts.only(distinct), treated)
    usable = np.isfinite(log_ratios[0])
    if not usable.any():
        raise NotEstimable("no specification can be estimated")
    row = {
        "pilot": specifications[0].pilot,
        "outcome": specifications[0].outcome,
        "status": ESTIMATED,
        "reason": "",
        "duplicates": int((~distinct).sum()),
        "not_estimable": int((curve["status"] != ESTIMATED).sum()),
        **_joint_test(log_ratios[:, usable]),
    }
    return curve, pd.DataFrame([row], columns=list(TEST_COLUMNS))


def specification_curves(
    panel: pd.DataFrame, questions: Iterable[Sequence[Specification]], *, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw a curve for each question; one that can't be drawn has a row with the reason.

    Parameters
    ----------
    questions
        The specifications of each curve; see `specification_curve`.

    Returns
    -------
    curves, tests : DataFrame
        As of `specification_curve`, one below the other.
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


def curve_counts(
    panel: pd.DataFrame, specifications: Sequence[Specification]
) -> tuple[CurveCounts, pd.DataFrame]:
    """Return the schools' events under each specification, and the table of all schools.

    The panel is read once per exposure and exclusion; each specification then adds up
    its own months.
    """
    first = first_month(panel, specifications[0])
    groups: dict[object, list[int]] = {}
    for place, each in enumerate(specifications):
        groups.setdefault((each.exposure, each.exclusions), []).append(place)
    compared = {
        key: compare(panel, specifications[places[0]].over_all_months(first))
        for key, places in groups.items()
    }
    tables = [comparison.schools for comparison in compared.values()]
    whole = pd.concat(tables).drop_duplicates("school_id").sort_values("school_id")
    found = np.zeros((4, len(whole), len(specifications)))
    for key, places in groups.items():
        months = MonthCounts.of(compared[key])
        rows = np.searchsorted(whole["school_id"], compared[key].schools["school_id"])
        for place in places:
            found[:, rows, place] = _added_up(months, specifications[place])
    return CurveCounts(*found), whole.reset_index(drop=True)


def _added_up(months: MonthCounts, specification: Specification) -> Floats:
    """Return events before and after, and exposure before and after, by school."""
    use = [_inside(months, each) for each in (specification.before, specification.after)]
    weights = [np.broadcast_to(inside, months.exposure.shape) for inside in use]
    if specification.pair_missing_months:
        both = np.logical_and(*((months.exposure[:, inside] > 0) for inside in use))
        weights = [np.zeros(months.exposure.shape, bool) for _ in use]
        for weight, inside in zip(weights, use, strict=True):
            weight[:, inside] = both
    sums = np.array(
        [(each * weight).sum(axis=1) for each in (months.events, months.exposure)
         for weight in weights]
    )  # fmt: skip
    seen: Floats = sums * ((sums[2] > 0) & (sums[3] > 0))
    return seen


def _inside(months: MonthCounts, period: EventMonths) -> Booleans:
    inside: Booleans = (months.months >= period.first) & (months.months <= period.last)
    return inside


def curve_log_ratios(counts: CurveCounts, treated: Floats) -> Floats:
    r"""Return the log ratio of every specification under every assignment.

    Parameters
    ----------
    counts
        The schools' events under each of S specifications.
    treated : ndarray of shape (draws, n)
        One assignment of the schools a row, as 0 and 1.

    Returns
    -------
    ndarray of shape (draws, S)
        NaN where a cell is empty.

    Notes
    -----
    With one stratum the arms are fitted apart: each solves
    :math:`\sum_i \{y_{i1} - m_i\,\mathrm{expit}(o_i + \beta)\} = 0`, and the log ratio is
    the difference of the two :math:`\beta`. Offsets differ little between schools, so
    with :math:`\epsilon_i = o_i - \bar o` the sum is
    :math:`\sum_k \mathrm{expit}^{(k)}(\bar o + \beta) \sum_i m_i \epsilon_i^k / k!`, and
    the sums over schools are matrix products of all assignments and specifications at
    once. The terms left out are below :math:`\epsilon^7 / 10^4`.
    """
    starts = range(0, counts.before.shape[1], BLOCK)
    blocks = [counts.only(slice(start, start + BLOCK)) for start in starts]
    with ThreadPoolExecutor() as threads:  # numpy leaves the interpreter's lock while it works
        return np.hstack(list(threads.map(lambda block: _block_log_ratios(block, treated), blocks)))


def _block_log_ratios(counts: CurveCounts, treated: Floats) -> Floats:
    total = counts.before + counts.after
    deviation = np.where(total > 0, counts.offset - _mean_offset(counts), 0.0)
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


def _mean_offset(counts: CurveCounts) -> Floats:
    """Return each specification's mean offset, weighted by events."""
    total = counts.before + counts.after
    mean: Floats = (total * counts.offset).sum(axis=0) / np.maximum(total.sum(axis=0), 1)
    return mean


def _joint_test(log_ratios: Floats) -> dict[str, object]:
    """Compare the curve that happened with those of the other assignments."""
    medians = np.nanmedian(log_ratios, axis=1)
    falls = np.nanmean(log_ratios < 0, axis=1)
    agreement = np.abs(falls - 0.5)
    return {
        "specifications": log_ratios.shape[1],
        "draws": len(log_ratios),
        "median_ratio": float(np.exp(medians[0])),
        "smallest_ratio": float(np.exp(log_ratios[0].min())),
        "largest_ratio": float(np.exp(log_ratios[0].max())),
        "share_falls": float(falls[0]),
        "p_median": float((~(np.abs(medians) < abs(medians[0]) * (1 - TIE))).mean()),
        "p_share": float((agreement >= agreement[0] * (1 - TIE)).mean()),
    }


def _require_one_question(specifications: Sequence[Specification]) -> None:
    asked = {(each.outcome, each.pilot, each.assignment_unit) for each in specifications}
    if len(asked) != 1 or next(iter(asked))[1] is None:
        raise ConfigurationError(
            f"asks about one outcome in one pilot with one assignment unit; found {len(asked)} "
            "combinations", place="specification_curve", remedy="draw one curve for each",
        )  # fmt: skip
