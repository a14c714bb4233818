"""A breach passes by a waiver on file, up to the size it covers, and is printed."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from analysis.contracts import (
    ContractResults,
    Waiver,
    describe,
    dictionary,
    read_contracts,
    read_waivers,
    rule_list,
    validate,
    with_waivers,
)
from analysis.contracts.dictionary import DICTIONARY_COLUMNS, RULE_COLUMNS
from analysis.errors import ConfigurationError
from analysis.exhibits.appendix.contract_tables import contract_warnings
from tests.fixtures.extract import good_extract

ROOT = Path(__file__).parents[3]
CONTRACTS = read_contracts(ROOT / "data_contracts")
RULE = "children-last_day-order"
TEXT = f"""
[[waiver]]
rule = "{RULE}"
rows = 1
reason = "The school closed; its registers are gone."
name = "D. Manager"
date = 2020-04-01
"""


def tables() -> dict[str, pd.DataFrame]:
    found = {name: pd.DataFrame(rows, dtype="str") for name, rows in good_extract().items()}
    found["children"].loc[0, "last_day"] = "2016-09-01"
    return found


@cache
def broken() -> ContractResults:
    return validate(tables(), CONTRACTS, only={RULE})


def read(directory: Path, text: str) -> tuple[Waiver, ...]:
    path = directory / "waivers.toml"
    path.write_text(text, "utf-8")
    return read_waivers(path)


def test_a_waived_breach_is_a_warning_that_names_who_and_why(tmp_path: Path) -> None:
    assert broken().outcome == "fail"
    results = with_waivers(broken(), read(tmp_path, TEXT), CONTRACTS)
    assert results.outcome == "warn"
    text = " ".join(describe(results).split())
    assert "waiver: D. Manager, 01 April 2020, up to 1 row: The school closed" in text


def test_a_breach_of_more_rows_than_waived_still_fails() -> None:
    found = tables()
    found["children"].loc[1, "last_day"] = "2016-09-01"
    results = validate(found, CONTRACTS, only={RULE})
    waiver = Waiver(RULE, 1, "Known.", "D. Manager", date=pd.Timestamp("2020-04-01").date())
    (result,) = with_waivers(results, [waiver], CONTRACTS).results
    assert result.outcome == "fail"
    assert result.waiver.startswith("not covered")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('name = "D. Manager"\n', "", "lacks a valid name"),
        ("rows = 1", 'rows = "all"', "lacks a valid rows"),
        ("2020-04-01", '"April"', "lacks a valid date"),
        ("rows = 1", "rows = 0", "an empty waiver"),
        (RULE, "children-birth_month-type", "has no waiver"),
        (RULE, "children-file-encoding", "has no waiver"),
        (RULE, "child_events-child_id-known", "has no waiver"),
        ("rows =", "lines = 3\nrows =", "unknown lines"),
        ("[[waiver]]", "[[waiver", "cannot be read"),
        ("[[waiver]]", "[[waivers]]", "something other than waivers"),
        ("[[waiver]]", "[waiver]", "something other than waivers"),
        ("2020-04-01", "2999-04-01", "is in the future"),
        ("2020-04-01\n", f"2020-04-01\n{TEXT}", "is waived already"),
    ],
)
def test_a_waiver_that_is_not_whole_is_refused(
    tmp_path: Path, old: str, new: str, what: str
) -> None:
    with pytest.raises(ConfigurationError, match=what):
        read(tmp_path, TEXT.replace(old, new))


def test_a_waiver_for_no_rule_is_refused(tmp_path: Path) -> None:
    waivers = read(tmp_path, TEXT.replace(RULE, "children-shoe-size"))
    with pytest.raises(ConfigurationError, match="children-shoe-size"):
        with_waivers(broken(), waivers, CONTRACTS)


def test_a_waiver_that_nothing_needs_is_told(tmp_path: Path) -> None:
    found = {name: pd.DataFrame(rows, dtype="str") for name, rows in good_extract().items()}
    good = validate(found, CONTRACTS, only={RULE})
    results = with_waivers(good, read(tmp_path, TEXT), CONTRACTS)
    assert results.outcome == "pass"
    text = " ".join(describe(results).split())
    assert "These waivers cover nothing; take them out:" in text
    assert "not needed, nothing breaks the rule (D. Manager, 01 April 2020" in text


def test_the_report_prints_waivers_and_warnings(tmp_path: Path) -> None:
    results = with_waivers(broken(), read(tmp_path, TEXT), CONTRACTS)
    (row,) = contract_warnings(results).rows
    assert row[0] == "children"
    assert row[1] == f"A child leaves no earlier than it came. ({RULE})"
    # One child is a count from 1 to 5, and which row it is nobody is told.
    assert row[2:4] == ("warning", "[c]")
    assert row[4].startswith("D. Manager, 01 April 2020, up to [c] rows: The school closed")
    assert contract_warnings(ContractResults((), {}, {})).rows == (("none", "", "", "", ""),)


def test_values_are_shown_only_where_they_are_asked_for() -> None:
    assert "2016-09-01" not in describe(broken())
    assert "last_day='2016-09-01'" in describe(broken(), tables())


def test_the_dictionary_describes_every_column_and_rule() -> None:
    columns = dictionary(CONTRACTS)
    assert list(columns) == list(DICTIONARY_COLUMNS)
    assert len(columns) == sum(len(contract.columns) for contract in CONTRACTS.values())
    assert (columns[["description", "type", "sensitivity"]] != "").all(axis=None)
    values = columns.set_index(["file", "column"])["values"]
    assert values["school_months.csv", "returned"] == "yes, no (expected in 0.8% of rows)"
    assert values["activity_log.csv", "hours"] == "0.25 to 12 in steps of 0.25"
    rules = rule_list(CONTRACTS)
    assert list(rules) == list(RULE_COLUMNS)
    assert rules["rule"].is_unique
    assert (rules.drop(columns="column") != "").all(axis=None)
