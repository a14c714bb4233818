"""The multinomial form against a Poisson regression with dummies, and against pyfixest."""

import numpy as np
import pandas as pd
import pytest

from analysis.models.alternatives.multinomial import batched_multinomial, fit_multinomial
from analysis.models.inputs.month_counts import MonthCounts
from analysis.models.inputs.school_periods import compare
from analysis.models.primary.sandwich import block_power, cluster_covariance
from tests.unit.models.models_panel import random_panel, specification


def uneven_panel(seed=1, pilots=("Lambeth", "Stockport")):
    """A panel with exposure that moves from month to month, and returns that are missing."""
    random = np.random.default_rng(seed)
    panel = pd.concat([random_panel(seed + i, pilot=p) for i, p in enumerate(pilots)])
    panel["pupils"] = random.integers(50, 900, len(panel))
    missing = random.random(len(panel)) < 0.03
    panel.loc[missing, "events"] = np.nan
    return panel.assign(returned=~missing)


def counts_of(panel, **changes):
    return MonthCounts.of(compare(panel, specification(pilot=None, **changes)))


def two_way_glm(counts, treated):
    """Fit a Poisson regression with a dummy per school and per stratum and month."""
    import statsmodels.api as sm

    school, month = np.nonzero(counts.exposure)
    columns = [(treated[school] & counts.after[month]).astype(float)]
    columns += [(school == s).astype(float) for s in range(len(counts.unit))]
    for stratum in range(counts.stratum.max() + 1):
        inside = counts.stratum[school] == stratum
        columns += [(inside & (month == m)).astype(float) for m in range(1, len(counts.months))]
    fit = sm.GLM(
        counts.events[school, month],
        np.column_stack(columns),
        family=sm.families.Poisson(),
        offset=np.log(counts.exposure[school, month]),
    ).fit(
        cov_type="cluster",
        cov_kwds={"groups": counts.unit[school], "use_correction": False},
        tol=1e-13,
        maxiter=200,
    )
    return fit.params[0], fit.bse[0]


def test_batched_newton_is_the_regression_with_dummies():
    """The plan asks for agreement to 1e-10."""
    counts = counts_of(uneven_panel())
    random = np.random.default_rng(3)
    draws = np.array([random.permutation(counts.treated) for _ in range(2)])
    basis = counts.after[:, np.newaxis].astype(float)
    effects, covariance = batched_multinomial(counts, draws.astype(float), basis)
    for treated, effect, variance in zip(draws, effects[:, 0], covariance[:, 0, 0], strict=True):
        theta, error = two_way_glm(counts, treated)
        assert effect == pytest.approx(theta, abs=1e-10)
        assert np.sqrt(variance) == pytest.approx(error, rel=1e-7)


# pyfixest 0.60 passes arguments that pandas 3.1 is about to drop.
@pytest.mark.filterwarnings("ignore:The (inplace|copy) keyword")
def test_pyfixest_gives_the_same():
    """With `k_adj=False`: its default errors change with PYTHONHASHSEED."""
    pf = pytest.importorskip("pyfixest")
    panel = uneven_panel(5, pilots=("Lambeth",))
    comparison = compare(panel, specification(pilot=None))
    long = comparison.months.merge(comparison.schools[["school_id", "treated"]], on="school_id")
    long["d"] = (long["treated"] & (long["period"] == "after")).astype(float)
    long["ln_n"] = np.log(long["exposure"])
    theirs = pf.fepois(
        "events ~ d | school_id + event_month", long, offset="ln_n",
        vcov={"CRV1": "school_id"}, ssc=pf.ssc(k_adj=False, G_adj=False), iwls_tol=1e-12,
    )  # fmt: skip
    counts = MonthCounts.of(comparison)
    ours = fit_multinomial(counts, counts.after[:, np.newaxis].astype(float))
    assert ours.log_ratio == pytest.approx(theirs.coef()["d"], abs=1e-8)
    error = np.sqrt(cluster_covariance(ours, "CR0")[0, 0])
    assert error == pytest.approx(theirs.se()["d"], rel=1e-6)


def test_the_single_fit_is_the_batched_one():
    counts = counts_of(uneven_panel(7))
    basis = counts.after[:, np.newaxis].astype(float)
    fit = fit_multinomial(counts, basis)
    effects, covariance = batched_multinomial(counts, counts.treated[None].astype(float), basis)
    assert fit.log_ratio == pytest.approx(effects[0, 0], abs=1e-11)
    assert cluster_covariance(fit, "CR0")[0, 0] == pytest.approx(covariance[0, 0, 0], rel=1e-9)
    assert np.abs(fit.design.T @ fit.residuals).max() < 1e-8  # the score is zero


def test_cr2_of_the_multinomial_is_unbiased_under_its_working_model():
    """The residuals of a school have covariance I - root(p) root(p)', not I."""
    counts = counts_of(uneven_panel(9, pilots=("Lambeth",)))
    fit = fit_multinomial(counts, counts.after[:, np.newaxis].astype(float))
    expected = 0.0
    for unit in range(fit.clusters.max() + 1):
        rows = np.flatnonzero(fit.clusters == unit)
        block = fit.design[rows]
        # root(p) is the one direction that no design column has; the rest is free.
        values, vectors = np.linalg.eigh(block @ block.T)
        span = vectors[:, values > values.max() * 1e-9]
        middle = span @ span.T - block @ fit.bread @ block.T
        part = fit.bread @ block.T @ block_power(fit, rows, -0.5)
        expected += (part @ middle @ part.T)[0, 0]
    assert expected == pytest.approx(fit.bread[0, 0], rel=1e-9)
