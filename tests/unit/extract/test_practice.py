"""Shares and counts of practice, derived by hand."""

import pandas as pd
import pytest

from analysis.dataflow.practice import coder_count, evidence_by_group, evidence_by_phase
from analysis.disclosure import PUBLIC
from analysis.practice.activity import hours_share
from analysis.practice.evidence import OTHERS, agreement, direction_counts, items
from analysis.practice.fieldwork import release_sessions, sessions, study_phases
from analysis.practice.presence import delivery, effort, integration_profile, presence


@pytest.fixture(name="schools")
def _schools():
    return pd.DataFrame(
        {
            "school_id": ["S1", "S2", "S3"],
            "pilot": "Lambeth",
            "phase": ["primary", "secondary", "primary"],
            "pupils": [100, 300, 50],
            "fsm_percent": [10.0, 20.0, 30.0],
            "start_date": pd.to_datetime(["2019-05-02", "2019-05-20", None]),
        }
    )


@pytest.fixture(name="deployments")
def _deployments():
    return pd.DataFrame(
        {
            "worker_id": ["W1", "W2", "W1"],
            "school_id": ["S1", "S1", "S2"],
            "days_per_week": [1.0, 2.0, 0.5],
            "integration": ["visiting", "embedded", "visiting"],
        }
    )


@pytest.fixture(name="activity")
def _activity():
    return pd.DataFrame(
        {
            "school_id": ["S1", "S1", "S2"],
            "pilot": "Lambeth",
            "phase": ["primary", "primary", "secondary"],
            "integration": ["embedded", "embedded", "visiting"],
            "activity_date": pd.to_datetime(["2019-05-03", "2019-05-30", "2019-06-03"]),
            "hours": [3.0, 1.0, 2.0],
        }
    )


def test_hours_are_shared_within_a_group_and_missing_kinds_are_zero():
    activity = pd.DataFrame(
        {"pilot": ["A", "A", "B"], "kind": ["x", "y", "x"], "hours": [3.0, 1.0, 2.0]}
    )
    table = hours_share(activity, "kind", "pilot").set_index(["pilot", "kind"])["percent"]
    assert table.to_dict() == pytest.approx(
        {("A", "x"): 75, ("A", "y"): 25, ("B", "x"): 100, ("B", "y"): 0}
    )


def test_a_school_goes_by_the_worker_most_a_part_of_it_and_days_add_up(schools, deployments):
    table = presence(deployments, schools).set_index("school_id")
    assert table["integration"].to_dict() == {"S1": "embedded", "S2": "visiting"}
    assert table["days_per_week"].to_dict() == {"S1": 3.0, "S2": 0.5}


def test_delivery_counts_who_stayed_and_months_with_work(schools, deployments, activity):
    workers = pd.DataFrame(
        {
            "pilot": "Lambeth",
            "started": pd.to_datetime(["2019-05-01", "2019-05-01"]),
            "ended": pd.to_datetime([None, "2019-06-15"]),
        }
    )
    last = pd.Series({"Lambeth": pd.Timestamp("2019-06-30")})
    at_school = presence(deployments, schools)
    row = delivery(workers, at_school, schools, activity, last, months=2).iloc[0]
    assert (row["workers"], row["at_end"], row["schools"]) == (2, 1, 2)
    assert row["days_in_school"] == pytest.approx(3.5 / 2)
    assert row["months_with_work"] == pytest.approx(100 * 2 / 4)
    assert row["first_start"] == pd.Timestamp("2019-05-02")


def test_a_kind_of_integration_without_schools_has_no_means(schools, deployments, activity):
    at_school = presence(deployments, schools)
    table = integration_profile(at_school, activity, months=2).set_index("integration")
    assert table["schools"].to_dict() == {"embedded": 1, "mixed": 0, "visiting": 1}
    assert pd.isna(table.loc["mixed", "days_per_week"])
    assert table.loc["embedded", "hours_a_month"] == pytest.approx(4 / 2)


def test_effort_is_per_pupil_of_the_schools_reached(schools, deployments, activity):
    table = effort(presence(deployments, schools), activity).set_index("phase")
    assert table.loc["primary", "hours_per_100"] == pytest.approx(4.0)
    assert table["percent"].sum() == pytest.approx(100)


def test_sessions_are_counted_with_zeros_and_people_once_a_session():
    fieldwork = pd.DataFrame(
        {
            "method": "interview",
            "participant_group": ["child", "child", "parent"],
            "pilot": ["Lambeth", "Stockport", "Lambeth"],
            "participants": [1, 2, 1],
        }
    )
    table = sessions(fieldwork).set_index(["participant_group", "pilot"])
    assert table.loc[("parent", "Stockport"), "sessions"] == 0
    assert table.loc[("child", "Stockport"), "participants"] == 2


def test_a_phase_of_the_study_runs_from_its_first_to_its_last_session():
    days = pd.to_datetime(["2019-03-02", "2019-03-09", "2019-06-01"])
    table = study_phases(pd.DataFrame({"study_phase": [1, 1, 2], "fieldwork_date": days}))
    assert table["sessions"].tolist() == [2, 1]
    assert table.loc[0, "last"] == pd.Timestamp("2019-03-09")


@pytest.fixture(name="coded")
def _coded():
    return pd.DataFrame(
        {
            "fieldwork_id": ["F1", "F1", "F2"],
            "finding": [1, 1, 1],
            "pathway": [None, None, "B"],
            "pilot": "Lambeth",
            "school_phase": ["primary", "primary", "secondary"],
            "direction": ["supports", "contradicts", "supports"],
            "coder": ["R1", "R2", "R1"],
        }
    )


@pytest.fixture(name="pieces")
def _pieces():
    return pd.DataFrame(
        {
            "fieldwork_id": ["F1", "F2"],
            "method": "interview",
            "participant_group": "manager",
            "study_phase": 2,
        }
    )


def test_an_item_counts_once_and_is_mixed_where_coders_differ(coded, pieces):
    found = items(coded, pieces).set_index("fieldwork_id")["direction"]
    assert found.to_dict() == {"F1": "mixed", "F2": "supports"}


def test_contradicting_evidence_has_its_column_even_if_there_is_none(coded, pieces):
    row = direction_counts(items(coded, pieces), ["finding"], (1, 2)).set_index("finding")
    assert row.loc[1].to_dict() == {"supports": 1, "mixed": 1, "contradicts": 0, "items": 2}
    assert row.loc[2, "items"] == 0


def test_kappa_allows_for_chance():
    # Two-by-two by hand: 20, 5, 10, 15 of 50 agree on 35; chance is (25*30 + 25*20)/2500.
    pairs = [("s", "s")] * 20 + [("s", "c")] * 5 + [("c", "s")] * 10 + [("c", "c")] * 15
    lines = [
        (f"F{n}", 1, coder, direction)
        for n, pair in enumerate(pairs)
        for coder, direction in zip(("R1", "R2"), pair, strict=True)
    ]
    coded = pd.DataFrame(lines, columns=["fieldwork_id", "finding", "coder", "direction"])
    found = agreement(coded)
    assert found.items == 50
    assert found.kappa == pytest.approx((0.7 - 0.5) / 0.5)


def test_coders_who_never_met_have_no_agreement(coded):
    assert agreement(coded.loc[coded["coder"] == "R1"]).items == 0


def test_a_coder_counts_once_however_much_was_coded(coded):
    assert coder_count(coded) == 2
    assert coder_count(coded.loc[coded["coder"] == "R1"]) == 1


def test_what_is_about_no_phase_of_school_counts_for_none():
    seen = pd.DataFrame({"school_phase": ["primary", None], "direction": "supports"})
    assert evidence_by_phase(seen)["items"].tolist() == [1, 0, 0]


def test_people_and_sessions_of_families_follow_from_no_total():
    cells = [
        ("interview", "child", "Lambeth", 2, 3),
        ("interview", "child", "Stockport", 9, 12),
        ("interview", "parent", "Lambeth", 3, 4),
        ("interview", "parent", "Stockport", 8, 8),
        ("observation", "child", "Lambeth", 1, 2),
        ("interview", "manager", "Lambeth", 1, 1),
    ]
    names = ["method", "participant_group", "pilot", "sessions", "participants"]
    out = release_sessions(pd.DataFrame(cells, columns=names), PUBLIC)
    people = out.table.groupby(["method", "participant_group"])["participants"].first()
    # Two people at most could be hidden behind the total of everybody: another goes with them.
    assert people.isna().to_dict() == {
        ("interview", "child"): False,
        ("interview", "manager"): False,
        ("interview", "parent"): True,
        ("observation", "child"): True,
    }
    assert people["interview", "manager"] == 1
    assert out.status.outcome == "released after suppression"
    assert out.check["safe"].all()


def test_what_families_said_is_counted_with_other_professionals(coded, pieces):
    pieces["participant_group"] = ["child", "parent"]
    found = evidence_by_group(items(coded, pieces))
    assert found[["participant_group", "items"]].to_numpy().tolist() == [[OTHERS, 2]]
