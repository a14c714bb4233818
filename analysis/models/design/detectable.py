"""The minimum detectable effect of a design."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq

from analysis.models.design.simulation import SchoolDesign, draw_counts, fits, p_values
from analysis.models.inference.assignments import CHUNK, Assignments, affordable_draws
from analysis.models.inference.randomisation import named_seed
from analysis.models.inputs.estimability import (
    ESTIMATED,
    NOT_ESTIMABLE,
    NotEstimable,
    require_estimable,
)
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.inputs.school_periods import school_periods
from analysis.models.primary.estimates import specification_columns
from analysis.models.primary.overdispersion import between_years
from analysis.workers import over

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.school_counts import Floats
    from analysis.models.inputs.specification import Specification

POWER = 0.8
LADDER = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05)
"""Ratios tried in turn before the bisection. Power isn't monotone: a fall to no events leaves no
estimate."""
COLUMNS: dict[str, str] = {
    "pilot": "Local authority, or 'all pilots'",
    "outcome": "Name of the outcome",
    "specification": "Name of the specification",
    "assignment_unit": "Column of the unit that was assigned",
    "status": "'estimated' or 'not estimable'",
    "reason": "Why there is no figure",
    "dispersion": "Variance of a school's rate from year to year that is assumed "
    "(squared coefficient of variation)",
    "events_intervention": "Events expected in intervention schools without an effect: "
    "those before",
    "events_comparison": "Events expected in comparison schools",
    "ratio_by_formula": "Largest ratio below 1 that is detected with 80% power, by formula; "
    "0 if none is",
    "ratio_by_simulation": "The same by simulation of the primary test; 0 if none is",
    "fall_percent": "The fall that this is, in per cent",
    "power_at_no_effect": "Share of simulations without an effect in which the test rejects",
    "smallest_p": "Smallest p-value that the randomisation test can give",
}


def detectable_ratio(design: SchoolDesign, *, power: float = POWER, level: float = 0.05) -> float:
    r"""Return the largest ratio below 1 that is detected, by formula; 0 if none is.

    Parameters
    ----------
    design
        Schools with the events expected of each in one period.
    power
        Chance of detection.
    level
        Two-sided size of the test.

    Notes
    -----
    :math:`RR = \exp\{-(z_{1-\alpha/2} + z_{power}) \sqrt{V(RR)}\}` with

    .. math:: V(RR) = \frac1M + \frac1{M\,RR} + \frac2{M_C}
       + 2\kappa \frac{\sum_T m_i^2}{M^2} + 2\kappa \frac{\sum_C m_i^2}{M_C^2}

    for expected events :math:`m_i`, with totals :math:`M` and :math:`M_C`, and
    overdispersion :math:`\kappa`. It assumes many degrees of freedom, and so is slightly
    optimistic for few schools.

    References
    ----------
    Hayes & Bennett (1999), doi:10.1093/ije/28.2.319.

    Examples
    --------
    >>> round(detectable_ratio(SchoolDesign.balanced(8, 10.0, dispersion=0.05)), 2)
    0.43
    """
    reach = stats.norm.ppf(1 - level / 2) + stats.norm.ppf(power)

    def beyond(log_ratio: float) -> float:
        return float(log_ratio + reach * np.sqrt(log_ratio_variance(design, np.exp(log_ratio))))

    grid = np.linspace(0.0, -6.0, 601)
    found = np.flatnonzero(np.array([beyond(x) for x in grid]) <= 0)
    if not len(found):
        return 0.0
    return float(np.exp(brentq(beyond, grid[found[0]], grid[found[0] - 1])))


def log_ratio_variance(design: SchoolDesign, ratio: float) -> float:
    """Return the variance of the log ratio by formula; see `detectable_ratio`."""
    variance = 0.0
    for arm, effect in ((design.treated, ratio), (~design.treated, 1.0)):
        events = design.events[arm]
        total = events.sum()
        units = np.bincount(design.unit[arm], events)
        variance += 1 / total + 1 / (total * effect)
        dispersion = np.broadcast_to(design.dispersion, design.events.shape)[arm]
        variance += 2 * (dispersion * events**2).sum() / total**2
        variance += 2 * design.unit_dispersion * (units**2).sum() / total**2
    return float(variance)


def power_curve(
    design: SchoolDesign, ratios: Floats, *, seed: int, draws: int = 2_000, level: float = 0.05
) -> Floats:
    """Return the simulated power of the primary test at each true ratio.

    Draws of many schools are made in blocks, each with a stream of its own; those of few schools
    are one block.
    """
    size = max(1, CHUNK // len(design.events))
    blocks = [
        (float(ratio), number, min(size, draws - start))
        for ratio in ratios
        for number, start in enumerate(range(0, draws, size))
    ]

    def rejected(block: tuple[float, int, int]) -> tuple[float, int]:
        ratio, number, own = block
        random = np.random.default_rng([seed, number] if number else seed)
        before, after = draw_counts(design, ratio, own, random)
        return ratio, int((p_values(fits(design, before, after)) < level).sum())

    found = over(rejected, blocks)
    return np.array([
        sum(many for at, many in found if at == ratio) / draws for ratio in map(float, ratios)
    ])  # fmt: skip


def simulated_ratio(
    design: SchoolDesign, *, seed: int, draws: int = 2_000, power: float = POWER
) -> float:
    """Return the largest ratio below 1 that the primary test detects; 0 if none is.

    Found on a ladder of ratios and then by bisection, with common random numbers at every step.
    """

    def detected(ratio: float) -> bool:
        return bool(power_curve(design, np.array([ratio]), seed=seed, draws=draws)[0] >= power)

    rung = next((pair for pair in pairwise(LADDER) if detected(pair[1])), None)
    if rung is None:
        return 0.0
    high, low = rung
    for _ in range(7):
        middle = (low + high) / 2
        low, high = (middle, high) if detected(middle) else (low, middle)
    return low


def school_design(
    panel: pd.DataFrame, specification: Specification, years: pd.DataFrame | None = None
) -> SchoolDesign:
    """Return a specification's schools, with their events before as expected events.

    Nothing after the start is used, so that the design is known before any estimate.

    Parameters
    ----------
    panel, specification
        As for `effect_estimates`.
    years
        The panel from whose years before the dispersion is estimated; by default the same.

    Raises
    ------
    NotEstimable
        If an arm has too few events, or there is no earlier year to estimate dispersion from.
    """
    schools = school_periods(panel, specification)
    require_estimable(schools.assign(events_after=schools["events_before"]), specification)
    chosen = schools.loc[schools["events_before"] > 0]
    _require_a_test(chosen)
    counts = SchoolCounts.of(chosen)
    dispersion = between_years(panel if years is None else years, specification).dispersion
    return SchoolDesign(counts.before, counts.treated, counts.unit, dispersion)


def _require_a_test(schools: pd.DataFrame) -> None:
    """Raise NotEstimable if an arm is a single unit, whose variance no test can estimate."""
    for treated, arm in ((True, "intervention"), (False, "comparison")):
        if schools.loc[schools["treated"] == treated, "cluster"].nunique() < 2:
            raise NotEstimable(
                f"a single assignment unit has all events of the {arm} arm, so no test can be made"
            )


def minimum_detectable_effects(
    panel: pd.DataFrame,
    specifications: Iterable[Specification],
    *,
    seed: int,
    dispersion: float | None = None,
    draws: int = 2_000,
    years: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the smallest fall that each specification can detect with 80% power.

    Parameters
    ----------
    panel, specifications
        As for `effect_estimates`; only months before the start are used.
    seed, draws
        For the simulation; for many schools, draws are limited by `affordable_draws`.
    dispersion
        Overdispersion to assume; by default estimated from the two years before.
    years
        The panel from which it is estimated; by default the same.

    Returns
    -------
    DataFrame
        One row per specification, with the columns of `COLUMNS`.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> found = minimum_detectable_effects(example_panel(), [main], seed=1, draws=50).iloc[0]
    >>> float(round(found["ratio_by_formula"], 2)), found["status"]
    (0.58, 'estimated')
    """
    rows = []
    for specification in specifications:
        row = {k: v for k, v in specification_columns(specification).items() if k in COLUMNS}
        try:
            design = school_design(panel, specification, years)
            if dispersion is not None:
                design = replace(design, dispersion=dispersion)
            own = named_seed(seed, f"{specification.name} {specification.pilot}")
            drawn = affordable_draws(draws, len(design.events))
            simulated = simulated_ratio(design, seed=own, draws=drawn)
            size = power_curve(design, np.ones(1), seed=own, draws=drawn)
            counts = SchoolCounts.of(school_periods(panel, specification))
            row |= {
                "status": ESTIMATED, "reason": "", "dispersion": design.dispersion,
                "events_intervention": float(design.events[design.treated].sum()),
                "events_comparison": float(design.events[~design.treated].sum()),
                "ratio_by_formula": detectable_ratio(design),
                "ratio_by_simulation": simulated,
                "fall_percent": 100 * (1 - simulated) if simulated else np.nan,
                "power_at_no_effect": float(size[0]),
                "smallest_p": Assignments.of(counts).smallest_p,
            }  # fmt: skip
        except NotEstimable as reason:
            row |= {"status": NOT_ESTIMABLE, "reason": str(reason)}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))
