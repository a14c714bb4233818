import numpy as np
import pytest

from analysis.models.inference.methods import inference_estimates, jackknife_variance
from analysis.models.inference.wild_bootstrap import wild_bootstrap_test
from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.inputs.school_periods import school_periods
from analysis.models.primary.closed_form import closed_form
from analysis.models.primary.conditional import fit_conditional
from analysis.models.primary.estimates import COLUMNS
from analysis.models.primary.sandwich import cluster_covariance, cluster_leverages, satterthwaite_df
from tests.unit.models.models_panel import four_schools, monthly_panel, random_panel, specification


def schools_of(seed=1, **changes):
    return school_periods(random_panel(seed, **changes), specification())


@pytest.fixture(scope="module")
def table():
    return inference_estimates(random_panel(2, ratio=0.5, rate=3), [specification()], seed=1)


def test_every_method_gives_the_same_estimate_and_its_own_p(table):
    assert (table["status"] == "estimated").all()
    assert np.ptp(table["log_ratio"]) < 1e-9
    assert table["p_value"].between(0, 1).all()
    assert table["p_method"].str.len().gt(0).all()
    assert table["method"].is_unique
    assert list(table.columns) == list(COLUMNS)


def test_small_sample_corrections_widen(table):
    error = table.set_index("method")["standard_error"]
    assert error["CR0, normal"] < error["conditional Poisson, CR2"] < error["CR3"]


def test_methods_fail_one_by_one():
    """With one pair the spread can't be seen, though the ratio can."""
    panel = monthly_panel({"A": ("intervention", "1", (9, 6)), "B": ("comparison", "1", (9, 8))})
    found = inference_estimates(panel, [specification()], seed=1).set_index("method")
    assert found.loc["conditional Poisson, CR2", "status"] == "not estimable"
    assert found.loc["naive", "ratio"] == pytest.approx((6 / 9) / (8 / 9))
    assert "without one of the assignment units" in found.loc["jackknife", "reason"]
    assert "no estimate to compare" in found.loc["randomisation", "reason"]


def test_the_closed_form_is_the_fit_where_exposure_is_constant():
    schools = schools_of(4)
    fit = fit_conditional(schools)
    closed = closed_form(
        schools["events_before"].to_numpy(float),
        schools["events_after"].to_numpy(float),
        schools["treated"].to_numpy(),
    )
    assert closed.log_ratio == pytest.approx(fit.log_ratio, abs=1e-10)
    for kind in ("CR0", "CR1", "CR2", "CR3"):
        got = getattr(closed, kind.lower())
        assert got == pytest.approx(cluster_covariance(fit, kind)[0, 0], rel=1e-9)
    assert closed.df == pytest.approx(satterthwaite_df(fit), rel=1e-9)
    assert closed.largest_leverage == pytest.approx(cluster_leverages(fit).max(), rel=1e-9)


def test_a_zero_total_has_no_closed_form():
    fit = closed_form(
        np.array([3.0, 4, 5, 6]), np.array([0.0, 0, 5, 6]), np.array([True, True, False, False])
    )
    assert np.isnan(fit.log_ratio)


def test_the_jackknife_needs_an_estimate_without_each_unit():
    counts = SchoolCounts.of(
        school_periods(four_schools(), specification()).assign(events_after=[5, 0, 14, 16])
    )
    with pytest.raises(NotEstimable, match="without one of the assignment units"):
        jackknife_variance(counts)


def test_the_wild_bootstrap_of_few_units_says_how_few():
    schools = schools_of(3)
    test = wild_bootstrap_test(schools, seed=1)
    assert test.exact
    assert test.draws == 2**16
    sampled = wild_bootstrap_test(schools, seed=1, draws=20_000, exact_up_to=3)
    assert sampled.p_value == pytest.approx(test.p_value, abs=4 * np.sqrt(0.25 / 20_000))


def test_the_wild_bootstrap_needs_two_units():
    schools = school_periods(four_schools(), specification())
    one = schools.assign(events_before=[10, 0, 12, 0], events_after=[5, 0, 14, 0], cluster="all")
    with pytest.raises(NotEstimable, match="fewer than two units"):
        wild_bootstrap_test(one, seed=1)
