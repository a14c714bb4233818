"""What leaves the dataflow, what two releases reveal, and what a build leaves behind."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.contracts import read_contracts
from analysis.contracts.typed import typed_texts
from analysis.disclosure import PUBLIC, ReleaseException, held, revealed_by
from analysis.errors import ConfigurationError, ExhibitHeld
from analysis.exhibits.clearance import cleared
from analysis.exhibits.exhibit import Figure
from audit.repository import Commit
from report.building import refuse_unready
from report.cleaning import clean
from report.clearing import NUMBERS, read_release, refuse_revealing

ROOT = Path(__file__).parents[2]
FIGURE = Figure(
    svg='<path d="M 1.23456 7.65432"/>',
    alt="Points.",
    data=pd.DataFrame({"ratio": [1.23456789], "n": [1234]}),
    columns={"ratio": "ratio", "n": "children"},
)
HELD = replace(FIGURE, status=held("Too few."))
EXCEPTION = ReleaseException("rates", "A. Statistician", "Known already.", date(2020, 5, 1))
COMMIT = Commit(id="0" * 40, clean=True, time=0)


def test_an_exhibit_leaves_at_printed_precision() -> None:
    out = cleared("rates", FIGURE, ())
    assert out.data.to_dict("records") == [{"ratio": 1.23, "n": 1234}]
    assert out.svg == '<path d="M 1.2 7.7"/>'


def test_a_held_exhibit_stops_a_release() -> None:
    with pytest.raises(ExhibitHeld) as stopped:
        refuse_unready({"rates": cleared("rates", HELD, ())}, COMMIT)
    assert stopped.value.exit_code == 6


def test_an_exception_lets_it_through_and_says_who_and_why() -> None:
    out = cleared("rates", HELD, (EXCEPTION,))
    refuse_unready({"rates": out}, COMMIT)
    assert "A. Statistician" in out.status.reason
    assert "Known already." in out.status.reason


def write_release(folder: Path, cells: list[object], number: str) -> Path:
    (folder / "exhibits").mkdir(parents=True)
    frame = pd.DataFrame({"arm": ["a", "b"], "events": cells})
    frame.to_csv(folder / "exhibits" / "rates.csv", index=False)
    records = [{"id": "total", "kind": "number", "printed": number}]
    (folder / "ledger.json").write_text(json.dumps({"records": records}), encoding="utf-8")
    return folder


def test_two_releases_are_compared_as_they_were_published(tmp_path: Path) -> None:
    before = read_release(write_release(tmp_path / "old", ["c", 12], "1,230"), {"rates", "total"})
    now = read_release(write_release(tmp_path / "new", [4, 12], "1,233"), {"rates", "total"})
    found = revealed_by(now, [before], PUBLIC)
    assert {(each.exhibit, each.cell) for each in found} == {
        ("rates", "arm a: events"),
        (NUMBERS, "number total: count"),
    }
    with pytest.raises(ExhibitHeld, match="rates"):
        refuse_revealing(found)


def test_a_release_without_a_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no ledger"):
        read_release(tmp_path, set())


def test_clean_restricted_leaves_the_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "study.toml").touch()
    for name in (".report", "_exhibits", "_book"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    assert clean(restricted=True) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"study.toml", "_book"}
    assert clean(restricted=False) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]


def test_a_day_in_the_year_19_is_no_day() -> None:
    column = read_contracts(ROOT / "data_contracts")["care_episodes"].column("started")
    days = typed_texts(pd.Series(["0019-05-01", "2019-05-01"]), column)
    assert days.isna().tolist() == [True, False]
