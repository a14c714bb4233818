"""Nothing of children's records reaches an exhibit by a way that nobody has thought about."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.contracts import read_contracts
from analysis.dataflow import graph
from analysis.dataflow.disclosure_paths import MODELS, status_by_path
from analysis.dataflow.graph import Node
from analysis.disclosure import held, released
from analysis.errors import ExhibitHeld
from analysis.exhibits.parts.disclosure_check import cleared
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


WAYS = [name for name, node in NODES.items() if node.disclosure]
COUNTED = {"curve_outlines", "variation_outlines"}
"""Nodes that take no records, only what other tags let through, and say better why it is safe."""


def refused(nodes: dict[str, Node]) -> list[str]:
    found = []
    for name in EXHIBITS:
        try:
            status_by_path(name, nodes, CHILDREN)
        except ExhibitHeld as error:
            found.append(str(error))
    return found


def test_every_exhibit_is_reached_by_ways_that_are_known() -> None:
    assert refused(NODES) == []
    assert len(WAYS) > 40


@pytest.mark.parametrize("way", sorted(set(WAYS) - COUNTED))
def test_without_its_tag_an_exhibit_is_refused(way: str) -> None:
    assert refused(NODES | {way: replace(NODES[way], disclosure="")})


@pytest.mark.parametrize("way", sorted(COUNTED))
def test_without_its_tag_a_count_of_withheld_results_would_have_another_reason(way: str) -> None:
    """That each estimate may be shown, which is not so of those that are only counted."""
    untagged = NODES | {way: replace(NODES[way], disclosure="")}
    assert MODELS not in status_by_path("outline_table", NODES, CHILDREN).reason
    assert MODELS in status_by_path("outline_table", untagged, CHILDREN).reason


def test_the_refusal_names_file_way_and_remedy() -> None:
    (said, *_) = refused(NODES | {"hours_logged": replace(NODES["hours_logged"], disclosure="")})
    assert "hours_logged rests on activity_log" in said
    assert re.search(r"^analysis/dataflow/\w+\.py:\d+: ", said)
    assert "activity_log -> placed_activity -> hours_logged" in said
    assert "remedy: " in said
    assert "@tag(disclosure=" in said


def test_a_way_holds_whatever_an_exhibit_says_of_itself() -> None:
    number = Number(3, "3", "children", status=released("All is well."))
    assert cleared("n", number, (), held("Nobody has said why.")).status.held
    assert cleared("n", number, (), released("By models.")).status.reason == "All is well."
    plain = Number(3, "3", "schools")
    assert cleared("n", plain, (), released("By models.")).status.reason == "By models."
