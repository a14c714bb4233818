"""The gate: a good extract passes, and each kind of breach is named where it is."""

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.contracts import ContractResults, describe, raise_if_broken, read_contracts, validate
from analysis.errors import ContractBroken, NothingTested

ROOT = Path(__file__).parents[2]
CONTRACTS = {
    name: contract
    for name, contract in read_contracts(ROOT / "data_contracts").items()
    if name in ("schools", "school_months", "children", "child_events")
}
MONTHS = [str(month) for month in pd.period_range("2017-05", "2020-02", freq="M")]


def extract() -> dict[str, pd.DataFrame]:
    """Return the smallest extract that breaks no rule: two schools, two children."""
    rows = {
        "schools": [
            "S001,Lambeth,secondary,intervention,LAM-01,LAM-A,900,30.5,2019-05-01",
            "S002,Lambeth,secondary,comparison,LAM-01,LAM-B,950,31.0,",
        ],
        "school_months": [f"{s},{m},900,yes" for s in ("S001", "S002") for m in MONTHS],
        "children": [
            "C00001,S001,2005-03,2016-09-01,",
            "C00002,S002,2006-03,2017-09-01,2019-12-01",
        ],
        "child_events": [
            "E000001,C00001,S001,referral,2018-01-05",
            "E000002,C00002,S002,s47_enquiry,2019-10-05",
        ],
    }
    return {
        name: pd.DataFrame(
            [row.split(",") for row in lines], columns=CONTRACTS[name].column_names, dtype=str
        )
        for name, lines in rows.items()
    }


def broken_by(tables: dict[str, pd.DataFrame]) -> dict[str, tuple[int, ...]]:
    """Return the rows that break each rule of severity error."""
    return {r.rule: r.rows for r in validate(tables, CONTRACTS).of("fail")}


def test_a_good_extract_passes() -> None:
    results = validate(extract(), CONTRACTS)
    assert results.of("fail", "nothing tested") == ()
    assert (results.outcome, results.exit_code) == ("pass", 0)
    raise_if_broken(results)


@pytest.mark.parametrize(
    ("dataset", "row", "column", "value", "rule"),
    [
        ("child_events", 0, "school_id", "S999", "child_events-school_id-known"),
        ("child_events", 1, "event_date", "05/10/2019", "child_events-event_date-type"),
        ("child_events", 1, "event_date", "2019-02-30", "child_events-event_date-type"),
        ("child_events", 1, "event_date", "", "child_events-event_date-required"),
        ("child_events", 1, "event_date", "2020-03-01", "child_events-event_date-range"),
        ("child_events", 1, "event_date", "2017-06-01", "child_events-event_date-first_day"),
        ("child_events", 1, "event_date", "2019-12-02", "child_events-event_date-last_day"),
        ("child_events", 0, "event_type", "Referral", "child_events-event_type-code"),
        ("child_events", 0, "event_id", "E000001\n", "child_events-event_id-pattern"),
        ("children", 1, "last_day", "2017-08-31", "children-last_day-order"),
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
    assert broken_by(tables)[rule] == (row + 2,)


def test_a_value_that_cannot_be_read_is_not_also_called_missing() -> None:
    tables = extract()
    tables["child_events"].loc[1, "event_date"] = "soon"
    assert set(broken_by(tables)) == {"child_events-event_date-type"}


def test_both_rows_of_a_repeated_key_are_named() -> None:
    tables = extract()
    tables["school_months"].loc[3, "month"] = tables["school_months"].loc[4, "month"]
    found = broken_by(tables)
    assert found["school_months-key"] == (5, 6)
    assert found["schools-months-sent"] == (2,)


def test_the_header_must_be_the_contracts() -> None:
    tables = extract()
    tables["children"] = tables["children"].rename(columns={"last_day": "left", "first_day": "C9"})
    result = validate(tables, CONTRACTS).of("fail")[0]
    assert result.rule == "children-columns"
    # An identifier where a name should be may be data: a file sent without its header.
    assert result.seen == (
        "no column first_day",
        "no column last_day",
        "unknown column with a name that is no plain word",
        "unknown column left",
    )


def test_a_column_sent_twice_is_reported() -> None:
    tables = extract()
    tables["children"].insert(5, "last_day", "", allow_duplicates=True)
    assert "column last_day twice" in validate(tables, CONTRACTS).of("fail")[0].seen


def test_a_missing_file_and_a_file_without_contract_fail() -> None:
    tables = extract()
    tables["pupils"] = tables.pop("children")
    assert {"children-file", "extract-files"} <= set(broken_by(tables))


def test_an_empty_file_is_not_a_pass() -> None:
    tables = extract()
    tables["child_events"] = tables["child_events"].iloc[:0]
    results = validate(tables, CONTRACTS)
    assert (results.outcome, results.exit_code) == ("nothing tested", 4)
    with pytest.raises(NothingTested, match="child_events"):
        raise_if_broken(results)


def test_the_error_lists_every_breach_and_no_value() -> None:
    tables = extract()
    tables["child_events"].loc[0, "school_id"] = "S999"
    tables["schools"].loc[1, "pupils"] = "98765"
    with pytest.raises(ContractBroken) as caught:
        raise_if_broken(validate(tables, CONTRACTS))
    message = str(caught.value)
    assert "2 rules in 2 files" in message
    assert "child_events.csv, row 2, column school_id: rule child_events-school_id-known" in message
    assert "seen: above 2500" in message
    assert "remedy:" in message
    assert "S999" not in message
    assert "98765" not in message


def test_a_warning_does_not_stop() -> None:
    tables = extract()
    tables["school_months"].loc[:5, "returned"] = "no"
    results = validate(tables, CONTRACTS)
    assert [r.rule for r in results.of("warn")] == ["school_months-returned-mostly"]
    assert (results.outcome, results.exit_code) == ("warn", 0)
    assert "WARN" in describe(results)


def test_results_survive_json_and_lose_their_rows_in_public() -> None:
    tables = extract()
    tables["child_events"].loc[0, "school_id"] = "S999"
    results = validate(tables, CONTRACTS)
    assert ContractResults.from_json(results.to_json()) == results
    public = json.loads(results.public().to_json())
    assert all(entry["rows"] == [] for entry in public["results"])
    # Two children and one failing row of theirs are counts from 1 to 5.
    assert public["rows"]["children"] == "[c]"
    failing = [e["failing"] for e in public["results"] if e["outcome"] == "fail"]
    assert failing == ["[c]"]
