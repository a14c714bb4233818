"""Ways that serve thousands of schools come to what the ways for a few come to."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.models.alternatives import negative_binomial, two_part
from analysis.models.checks import pre_trends
from analysis.models.checks.pre_trend_tests import pre_trend_tests
from analysis.models.inference import methods, randomisation
from analysis.models.inference.assignments import Assignments
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.inputs.school_periods import compare, school_periods
from analysis.models.sensitivity import leave_out
from tests.unit.models.models_panel import random_panel, specification

FEW = 10**9


def uneven(pairs=120, seed=1):
    """Return a panel whose schools differ in size, and grow at rates of their own."""
    panel = random_panel(seed, pairs=pairs, rate=2.0, ratio=0.8)
    school = pd.factorize(panel["school_id"])[0]
    grown = (panel["event_month"] >= 0) * (school * 11 % 30)
    dispersed = 1 + (panel["event_month"] + school) % 3
    return panel.assign(pupils=100 + school * 37 % 50 + grown, events=panel["events"] * dispersed)


@pytest.fixture(scope="module")
def panel():
    return uneven()


@pytest.fixture(scope="module")
def counts(panel):
    return SchoolCounts.of(school_periods(panel, specification()))


def in_units_of_two(counts):
    """Return the same schools, two of an arm making a unit."""
    treated = counts.treated.astype(int)
    place = np.where(treated, np.cumsum(treated), np.cumsum(1 - treated)) - 1
    unit = place // 2 * 2 + treated
    return replace(counts, unit=unit.astype(np.int64), matched_set=place // 2)


@pytest.mark.parametrize("of", [lambda counts: counts, in_units_of_two], ids=["schools", "units"])
def test_permuted_sums_are_fits_anew(counts, of, monkeypatch):
    counts = of(counts)
    drawn = np.vstack(list(Assignments.of(counts).sample(40, np.random.default_rng(1))))
    monkeypatch.setattr(randomisation, "MANY", FEW)
    anew = randomisation.statistics(counts, drawn)
    monkeypatch.setattr(randomisation, "MANY", 1)
    assert randomisation.statistics(counts, drawn) == pytest.approx(anew, rel=1e-9)


def test_assignments_out_of_reach_are_fitted_anew(counts, monkeypatch):
    """With three times the reach away from both arms as one, sums cannot be read off."""
    far = replace(counts, after=np.where(counts.treated, counts.after * 200, counts.after))
    happened = counts.treated[np.newaxis].astype(float)
    monkeypatch.setattr(randomisation, "MANY", FEW)
    anew = randomisation.statistics(far, happened)
    monkeypatch.setattr(randomisation, "MANY", 1)
    assert anew[0, 0] > 4.0
    assert randomisation.statistics(far, happened) == pytest.approx(anew, rel=1e-9)


def test_pairs_are_drawn_as_larger_sets_are():
    """The smaller of two random keys is chosen, as sorting would choose it."""
    assignments = Assignments(np.tile([True, False], 50), np.repeat(np.arange(50), 2))
    drawn = np.vstack(list(assignments.sample(30, np.random.default_rng(7))))
    keys = np.random.default_rng(7).random((30, 50, 2))
    assert (drawn.reshape(30, 50, 2)[..., 0] == (np.argsort(keys)[..., 0] == 0)).all()
    assert (drawn.reshape(30, 50, 2).sum(axis=2) == 1).all()


@pytest.mark.parametrize("of", [lambda counts: counts, in_units_of_two], ids=["schools", "units"])
def test_the_jackknife_leaves_out_each_of_many(counts, of, monkeypatch):
    monkeypatch.setattr(methods, "MANY", FEW)
    anew = methods.jackknife_variance(of(counts))
    monkeypatch.setattr(methods, "MANY", 1)
    assert methods.jackknife_variance(of(counts)) == pytest.approx(anew, rel=1e-9)


@pytest.mark.parametrize("by", ["school", "matched set", "assignment unit"])
def test_without_each_of_many_the_range_is_that_of_fits_anew(panel, by, monkeypatch):
    unit = "area" if by == "assignment unit" else "school_id"
    asked = [specification(assignment_unit=unit)]
    anew = leave_out.leave_one_out(panel, asked, by)
    monkeypatch.setattr(leave_out, "MOST_REFITTED", 50)
    found = leave_out.leave_one_out(panel, asked, by)
    assert found["left_out"].tolist() == anew["left_out"].tolist()
    assert found["log_ratio"].to_numpy() == pytest.approx(anew["log_ratio"].to_numpy(), rel=1e-9)
    assert found["p_value"].max() == anew["p_value"].max()
    assert 0 < found["p_value"].count() <= 3 * leave_out.EXTREME < len(anew)


def test_schools_solved_for_apart_are_dummies(monkeypatch):
    compared = compare(uneven(pairs=5), specification(assignment_unit="area"))
    with_dummies = negative_binomial.negative_binomial_fit(compared)
    monkeypatch.setattr(negative_binomial, "MOST_DUMMIES", 1)
    by_blocks = negative_binomial.negative_binomial_fit(compared)
    for name in ("log_ratio", "standard_error", "clustered_error", "dispersion"):
        assert getattr(by_blocks, name) == pytest.approx(getattr(with_dummies, name), rel=1e-6)
    assert by_blocks.units == with_dummies.units


def test_one_step_without_each_of_many_is_close_to_fits_anew(monkeypatch):
    """Of 160 units the error differs by two parts in a thousand, and by fewer of more."""
    panel = random_panel(3, pairs=80)
    random = np.random.default_rng(1)
    size = random.gamma(1, 1, 160)[pd.factorize(panel["school_id"])[0]]
    some = random.random(len(panel)) < np.minimum(0.7, 0.3 * size)
    days = np.where(some, 1 + random.poisson(12 * size), 0).astype(float)
    panel = panel.assign(events=days, children=1.0 * some, pupils=(100 * (1 + size)).astype(int))
    compared = compare(panel, specification(measure="days"))
    monkeypatch.setattr(two_part, "MOST_REFITTED", FEW)
    anew = two_part.two_part_fit(compared)
    monkeypatch.setattr(two_part, "MOST_REFITTED", 1)
    found = two_part.two_part_fit(compared)
    assert found.log_ratio == anew.log_ratio
    assert found.standard_error == pytest.approx(anew.standard_error, rel=4e-3)
    assert found.standard_error != anew.standard_error


def test_fits_without_a_faster_way_take_fewer_draws_of_many(monkeypatch):
    drawn = []
    reference = Assignments.reference

    def noted(self, draws, random):
        drawn.append(draws)
        return reference(self, draws, random)

    monkeypatch.setattr(Assignments, "reference", noted)
    for pairs in (8, 150):
        pre_trend_tests(random_panel(1, pairs=pairs), [specification()], seed=1, draws=600)
    assert drawn == [600, 499]


def test_terms_fitted_in_smaller_parts_are_the_same(monkeypatch):
    panel = random_panel(1, pairs=120)
    found = []
    for size in (100_000, 4_000_000):
        monkeypatch.setattr("analysis.models.checks.pre_trend_tests.IN_CACHE", size)
        tests = pre_trend_tests(panel, [specification()], seed=1, draws=99)
        found.append(tests["p_randomisation"].iloc[0])
    assert found[0] == found[1] < 1


def test_of_more_than_a_thousand_pairs_the_smallest_p_is_not_said_to_be_nought():
    """There are 2 ** 1,100 assignments, and one over that is less than a float holds."""
    schools = school_periods(random_panel(1, pairs=1_100, months=(-12, 0)), specification())
    test = randomisation.randomisation_test(schools, seed=1, draws=9)
    assert test.possible == 2**1_100
    said = "a sample of 10 assignments, smallest possible p below 1e-300"
    assert methods._looked_at(test) == said


@pytest.mark.parametrize(("df", "errors"), [(50, 11.0), (50, 15.0), (2_000.6, 24.5)])
def test_a_trend_that_thousands_of_schools_show_is_found_for_certain(df, errors, monkeypatch):
    """So many standard errors from zero, a tail of the noncentral t has no value in scipy 1.17."""
    monkeypatch.setattr(pre_trends, "_slope_error", lambda _fit: (1 / errors, df))
    assert pre_trends._slope_power(None, 1.0, 0.05) == pytest.approx(1.0)
