"""The joint display reads each strand by its rule, and follows the results."""

from dataclasses import fields

import pandas as pd
import pytest

from analysis.exhibits.parts.rows import Judgement
from analysis.practice.evidence import (
    FINDINGS,
    PATHWAYS,
    SILENT,
    agreement_of,
    read_checks,
    read_items,
)
from analysis.study.settings import read_study
from exhibits.practice.joint_display import STATEMENTS, joint_display
from tests.architecture import ROOT

FALL = {"outcome": "s47_enquiries", "pilot": "Lambeth", "direction": "fell"}
OTHER_FALL = {"outcome": "s47_enquiries", "pilot": "Southampton", "direction": "fell"}
NO_FALL = {"outcome": "s47_enquiries", "pilot": "Stockport", "direction": "no evidence"}
KINDS = ("statutory work", "advice to staff", "work with parents", "direct work")


def counts(key, groups, **changed):
    rows = [
        {key: group, "supports": 3, "mixed": 1, "contradicts": 1, **changed.get(str(group), {})}
        for group in groups
    ]
    return pd.DataFrame(rows)


def judged(pilot, verdict):
    known = dict.fromkeys((field.name for field in fields(Judgement)), 0.5) | {"in_family": 3.0}
    if verdict == "lower":
        known |= {"adjusted_school": 0.02, "adjusted_area": 0.03}
    named = {"pilot": pilot, "outcome": "s47_enquiries", "status": "estimated"}
    return Judgement(**{**known, **named, "verdict": verdict})


def by_phase(**percent):
    """Return hours by phase, by default each kind a quarter of them."""
    rows = [
        (kind, phase, percent.get(f"{kind.split()[0]}_{phase}", 25.0))
        for kind in KINDS
        for phase in ("primary", "secondary")
    ]
    return pd.DataFrame(rows, columns=["activity_type", "phase", "percent"])


def made(**changes):
    pilots = ["Lambeth", "Southampton"]
    given = {
        "evidence_by_finding": counts("finding", FINDINGS),
        "evidence_by_pathway": counts("pathway", PATHWAYS),
        "pilot_delivery": pd.DataFrame({"pilot": pilots, "days_in_school": [4.0, 3.0]}),
        "school_kinds": pd.DataFrame(
            {"pilot": sorted(pilots * 2), "integration": ["embedded", "visiting"] * 2}
        ),
        "activity_by_type": pd.DataFrame(
            {"pilot": sorted(pilots * 4), "activity_type": KINDS * 2, "hours": [1.0] * 8}
        ),
        "activity_by_phase": by_phase(work_primary=30.0, direct_secondary=30.0),
        "change_judgements": pd.DataFrame(
            [judged("Lambeth", "lower"), judged("Southampton", "lower")]
        ),
        "published_findings": (FALL, OTHER_FALL, NO_FALL),
        "outcomes": read_study(ROOT / "study.toml").outcomes,
        **changes,
    }
    return joint_display(**given)


def strands(**changes):
    data = made(**changes).data
    return dict(zip(STATEMENTS, data["strands"], strict=True))


def test_each_finding_and_pathway_has_its_line():
    table = made()
    assert [row[0] for row in table.rows] == [
        *(f"Key finding {n}" for n in FINDINGS),
        *(f"Pathway {letter}" for letter in PATHWAYS),
    ]
    assert table.rows[0] == (
        "Key finding 1",
        "workers are based in schools",
        "Borne out: 3.0 to 4.0 days a week in schools, by pilot",
        "Borne out: 3 support, 1 both ways, 1 contradict",
        "Agree",
    )
    assert table.rows[3][2] == "[z]"


def test_where_all_checks_hold_strands_agree_and_records_are_silent_on_reception_and_tensions():
    one = dict.fromkeys("45", "one strand only")
    assert strands() == {**dict.fromkeys(STATEMENTS, "agree"), **one}


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("1", {"pilot_delivery": pd.DataFrame({"pilot": ["Lambeth"], "days_in_school": [2.5]})}),
        ("2", {"school_kinds": pd.DataFrame({"pilot": ["L"], "integration": ["embedded"]})}),
        ("3", {"activity_by_type": pd.DataFrame(
            {"pilot": ["L"] * 4, "activity_type": KINDS, "hours": [1.0, 0.0, 1.0, 1.0]})}),
        ("6", {"change_judgements": pd.DataFrame([judged("Lambeth", "not clear"),
                                                  judged("Southampton", "higher")])}),
        ("A", {"activity_by_phase": by_phase(advice_primary=0.0, advice_secondary=0.0,
                                             work_primary=30.0, direct_secondary=30.0)}),
        ("B", {"activity_by_phase": by_phase(direct_secondary=30.0)}),
        ("C", {"activity_by_phase": by_phase(work_primary=30.0)}),
    ],
)  # fmt: skip
def test_what_no_check_bears_out_differs_from_evidence_that_supports_it(code, changes):
    found = strands(**changes)
    assert found.pop(code) == "differ"
    assert set(found.values()) <= {"agree", "one strand only"}


def test_records_that_pass_some_checks_agree_in_part():
    days = pd.DataFrame({"pilot": ["Lambeth", "Stockport"], "days_in_school": [4.0, 2.0]})
    falls = pd.DataFrame([judged("Lambeth", "lower"), judged("Southampton", "not clear")])
    found = strands(pilot_delivery=days, change_judgements=falls)
    assert (found["1"], found["6"]) == ("partly", "partly")
    shown = made(change_judgements=falls).rows[5][2]
    assert shown == (
        "In part: for 1 of 2 published falls p is at most 0.05 (by school, by area, "
        "adjusted for the family; exploratory): Lambeth 0.020, 0.030, Southampton 0.500, 0.500 "
        "(section 47 enquiries, 3 comparisons)"
    )


def test_evidence_against_a_finding_shows():
    against = {"supports": 1, "mixed": 1, "contradicts": 3}
    none = {"supports": 0, "mixed": 0, "contradicts": 0}
    changed = counts("finding", FINDINGS, **{"1": against, "2": none, "4": none})
    found = strands(evidence_by_finding=changed)
    assert [found[code] for code in "124"] == ["differ", "one strand only", "neither strand"]


def test_the_rule_is_printed_with_every_check():
    note = made().note
    assert all(each.check in note for each in STATEMENTS.values())
    assert "more than half of its items support it" in note


def test_exactly_half_is_not_more_than_half():
    assert read_items(2, 1, 1) == read_items(0, 2, 2) == "in part"
    assert read_items(0, 0, 0) == read_checks(()) == SILENT
    assert agreement_of("in part", "in part") == "agree"
