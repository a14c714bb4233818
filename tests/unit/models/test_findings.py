"""Each check says what speaks against a result, and the worst of it by name."""

import numpy as np
import pandas as pd
import pytest

from analysis.dataflow import findings as gathered
from analysis.exhibits.design_checks import findings as said
from analysis.models.checks.findings import COLUMNS, Check, check_table
from analysis.models.checks.leverage import largest_leverages
from analysis.models.primary.estimates import effect_estimates
from exhibits.design_checks import claims as own
from tests.unit.models.models_panel import random_panel, specification

LABELS = {"s47": "Section 47 enquiries", "s17": "Section 17 starts"}


def slope(*p_values):
    return Check("slope", "A steady trend", "p at most 0.05", list(p_values), 0.05,
                 [f"starts in {place}" for place in range(len(p_values))],
                 [str(place) for place in range(len(p_values))], "p {:.3f}")  # fmt: skip


def test_a_check_counts_what_it_speaks_against_and_names_the_worst():
    row = check_table([slope(0.3, np.nan, 0.024, 0.05)]).iloc[0]
    assert (row["looked_at"], row["against"]) == (3, 2)
    assert (row["worst"], row["pilot"]) == ("starts in 2, p 0.024", "2")


def test_a_check_with_nothing_to_look_at_says_so():
    row = check_table([slope(np.nan)]).iloc[0]
    assert (row["looked_at"], row["against"], row["worst"]) == (0, 0, "")
    assert said.speaks_against(check_table([slope(np.nan)]), "slope").text == (
        "none (there is none to look at)"
    )


def test_balance_counts_both_directions():
    table = pd.DataFrame({
        "pilot": ["A", "A", "B"], "covariate": ["Pupils", "Meals", "Pupils"],
        "after_matching": [-0.4, 0.05, 0.1],
    })  # fmt: skip
    check = gathered._balance("balance", "Likeness", table, "after_matching").row()
    assert (check["looked_at"], check["against"]) == (3, 2)
    assert check["worst"] == "pupils, in A, 0.40 standard deviations"


def test_a_breakdown_value_of_one_is_enough_to_explain():
    trends = pd.DataFrame({"pilot": ["A", "B", "C"], "outcome": "s47",
                           "breakdown_change": [0.83, 1.2, np.nan]})  # fmt: skip
    check = gathered._breakdown(trends, LABELS).row()
    assert (check["looked_at"], check["against"]) == (2, 1)
    assert check["worst"] == "section 47 enquiries in A, at 0.83 times that"


def test_the_leverage_is_that_of_the_estimates_and_names_the_arm():
    panel = random_panel(1, rate=3)
    found = largest_leverages(panel, [specification()]).iloc[0]
    own = effect_estimates(panel, [specification()]).iloc[0]
    assert found["leverage"] == pytest.approx(own["largest_leverage"])
    heavy = panel["events"].where(panel["school_id"] != panel["school_id"].iloc[0], 99.0)
    row = largest_leverages(panel.assign(events=heavy), [specification()]).iloc[0]
    arm = panel["arm"].iloc[0]
    assert row["arm"] == arm
    assert row["leverage"] > 0.8
    check = gathered._leverage(
        pd.DataFrame([row]).assign(outcome="s47", pilot="A", status="estimated"), LABELS
    ).row()
    assert check["against"] == 1
    # No share: times the events of its arm, it would be the count of one school.
    assert check["worst"] == f"one {arm} school, section 47 enquiries in A, the heaviest"


def reporting(**after):
    """Return returns and rolls of two pilots; in the second, what the intervention schools had."""
    rows = [
        {"pilot": pilot, "arm": arm, "period": period, "share_returned": 0.98,
         "change_in_exposure": 1.01}
        | (after if (pilot, arm, period) == ("B", "intervention", "after") else {})
        for pilot in "AB" for arm in ("intervention", "comparison")
        for period in ("before", "after")
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("after", "against", "worst"),
    [
        ({}, (0, 0), "in A, 0.0 points apart"),
        ({"share_returned": 0.92}, (1, 0), "in B, 6.0 points apart"),
        # Six per cent more pupils, against one per cent elsewhere: 1.0706 / 1.01 is 1.06.
        ({"change_in_exposure": 1.0706}, (0, 1), "in B, 6.0 per cent apart"),
        ({"change_in_exposure": 0.9494}, (0, 1), "in B, 6.0 per cent apart"),
    ],
)
def test_returns_and_rolls_that_part_speak_against_a_result(after, against, worst):
    rows = [check.row() for check in gathered._of_reporting(reporting(**after))]
    assert tuple(row["against"] for row in rows) == against
    assert worst in [row["worst"] for row in rows]


def test_a_period_without_returns_is_nothing_to_look_at():
    alone = reporting().query("period == 'after'")
    returns, rolls = (check.row() for check in gathered._of_reporting(alone))
    assert (returns["looked_at"], rolls["looked_at"]) == (0, 2)


def test_a_joint_test_of_the_curve_that_is_not_small_speaks_against_a_result():
    tests = pd.DataFrame({"pilot": ["A", "B"], "outcome": "s47", "p_median": [0.03, 0.2]})
    row = gathered._curve(tests, LABELS).row()
    assert (row["looked_at"], row["against"]) == (2, 1)
    assert row["worst"] == "section 47 enquiries in B, p 0.200"


def test_every_check_of_the_table_has_a_number_and_the_order_is_its_own():
    from analysis.dataflow import graph

    names = set(graph.exhibit_names(graph.build()))
    assert {f"{check}_against" for check in said.CHECKS} <= names
    assert list(COLUMNS)[:2] == ["check", "label"]


def test_the_worst_is_the_first_of_the_order_that_speaks_against():
    table = pd.DataFrame({
        "check": ["breakdown", "slope"], "label": "Trends", "against_if": "", "looked_at": 1,
        "against": [1, 1], "worst": ["a", "b"], "pilot": ["Southampton", "Lambeth"],
    })  # fmt: skip
    effects = pd.DataFrame({"pilot": ["Southampton"], "status": ["estimated"]})
    assert own.worst_check(table, effects).holds
    other = own.worst_check(table.assign(against=[0, 1]), effects)
    assert (other.holds, other.unknown, other.seen) == (False, False, "trends: b")
    assert not own.worst_check(table.assign(pilot=["Lambeth", "Lambeth"]), effects).holds
    assert not own.worst_check(table.assign(against=0), effects).holds
    # Without a claim for Southampton the sentence is wrong; without an estimate it is not known.
    withheld = effects.assign(status="not estimable")
    assert own.worst_check(table.assign(against=[0, 1]), withheld).unknown
