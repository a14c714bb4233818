import numpy as np
import pandas as pd
import pytest

from analysis.models.checks.event_study import COLUMNS, event_study, fit_event_study
from analysis.models.checks.pre_trend_tests import TEST_COLUMNS, pre_trend_tests
from analysis.models.inputs.specification import EventMonths
from tests.unit.models.models_panel import monthly_panel, random_panel, specification

BOTH = ("intervention", "comparison")
OTHER = dict(zip(BOTH, reversed(BOTH), strict=True))
WHOLE = {"before": EventMonths(-24, -1)}


def growing_panel(step):
    """Counts with hardly any noise: intervention schools' log rate grows by `step` a month."""
    months = np.arange(-24, 10)
    rates = {True: 1e6 * np.exp(step * months), False: np.full(34, 1e6)}
    counts = {
        f"{arm}{i}": (
            "intervention" if arm else "comparison",
            str(i),
            np.round(rates[arm] * (1 + 3e-4 * np.sin(months * (i + 1.3) + arm))),
        )
        for arm in (True, False)
        for i in range(4)
    }
    return monthly_panel(counts, months=months)


def test_a_steady_trend_is_seen_term_by_term():
    table = event_study(growing_panel(0.01), [specification(**WHOLE)]).set_index("term")
    # Terms of four months: each is 0.04 further, the last (two months) 0.03 more.
    assert table["log_ratio"][-6] == pytest.approx(-0.20, abs=2e-3)
    assert table["log_ratio"][-2] == pytest.approx(-0.04, abs=2e-3)
    assert table["log_ratio"][1] == pytest.approx(0.08, abs=2e-3)
    assert table["log_ratio"][2] == pytest.approx(0.11, abs=2e-3)
    assert table["log_ratio"][-1] == 0
    assert table["reference"].tolist() == [term == -1 for term in range(-6, 3)]


def test_the_columns_are_the_documented_ones():
    table = event_study(random_panel(1), [specification(**WHOLE)])
    assert list(table.columns) == list(COLUMNS)
    assert table["first_month"].tolist() == list(range(-24, 9, 4))
    assert table["last_month"].tolist()[-1] == 9
    tests = pre_trend_tests(random_panel(1), [specification(**WHOLE)], seed=1, draws=99)
    assert list(tests.columns) == list(TEST_COLUMNS)


def test_a_steady_trend_breaks_down_at_once():
    """The trend before, carried on, is all there is after: the breakdown value is 1."""
    row = pre_trend_tests(growing_panel(0.01), [specification(**WHOLE)], seed=1, draws=9).iloc[0]
    assert row["largest_change"] == pytest.approx(0.04, abs=2e-3)
    assert row["breakdown_change"] == pytest.approx(1.0, abs=0.05)
    assert row["largest_deviation"] == pytest.approx(0.20, abs=2e-3)


def test_the_mean_after_weighs_terms_by_their_months():
    study = fit_event_study(random_panel(2), specification(**WHOLE))
    after = study.fit.coefficients[:8][study.others >= 0]
    row = pre_trend_tests(random_panel(2), [specification(**WHOLE)], seed=1, draws=9).iloc[0]
    assert row["log_ratio_after"] == pytest.approx(after @ np.array([0.4, 0.4, 0.2]))


def test_the_randomisation_test_holds_its_size_roughly():
    """Without trends, a p-value of .05 or less in about 1 of 20; 40 draws, at most 7."""
    tests = [
        pre_trend_tests(random_panel(s), [specification(**WHOLE)], seed=s, draws=99)
        for s in range(100, 140)
    ]
    assert sum(t["p_randomisation"].iloc[0] <= 0.05 for t in tests) <= 7


def test_all_months_before_are_used_whatever_is_compared():
    like_months = event_study(random_panel(1), [specification()])
    assert like_months.equals(event_study(random_panel(1), [specification(**WHOLE)]))


@pytest.mark.parametrize(
    ("panel", "changes", "reason"),
    [
        (
            random_panel(1, months=range(-4, 10)),
            {"before": EventMonths(-4, -1)},
            "needs two terms before",
        ),
        (random_panel(1, rate=0.01), WHOLE, "withheld to protect small counts"),
        (random_panel(1).assign(events=3.0), WHOLE, "do not differ at all"),
        (random_panel(1, pairs=3, rate=9), WHOLE, "too few units to test"),
    ],
)
def test_what_cannot_be_tested_says_why(panel, changes, reason):
    row = pre_trend_tests(panel, [specification(**changes)], seed=1).iloc[0]
    assert row["status"] == "not estimable"
    assert reason in row["reason"]
    assert np.isnan(row["p_wald"])


def test_terms_that_never_differed_cannot_be_carried_on():
    """Before the start both arms have the same counts in each term, in other schools."""
    panel = random_panel(1, ratio=0.4)
    before = panel["event_month"] < 0
    swapped = panel.assign(arm=panel["arm"].map(OTHER))
    both = pd.concat(
        [panel, swapped.loc[before].assign(school_id=lambda table: table["school_id"] + "'")]
    )
    after = panel.loc[~before]
    other = after.assign(school_id=after["school_id"] + "'", arm=after["arm"].map(OTHER))
    both = pd.concat([both, other.assign(events=(other["events"] * 2).round())])
    row = pre_trend_tests(both, [specification(**WHOLE)], seed=1, draws=9).iloc[0]
    assert row["largest_change"] == pytest.approx(0, abs=1e-9)
    assert row["breakdown_change"] == row["breakdown_deviation"] == np.inf


def test_a_term_that_nobody_returned_is_a_gap_of_two_terms():
    panel = growing_panel(0.01)
    panel.loc[panel["event_month"].between(-12, -9), "returned"] = False
    row = pre_trend_tests(panel, [specification(**WHOLE)], seed=1, draws=9).iloc[0]
    assert row["largest_change"] == pytest.approx(0.04, abs=2e-3)
    assert row["breakdown_change"] == pytest.approx(1.0, abs=0.05)


def test_terms_in_which_schools_do_not_differ_have_a_reason():
    table = event_study(random_panel(1).assign(events=3.0), [specification(**WHOLE)])
    assert "do not differ at all" in table["reason"].iloc[0]
    assert table["ratio"].isna().all()
