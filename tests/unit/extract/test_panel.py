"""The panel counts what happened, shows zeros, and never takes a missing return for one."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import ContractBroken
from analysis.extract.panel import COLUMNS, outcome_panel, term, window_label
from analysis.study.settings import Window, read_study

STUDY = read_study(Path(__file__).parents[3] / "study.toml")
WINDOW = Window(24, 10, "like months")
MONTHS = WINDOW.months("2019-05")
TIME = "datetime64[us]"


def design(school_id: str = "S001", pilot: str = "Stockport") -> dict[str, object]:
    return {
        "school_id": school_id, "pilot": pilot, "phase": "primary", "arm": "intervention",
        "matched_set": "STO-01", "area": "STO-A", "pupils": 300, "fsm_percent": 20.0,
        "start_date": pd.Timestamp("2019-05-01"),
    }  # fmt: skip


def months(school_id: str = "S001", missing: tuple[str, ...] = ()) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "school_id": school_id,
            "month": MONTHS,
            "pupils": [300 + number for number in range(34)],
            "returned": [month not in missing for month in MONTHS],
        }
    )


def events(*rows: tuple[str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["child_id", "event_type", "event_date"], dtype="str")
    table["event_date"] = table["event_date"].astype(TIME)
    return table.assign(school_id="S001")


def episodes(*rows: tuple[str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["child_id", "started", "ended"], dtype="str")
    for column in ("started", "ended"):
        table[column] = pd.to_datetime(table[column].mask(table[column] == "")).astype(TIME)
    return table.assign(school_id="S001")


def panel(
    happened: pd.DataFrame,
    care: pd.DataFrame | None = None,
    school_months: pd.DataFrame | None = None,
    schools: pd.DataFrame | None = None,
) -> pd.DataFrame:
    return outcome_panel(
        pd.DataFrame([design()]) if schools is None else schools,
        months() if school_months is None else school_months,
        happened,
        care,
        STUDY.pilots,
        STUDY.outcomes,
        WINDOW,
    )


def cell(table: pd.DataFrame, outcome: str, month: str) -> "pd.Series[float]":
    rows = table[(table["outcome"] == outcome) & (table["month"] == month)]
    (_, found), *rest = rows.iterrows()
    assert not rest
    return found


def test_one_row_for_each_school_outcome_and_month() -> None:
    table = panel(events(), episodes())
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 4 * 34
    assert not table.duplicated(["school_id", "outcome", "month"]).any()
    assert str(table["month"].dtype) == "period[M]"


def test_events_are_counted_and_children_once() -> None:
    happened = events(
        ("C00001", "s47_enquiry", "2019-05-01"),
        ("C00001", "s47_enquiry", "2019-05-31"),
        ("C00002", "s47_enquiry", "2019-05-15"),
        ("C00002", "referral", "2019-05-15"),
        ("C00002", "s47_enquiry", "2019-06-01"),
    )
    table = panel(happened)
    may = cell(table, "s47_enquiries", "2019-05")
    assert (may["events"], may["children"]) == (3, 2)
    assert cell(table, "s47_enquiries", "2019-06")["events"] == 1
    assert cell(table, "referrals", "2019-05")["events"] == 1
    assert cell(table, "s17_starts", "2019-05")["events"] == 0
    assert table["events"].sum() == 5


def test_a_month_without_events_is_zero_and_one_not_returned_is_missing() -> None:
    table = panel(events(), school_months=months(missing=("2018-07",)))
    july = table[table["month"] == "2018-07"]
    assert july["events"].isna().all()
    assert july["children"].isna().all()
    assert (table.loc[table["month"] != "2018-07", "events"] == 0).all()
    # The pupils were there all the same.
    assert (july["pupils"] == 314).all()


def test_pupils_are_those_of_the_month() -> None:
    table = panel(events())
    assert cell(table, "referrals", "2017-05")["pupils"] == 300
    assert cell(table, "referrals", "2020-02")["pupils"] == 333


def test_months_are_placed_around_the_start() -> None:
    table = panel(events()).query("outcome == 'referrals'").set_index("event_month")
    assert table.index.tolist() == list(range(-24, 10))
    assert str(table.loc[0, "month"]) == "2019-05"
    after, before = table["window"] == "after", table["window"] == "before"
    assert table.index[after].tolist() == list(range(10))
    # The same ten calendar months a year earlier: May 2018 to February 2019.
    assert table.index[before].tolist() == list(range(-12, -2))
    calendar = [month.month for month in table.loc[after, "month"]]
    assert [month.month for month in table.loc[before, "month"]] == calendar


@pytest.mark.parametrize(
    ("event_month", "label"),
    [(-24, "earlier"), (-13, "earlier"), (-12, "before"), (-3, "before"), (-2, "earlier"),
     (-1, "earlier"), (0, "after"), (9, "after")],
)  # fmt: skip
def test_windows_begin_and_end_where_they_should(event_month: int, label: str) -> None:
    assert window_label(event_month, WINDOW) == label


@pytest.mark.parametrize(
    ("month", "label"),
    [("2018-08", "Summer 2018"), ("2018-09", "Autumn 2018"), ("2018-12", "Autumn 2018"),
     ("2019-01", "Spring 2019"), ("2019-04", "Spring 2019"), ("2019-05", "Summer 2019")],
)  # fmt: skip
def test_terms(month: str, label: str) -> None:
    assert term(pd.Period(month, "M")) == label


def test_terms_sort_by_time() -> None:
    categories = panel(events())["term"].cat.categories.tolist()
    assert categories[:3] == ["Summer 2017", "Autumn 2017", "Spring 2018"]
    assert panel(events())["term"].cat.ordered


def test_days_in_care_are_nights_within_each_month() -> None:
    care = episodes(
        ("C00001", "2019-05-30", "2019-06-03"),  # 2 nights in May, 2 in June
        ("C00002", "2019-06-30", "2019-07-01"),  # 1 in June
        ("C00003", "2020-02-20", ""),  # still in care: 10 of the 29 days of February 2020
        ("C00001", "2019-05-01", "2019-05-02"),  # 1 more in May, the same child
    )
    table = panel(events(), care)
    days = table[table["outcome"] == "days_in_care"].set_index("month")
    assert days.loc["2019-05", ["events", "children"]].tolist() == [3, 1]
    assert days.loc["2019-06", ["events", "children"]].tolist() == [3, 2]
    assert days.loc["2019-07", "events"] == 0
    assert days.loc["2020-02", ["events", "children"]].tolist() == [10, 1]
    assert days["events"].sum() == 16


def test_a_whole_window_in_care_is_every_day_of_it() -> None:
    table = panel(events(), episodes(("C00001", "2016-01-01", "")))
    # 1 May 2017 to 29 February 2020: 1,035 days.
    assert table.loc[table["outcome"] == "days_in_care", "events"].sum() == 1035


def test_days_in_care_are_left_out_without_episodes_and_where_not_analysed() -> None:
    assert "days_in_care" not in set(panel(events())["outcome"])
    lambeth = pd.DataFrame([design(pilot="Lambeth")])
    care = episodes(("C00001", "2019-05-30", "2019-06-03"))
    with_lambeth = panel(
        events(),
        pd.concat([care, care.assign(school_id="S002")]),
        pd.concat([months(), months("S002")]),
        pd.concat([lambeth, pd.DataFrame([design("S002")])]),
    )
    days = with_lambeth[with_lambeth["outcome"] == "days_in_care"]
    assert set(days["school_id"]) == {"S002"}
    assert set(with_lambeth["school_id"]) == {"S001", "S002"}


def test_an_event_without_a_school_month_is_not_lost_in_silence() -> None:
    late = months().query("month != '2019-06'")
    with pytest.raises(ContractBroken, match="1 of 2 s47_enquiries fall on no school-month"):
        panel(
            events(
                ("C00001", "s47_enquiry", "2019-05-01"), ("C00001", "s47_enquiry", "2019-06-01")
            ),
            school_months=late,
        )


def test_a_pilot_that_starts_later_has_its_own_event_months() -> None:
    pilots = [replace(p, start="2019-09") for p in STUDY.pilots]
    table = outcome_panel(
        pd.DataFrame([design()]), months(), events(), None, pilots, STUDY.outcomes, WINDOW
    )
    first = table.query("event_month == 0")
    assert {str(month) for month in first["month"]} == {"2019-09"}
