"""Every rule has a mistake on file that it catches."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from analysis.contracts import ContractResults, read_contracts, validate
from analysis.contracts.expectations import expectations
from analysis.extract.files import read_files
from tests.fixtures.extract import good_extract
from tests.fixtures.faults import FILE_FAULTS, faults
from tests.fixtures.write import DOUBTFUL, INVALID, NOTHING_TESTED, fixtures, folder

ROOT = Path(__file__).parents[3]
CONTRACTS = read_contracts(ROOT / "data_contracts")
SEVERITIES = {
    mapped.rule.id: mapped.rule.severity
    for contract in CONTRACTS.values()
    for mapped in expectations(contract, CONTRACTS)
}


@cache
def good_tables() -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(rows, dtype="str") for name, rows in good_extract().items()}


def validate_folder(name: str, only: set[str] | None) -> ContractResults:
    read = read_files(folder(name), CONTRACTS)
    return validate(read.tables, CONTRACTS, only, read)


def test_every_rule_has_its_mistake() -> None:
    assert set(faults(CONTRACTS)) == set(SEVERITIES)


def test_the_folders_are_what_the_mistakes_make() -> None:
    made = fixtures()
    on_disk = {path for kind in (INVALID, DOUBTFUL) for path in kind.iterdir()}
    assert on_disk == {folder(name) for name in made}, "python -m tests.fixtures.write"
    for name, files in made.items():
        on_file = {path.name: path.read_bytes() for path in folder(name).iterdir()}
        assert on_file == files, f"{name}: python -m tests.fixtures.write"


@pytest.mark.parametrize("rule", sorted(SEVERITIES))
def test_the_rule_catches_its_mistake(rule: str) -> None:
    (result,) = [r for r in validate_folder(rule, {rule}).results if r.rule == rule]
    assert result.outcome == ("fail" if SEVERITIES[rule] == "error" else "warn")
    assert result.failing
    assert result.seen
    assert result.remedy


@pytest.mark.parametrize("rule", sorted(FILE_FAULTS))
def test_a_file_written_in_another_way_is_caught(rule: str) -> None:
    results = validate_folder(rule, set())
    assert [r.rule for r in results.of("fail")] == [rule]
    assert results.exit_code == 3


def test_a_file_with_a_header_alone_is_no_pass() -> None:
    results = validate_folder(NOTHING_TESTED, None)
    assert (results.outcome, results.exit_code) == ("nothing tested", 4)
