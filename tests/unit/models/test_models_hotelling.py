"""The joint test of several effects: its size, and what it comes to for one of them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis.models.alternatives.multinomial import fit_multinomial
from analysis.models.checks.event_study import term_columns
from analysis.models.inference.hotelling import hotelling_df, joint_test
from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.month_counts import MonthCounts
from analysis.models.inputs.school_periods import compare
from analysis.models.primary.intervals import t_p_value
from analysis.models.primary.sandwich import cluster_covariance, satterthwaite_df
from tests.unit.models.models_panel import random_panel, specification

TERMS = np.repeat(np.arange(-3, 0), 4)


def terms_before(pairs=8):
    """Three terms before the start, of which the last is the reference."""
    panel = random_panel(1, pairs=pairs, months=range(-12, 1))
    counts = MonthCounts.of(compare(panel, specification().over_all_months(-12)))
    return counts.only(~counts.after).added_up(TERMS + 3)


def fitted(counts):
    return fit_multinomial(counts, term_columns(np.arange(-3, 0)))


def test_for_one_effect_it_is_the_t_test():
    fit = fitted(terms_before())
    one = joint_test(fit, np.array([1]))
    error = np.sqrt(cluster_covariance(fit, "CR2")[1, 1])
    df = satterthwaite_df(fit, np.eye(len(fit.coefficients))[1])
    assert one.df_denominator == pytest.approx(df, rel=1e-9)
    assert one.p_value == pytest.approx(t_p_value(fit.coefficients[1], error, df), rel=1e-9)


def test_the_order_of_effects_does_not_matter():
    fit = fitted(terms_before())
    one, other = (joint_test(fit, np.array(chosen)) for chosen in ([0, 1], [1, 0]))
    assert one.p_value == pytest.approx(other.p_value, rel=1e-9)


def test_it_holds_its_size_where_the_usual_wald_test_does_not():
    """Rates that move from term to term: 300 draws without any difference in trends."""
    random, counts = np.random.default_rng(3), terms_before()
    rejected, usual = 0, 0
    for _ in range(300):
        rates = 4.0 * random.gamma(4, 0.25, counts.events.shape)
        fit = fitted(replace(counts, events=random.poisson(rates).astype(float)))
        both = np.array([0, 1])
        rejected += joint_test(fit, both).p_value < 0.05
        covariance = cluster_covariance(fit, "CR2")[:2, :2]
        wald = fit.coefficients[:2] @ np.linalg.solve(covariance, fit.coefficients[:2]) / 2
        usual += stats.f.sf(wald, 2, 15) < 0.05
    assert rejected / 300 < 0.075
    assert usual / 300 > rejected / 300 + 0.02


def test_too_few_units_are_no_test():
    fit = fitted(terms_before(pairs=2))
    assert hotelling_df(fit, np.array([0, 1])) < 4
    too_many = np.arange(len(fit.coefficients))
    with pytest.raises(NotEstimable, match="too few units"):
        joint_test(fit, too_many)
