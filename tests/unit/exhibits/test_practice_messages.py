"""What a figure of practice says above it: ties are ties, codes are words, findings differ."""

import pandas as pd
import pytest

from analysis.extract.extract import Origin
from analysis.study.settings import read_study
from exhibits.practice.evidence_figures import reception, tensions
from exhibits.practice.figures import CHILDREN, activity_status, activity_types
from exhibits.practice.logic_model import logic_model
from tests.architecture import ROOT

PILOTS = read_study(ROOT / "study.toml").pilots
ORIGIN = Origin("supplied", "", "")


def types(*shares):
    """Draw two types of activity, with one pair of shares a pilot."""
    rows = [
        {"pilot": pilot.name, "activity_type": kind, "hours": 10.0, "percent": percent}
        for pilot, pair in zip(PILOTS, shares, strict=True)
        for kind, percent in zip(("direct work", "early help"), pair, strict=True)
    ]
    return activity_types(pd.DataFrame(rows), PILOTS, "", ORIGIN)


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        (((22, 20), (21, 20), (21.3, 21.3)),
         "By type of work, direct work took the largest or joint largest share of hours in every "
         "pilot"),
        (((22, 20), (21, 20), (20.6, 21.4)),
         "By type of work, direct work took the largest or joint largest share of hours in every "
         "pilot"),
        (((22, 20), (21, 20), (22, 21)),
         "By type of work, direct work took the largest share of hours in every pilot"),
        (((22, 20), (21, 20), (20, 22)),
         "By type of work, what took the most hours differed between pilots"),
    ],
)  # fmt: skip
def test_shares_printed_alike_are_tied(shares, said):
    assert types(*shares).message == said


def test_shares_printed_alike_are_both_named_as_the_largest():
    alt = types((22, 20), (21, 20), (20.6, 21.4)).alt
    assert "in Stockport, direct work and early help with 21%" in alt or (
        "in Stockport, early help and direct work with 21%" in alt
    )


def test_children_are_named_in_words_and_not_by_code():
    rows = pd.DataFrame({
        "phase": ["primary"] * 2 + ["secondary"] * 2,
        "child_status": ["child protection plan", "child in need plan"] * 2,
        "percent": [33.8, 33.7, 40.0, 30.0], "hours": 1.0, "entries": 20,
    })  # fmt: skip
    assert activity_status(rows, "", ORIGIN).message == (
        "By status of the child, whatever the work, children on a child protection plan took the "
        "largest or joint largest share of hours in every phase of school"
    )
    contract = (ROOT / "data_contracts" / "activity_log.odcs.yaml").read_text(encoding="utf-8")
    listed = contract.partition("- name: child_status")[2].partition("validValues: [")[2]
    codes = {" ".join(code.split()) for code in listed.partition("]")[0].split(",")}
    assert set(CHILDREN) == codes


@pytest.mark.parametrize(
    ("supports", "said"), [(9, ", more items support"), (1, "no more items support")]
)
def test_each_finding_is_named_over_its_figure(supports, said):
    rows = pd.DataFrame({
        "finding": [4, 5], "participant_group": "manager", "supports": supports, "mixed": 0,
        "contradicts": 2, "items": 11,
    })  # fmt: skip
    received, eased = (draw(rows, "", ORIGIN).message for draw in (reception, tensions))
    assert received.endswith(f"{said} than contradict that the pilots were well received")
    assert eased.endswith(f"{said} than contradict that tensions arose and closer work eased them")


def test_the_logic_model_is_a_thought_and_no_finding():
    assert "are thought to lead" in logic_model().message
