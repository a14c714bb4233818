"""The rule with legal weight: what is too small to show, at threshold -1, 0 and +1."""

from pathlib import Path

import pytest

from analysis.dataflow.effects import specifications
from analysis.disclosure import EGRESS, PUBLIC, DisclosureRules
from analysis.study.decisions import CHANNELS
from analysis.study.settings import read_study


@pytest.mark.parametrize(
    ("count", "unsafe"), [(0, False), (1, True), (4, True), (5, True), (6, False), (1204, False)]
)
def test_public_release_hides_one_to_five_and_shows_a_true_zero(count: int, unsafe: bool) -> None:
    assert PUBLIC.is_unsafe(count) is unsafe


@pytest.mark.parametrize(("count", "unsafe"), [(0, True), (1, True), (9, True), (10, False)])
def test_a_secure_environment_lets_nothing_below_ten_out(count: int, unsafe: bool) -> None:
    assert EGRESS.is_unsafe(count) is unsafe


def test_a_sum_that_two_children_make_up_is_hidden() -> None:
    # 95 + 85 of 188 is 96%; without the two largest nothing is left to hide behind.
    assert PUBLIC.is_unsafe_sum([95, 85, 2, 2, 2, 2])
    assert not PUBLIC.is_unsafe_sum([30] * 6)
    assert PUBLIC.is_unsafe_sum([30] * 5)


@pytest.mark.parametrize(("count", "printed"), [(0, 0), (6, 10), (14, 10), (15, 20), (7132, 7130)])
def test_a_total_over_all_authorities_is_rounded_to_the_nearest_ten(
    count: int, printed: int
) -> None:
    assert PUBLIC.rounded(count) == printed


@pytest.mark.parametrize(("rules", "fewest"), [(PUBLIC, 6), (EGRESS, 10)])
def test_every_model_asks_for_as_much_as_may_be_shown(rules: DisclosureRules, fewest: int) -> None:
    study = read_study(Path(__file__).parents[2] / "study.toml")
    asked = specifications(study.specifications, study.outcomes, study.window, rules, study.words)
    assert asked
    for each in asked:
        assert each.fewest_events >= fewest
        assert each.fewest_children >= fewest
        assert each.fewest_degrees_of_freedom == 10


def test_a_study_cannot_ask_for_less_than_its_channel() -> None:
    assert {"public": PUBLIC.threshold, "secure": EGRESS.threshold} == CHANNELS
