"""Shares and counts of practice, derived by hand."""

import pandas as pd
import pytest

from analysis.practice import evidence_counts, fieldwork_sessions, hours_share, integration


def test_hours_are_shared_within_a_group_and_missing_kinds_are_zero():
    activity = pd.DataFrame(
        {"pilot": ["A", "A", "B"], "kind": ["x", "y", "x"], "hours": [3.0, 1.0, 2.0]}
    )
    table = hours_share(activity, "kind", ["pilot"]).set_index(["pilot", "kind"])["percent"]
    assert table.to_dict() == pytest.approx(
        {("A", "x"): 75, ("A", "y"): 25, ("B", "x"): 100, ("B", "y"): 0}
    )


def test_a_school_is_counted_by_the_worker_most_a_part_of_it():
    deployments = pd.DataFrame(
        {
            "school_id": ["S1", "S1", "S2"],
            "days_per_week": [1.0, 2.0, 0.5],
            "integration": ["visiting", "embedded", "visiting"],
        }
    )
    schools = pd.DataFrame({"school_id": ["S1", "S2"], "pilot": "Lambeth"})
    row = integration(deployments, schools).iloc[0]
    assert (row["embedded"], row["mixed"], row["visiting"], row["schools"]) == (1, 0, 1, 2)
    assert row["days_per_week"] == pytest.approx(3.5 / 2)


def test_sessions_are_counted_with_zeros():
    fieldwork = pd.DataFrame(
        {
            "fieldwork_id": ["F1", "F2"],
            "method": ["interview", "interview"],
            "participant_group": ["child", "child"],
            "pilot": ["Lambeth", "Stockport"],
        }
    )
    both = pd.concat([fieldwork, fieldwork.assign(participant_group="parent").head(1)])
    table = fieldwork_sessions(both).set_index(["participant_group", "pilot"])["sessions"]
    assert table["parent", "Stockport"] == 0
    assert table["child", "Stockport"] == 1


def test_contradicting_evidence_has_its_column_even_if_there_is_none():
    evidence = pd.DataFrame({"finding": [1], "pilot": ["Lambeth"], "direction": ["supports"]})
    row = evidence_counts(evidence).iloc[0]
    assert (row["supports"], row["mixed"], row["contradicts"]) == (1, 0, 0)
