"""Exact totals, floor, balance, spillover, returns and calendar."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ConfigurationError
from analysis.models.checks.balance import balance
from analysis.models.checks.floor_effects import COLUMNS as FLOOR_COLUMNS
from analysis.models.checks.floor_effects import floor_diagnostics
from analysis.models.checks.returns import (
    CALENDAR_COLUMNS,
    COLUMNS,
    calendar_months,
    reporting_changes,
)
from analysis.models.checks.spillover import spillover_bounds
from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.specification import EventMonths, Exclusion
from analysis.models.primary.exact import exact_estimates, exact_ratio
from tests.unit.models.models_panel import four_schools, random_panel, specification


class TestExact:
    def test_an_empty_cell_has_a_ratio_of_nought_and_an_interval(self):
        found = exact_ratio((6, 0, 5, 5))
        assert found.ratio == 0
        assert 0 == found.low < found.high < 2

    def test_exposure_scales_the_ratio(self):
        plain, scaled = exact_ratio((9, 4, 8, 8)), exact_ratio((9, 4, 8, 8), (1, 2, 1, 1))
        assert scaled.ratio == pytest.approx(plain.ratio / 2)
        assert scaled.high == pytest.approx(plain.high / 2)

    def test_the_p_value_is_of_no_effect_whatever_exposure_does(self):
        """R: fisher.test(matrix(c(2, 9, 8, 10), 2, byrow = TRUE), or = 1.3)."""
        found = exact_ratio((9, 2, 10, 8), (1, 1.3, 1, 1))
        assert found.p_value == pytest.approx(0.117216212611461, abs=1e-12)
        assert exact_ratio((9, 2, 10, 8)).p_value == pytest.approx(0.234374021780319, abs=1e-12)

    def test_it_is_near_the_model_where_counts_are_many(self):
        row = exact_estimates(four_schools(), [specification()]).iloc[0]
        assert row["ratio"] == pytest.approx((16 / 30) / (30 / 30), rel=0.02)
        assert row["difference_low"] < row["difference"] < row["difference_high"]

    def test_too_few_events_for_a_model_are_enough(self):
        few = random_panel(1, rate=0.08)
        row = exact_estimates(few, [specification()]).iloc[0]
        assert row["status"] == "estimated"
        assert row["ratio_low"] < row["ratio_high"]

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"measure": "days"}, "days come in runs"),
            ({"strata": ("matched",)}, "several strata"),
            ({"exclusions": (Exclusion("arm", ("comparison",)),)}, "no events at all"),
        ],
    )
    def test_what_it_is_not_for(self, changes, reason):
        panel = four_schools().assign(matched=lambda p: p["matched_set"])
        row = exact_estimates(panel, [specification(**changes)]).iloc[0]
        assert reason in row["reason"]

    def test_many_events_are_no_work_and_too_many_are_refused(self):
        """scipy 1.17.1, in seconds: odds_ratio(table, kind="conditional") and fisher_exact."""
        found = exact_ratio((5100, 4900, 5000, 5000))
        wanted = (0.9607862356806385, 0.9086053071695683, 1.0159599354149804, 0.16146929150845823)
        seen = (found.ratio, found.low, found.high, found.p_value)
        assert seen == pytest.approx(wanted, rel=1e-8)
        with pytest.raises(NotEstimable, match="too many events"):
            exact_ratio((10**8,) * 4)

    def test_no_events_have_no_ratio(self):
        with pytest.raises(NotEstimable):
            exact_ratio((0, 0, 3, 4))


class TestFloor:
    def test_poisson_months_have_the_zeros_expected(self):
        row = floor_diagnostics(random_panel(1, pairs=200, rate=0.4), [specification()]).iloc[0]
        assert row["share_zero"] == pytest.approx(row["share_zero_poisson"], abs=0.01)
        assert row["month_dispersion"] == pytest.approx(0, abs=0.05)

    def test_spread_beyond_poisson_is_seen(self):
        panel = random_panel(1, pairs=200, rate=1)
        random = np.random.default_rng(1)
        panel["events"] = random.poisson(random.gamma(2, 0.5, len(panel))).astype(float)
        row = floor_diagnostics(panel, [specification()]).iloc[0]
        assert row["month_dispersion"] == pytest.approx(0.5, abs=0.06)
        zeros = ["share_zero", "share_zero_negative_binomial", "share_zero_poisson"]
        assert row[zeros[0]] == pytest.approx(row[zeros[1]], abs=0.01)
        assert row[zeros[0]] > row[zeros[2]] + 0.05

    def test_the_smallest_error_is_that_of_four_totals(self):
        row = floor_diagnostics(four_schools(), [specification()]).iloc[0]
        assert row["smallest_cell"] == 16
        assert row["smallest_standard_error"] == pytest.approx(
            np.sqrt(1 / 30 + 1 / 16 + 1 / 30 + 1 / 30)
        )

    def test_days_have_no_zeros_to_expect(self):
        row = floor_diagnostics(four_schools(), [specification(measure="days")]).iloc[0]
        assert np.isnan(row["share_zero"])
        assert list(row.index) == list(FLOOR_COLUMNS)


class TestBalance:
    def schools(self):
        return pd.DataFrame(
            {
                "pilot": "Lambeth",
                "arm": ["intervention", "comparison"] * 4,
                "matched_set": np.repeat(range(4), 2),
                "pupils": [100, 104, 200, 195, 300, 310, 400, 390],
                "phase": "primary",
            }
        )

    def test_differences_are_in_standard_deviations_of_the_schools_compared(self):
        row = balance(self.schools(), ["pupils"]).iloc[0]
        treated, others = [100, 200, 300, 400], [104, 195, 310, 390]
        spread = np.sqrt((np.var(treated, ddof=1) + np.var(others, ddof=1)) / 2)
        assert row["after_matching"] == pytest.approx((250 - 249.75) / spread)
        assert row["within_sets"] == pytest.approx((4 + 5 + 10 + 10) / 4 / spread)

    def test_candidates_show_what_matching_did(self):
        candidates = pd.DataFrame({"pilot": "Lambeth", "pupils": [50, 60, 104, 195, 310, 390]})
        row = balance(self.schools(), ["pupils"], candidates).iloc[0]
        assert row["mean_candidates"] == pytest.approx(184.83, abs=0.01)
        assert row["before_matching"] > row["after_matching"]

    def test_values_all_alike_have_no_yard_stick(self):
        row = balance(self.schools().assign(pupils=100), ["pupils"]).iloc[0]
        assert np.isnan(row["after_matching"])

    @pytest.mark.parametrize(("covariate", "says"), [("fsm", "no column fsm"),
                                                     ("phase", "not numbers")])  # fmt: skip
    def test_a_covariate_is_a_number(self, covariate, says):
        with pytest.raises(ConfigurationError, match=says):
            balance(self.schools(), [covariate])


class TestSpillover:
    def test_an_effect_that_spilt_over_is_larger_than_it_looks(self):
        seen = pd.DataFrame({"pilot": ["X"], "outcome": "y", "specification": "main",
                             "status": "estimated", "log_ratio": [np.log(0.8)]})  # fmt: skip
        found = spillover_bounds(seen, [0.0, 0.5])["ratio_without"].tolist()
        assert found == pytest.approx([0.8, 0.64])

    def test_a_share_lies_below_one(self):
        with pytest.raises(ConfigurationError, match="at least 0 and below 1"):
            spillover_bounds(pd.DataFrame({"status": []}), [1.0])


class TestReturns:
    def test_missing_returns_and_growing_schools_are_seen(self):
        panel = random_panel(1)
        panel.loc[(panel["school_id"] == "Lam00i") & (panel["event_month"] == 3), "returned"] = (
            False
        )
        grown = (panel["arm"] == "comparison") & (panel["event_month"] >= 0)
        panel.loc[grown, "pupils"] = 120
        table = reporting_changes(panel, [specification()]).set_index(["arm", "period"])
        assert table.loc[("intervention", "after"), "share_returned"] == pytest.approx(79 / 80)
        assert table.loc[("intervention", "after"), "schools_complete"] == 7
        assert table.loc[("comparison", "before"), "change_in_exposure"] == pytest.approx(1.2)
        assert set(COLUMNS) <= {*table.columns, "arm", "period"}

    def test_the_panel_says_what_was_returned(self):
        with pytest.raises(ConfigurationError, match="no column returned"):
            reporting_changes(random_panel(1).drop(columns="returned"), [specification()])

    def test_like_months_are_in_both_periods(self):
        panel = random_panel(1)
        panel["month"] = [pd.Period("2019-05", "M") + int(m) for m in panel["event_month"]]
        table = calendar_months(panel, [specification()])
        assert list(table.columns) == list(CALENDAR_COLUMNS)
        assert table["calendar_month"].tolist() == [1, 2, 5, 6, 7, 8, 9, 10, 11, 12]
        assert (table["months_before"] == table["months_after"]).all()
        whole = calendar_months(panel, [specification(before=EventMonths(-24, -1))])
        assert whole.set_index("calendar_month").loc[3, "months_after"] == 0
