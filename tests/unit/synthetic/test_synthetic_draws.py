"""Draws follow their distributions, as another implementation has them."""

from datetime import date
from math import log1p, sqrt
from statistics import fmean, pvariance

import pytest
from scipy import stats

from analysis.synthetic.draws import (
    Stream,
    exponential_quantile,
    frailty_quantile,
    poisson_quantile,
)

UNIFORMS = (0.001, 0.1, 0.25, 0.5, 0.7, 0.9, 0.99, 0.999999)


@pytest.mark.parametrize("mean", [0.01, 0.4, 1.0, 3.7, 40.0, 300.0])
def test_poisson_quantiles_equal_scipy_s(mean: float) -> None:
    assert [poisson_quantile(u, mean) for u in UNIFORMS] == [
        stats.poisson.ppf(u, mean) for u in UNIFORMS
    ]


def test_a_poisson_draw_ends_however_near_to_1_the_uniform_is() -> None:
    assert poisson_quantile(1 - 2**-53, 50.0) < 50 + 20 * 50**0.5 + 21
    assert poisson_quantile(0.0, 3.0) == 0


@pytest.mark.parametrize("variance", [0.05, 0.6])
def test_frailty_quantiles_equal_scipy_s_with_mean_1(variance: float) -> None:
    # A log-normal of mean 1 and variance v has s^2 = log(1 + v), median exp(-s^2/2).
    log_normal = stats.lognorm(sqrt(log1p(variance)), scale=(1 + variance) ** -0.5)
    assert log_normal.mean() == pytest.approx(1)
    assert log_normal.var() == pytest.approx(variance)
    for uniform in UNIFORMS:
        assert frailty_quantile(uniform, variance) == pytest.approx(log_normal.ppf(uniform))


def test_exponential_quantiles_equal_scipy_s() -> None:
    for uniform in UNIFORMS:
        expected = stats.expon.ppf(uniform, scale=240)
        assert exponential_quantile(uniform, 240) == pytest.approx(expected)


def test_a_stream_is_named_and_repeats() -> None:
    def first(*names: str) -> float:
        return Stream(2019, *names).uniform()

    assert first("school", "1") == first("school", "1")
    assert len({first("school", "1"), first("school", "2"), first("care", "1")}) == 3
    assert Stream(2020, "school", "1").uniform() != first("school", "1")


def test_python_s_generator_gives_what_it_gave() -> None:
    # The one number that everything rests on; if it changes, so does every file.
    assert Stream(2019, "a").uniform() == 0.9705980148457677


def test_integers_choices_and_shuffles_reach_every_value() -> None:
    stream = Stream(1, "test")
    assert {stream.integer(3, 5) for _ in range(200)} == {3, 4, 5}
    assert {stream.choice("abc") for _ in range(200)} == set("abc")
    assert {tuple(stream.shuffled("abc")) for _ in range(300)} == {
        tuple(order) for order in ("abc", "acb", "bac", "bca", "cab", "cba")
    }


def test_weights_are_kept() -> None:
    stream = Stream(1, "weights")
    drawn = [stream.weighted({"a": 3, "b": 1, "c": 0}) for _ in range(4000)]
    # Standard error of the share is sqrt(.75 x .25 / 4000) = 0.007.
    assert drawn.count("a") / 4000 == pytest.approx(0.75, abs=0.03)
    assert "c" not in drawn


def test_normal_draws_have_mean_0_and_variance_1() -> None:
    stream = Stream(1, "normal")
    drawn = [stream.normal() for _ in range(4000)]
    assert fmean(drawn) == pytest.approx(0, abs=0.06)
    assert pvariance(drawn) == pytest.approx(1, abs=0.09)


def test_weekdays_only() -> None:
    stream = Stream(1, "days")
    days = {stream.weekday(date(2019, 6, 7), date(2019, 6, 11)) for _ in range(100)}
    # Friday, Monday, Tuesday; Saturday the 8th and Sunday the 9th never.
    assert {day.day for day in days} == {7, 10, 11}
