"""Partial pooling against integration over a grid, and against what it must do in the limit."""

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from analysis.models.pooling.partial import NEXT, Priors, partial_pooling, posterior

RATIOS = np.log([0.41, 0.45, 0.89])
VARIANCES = np.array([0.21, 0.23, 0.26]) ** 2
MAIN = Priors("main", 0.0, 1.0, 0.5)


def grid(priors):
    """Return the joint posterior of mean and spread on a grid, without any closed form."""
    mean, between = np.linspace(-3, 2, 1201), np.linspace(1e-4, 3, 1200)
    density = stats.norm.logpdf(mean, priors.mean, priors.deviation)[:, np.newaxis]
    density = density + stats.halfnorm.logpdf(between, scale=priors.between)
    for log_ratio, variance in zip(RATIOS, VARIANCES, strict=True):
        density = density + stats.norm.logpdf(
            log_ratio, mean[:, np.newaxis], np.sqrt(variance + between**2)
        )
    chance = np.exp(density - density.max())
    return mean, between, chance / chance.sum()


@pytest.mark.parametrize("priors", [MAIN, Priors("narrow", 0.05, 0.05, 0.25)])
def test_the_posterior_is_that_of_a_grid(priors):
    mean, between, chance = grid(priors)
    found = posterior(RATIOS, VARIANCES, priors)
    by_mean = chance.sum(axis=1)
    for share in (0.025, 0.5, 0.975):
        wanted = np.interp(share, np.cumsum(by_mean), mean)
        assert found.mean.quantile(share) == pytest.approx(wanted, abs=5e-3)
    further = stats.norm.cdf(0, mean[:, np.newaxis], between)
    assert found.further.below(0) == pytest.approx((chance * further).sum(), abs=2e-3)
    shrunk = between**2 / (VARIANCES[0] + between**2)
    centre = shrunk * RATIOS[0] + (1 - shrunk) * mean[:, np.newaxis]
    below = stats.norm.cdf(-0.9, centre, np.sqrt(shrunk * VARIANCES[0]) + 1e-12)
    assert found.pilots[0].below(-0.9) == pytest.approx((chance * below).sum(), abs=2e-3)
    assert found.between == pytest.approx(
        np.interp(0.5, np.cumsum(chance.sum(axis=0)), between), abs=5e-3
    )


def test_one_estimate_and_a_spread_next_to_none_is_the_textbook_posterior():
    found = posterior(np.array([-0.8]), np.array([0.04]), Priors("p", 0.0, 0.2, 1e-6))
    # Two normals of equal variance: half way, with half the variance.
    assert found.mean.quantile(0.5) == pytest.approx(-0.4, abs=1e-6)
    assert found.mean.quantile(0.975) == pytest.approx(-0.4 + 1.959964 * np.sqrt(0.02), abs=1e-5)
    assert found.pilots[0].quantile(0.5) == pytest.approx(-0.4, abs=1e-6)


def test_pilots_are_drawn_to_each_other_and_a_further_one_is_less_certain():
    found = posterior(RATIOS, VARIANCES, MAIN)
    medians = [pilot.quantile(0.5) for pilot in found.pilots]
    assert RATIOS[0] < medians[0] < found.mean.quantile(0.5) < medians[2] < RATIOS[2]
    width = {
        name: mixture.quantile(0.975) - mixture.quantile(0.025)
        for name, mixture in (("mean", found.mean), ("further", found.further))
    }
    assert width["further"] > width["mean"]


def test_a_prior_from_the_trial_pulls_the_mean_to_the_trial():
    trial = posterior(RATIOS, VARIANCES, Priors("trial", np.log(1.055), 0.05, 0.5))
    assert trial.mean.quantile(0.5) > posterior(RATIOS, VARIANCES, MAIN).mean.quantile(0.5) + 0.4


def test_a_mixture_is_a_distribution():
    mixture = posterior(RATIOS, VARIANCES, MAIN).further
    assert mixture.weights.sum() == pytest.approx(1)
    density = integrate.quad(
        lambda x: float(mixture.weights @ stats.norm.pdf(x, mixture.means, mixture.deviations)),
        -20, 0,
    )[0]  # fmt: skip
    assert mixture.below(0) == pytest.approx(density, abs=1e-6)


def estimates(**changes):
    return pd.DataFrame(
        {"pilot": ["A", "B", "C"], "outcome": "y", "status": "estimated", "log_ratio": RATIOS,
         "standard_error": np.sqrt(VARIANCES), "df": [6.0, 12.0, np.inf]} | changes
    )  # fmt: skip


def test_errors_that_rest_on_few_units_count_for_less():
    for df, factor in ((4.0, 2), (np.inf, 1)):  # 4 / (4 - 2)
        row = partial_pooling(estimates(df=df), [MAIN]).set_index("quantity").loc[NEXT]
        wanted = posterior(RATIOS, VARIANCES * factor, MAIN)
        assert row["chance_below_1"] == pytest.approx(wanted.further.below(0))


def test_with_fewer_than_two_pilots_there_is_nothing_to_pool():
    table = partial_pooling(estimates(df=[6.0, 2.0, 1.0]), [MAIN])
    assert table["reason"].tolist() == ["fewer than two pilots have an estimate"]
    assert table["ratio"].isna().all()


def test_a_prior_has_scales():
    with pytest.raises(ValueError, match="above 0"):
        Priors("p", 0.0, 0.0, 0.5)
