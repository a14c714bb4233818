"""DuckDB reads, validates and counts events as pandas does, out of core."""

import gc
import shutil
import tempfile

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


def with_memory(gigabytes):
    """Return settings with less memory than a person may set, for a test of seconds."""
    scale = Scale("duckdb")
    object.__setattr__(scale, "memory_gb", gigabytes)
    return scale


def repeated_often(folder, copies):
    """Write the stand-in with its events so many times, under other identifiers."""
    shutil.copytree(SOUND, folder, dirs_exist_ok=True)
    path = folder / "child_events.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    assert header.startswith("event_id,")
    rest = [row.partition(",")[2] for row in rows]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{header}\n")
        for copy in range(copies):
            start = copy * len(rest)
            file.writelines(f"E{start + n:08d},{each}\n" for n, each in enumerate(rest))
    return path.stat().st_size


def test_a_file_larger_than_the_memory_is_read_and_counted_whole(tmp_path):
    copies, memory_gb = 200, 0.05
    assert repeated_often(tmp_path, copies) > memory_gb * 1e9
    once, often = panel(sent(SOUND)), panel(sent(tmp_path, with_memory(memory_gb)))
    counted = once["outcome"].isin([each.name for each in read_study(ROOT / "study.toml").outcomes
                                    if each.measure == "events"])  # fmt: skip
    assert counted.sum() > 100
    expected = copies * once.loc[counted, "events"]
    pd.testing.assert_series_equal(often.loc[counted, "events"], expected, check_dtype=False)


def test_too_little_memory_is_named_with_its_remedy_and_nothing_is_left(tmp_path, monkeypatch):
    repeated_often(tmp_path / "sent", 20)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    with pytest.raises(ConfigurationError, match="DuckDB gave up") as raised:
        panel(sent(tmp_path / "sent", with_memory(0.001)))
    assert "raise memory_gb" in raised.value.remedy
    del raised
    gc.collect()
    assert list((tmp_path / "scratch").iterdir()) == []


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
