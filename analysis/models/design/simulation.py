"""Simulation of schools' counts, and the power of the primary test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from analysis.models.inputs.school_counts import group_sums
from analysis.models.primary.closed_form import ClosedForm, closed_form

if TYPE_CHECKING:
    from analysis.models.inputs.school_counts import Booleans, Codes, Floats


@dataclass(frozen=True)
class SchoolDesign:
    """The schools of a simulated design.

    Attributes
    ----------
    events : ndarray of shape (n,)
        Expected events of each school in one period, without an effect.
    treated : ndarray of shape (n,)
        Whether each is in the intervention arm.
    unit : ndarray of shape (n,)
        Code of its assignment unit.
    dispersion : float or ndarray of shape (n,)
        Squared coefficient of variation of a school's rate from period to period.
    unit_dispersion
        The same for the variation that the schools of one unit share.

    Examples
    --------
    >>> design = SchoolDesign.balanced(units=8, events=14.0, dispersion=0.15)
    >>> len(design.events), int(design.treated.sum())
    (16, 8)
    """

    events: Floats
    treated: Booleans
    unit: Codes
    dispersion: float | Floats = 0.0
    unit_dispersion: float = 0.0

    @classmethod
    def balanced(
        cls, units: int, events: float, dispersion: float = 0.0, other: int | None = None
    ) -> SchoolDesign:
        """Return `units` intervention schools and `other` comparison schools, all alike."""
        both = units + (units if other is None else other)
        return cls(
            np.full(both, float(events)), np.arange(both) < units, np.arange(both), dispersion
        )


def draw_counts(
    design: SchoolDesign, ratio: float, draws: int, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw events before and after by school, (draws, n) each.

    Rates vary like gamma variables, independently in each period; events are Poisson.

    Parameters
    ----------
    design
        The schools.
    ratio
        True ratio of rate ratios.
    draws
        Number of data sets.
    """
    shape = (2, draws, len(design.events))
    rates = np.broadcast_to(design.events, shape).copy()
    rates[1] *= np.where(design.treated, ratio, 1.0)
    if np.any(np.asarray(design.dispersion) > 0):
        rates *= random.gamma(1 / np.asarray(design.dispersion), design.dispersion, shape)
    if design.unit_dispersion > 0:
        units = int(design.unit.max()) + 1
        shared = random.gamma(1 / design.unit_dispersion, design.unit_dispersion, (2, draws, units))
        rates *= shared[..., design.unit]
    before, after = random.poisson(rates).astype(float)
    return before, after


def fits(design: SchoolDesign, before: Floats, after: Floats) -> ClosedForm:
    """Return the estimates of drawn data, clustered on assignment units."""
    units = int(design.unit.max()) + 1
    treated = np.bincount(design.unit, design.treated, units) > 0
    return closed_form(group_sums(before, design.unit), group_sums(after, design.unit), treated)


def p_values(fit: ClosedForm, log_ratio: float = 0.0) -> Floats:
    """Return the primary test's p-values, 1 where there is no estimate."""
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.t.sf(np.abs(fit.log_ratio - log_ratio) / np.sqrt(fit.cr2), fit.df)
    values: Floats = np.where(np.isfinite(p), p, 1.0)
    return values


def power(
    design: SchoolDesign, ratio: float, *, draws: int, random: np.random.Generator,
    level: float = 0.05,
) -> float:  # fmt: skip
    """Return the share of draws in which the primary test rejects the hypothesis of no effect.

    Examples
    --------
    >>> design = SchoolDesign.balanced(units=200, events=14.0)
    >>> power(design, 0.8, draws=200, random=np.random.default_rng(1))
    1.0
    """
    before, after = draw_counts(design, ratio, draws, random)
    return float((p_values(fits(design, before, after)) < level).mean())
