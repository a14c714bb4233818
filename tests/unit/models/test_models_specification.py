import pytest

from analysis.errors import ConfigurationError
from analysis.models.inputs.specification import EventMonths, Exclusion, Specification


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": " "}, "may not be empty"),
        ({"outcome": ""}, "may not be empty"),
        ({"outcome": None}, "may not be empty"),
        ({"role": "main"}, "must be one of primary"),
        ({"before": EventMonths(-3, 0)}, "must end before `after` begins"),
        ({"strata": ("pilot", "matched_set")}, "matched sets may not have period effects"),
        ({"pair_missing_months": True, "before": EventMonths(-24, -1)}, "same length"),
        ({"fewest_events": 0}, "at least 1"),
        ({"fewest_children": -2}, "at least 0"),
        ({"measure": "rate"}, "must be one of events, days"),
        ({"level": 95}, "between 0.5 and 1"),
    ],
)
def test_a_contradictory_specification_cannot_be_built(changes, says):
    with pytest.raises(ConfigurationError, match=says) as caught:
        Specification(**{"name": "main", "outcome": "s47"} | changes)
    assert caught.value.place == f"Specification.{next(iter(changes))}"
    assert caught.value.remedy


def test_months_run_forwards():
    with pytest.raises(ConfigurationError, match="first month may not lie after"):
        EventMonths(0, -1)
    assert EventMonths(-12, -3).overlaps(EventMonths(-3, 0))
    assert not EventMonths(-12, -3).overlaps(EventMonths(-2, 0))


@pytest.mark.parametrize("month", [0.5, float("nan"), float("inf")])
def test_months_are_whole(month):
    with pytest.raises(ConfigurationError, match="months are whole numbers"):
        EventMonths(month, 3)


def test_an_exclusion_names_what_it_leaves_out():
    with pytest.raises(ConfigurationError, match="names no value"):
        Exclusion("phase", ())


def test_a_specification_without_a_label_goes_by_its_name():
    assert Specification("main", "s47").label == "main"
    assert Specification("main", "s47", label="Main").label == "Main"


def test_days_need_ten_children_unless_told_otherwise():
    assert Specification("main", "s47").fewest_children == 0
    assert Specification("main", "care", measure="days").fewest_children == 10
    assert Specification("main", "care", measure="days", fewest_children=3).fewest_children == 3
