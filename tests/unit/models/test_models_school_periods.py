import numpy as np
import pytest

from analysis.errors import ConfigurationError
from analysis.models.inputs.school_periods import COLUMNS, school_periods
from analysis.models.inputs.specification import EventMonths, Exclusion
from tests.unit.models.models_panel import four_schools, random_panel, specification


def broken(**at_first_row):
    panel = four_schools()
    for column, value in at_first_row.items():
        panel[column] = panel[column].astype(object if isinstance(value, str) else float)
        panel.loc[0, column] = value
    return panel


def missing(column):
    panel = four_schools().astype({column: object})
    panel.loc[0, column] = None
    return panel


def test_a_school_is_one_row():
    schools = school_periods(four_schools(), specification())
    assert list(schools.columns) == list(COLUMNS)
    assert list(schools["school_id"]) == ["A", "B", "C", "D"]
    assert list(schools["events_before"]) == [10, 20, 12, 18]
    assert list(schools["events_after"]) == [5, 11, 14, 16]
    assert list(schools["treated"]) == [True, True, False, False]
    assert (schools["exposure_before"] == 100).all()
    assert list(schools["cluster"]) == ["A", "B", "C", "D"]


def test_rows_may_come_in_any_order():
    panel = random_panel(1)
    shuffled = panel.sample(frac=1, random_state=1)
    assert school_periods(shuffled, specification()).equals(school_periods(panel, specification()))


def test_only_the_months_of_the_periods_count():
    panel = random_panel(1)
    schools = school_periods(panel, specification(before=EventMonths(-24, -1)))
    first = panel.loc[panel["school_id"] == schools["school_id"][0]].set_index("event_month")
    assert schools["months_before"][0] == 24
    assert schools["events_before"][0] == first.loc[-24:-1, "events"].sum()
    assert schools["events_after"][0] == first.loc[0:9, "events"].sum()


def test_a_month_not_returned_counts_in_neither_events_nor_exposure():
    panel = random_panel(1)
    chosen = (panel["school_id"] == "Lam00i") & (panel["event_month"] == 3)
    panel.loc[chosen, ["events", "returned"]] = [np.nan, False]
    whole = school_periods(random_panel(1), specification()).iloc[1]
    short = school_periods(panel, specification()).iloc[1]
    assert short["exposure_after"] == whole["exposure_after"] - 100
    assert short["exposure_before"] == whole["exposure_before"]
    paired = school_periods(panel, specification(pair_missing_months=True)).iloc[1]
    assert paired["exposure_before"] == whole["exposure_before"] - 100
    assert paired["months_before"] == paired["months_after"] == 9


def test_a_school_without_returns_in_a_period_is_left_out():
    panel = four_schools()
    panel.loc[0, "returned"] = False
    assert list(school_periods(panel, specification())["school_id"]) == ["B", "C", "D"]


def test_without_exposure_months_are_counted():
    schools = school_periods(random_panel(1), specification(exposure=None))
    assert (schools["exposure_before"] == 10).all()


def test_exclusions_and_areas():
    panel = four_schools()
    left = school_periods(panel, specification(exclusions=(Exclusion("school_id", ("A", "D")),)))
    assert list(left["school_id"]) == ["B", "C"]
    by_area = school_periods(panel, specification(assignment_unit="area"))
    assert by_area["cluster"][0] == "area of 1 intervention"


@pytest.mark.parametrize(
    ("panel", "changes", "says"),
    [
        (broken(events=-1), {}, "a count of -1 events"),
        (broken(events=2.5), {}, "a count of 2.5 events"),
        (broken(events=np.nan), {}, "1 returned months without a count"),
        (broken(events=np.inf), {}, "a count of inf events"),
        (broken(pupils=np.nan), {}, "no pupils in a month of A"),
        (broken(pupils=0), {}, "no pupils in a month of A"),
        (broken(arm="control"), {}, "an arm 'control'"),
        (broken(matched_set="9"), {}, "two values of matched_set for school A"),
        (broken(event_month=0), {}, "1 school-months more than once"),
        (broken(event_month=np.nan), {}, "a row without event_month"),
        (broken(event_month=0.5), {}, "event_month that is not a whole number"),
        (broken(event_month=np.inf), {}, "event_month that is not a whole number"),
        (broken(event_month="May"), {}, "event_month that is not a whole number"),
        (missing("school_id"), {}, "a row without school_id"),
        (missing("pilot"), {}, "a row without pilot"),
        (missing("outcome"), {}, "a row without outcome"),
        (missing("arm"), {}, "an arm (None|nan)"),
        (missing("matched_set"), {}, "a school without matched_set"),
        (missing("returned"), {}, "neither returned nor not"),
        (broken(returned="no"), {}, "neither returned nor not"),
        (broken(children=np.nan), {}, "without a count of children"),
        (broken(children=-3), {}, "without a count of children"),
        (broken(events="many"), {}, "not numbers in events"),
        (broken(pupils="many"), {}, "not numbers in pupils"),
        (broken(pupils=np.inf), {}, "no pupils in a month of A"),
        (four_schools().drop(columns="pupils"), {}, "no column pupils"),
        (four_schools(), {"assignment_unit": "cluster"}, "no column cluster"),
        (four_schools(), {"outcome": "s17"}, "no outcome 's17'"),
        (four_schools(), {"pilot": "Leeds"}, "no pilot 'Leeds'"),
    ],
)
def test_a_panel_that_is_wrong_is_refused_with_the_cause(panel, changes, says):
    with pytest.raises(ConfigurationError, match=says) as caught:
        school_periods(panel, specification(**changes))
    assert caught.value.place == "specification 'main'"
    assert caught.value.remedy
