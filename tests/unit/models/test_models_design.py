"""What the design can show: units, detectable effects, exaggeration, selection, trends."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import ConfigurationError
from analysis.models.checks.pre_trends import pre_trend_power, pre_trend_slopes
from analysis.models.checks.regression_to_the_mean import Selection, regression_to_the_mean
from analysis.models.design.detectable import (
    COLUMNS,
    detectable_ratio,
    log_ratio_variance,
    minimum_detectable_effects,
    power_curve,
    simulated_ratio,
)
from analysis.models.design.exaggeration import exaggeration, exaggerations
from analysis.models.design.simulation import SchoolDesign, draw_counts, fits, p_values, power
from analysis.models.inference import units
from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.school_periods import school_periods
from analysis.models.inputs.specification import EventMonths
from analysis.models.primary.closed_form import closed_form
from analysis.models.primary.estimates import effect_estimates
from analysis.models.primary.overdispersion import between_years, overdispersion
from tests.unit.models.models_panel import four_schools, random_panel, specification
from tests.unit.models.test_models_event_study import WHOLE, growing_panel


def s47_design(secondaries, primaries, dispersion):
    """About 14 enquiries a secondary and 4 a primary in ten months, both arms alike."""
    events = np.repeat([14.0, 4.0], [secondaries, primaries])
    both = np.tile(events, 2)
    n = len(events)
    return SchoolDesign(both, np.arange(2 * n) < n, np.arange(2 * n), dispersion)


class TestUnits:
    def test_a_design_is_described_without_looking_after_the_start(self):
        panel = random_panel(1)
        table = units.assignment_units(panel, [specification()])
        after = panel["event_month"] >= 0
        panel.loc[after, "events"] = 7.0
        assert units.assignment_units(panel, [specification()]).equals(table)
        row = table.iloc[0]
        assert row["units_intervention"] == 8
        assert row["assignments"] == 256
        assert row["smallest_p"] == 2 / 256
        assert 1 <= row["effective_intervention"] <= 8

    def test_areas_are_fewer(self):
        panel = random_panel(1)
        panel["area"] = panel["arm"] + (panel["matched_set"].str[-2:].astype(int) // 3).astype(str)
        row = units.assignment_units(panel, [specification(assignment_unit="area")]).iloc[0]
        assert (row["units_intervention"], row["assignments"]) == (3, 8)
        assert row["smallest_p"] == 0.25  # three pairs can't reach .05 whatever the data

    def test_equal_units_count_in_full(self):
        assert units.effective_units(np.full(6, 3.0)) == pytest.approx(6)
        assert units.effective_units(np.zeros(3)) == 0


class TestDetectable:
    @pytest.mark.parametrize(
        ("schools", "formula", "simulated"),
        [((5, 3), 0.42, 0.37), ((6, 5), 0.47, 0.44), ((3, 13), 0.47, 0.45), ((14, 21), 0.65, 0.64)],
    )
    def test_the_ratios_of_the_plan(self, schools, formula, simulated):
        """To two decimals: 8, 11, 16 and 35 schools an arm, overdispersion .05."""
        design = s47_design(*schools, 0.05)
        assert detectable_ratio(design) == pytest.approx(formula, abs=0.006)
        assert simulated_ratio(design, seed=1, draws=1000) == pytest.approx(simulated, abs=0.02)

    def test_the_formula_solves_its_own_equation(self):
        design = s47_design(5, 3, 0.05)
        ratio = detectable_ratio(design)
        reach = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
        assert np.log(ratio) == pytest.approx(-reach * np.sqrt(log_ratio_variance(design, ratio)))

    def test_the_variance_is_that_of_simulated_estimates(self):
        design = SchoolDesign.balanced(40, 60.0, dispersion=0.05)
        before, after = draw_counts(design, 0.8, 2000, np.random.default_rng(1))
        seen = fits(design, before, after).log_ratio.var()
        assert seen == pytest.approx(log_ratio_variance(design, 0.8), rel=0.1)

    def test_a_rare_outcome_cannot_be_detected(self):
        design = SchoolDesign.balanced(8, 0.6)
        assert detectable_ratio(design) == 0.0
        assert simulated_ratio(design, seed=1, draws=500) == 0.0

    def test_units_that_share_their_fortune_detect_less(self):
        design = s47_design(5, 3, 0.0)
        areas = replace(design, unit=design.unit // 2, unit_dispersion=0.1)
        assert detectable_ratio(areas) < detectable_ratio(design)

    def test_power_rises_with_the_effect_and_is_small_without(self):
        curve = power_curve(s47_design(6, 5, 0.15), np.array([0.4, 0.7, 1.0]), seed=1)
        assert curve[0] > curve[1] > curve[2]
        # 2,000 draws: nominal .05 with standard error .005
        assert curve[2] == pytest.approx(0.05, abs=0.02)

    def test_the_table_needs_two_years_before(self):
        table = minimum_detectable_effects(random_panel(1, rate=4), [specification()], seed=1,
                                           draws=200)  # fmt: skip
        assert list(table.columns) == list(COLUMNS)
        assert 0 < table["ratio_by_simulation"].iloc[0] < 1
        short = minimum_detectable_effects(
            random_panel(1, months=range(-12, 10)), [specification()], seed=1
        )
        assert "no like year" in short["reason"].iloc[0]


class TestOverdispersion:
    def test_what_was_put_in_comes_out(self):
        design = SchoolDesign.balanced(2000, 20.0, dispersion=0.2)
        before, after = draw_counts(design, 1.0, 1, np.random.default_rng(1))
        schools = random_panel(1).head(0).assign()  # an empty frame of the right kind
        schools = schools.reindex(range(4000)).assign(
            treated=design.treated, stratum="", cluster=np.arange(4000).astype(str),
            matched_set="", events_before=before[0], events_after=after[0],
            exposure_before=1.0, exposure_after=1.0,
        )  # fmt: skip
        assert overdispersion(schools).dispersion == pytest.approx(0.2, abs=0.02)

    def test_poisson_counts_have_none(self):
        found = between_years(random_panel(1, pairs=400), specification())
        assert found.dispersion == pytest.approx(0, abs=0.03)
        assert found.pearson == pytest.approx(1, abs=0.1)

    def test_without_events_there_is_none_to_see(self):
        with pytest.raises(NotEstimable, match="too few schools"):
            between_years(random_panel(1, rate=0.0), specification())

    def test_a_stratum_with_all_its_events_in_one_period_changes_nothing(self):
        schools = school_periods(four_schools(), specification()).assign(stratum="heard")
        silent = schools.assign(stratum="silent", events_before=0)
        silent["cluster"] = silent["cluster"] + " of the other"
        both = pd.concat([schools, silent], ignore_index=True)
        assert overdispersion(both) == overdispersion(schools)
        with pytest.raises(NotEstimable, match="too few schools"):
            overdispersion(silent)

    def test_months_that_overlap_their_like_months_are_refused(self):
        with pytest.raises(NotEstimable, match="no like year"):
            between_years(random_panel(1), specification(before=EventMonths(-24, -1)))


class TestExaggeration:
    def test_the_figures_of_the_plan(self):
        """Truth 1.055, error 0.30: 5.3% significant, 30% of those falls, mean ratio 0.50."""
        found = exaggeration(1.055, 0.30)
        assert found.power == pytest.approx(0.053, abs=0.001)
        assert found.wrong_sign == found.share_falls == pytest.approx(0.30, abs=0.005)
        assert found.mean_ratio_of_falls == pytest.approx(0.50, abs=0.005)

    def test_against_draws(self):
        """Of estimates and of their estimated errors, as a t test meets them."""
        random = np.random.default_rng(1)
        draws = random.normal(np.log(0.8), 0.25, 400_000)
        errors = 0.25 * np.sqrt(random.chisquare(9, 400_000) / 9)
        significant = draws[np.abs(draws) > stats.t.ppf(0.975, 9) * errors]
        found = exaggeration(0.8, 0.25, df=9)
        assert found.power == pytest.approx(len(significant) / len(draws), abs=0.002)
        assert found.wrong_sign == pytest.approx((significant > 0).mean(), abs=0.01)
        assert found.exaggeration == pytest.approx(
            np.abs(significant).mean() / abs(np.log(0.8)), rel=0.01
        )

    @pytest.mark.parametrize("df", [2.5, 8, 30, np.inf])
    def test_without_an_effect_the_test_keeps_its_size(self, df):
        assert exaggeration(1.0, 0.22, df).power == pytest.approx(0.05, abs=1e-4)

    def test_power_is_that_of_a_noncentral_t(self):
        reach, shift = stats.t.ppf(0.975, 8), np.log(0.8) / 0.22
        exact = stats.nct.cdf(-reach, 8, shift) + stats.nct.sf(reach, 8, shift)
        assert exaggeration(0.8, 0.22, 8).power == pytest.approx(exact, abs=1e-4)

    def test_a_true_ratio_of_one_has_no_sign(self):
        found = exaggeration(1.0, 0.3)
        assert found.power == pytest.approx(0.05)
        assert np.isnan(found.wrong_sign)  # no direction is right, so none is wrong
        assert found.exaggeration == np.inf

    @pytest.mark.parametrize("given", [(-1.0, 0.3), (0.8, 0.0), (np.nan, 0.3), (0.8, 0.3, 0.0)])
    def test_what_is_no_ratio_or_error_is_refused(self, given):
        with pytest.raises(ConfigurationError, match="must be above 0"):
            exaggeration(*given)

    def test_a_design_that_cannot_be_described_is_left_out(self):
        asked = [specification(), specification(name="none", fewest_events=999)]
        table = exaggerations(random_panel(1, rate=4), asked, (1.055, 0.8))
        assert table["specification"].tolist() == ["main", "main"]
        assert table["true_ratio"].tolist() == [1.055, 0.8]

    def test_nothing_after_the_start_is_used(self):
        panel = random_panel(1, rate=4)
        table = exaggerations(panel, [specification()], (0.8,))
        panel.loc[panel["event_month"] >= 0, "events"] = 7.0
        assert exaggerations(panel, [specification()], (0.8,)).equals(table)

    def test_the_error_is_that_of_the_design(self):
        """8 and 8 schools with 10 events each and no spread: 2 (1/80 + 1/80) at a ratio of 1."""
        panel = random_panel(1, rate=1).assign(events=1.0)
        row = exaggerations(panel, [specification()], (1.0, 0.8)).iloc[0]
        assert row["standard_error"] == pytest.approx(np.sqrt(4 / 80))
        assert row["df"] == pytest.approx(14)


class TestSelection:
    def shown(self, *arguments, **changes):
        selection = Selection(*arguments, **changes)
        return regression_to_the_mean([selection], seed=1, draws=1500).iloc[0]

    def test_high_counts_fall_by_themselves(self):
        row = self.shown("highest counts", "none")
        assert row["ratio"] < 0.65
        assert row["share_significant_falls"] > 0.25
        assert self.shown("highest counts", "count of one year")["ratio"] == pytest.approx(
            0.79, abs=0.04
        )

    def test_matching_on_counts_can_turn_it_round(self):
        assert self.shown("greatest need", "count of one year")["ratio"] > 1.3
        assert self.shown("greatest need", "none")["ratio"] == pytest.approx(1, abs=0.03)

    def test_schools_chosen_by_lot_show_nothing(self):
        row = self.shown("at random", "none")
        assert row["ratio"] == pytest.approx(1, abs=0.03)
        assert row["share_significant"] == pytest.approx(0.05, abs=0.02)
        assert row["share_falls"] == pytest.approx(0.5, abs=0.05)

    def test_without_variation_from_year_to_year_only_chance_falls_back(self):
        steady = self.shown("highest counts", "none", dispersion=0.0, events=400.0)
        assert steady["ratio"] == pytest.approx(1, abs=0.05)

    def test_a_school_is_used_once(self):
        from analysis.models.checks.regression_to_the_mean import _chosen, _matched, _years

        selection = Selection("highest counts", "count of one year", candidates=20, schools=8)
        random = np.random.default_rng(1)
        years, need = _years(selection, 50, random)
        lot = random.random(need.shape)
        chosen = _chosen(selection, years, need, lot)
        both = np.hstack([chosen, _matched(selection, chosen, years, need, lot)])
        assert all(len(set(row)) == 16 for row in both.tolist())

    @pytest.mark.parametrize(
        ("arguments", "changes", "says"),
        [
            (("by hand", "none"), {}, "must be one of highest counts"),
            (("at random", "size"), {}, "must be one of none"),
            (("at random", "none"), {"schools": 31}, "from 2 to half"),
        ],
    )
    def test_an_impossible_selection_is_refused(self, arguments, changes, says):
        with pytest.raises(ConfigurationError, match=says):
            Selection(*arguments, **changes)


class TestPreTrends:
    def test_a_steady_trend_is_measured_per_year(self):
        row = pre_trend_slopes(growing_panel(0.01), [specification(**WHOLE)]).iloc[0]
        assert row["log_ratio"] == pytest.approx(0.12, abs=1e-3)
        assert row["ratio"] == pytest.approx(np.exp(0.12), abs=1e-3)

    def test_like_months_are_a_year_apart_so_that_a_trend_fakes_its_yearly_change(self):
        panel = growing_panel(np.log(0.8) / 12)
        row = effect_estimates(panel, [specification()]).iloc[0]
        assert row["ratio"] == pytest.approx(0.8, abs=1e-3)

    def test_small_designs_miss_trends_that_matter(self):
        table = pre_trend_power(random_panel(1), [specification(**WHOLE)])
        assert table["power_joint"].is_monotonic_increasing
        assert table.set_index("faked_ratio")["power_joint"][0.8] < 0.3

    def test_a_trend_of_nothing_is_noticed_as_often_as_the_size(self):
        table = pre_trend_power(random_panel(1), [specification(**WHOLE)], faked_ratios=(1.0,))
        assert table["power_joint"].iloc[0] == pytest.approx(0.05, abs=1e-6)
        assert table["power_slope"].iloc[0] == pytest.approx(0.05, abs=1e-6)

    def test_reasons_are_given(self):
        empty = random_panel(1, rate=0.0)
        reason = pre_trend_slopes(empty, [specification(**WHOLE)])["reason"].iloc[0]
        assert reason == "withheld to protect small counts, or too few to analyse"
        assert pre_trend_power(empty, [specification(**WHOLE)])["status"].iloc[0] != "estimated"


def test_the_primary_test_holds_its_size_where_designs_are_balanced():
    """4,000 draws: .05 with standard error .0034. `make prove` does this at length."""
    design = s47_design(6, 5, 0.15)
    assert power(design, 1.0, draws=4000, random=np.random.default_rng(1)) == pytest.approx(
        0.05, abs=0.012
    )


def test_draws_without_an_estimate_never_reject():
    fit = closed_form(np.array([[3.0, 4, 5, 6]]), np.zeros((1, 4)), np.arange(4) < 2)
    assert p_values(fit).tolist() == [1.0]
