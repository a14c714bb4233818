"""The study is read whole, cannot be changed, and cannot be built wrong."""

import re
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from analysis.dataflow.effects import specifications
from analysis.dataflow.settings import disclosure_rules
from analysis.errors import ConfigurationError
from analysis.study.decisions import Costs, Disclosure
from analysis.study.settings import Window, read_study, shift_month
from analysis.study.toml_file import key_lines

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "study.toml").read_text(encoding="utf-8")
STUDY = read_study(ROOT / "study.toml")


def test_table_1_of_the_published_summary() -> None:
    # Westlake et al. (2020), executive summary, Table 1.
    printed = {"Lambeth": (8, 5), "Southampton": (18, 6), "Stockport": (11, 10)}
    assert {p.name: (p.schools, p.workers) for p in STUDY.pilots} == printed


def test_the_window_is_ten_months_from_the_start_and_two_years_before() -> None:
    months = STUDY.window.months("2019-05")
    assert (months[0], months[-1], len(months)) == ("2017-05", "2020-02", 34)


@pytest.mark.parametrize(
    ("month", "by", "shifted"),
    [("2019-05", 0, "2019-05"), ("2019-12", 1, "2020-01"), ("2019-01", -1, "2018-12"),
     ("2019-05", -24, "2017-05")],
)  # fmt: skip
def test_months_shift_over_the_turn_of_the_year(month: str, by: int, shifted: str) -> None:
    assert shift_month(month, by) == shifted


def test_a_setting_cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        STUDY.seed = 1  # type: ignore[misc]


def test_the_unit_of_assignment_holds_for_every_analysis_that_names_none(tmp_path: Path) -> None:
    area = tmp_path / "study.toml"
    whole = 'assignment_unit = "school"'
    assert TEXT.count(whole) == 1
    area.write_text(TEXT.replace(whole, 'assignment_unit = "area"'), encoding="utf-8")
    study = read_study(area)
    asked = specifications(
        study.specifications, study.outcomes, study.window, disclosure_rules(study.disclosure),
        study.words,
    )  # fmt: skip
    assert {each.assignment_unit for each in asked} == {"area"}
    by_name = {each.name: each.assignment_unit for each in STUDY.specifications}
    assert (by_name["s47_main"], by_name["s47_by_area"]) == ("school", "area")


def test_an_invalid_part_cannot_be_built_in_code_either() -> None:
    with pytest.raises(ConfigurationError, match="at least 6 for the channel 'public'; found 0"):
        Disclosure("public", 0)
    with pytest.raises(ConfigurationError, match="from 1 to 12; found 13"):
        Window(24, 13, "like months")
    with pytest.raises(ConfigurationError, match="names where the cost is stated"):
        Costs(40_000.0, "")
    with pytest.raises(ConfigurationError, match="names where the cost is stated"):
        Costs(0.0, "somebody")
    with pytest.raises(ConfigurationError, match="not assessed"):
        Costs(-1.0, "somebody")
    with pytest.raises(ConfigurationError, match="each may occur only once"):
        replace(STUDY, assumptions=(STUDY.assumptions[0],) * 2)


def test_what_is_named_is_found() -> None:
    assert STUDY.pilot("Stockport").code == "STO"
    assert STUDY.outcome("days_in_care").pilots == ("Southampton", "Stockport")
    assert STUDY.synthetic.scenario("harm").effect("s17_starts", "Lambeth") == 1.5
    assert STUDY.synthetic.scenario("harm").effect("referrals", "Lambeth") == 1.0
    with pytest.raises(ConfigurationError, match="there is no scenario 'hope'"):
        STUDY.synthetic.scenario("hope")


def test_every_key_has_a_comment_where_it_first_stands() -> None:
    lines = TEXT.splitlines()
    first = {}
    for path, number in key_lines(TEXT).items():
        first.setdefault(re.sub(r"\.\d+", "", path), number)
    bare = []
    for path, number in first.items():
        above = number - 2
        # Keys in a row may share the comment above the first of them.
        while above >= 0 and re.match(r"^\w+ = ", lines[above]):
            above -= 1
        header = lines[number - 1].startswith("[")
        if not header and not lines[above].startswith("#"):
            bare.append(f"line {number}: {path}")
    assert not bare


def test_every_assumption_that_a_comment_names_is_listed() -> None:
    named = set(re.findall(r"\bA\d\d\b", TEXT))
    assert named == {assumption.id for assumption in STUDY.assumptions}


def test_lines_of_nested_tables() -> None:
    text = "a = 1\n[[b]]\nc = 1\n[b.d]\ne = 1\n[[b]]\nc = 2\n[b.d]\ne = 2\n[f]\n'g' = 1\n"
    found = key_lines(text)
    assert found["a"] == 1
    assert (found["b.0.c"], found["b.0.d.e"], found["b.1.c"], found["b.1.d.e"]) == (3, 5, 7, 9)
