"""The gate: a good extract passes, and each kind of breach is named where it is."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from analysis.contracts import ContractResults, describe, raise_if_broken, read_contracts, validate
from analysis.contracts.expectations import expectations
from analysis.errors import ContractBroken, NothingTested
from tests.fixtures.extract import (
    CANDIDATES,
    good_extract,
    with_candidates,
    with_control_totals,
)

ROOT = Path(__file__).parents[3]
CONTRACTS = read_contracts(ROOT / "data_contracts")
Tables = dict[str, pd.DataFrame]


def extract() -> Tables:
    return {
        name: pd.DataFrame(rows, dtype="str")
        for name, rows in good_extract().items()
        if name in CONTRACTS
    }


def with_totals() -> Tables:
    sent = with_control_totals(good_extract(), CONTRACTS)
    return {name: pd.DataFrame(rows, dtype="str") for name, rows in sent.items()}


def breaches(tables: Tables, *rules: str) -> dict[str, tuple[int, ...]]:
    """Return the rows that break each of some rules of severity error."""
    return {r.rule: r.rows for r in validate(tables, CONTRACTS, only=rules).of("fail")}


@cache
def results_of_two_breaches() -> ContractResults:
    tables = extract()
    tables["child_events"].loc[0, "school_id"] = "S999"
    tables["schools"].loc[1, "pupils"] = "98765"
    return validate(tables, CONTRACTS)


def test_a_good_extract_passes_every_rule() -> None:
    sent = with_candidates(good_extract())[CANDIDATES]
    results = validate(with_totals() | {CANDIDATES: pd.DataFrame(sent, dtype="str")}, CONTRACTS)
    assert results.of("fail", "warn") == ()
    assert (results.outcome, results.exit_code) == ("pass", 0)
    raise_if_broken(results)
    known = {e.rule.id for c in CONTRACTS.values() for e in expectations(c, CONTRACTS)}
    files = {f"{name}-file" for name in CONTRACTS}
    assert {r.rule for r in results.results} == known | files


def test_an_extract_without_candidate_schools_passes_and_says_so() -> None:
    rule = "candidate_schools-file-unsent"
    results = validate(with_totals(), CONTRACTS, only={rule})
    (found,) = [r for r in results.results if r.dataset == CANDIDATES]
    assert (found.rule, found.outcome, found.stops) == (rule, "nothing tested", False)
    assert results.outcome == "pass"


@pytest.mark.parametrize(
    ("dataset", "row", "column", "value", "rule"),
    [
        ("child_events", 0, "school_id", "S999", "child_events-school_id-known"),
        ("child_events", 1, "event_date", "05/10/2019", "child_events-event_date-type"),
        ("child_events", 1, "event_date", "2019-02-30", "child_events-event_date-type"),
        ("child_events", 1, "event_date", "", "child_events-event_date-required"),
        ("child_events", 1, "event_date", "2020-03-01", "child_events-event_date-range"),
        ("child_events", 1, "event_date", "2016-06-01", "child_events-event_date-first_day"),
        ("child_events", 0, "event_type", "Referral", "child_events-event_type-code"),
        ("child_events", 0, "event_id", "E000001\n", "child_events-event_id-pattern"),
        ("children", 1, "last_day", "2016-08-31", "children-last_day-order"),
        ("schools", 0, "pupils", "19", "schools-pupils-range"),
        ("schools", 0, "pupils", "900.0", "schools-pupils-type"),
        ("schools", 0, "start_date", "", "schools-start_date-intervention"),
        ("schools", 1, "start_date", "2019-05-01", "schools-start_date-comparison"),
        ("school_months", 5, "month", "2019-13", "school_months-month-type"),
    ],
)
def test_a_wrong_cell_is_named_with_its_row(
    dataset: str, row: int, column: str, value: str, rule: str
) -> None:
    tables = extract()
    tables[dataset].loc[row, column] = value
    # The header is row 1 of the file, so the first record is row 2.
    assert breaches(tables, rule) == {rule: (row + 2,)}


def test_a_value_that_cannot_be_read_is_not_also_called_missing() -> None:
    tables = extract()
    tables["child_events"].loc[1, "event_date"] = "soon"
    rules = ("child_events-event_date-required", "child_events-event_date-type")
    assert set(breaches(tables, *rules)) == {"child_events-event_date-type"}


def test_both_rows_of_a_repeated_key_are_named() -> None:
    tables = extract()
    tables["school_months"].loc[3, "month"] = tables["school_months"].loc[4, "month"]
    assert breaches(tables, "school_months-key", "schools-months-sent") == {
        "school_months-key": (5, 6),
        "schools-months-sent": (2,),
    }


def test_the_header_must_be_the_contracts() -> None:
    tables = extract()
    tables["children"] = tables["children"].rename(columns={"last_day": "left", "first_day": "C9"})
    (result,) = validate(tables, CONTRACTS, only={"children-columns"}).results
    # An identifier where a name should be may be data: a file sent without its header.
    assert result.seen == (
        "no column first_day",
        "no column last_day",
        "unknown column with a name that is not a plain word",
        "unknown column left",
    )


def test_a_column_sent_twice_is_reported() -> None:
    tables = extract()
    tables["children"].insert(5, "last_day", "", allow_duplicates=True)
    (result,) = validate(tables, CONTRACTS, only={"children-columns"}).results
    assert result.seen == ("column last_day twice",)


def test_a_missing_file_and_a_file_without_contract_fail() -> None:
    tables = extract()
    tables["pupils"] = tables.pop("children")
    assert {"children-file-missing", "pupils-file-unexpected"} == set(breaches(tables, ""))


def test_an_empty_file_is_not_a_pass() -> None:
    tables = extract()
    tables["children"] = tables["children"].iloc[:0]
    results = validate(tables, CONTRACTS, only={"children-child_id-required"})
    assert (results.outcome, results.exit_code) == ("nothing tested", 4)
    with pytest.raises(NothingTested, match=r"children\.csv"):
        raise_if_broken(results)


def test_the_error_lists_every_breach_and_no_value() -> None:
    with pytest.raises(ContractBroken) as caught:
        raise_if_broken(results_of_two_breaches())
    message = str(caught.value)
    assert (
        "child_events.csv, row 2, column school_id\n  rule:     child_events-school_id-known"
        in message
    )
    assert "schools.csv, row 3, column pupils\n  rule:     schools-pupils-range" in message
    assert "seen:     above 2500" in message
    assert "remedy:" in message
    assert "S999" not in message
    assert "98765" not in message


def test_a_warning_does_not_stop() -> None:
    tables = extract()
    tables["school_months"].loc[:150, "returned"] = "no"
    results = validate(tables, CONTRACTS, only={"school_months-returned-all"})
    assert [r.rule for r in results.of("warn")] == ["school_months-returned-all"]
    assert (results.outcome, results.exit_code) == ("warn", 0)
    assert "WARN" in describe(results)


def test_results_as_json_lose_their_rows_in_public() -> None:
    results = results_of_two_breaches()
    written = {e["rule"]: e["rows"] for e in json.loads(results.to_json())["results"]}
    assert written == {each.rule: list(each.rows) for each in results.results}
    public = json.loads(results.public().to_json())
    assert all(entry["rows"] == [] for entry in public["results"])
    failing = {e["rule"]: e["failing"] for e in public["results"] if e["outcome"] == "fail"}
    # One event of a child is a count from 1 to 5; one school is no secret.
    assert failing["child_events-school_id-known"] == "[c]"
    assert failing["schools-pupils-range"] == 1


def test_files_and_columns_are_nobody_s_records() -> None:
    tested = {r.rule: r.tested for r in results_of_two_breaches().public().results}
    assert tested["child_events-file"] == 1
    assert tested["child_events-columns"] == len(CONTRACTS["child_events"].columns)


def test_rows_about_children_are_published_to_the_nearest_ten() -> None:
    results = ContractResults(
        tuple(
            replace(r, tested=7132, failing=26)
            for r in results_of_two_breaches().results
            if r.rule in ("child_events-school_id-known", "schools-pupils-range")
        ),
        {"child_events": (("child_events.csv", 7132),), "schools": (("schools.csv", 74),)},
        {"child_events": 7132, "schools": 74},
    ).public()
    assert {r.dataset: (r.tested, r.failing) for r in results.results} == {
        "child_events": (7130, 30),
        "schools": (7132, 26),
    }
    assert results.rows == {"child_events": 7130, "schools": 74}
    assert results.files["child_events"] == (("child_events.csv", 7130),)


def test_how_many_rows_of_schools_keep_a_rule_on_childrens_records_is_not_published() -> None:
    tables = extract()
    # So many that a month without any can't be chance.
    events = pd.concat([tables["child_events"]] * 30, ignore_index=True)
    lambeth = events["school_id"].isin(
        tables["schools"].loc[tables["schools"]["pilot"] == "Lambeth", "school_id"]
    )
    # A month without any event in the pilot: as many rows as it has schools would name it.
    tables["child_events"] = events[~(lambeth & events["event_date"].str.startswith("2018-03"))]
    rules = {
        "school_months-volume-none",
        "school_months-pupils-jump",
        "schools-enquiries-plausible",
    }
    found = validate(tables, CONTRACTS, only=rules)
    (broken,) = found.of("fail")
    assert (broken.rule, broken.failing) == ("school_months-volume-none", 16)
    waived = replace(broken, waiver="A. Person, 1 May 2020, up to 16 rows: known")
    public = replace(found, results=(waived, *found.of("pass"))).public().results
    assert {r.rule: (r.tested, r.failing) for r in public} == {
        "school_months-volume-none": ("[c]", "[c]"),
        "schools-enquiries-plausible": ("[c]", 0),
        "school_months-pupils-jump": (2442, 0),
    }
    assert "up to [c] rows" in public[0].waiver


def test_a_large_table_is_tested_as_a_small_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = extract()
    tables["child_events"].loc[0, "school_id"] = "S999"
    tables["child_events"].loc[1, "event_date"] = ""
    tables["child_events"].loc[[2, 5], "event_date"] = "2030-01-01"
    tables["child_events"].loc[3, "event_id"] = tables["child_events"].loc[4, "event_id"]
    tables["care_episodes"].loc[0, "ended"] = "soon"
    rules = {
        mapped.rule.id
        for name in ("child_events", "care_episodes")
        for mapped in expectations(CONTRACTS[name], CONTRACTS)
    }
    small = validate(tables, CONTRACTS, only=rules)
    monkeypatch.setattr("analysis.contracts.engine.LARGE", 1)
    assert validate(tables, CONTRACTS, only=rules) == small
    assert len(small.of("fail")) >= 6


def test_no_digest_is_made_of_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations marks a batch with one where it is let; it is slow, and a leak."""
    made: list[int] = []
    results = validate(extract(), CONTRACTS, only={"schools-pilot-code"})  # imports it quietly
    monkeypatch.setattr(
        "great_expectations.execution_engine.pandas_execution_engine.hash_pandas_dataframe",
        lambda frame: made.append(len(frame)),
    )
    assert validate(extract(), CONTRACTS, only={"schools-pilot-code"}) == results
    assert made == []


def of_one_misspelt_pilot() -> ContractResults:
    tables = extract()
    tables["schools"]["pilot"] = tables["schools"]["pilot"].replace("Lambeth", "LB Lambeth")
    tables["activity_log"].loc[0, "hours"] = "much"
    # Of control totals there are none: a warning, told after what stops.
    del tables["care_episodes"]
    return validate(tables, CONTRACTS)


def test_causes_come_before_what_follows_from_them() -> None:
    results = of_one_misspelt_pilot()
    shown = [
        line.split()[1] for line in describe(results).splitlines() if line.startswith("  rule:")
    ]
    assert shown[:3] == ["care_episodes-file-missing", "activity_log-hours-type",
                         "schools-pilot-code"]  # fmt: skip
    by_rule = {result.rule: result.follows for result in results.results}
    assert by_rule["child_events-referral-lambeth"] == ("schools-pilot-code",)
    assert by_rule["schools-pilot-lambeth"] == ("schools-pilot-code",)
    assert by_rule["schools-pilot-code"] == ()
    # Ten and more rules that read the pilot are broken; each says why.
    after = [rule for rule in shown[3:] if not by_rule[rule]]
    assert after == ["control_totals-file-absent"]
    assert len(shown) > 10


def test_a_breach_that_reads_other_values_follows_from_none() -> None:
    assert {result.follows for result in results_of_two_breaches().of("fail")} >= {()}
    results = {result.rule: result for result in results_of_two_breaches().results}
    assert results["child_events-school_id-known"].follows == ()


def test_what_is_said_fits_a_terminal() -> None:
    for results in (of_one_misspelt_pilot(), results_of_two_breaches()):
        text = describe(results, extract(), every_rule=True)
        assert max(len(line) for line in text.splitlines()) <= 80


def test_rules_that_lack_one_thing_are_told_once() -> None:
    text = describe(of_one_misspelt_pilot())
    (lacking,) = [line for line in text.splitlines() if line.endswith(": no care_episodes.csv")]
    assert lacking == "children.csv: no care_episodes.csv"
    assert "nothing tested  children-used" not in text


def test_twenty_rows_are_named_and_all_are_counted() -> None:
    tables = extract()
    tables["child_events"].loc[:29, "event_type"] = "Referral"
    results = validate(tables, CONTRACTS, only={"child_events-event_type-code"})
    text = " ".join(describe(results).split())
    assert "rows 2, 3, 4, 5, 6" in text
    assert "20, 21, … (30 in all), column event_type" in text
    assert "22" not in text


@pytest.mark.parametrize(("rows", "outcome"), [(29, "nothing tested"), (30, "warn")])
def test_a_share_of_blanks_is_judged_in_pilots_of_thirty_rows(rows: int, outcome: str) -> None:
    tables = extract()
    first = tables["evidence"].iloc[[0] * rows].assign(pathway="")
    tables["evidence"] = first.assign(evidence_id=[f"Q{n:04d}" for n in range(rows)])
    (result,) = validate(tables, CONTRACTS, only={"evidence-pathway-missing"}).results
    assert (result.outcome, result.failing, result.stops) == (
        outcome,
        rows if outcome == "warn" else 0,
        False,
    )
