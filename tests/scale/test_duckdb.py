"""DuckDB reads, validates and counts events as pandas does, out of core."""

import pandas as pd
import pytest

from analysis.disclosure.outcomes import outcome_records
from analysis.errors import ConfigurationError
from analysis.scale.engines import engine
from analysis.study.balancing_outcomes import repeated
from analysis.study.scale import Scale
from analysis.study.settings import read_study
from tests.scale.conftest import ROOT
from tests.scale.extracts import SOUND, faulty, panel, sent, verdicts

pytestmark = [pytest.mark.scale, pytest.mark.filterwarnings("ignore:PySpark does not yet")]
DUCKDB = Scale("duckdb", memory_gb=0.5)


def test_every_verdict_on_faulty_events_is_the_same(tmp_path):
    folder = faulty(tmp_path)
    expected = verdicts(sent(folder))
    assert sum(result["outcome"] == "fail" for result in expected) > 12
    assert verdicts(sent(folder, DUCKDB)) == expected


def test_every_verdict_and_count_of_the_stand_in_is_the_same():
    in_memory, out_of_core = sent(SOUND), sent(SOUND, DUCKDB)
    assert out_of_core.files == in_memory.files
    assert verdicts(out_of_core) == verdicts(in_memory)
    expected = panel(in_memory)
    pd.testing.assert_frame_equal(panel(out_of_core), expected)
    events = out_of_core.tables["child_events"].events()
    frame = in_memory.tables["child_events"].sort_values("event_id")
    frame = frame.assign(event_date=pd.to_datetime(frame["event_date"]).astype("datetime64[us]"))
    pd.testing.assert_frame_equal(repeated(events, "referral"), repeated(frame, "referral"))
    study = read_study(ROOT / "study.toml")
    some = [outcome for outcome in study.outcomes if outcome.measure == "events"]
    given = (expected.loc[expected["returned"]], pd.DataFrame())
    pd.testing.assert_frame_equal(
        outcome_records(given[0], events, given[1], some),
        outcome_records(given[0], frame, given[1], some),
    )


def test_the_copy_of_the_events_is_removed_with_the_extract():
    extract = sent(SOUND, DUCKDB)
    folder = extract.tables["child_events"].folder.path
    assert list(folder.glob("*.parquet"))
    assert folder.stat().st_mode & 0o077 == 0
    del extract
    assert not folder.exists()


def test_a_failure_of_duckdb_is_one_message_with_a_remedy(tmp_path):
    with pytest.raises(ConfigurationError) as raised, engine(DUCKDB, tmp_path) as running:
        running.connection.raw_sql("select error('the disk is full')")
    assert "the disk is full" in raised.value.what
    assert raised.value.remedy
    assert raised.value.exit_code == 2


def test_the_end_of_the_dataflow_is_the_same():
    """A few nodes at the end of the dataflow, each computed with both engines."""
    from dataclasses import replace

    from analysis.dataflow import graph

    study = read_study(ROOT / "study.toml")
    wanted = ["outcome_panel", "released_outcomes", "main_effects", "contract_counts"]
    found = [
        graph.build().execute(wanted, inputs=graph.inputs(ROOT, SOUND, replace(study, scale=scale)))
        for scale in (Scale(), DUCKDB)
    ]
    for name in ("outcome_panel", "main_effects", "contract_counts"):
        pd.testing.assert_frame_equal(found[1][name], found[0][name])
    for name, table in found[0]["released_outcomes"].tables.items():
        pd.testing.assert_frame_equal(found[1]["released_outcomes"].tables[name], table)
