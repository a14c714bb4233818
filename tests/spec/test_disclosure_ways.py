"""Nothing of children's records reaches an exhibit by a way that nobody has thought about."""

from pathlib import Path

import pytest

from analysis.contracts import read_contracts
from analysis.dataflow import graph
from analysis.dataflow.passage import WAYS, status_by_way
from analysis.disclosure import held, released
from analysis.exhibits.parts.clearance import cleared
from analysis.exhibits.parts.exhibit import Number

ROOT = Path(__file__).parents[2]
CHILDREN = {
    name
    for name, contract in read_contracts(ROOT / "data_contracts").items()
    if contract.sensitivity == "child"
}
BUILT = graph.build()
NODES = graph.nodes(BUILT)
EXHIBITS = graph.exhibit_names(BUILT)


def test_the_records_that_are_guarded_are_those_of_children() -> None:
    assert {"child_events", "care_episodes", "activity_log", "fieldwork"} <= CHILDREN
    assert {"schools", "deployments"}.isdisjoint(CHILDREN)


def test_every_exhibit_is_reached_by_ways_that_are_known() -> None:
    assert {name for name in EXHIBITS if status_by_way(name, NODES, CHILDREN).held} == set()
    assert set(WAYS) <= set(NODES)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_without_its_way_something_is_held(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(WAYS, way)
    assert any(status_by_way(name, NODES, CHILDREN).held for name in EXHIBITS)


def test_a_way_holds_whatever_an_exhibit_says_of_itself() -> None:
    number = Number(3, "3", "children", status=released("All is well."))
    assert cleared("n", number, (), held("Nobody has said why.")).status.held
    assert cleared("n", number, (), released("By models.")).status.reason == "All is well."
    plain = Number(3, "3", "schools")
    assert cleared("n", plain, (), released("By models.")).status.reason == "By models."
