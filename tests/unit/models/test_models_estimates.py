import numpy as np
import pandas as pd
import pytest

from analysis.models.inputs.estimability import WITHHELD
from analysis.models.inputs.specification import Exclusion
from analysis.models.primary.estimates import COLUMNS, effect_estimates
from tests.unit.models.models_panel import four_schools, monthly_panel, random_panel, specification


def estimate(panel, **changes):
    return effect_estimates(panel, [specification(**changes)]).iloc[0]


def test_the_ratio_is_that_of_four_totals():
    row = estimate(four_schools())
    assert row["status"] == "estimated"
    assert row["reason"] == ""
    assert row["ratio"] == pytest.approx((16 / 30) / (30 / 30))
    # 16 seen; without an effect 16 / ratio = 30 would have been, so 14 were averted.
    assert row["difference"] == pytest.approx(-14)
    # per 1,000 of the 2 x 100 pupil-months of intervention schools after
    assert row["per_1000"] == pytest.approx(-70)


def test_the_columns_are_the_documented_ones():
    assert list(effect_estimates(four_schools(), [specification()]).columns) == list(COLUMNS)


def test_the_intervals_belong_together():
    row = estimate(random_panel(3, ratio=0.6))
    for name in ("ratio", "difference", "per_1000"):
        assert row[f"{name}_low"] < row[name] < row[f"{name}_high"]
    assert (row["p_value"] < 0.05) == (row["ratio_high"] < 1) == (row["difference_high"] < 0)
    wide = estimate(random_panel(3, ratio=0.6), level=0.99)
    assert wide["ratio_low"] < row["ratio_low"]


def test_swapping_the_arms_inverts_the_ratio():
    panel = random_panel(4)
    swapped = panel.assign(
        arm=panel["arm"].map({"intervention": "comparison", "comparison": "intervention"})
    )
    one, other = estimate(panel), estimate(swapped)
    assert one["log_ratio"] == pytest.approx(-other["log_ratio"], abs=1e-12)
    assert one["standard_error"] == pytest.approx(other["standard_error"], rel=1e-9)
    assert one["df"] == pytest.approx(other["df"], rel=1e-9)


def test_pupils_counted_in_thousands_change_the_unit_alone():
    panel = random_panel(5)
    thousands = panel.assign(pupils=panel["pupils"] / 1000)
    one, other = estimate(panel), estimate(thousands)
    assert other["ratio"] == pytest.approx(one["ratio"])
    assert other["per_1000"] == pytest.approx(1000 * one["per_1000"])


def test_without_exposure_nothing_is_per_thousand_pupils():
    row = estimate(random_panel(5), exposure=None)
    assert np.isfinite(row["ratio"])
    assert np.isnan(row["per_1000"])


def test_all_pilots_together_have_period_effects_of_their_own():
    panel = pd.concat([random_panel(6), random_panel(7, pilot="Stockport", rate=4)])
    row = estimate(panel, pilot=None)
    assert row["pilot"] == "all pilots"
    assert row["clusters"] == 32
    # One pilot's period effect may move freely: doubling both arms after changes nothing.
    moved = panel.copy()
    moved.loc[(moved["pilot"] == "Stockport") & (moved["event_month"] >= 0), "pupils"] *= 2
    assert estimate(moved, pilot=None)["ratio"] == pytest.approx(row["ratio"], rel=1e-9)


def pairs(*counts):
    arms = ("intervention", "comparison")
    return monthly_panel({f"S{i}": (arms[i % 2], str(i // 2), c) for i, c in enumerate(counts)})


@pytest.mark.parametrize(
    ("panel", "changes", "reason"),
    [
        (pairs((9, 0), (9, 9), (9, 0), (9, 9)), {}, WITHHELD),
        (pairs((0, 9), (9, 9), (0, 9), (9, 9)), {}, WITHHELD),
        (pairs((9, 9), (0, 9), (9, 9), (0, 9)), {}, WITHHELD),
        (pairs((0, 0), (0, 0)), {}, WITHHELD),
        (pairs((9, 2), (9, 9), (9, 2), (9, 9)), {}, WITHHELD),
        (pairs((9, 9), (9, 9)), {},
         "a single assignment unit has all events of the intervention arm"),
        (pairs((9, 9), (9, 9), (0, 0), (8, 9)), {},
         "a single assignment unit has all events of the intervention arm"),
        (four_schools(), {"exclusions": (Exclusion("arm", ("comparison",)),)},
         "there are no comparison schools"),
        (four_schools(), {"exclusions": (Exclusion("arm", ("intervention",)),)},
         "there are no intervention schools"),
        (four_schools(), {"exclusions": (Exclusion("school_id", ("A", "B", "C")),)},
         "there is one school only"),
        (four_schools(), {"fewest_children": 50}, WITHHELD),
        (pairs((9, 9), (9, 9), (8, 8), (7, 7)), {}, "schools do not differ at all"),
    ],
)  # fmt: skip
def test_what_cannot_be_estimated_has_a_reason_and_no_number(panel, changes, reason):
    row = estimate(panel, **changes)
    assert row["status"] == "not estimable"
    assert reason in row["reason"]
    numbers = ["log_ratio", "ratio", "ratio_low", "difference", "per_1000", "p_value", "df"]
    assert row[numbers].isna().all()
    assert row["schools"] >= 1


def test_one_specification_that_fails_leaves_the_others():
    several = [specification(), specification(name="none", fewest_events=99)]
    table = effect_estimates(four_schools(), several)
    assert list(table["status"]) == ["estimated", "not estimable"]


def test_an_arm_in_different_strata_cannot_be_compared():
    panel = four_schools().assign(region=lambda p: p["arm"])
    row = estimate(panel, strata=("region",))
    assert row["reason"] == "no stratum has schools with events in both arms"


def test_separation_within_strata_is_seen():
    """Each stratum's arm has one empty cell, though no cell is empty over both strata."""
    panel = pairs((9, 0), (9, 9), (9, 0), (9, 9)).assign(region="x")
    other = pairs((9, 9), (9, 9)).assign(region="y").replace({"S0": "S8", "S1": "S9"})
    other.loc[other["school_id"] == "S9", "events"] = [0.0, 9.0]
    row = estimate(pd.concat([panel, other]), strata=("region",))
    assert row["status"] == "not estimable"
    assert "separated" in row["reason"]
