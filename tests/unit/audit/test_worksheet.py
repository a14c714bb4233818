"""A worksheet holds, for exhibits drawn at random, what checking them by hand takes."""

import json
import re
from html import unescape

import pytest

from analysis.errors import ConfigurationError
from audit.documents.worksheet import CHECKS, Worksheet, draw
from report.commands.worksheet import worksheet
from tests.unit.audit import sealed
from tests.unit.audit.whole import typed

CODE = {"file": "code.py", "first": 2, "last": 3, "sha256": "5" * 64, "uses": []}


def ledger(commit=None):
    whole = sealed.ledger(commit=commit)
    whole["code"] = {f"a.{record['id']}": CODE for record in whole["records"]}
    whole["settings"] = {"seed": {"line": 7, "sha256": "6" * 64}}
    known = {"dataset": "a", "column": "pupils", "severity": "warning", "tested": 12}
    whole["rules"] = [
        known | {"rule": "filled", "outcome": "warn", "failing": 3, "expected": "no gap"},
        known | {"rule": "unique", "outcome": "pass", "failing": 0, "expected": "one each"},
    ]
    for record in whole["records"]:
        whole["graph"][record["id"]]["settings"] = ["seed"]
        record |= {"files": ["a.csv"], "columns": {"a.csv": ["pupils"]}, "settings": ["seed"],
                   "seed": 11, "upstream": [record["function"]], "pages": [4],
                   "digest": "7" * 64}  # fmt: skip
        if record["kind"] == "number":
            record |= {"unit": "schools", "n": 1204, "interval": [0.52, 0.83]}
    return whole


def text(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<wbr>", "", html)))


def test_a_sheet_has_everything_to_check_an_exhibit_by_hand():
    data = {"one": "pilot,schools\nLambeth,8\n"}
    code = {"a.one": ["def one():", "    return 'Bars'"]}
    whole = ledger("c" * 40)
    whole["records"] = [each for each in whole["records"] if each["id"] in ("ratio", "one")]
    whole["records"][1]["described"] = {"schools": "Schools in the pilot"}
    said = text(Worksheet(typed(whole), data, code, "5", 2).html())
    for needed in (
        "F1 one (figure)", "Bars of 3 and 4.", "index.qmd:1; PDF page 4", "1,204", "0.52 to 0.83",
        "seed (study.toml:7)", "11", "7" * 64, "a.csv", "pupils", "0" * 64, "1 pass, 1 warn",
        "no gap", "Lambeth", "Schools in the pilot", "code.py:2-3", "5" * 64, "2 def one():",
        "3 return 'Bars'", "python -m report trace one --run",
        f"git show {'c' * 40}:code.py | sed -n 2,3p", *CHECKS, "Checked by", "Note:",
        "c" * 40,
    ):  # fmt: skip
        assert needed in said, needed
    assert "one each" not in said, "a rule that held is only counted"


def test_what_a_sentence_rests_on_stands_beside_it():
    whole = ledger()
    claim = sealed.record("said", "C1", "claim", "It fell.", rule="below 1", holds=False,
                          seen="0.66", evidence=["ratio", "gone"], function="a.one")  # fmt: skip
    whole["graph"]["said"] = whole["graph"]["one"]
    whole["records"].append(claim)
    said = text(Worksheet(typed(whole), {}, {}, "0", 99).html())
    assert "below 1: NOT satisfied, 0.66" in said
    assert "0.66 (0.52 to 0.83)" in said
    assert "not shown in the report" in said


def test_long_data_are_cut_and_it_is_said():
    data = {"one": "x\n" + "".join(f"{n}\n" for n in range(100))}
    said = Worksheet(typed(ledger()), data, {}, "0", 99).html()
    assert "And 40 rows more in one.csv" in said


def test_what_a_report_says_is_no_markup():
    whole = ledger()
    whole["records"][0]["printed"] = "<script>alert(1)</script>"
    assert "<script>" not in Worksheet(typed(whole), {}, {}, "0", 99).html()


def test_the_same_seed_draws_the_same_whatever_the_order():
    records = typed(ledger()).records
    names = [each.id for each in draw(records, "5", 3)]
    assert names == [each.id for each in draw(records[::-1], "5", 3)]
    assert names != [each.id for each in draw(records, "6", 3)]


def test_every_exhibit_may_be_drawn():
    records = typed(ledger()).records
    drawn = {draw(records, str(seed), 1)[0].id for seed in range(100)}
    assert drawn == {each.id for each in records}


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "study.toml").write_text("")
    (tmp_path / "code.py").write_text("import x\ndef one():\n    return 'Bars'\n")
    (tmp_path / ".report").mkdir()
    (tmp_path / ".report" / "ledger.json").write_text(json.dumps(ledger()))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_tells_the_seed_and_draws_the_same_again(project, capsys):
    assert worksheet(2, out=project / "one.html") == 0
    seed = re.search(r"--seed (\w+)", capsys.readouterr().out)[1]
    assert worksheet(2, seed=seed, out=project / "two.html") == 0
    first = (project / "one.html").read_text(encoding="utf-8")
    assert first == (project / "two.html").read_text(encoding="utf-8")
    assert "def one():" in first


def test_a_delivered_pdf_is_enough(project, tmp_path):
    pdf = sealed.make(tmp_path / "pdf")
    whole = ledger()
    sealed.edited(
        pdf,
        lambda opened: sealed.rewrite(opened, "ledger.json", lambda _: json.dumps(whole).encode()),
    )
    assert worksheet(7, seed="1", ledger=pdf, out=project / "one.html") == 0
    assert "Lambeth" in (project / "one.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("size", [0, -1, 8])
def test_a_sample_larger_than_the_report_is_refused(project, size):
    with pytest.raises(ConfigurationError, match="shows 7"):
        worksheet(size, out=project / "one.html")


def test_a_place_that_cannot_be_written_is_named(project):
    with pytest.raises(ConfigurationError, match="cannot be written"):
        worksheet(1, out=project / "none" / "one.html")
