"""The rule with legal weight: what is too small to show, at threshold -1, 0 and +1."""

import pandas as pd
import pytest

from analysis.disclosure import EGRESS, PUBLIC, release_count, suppress_counts


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (1, "[c]"), (4, "[c]"), (5, "[c]"), (6, "6"), (7, "7"), (1204, "1,204")],
)
def test_public_release_hides_one_to_five_and_shows_a_true_zero(count: int, text: str) -> None:
    assert release_count(count, PUBLIC).text == text


@pytest.mark.parametrize(("count", "text"), [(0, "[c]"), (1, "[c]"), (9, "[c]"), (10, "10")])
def test_a_secure_environment_lets_nothing_below_ten_out(count: int, text: str) -> None:
    assert release_count(count, EGRESS).text == text


def test_a_hidden_count_is_nowhere_in_what_is_released() -> None:
    released = release_count(3, PUBLIC)
    assert released.value is None
    assert released.status.outcome == "released after suppression"
    assert "3" not in released.text + released.status.reason


def test_a_table_is_released_after_suppression() -> None:
    table = pd.DataFrame({"school": ["a", "b", "c"], "enquiries": [0, 5, 6], "workers": [5, 6, 1]})
    shown, status = suppress_counts(table, ["enquiries"], PUBLIC)
    assert shown["enquiries"].tolist() == [0, "c", 6]
    assert shown["workers"].tolist() == [5, 6, 1]
    assert status.outcome == "released after suppression"
    assert table["enquiries"].tolist() == [0, 5, 6]


def test_a_table_without_small_counts_is_released_as_it_is() -> None:
    shown, status = suppress_counts(pd.DataFrame({"n": [0, 6, None]}), ["n"], PUBLIC)
    assert shown["n"].tolist() == [0, 6, None]
    assert status.outcome == "released"


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="no count"):
        release_count(-1, PUBLIC)
