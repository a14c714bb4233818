"""Counts and rates, derived by hand from five rows."""

import pandas as pd
import pytest

from analysis.extract.rates import as_released, baseline, event_rates, zeros

PANEL = pd.DataFrame(
    [
        ("S1", 0, 2.0, 2.0, 100, True),
        ("S1", 1, 0.0, 0.0, 100, True),
        ("S2", 0, 0.0, 0.0, 300, True),
        ("S2", 1, 0.0, 0.0, 300, True),
        ("S3", 0, float("nan"), float("nan"), 500, False),
    ],
    columns=["school_id", "event_month", "events", "children", "pupils", "returned"],
).assign(pilot="Lambeth")


def test_a_rate_is_events_per_thousand_pupils_a_month():
    row = event_rates(PANEL, ["pilot"]).iloc[0]
    assert (row["schools"], row["events"], row["pupil_months"]) == (2, 2, 800)
    assert row["rate"] == pytest.approx(2 / 800 * 1000)
    assert row["middle"] == 0.5


def test_a_month_that_was_not_returned_counts_in_neither():
    returned = PANEL.loc[PANEL["returned"]]
    pd.testing.assert_frame_equal(event_rates(PANEL, ["pilot"]), event_rates(returned, ["pilot"]))


RATES = pd.DataFrame({"arm": ["a", "b"], "events": [3, 8], "rate": [1.2345, 2.3456]})


def test_a_hidden_count_takes_its_rate_with_it():
    counts = pd.DataFrame({"arm": ["b", "a"], "count": [8, "c"]})
    table = as_released(RATES, counts, 2).set_index("arm")
    assert table["events"].to_dict() == {"a": "c", "b": 8}
    assert pd.isna(table.loc["a", "rate"])
    assert table.loc["b", "rate"] == 2.35


def test_counts_of_other_groups_are_refused():
    with pytest.raises(ValueError, match="not of the same groups"):
        as_released(RATES, pd.DataFrame({"arm": ["a", "b"], "count": [4, 8]}), 2)


def test_zeros_are_counted_by_month_and_by_school():
    row = zeros(PANEL, ["pilot"]).iloc[0]
    assert row["zero_months_percent"] == pytest.approx(75)
    assert (row["schools"], row["schools_without"]) == (2, 1)


def test_free_school_meals_are_weighted_by_pupils():
    schools = pd.DataFrame(
        {"school_id": ["S1", "S2"], "arm": "comparison", "pupils": [100, 300],
         "fsm_percent": [10.0, 30.0]}
    )  # fmt: skip
    row = baseline(schools, ["arm"]).iloc[0]
    assert (row["pupils"], row["mean_roll"]) == (400, 200)
    assert row["fsm_percent"] == pytest.approx((10 + 90) / 400 * 100)
