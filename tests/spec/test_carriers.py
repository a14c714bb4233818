"""What the report says of the evidence behind a statement is what its exhibits rest on."""

import re

import pytest

from analysis.contracts import read_contracts
from analysis.dataflow import graph
from exhibits.practice.joint_display import STATEMENTS
from exhibits.practice.tables import CARRIERS
from tests.architecture import ROOT

NODES = graph.nodes(graph.build())
FILES = {f"{name}.csv": (name,) for name in read_contracts(ROOT / "data_contracts")}
FIELDWORK = {"evidence.csv", "fieldwork.csv"}
NEITHER = {"schools.csv"}
"""Which school a record or an interview is of."""


def evidence_of(exhibit):
    """Return the kinds of evidence that an exhibit rests on."""
    files = set(graph.data_files(exhibit, NODES, FILES)) - NEITHER
    kinds = {"fieldwork"} if files & FIELDWORK else set()
    kinds |= {"records"} if files - FIELDWORK else set()
    return kinds | ({"trial"} if "trial" in graph.upstream(exhibit, NODES) else set())


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda each: each[0])
def test_the_kind_of_evidence_is_that_of_the_exhibits(carrier):
    _, _, said, labels = carrier
    names = [label.replace("-", "_") for label in re.findall(r"@(?:fig|tbl)-([\w-]+)", labels)]
    found = set().union(*map(evidence_of, names))
    asked = {"records", "fieldwork"} if said == "both" else set(said.split(", "))
    assert found - {"trial"} == asked - {"trial"}
    assert ("trial" in asked) <= ("trial" in found)


@pytest.mark.parametrize("carrier", CARRIERS[:9], ids=lambda each: each[0])
def test_the_joint_display_reads_the_same_strands(carrier):
    name, _, said, _ = carrier
    statement = next(each for each in STATEMENTS.values() if each.name == name)
    assert (said == "both") == bool(statement.check)
