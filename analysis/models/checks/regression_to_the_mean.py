"""Regression to the mean: effects of selecting and matching schools where none is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.errors import ConfigurationError
from analysis.models.design.simulation import p_values
from analysis.models.primary.closed_form import closed_form

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.models.inputs.school_counts import Booleans, Codes, Floats

CHOICES = ("highest counts", "greatest need", "at random")
MATCHES = ("none", "count of one year", "count of two years", "need")
COLUMNS: dict[str, str] = {
    "chosen": "How intervention schools were chosen",
    "matched": "What comparison schools were matched on",
    "candidates": "Schools to choose from",
    "schools": "Intervention schools, and as many comparison schools",
    "events": "Mean events of a candidate in one year",
    "need_variance": "Variance of schools' lasting rates (squared coefficient of variation)",
    "dispersion": "Variance of a school's rate from year to year (the same)",
    "ratio": "Geometric mean of the ratios seen; the true one is 1",
    "ratio_low": "The ratio that 5% of draws lie below",
    "ratio_high": "The ratio that 5% of draws lie above",
    "share_falls": "Share of draws with a ratio below 1",
    "share_significant": "Share of draws in which the primary test rejects",
    "share_significant_falls": "Share of draws with a significant fall",
}


@dataclass(frozen=True)
class Selection:
    """A way of selecting schools, and of finding comparison schools.

    Attributes
    ----------
    chosen
        One of `CHOICES`: by the count of the year before, by the lasting rate (which is unknown in
        practice), or at random.
    matched
        One of `MATCHES`: the nearest other candidate, one for one, by the count of the
        year before, by the mean of two years, or by the lasting rate; or any others.
    candidates, schools
        Number of schools to choose from, and of schools chosen.
    events
        Mean events of a candidate per year.
    need_variance, dispersion
        Squared coefficients of variation: of lasting rates, and from year to year.
    """

    chosen: str
    matched: str
    candidates: int = 60
    schools: int = 8
    events: float = 8.0
    need_variance: float = 0.15
    dispersion: float = 0.15

    def __post_init__(self) -> None:
        for key, value, allowed in (
            ("chosen", self.chosen, CHOICES),
            ("matched", self.matched, MATCHES),
        ):
            if value not in allowed:
                raise ConfigurationError(
                    f"must be one of {', '.join(allowed)}; found {value!r}",
                    place=f"Selection.{key}", remedy="choose one of them",
                )  # fmt: skip
        if not 2 <= self.schools <= self.candidates // 2:
            raise ConfigurationError(
                f"from 2 to half of the {self.candidates} candidates; found {self.schools}",
                place="Selection.schools", remedy="choose fewer, or have more candidates",
            )  # fmt: skip


ALL = tuple(Selection(chosen, matched) for chosen in CHOICES for matched in MATCHES)
"""Every way of choosing with every way of matching."""


def regression_to_the_mean(
    selections: Iterable[Selection], *, seed: int, draws: int = 4_000
) -> pd.DataFrame:
    """Simulate the ratio that each way of choosing and matching gives where nothing has an effect.

    Parameters
    ----------
    selections
        The selections to simulate.
    seed, draws
        For the simulation; each selection has the same draws of schools.

    Returns
    -------
    DataFrame
        One row per selection, with the columns of `COLUMNS`.

    Notes
    -----
    A candidate's lasting rate and its rate of each year are gamma variables, its events
    Poisson: two years before and one after. Nothing distinguishes the year after. Schools chosen
    for high counts had, on average, an unusually bad year, and fall back; comparison schools
    matched on those counts had one too, and worse in relation to their need.

    References
    ----------
    Daw & Hatfield (2018), doi:10.1111/1475-6773.12993.

    Examples
    --------
    >>> worst_year = Selection("highest counts", "none")
    >>> regression_to_the_mean([worst_year], seed=1, draws=400)[["ratio", "share_falls"]].round(2)
       ratio  share_falls
    0   0.55         0.96
    """
    rows = []
    for selection in selections:
        random = np.random.default_rng(seed)
        years, need = _years(selection, draws, random)
        lot = random.random((draws, selection.candidates))
        chosen = _chosen(selection, years, need, lot)
        others = _matched(selection, chosen, years, need, lot)
        both = np.concatenate([chosen, others], axis=1)
        before, after = (np.take_along_axis(years[k], both, axis=1) for k in (1, 2))
        treated = np.arange(2 * selection.schools) < selection.schools
        rows.append(vars(selection) | _summary(before, after, treated))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _years(selection: Selection, draws: int, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Return events in three years, (3, draws, candidates), and lasting rates."""
    shape = (draws, selection.candidates)
    need = selection.events * _gamma(selection.need_variance, shape, random)
    rates = need * _gamma(selection.dispersion, (3, *shape), random)
    return random.poisson(rates).astype(float), need


def _gamma(variance: float, shape: tuple[int, ...], random: np.random.Generator) -> Floats:
    """Return draws with mean 1 and the variance given."""
    if variance == 0:
        return np.ones(shape)
    return random.gamma(1 / variance, variance, shape)


def _chosen(selection: Selection, years: Floats, need: Floats, lot: Floats) -> Codes:
    """Return the indices of the chosen schools, (draws, schools); ties broken at random."""
    score = {
        "highest counts": years[1] + lot,
        "greatest need": need,
        "at random": lot,
    }[selection.chosen]
    places: Codes = np.argsort(-score, axis=1)[:, : selection.schools]
    return places


def _matched(
    selection: Selection, chosen: Codes, years: Floats, need: Floats, lot: Floats
) -> Codes:
    """Return the nearest unused candidate of each chosen school, in turn."""
    score = {
        "none": np.zeros_like(need),
        "count of one year": years[1],
        "count of two years": years[:2].mean(axis=0),
        "need": need,
    }[selection.matched]
    taken = np.zeros(need.shape)
    np.put_along_axis(taken, chosen, np.inf, axis=1)
    places = np.empty_like(chosen)
    for school in range(selection.schools):
        own = np.take_along_axis(score, chosen[:, school : school + 1], axis=1)
        # Ties in distance are broken at random.
        distance = np.abs(score - own) + 1e-6 * lot + taken
        places[:, school] = distance.argmin(axis=1)
        np.put_along_axis(taken, places[:, school : school + 1], np.inf, axis=1)
    return places


def _summary(before: Floats, after: Floats, treated: Booleans) -> dict[str, float]:
    """Summarise the draws; those without an estimate count as not significant."""
    fit = closed_form(before, after, treated)
    log_ratio = fit.log_ratio[np.isfinite(fit.log_ratio)]
    significant = p_values(fit) < 0.05
    return {
        "ratio": float(np.exp(log_ratio.mean())),
        "ratio_low": float(np.exp(np.quantile(log_ratio, 0.05))),
        "ratio_high": float(np.exp(np.quantile(log_ratio, 0.95))),
        "share_falls": float((log_ratio < 0).mean()),
        "share_significant": float(significant.mean()),
        "share_significant_falls": float((significant & (fit.log_ratio < 0)).mean()),
    }
