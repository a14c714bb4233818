"""Text is read as it stands, typed afterwards, and called invented by its digest."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.contracts import read_contracts
from analysis.errors import ConfigurationError, ContractBroken
from analysis.extract.extract import Extract, origin, read_extract, typed

ROOT = Path(__file__).parents[3]
REGISTER = ROOT / "data" / "invented-digests.txt"
CONTRACTS = read_contracts(ROOT / "data_contracts")
STAND_IN = ROOT / "data" / "synthetic"


def text(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype="str")


def copied(directory: Path) -> Extract:
    for file in STAND_IN.glob("*.csv"):
        (directory / file.name).write_bytes(file.read_bytes())
    return read_extract(directory, CONTRACTS)


def rotate(file: Path) -> None:
    """Put a file's first row last: another file with the same content in it."""
    header, first, *rest = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join([header, *rest, first]), encoding="utf-8", newline="\n")


def test_each_type_and_its_blank() -> None:
    table = text(
        name=["a", ""],
        count=["3", "4"],
        gap=["3", ""],
        share=["2.5", ""],
        day=["2019-05-01", ""],
        flag=["yes", "no"],
        open_flag=["yes", ""],
    )
    types = {
        "name": "string", "count": "integer", "gap": "integer", "share": "number",
        "day": "date", "flag": "boolean", "open_flag": "boolean",
    }  # fmt: skip
    result = typed(table, types)
    assert {str(name): str(kind) for name, kind in result.dtypes.items()} == {
        "name": "str", "count": "int64", "gap": "Int64", "share": "float64",
        "day": "datetime64[us]", "flag": "bool", "open_flag": "boolean",
    }  # fmt: skip
    assert result.loc[0].tolist() == ["a", 3, 3, 2.5, pd.Timestamp("2019-05-01"), True, True]
    # Every blank is missing; columns without one lose nothing.
    assert result.loc[1].isna().tolist() == [True, False, True, True, True, False, True]
    assert table.loc[1, "name"] == "", "the table that was read is left as it is"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", "3.0"),
        ("integer", "1e3"),
        ("integer", " 3"),
        ("number", "3,5"),
        ("date", "01/05/2019"),
        ("date", "2019-02-30"),
        ("date", "2019-5-1"),
        ("boolean", "Yes"),
        ("boolean", "1"),
    ],
)
def test_a_value_that_is_not_of_its_type_is_no_missing_value(kind: str, value: str) -> None:
    good = {"integer": "1", "number": "1", "date": "2019-01-01", "boolean": "no"}[kind]
    with pytest.raises(ContractBroken) as caught:
        typed(text(x=[good, "", value]), {"x": kind})
    assert f"row 4, column 'x': {value!r} is no {kind}" in str(caught.value)


def test_an_unknown_type_is_the_contract_s_fault() -> None:
    with pytest.raises(ConfigurationError, match="'colour' is not known"):
        typed(text(x=["red"]), {"x": "colour"})


def test_the_committed_extract_is_invented() -> None:
    found = origin(read_extract(STAND_IN, CONTRACTS), REGISTER)
    assert (found.kind, found.label) == ("invented", "Invented data")
    assert found.scenarios == ("published-directions",)


def test_the_folder_s_name_says_nothing(tmp_path: Path) -> None:
    elsewhere = tmp_path / "restricted"
    elsewhere.mkdir()
    assert origin(copied(elsewhere), REGISTER).kind == "invented"


def test_one_invented_file_makes_the_extract_invented(tmp_path: Path) -> None:
    copied(tmp_path)
    for file in tmp_path.glob("*.csv"):
        if file.name != "fieldwork.csv":
            rotate(file)
    found = origin(read_extract(tmp_path, CONTRACTS), REGISTER)
    assert found.kind == "invented"
    # Fieldwork is the same in all scenarios that choose schools in the same way.
    assert "published-directions" in found.scenarios
    assert "no-effect" in found.scenarios


def test_an_extract_with_no_registered_file_is_supplied(tmp_path: Path) -> None:
    copied(tmp_path)
    for file in tmp_path.glob("*.csv"):
        rotate(file)
    found = origin(read_extract(tmp_path, CONTRACTS), REGISTER)
    assert (found.kind, found.label, found.scenarios) == ("supplied", "", ())


def test_invented_data_stay_invented_in_another_form(tmp_path: Path) -> None:
    extract = copied(tmp_path)
    # As after saving as Parquet: the same table from other bytes.
    other = Extract(extract.tables, (), extract.read)
    assert origin(other, REGISTER).kind == "invented"


def test_the_digest_follows_every_byte(tmp_path: Path) -> None:
    before = copied(tmp_path).digest
    assert copied(tmp_path).digest == before
    path = tmp_path / "schools.csv"
    path.write_bytes(path.read_bytes() + b"\n")
    assert read_extract(tmp_path, CONTRACTS).digest != before


def test_without_a_register_nothing_is_called_supplied(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="register of invented files is missing"):
        origin(copied(tmp_path), tmp_path / "none.txt")
