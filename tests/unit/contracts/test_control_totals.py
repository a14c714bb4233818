"""Control totals: what is totalled, what confirms it, and who is told where there are none."""

import csv
import io
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.contracts import ContractResults, read_contracts, validate
from analysis.contracts.implied_rules import all_rules
from analysis.contracts.totals.file import control_totals_text
from analysis.contracts.totals.plans import PLANS, Plan
from analysis.contracts.totals.table import Table, control_totals
from analysis.errors import ConfigurationError
from analysis.exhibits.appendix.contract_tables import control_totals_outcome, warnings_outcome
from analysis.extract.extract import Origin
from audit.documents.certificate import as_text
from audit.ledger.provenance import RuleOutcome
from benchmarks.devised import CORRUPTIONS
from benchmarks.devised.judging import judge
from report.commands.build import _outcome
from report.commands.control_totals import control_totals as write_totals
from tests.fixtures.extract import good_extract, with_control_totals, write_extract
from tests.unit.audit.whole import bare, typed_record

ROOT = Path(__file__).parents[3]
CONTRACTS = read_contracts(ROOT / "data_contracts")
ABSENT = "control_totals-file-absent"
Tables = dict[str, pd.DataFrame]


def good() -> Tables:
    return {name: pd.DataFrame(rows, dtype="str") for name, rows in good_extract().items()}


@cache
def results(*, totals: bool) -> ContractResults:
    tables = good_extract()
    sent = with_control_totals(tables, CONTRACTS) if totals else tables
    frames = {name: pd.DataFrame(rows, dtype="str") for name, rows in sent.items()}
    return validate(frames, CONTRACTS, only={"control_totals-parts", ABSENT})


def test_rows_and_sums_of_a_table_by_hand() -> None:
    plan = Plan({(): ("rows", "day"), ("school_id", "type"): ("rows", "hours")},
                types=("kind",), year="day")  # fmt: skip
    school = pd.Series(["S001", "S001", None], dtype="category")
    day = pd.Series(pd.to_datetime(["1899-12-31", "1900-01-09", None]))
    kind = pd.Series([1.0, 2.0, 2.0])
    hours = pd.Series([0.25, 1.5, 2.0])
    found = [
        (row["total_of"], row["school_id"], row["type"], row["total"])
        for row in control_totals({"log": Table(plan, school, day, kind, hours)})
    ]
    # The days are 1 and 10 after 30 December 1899.
    assert found == [
        ("rows", "all", "all", 3.0),
        ("day", "all", "all", 11.0),
        ("rows", "S001", "kind=1", 1.0),
        ("rows", "S001", "kind=2", 1.0),
        ("rows", "none", "kind=2", 1.0),
        ("hours", "S001", "kind=1", 0.25),
        ("hours", "S001", "kind=2", 1.5),
        ("hours", "none", "kind=2", 2.0),
    ]


def test_totals_are_of_every_file_and_of_columns_that_it_has() -> None:
    assert set(PLANS) == {name for name, each in CONTRACTS.items() if not each.optional}
    for name, plan in PLANS.items():
        assert set(plan.columns) <= set(CONTRACTS[name].column_names), name
    agree = {f"control_totals-agree-{name}" for name in PLANS}
    assert agree <= {rule.id for rule in all_rules(CONTRACTS["control_totals"])}


def test_they_are_counts_of_children_and_published_as_such() -> None:
    assert CONTRACTS["control_totals"].sensitivity == "child"


def test_identifiers_count_by_their_number_and_blanks_as_none() -> None:
    text = control_totals_text(good(), CONTRACTS, "2020-03-31")
    rows = list(csv.DictReader(io.StringIO(text)))
    total = {(r["file"], r["total_of"], r["school_id"], r["type"]): r["total"] for r in rows}
    # Workers W01 to W03 and W01 to W05 again go to the eight schools of Lambeth, and so on.
    numbers = [int(r["worker_id"][1:]) for r in good_extract()["deployments"]]
    assert total["deployments", "worker_id", "all", "all"] == str(sum(numbers))
    blank = sum(not r["pathway"] for r in good_extract()["evidence"])
    assert total["evidence", "rows", "all", "pathway=none"] == str(blank)


def test_the_file_is_written_to_be_confirmed_and_never_over_another(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    write_extract(tmp_path, good_extract())
    assert write_totals(tmp_path, None) == 0
    assert "counts of children" in capsys.readouterr().out
    path = tmp_path / "control_totals.csv"
    tables = good() | {"control_totals": pd.read_csv(path, dtype=str, keep_default_na=False)}
    rule = "control_totals-confirmed_on-required"
    found = validate(tables, CONTRACTS, only={rule})
    assert [r.rule for r in found.of("fail")] == [rule]
    with pytest.raises(ConfigurationError, match="already"):
        write_totals(tmp_path, None)


def test_a_file_that_lacks_a_column_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    tables = good_extract()
    for row in tables["activity_log"]:
        del row["hours"]
    write_extract(tmp_path, tables)
    with pytest.raises(ConfigurationError, match=r"no column hours in activity_log\.csv"):
        write_totals(tmp_path, None)


# --- where there are none -------------------------------------------------------------------


def test_an_extract_without_them_is_accepted_with_a_warning() -> None:
    found = results(totals=False)
    assert [r.rule for r in found.of("warn")] == [ABSENT]
    assert found.exit_code == 0
    assert results(totals=True).of("warn") == ()


def waived() -> ContractResults:
    found = results(totals=True)
    return replace(found, results=tuple(replace(r, outcome="warn") for r in found.results))


def test_the_summary_says_what_the_sender_confirmed() -> None:
    text = (ROOT / "chapters" / "executive-summary.qmd").read_text(encoding="utf-8")
    box = text[text.index("::: {.callout-important}") :].partition("\n:::")[0]
    assert "numbers.control_totals_outcome" in box
    supplied, invented = (Origin(kind, "", "") for kind in ("supplied", "invented"))
    both = (results(totals=True), waived())
    said = [control_totals_outcome(each, supplied).text for each in both]
    assert control_totals_outcome(both[0], invented).text == (
        f"{said[0].removesuffix('.')} (invented too)."
    )
    assert said == [
        "The files agree with the control totals that came with them.",
        "The files differ from their sender's control totals, and someone answers for it.",
    ]
    without = results(totals=False)
    assert control_totals_outcome(without, invented).text.startswith("No control totals")
    assert ABSENT in warnings_outcome(without).text
    assert warnings_outcome(results(totals=True)).text.startswith("No rule")


def outcome(dataset: str, rule: str, said: str) -> RuleOutcome:
    return RuleOutcome(dataset, rule, "", "warning", said, 1, 0, "")


def certificate(*rules: RuleOutcome, label: str = "") -> str:
    ledger = replace(bare([typed_record("x", "T1", "table", "A | B")], "abc"), label=label)
    return " ".join(as_text(replace(ledger, rules=rules)).split())


def certified(found: ContractResults) -> str:
    passed = outcome("control_totals", "control_totals-file", "pass")
    return certificate(passed, *(outcome(r.dataset, r.rule, r.outcome) for r in found.results))


def test_the_certificate_says_it_too() -> None:
    assert "agree with the control totals" in certified(results(totals=True))
    assert "differ from the data supplier's" in certified(waived())
    text = certificate(outcome("control_totals", ABSENT, "warn"))
    assert "No control totals came with the data" in text
    assert f"gave a warning: {ABSENT}" in text


def test_no_supplier_is_said_to_have_confirmed_what_is_invented() -> None:
    passed = outcome("control_totals", "control_totals-file", "pass")
    said = certificate(passed, label="Invented data")
    assert "control totals, which are invented" in said
    assert "supplier" not in said
    assert "the data supplier confirmed" in certificate(passed)


def test_the_end_of_a_build_names_every_warning() -> None:
    unlabelled = SimpleNamespace(label="", commit=SimpleNamespace(id="a"))
    told = "\n".join(_outcome({"contract_results": results(totals=False)}, [], unlabelled))
    assert f"  warning: {ABSENT}: not so: Control" in told


# --- damage devised by hand -----------------------------------------------------------------


DEVISED = ROOT / "data" / "proofs" / "devised.csv"
SAMPLE = (
    "Identifiers of all pairs exchanged between arms in the authorities' files",
    "One event in four of intervention schools lost after the start",
    "referrals and Section 17 starts exchanged in Lambeth",
    "Evidence on finding 3 flipped",
    "One total twice, with another number",
    "One file without totals",
)


@pytest.fixture(scope="module")
def devised() -> pd.DataFrame:
    assert DEVISED.is_file(), f"{DEVISED}: no such file; write it with `make prove`"
    return pd.read_csv(DEVISED, keep_default_na=False)


def test_no_corruption_is_silent_once_totals_are_given(devised: pd.DataFrame) -> None:
    assert list(devised["corruption"]) == [each.name for each in CORRUPTIONS]
    assert len(CORRUPTIONS) >= 200
    assert set(devised["with_control_totals"]) == {"refused"}
    assert "silent" in set(devised["without_control_totals"])


@pytest.mark.parametrize("name", SAMPLE)
def test_the_table_is_what_the_rules_make_of_it(devised: pd.DataFrame, name: str) -> None:
    (corruption,) = [each for each in CORRUPTIONS if each.name == name]
    (row,) = devised[devised["corruption"] == name].to_dict("records")
    assert judge(corruption) == row
