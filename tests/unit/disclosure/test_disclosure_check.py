"""What leaves the dataflow, what two releases reveal, and what a build leaves behind."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.contracts import read_contracts
from analysis.contracts.typed_tables import typed_texts
from analysis.disclosure import (
    PUBLIC,
    WITHHELD,
    ReleasedData,
    ReleaseException,
    Status,
    held,
    released,
    revealed_by,
    suppressed,
)
from analysis.errors import ConfigurationError, ExhibitHeld
from analysis.evaluation import Evaluation
from analysis.exhibits.parts.disclosure_check import cleared
from analysis.exhibits.parts.exhibit import Claim, Exhibit, Figure, Number, Table
from audit.trace.repository import BOOKS
from report.checks.readiness import refuse_unready
from report.checks.release import earlier_releases, refuse_revealing, released_data
from report.commands.build import check_exceptions
from report.commands.clean import clean
from tests.unit.audit import sealed
from tests.unit.audit.whole import whole

ROOT = Path(__file__).parents[3]
FIGURE = Figure(
    svg='<path d="M 1.23456 7.65432"/>',
    alt="Points.",
    data=pd.DataFrame({"ratio": [1.23456789], "n": [1234]}),
    columns={"ratio": "ratio", "n": "children"},
)
HELD = replace(FIGURE, status=held("Too few."))
EXCEPTION = ReleaseException("rates", "A. Statistician", "Known already.", date(2020, 5, 1))


def test_an_exhibit_leaves_at_printed_precision() -> None:
    out = cleared("rates", FIGURE, ())
    assert out.data.to_dict("records") == [{"ratio": 1.23, "n": 1234}]
    assert out.svg == '<path d="M 1.2 7.7"/>'


def rates(*events: object) -> Figure:
    data = pd.DataFrame({"events": pd.Series(events, dtype=object)})
    return replace(FIGURE, data=data, columns={"events": "events"})


TOGETHER = suppressed("2 counts of 162 hidden as [c].")
"""As four figures of one system of cells have it."""


def test_a_figure_says_of_itself_alone_what_is_hidden() -> None:
    out = cleared("rates", replace(rates(8, 9), status=TOGETHER), (), released("Together."))
    assert (out.status.outcome, out.status.reason) == ("released", "Together.")
    assert cleared("rates", replace(rates(8, "c"), status=TOGETHER), ()).status == TOGETHER


def test_a_result_that_is_withheld_is_counted_though_nobody_gave_a_status() -> None:
    table = Table(("Pilot", "Ratio"), (("A", "[c]"), ("B", "0.5")), (False, True),
                  pd.DataFrame({"a": [1]}), {"a": "a"})  # fmt: skip
    out = cleared("effects", table, (), released("By models."))
    assert out.status.outcome == "released after suppression"
    assert out.status.reason.startswith("1 of 4 values hidden as [c]")
    withheld = cleared("rates", rates(8, WITHHELD), (), released("By models."))
    assert withheld.status.reason.startswith("1 of 2 values")


SHOWN = {"arm": ["3 children"]}


@pytest.mark.parametrize(
    "exhibit",
    [
        Figure("<svg>3 children</svg>", "3 children", pd.DataFrame(SHOWN), {"arm": "arm"}),
        Table(("Arm",), (("3 children",),), (False,), pd.DataFrame(SHOWN), {"arm": "arm"},
              "3 children", "3 children"),
        Number(3, "3 children", "events", 3, (3.0, 3.5)),
        Claim("3 children", "at least one", False, "3 children", ()),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [held("Too few."), None])
def test_nothing_of_a_held_exhibit_leaves_the_dataflow(
    exhibit: Exhibit, status: Status | None
) -> None:
    out = cleared("rates", replace(exhibit, status=status), ())
    assert out.status.held
    assert "3" not in repr(out)
    assert "3" not in getattr(out, "data", pd.DataFrame()).to_csv()


def test_the_drawing_of_a_held_figure_is_taken_away(tmp_path: Path) -> None:
    evaluation = Evaluation(tmp_path)
    evaluation.write_drawing("rates", FIGURE)
    assert (tmp_path / "_exhibits" / "rates.svg").is_file()
    evaluation.write_drawing("rates", cleared("rates", HELD, ()))
    assert not (tmp_path / "_exhibits" / "rates.svg").exists()


def test_a_held_exhibit_stops_a_release() -> None:
    with pytest.raises(ExhibitHeld) as stopped:
        refuse_unready({"rates": cleared("rates", HELD, ())})
    assert "rates: Too few." in stopped.value.what
    assert "exceptions.toml" in stopped.value.remedy
    assert stopped.value.exit_code == 6


def test_an_exception_lets_it_through_and_says_who_and_why() -> None:
    out = cleared("rates", HELD, (EXCEPTION,))
    refuse_unready({"rates": out})
    assert "A. Statistician" in out.status.reason
    assert "Known already." in out.status.reason


def test_an_exception_for_no_exhibit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data_contracts").mkdir()
    (tmp_path / "data_contracts" / "exceptions.toml").write_text(
        '[[exception]]\nexhibit = "ratse"\nname = "A"\nreason = "B"\ndate = 2020-05-01\n'
    )
    with pytest.raises(ConfigurationError, match=r"no exhibit 'ratse'[^?]*mean rates\?"):
        check_exceptions(tmp_path, ["rates"])
    check_exceptions(tmp_path, ["ratse"])


def write_release(folder: Path, cells: list[object], number: str) -> Path:
    (folder / "exhibits").mkdir(parents=True)
    rates = [c / 7 if c != "c" else c for c in cells]
    # The reason is the same in every release: an estimate that is withheld in each reveals none.
    frame = pd.DataFrame({"arm": ["a", "b"], "events": cells, "rate": rates,
                          "reason": [WITHHELD, ""]})  # fmt: skip
    frame.to_csv(folder / "exhibits" / "rates.csv", index=False)
    described = {"arm": "Arm", "events": "Events", "rate": "Events a month"}
    records = [
        sealed.record("rates", "T1", "table", "Arm | Events", described=described),
        sealed.record("total", "N1", "number", number, n=20),
    ]
    ledger = whole(sealed.ledger() | {"records": records})
    (folder / "ledger.json").write_text(json.dumps(ledger), encoding="utf-8")
    return folder


def read(folder: Path) -> dict[str, ReleasedData]:
    (bundle,) = earlier_releases([folder])
    return released_data(bundle, {"rates", "total"})


@pytest.mark.parametrize("name", ["", "ledger.json"])
def test_two_releases_are_compared_as_they_were_published(tmp_path: Path, name: str) -> None:
    before = read(write_release(tmp_path / "old", ["c", 12], "1,230") / name)
    now = read(write_release(tmp_path / "new", [4, 13], "1,233") / name)
    found = revealed_by(now, [before], PUBLIC)
    assert {(each.exhibit, each.cell) for each in found} == {
        ("rates", "arm a: events"),
        ("rates", "arm a: rate"),
        ("rates", "arm b: events"),
        ("total", "printed"),
    }
    with pytest.raises(
        ExhibitHeld, match=r"rates: arm b: events: [^;]*\n.*exceptions.toml"
    ) as stop:
        refuse_revealing(found)
    assert stop.value.exit_code == 6


def test_a_release_without_a_change_passes(tmp_path: Path) -> None:
    before = read(write_release(tmp_path / "old", ["c", 12], "1,230"))
    assert revealed_by(before, [before], PUBLIC) == ()


def spoil(folder: Path, part: str) -> Path:
    """Write a release and spoil one part of it."""
    write_release(folder, ["c", 12], "1,230")
    ledger = folder / "ledger.json"
    whole = json.loads(ledger.read_bytes())
    match part:
        case "missing":
            return folder / "nowhere"
        case "no ledger":
            ledger.unlink()
        case "another json":
            (folder / "other.json").write_text("{}")
            return folder / "other.json"
        case "no PDF":
            (folder / "a.pdf").write_bytes(ledger.read_bytes())
            return folder / "a.pdf"
        case "cut short":
            ledger.write_bytes(ledger.read_bytes()[:-20])
        case "records of another kind":
            ledger.write_text(json.dumps(whole | {"records": [{"name": "x"}]}))
        case "records no list":
            ledger.write_text(json.dumps(whole | {"records": 3}))
        case "another report":
            ledger.write_text(json.dumps(whole | {"records": []}))
        case "ragged data":
            (folder / "exhibits" / "rates.csv").write_text("a,b\n1,2,3,4\n5\n1,2,3,4,5,6\n")
        case "no data":
            (folder / "exhibits" / "rates.csv").write_bytes(b"")
        case "emptied data":
            (folder / "exhibits" / "rates.csv").write_text("arm,events,rate\n")
        case "renamed data":
            (folder / "exhibits" / "rates.csv").rename(folder / "exhibits" / "other.csv")
        case "edited data":
            named = [dict(record, data="0" * 64) for record in whole["records"]]
            ledger.write_text(json.dumps(whole | {"records": named}))
        case "binary data":
            (folder / "exhibits" / "rates.csv").write_bytes(b'"\xff\x00')
    return folder


@pytest.mark.parametrize(
    "part",
    ["missing", "no ledger", "another json", "no PDF", "cut short", "records of another kind",
     "records no list", "another report", "ragged data", "no data", "binary data",
     "emptied data", "renamed data", "edited data"],
)  # fmt: skip
def test_what_is_no_release_is_refused_with_its_place(tmp_path: Path, part: str) -> None:
    with pytest.raises(ConfigurationError, match="--against") as refused:
        read(spoil(tmp_path / "old", part))
    assert refused.value.remedy


def test_clean_restricted_leaves_the_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "study.toml").touch()
    (tmp_path / "index.typ").touch()  # a PDF that Quarto could not make
    for name in (".report", ".quarto", "_exhibits", "_book", "._book-killed", "._book-summary-k"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    assert clean(restricted=True) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"study.toml", "_book"}
    assert clean(restricted=False) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]


def test_the_book_of_every_edition_is_known_as_one() -> None:
    editions = [path.read_text("utf-8") for path in ROOT.glob("_quarto-*.yml")]
    folders = {name for text in editions for name in re.findall(r"output-dir: (\S+)", text)}
    assert len(folders) > 1
    assert {"_book", *folders} == set(BOOKS)


def test_a_day_in_the_year_19_is_no_day() -> None:
    column = read_contracts(ROOT / "data_contracts")["care_episodes"].column("started")
    days = typed_texts(pd.Series(["0019-05-01", "2019-05-01"]), column)
    assert days.isna().tolist() == [True, False]
