"""Trials: formulas, simulation, assurance; and hidden bias in matched pairs."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import ConfigurationError
from analysis.models.design.scale_up import (
    interval_precision,
    scale_up,
    trial_assurance,
    with_schools,
    worthwhile_ratio,
)
from analysis.models.design.trial import (
    ANALYSES,
    PLANNED_TRIAL,
    Trial,
    simulate_trial,
    stratified_log_ratio,
    trial_detectable_ratio,
    trial_power,
    trial_standard_error,
)
from analysis.models.sensitivity.hidden_bias import (
    COLUMNS,
    explaining_gamma,
    hidden_bias,
    highest_p,
)
from exhibits.results.scale_up import schools_needed
from tests.unit.models.models_panel import random_panel, specification
from tests.validation.cases import expected


class TestTrial:
    def test_the_planned_trial_had_the_error_that_the_trial_printed(self):
        """0.955 to 1.166 with 268 schools: an error of 0.0509, a detectable fall of 13.3%."""
        error, fall = interval_precision(0.955, 1.166)
        assert error == pytest.approx(0.0509, abs=5e-5)
        assert fall == pytest.approx(0.133, abs=5e-4)
        analysed = replace(PLANNED_TRIAL, schools=268)
        assert trial_standard_error(analysed, 1.0) == pytest.approx(error, rel=0.06)
        assert 1 - trial_detectable_ratio(analysed) == pytest.approx(fall, abs=0.012)

    def test_simulated_power_is_the_exact_one_of_poisson_totals(self):
        """Totals of 80 and 48 without variation: R enumerates a power of .8101."""
        totals = Trial("totals", 80, 1, 2.0, need_variance=0, dispersion=0, authority_variance=0)
        found = simulate_trial(totals, 0.6, seed=1, draws=4000)[ANALYSES[0]]
        assert found["power"] == pytest.approx(
            expected("R13", "poisson_wald_exact", "80v48"), abs=0.025
        )
        none = simulate_trial(totals, 1.0, seed=1, draws=4000)[ANALYSES[0]]
        assert none["power"] == pytest.approx(0.05, abs=0.014)

    def test_formula_and_simulation_agree(self):
        table = scale_up([replace(PLANNED_TRIAL, dropout=0.05)], [0.85, 1.0], seed=1, draws=2000)
        assert (
            (table["standard_error"] / table["standard_error_by_formula"]).between(0.95, 1.08).all()
        )
        assert (table["power"] - table["power_by_formula"]).abs().max() < 0.06
        assert table["coverage"].between(0.935, 0.965).all()

    def test_rates_before_sharpen_the_comparison(self):
        table = scale_up([PLANNED_TRIAL], [0.85], seed=1, draws=500).set_index("analysis")
        assert table["standard_error"][ANALYSES[1]] < table["standard_error"][ANALYSES[0]]

    def test_more_schools_see_smaller_falls(self):
        ratios = [trial_detectable_ratio(each) for each in with_schools(PLANNED_TRIAL, (40, 280))]
        assert ratios[0] < ratios[1] < 1
        at = trial_power(PLANNED_TRIAL, trial_detectable_ratio(PLANNED_TRIAL))
        assert at == pytest.approx(0.8, abs=1e-3)

    def test_formulas_and_power_agree_on_the_schools_that_a_fall_needs(self):
        """Zhu and Lakkis's is the size at which the power of rates after alone is 80%."""
        planned = replace(PLANNED_TRIAL, dropout=0.0)
        needed = schools_needed(planned, 0.86)
        assert needed["hayes_bennett"] == pytest.approx(needed["zhu_lakkis"], rel=0.05)
        size = 2 * round(needed["zhu_lakkis"])
        power = trial_power(replace(planned, schools=size), 0.86, ANALYSES[0])
        assert power == pytest.approx(0.8, abs=0.005)

    def test_authorities_that_move_together_do_not_mislead(self):
        moving = replace(PLANNED_TRIAL, authority_variance=0.3)
        found = simulate_trial(moving, 1.0, seed=2, draws=2000)[ANALYSES[1]]
        assert found["power"] == pytest.approx(0.05, abs=0.02)

    def test_the_stratified_estimate_is_a_poisson_regression(self):
        import statsmodels.api as sm

        random = np.random.default_rng(1)
        stratum, treated = np.repeat(range(3), 10), np.tile([True, False], 15)
        expected_events = random.uniform(5, 20, 30)
        events = random.poisson(expected_events * np.where(treated, 0.7, 1.0)).astype(float)
        design = np.column_stack([treated, *(stratum == s for s in range(3))]).astype(float)
        fit = sm.GLM(
            events, design, family=sm.families.Poisson(), offset=np.log(expected_events)
        ).fit(cov_type="HC0", tol=1e-12)
        log_ratio, variance = stratified_log_ratio(
            events[np.newaxis], expected_events[np.newaxis], stratum, treated
        )
        assert log_ratio[0] == pytest.approx(fit.params[0], abs=1e-9)
        assert np.sqrt(variance[0] * 26 / 30) == pytest.approx(fit.bse[0], rel=1e-7)

    @pytest.mark.parametrize(
        "change",
        [{"schools": 3}, {"authorities": 0}, {"authorities": 200}, {"events": 0},
         {"dropout": 1.0}, {"dispersion": -1}],
    )  # fmt: skip
    def test_an_impossible_trial_is_refused(self, change):
        with pytest.raises(ConfigurationError, match="found"):
            replace(PLANNED_TRIAL, **change)


class TestAssurance:
    def test_certainty_gives_power(self):
        """In the direction of a fall alone; the other tail is of no account here."""
        sure = trial_assurance(PLANNED_TRIAL, np.log(0.8), 1e-6)
        assert sure == pytest.approx(trial_power(PLANNED_TRIAL, 0.8), abs=1e-4)

    def test_doubt_lowers_it_and_the_trial_result_was_unlikely_to_help(self):
        assert trial_assurance(PLANNED_TRIAL, np.log(0.8), 0.3) < 0.8
        assert trial_assurance(PLANNED_TRIAL, np.log(1.055), 0.05) < 0.02

    def test_an_error_that_rests_on_few_units_lowers_it_further(self):
        """Student's t with 2 degrees of freedom leaves more open than the normal."""
        few = trial_assurance(PLANNED_TRIAL, np.log(0.5), 0.3, 2)
        assert few < trial_assurance(PLANNED_TRIAL, np.log(0.5), 0.3) - 0.03

    def test_what_a_worker_costs_sets_the_smallest_fall_worth_it(self):
        assert worthwhile_ratio(30_000, 5_000, 20) == pytest.approx(0.7)
        assert np.isnan(worthwhile_ratio(30_000, 1_000, 20))


class TestHiddenBias:
    def test_bounds_by_hand(self):
        """Four pairs of sizes 1 to 4, all falls but the first: sums of at least 8 are
        the pattern seen, that with all one way, and none else: 2 of 16 at odds of 1."""
        differences = np.array([1.0, -2, -3, -4])
        assert highest_p(differences, 1.0) == pytest.approx(2 / 16)
        # At odds of 3: .75^4 + .75^3 .25
        assert highest_p(differences, 3.0) == pytest.approx(0.75**4 + 0.75**3 * 0.25)

    def test_many_pairs_are_near_the_exact_bound(self, monkeypatch):
        differences = np.random.default_rng(1).normal(-0.4, 1, 16)
        exact = [highest_p(differences, g) for g in (1.0, 1.5, 2.0)]
        monkeypatch.setattr("analysis.models.sensitivity.hidden_bias.EXACT_UP_TO", 3)
        assert [highest_p(differences, g) for g in (1.0, 1.5, 2.0)] == pytest.approx(
            exact, abs=0.03
        )

    def test_the_odds_that_explain_a_result_reach_the_level(self):
        differences = -np.arange(1.0, 11)
        gamma = explaining_gamma(differences)
        assert highest_p(differences, gamma) == pytest.approx(0.05)
        assert explaining_gamma(np.array([1.0, -1.0, 0.5])) == 1.0

    def test_the_table(self):
        panel = random_panel(1, ratio=0.4, rate=4)
        table = hidden_bias(panel, [specification()], gammas=(1.0, 2.0))
        assert list(table.columns) == list(COLUMNS)
        assert table["p_highest"].is_monotonic_increasing
        assert table["gamma_explains"].iloc[0] > 1

    def test_sets_that_are_no_pairs_have_no_bound(self):
        panel = random_panel(1)
        panel["matched_set"] = panel["matched_set"].str[-2:].astype(int) // 2
        row = hidden_bias(panel, [specification()]).iloc[0]
        assert row["reason"] == "matched sets are not pairs of one unit in each arm"
