"""The stand-in follows the data contracts, or refuses to be drawn and says what doesn't fit."""

import re
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from analysis.contracts import Column, DataContract, read_contracts
from analysis.errors import ConfigurationError
from analysis.study.settings import read_study
from analysis.synthetic import Recipe, extract, fieldwork, generate, staff
from analysis.synthetic.ingredient import Ingredient

ROOT = Path(__file__).parents[3]
STUDY = read_study(ROOT / "study.toml")
SCENARIO = STUDY.synthetic.scenario(STUDY.synthetic.committed)
CONTRACTS = {
    name: contract
    for name, contract in read_contracts(ROOT / "data_contracts").items()
    if not contract.optional
}
COLUMNS = {f"{c.dataset}.{each.name}": each for c in CONTRACTS.values() for each in c.columns}


def column(logical_type, **parts):
    """Return a column of a contract made by hand."""
    return Column("size", "A size.", logical_type, "none", place="shoes.odcs.yaml:7", **parts)


def ingredient(logical_type, **parts):
    return Ingredient("shoes", column(logical_type, **parts))


def shoes(*columns):
    """Return the recipe of one dataset."""
    parts = ("shoes", "shoes.csv", "Shoes", "", "")
    return Recipe({"shoes": DataContract(*parts, columns, (), (), place="shoes.odcs.yaml:3")})


def drawn(contracts):
    return generate(STUDY, SCENARIO, Recipe(contracts))


def with_column(name, **parts):
    """Return the committed contracts with one column changed."""
    dataset = name.partition(".")[0]
    changed = replace(COLUMNS[name], **parts)
    columns = [changed if c.name == changed.name else c for c in CONTRACTS[dataset].columns]
    return {**CONTRACTS, dataset: replace(CONTRACTS[dataset], columns=tuple(columns))}


def edited(tmp_path, dataset, *edits):
    """Return the contracts of a folder in which a file was edited."""
    folder = tmp_path / "data_contracts"
    shutil.copytree(ROOT / "data_contracts", folder)
    path = folder / f"{dataset}.odcs.yaml"
    text = path.read_text("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8", newline="\n")
    return read_contracts(folder)


# --- one value ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made_of", "value", "text"),
    [
        (ingredient("string"), "any words", "any words"),
        (ingredient("string"), None, ""),
        (ingredient("string", categories=("a", "b")), "b", "b"),
        (ingredient("integer", options={"minimum": 1, "maximum": 3}), 3, "3"),
        (ingredient("number", options={"multipleOf": 0.25}), 1.5, "1.50"),
        (ingredient("number", options={"multipleOf": 0.1}), 23.4567, "23.5"),
        (ingredient("number", options={"multipleOf": 5}), 10.0, "10"),
        (ingredient("date", options={"format": "yyyy-MM-dd"}), date(2019, 5, 7), "2019-05-07"),
        (ingredient("date", options={"format": "yyyy-MM"}), date(2019, 5, 1), "2019-05"),
    ],
)
def test_a_value_is_written_as_the_contract_says(made_of, value, text):
    assert made_of.text(value) == text


@pytest.mark.parametrize(
    ("made_of", "value", "said"),
    [
        (ingredient("string", required=True), None, "is blank in a record, and required"),
        (ingredient("string"), "", "is an empty text"),
        (ingredient("string"), 3, "is string; a record has 3"),
        (ingredient("integer"), "3", "is integer; a record has '3'"),
        (ingredient("integer"), 3.0, "is integer; a record has 3.0"),
        (ingredient("integer"), True, "is integer; a record has True"),
        (ingredient("date", options={"format": "yyyy-MM-dd"}), "2019-05-07", "is date; a record"),
        (ingredient("string", categories=("a",)), "b", "does not list 'b'"),
        (ingredient("string", options={"pattern": "^C[0-9]{2}$"}), "C1", "has the pattern"),
        (ingredient("integer", options={"minimum": 2}), 1, "has the minimum 2; a record has 1"),
        (ingredient("integer", options={"maximum": 2}), 3, "has the maximum 2; a record has 3"),
        (ingredient("number"), 1.5, "states no multipleOf"),
        (ingredient("number", options={"multipleOf": 0.25}), 1.3, "is a multiple of 0.25"),
        (ingredient("number", options={"multipleOf": 0.5, "maximum": 5}), 5.5, "has the maximum 5"),
        (ingredient("date", options={"format": "dd/MM/yyyy"}), date(2019, 5, 7), "'dd/MM/yyyy'"),
        (ingredient("date", options={"format": "yyyy-MM-dd", "minimum": "2019-05-08"}),
         date(2019, 5, 7), "has the minimum 2019-05-08; a record has 2019-05-07"),
        (ingredient("date", options={"format": "yyyy-MM", "maximum": "2019-04"}),
         date(2019, 5, 1), "has the maximum 2019-04; a record has 2019-05"),
    ],
)  # fmt: skip
def test_a_value_that_the_contract_does_not_allow_is_refused(made_of, value, said):
    with pytest.raises(ConfigurationError) as caught:
        made_of.text(value)
    message = str(caught.value)
    assert message.startswith("shoes.odcs.yaml:7: shoes.size ")
    assert said in message
    assert "remedy:" in message


def test_a_value_is_rounded_into_the_range():
    days = ingredient("number", options={"minimum": 0.5, "maximum": 5, "multipleOf": 0.5})
    # 1.74 is nearer to 1.5 than to 2; 1.76 is nearer to 2 and not above it.
    assert [days.nearest(v) for v in (0.1, 1.74, 1.76, 9.0)] == [0.5, 1.5, 2.0, 5.0]
    assert [days.at_most(v) for v in (0.1, 1.74, 1.76, 9.0)] == [0.5, 1.5, 1.5, 5.0]
    assert ingredient("integer", options={"minimum": 20, "maximum": 90}).nearest(41.6) == 42


# --- keys ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "number", "group", "key"),
    [
        ("^E[0-9]{6,8}$", 2, "", "E000002"),
        ("^E[0-9]{6,8}$", 1_234_567, "", "E1234567"),
        ("^[0-9]{3}$", 7, "", "007"),
        ("^(?:LAM|SOU)-[0-9]{2}$", 3, "SOU", "SOU-03"),
        ("^(?:LAM|SOU)-[A-Z]$", 26, "LAM", "LAM-Z"),
        ("^(?:LAM|SOU)-[A-Z]{1,3}$", 28, "LAM", "LAM-AB"),
    ],
)
def test_a_key_is_made_from_the_pattern(pattern, number, group, key):
    assert ingredient("string", options={"pattern": pattern}).key(number, group) == key


@pytest.mark.parametrize(
    ("pattern", "number", "group", "said"),
    [
        ("^E[0-9]+$", 1, "", "from which no keys can be made"),
        ("^(?:E|F[0-9]{2})$", 1, "", "from which no keys can be made"),
        ("", 1, "", "from which no keys can be made"),
        ("^E[0-9]{2}$", 100, "", "has no place for number 100"),
        ("^LAM-[A-Z]$", 27, "", "has no place for number 27"),
        ("^(?:LAM|SOU)-[A-Z]$", 1, "STO", "begins with LAM, SOU, and not with 'STO'"),
        ("^E[0-9]{2}$", 1, "STO", "begins with no group, and not with 'STO'"),
    ],
)
def test_a_pattern_that_makes_no_such_key_is_refused(pattern, number, group, said):
    with pytest.raises(ConfigurationError, match=re.escape(said)) as caught:
        ingredient("string", options={"pattern": pattern}).key(number, group)
    assert caught.value.place == "shoes.odcs.yaml:7"


# --- records and tables ---------------------------------------------------------------------


def test_rows_have_the_contract_s_columns_in_its_order():
    recipe = shoes(column("integer"), replace(column("string"), name="colour"))
    assert [list(row.items()) for row in recipe.rows("shoes", [{"colour": "red", "size": 3}])] == [
        [("size", "3"), ("colour", "red")]
    ]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({}, "lacks size"),
        ({"size": 3, "colour": "red"}, "has besides the contract's colour"),
        ({"sise": 3}, "lacks size and has besides the contract's sise"),
    ],
)
def test_a_record_with_other_columns_is_refused(record, said):
    with pytest.raises(ConfigurationError, match=f"of shoes {said}\n") as caught:
        shoes(column("integer")).rows("shoes", [record])
    assert caught.value.place == "shoes.odcs.yaml:3"


def test_tables_and_contracts_are_the_same():
    recipe = shoes(column("integer"))
    assert recipe.extract({"shoes": [{"size": 3}]}) == {"shoes": [{"size": "3"}]}
    with pytest.raises(ConfigurationError, match="nothing is drawn for the dataset 'shoes'"):
        recipe.extract({})
    with pytest.raises(ConfigurationError, match="draws 'hats', which has no contract"):
        recipe.extract({"shoes": [], "hats": []})
    with pytest.raises(ConfigurationError, match=r"draws shoes\.colour, which no contract has"):
        recipe.column("shoes.colour")


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda made_of: made_of.least, "states no minimum"),
        (lambda made_of: made_of.most, "states no maximum"),
        (lambda made_of: made_of.share("no"), "states no expectedPercent for 'no'"),
    ],
)
def test_what_a_contract_must_state_to_be_drawn_is_named(ask, said):
    with pytest.raises(ConfigurationError, match=said):
        ask(ingredient("integer"))


# --- the generator follows an edited contract, or refuses it -----------------------------------

LISTED = [name for name, each in COLUMNS.items() if each.categories]


@pytest.mark.parametrize("name", LISTED)
def test_a_category_more_is_named_with_the_table_that_lacks_it(name):
    contracts = with_column(name, categories=(*COLUMNS[name].categories, "something new"))
    said = rf"{name} lists 'something new', which (analysis/synthetic/\w+\.py, _|study\.toml, )"
    with pytest.raises(ConfigurationError, match=said) as caught:
        drawn(contracts)
    assert f"data_contracts/{name.partition('.')[0]}.odcs.yaml:" in caught.value.place


@pytest.mark.parametrize("name", LISTED)
def test_a_category_less_is_named_with_the_table_that_draws_it(name):
    first, *others = COLUMNS[name].categories
    said = rf"{name} does not list '{first}', which (analysis/synthetic/\w+\.py, _|study\.toml, )"
    with pytest.raises(ConfigurationError, match=said):
        drawn(with_column(name, categories=tuple(others)))


@pytest.mark.parametrize("name", ["evidence.finding", "fieldwork.study_phase"])
def test_a_number_more_or_less_is_a_category(name):
    options = dict(COLUMNS[name].options)
    for by, said in ((1, "which analysis"), (-1, "does not list")):
        changed = {**options, "maximum": options["maximum"] + by}
        with pytest.raises(ConfigurationError, match=rf"{name} .*{said}"):
            drawn(with_column(name, options=changed))


@pytest.mark.parametrize(
    ("module", "table"),
    [
        (staff, "_TYPES"), (staff, "_STATUSES"), (staff, "_HOURS"),
        (staff, "_BY_PHASE"), (staff, "_BY_INTEGRATION"),
        (extract, "_ANSWERS"), (fieldwork, "_FINDINGS"), (fieldwork, "_DIRECTIONS"),
        (fieldwork, "_PATHWAYS"), (fieldwork, "_PHASE_MONTHS"), (fieldwork, "_CODES"),
        (fieldwork, "_CODERS"), (staff, "_MOST_DAYS"), (staff, "_SHARE"), (staff, "_READINESS"),
    ],
    ids=lambda each: each if isinstance(each, str) else each.__name__.rpartition(".")[2],
)  # fmt: skip
def test_a_table_of_weights_that_lacks_a_category_is_named(module, table, monkeypatch):
    whole = getattr(module, table)
    less = dict(list(whole.items())[1:]) if isinstance(whole, dict) else whole[1:]
    monkeypatch.setattr(module, table, less)
    said = rf"which analysis/synthetic/\w+\.py, {table} does not draw"
    with pytest.raises(ConfigurationError, match=said):
        drawn(CONTRACTS)


def test_a_category_added_to_the_file_stops_the_generator_at_its_line(tmp_path):
    edit = ("validValues: [embedded, mixed, visiting]", "validValues: [embedded, mixed, new]")
    contracts = edited(tmp_path, "deployments", edit)
    with pytest.raises(ConfigurationError) as caught:
        drawn(contracts)
    text = (tmp_path / "data_contracts" / "deployments.odcs.yaml").read_text("utf-8")
    line = text[: text.index("- name: integration")].count("\n") + 1
    assert str(caught.value) == (
        f"data_contracts/deployments.odcs.yaml:{line}, key schema.0.properties.3: "
        "deployments.integration does not list 'visiting', "
        "which analysis/synthetic/staff.py, _MOST_DAYS draws\n"
        "  remedy: take 'visiting' out of analysis/synthetic/staff.py, _MOST_DAYS, "
        "or list it in the contract"
    )


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("activity_log.hours", 1.5, 3),
        ("deployments.days_per_week", 1, 2),
        ("school_months.pupils", 100, 900),
    ],
)
def test_a_narrower_range_is_kept_where_values_are_rounded_into_it(name, least, most):
    options = {**COLUMNS[name].options, "minimum": least, "maximum": most}
    dataset, _, own = name.partition(".")
    found = [float(row[own]) for row in drawn(with_column(name, options=options))[dataset]]
    assert (min(found), max(found)) == (least, most)


def test_a_narrower_range_is_refused_where_the_study_draws_wider(tmp_path):
    edit = ('maximum: "2020-02-29"', 'maximum: "2020-02-26"')
    said = r"event_date has the maximum 2020-02-26; a record has 2020-02-2[789]"
    with pytest.raises(ConfigurationError, match=said) as caught:
        drawn(edited(tmp_path, "child_events", edit))
    assert caught.value.place.startswith("data_contracts/child_events.odcs.yaml:")


def test_another_form_of_key_is_followed_wherever_the_key_stands(tmp_path):
    tables = drawn(edited(tmp_path, "children", ("^C[0-9]{5,8}$", "^KID-[0-9]{7}$")))
    for dataset in ("children", "child_events", "care_episodes"):
        assert all(re.fullmatch(r"KID-\d{7}", row["child_id"]) for row in tables[dataset])
    assert tables["children"][0]["child_id"] == "KID-0000001"


def test_a_longer_name_of_matched_sets_leaves_one_noisy_school_a_pilot(tmp_path):
    edit = ("-[0-9]{2,6}$", "-[0-9]{3}$")
    recipe = Recipe(edited(tmp_path, "schools", edit))
    noisy, usual = (
        Counter(
            row["school_id"]
            for row in generate(STUDY, STUDY.synthetic.scenario(name), recipe)["child_events"]
        )
        for name in ("noisy-school", "no-effect")
    )
    assert sum(noisy[school] > usual[school] for school in usual) == 3


def test_the_expected_share_of_missing_returns_is_drawn(tmp_path):
    tables = drawn(edited(tmp_path, "school_months", ("{'no': 0.8}", "{'no': 20}")))
    returned = Counter(row["returned"] for row in tables["school_months"])
    # Standard error of the share of 2,516 months is sqrt(.2 x .8 / 2516) = 0.008.
    assert returned["no"] / returned.total() == pytest.approx(0.2, abs=0.03)


def test_the_expected_share_of_blanks_is_drawn(tmp_path):
    edit = ("value: 40", "value: 10")
    evidence = drawn(edited(tmp_path, "evidence", edit))["evidence"]
    # Odds of 1 to 9, times 0.75 from a school and 1.125 elsewhere: 8% and 11%.
    blank = sum(row["pathway"] == "" for row in evidence) / len(evidence)
    assert blank == pytest.approx(0.09, abs=0.04)


def test_a_step_that_the_contract_declares_is_tested_by_one_of_its_rules():
    stepped = {name: each for name, each in COLUMNS.items() if "multipleOf" in each.options}
    assert set(stepped) == {
        "activity_log.hours", "deployments.days_per_week", "schools.fsm_percent"
    }  # fmt: skip
    for name, each in stepped.items():
        (pattern,) = (
            rule.body["implementation"]["kwargs"]["regex"]
            for rule in CONTRACTS[name.partition(".")[0]].rules
            if rule.body.get("implementation", {}).get("kwargs", {}).get("column")
            == f"sent({each.name})"
        )
        step = Decimal(str(each.options["multipleOf"]))
        assert all(re.fullmatch(pattern, str(n * step)) for n in range(10))
        assert not re.fullmatch(pattern, str(3 + step / 10))
