"""What is made of counts is as confidential as they are."""

import pytest

from analysis.disclosure import (
    EGRESS,
    PUBLIC,
    release_estimate,
    release_extreme,
    release_mean,
    release_percentage,
    release_rate,
    release_total,
)


@pytest.mark.parametrize(
    ("events", "text"), [(0, "0.0"), (1, "[c]"), (5, "[c]"), (6, "6.0"), (7, "7.0")]
)
def test_a_rate_is_hidden_with_its_count(events: int, text: str) -> None:
    assert release_rate(events, 1000, PUBLIC).text == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 20, "0.0"),
        (5, 20, "[c]"),
        (6, 20, "30.0"),
        (14, 20, "70.0"),
        (15, 20, "[c]"),  # all but five
        (19, 20, "[c]"),
        (20, 20, "100.0"),
        (0, 5, "[c]"),
        (0, 6, "0.0"),
        (0, 0, "[z]"),
    ],
)
def test_a_percentage_is_hidden_with_its_part_its_whole_or_its_rest(
    part: int, whole: int, text: str
) -> None:
    assert release_percentage(part, whole, PUBLIC).text == text


def test_a_mean_of_few_children_is_hidden() -> None:
    assert release_mean([1.0] * 5, PUBLIC).text == "[c]"
    assert release_mean([1.0] * 6, PUBLIC).text == "1.0"


def test_a_mean_that_two_children_make_up_is_hidden() -> None:
    # 95 + 85 of 188 is 96%; without the two largest nothing is left to hide behind.
    assert release_mean([95, 85, 2, 2, 2, 2], PUBLIC).text == "[c]"
    assert release_mean([30, 30, 30, 30, 30, 30], PUBLIC).text == "30.0"


def test_a_largest_value_is_one_childs() -> None:
    assert release_extreme(PUBLIC).text == "[c]"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), (5, "[c]"), (6, "10"), (14, "10"), (15, "20"), (1204, "1,200")]
)
def test_a_national_total_is_rounded_to_the_nearest_ten(count: int, text: str) -> None:
    assert release_total(count, PUBLIC).text == text


@pytest.mark.parametrize(
    ("counts", "df", "held"),
    [
        ((6, 7, 8, 9), 10, False),
        ((5, 7, 8, 9), 10, True),
        ((0, 7, 8, 9), 10, False),
        (("c", 7, 8, 9), 10, True),
        ((6, 7, 8, 9), 9, True),
        ((6, 7, 8, 9), 11, False),
    ],
)
def test_an_estimate_is_held_with_its_counts_or_for_want_of_freedom(
    counts: tuple[int | str, ...], df: int, held: bool
) -> None:
    assert release_estimate(counts, df, PUBLIC).held is held


def test_a_secure_environment_asks_for_ten() -> None:
    assert release_rate(9, 1000, EGRESS).text == "[c]"
    assert release_rate(10, 1000, EGRESS).text == "10.0"
    assert release_rate(0, 1000, EGRESS).text == "[c]"


def test_no_reason_holds_the_hidden_value() -> None:
    for released in (release_rate(3, 1000, PUBLIC), release_percentage(3, 20, PUBLIC)):
        assert "3" not in released.text + released.status.reason
        assert released.value is None
