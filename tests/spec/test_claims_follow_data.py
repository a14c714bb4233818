"""Sentences follow the data: each can fall, and falls for what contradicts it alone.

Once by the generator's scenarios, whose truth is known, and once by changing the extract by
hand. An edit skips the contracts, which would stop most of them before any sentence is read.
"""

import pandas as pd
import pytest

from analysis.dataflow import graph
from analysis.evaluation import Evaluation
from analysis.study import read_study
from analysis.synthetic import synthesise
from report.building import exhibit_kinds
from tests.architecture import ROOT

STUDY = read_study(ROOT / "study.toml")
CLAIMS = sorted(name for name, kind in exhibit_kinds().items() if kind == "claim")
EVALUATION = Evaluation(ROOT)
# Simulations and settings fell these, no extract does: `unit/test_proofs.py` shows how.
APART_FROM_ANY_EXTRACT = {"planned_trial_suffices", "primary_analysis_holds_its_size"}

FALLS = {"s47_lower_in_lambeth_and_southampton", "s17_lower_in_stockport"}
# With the study's seed; another draw of a scenario without effect can differ by chance.
SCENARIOS = {
    "published-directions": set(),
    # Nothing falls, so nothing fell further than the trial's interval allows.
    "no-effect": FALLS | {"trial_rules_out_such_falls"},
    # What rises clearly can't be called unclear either.
    "harm": FALLS
    | {
        "trial_rules_out_such_falls",
        "s47_no_clear_change_in_stockport",
        "s17_no_clear_change_elsewhere",
    },
    # High counts before: the estimates fall, though not clearly, and fewer months are empty.
    "regression-to-the-mean": FALLS | {"many_months_empty"},
    # Enquiries recorded as starts: both sentences fall, the estimates of enquiries stay low.
    "threshold-change": FALLS,
    # A single school lifts its arm.
    "noisy-school": FALLS | {"trial_rules_out_such_falls"},
}


@pytest.mark.parametrize("scenario", STUDY.synthetic.scenarios, ids=lambda each: each.name)
def test_the_sentences_that_fall_in_a_scenario_are_those_that_should(scenario, tmp_path):
    extract = tmp_path / "extract"
    synthesise(STUDY, scenario.name, extract, tmp_path / "digests.txt")
    claims = Evaluation(ROOT, extract).compute(CLAIMS)
    assert {name for name in CLAIMS if not claims[name].holds} == SCENARIOS[scenario.name]


# --- changes by hand -------------------------------------------------------------------------


def recode(file, column, codes):
    """Write other codes into a column."""

    def change(tables):
        tables[file][column] = tables[file][column].replace(codes)

    return change


def keep(file, rows):
    """Leave out the rows that a condition doesn't hold for."""

    def change(tables):
        tables[file] = tables[file].loc[rows]

    return change


def arms_swapped(tables):
    """Call the schools with a social worker those without, and the other way round."""
    tables["schools"]["arm"] = tables["schools"]["arm"].replace(swap("intervention", "comparison"))


def more_in(event, arm):
    """Let an event happen three times wherever it did after the start."""

    def change(tables):
        events, schools = tables["child_events"], tables["schools"]
        chosen = schools.loc[schools["arm"] == arm, "school_id"]
        again = events[
            (events["event_type"] == event)
            & events["school_id"].isin(chosen)
            & (events["event_date"] >= "2019-01-01")
        ]
        extra = [again.assign(event_id=again["event_id"] + mark) for mark in "ab"]
        tables["child_events"] = pd.concat([events, *extra], ignore_index=True)

    return change


def long_spells_with_a_worker(tables):
    """Put twelve children of each school into care: for long with a worker, else for a week."""
    children, schools = tables["children"], tables["schools"]
    chosen = schools[(schools["pilot"] == "Southampton") & schools["matched_set"].notna()]
    rows = []
    for school, arm in zip(chosen["school_id"], chosen["arm"], strict=True):
        for child in children.loc[children["school_id"] == school, "child_id"].head(12):
            for start in ("2018-05-01", "2019-05-01"):
                long = arm == "intervention" and start > "2019"
                rows.append((child, school, start, 200 if long else 7))
    spells = pd.DataFrame(rows, columns=["child_id", "school_id", "started", "days"])
    spells["started"] = pd.to_datetime(spells["started"])
    spells["ended"] = spells["started"] + pd.to_timedelta(spells.pop("days"), unit="D")
    spells["episode_id"] = [f"X{number}" for number in range(len(spells))]
    tables["care_episodes"] = spells[tables["care_episodes"].columns]


def hours_times(phase, factor):
    """Multiply the hours worked in schools of a phase."""

    def change(tables):
        log, schools = tables["activity_log"], tables["schools"]
        chosen = schools.loc[schools["phase"] == phase, "school_id"]
        log.loc[log["school_id"].isin(chosen), "hours"] *= factor

    return change


def days_times(factor):
    """Multiply the days a week that workers spend in schools."""

    def change(tables):
        tables["deployments"]["days_per_week"] *= factor

    return change


def swap(one, other):
    return {one: other, other: one}


EDITS = {
    "hours in primary schools tripled": (
        hours_times("primary", 3),
        {"most_hours_in_secondaries"},
    ),
    "days in school a fifth": (days_times(0.2), {"mostly_in_schools"}),
    "embedded and visiting swapped": (
        recode("deployments", "integration", swap("embedded", "visiting")),
        {"embedded_have_more_time", "secondaries_more_embedded"},
    ),
    "no school merely visited": (
        recode("deployments", "integration", {"visiting": "mixed"}),
        {"every_kind_in_every_pilot"},
    ),
    "direct work and work with parents swapped": (
        recode("activity_log", "activity_type", swap("direct work", "work with parents")),
        {"direct_work_in_secondaries", "parents_in_primaries"},
    ),
    "statutory work called advice": (
        recode("activity_log", "activity_type", {"statutory work": "advice to staff"}),
        {"mostly_statutory"},
    ),
    "hardly any universal offer": (
        keep(
            "activity_log",
            lambda log: (
                (log["activity_type"] != "universal offer") | log["activity_id"].str.endswith("7")
            ),
        ),
        {"every_type_in_every_pilot"},
    ),
    "every child known": (
        recode("activity_log", "child_status", {"not known to social care": "early help"}),
        {"unknown_children_reached"},
    ),
    "no work logged in two months of three": (
        keep("activity_log", lambda log: log["activity_date"].dt.month % 3 == 0),
        {"work_in_nearly_every_month"},
    ),
    "a worker missing": (
        keep("social_workers", lambda workers: workers["worker_id"] != "W01"),
        {"teams_as_published"},
    ),
    "nothing contradicts": (
        recode("evidence", "direction", {"contradicts": "supports"}),
        {"each_finding_is_contradicted"},
    ),
    "support and contradiction swapped": (
        recode("evidence", "direction", swap("supports", "contradicts")),
        {"reception_mostly_good", "tensions_least_settled"},
    ),
    "pathways B and C swapped": (
        recode("evidence", "pathway", swap("B", "C")),
        {"pathway_b_told_in_primaries", "pathway_c_told_in_secondaries"},
    ),
    "arms swapped": (
        arms_swapped,
        FALLS | {"trial_rules_out_such_falls"},
    ),
    "long spells in care with a worker": (long_spells_with_a_worker, {"care_no_clear_change"}),
    "more referrals with a worker": (
        more_in("referral", "intervention"),
        {"referrals_no_clear_change"},
    ),
    "more starts with a worker": (
        more_in("s17_start", "intervention"),
        {"s17_lower_in_stockport", "s17_no_clear_change_elsewhere"},
    ),
    "more enquiries without a worker": (
        more_in("s47_enquiry", "comparison"),
        {"s47_no_clear_change_in_stockport"},
    ),
}


@pytest.fixture(scope="module")
def dataflow():
    return graph.build(), graph.inputs(ROOT, EVALUATION.directory, STUDY)


@pytest.fixture(scope="module")
def accepted(dataflow):
    graph_built, inputs = dataflow
    return graph_built.execute(["accepted_tables"], inputs=inputs)["accepted_tables"]


@pytest.mark.parametrize("edit", EDITS)
def test_a_change_by_hand_fells_what_it_contradicts(edit, dataflow, accepted):
    change, expected = EDITS[edit]
    tables = {name: table.copy() for name, table in accepted.items()}
    change(tables)
    graph_built, inputs = dataflow
    claims = graph_built.execute(CLAIMS, inputs=inputs, overrides={"accepted_tables": tables})
    fallen = {name for name in CLAIMS if not claims[name].holds}
    assert fallen == expected


def test_every_sentence_can_fall():
    seen = set().union(*SCENARIOS.values(), *(fallen for _, fallen in EDITS.values()))
    assert set(CLAIMS) - seen == APART_FROM_ANY_EXTRACT
