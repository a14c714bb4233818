"""Where columns of shared frames come from, as written down, and what shuffling them changes."""

import numpy as np
import pytest

from analysis.contracts import read_contracts
from analysis.dataflow import data, graph
from analysis.evaluation import Evaluation
from analysis.extract.extract import read_extract
from audit.trace.shared_frames import BY_OUTCOME, COUNTED, DAYS, DECIDING, SHARED
from tests.conftest import ROOT

SCHOOLS_A_PILOT = 8
TABLES = ("schools", "school_months", "child_events")
MADE_OF_TABLES = [name for name in SHARED if name not in ("protected_panel", "disclosed_panel")]


@pytest.fixture(scope="module")
def dataflow():
    evaluation = Evaluation(ROOT)
    return graph.build(), graph.inputs(ROOT, evaluation.directory, evaluation.study)


@pytest.fixture(scope="module")
def values(dataflow):
    """The tables of a few schools, and the frames made of them."""
    contracts = read_contracts(ROOT / "data_contracts")
    extract = read_extract(ROOT / "data" / "synthetic", contracts)
    tables = {name: data._accepted(each, contracts[name]) for name, each in extract.tables.items()}
    chosen = tables["schools"].groupby("pilot").head(SCHOOLS_A_PILOT)["school_id"]
    about_schools = (
        "schools",
        "school_months",
        "child_events",
        DAYS,
        "deployments",
        "activity_log",
    )
    for name in about_schools:
        at_chosen = tables[name]["school_id"].isin(chosen)
        tables[name] = tables[name].loc[at_chosen].reset_index(drop=True)
    driver, inputs = dataflow
    return {**tables, **driver.execute(MADE_OF_TABLES, inputs=inputs, overrides=tables)}


def shuffled(frame, column):
    order = np.random.default_rng([7, *column.encode()]).permutation(len(frame))
    return frame.assign(**{column: frame[column].array.take(order)})


@pytest.mark.parametrize("name", MADE_OF_TABLES)
def test_a_shuffled_column_changes_only_what_says_that_it_is_made_of_it(dataflow, values, name):
    driver, inputs = dataflow
    said = SHARED[name]
    assert set(values[name].columns) == set(said.columns)
    needs = [need for need in graph.nodes(driver)[name].needs if need in values]
    changes = set()
    for need in needs:
        for column in values[need].columns:
            source = f"{need}.{column}"
            if source in said.rows:
                continue
            overrides = {each: values[each] for each in needs}
            overrides[need] = shuffled(values[need], column)
            found = driver.execute([name], inputs=inputs, overrides=overrides)[name]
            changed = {c for c in said.columns if not found[c].equals(values[name][c])}
            assert {c for c in changed if source not in said.columns[c]} == set(), source
            changes |= {source} if changed else set()
    assert changes or all(not made for made in said.columns.values())


@pytest.mark.parametrize("name", ["protected_panel", "disclosed_panel"])
def test_what_is_hidden_in_a_panel_is_in_the_columns_that_say_so(values, name):
    from analysis.disclosure import concealed_months

    panel = values["outcome_panel"]
    tables = {
        table: panel.groupby(["outcome", "pilot", "arm", *period], observed=True, as_index=False)
        .agg(count=("events", "sum"))
        .astype({"count": object})
        for table, period in concealed_months.CELLS.items()
    }
    for table in tables.values():
        table.loc[table.index[::3], "count"] = "c"
    found = getattr(concealed_months, name)(panel, tables)
    changed = {column for column in panel if not found[column].equals(panel[column])}
    hidden = {c for c, made in SHARED[name].columns.items() if "released_outcomes" in made}
    assert changed == hidden


def test_every_node_that_is_named_is_there(dataflow):
    nodes = graph.nodes(dataflow[0])
    assert {*SHARED, *BY_OUTCOME, *COUNTED, DAYS} <= set(nodes)
    assert {source.partition(".")[0] for source in DECIDING} <= set(nodes)
    of_primary = {n for n in COUNTED if "primary_specifications" in nodes[n].needs}
    by_their_code = {"baseline_balance", "primary_effects", "school_flow_counts"}
    assert COUNTED - of_primary == by_their_code
    assert not any("main_specifications" in nodes[name].needs for name in COUNTED)


def test_days_in_care_are_in_no_row_on_events(dataflow, values):
    driver, inputs = dataflow
    episodes = shuffled(shuffled(values[DAYS], "school_id"), "started")
    for name in ("outcome_panel", "released_outcomes"):
        before, after = (
            driver.execute(
                [name],
                inputs=inputs,
                overrides={**{name: values[name] for name in TABLES}, DAYS: each},
            )[name]
            for each in (values[DAYS], episodes)
        )
        if name == "released_outcomes":
            before, after = before.tables["before_after"], after.tables["before_after"]
        of_days = before["outcome"] == "days_in_care"
        assert not before.loc[of_days].equals(after.loc[of_days])
        assert before.loc[~of_days].equals(after.loc[~of_days])
