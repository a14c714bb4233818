"""Events copied in blocks are the text that is read in memory, faults included."""

import hashlib
from dataclasses import replace

import pandas as pd
import pytest

from analysis.contracts import read_contracts
from analysis.errors import ConfigurationError
from analysis.extract.extract import _content_digest
from analysis.extract.files import FileForm, read_files
from analysis.scale import engines, staging
from analysis.scale.large_columns import codes_of
from analysis.scale.large_table import LargeTable, readers
from analysis.study.scale import Scale

NAMES = ("event_id", "child_id", "school_id", "event_type", "event_date")
ROWS = [[f"E{n:06d}", f"C{n % 7:05d}", "S001", "referral", f"2019-05-{n % 28 + 1:02d}"]
        for n in range(60)]  # fmt: skip
ROWS[3][1] = ""
SOUND = pd.DataFrame(ROWS, columns=list(NAMES), dtype="str")


@pytest.fixture
def contract(root):
    return read_contracts(root / "data_contracts")["child_events"]


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(staging, "BLOCK", 300)


def both(folder, contract):
    """Read the events in memory and in blocks."""
    folder_of_copy = staging.Folder("")

    def read(directory, names, form, contract):
        staged, parts = staging.stage(directory, names, form, contract, folder_of_copy.path)
        return LargeTable(staged, contract, Scale("duckdb"), folder_of_copy), parts

    contracts = {"child_events": contract}
    return read_files(folder, contracts), read_files(
        folder, contracts, None, {"child_events": read}
    )


def text(form, frame):
    sent = frame
    if form.date_format == "dd/MM/yyyy":
        days = frame["event_date"].str.replace(r"(\d+)-(\d+)-(\d+)", r"\3/\2/\1", regex=True)
        sent = frame.assign(event_date=days)
    separator = "\t" if form.delimiter == "tab" else form.delimiter
    lines = sent.to_csv(index=False, sep=separator, lineterminator="\n")
    return lines.encode(form.encoding if form.encoding != "windows-1252" else "cp1252")


@pytest.mark.parametrize(
    "form",
    [
        FileForm("child_events.csv"),
        FileForm("child_events.csv", encoding="utf-8-sig", delimiter=";", line_end="any"),
        FileForm("child_events.csv", "csv", "windows-1252", "tab", "dd/MM/yyyy"),
    ],
)
def test_each_form_of_text_gives_the_same_table(tmp_path, contract, form):
    frame = SOUND.assign(school_id="Sü1") if form.encoding == "windows-1252" else SOUND
    content = text(form, frame)
    content = content.replace(b"\n", b"\r\n") if form.line_end == "any" else content
    (tmp_path / "child_events.csv").write_bytes(content)
    in_memory, copied = both(tmp_path, replace(contract, forms=(form,)))
    expected, table = in_memory.tables["child_events"], copied.tables["child_events"]
    assert copied.parts == in_memory.parts
    pd.testing.assert_frame_equal(table.sent(range(2, 62)).reset_index(drop=True), expected)
    assert list(table.columns) == list(expected.columns)
    assert table.content_digest == _content_digest(expected)
    codes = codes_of(table, "child_id")
    decoded = [codes.texts[code] if code >= 0 else "" for code in codes.codes]
    assert decoded == expected["child_id"].tolist()


def test_parquet_in_parts_gives_the_same_table(tmp_path, contract):
    dated = SOUND.assign(event_date=pd.to_datetime(SOUND["event_date"]))
    for number, part in enumerate((dated[:25], dated[25:])):
        part.to_parquet(tmp_path / f"child_events-{number}.parquet", index=False)
    form = FileForm("child_events.parquet", "parquet", parts="child_events-*.parquet")
    in_memory, copied = both(tmp_path, replace(contract, forms=(form,)))
    table = copied.tables["child_events"]
    assert copied.parts == in_memory.parts
    pd.testing.assert_frame_equal(
        table.sent(range(2, 62)).reset_index(drop=True), in_memory.tables["child_events"]
    )


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (50, b"E000048,C00001,S001,referral\n"),  # too narrow
        (40, b"E000038,C00001,S\xff01,referral,2019-05-01\n"),  # not UTF-8
        (30, b'E000028,C00001,"S001,referral,2019-05-01\n'),  # a quotation mark left open
        (1, b"event_id;child_id;school_id;event_type;event_date\n"),
        (61, b"E000059,C00001,S001,referral,2019-05-01"),  # no line end
    ],
)
def test_a_faulty_file_is_reported_as_in_memory(tmp_path, contract, line, wrong):
    lines = text(FileForm("child_events.csv"), SOUND).splitlines(keepends=True)
    lines[line - 1] = wrong
    (tmp_path / "child_events.csv").write_bytes(b"".join(lines))
    in_memory, copied = both(tmp_path, contract)
    assert in_memory.problems["child_events"]
    assert [(p.kind, p.file, p.rows) for p in copied.problems["child_events"]] == [
        (p.kind, p.file, p.rows) for p in in_memory.problems["child_events"]
    ]


def test_an_empty_file_and_one_of_a_header_alone(tmp_path, contract):
    for content in (b"", b"event_id,child_id,school_id,event_type,event_date\n"):
        (tmp_path / "child_events.csv").write_bytes(content)
        in_memory, copied = both(tmp_path, contract)
        assert copied.problems == in_memory.problems
        assert {n: len(t) for n, t in copied.tables.items()} == {
            n: len(t) for n, t in in_memory.tables.items()
        }
        assert hashlib.sha256(content).hexdigest() in str(copied.parts) or copied.problems


def test_pandas_needs_no_engine_and_others_name_what_is_missing(tmp_path, monkeypatch):
    assert readers(Scale()) == {}
    monkeypatch.setattr(engines, "find_spec", {}.get)
    with (
        pytest.raises(ConfigurationError, match="needs ibis, duckdb, not installed") as raised,
        engines.engine(Scale("duckdb"), tmp_path),
    ):
        pass
    assert "make scale" in raised.value.remedy


def test_a_folder_that_is_not_there_is_named():
    with pytest.raises(ConfigurationError, match="no folder can be made there"):
        staging.Folder("/nowhere/at/all")


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"engine": "polars"}, "engine"),
        ({"engine": "spark"}, "cluster"),
        ({"engine": "duckdb", "cluster": "spark://head:7077"}, "cluster"),
        ({"engine": "spark", "cluster": "head:7077"}, "cluster"),
        ({"engine": "duckdb", "memory_gb": 0.1}, "memory_gb"),
    ],
)
def test_a_setting_that_can_not_work_is_refused(given, place):
    with pytest.raises(ConfigurationError) as raised:
        Scale(**given)
    assert raised.value.place == place
    assert raised.value.remedy
