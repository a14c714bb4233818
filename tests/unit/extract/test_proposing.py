"""A map proposed for a file is the map that turns it back, or says what is to be decided."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from analysis.contracts import read_contracts
from analysis.errors import ConfigurationError, ContractBroken
from analysis.extract.extract import read_extract
from analysis.extract.maps.proposal import best_dataset, propose, value_fit
from report.commands.map import map_file
from tests.fixtures.extract import Tables, good_extract, with_control_totals, write_extract
from tests.fixtures.returns import ROOT, as_cin_census, as_ssda903

CONTRACTS = read_contracts(ROOT / "data_contracts")
TABLES: Tables = with_control_totals(good_extract(), CONTRACTS)
EVENTS = pd.DataFrame(TABLES["child_events"], dtype="str")
KINDS = {"referral": "Referral", "s17_start": "S17 start", "s47_enquiry": "Strategy"}


def own(events: pd.DataFrame) -> pd.DataFrame:
    """Return events as a council might export them."""
    return pd.DataFrame(
        {
            "Worker": "x",
            "Date": pd.to_datetime(events["event_date"]).dt.strftime("%d/%m/%Y"),
            "Type of event": events["event_type"].map(KINDS),
            "Child ID": events["child_id"].str.removeprefix("C"),
            "Event No": events["event_id"].str.removeprefix("E"),
            "School": events["school_id"],
        }
    )


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_columns_codes_and_forms_are_proposed_by_name_and_value() -> None:
    found = best_dataset(own(EVENTS), CONTRACTS)
    assert (found.dataset, found.unused) == ("child_events", ("Worker",))
    entries = {each.to: each.entry for each in found.columns}
    assert entries == {
        "event_id": {"from": "Event No", "prefix": "E", "digits": 6},
        "child_id": {"from": "Child ID", "prefix": "C", "digits": 5},
        "school_id": {"from": "School"},
        "event_type": {
            "from": "Type of event",
            "codes": {"Referral": "referral", "S17 start": "s17_start", "Strategy": ""},
        },
        "event_date": {"from": "Date", "date": "dd/MM/yyyy"},
    }
    assert [each.to for each in found.columns if each.undecided] == ["event_type"]


def test_a_date_is_not_proposed_where_names_agree_and_values_do_not() -> None:
    events = own(EVENTS).assign(Date="soon").rename(columns={"Date": "event_date"})
    (date,) = (
        c for c in propose(events, CONTRACTS, "child_events").columns if c.to == "event_date"
    )
    assert date.undecided


def test_blanks_speak_against_a_column_that_must_be_filled() -> None:
    column = CONTRACTS["child_events"].column("event_date")
    filled, half = pd.Series(["2019-05-01"] * 2), pd.Series(["2019-05-01", ""])
    assert value_fit(filled, column, CONTRACTS) == (1, {})
    assert value_fit(half, column, CONTRACTS) == (0.5, {})
    assert value_fit(half.where(half == "", ""), column, CONTRACTS) == (0, {})


def test_what_the_file_lacks_is_numbered_or_looked_up() -> None:
    few = own(EVENTS).drop(columns=["Event No", "School"])
    found = {each.to: each.entry for each in propose(few, CONTRACTS, "child_events").columns}
    assert found["event_id"] == {"sequence": "E", "digits": 6}
    assert found["school_id"] == {"of": "children.school_id", "by": "child_id"}


def test_a_proposed_map_once_decided_and_confirmed_gives_the_dataset(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_extract(tmp_path, {n: rows for n, rows in TABLES.items() if n != "child_events"})
    file = tmp_path / "Events 2020.csv"
    own(EVENTS).to_csv(file, sep=";", index=False, encoding="cp1252", lineterminator="\r\n")
    assert map_file(file, None) == 0
    assert "TO BE DECIDED" in capsys.readouterr().out
    path = tmp_path / "maps" / "child_events.toml"
    undecided = path.read_text(encoding="utf-8")
    (problem,) = read_extract(tmp_path, CONTRACTS, unconfirmed=True).read.problems["child_events"]
    assert "'' is not a code of event_type" in problem.seen
    with pytest.raises(
        ContractBroken, match=r"nothing was tested\n.*'' is not a code of event_type"
    ):
        map_file(path, None)
    assert capsys.readouterr().out == ""
    decided = undecided.replace('"Strategy" = ""', '"Strategy" = "s47_enquiry"')
    path.write_text(decided, encoding="utf-8", newline="\n")
    (problem,) = read_extract(tmp_path, CONTRACTS).read.problems["child_events"]
    assert problem.kind == "map-confirmed"
    assert map_file(path, None) == 0
    said = capsys.readouterr().out
    assert "not confirmed: a build refuses it" in said
    confirmed = decided.replace(
        'confirmed = false\nby = ""', 'confirmed = true\nby = "A"\ndate = 2020-04-01'
    )
    path.write_text(confirmed, encoding="utf-8", newline="\n")
    table = read_extract(tmp_path, CONTRACTS).tables["child_events"]
    pd.testing.assert_frame_equal(table[list(EVENTS.columns)], EVENTS)


@pytest.mark.parametrize(
    ("name", "text", "dataset"),
    [
        ("episodes.csv", as_ssda903(TABLES["care_episodes"]), "care_episodes"),
        ("return.xml", as_cin_census(TABLES["child_events"]), "child_events"),
    ],
)
def test_a_published_layout_gets_the_map_that_ships(
    tmp_path: Path, name: str, text: str, dataset: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert map_file(tmp_path / name, None) == 0
    found = tomllib.loads((tmp_path / "maps" / f"{dataset}.toml").read_text(encoding="utf-8"))
    assert (found["file"], found["confirmed"]) == (name, False)
    assert found["specification"].startswith("Department for Education")
    with pytest.raises(ConfigurationError, match="there is a map for this dataset already"):
        map_file(tmp_path / name, None)


def test_a_map_that_sends_two_columns_to_one_says_so_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_extract(tmp_path, {n: rows for n, rows in TABLES.items() if n != "child_events"})
    own(EVENTS).to_csv(tmp_path / "own.csv", index=False, lineterminator="\n")
    assert map_file(tmp_path / "own.csv", None) == 0
    path = tmp_path / "maps" / "child_events.toml"
    twice = path.read_text(encoding="utf-8").replace('to = "school_id"', 'to = "child_id"')
    path.write_text(twice, encoding="utf-8", newline="\n")
    capsys.readouterr()
    with pytest.raises(ContractBroken, match=r"two columns, .* and .*, go to child_id") as raised:
        map_file(path, None)
    assert "file-missing" not in str(raised.value)
    assert "remedy: correct them, then run report map" in str(raised.value)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("a.doc", "x", "is of no kind that a map reads"),
        ("a.csv", "a,b\n1\n", "cannot be read: rows of another width"),
        ("a.csv", "p,q\n?,!\n", "looks like no dataset of the contracts"),
        ("a.xml", "<a/>", "is XML in no layout that a map ships for"),
        ("a.toml", "", "a map is tried in its own place"),
    ],
)
def test_a_file_that_cannot_be_mapped_is_refused(
    tmp_path: Path, name: str, text: str, what: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=what):
        map_file(tmp_path / name, None)
    assert not (tmp_path / "maps").exists()
