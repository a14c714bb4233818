from dataclasses import replace

import numpy as np
import pytest

from analysis.models.inference import randomisation
from analysis.models.inference.assignments import Assignments
from analysis.models.inference.randomisation import randomisation_interval, randomisation_test
from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.school_counts import SchoolCounts, group_sums
from analysis.models.inputs.school_periods import school_periods
from analysis.models.primary.conditional import fit_conditional
from analysis.models.primary.newton import batched_log_ratios
from analysis.models.primary.sandwich import cluster_covariance
from tests.unit.models.models_panel import four_schools, random_panel, specification
from tests.validation.test_models_conditional import random_schools


def pairs(sizes):
    """Return assignments with sets of the given sizes, half of each treated."""
    treated = np.concatenate([np.arange(n) < k for n, k in sizes])
    return Assignments(treated, np.repeat(np.arange(len(sizes)), [n for n, _ in sizes]))


def schools_of(seed=1, **changes):
    return school_periods(random_panel(seed, **changes), specification())


def test_every_assignment_is_given_once_and_keeps_the_sets():
    assignments = pairs([(2, 1), (3, 1), (4, 2)])
    every = np.vstack(list(assignments.every()))
    assert len(every) == assignments.possible == 2 * 3 * 6
    assert len(np.unique(every, axis=0)) == len(every)
    for code, (_, chosen) in enumerate(assignments.sizes):
        assert (every[:, assignments.matched_set == code].sum(axis=1) == chosen).all()
    assert (every[0] == assignments.treated).all()


def test_mirrored_assignments_are_given_by_half():
    assignments = pairs([(2, 1), (4, 2)])
    half = np.vstack(list(assignments.every()))
    both = np.vstack([half, 1 - half])
    assert len(np.unique(both, axis=0)) == assignments.possible == 12
    assert assignments.smallest_p == 2 / 12


def test_a_sample_keeps_the_sets_and_favours_none():
    assignments = pairs([(3, 1), (3, 1), (2, 1)])
    sample = np.vstack(list(assignments.sample(6000, np.random.default_rng(1))))
    assert (sample[:, :3].sum(axis=1) == 1).all()
    assert sample[:, 6:].sum() == 6000
    # 2,000 expected with standard deviation 36.5: four of them are 146.
    assert np.abs(sample[:, :6].sum(axis=0) - 2000).max() < 146


def test_blocks_make_no_difference(monkeypatch):
    whole = randomisation_test(schools_of(), seed=1)
    monkeypatch.setattr("analysis.models.inference.assignments.CHUNK", 40)
    assert randomisation_test(schools_of(), seed=1) == whole


def test_a_set_with_one_arm_stays_as_it_is():
    assignments = pairs([(2, 1), (1, 1), (2, 0)])
    assert assignments.fixed_units == 3
    assert assignments.possible == 2
    assert assignments.smallest_p == 0.5


def test_nothing_to_permute_is_said():
    schools = school_periods(four_schools(), specification())
    alone = schools.assign(matched_set=schools["school_id"])
    with pytest.raises(NotEstimable, match="no matched set has units of both arms"):
        randomisation_test(alone, seed=1)


def test_units_with_both_arms_cannot_be_permuted():
    schools = school_periods(four_schools(), specification())
    mixed = schools.assign(cluster=["X", "Y", "X", "Y"])
    with pytest.raises(NotEstimable, match="has schools of both arms"):
        randomisation_test(mixed, seed=1)


def test_areas_are_matched_where_their_schools_are():
    """Areas X and Y are tied by sets 1 and 2, areas Z and W by set 3."""
    unit = np.array([0, 1, 0, 1, 2, 3])
    matched_set = np.array([0, 0, 1, 1, 2, 2])
    treated = np.array([True, False, True, False, True, False])
    counts = SchoolCounts(*(np.ones(6),) * 3, np.zeros(6, int), unit, treated, matched_set)
    assignments = Assignments.of(counts)
    assert assignments.sizes == [(2, 1), (2, 1)]


def test_batched_newton_is_the_single_fit():
    schools = random_schools(2, size=30)
    counts = SchoolCounts.of(schools.assign(matched_set="all"))
    random = np.random.default_rng(1)
    draws = np.array([random.permutation(counts.treated) for _ in range(20)])
    log_ratios, variances = batched_log_ratios(counts, draws.astype(float))
    for treated, log_ratio, variance in zip(draws, log_ratios, variances, strict=True):
        fit = fit_conditional(schools.assign(treated=treated))
        assert log_ratio == pytest.approx(fit.log_ratio, abs=1e-10)
        assert variance == pytest.approx(cluster_covariance(fit, "CR0")[0, 0], rel=1e-9)


def test_the_closed_form_and_newton_agree_where_exposure_is_constant():
    counts = SchoolCounts.of(schools_of(3))
    assert counts.has_closed_form
    block = next(Assignments.of(counts).sample(50, np.random.default_rng(1)))
    fast = randomisation.statistics(counts, block)
    slow = randomisation.statistics(
        replace(counts, offset=counts.offset + 1e-9 * counts.after), block
    )
    assert np.allclose(fast, slow, atol=1e-6)
    assert np.ptp(counts.offset) == 0


def test_schools_without_events_change_places_too():
    schools = schools_of(1)
    silent = schools.copy()
    silent.loc[silent["school_id"] == "Lam00i", ["events_before", "events_after"]] = 0
    assert randomisation_test(silent, seed=1).possible == 2**8
    assert randomisation_test(silent, seed=1).fixed_units == 0


def test_an_assignment_without_an_estimate_counts_as_extreme():
    """After the start only A and D have events: A and B together, or C and D, have some.

    As it happened A and B are treated, and C and D come to the same size. Under the other
    two assignments one arm has no events, so that all four count.
    """
    schools = school_periods(four_schools(), specification())
    test = randomisation_test(schools.assign(events_after=[6, 0, 0, 9]), seed=1)
    assert test.possible == 4
    assert test.p_value == test.p_coefficient == 1.0


def test_the_closed_form_is_not_used_where_exposure_varies():
    schools = schools_of(3).assign(exposure_after=lambda table: 900.0 + 90 * np.arange(len(table)))
    counts = SchoolCounts.of(schools)
    assert not counts.has_closed_form
    found = randomisation.statistics(counts, counts.treated[np.newaxis].astype(float))
    assert found[0, 0] == pytest.approx(fit_conditional(schools).log_ratio, abs=1e-10)


def test_rejections_of_the_test_lie_outside_its_interval():
    schools = schools_of(8, pairs=9, ratio=0.5, rate=6)
    test = randomisation_test(schools, seed=1)
    low, high = randomisation_interval(schools, seed=1, draws=511)
    assert test.p_value < 0.05
    assert low < test.log_ratio < high < 0


def test_the_interval_looks_at_every_assignment_where_they_are_few():
    """Of 256, 1,999 draws would repeat some and miss none; their seed would move the ends."""
    schools = schools_of(8, pairs=8, ratio=0.5, rate=6)
    low, high = randomisation_interval(schools, seed=1)
    assert (low, high) == randomisation_interval(schools, seed=2)
    counts = SchoolCounts.of(schools)
    every = np.vstack(list(Assignments.of(counts).every()))
    for end, outward in ((low, -1e-4), (high, 1e-4)):
        shares = []
        for log_ratio in (end, end + outward):
            factor = np.where(counts.treated, np.exp(-log_ratio), 1.0)
            moved = replace(counts, after=counts.after * factor)
            found = np.abs(randomisation.statistics(moved, every)[1])
            shares.append((found >= found[0] * (1 - 1e-9)).mean())
        assert shares[0] > 0.05 >= shares[1]


def test_a_design_that_cannot_reject_has_no_end_to_its_interval():
    schools = schools_of(8, pairs=4)
    assert randomisation_test(schools, seed=1).smallest_p == 0.125
    assert randomisation_interval(schools, seed=1) == (-np.inf, np.inf)


def test_the_same_seed_gives_the_same_sample_and_names_differ():
    schools = schools_of(5)
    one = randomisation_test(schools, seed=4, draws=99, exact_up_to=10)
    assert one == randomisation_test(schools, seed=4, draws=99, exact_up_to=10)
    assert not one.exact
    assert one.assignments == 100
    assert randomisation.named_seed(1, "a") != randomisation.named_seed(1, "b")


def test_a_sampled_p_value_is_near_the_exact_one():
    schools = schools_of(6)
    exact = randomisation_test(schools, seed=1)
    sampled = randomisation_test(schools, seed=1, draws=20_000, exact_up_to=10)
    assert sampled.p_value == pytest.approx(exact.p_value, abs=4 * np.sqrt(0.25 / 20_000))


def test_group_sums():
    values = np.arange(12.0).reshape(2, 6)
    group = np.array([2, 0, 1, 1, 0, 2])
    wanted = np.array([[values[row, group == g].sum() for g in range(3)] for row in range(2)])
    assert (group_sums(values, group) == wanted).all()
    assert (group_sums(values, np.arange(6)) == values).all()
    assert (group_sums(values, np.zeros(6, int)) == values.sum(axis=1, keepdims=True)).all()
