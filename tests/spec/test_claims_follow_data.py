"""Sentences follow the data: each can fall, and falls for what contradicts it alone.

By the generator's scenarios, whose truth is known; by changing the extract by hand; and by
changing by hand a result that rests on simulation, or what was published. An edit of the extract
skips the contracts, which would stop most of them before any sentence is read.
"""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.contracts import read_contracts
from analysis.dataflow import graph
from analysis.evaluation import Evaluation
from analysis.study.settings import read_study
from analysis.synthetic import Recipe, synthesise
from report.commands.build import exhibit_kinds
from tests.architecture import ROOT
from tests.spec.committed import EVALUATION, committed

STUDY = read_study(ROOT / "study.toml")
RECIPE = Recipe(read_contracts(ROOT / "data_contracts"))
CLAIMS = sorted(name for name, kind in exhibit_kinds().items() if kind == "claim")
# These take seconds and few sentences rest on them: an edit of the extract leaves them alone.
SIMULATED = [
    "adjusted_for_many",
    "check_findings",
    "detectable_effects",
    "exaggeration_risk",
    "hidden_bias_bounds",
    "selection_effects",
    "trend_detection",
]

FALLS = {"s47_lower_in_lambeth_and_southampton", "s17_not_clear_in_stockport"}
# With the study's seed; another draw of a scenario without effect can differ by chance.
SCENARIOS = {
    "published-directions": set(),
    # Nothing falls, so nothing fell further than the trial's interval allows; and where no
    # change is claimed, none can be broken down.
    "no-effect": FALLS | {"trial_rules_out_such_falls", "worst_check"},
    # What rises clearly cannot be called unclear either.
    "harm": FALLS
    | {
        "trial_rules_out_such_falls",
        "s47_no_clear_change_in_stockport",
        "s17_no_clear_change_elsewhere",
        "worst_check",
    },
    # High counts before: the estimates fall, though not clearly, and fewer months are empty.
    # Other schools take part, so that other checks speak against other results.
    "regression-to-the-mean": FALLS
    | {
        "many_months_empty",
        "care_interval_is_wide",
        "both_exceed_by_largest_statistic",
        "one_school_weighs_much",
        "slope_rejects_once",
        "worst_check",
    },
    # Enquiries recorded as starts: both sentences fall, the estimates of enquiries stay low,
    # in Stockport too. What trends would explain is as grave as before.
    "threshold-change": FALLS | {"s47_no_clear_change_in_stockport"},
    # A single school lifts its arm and outweighs others, and no count model expects its months.
    "noisy-school": FALLS
    | {
        "trial_rules_out_such_falls",
        "as_many_zeros_as_expected",
        "one_school_weighs_much",
        "worst_check",
    },
}


INVENTED = {"data_are_invented", "directions_are_built_in"}
"""Claims on where an extract comes from."""
WHOLE = "no-effect"
"""The scenario of which `tests/end_to_end/test_scenarios.py` builds the whole report."""
ON_THEIR_OWN = [each for each in STUDY.synthetic.scenarios if each.name != WHOLE]


@pytest.mark.parametrize("scenario", ON_THEIR_OWN, ids=lambda each: each.name)
def test_the_sentences_that_fall_in_a_scenario_are_those_that_should(scenario, tmp_path):
    extract = tmp_path / "extract"
    synthesise(STUDY, RECIPE, scenario.name, extract, tmp_path / "digests.txt")
    claims = Evaluation(ROOT, extract).compute([*CLAIMS, "contract_results"])
    kept_to = claims.pop("contract_results").results
    # Files that an extract may come without, and this one does.
    optional = {"candidate_schools", "control_totals"}
    assert {r.dataset for r in kept_to if r.outcome != "pass"} <= optional
    # A register of the test's own lists the extract: the project's doesn't know it as invented.
    seen = {name for name in CLAIMS if not claims[name].holds} - INVENTED
    assert seen == SCENARIOS[scenario.name]
    # No count of a scenario is too small: what falls is contradicted by what is shown.
    assert not [name for name in CLAIMS if claims[name].unknown]


# --- changes of the extract by hand ----------------------------------------------------------


def recode(file, column, codes):
    """Write other codes into a column."""

    def change(tables):
        tables[file][column] = tables[file][column].replace(codes)

    return change


def keep(file, rows):
    """Leave out the rows that that do not meet a condition."""

    def change(tables):
        tables[file] = tables[file].loc[rows]

    return change


def arms_swapped(tables):
    """Call the schools with a social worker those without, and the other way round."""
    tables["schools"]["arm"] = tables["schools"]["arm"].replace(swap("intervention", "comparison"))


def more_in(event, arm, since="2019-01-01"):
    """Let an event happen three times wherever it did from a day on."""

    def change(tables):
        events, schools = tables["child_events"], tables["schools"]
        chosen = schools.loc[schools["arm"] == arm, "school_id"]
        again = events[
            (events["event_type"] == event)
            & events["school_id"].isin(chosen)
            & (events["event_date"] >= since)
        ]
        extra = [again.assign(event_id=again["event_id"] + mark) for mark in "ab"]
        tables["child_events"] = pd.concat([events, *extra], ignore_index=True)

    return change


def more_everywhere(event):
    """Let an event happen three times with a worker and without, so that its rate rises."""

    def change(tables):
        for arm in ("intervention", "comparison"):
            more_in(event, arm, since="2019-05-01")(tables)

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


def always_in_care(tables):
    """Put a child of each school into care for all the months observed."""
    chosen = tables["children"].groupby("school_id", as_index=False)["child_id"].first()
    spells = chosen.assign(
        started=pd.Timestamp("2017-05-01"),
        ended=pd.NaT,
        episode_id=[f"X{number}" for number in range(len(chosen))],
    )
    tables["care_episodes"] = spells[tables["care_episodes"].columns]


def steady_enquiries(tables):
    """Give each school as many enquiries in one month as in another, or nearly so."""
    months, children = tables["school_months"], tables["children"]
    child = children.groupby("school_id")["child_id"].first()
    rows = [
        (f"X{number}-{again}", child[school], school, "s47_enquiry", month)
        for number, (school, month) in enumerate(
            zip(months["school_id"], pd.to_datetime(months["month"].astype(str)), strict=True)
        )
        for again in range(8 + number % 3)
    ]
    events = tables["child_events"]
    columns = ["event_id", "child_id", "school_id", "event_type", "event_date"]
    others = events.loc[events["event_type"] != "s47_enquiry"]
    drawn = pd.DataFrame(rows, columns=columns)
    drawn["event_date"] = pd.to_datetime(drawn["event_date"])
    tables["child_events"] = pd.concat([others, drawn[events.columns]], ignore_index=True)


def another_phase(tables):
    """Set a school of another phase beside one with a social worker."""
    schools = tables["schools"]
    primary = (schools["arm"] == "comparison") & (schools["phase"] == "primary")
    schools.loc[schools.index[primary][0], "phase"] = "secondary"


def areas_of_one(tables):
    """Call every school an area of its own."""
    tables["schools"]["area"] = tables["schools"]["school_id"]


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
        {"embedded_have_more_time", "every_kind_in_every_pilot"},
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
        # The school that weighs much is then one with a worker.
        FALLS | {"trial_rules_out_such_falls", "one_school_weighs_much"},
    ),
    "long spells in care with a worker": (
        long_spells_with_a_worker,
        {"care_interval_is_wide", "care_no_clear_change"},
    ),
    # What happens three times or not at all is more often nought than a count model expects.
    "more referrals with a worker": (
        more_in("referral", "intervention"),
        {"referrals_no_clear_change", "as_many_zeros_as_expected"},
    ),
    "more starts with a worker": (
        more_in("s17_start", "intervention"),
        {
            "s17_not_clear_in_stockport",
            "s17_no_clear_change_elsewhere",
            "as_many_zeros_as_expected",
        },
    ),
    "more enquiries without a worker": (
        more_in("s47_enquiry", "comparison"),
        {"s47_no_clear_change_in_stockport", "as_many_zeros_as_expected"},
    ),
    # Both arms rise, and what is said of them is not that either fell.
    "more starts in both arms": (more_everywhere("s17_start"), {"as_many_zeros_as_expected"}),
    # Nothing but rolls then moves the rate, and however little that is, it is seen clearly.
    "a child of each school always in care": (
        always_in_care,
        {"care_interval_is_wide", "care_no_clear_change"},
    ),
    "enquiries steady": (
        steady_enquiries,
        {
            "s47_lower_in_lambeth_and_southampton",
            "trial_rules_out_such_falls",
            "many_months_empty",
            "intervals_are_wide",
            "terms_before_are_uncertain",
            "one_school_weighs_much",
        },
    ),
    "a pair of two phases": (another_phase, {"each_school_has_a_comparison"}),
    "each school an area": (
        areas_of_one,
        {"fewer_areas_than_schools", "areas_permuted_show_nothing"},
    ),
}


# --- changes by hand of what an extract cannot easily change ----------------------------------


def column(name, value):
    """Write one value into a column of a result."""
    return lambda table: table.assign(**{name: value})


def sizes(value):
    """Write how often tests reject into a proof."""
    return lambda proof: replace(proof, table=proof.table.assign(size=value))


def without_a_set(schools):
    """Take the comparison school of one pair out of its set."""
    first = schools.index[schools["arm"] == "comparison"][0]
    return schools.assign(matched_set=schools["matched_set"].where(schools.index != first))


def other_directions(findings):
    """Say of the published outcomes that they rose."""
    return tuple({**each, "direction": "rose"} for each in findings)


SIZE = {
    "areas_reject_nothing", "noisy_schools_mislead", "primary_analysis_holds_its_size",
    "unequal_spread_misleads",
}  # fmt: skip
RESULTS = {
    "an extract supplied": (
        "origin", lambda origin: replace(origin, kind="supplied"),
        INVENTED,
    ),
    "an extract drawn without an effect": (
        "origin", lambda origin: replace(origin, scenarios=("no-effect",)),
        {"directions_are_built_in"},
    ),
    "an extract of two scenarios": (
        "origin", lambda origin: replace(origin, scenarios=("no-effect", "published-directions")),
        {"directions_are_built_in"},
    ),
    "a school compared with none": (
        "schools", without_a_set, {"each_school_has_a_comparison"},
    ),
    "a small fall would be seen": (
        "detectable_effects", column("fall_percent", 20.0), {"only_large_falls_seen"},
    ),
    "significant results tell the truth": (
        "exaggeration_risk", column("exaggeration", 1.1), {"significant_falls_mislead"},
    ),
    "trends are noticed": (
        "trend_detection", column("power_slope", 0.9), {"trends_go_unnoticed"},
    ),
    "selection is harmless": ("selection_effects", column("ratio", 1.0), {"selection_misleads"}),
    "a month of closure": (
        "calendar_months", column("after", "2020-03"), {"months_end_before_closure"},
    ),
    "tests reject as often as they say": (
        "size_proof", sizes(0.05), SIZE - {"primary_analysis_holds_its_size"},
    ),
    "tests reject too often": (
        "size_proof", sizes(0.1),
        SIZE - {"noisy_schools_mislead", "unequal_spread_misleads"},
    ),
    "one sentence in seventeen printed by chance": (
        "sentences_proof",
        lambda proof: replace(proof, table=proof.table.assign(printed=0.06, printed_high=0.06)),
        {"falsely_claimed", "selection_defeats_the_search"},
    ),
    "intervals hold a further pilot": (
        "pooling_proof",
        lambda proof: replace(proof, table=proof.table.assign(prediction_coverage=0.95)),
        {"normal_prediction_misleads"},
    ),
    "all at once is clear": (
        "adjusted_for_many", lambda table: table.assign(min_p=0.01, max_t=0.01),
        {"lambeth_exceeds_all_at_once", "both_exceed_by_largest_statistic"},
    ),
    "no check against anything": (
        "check_findings", column("against", 0),
        {"worst_check", "slope_rejects_once", "mostly_out_of_balance"},
    ),
    "no school weighs much": ("leverages", column("leverage", 0.1), {"one_school_weighs_much"}),
    "only very unlike schools explain it": (
        "hidden_bias_bounds", column("gamma_explains", 9.0), {"hidden_bias_explains"},
    ),
    "falls wherever one looks": (
        "scenario_effects_proof",
        lambda proof: replace(proof, table=proof.table.assign(share_below_1=0.9)),
        {"direction_is_a_coin"},
    ),
    "a trial with a clear fall": (
        "trial",
        lambda trial: {**trial, "ratio": 0.3, "ratio_low": 0.2, "ratio_high": 0.4},
        {"no_ground_to_repeat", "trial_answers", "trial_found_no_benefit", "trial_leaves_open",
         "trial_rules_out_such_falls"},
    ),
    "other findings published": (
        "published_findings", other_directions, {"published_outcomes_as_told"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def dataflow():
    return graph.build(), graph.inputs(ROOT, EVALUATION.directory, STUDY)


@pytest.fixture(scope="module")
def accepted():
    return committed(["accepted_tables"])["accepted_tables"]


@pytest.fixture(scope="module")
def results(dataflow):
    """What the claims take, as the committed extract gives it."""
    graph_built, inputs = dataflow
    nodes = graph.nodes(graph_built)
    taken = {need for name in CLAIMS for need in nodes[name].needs} - set(inputs)
    return committed(sorted(taken))


def fallen(dataflow, overrides):
    graph_built, inputs = dataflow
    claims = graph_built.execute(CLAIMS, inputs=inputs, overrides=overrides)
    return {name for name in CLAIMS if not claims[name].holds}


def untouched(results, changed, dataflow):
    """Return the results that rest on none of the tables changed, or on a simulation."""
    nodes = graph.nodes(dataflow[0])
    files = {f"{name}.csv": (name,) for name in changed}
    return {
        name: value
        for name, value in results.items()
        if name in SIMULATED or not graph.data_files(name, nodes, files)
    }


@pytest.mark.parametrize("edit", EDITS)
def test_a_change_by_hand_fells_what_it_contradicts(edit, dataflow, accepted, results):
    change, expected = EDITS[edit]
    tables = {name: table.copy() for name, table in accepted.items()}
    change(tables)
    changed = [name for name in tables if not tables[name].equals(accepted[name])]
    same = untouched(results, changed, dataflow)
    assert fallen(dataflow, {**same, "accepted_tables": tables}) == expected


@pytest.mark.parametrize("edit", RESULTS)
def test_another_result_fells_what_rests_on_it(edit, dataflow, results):
    node, change, expected = RESULTS[edit]
    assert fallen(dataflow, {**results, node: change(results[node])}) == expected


def test_every_sentence_can_fall():
    edits = [*EDITS.values(), *((None, expected) for *_, expected in RESULTS.values())]
    seen = set().union(*SCENARIOS.values(), *(expected for _, expected in edits))
    assert set(CLAIMS) - seen == set()
