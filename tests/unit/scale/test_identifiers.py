"""Contracts have identifiers for the schools and children of a nation."""

import re

import pytest

from analysis.contracts import read_contracts

LAST = {
    "schools.school_id": "S030000",
    "schools.matched_set": "LAM-15000",
    "schools.area": "STO-ZZZ",
    "candidate_schools.school_id": "S030000",
    "children.child_id": "C12000000",
    "child_events.event_id": "E10000000",
    "care_episodes.episode_id": "P12000000",
    "control_totals.school_id": "S030000",
}
"""The last identifier of 30,000 schools, 15,000 pairs and twelve million children."""


@pytest.mark.parametrize("name", LAST)
def test_a_pattern_has_room_for_a_nation(root, name):
    dataset, _, column = name.partition(".")
    pattern = read_contracts(root / "data_contracts")[dataset].column(column).options["pattern"]
    assert re.fullmatch(pattern.strip("^$"), LAST[name])
