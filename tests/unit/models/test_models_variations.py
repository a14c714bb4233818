"""Other specifications: one thing at a time, placebos, leaving out, and the whole curve."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ConfigurationError
from analysis.models.inference.assignments import Assignments
from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.inputs.school_periods import compare
from analysis.models.inputs.specification import EventMonths, Exclusion
from analysis.models.inputs.variations import (
    curve_specifications,
    placebo_specifications,
    sensitivity_specifications,
)
from analysis.models.primary.estimates import effect_estimates
from analysis.models.primary.newton import batched_log_ratios
from analysis.models.sensitivity.curve_counts import curve_counts
from analysis.models.sensitivity.leave_out import leave_one_out
from analysis.models.sensitivity.specification_curve import (
    TEST_COLUMNS,
    _joint_test,
    curve_log_ratios,
    specification_curve,
)
from tests.unit.models.models_panel import four_schools, random_panel, specification
from tests.validation.test_models_multinomial import uneven_panel


@pytest.fixture(scope="module")
def panel():
    uneven = uneven_panel(4, pilots=("Lambeth",))
    return uneven.assign(phase=np.where(uneven["school_id"] < "Lam04", "primary", "secondary"))


class TestVariations:
    def test_each_sensitivity_changes_one_thing(self, panel):
        base = specification()
        found = sensitivity_specifications(base, first_month=-24)
        assert len({each.name for each in found}) == len(found)
        for each in found:
            assert each.role == "sensitivity"
            assert each.outcome == base.outcome
            assert replace(each, name=base.name, label=base.label, role=base.role) != base
        table = effect_estimates(panel, found)
        assert (table["specification"].str.startswith("main: ")).all()

    def test_a_panel_without_areas_or_phases_has_fewer(self):
        found = sensitivity_specifications(specification(), first_month=-24, area=None, phase=None)
        assert {each.assignment_unit for each in found} == {"school_id"}
        assert all(not each.exclusions for each in found)

    def test_placebos_lie_before_the_start(self):
        found = placebo_specifications(specification(), first_month=-24)
        assert len(found) == 4
        assert all(each.after.last < 0 and each.role == "placebo" for each in found)
        assert all(each.before == each.after.shifted(-12) for each in found)

    def test_placebos_that_need_earlier_months_are_left_out(self):
        assert placebo_specifications(specification(), first_month=-12) == ()
        later = placebo_specifications(specification(), first_month=-20)
        assert [each.after.first for each in later] == [-8, -4]

    def test_an_effect_is_no_placebo(self):
        panel = random_panel(1, pairs=60, rate=4, ratio=0.4)
        table = effect_estimates(panel, placebo_specifications(specification(), first_month=-24))
        assert table["ratio"].between(0.8, 1.25).all()


class TestLeaveOut:
    def test_it_is_the_estimate_of_the_rest(self, panel):
        table = leave_one_out(panel, [specification()]).set_index("left_out")
        assert len(table) == 16
        gone = specification(exclusions=(Exclusion("school_id", ("Lam03i",)),))
        alone = effect_estimates(panel, [gone]).iloc[0]
        assert table.loc["Lam03i", "ratio"] == pytest.approx(alone["ratio"], rel=1e-12)
        assert table.loc["Lam03i", "df"] == pytest.approx(alone["df"], rel=1e-12)

    def test_sets_units_and_pilots(self, panel):
        assert len(leave_one_out(panel, [specification()], "matched set")) == 8
        by_area = specification(assignment_unit="area")
        assert len(leave_one_out(panel, [by_area], "assignment unit")) == 16
        assert leave_one_out(panel, [specification()], "pilot").empty
        both = pd.concat([panel, random_panel(2, pilot="Stockport")])
        assert len(leave_one_out(both, [specification(pilot=None)], "pilot")) == 2

    def test_what_is_left_may_not_be_estimable(self):
        table = leave_one_out(four_schools(), [specification()])
        assert (table["status"] == "not estimable").all()
        assert table["reason"].str.contains("single assignment unit").all()


class TestCurve:
    def specifications(self):
        return curve_specifications(
            specification(), first_month=-24, left_out=[Exclusion("phase", ("primary",))]
        )

    def test_estimates_are_those_of_the_primary_method(self, panel):
        curve, _ = specification_curve(panel, self.specifications(), seed=1, draws=99)
        alone = effect_estimates(panel, self.specifications()).set_index("specification")
        for row in curve.to_dict("records"):
            for column in ("ratio", "ratio_low", "df", "per_1000", "schools"):
                wanted = alone.loc[row["specification"], column]
                assert row[column] == pytest.approx(wanted, rel=1e-10, nan_ok=True)
        assert curve["ratio"].is_monotonic_increasing

    def test_doubles_are_dropped_and_counted(self):
        """Without missing returns, pairing them changes nothing."""
        whole = random_panel(1)
        found = curve_specifications(specification(), first_month=-24)
        curve, test = specification_curve(whole, found, seed=1, draws=99)
        assert len(curve) + test["duplicates"].iloc[0] == len(found)
        # Pupils never change either, so that counts and rates are one as well.
        assert len(curve) == 9 * 3

    @pytest.mark.parametrize(("spread", "tolerance"), [(0.1, 1e-10), (0.6, 1e-4)])
    def test_the_batched_fit_is_newtons(self, panel, spread, tolerance):
        """Exposure that moves by 10% is usual; that which moves by a factor of three is not."""
        moved = panel.assign(
            pupils=np.round(1e4 * np.exp(spread * np.random.default_rng(1).normal(size=len(panel))))
        )
        found = self.specifications()
        counts, whole = curve_counts(moved, found)
        schools = SchoolCounts.of(whole)
        treated = np.vstack([*Assignments.of(schools).sample(60, np.random.default_rng(1))])
        log_ratios = curve_log_ratios(counts, treated)
        for place in range(len(found)):
            one = replace(
                schools, before=counts.before[:, place], after=counts.after[:, place],
                offset=counts.offset[:, place],
            )  # fmt: skip
            wanted = batched_log_ratios(one, treated)[0]
            assert np.allclose(log_ratios[:, place], wanted, atol=tolerance, equal_nan=True)

    def test_the_joint_test_of_one_specification_is_its_own(self, panel):
        from analysis.models.inference.randomisation import randomisation_test

        exact = randomisation_test(compare(panel, specification()).schools, seed=1).p_coefficient
        _, test = specification_curve(panel, [specification()], seed=1, draws=120)
        assert list(test.columns) == list(TEST_COLUMNS)
        assert test["draws"].iloc[0] == 121  # fewer than half of all 256: a sample
        assert test["p_median"].iloc[0] == pytest.approx(exact, abs=4 * np.sqrt(0.25 / 121))

    def test_an_empty_cell_has_no_number(self):
        empty = four_schools()
        empty.loc[(empty["arm"] == "intervention") & (empty["event_month"] == 0), "events"] = 0.0
        counts, whole = curve_counts(empty, [specification()])
        happened = whole["treated"].to_numpy(float)[np.newaxis]
        assert np.isnan(curve_log_ratios(counts, happened)).all()
        with pytest.raises(NotEstimable, match="no specification can be estimated"):
            specification_curve(empty, [specification()], seed=1)

    @pytest.mark.parametrize("gone", [(3,), (-9,), (0,), (9,), (-12, 3), (2, -7), (-12, 9)])
    def test_months_are_paired_by_month_whoever_returned_them(self, panel, gone):
        """A month that nobody returned has no column; its like month is not the next one."""
        missing = panel.copy()
        missing.loc[missing["event_month"].isin(gone), "returned"] = False
        paired = specification(pair_missing_months=True)
        counts, _ = curve_counts(missing, [paired])
        wanted = compare(missing, paired).schools
        assert counts.before[:, 0].tolist() == wanted["events_before"].tolist()
        assert counts.after[:, 0].tolist() == wanted["events_after"].tolist()
        assert counts.exposure_before[:, 0].tolist() == wanted["exposure_before"].tolist()
        curve, _ = specification_curve(missing, self.specifications(), seed=1, draws=9)
        assert (curve["status"] == "estimated").all()

    def test_what_may_not_be_shown_is_tested_with_the_rest(self, panel):
        """Withheld are those far from the main analysis: without them, a result looks robust."""
        asked = self.specifications()
        marked = [replace(each, withheld="hidden") if place % 3 else each
                  for place, each in enumerate(asked)]  # fmt: skip
        (_, whole), (_, held) = (
            specification_curve(panel, each, seed=1, draws=99) for each in (asked, marked)
        )
        assert held["withheld"].iloc[0] > 20
        for column in ("specifications", "p_median", "p_share"):
            assert held[column].iloc[0] == whole[column].iloc[0]

    def test_an_assignment_without_an_estimate_counts_as_extreme(self):
        """Three falls happened. Two falls and an empty cell are as extreme, and so are rises.

        To take the empty cells for rises would give a p-value of .5.
        """
        found = _joint_test(
            np.log([[0.5, 0.8, 0.9], [0.5, np.nan, 0.9], [2.0, 1.25, 1.1], [np.nan, 0.7, 0.75]])
        )
        assert found["p_share"] == 1.0
        # Medians .8, at most .7, 1.25 and at most .75.
        assert found["p_median"] == 1.0

    def test_every_assignment_is_listed_where_that_is_no_more_work(self, panel):
        from analysis.models.inference.randomisation import randomisation_test

        exact = randomisation_test(compare(panel, specification()).schools, seed=1)
        _, test = specification_curve(panel, [specification()], seed=1, draws=255)
        assert test["draws"].iloc[0] == exact.possible == 256
        assert test["p_median"].iloc[0] == pytest.approx(exact.p_coefficient, abs=1e-12)

    def test_two_questions_have_two_curves(self, panel):
        with pytest.raises(ConfigurationError, match="one outcome in one pilot"):
            specification_curve(panel, [specification(), specification(outcome="s17")], seed=1)
        with pytest.raises(ConfigurationError, match="one outcome in one pilot"):
            specification_curve(panel, [specification(pilot=None)], seed=1)

    def test_units_that_cannot_move_are_said(self, panel):
        alone = panel.assign(matched_set=panel["school_id"])
        with pytest.raises(NotEstimable, match="no matched set has units of both arms"):
            specification_curve(alone, [specification()], seed=1)

    def test_months_after_may_be_fewer(self):
        found = curve_specifications(specification(), first_month=-24)
        assert EventMonths(1, 9) in {each.after for each in found}
        assert all(each.before.last < each.after.first for each in found)
