"""Negative binomial model of many schools, solving for each school's coefficient separately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from analysis.models.inputs.estimability import NotEstimable

if TYPE_CHECKING:
    from analysis.models.inputs.month_counts import MonthCounts
    from analysis.models.inputs.school_counts import Codes, Floats

NO_MAXIMUM = "the negative binomial search did not end at a maximum"
STEPS = 200
CONVERGED = 1e-11


@dataclass(frozen=True)
class SchoolMonths:
    """One row per school and month, schools in order.

    Attributes
    ----------
    events, offset : ndarray of shape (n,)
        Events, and log exposure.
    school : ndarray of shape (n,)
        Code of the school, from 0 without gaps, in ascending order.
    shared : ndarray of shape (n, k)
        The design without a dummy per school: the effect first, then months of strata.
    unit : ndarray of shape (n,)
        Code of the assignment unit.
    """

    events: Floats
    offset: Floats
    school: Codes
    shared: Floats
    unit: Codes

    def by_school(self, rows: Floats) -> Floats:
        """Sum rows, shape (n, ...), by school."""
        starts = np.searchsorted(self.school, np.arange(self.school[-1] + 1))
        sums: Floats = np.add.reduceat(rows, starts, axis=0)
        return sums


@dataclass(frozen=True)
class BlockFit:
    """A fitted model: the effect with both standard errors, alpha, and the largest gradient."""

    log_ratio: float
    standard_error: float
    clustered_error: float
    dispersion: float
    gradient: float


@dataclass(frozen=True)
class _Slopes:
    """First derivatives of the log-likelihood, and second derivatives with their sign changed.

    The last of the shared parameters is the log of the dispersion, where there is one.
    """

    value: float
    rows: Floats
    of_school: Floats
    of_shared: Floats
    schools: Floats
    between: Floats
    shared: Floats

    def step(self, ridge: float) -> tuple[Floats, Floats]:
        """Return Newton's step, solved for shared parameters first, as schools are independent."""
        schools = self.schools * (1 + ridge)
        schur = self.schur(schools) + ridge * np.diag(np.abs(np.diag(self.shared)))
        right = self.of_shared - self.between.T @ (self.of_school / schools)
        shared = np.linalg.solve(schur, right)
        return (self.of_school - self.between @ shared) / schools, np.asarray(shared, np.float64)

    def schur(self, schools: Floats) -> Floats:
        """Return the information on shared parameters with schools' coefficients profiled out."""
        return self.shared - self.between.T @ (self.between / schools[:, np.newaxis])


def school_months(counts: MonthCounts) -> SchoolMonths:
    """Return one row per school and month that the model can use.

    Schools without events, and months without events in a stratum, would have dummies of
    minus infinity and are left out.
    """
    used = counts.exposure > 0
    used[counts.events.sum(axis=1) == 0] = False
    for stratum in range(counts.stratum.max() + 1):
        inside = counts.stratum == stratum
        used[np.ix_(inside, counts.events[inside].sum(axis=0) == 0)] = False
    school, month = np.nonzero(used)
    columns = [(counts.treated[school] & counts.after[month]).astype(float)]
    for stratum in range(counts.stratum.max() + 1):
        inside = counts.stratum[school] == stratum
        columns += [
            (inside & (month == each)).astype(float) for each in np.unique(month[inside])[1:]
        ]
    return SchoolMonths(
        counts.events[used],
        np.log(counts.exposure[used]),
        np.unique(school, return_inverse=True)[1].astype(np.int64),
        np.column_stack(columns),
        np.unique(counts.unit[school], return_inverse=True)[1].astype(np.int64),
    )


def fit_poisson(data: SchoolMonths) -> tuple[Floats, Floats]:
    """Fit the Poisson model: coefficients of schools and of the shared design."""
    total = data.by_school(data.events)
    start = np.log(total / data.by_school(np.exp(data.offset)))
    return _maximum(data, start, np.zeros(data.shared.shape[1]), dispersed=False)[:2]


def fit_dispersed(data: SchoolMonths, school: Floats, shared: Floats, alpha: float) -> BlockFit:
    """Fit the negative binomial model from the Poisson model's coefficients and a first alpha.

    Raises
    ------
    NotEstimable
        If the search diverges.

    Notes
    -----
    The information on schools' coefficients is diagonal, so with k shared parameters a step takes
    :math:`n k^2` operations, where a matrix with a column per school takes the cube of their
    number. Standard errors are those of the joint information, and of the joint sandwich, as if
    the whole matrix were inverted.
    """
    start = np.append(shared, np.log(alpha))
    school, shared, slopes = _maximum(data, school, start, dispersed=True)
    inverse = np.linalg.inv(slopes.schur(slopes.schools))[0]
    # The first row of the full inverse: its part for shared parameters, and that for schools.
    of_schools = -(slopes.between @ inverse) / slopes.schools
    influence = slopes.rows[:, 1:] @ inverse + slopes.rows[:, 0] * of_schools[data.school]
    by_unit = np.bincount(data.unit, influence)
    gradient = max(np.abs(slopes.of_school).max(), np.abs(slopes.of_shared).max())
    return BlockFit(
        float(shared[0]), float(np.sqrt(inverse[0])), float(np.sqrt((by_unit**2).sum())),
        float(np.exp(shared[-1])), float(gradient),
    )  # fmt: skip


def _maximum(
    data: SchoolMonths, school: Floats, shared: Floats, *, dispersed: bool
) -> tuple[Floats, Floats, _Slopes]:
    """Maximise by Newton's method, with a ridge where a step would lower the likelihood."""
    slopes, ridge = _slopes(data, school, shared, dispersed=dispersed), 0.0
    for _ in range(STEPS):
        try:
            steps = slopes.step(ridge)
        except np.linalg.LinAlgError as fault:
            raise NotEstimable(NO_MAXIMUM) from fault
        moved = school + np.clip(steps[0], -2, 2), shared + np.clip(steps[1], -2, 2)
        found = _slopes(data, *moved, dispersed=dispersed)
        if found.value >= slopes.value - 1e-9 * abs(slopes.value):
            (school, shared), slopes, ridge = moved, found, ridge / 10 if ridge > 1e-6 else 0.0
            if max(np.abs(each).max() for each in steps) < CONVERGED:
                break
        else:
            ridge = max(10 * ridge, 1e-3)
    return school, shared, slopes


def _slopes(data: SchoolMonths, school: Floats, shared: Floats, *, dispersed: bool) -> _Slopes:
    k = data.shared.shape[1]
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.exp(data.offset + school[data.school] + data.shared @ shared[:k])
        parts = _of_dispersed(data.events, mean, shared[-1]) if dispersed else None
        if parts is None:
            value = float((data.events * np.log(mean) - mean).sum())
            score, weight, columns = data.events - mean, mean, data.shared
        else:
            value, score, weight, of_alpha, cross, curvature = parts
            # A column for log alpha, whose cross-derivative with each row is `cross`.
            columns = np.column_stack([data.shared, cross / weight])
    rows = np.column_stack([score, data.shared * score[:, np.newaxis]])
    weighted = columns * weight[:, np.newaxis]
    between = data.by_school(weighted)
    inside = columns.T @ weighted
    of_shared = rows[:, 1:].sum(axis=0)
    if parts is not None:
        inside[-1, -1] = curvature
        rows = np.column_stack([rows, of_alpha])
        of_shared = np.append(of_shared, of_alpha.sum())
    return _Slopes(value if np.isfinite(value) else -np.inf, rows, data.by_school(score),
                   of_shared, data.by_school(weight), between, inside)  # fmt: skip


def _of_dispersed(
    events: Floats, mean: Floats, log_alpha: float
) -> tuple[float, Floats, Floats, Floats, Floats, float]:
    r"""Return the log-likelihood with its gradients in the linear predictor and in log alpha.

    Notes
    -----
    With :math:`r = 1/\alpha` a row adds :math:`\log\Gamma(y + r) - \log\Gamma(r) +
    r \log\{r / (r + \mu)\} + y \log\{\mu / (r + \mu)\}`.
    """
    alpha = np.exp(log_alpha)
    r = 1 / alpha
    spread = 1 + alpha * mean
    value = (
        gammaln(events + r) - gammaln(r) - r * np.log(spread)
        + events * (np.log(alpha * mean) - np.log(spread))
    ).sum()  # fmt: skip
    score = (events - mean) / spread
    weight = mean * (1 + alpha * events) / spread**2
    first = digamma(events + r) - digamma(r) - np.log(spread) + alpha * (mean - events) / spread
    second = (
        polygamma(1, events + r) - polygamma(1, r) + alpha - alpha / spread
        - alpha**2 * (mean - events) / spread**2
    )  # fmt: skip
    of_log_alpha = -r * first  # alpha dl/dalpha, since dr/dlog alpha = -r
    cross = alpha * mean * (events - mean) / spread**2
    curvature = -(r**2 * second + r * first).sum()
    return float(value), score, weight, of_log_alpha, cross, float(curvature)
