"""Operating characteristics: size of tests and coverage of intervals, by simulation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from analysis.models.design.simulation import SchoolDesign, draw_counts, fits
from analysis.models.inference.assignments import Assignments
from analysis.models.inference.randomisation import TIE
from analysis.models.inputs.school_counts import group_sums
from analysis.models.primary.closed_form import ClosedForm, permuted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analysis.models.inputs.school_counts import Codes, Floats

PERMUTATIONS = 999
EXACT_UP_TO = 2_048
POWER_AT = 0.7
COLUMNS: dict[str, str] = {
    "design": "Schools simulated",
    "units_intervention": "Intervention units",
    "units_comparison": "Comparison units",
    "method": "Test, and interval where it has one",
    "draws": "Data sets drawn",
    "size": "Share of draws without an effect in which the test rejects at the 5% level",
    "size_error": "Standard error of that share, from the number of draws",
    "coverage": "Share of draws with a ratio of 0.7 in which the 95% interval includes it",
    "power": "Share of draws with a ratio of 0.7 in which the test rejects",
}


@dataclass(frozen=True)
class SimulatedDesign:
    """Schools to simulate, and the sets within which they were matched.

    Attributes
    ----------
    name
        Name of the design in the table.
    schools
        The schools.
    matched_set : ndarray of shape (G,)
        Code of each unit's set, from 0 without gaps.
    """

    name: str
    schools: SchoolDesign
    matched_set: Codes


def pilot_designs(dispersion: float = 0.15) -> tuple[SimulatedDesign, ...]:
    """Return designs like those of the pilots, and some that are known to be difficult.

    A secondary school is assumed to have about 14 enquiries in ten months and a primary school 4.
    Schools of both arms vary equally, except in the designs called noisy: there intervention
    schools vary twelve times as much as others where one group is noisy, and three times as much
    where five of twenty are. In the last, schools share variation within three areas of five
    schools each.
    """
    one_set = np.zeros(20, dtype=np.int64)
    unequal = np.tile([14.0, 4.0, 4.0, 4.0], 5)
    few = np.arange(20) < 5
    noisy = np.where(few, 3 * dispersion, dispersion)
    areas = SchoolDesign(
        np.tile([14.0, 4.0, 4.0, 4.0, 4.0], 6), np.arange(30) < 15, np.repeat(np.arange(6), 5),
        dispersion, dispersion / 2,
    )  # fmt: skip
    return (
        _pairs("8 and 8 schools", 5, 3, dispersion),
        _pairs("11 and 11 schools", 6, 5, dispersion),
        _pairs("18 and 18 schools", 4, 14, dispersion),
        _pairs("8 and 8 schools, one group noisy", 5, 3, dispersion / 3, 4 * dispersion),
        _pairs("18 and 18 schools, one group noisy", 4, 14, dispersion / 3, 4 * dispersion),
        SimulatedDesign("5 and 15 schools",
                        SchoolDesign(unequal, few, np.arange(20), dispersion), one_set),
        SimulatedDesign("5 and 15 schools, the 5 noisy",
                        SchoolDesign(unequal, few, np.arange(20), noisy), one_set),
        SimulatedDesign("3 and 3 areas", areas, np.tile(np.arange(3), 2)),
    )  # fmt: skip


def operating_characteristics(
    designs: Iterable[SimulatedDesign], *, seed: int, draws: int = 4_000
) -> pd.DataFrame:
    """Simulate each design with and without an effect, and apply every method.

    Parameters
    ----------
    designs
        The designs to simulate.
    seed, draws
        For the simulation.

    Returns
    -------
    DataFrame
        One row per design and method, with the columns of `COLUMNS`. In a draw without an estimate
        the test does not reject, and there is no interval to count.
    """
    rows: list[dict[str, object]] = []
    for design in designs:
        results = {ratio: _rejections(design, ratio, seed, draws) for ratio in (1.0, POWER_AT)}
        units = design.schools.unit.max() + 1
        treated = int((np.bincount(design.schools.unit, design.schools.treated) > 0).sum())
        for method, (rejected, _) in results[1.0].items():
            power, covered = results[POWER_AT][method]
            size = float(rejected.mean())
            rows.append({
                "design": design.name, "units_intervention": treated,
                "units_comparison": int(units) - treated, "method": method, "draws": draws,
                "size": size, "size_error": float(np.sqrt(size * (1 - size) / draws)),
                "coverage": float(np.nanmean(covered)) if np.isfinite(covered).any() else np.nan,
                "power": float(power.mean()),
            })  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rejections(
    design: SimulatedDesign, ratio: float, seed: int, draws: int
) -> dict[str, tuple[Floats, Floats]]:
    """Return, by method, whether each draw rejects and whether its interval covers the truth."""
    random = np.random.default_rng(seed)
    before, after = draw_counts(design.schools, ratio, draws, random)
    fit = fits(design.schools, before, after)
    units = int(design.schools.unit.max()) + 1
    found = {
        name: _by_t(fit.log_ratio, variance, df, np.log(ratio))
        for name, variance, df in _intervals(fit, before, after, design, units)
    }
    by_unit = [group_sums(y, design.schools.unit) for y in (before, after)]
    nothing = np.full(draws, np.nan)
    for name, p_values in _resampled(by_unit, design, random).items():
        found[name] = ((p_values <= 0.05).astype(float), nothing)
    return found


def _intervals(
    fit: ClosedForm, before: Floats, after: Floats, design: SimulatedDesign, units: int
) -> list[tuple[str, Floats, Floats | float]]:
    """Return the name, variance and degrees of freedom of every method with an interval."""
    treated = design.schools.treated
    cells = [y[:, arm].sum(axis=1) for y in (before, after) for arm in (treated, ~treated)]
    with np.errstate(divide="ignore"):
        naive = sum((1 / cell for cell in cells), start=np.zeros(len(before)))
    return [
        ("naive", naive, np.inf),
        ("CR0, normal", fit.cr0, np.inf),
        ("CR1", fit.cr1, units - 1),
        ("conditional Poisson, CR2", fit.cr2, fit.df),
        ("CR3", fit.cr3, units - 1),
        ("jackknife", fit.jackknife, units - 1),
    ]


def _by_t(
    log_ratio: Floats, variance: Floats, df: Floats | float, truth: float
) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        critical = stats.t.ppf(0.975, df) * np.sqrt(variance)
        usable = np.isfinite(log_ratio) & np.isfinite(critical)
        rejected = usable & (np.abs(log_ratio) > critical)
        covered = np.where(usable, np.abs(log_ratio - truth) <= critical, np.nan)
    return rejected.astype(float), covered


def _resampled(
    by_unit: list[Floats], design: SimulatedDesign, random: np.random.Generator
) -> dict[str, Floats]:
    """Return p-values of the permutation and sign-change tests."""
    units = np.arange(by_unit[0].shape[1])
    treated = np.bincount(design.schools.unit, design.schools.treated) > 0
    assignments = Assignments(treated, design.matched_set)
    happened = treated[np.newaxis].astype(float)
    exact = assignments.possible <= EXACT_UP_TO
    blocks = assignments.every() if exact else assignments.sample(PERMUTATIONS, random)
    block = np.vstack([*blocks] if exact else [happened, *blocks])
    signs = random.choice([-1.0, 1.0], (PERMUTATIONS, len(units)))
    tests: list[Callable[[Floats, Floats], tuple[float, ...]]] = [
        lambda y0, y1: _permutation_p(y0, y1, block),
        lambda y0, y1: (_bootstrap_p(y0, y1, treated, signs),),
    ]
    found = np.array(
        [[p for test in tests for p in test(y0, y1)] for y0, y1 in zip(*by_unit, strict=True)]
    )
    names = ("randomisation", "randomisation, coefficient", "score wild bootstrap")
    return dict(zip(names, found.T, strict=True))


def _permutation_p(y0: Floats, y1: Floats, block: Floats) -> tuple[float, float]:
    """Return the studentised and the plain randomisation p-value of one data set."""
    log_ratio, variance = permuted(y0, y1, block)
    with np.errstate(divide="ignore", invalid="ignore"):
        studentised = np.abs(log_ratio) / np.sqrt(variance)
    plain = np.abs(log_ratio)
    if not np.isfinite(studentised[0]):
        return 1.0, 1.0
    return (
        float((~(studentised < studentised[0] * (1 - TIE))).mean()),
        float((~(plain < plain[0] * (1 - TIE))).mean()),
    )


def _bootstrap_p(y0: Floats, y1: Floats, treated: np.ndarray, signs: Floats) -> float:
    """Return the score wild bootstrap p-value of one data set."""
    total = y0 + y1
    if not total.any():
        return 1.0
    chance = y1.sum() / total.sum()
    share = (total * treated).sum() / total.sum()
    scores = (treated - share) * (y1 - total * chance)
    seen = abs(scores.sum())
    if seen == 0:
        return 1.0
    return float((1 + (np.abs(signs @ scores) >= seen * (1 - TIE)).sum()) / (len(signs) + 1))


def _pairs(
    name: str, secondaries: int, primaries: int, dispersion: float, treated: float | None = None
) -> SimulatedDesign:
    """Return matched pairs of schools; `treated` is the dispersion of intervention schools."""
    events = np.repeat([14.0, 4.0], [secondaries, primaries])
    n = len(events)
    first = np.arange(2 * n) < n
    spread = dispersion if treated is None else np.where(first, treated, dispersion)
    schools = SchoolDesign(np.tile(events, 2), first, np.arange(2 * n), spread)
    return SimulatedDesign(name, schools, np.tile(np.arange(n), 2))
