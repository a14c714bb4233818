"""A contract file that is wrong is refused with file, line, key and remedy."""

import shutil
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.contracts import ValidationError, read_contracts, refuse_without_column
from analysis.contracts.contract import OPTIONS
from analysis.contracts.engine import checked_result
from analysis.contracts.expectations import expectations
from analysis.contracts.typed_tables import in_steps
from analysis.errors import ConfigurationError
from analysis.extract.files.form import (
    DATE_FORMATS,
    DELIMITERS,
    ENCODINGS,
    FORMATS,
    LINE_ENDS,
    FileForm,
    file_form,
)

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "data_contracts"
CHILDREN = (FOLDER / "children.odcs.yaml").read_text("utf-8")


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def refusal(directory: Path, text: str) -> str:
    """Return the message about a folder in which children's contract reads so."""
    shutil.copytree(FOLDER, directory / "data_contracts")
    (directory / "data_contracts" / "children.odcs.yaml").write_text(text, "utf-8", newline="\n")
    with pytest.raises(ConfigurationError) as caught:
        map_every_rule(directory / "data_contracts")
    return str(caught.value)


def refused(folder: Path, old: str, new: str, what: str) -> None:
    """Assert that a contract with other words in it is refused, and its line and remedy named."""
    assert old in CHILDREN
    message = refusal(folder, CHILDREN.replace(old, new, 1))
    assert what in message
    assert "remedy:" in message
    assert message.startswith("data_contracts/children.odcs.yaml:")


def map_every_rule(directory: Path) -> None:
    contracts = read_contracts(directory)
    for contract in contracts.values():
        expectations(contract, contracts)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("kind: DataContract", "kind: [DataContract", "is not valid YAML"),
        ("status: active", "status: active\nstatus: draft", "key 'status' occurs twice"),
        ("status: active", "status: no", "'no' is a truth value"),
        ("status: active", "status: &a active\nname: *a", "contains the alias *a"),
        ("value: 75", "value: 12:30", "expectedMissingPercent is not a percentage"),
        ("apiVersion: v3.1.0", "apiVersion: v9.9.9", "'v9.9.9' is not one of"),
        ("apiVersion: v3.1.0", "apiVersion: v3.0.2", "is another version"),
        ("logicalType: date", "logicalType: day", "'day' is not one of"),
        ("classification: child", "classification: secret", "column 'child_id' needs it"),
        ("classification: child", "colour: red", "colour"),
        ("- name: children", "- name: pupils", "is 'pupils' in the contract named for 'children'"),
        ("encoding\n    value: utf-8-sig", "encoding\n    value: ebcdic", "is not a file form"),
        ("- property: lineEnd", "- property: line_ends", "line_ends"),
        ("- to: schools.school_id", "- to: schools.urn", "refers to schools.urn"),
        ("severity: error", "severity: fatal", "is 'fatal'"),
        ("businessImpact: Reversed", "method: Reversed", "the rule has no businessImpact"),
        ("- property: remedy", "- property: cure", "no customProperties.remedy"),
        ("id: children-first_day-birth", "id: children-last_day-order", "is given at"),
        ("engine: greatExpectations", "engine: soda", "only rules of the engine"),
        ("expect_column_pair_values_a_to_be_greater_than_b", "expect_column_kl_divergence_to_be",
         "no expectation 'expect_column_kl_divergence_to_be'"),
        ("column_A: last_day", "column_A: leaving_day", "no column 'leaving_day'"),
        ("column: derived.age_first_day", "column: derived.shoe_size", "derived.shoe_size"),
        ("column: derived.age_first_day", "column: fieldwork.method", "cannot be looked up"),
        ("ignore_row_if: either_value_is_missing", "mostly: 1", "lacks ignore_row_if"),
        ("or_equal: true", "or_equal: true\n        tolerance: 3", "does not take tolerance"),
        ("value: 75", "value: most", "expectedMissingPercent is not a percentage"),
        ("value: 75", "value: 100", "expectedMissingPercent is not a percentage"),
        ("value: 75", "value: -1", "expectedMissingPercent is not a percentage"),
        ("format: yyyy-MM-dd\n      minimum: \"2017", "exclusiveMinimum: \"2017",
         "the option exclusiveMinimum would not be tested"),
        ("property: expectedMissingPercent\n      value: 75",
         "property: expectedPercent\n      value: 5", "expectedPercent gives no percentage"),
        ("property: expectedMissingPercent\n      value: 75",
         "property: expectedPercent\n      value: {gone: 75}",
         "expectedPercent names 'gone', which validValues do not list"),
        ("required: true\n    classification: child\n    relationships",
         "required: true\n    classification: child\n    customProperties:\n"
         "    - property: expectedMissingPercent\n      value: 5\n    relationships",
         "expectedMissingPercent is given for a required column"),
        ("pattern: ^C[0-9]{5,8}$", "pattern: C[0-9]{5}", "does not span the whole value"),
        ("pattern: ^C[0-9]{5,8}$", "pattern: ^(C)[0-9]{5}$", "has a capturing group"),
        ("pattern: ^C[0-9]{5,8}$", "pattern: ^C[0-9{5}$", "is not a valid regular"),
        ("- property: expectedMissingPercent\n      value: 75", "- property: unit\n      value: a",
         "missingTolerance is not a number of points, or"),
        ("missingTolerance\n      value: 25", "missingTolerance\n      value: some",
         "missingTolerance is not a number of points"),
        ("column_A: last_day", "column_A: 7", "column_A of expect_column_pair"),
        ("or_equal: true", "or_equal: often", "or_equal of expect_column_pair"),
        ("or_equal: true", "or_equal: true\n        mostly: 95", "mostly of expect_column_pair"),
        ("ignore_row_if: either_value_is_missing", "ignore_row_if: sometimes", "ignore_row_if of"),
        ("max_value: 18.99", "max_value: many", "max_value is not a number"),
        ("max_value: 18.99", "max_value: -1", "min_value is above max_value"),
        ("max_value: 18.99", "max_value: [18, 19]", "max_value of expect_column_values"),
        ("maximum: \"2017-02\"", "maximum: \"2017-22\"", "max_value is not a day or month"),
        ("maximum: \"2017-02\"", "maximum: 2017", "2017 is not of type 'string'"),
        ("id: children-first_day-birth", "id: children-first_day-type", "implied"),
        ("name: last_day", "name: first_day", "two columns are called 'first_day'"),
        ("parameter: primary", "parameter: [primary]", "row_condition of"),
        ("row_condition: {", "row_condition: schools.phase == 'primary' #", "row_condition of"),
    ],
)  # fmt: skip
def test_a_broken_contract_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, what: str
) -> None:
    refused(tmp_path, old, new, what)


COLUMN = "  - name: first_day\n"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (COLUMN, COLUMN + "    physicalName: FIRST_DAY\n", "looked for under its name"),
        (COLUMN, COLUMN + "    physicalType: DATE\n", "key physicalType would not be tested"),
        (COLUMN, COLUMN + "    enum: [{value: a}]\n", "key enum would not be tested"),
        (COLUMN, COLUMN + "    encryptedName: x\n", "key encryptedName would not be tested"),
        (COLUMN, COLUMN + "    partitioned: true\n", "key partitioned would not be tested"),
        (COLUMN, COLUMN + "    primaryKeyPosition: 2\n", "has a position in the key but is not"),
        (COLUMN, COLUMN + "    customProperties: [{property: colour, value: red}]\n",
         "property colour would not be tested"),
        ("physicalName: children.csv", "physicalName: kids.csv", "is not one of the files"),
        ("  type: local", "  type: custom", "the type 'custom' would be read as a file"),
        ("  type: local", "  type: local\n  environment: prod", "key environment would not be"),
        ("status: active", "status: active\nslaProperties: [{property: latency, value: 1}]",
         "key slaProperties would not be tested"),
        ("format: yyyy-MM-dd\n      minimum", "format: dd/MM/yyyy\n      minimum",
         "is not a date format that can be read"),
    ],
)  # fmt: skip
def test_a_key_that_nothing_would_test_is_refused(
    tmp_path: Path, old: str, new: str, what: str
) -> None:
    refused(tmp_path, old, new, what)


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        ("schools", "- name: pupils\n", "- name: pupil_count\n",
         "computed from the column 'pupils' of schools"),
        ("schools", "- name: fsm_percent\n", "- name: free_meals\n",
         "computed from the column 'fsm_percent' of schools"),
        ("schools", "- name: phase\n", "- name: stage\n", "no column 'schools.phase'"),
        ("children", "- name: birth_month\n", "- name: born\n", "birth_month"),
    ],
)  # fmt: skip
def test_a_renamed_column_that_rules_are_computed_from_is_named(
    tmp_path: Path, file: str, old: str, new: str, what: str
) -> None:
    shutil.copytree(FOLDER, tmp_path / "data_contracts")
    path = tmp_path / "data_contracts" / f"{file}.odcs.yaml"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_contracts(tmp_path / "data_contracts")
    assert what in str(caught.value)
    assert caught.value.remedy


def test_a_column_that_the_report_computes_with_is_named() -> None:
    contracts = read_contracts(FOLDER)
    with pytest.raises(ConfigurationError, match="computes with 'pupil'") as caught:
        refuse_without_column(KeyError("pupil"), contracts)
    assert "pupils is near it" in str(caught.value)
    refuse_without_column(KeyError("pupils"), contracts)  # a fault of the program
    refuse_without_column(KeyError(3), contracts)


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
@pytest.mark.parametrize("name", ["encoding", "delimiter", "dateFormat", "lineEnd"])
def test_what_only_a_csv_file_has_is_refused_of_another(form: str, name: str) -> None:
    own = {"encoding": "utf-8", "delimiter": ";", "dateFormat": "dd/MM/yyyy", "lineEnd": "any"}
    server = {"path": f"a.{form}", "format": form,
              "customProperties": [{"property": name, "value": own[name]}]}  # fmt: skip
    with pytest.raises(ValueError, match="would be ignored"):
        file_form(server)
    file_form(server | {"path": "a.csv", "format": "csv"})


def test_every_form_is_explained() -> None:
    text = (ROOT / "docs" / "extract-files.md").read_text("utf-8")
    for value in (*FORMATS, *ENCODINGS, *DELIMITERS, *DATE_FORMATS, *LINE_ENDS, *OPTIONS):
        assert f"`{value}`" in text or f"`{value}: " in text, value
    for field in fields(FileForm):
        words = field.name.split("_")
        assert f"`{words[0]}{''.join(word.title() for word in words[1:])}`" in text, field.name


def test_a_step_is_held_to() -> None:
    values = pd.Series([0.0, 5.0, 860.0, 863.0, np.nan, -10.0])
    assert in_steps(values, 5).tolist()[:4] == [1, 1, 1, 0]
    assert np.isnan(in_steps(values, 5)[4])
    tenths = pd.Series([round(n / 10, 1) for n in range(1001)])
    assert in_steps(tenths, 0.1).all()
    assert not in_steps(tenths + 0.05, 0.1).any()


def test_the_line_is_that_of_the_key(tmp_path: Path) -> None:
    text = CHILDREN.replace("logicalType: date", "logicalType: day", 1)
    message = refusal(tmp_path, text)
    assert message.startswith(f"data_contracts/children.odcs.yaml:{line_of(text, 'Type: day')},")
    assert "key schema.0.properties.2.logicalType" in message


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ({"type": "text"}, "only rules of the engine"),
        ({"type": "sql", "query": "SELECT 1", "mustBe": 0}, "key query would not be tested"),
        ({"type": "custom", "engine": "greatExpectations", "implementation": "text"},
         "the implementation is not a mapping"),
        ({"metric": "missingValues", "mustBe": 0}, "the metric missingValues"),
        ({"metric": "nullValues", "mustBeLessThan": 5}, "key mustBeLessThan would not be tested"),
        ({"metric": "nullValues", "mustBe": 0, "unit": "percent"}, "key unit would not be tested"),
        ({"metric": "nullValues", "mustBe": 0, "schedule": "daily"}, "key schedule"),
    ],
)  # fmt: skip
def test_a_rule_that_nothing_would_run_is_refused(
    tmp_path: Path, rule: dict[str, object], what: str
) -> None:
    lines = [f"    - {key}: {value}" if n == 0 else f"      {key}: {value}"
             for n, (key, value) in enumerate(rule.items())]  # fmt: skip
    entry = "\n".join([
        "    quality:", *lines, "      id: children-child_id-extra", "      severity: error",
        "      description: A rule.", "      businessImpact: Some.",
        "      customProperties: [{property: remedy, value: Fix it.}]", "  - name: school_id",
    ])  # fmt: skip
    assert what in refusal(tmp_path, CHILDREN.replace("  - name: school_id", entry, 1))


def test_a_folder_without_contracts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no data contract"):
        read_contracts(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00"])
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "children.odcs.yaml").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"children\.odcs\.yaml"):
        read_contracts(tmp_path)


def result(**parts: object) -> SimpleNamespace:
    config = SimpleNamespace(meta={"rule": "children-used"})
    whole = {"exception_info": {}, "result": {"element_count": 1}, "success": True, **parts}
    return SimpleNamespace(expectation_config=config, **whole)


def test_a_usable_result_is_used() -> None:
    assert checked_result(result())["element_count"] == 1


@pytest.mark.parametrize(
    "parts",
    [
        {"result": {}},
        {"result": None},
        {"success": None},
        {"exception_info": {"raised_exception": True, "exception_message": "no column"}},
        {"exception_info": {"id": {"raised_exception": True, "exception_message": "no column"}}},
    ],
)
def test_an_empty_or_exceptional_result_is_an_error_of_ours(parts: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="children-used"):
        checked_result(result(**parts))
