import numpy as np
import pandas as pd
import pytest

from analysis.errors import ConfigurationError
from analysis.models.inference.multiplicity import (
    COLUMNS,
    FAMILIES,
    METHODS,
    adjusted_p_values,
    all_at_once,
    multiplicity,
    own_p_values,
    step_down,
)
from analysis.models.pooling.estimates import between_variance, pooled_estimates, summarise
from analysis.models.primary.estimates import effect_estimates
from tests.unit.models.models_panel import random_panel, specification

PILOTS = ("Lambeth", "Stockport", "Southampton")


@pytest.fixture(scope="module")
def panel():
    return pd.concat([random_panel(i, pilot=p, rate=3) for i, p in enumerate(PILOTS)])


@pytest.fixture(scope="module")
def specifications():
    return [specification(pilot=p) for p in (*PILOTS, None)]


@pytest.fixture(scope="module")
def estimates(panel, specifications):
    return effect_estimates(panel, specifications)


class TestPooling:
    def test_alike_pilots_have_no_variance_between_them(self):
        """statsmodels' DerSimonian-Laird is negative here, and its errors too small."""
        same, variances = np.zeros(3), np.array([0.04, 0.05, 0.06])
        for method in ("DerSimonian-Laird", "Paule-Mandel"):
            assert between_variance(same, variances, method) == 0.0

    def test_paule_mandel_solves_its_equation_however_tight(self):
        random = np.random.default_rng(1)
        for _ in range(200):
            variances = random.uniform(0.01, 0.2, 3)
            log_ratios = random.normal(0, np.sqrt(variances + 0.1))
            tau2 = between_variance(log_ratios, variances, "Paule-Mandel")
            weight = 1 / (variances + tau2)
            mean = (weight * log_ratios).sum() / weight.sum()
            q = (weight * (log_ratios - mean) ** 2).sum()
            assert (tau2 == 0 and q <= 2) or q == pytest.approx(2, abs=1e-9)

    def test_the_modified_interval_is_never_narrower_than_the_normal_one(self):
        random = np.random.default_rng(2)
        for _ in range(50):
            log_ratios, variances = random.normal(0, 0.2, 3), random.uniform(0.02, 0.1, 3)
            normal = summarise(log_ratios, variances, test="normal")
            modified = summarise(log_ratios, variances)
            assert modified.high - modified.low >= normal.high - normal.low

    def test_a_study_without_a_variance_is_refused(self):
        with pytest.raises(ConfigurationError, match="at least two finite"):
            summarise(np.array([0.1]), np.array([0.1]))
        for log_ratios, variances in (
            ([0.1, 0.2], [0.1, np.nan]), ([0.1, 0.2], [0.1, 0.0]), ([np.nan, 0.2], [0.1, 0.1]),
            ([0.1, 0.2, 0.3], [0.1, 0.1]),
        ):  # fmt: skip
            with pytest.raises(ConfigurationError, match="a variance above 0"):
                summarise(np.array(log_ratios), np.array(variances))

    def test_the_one_stage_estimate_stands_beside_and_is_not_pooled_in(self, estimates):
        table = pooled_estimates(estimates).set_index("method")
        one_stage = estimates.loc[estimates["pilot"] == "all pilots"].iloc[0]
        row = table.loc["one-stage, period effects by pilot"]
        assert row["log_ratio"] == one_stage["log_ratio"]
        single = estimates.loc[estimates["pilot"] != "all pilots"]
        fixed = summarise(single["log_ratio"], single["standard_error"] ** 2, "fixed", "normal")
        assert table.loc["fixed", "log_ratio"] == pytest.approx(fixed.log_ratio)
        assert table.loc["fixed", "pilots"] == 3

    def test_a_fixed_effect_says_nothing_of_a_further_pilot(self, estimates):
        table = pooled_estimates(estimates).set_index("method")
        ends = table[["prediction_low", "prediction_high"]]
        assert ends.loc["fixed"].isna().all()
        assert ends.loc["Paule-Mandel"].notna().all()

    def test_one_pilot_is_not_pooled(self, estimates):
        table = pooled_estimates(estimates.loc[estimates["pilot"] == "Lambeth"])
        assert (table["status"] == "not estimable").all()
        assert table["ratio"].isna().all()


class TestMultiplicity:
    def test_every_method_adjusts_a_family(self):
        assert set(METHODS) == set(FAMILIES.values())

    def test_missing_p_values_are_not_counted(self):
        got = adjusted_p_values(np.array([0.01, np.nan, 0.03]), "Holm")
        assert got[[0, 2]] == pytest.approx([0.02, 0.03])
        assert np.isnan(got[1])
        assert np.isnan(adjusted_p_values(np.array([np.nan]), "Holm")).all()

    def test_an_unknown_method_is_refused(self):
        with pytest.raises(ConfigurationError, match="must be one of Holm"):
            adjusted_p_values(np.array([0.1]), "Sidak")

    @pytest.mark.parametrize("wrong", [-0.1, 1.5])
    def test_a_p_value_lies_from_nought_to_one(self, wrong):
        with pytest.raises(ConfigurationError, match="is from 0 to 1"):
            adjusted_p_values(np.array([0.1, wrong]), "Holm")

    def test_step_down_on_a_table_by_hand(self):
        """First column happened. Rows 5, 3: the larger is beaten by draws 2 and 3 of 4
        (6 and 7); the smaller, alone, by draw 2 (4), but may not be smaller than 3/4."""
        statistic = np.array([[5.0, 1, 6, 7], [3.0, 2, 4, 1]])
        assert step_down(statistic).tolist() == [0.75, 0.75]
        assert step_down(statistic[1:]).tolist() == [0.5]

    def test_a_permutation_without_an_estimate_counts_as_large(self):
        assert step_down(np.array([[5.0, np.nan, 1, 1]])).tolist() == [0.5]
        assert np.isnan(step_down(np.array([[np.nan, 1.0, 2.0]]))).all()

    def test_one_test_is_its_own_randomisation_test(self, panel):
        from analysis.models.inference.randomisation import randomisation_test
        from analysis.models.inputs.school_periods import school_periods

        one = specification(pilot="Lambeth")
        exact = randomisation_test(school_periods(panel, one), seed=1).p_value
        found = all_at_once(panel, [one], seed=1, draws=20_000).iloc[0]
        assert found["max_t"] == found["min_p"] == pytest.approx(exact, abs=0.015)

    @pytest.mark.parametrize("way", ["max_t", "min_p"])
    def test_all_at_once_is_never_below_the_single_test(self, panel, specifications, way):
        """The same permutations within each pilot, so that the order is exact."""
        several = all_at_once(panel, specifications[:3], seed=1, draws=999).set_index("pilot")[way]
        for one in specifications[:3]:
            alone = all_at_once(panel, [one], seed=1, draws=999)[way].iloc[0]
            assert several[one.pilot] >= alone

    def test_min_p_holds_no_test_to_the_tails_of_another(self):
        """Own p-values .25 and 1; .75 where the second reaches 9. Of the smaller of both in
        each column, (.25, .75, .75, .75), only what happened is as small as .25. By max-T the
        9s of the second, which happen in three columns of four, swamp the first."""
        statistic = np.array([[2.0, 1, 1, 1], [3.0, 9, 9, 9]])
        assert own_p_values(statistic).tolist() == [[0.25, 1, 1, 1], [1, 0.75, 0.75, 0.75]]
        assert step_down(1 / own_p_values(statistic)).tolist() == [0.25, 1.0]
        assert step_down(statistic).tolist() == [1.0, 1.0]

    def test_the_table_gives_each_by_its_own_way(self, panel, specifications):
        few = random_panel(5, pilot="Small", pairs=4, rate=3)
        both = pd.concat([panel, few])
        wanted = [*specifications[:3], specification(pilot="Small")]
        found = all_at_once(both, wanted, seed=1, draws=999)
        assert (found["min_p"] != found["max_t"]).any()
        # A pilot of four pairs can't go below 2/16 by itself, nor with others.
        assert found.set_index("pilot")["min_p"]["Small"] >= 2 / 16 - 0.03

    def test_rounding_parts_no_ties(self):
        noisy = np.array([[2.0, 2.0 * (1 + 1e-14), 1.0, np.nan]])
        assert own_p_values(noisy).tolist() == [[0.75, 0.75, 1.0, 0.25]]

    def test_families_are_kept_apart(self, panel, specifications):
        other = panel.assign(outcome="s17", events=panel["events"].to_numpy()[::-1])
        both = pd.concat([panel, other])
        wanted = [
            *specifications,
            *(specification(name="s17", outcome="s17", role="secondary", pilot=p) for p in PILOTS),
            specification(name="again", role="sensitivity"),
        ]
        estimates = effect_estimates(both, wanted)
        table = multiplicity(both, wanted, estimates, seed=1, draws=99)
        assert list(table.columns) == list(COLUMNS)
        assert table["family"].tolist() == ["primary"] * 3 + ["secondary"] * 3
        assert (table["in_family"] == 3).all()
        assert (table["adjusted"] >= table["p_value"]).all()
        assert "again" not in table["specification"].tolist()
