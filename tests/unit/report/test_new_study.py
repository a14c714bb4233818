"""A study written from five answers: its settings, contracts, extract and text."""

import re
from io import StringIO

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.contracts import read_contracts, validate_extract
from analysis.contracts.derived import derived_column
from analysis.dataflow import data, graph
from analysis.dataflow.effects import specifications
from analysis.dataflow.settings import disclosure_rules
from analysis.dependencies import hash_files, path_of
from analysis.errors import ChapterFailed, ConfigurationError
from analysis.extract.extract import read_extract
from analysis.extract.panel import outcome_panel
from analysis.models.inference.assignments import Assignments
from analysis.models.inputs.school_periods import school_periods
from analysis.models.primary.estimates import effect_estimates
from analysis.study.settings import read_study
from audit.trace import program as programs
from audit.trace.program import program
from audit.trace.sources import SourceIndex
from benchmarks.trial_study import by_hand, ratio_by_regression
from press.chapter.book import read_book
from report.command_line import main, refuse_other_code
from report.commands.build import exhibit_kinds
from report.commands.new import QUESTIONS
from report.exhibit_references import check, uses
from report.new.answers import code_of, parse
from report.new.contracts import Contracts
from report.new.writing import write_study
from report.reuse.inputs import Asked, gather
from tests.architecture import ROOT

SMALL = ("A small study", "Northshire, Southshire", "3+4", "Enquiries made, Referrals", "2022-01")
TEXTS = ("index.qmd", "README.md", "_quarto.yml", "study.toml", "chapters/*.qmd", "tests/*.py",
         "data_contracts/*.yaml", "Makefile", "literals.toml")  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studies") / "small"
    write_study(folder, parse(*SMALL))
    return folder


def without_prose(tree):
    """Return a contract without the sentences that are for its readers."""
    if isinstance(tree, dict):
        remedy = tree.get("property") == "remedy"
        prose = {"description", "businessImpact", *(["value"] if remedy else [])}
        return {key: without_prose(value) for key, value in tree.items() if key not in prose}
    if isinstance(tree, list):
        return [without_prose(each) for each in tree]
    return tree


# --- contracts ---------------------------------------------------------------------------


@pytest.mark.parametrize("dataset", ["schools", "school_months", "children", "child_events",
                                     "care_episodes"])  # fmt: skip
def test_the_programs_own_study_is_given_its_own_contracts(dataset):
    """Whatever follows from settings is made from them: families of rules, dates, codes."""
    study = read_study(ROOT / "study.toml")
    path = ROOT / "data_contracts" / f"{dataset}.odcs.yaml"
    contract = yaml.safe_load(path.read_text(encoding="utf-8"))
    made = Contracts(study, study, "swis").converted(contract)
    assert without_prose(made) == without_prose(contract)


def test_a_family_of_rules_has_one_for_each_authority_and_kind_of_event(small):
    contract = read_contracts(small / "data_contracts")["child_events"]
    rules = {each.id for each in contract.rules}
    assert {f"child_events-{kind}-{place}" for kind in ("enquiries_made", "referrals")
            for place in ("northshire", "southshire")} <= rules  # fmt: skip
    assert not [rule for rule in rules if "s47" in rule]


def test_dates_follow_from_the_start(small):
    contracts = read_contracts(small / "data_contracts")
    (day,) = (each for each in contracts["child_events"].columns if each.name == "event_date")
    assert (day.options["minimum"], day.options["maximum"]) == ("2020-01-01", "2022-10-31")


def test_the_stand_in_satisfies_every_contract(small):
    contracts = read_contracts(small / "data_contracts")
    extract = read_extract(small / "data" / "synthetic", contracts)
    results = validate_extract(extract, contracts, small / "data_contracts")
    assert [each.rule for each in results.results if each.outcome == "fail"] == []
    assert len(results.results) > 100


# --- text --------------------------------------------------------------------------------


def test_no_word_of_the_pilots_is_in_it(small):
    files = [path for pattern in TEXTS for path in small.glob(pattern)]
    assert len(files) > 15
    words = re.compile("lambeth|southampton|stockport|westlake|section 47|social.worker", re.I)
    assert [(path.name, words.search(path.read_text("utf-8"))[0]) for path in files
            if words.search(path.read_text("utf-8"))] == []  # fmt: skip
    prose = [path for path in files if path.suffix in (".qmd", ".md")]
    assert [path.name for path in prose if "pilot" in path.read_text("utf-8").lower()] == []


def test_every_chapter_shows_what_the_study_has(small):
    check(uses(read_book(small)), exhibit_kinds(small), small)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("numbers.attendance_ratio_all", "no outcome with the key 'attendance', only "
         "enquiries_made, referrals"),
        ("numbers.referrals_ratio_lambeth", "no effect in 'lambeth', only in all"),
        ("tables.many_outcomes", "it is for a study that analyses each authority by itself"),
        ("tables.p_value", "there is no exhibit named 'p_value'"),
    ],
)  # fmt: skip
def test_a_chapter_that_names_what_the_study_lacks_is_told_what_and_where(small, name, said):
    path = small / "chapters" / "checks.qmd"
    before = path.read_text("utf-8")
    path.write_text(f"{before}\n`{{python}} {name}`\n", encoding="utf-8")
    try:
        with pytest.raises(ChapterFailed, match=said) as caught:
            check(uses(read_book(small)), exhibit_kinds(small), small)
    finally:
        path.write_text(before, encoding="utf-8")
    assert "checks.qmd" in str(caught.value.place)


# --- the graph, and where its code is -----------------------------------------------------


def test_a_study_without_its_own_exhibits_has_none_of_anothers(small):
    names = set(graph.exhibit_names(graph.build(small)))
    assert {"baseline", "itt_table", "referrals_ratio_all"} <= names
    assert not names & {"logic_model", "s47_ratio_lambeth", "trial_ratio", "pilots_table"}
    assert not any(each.startswith("exhibits") for each in SourceIndex(small).modules)


def test_a_studys_own_exhibit_takes_part(small):
    own = small / "exhibits"
    own.mkdir()
    (own / "__init__.py").write_text('"""Exhibits of this study alone."""\n', encoding="utf-8")
    (shown,) = re.findall(r"```python\n(.*?)```", (small / "README.md").read_text("utf-8"), re.S)
    (own / "numbers.py").write_text(shown, encoding="utf-8")
    try:
        assert "schools_counted" in exhibit_kinds(small)
        assert SourceIndex(small).definition("exhibits.numbers", "schools_counted").first == 6
    finally:
        for path in own.glob("*.py"):
            path.unlink()
    # The program's own study has its own again.
    assert "logic_model" in exhibit_kinds(ROOT)


def test_study_and_program_are_told_apart(small):
    assert program(ROOT) == {}
    assert set(program(small)) == {"version", "commit", "sha256"}
    assert SourceIndex(small).definition("analysis.errors", "ReportError").file == (
        "analysis/errors.py"
    )


def test_results_of_a_study_rest_on_the_program_that_computes_them(small):
    """On its files and on its digest, so that neither a result nor a book outlives an edit."""
    files = hash_files(small, small / "data" / "synthetic")
    assert {"program/analysis/errors.py", "study.toml", "data/synthetic/schools.csv"} <= set(files)
    assert path_of("program/analysis/errors.py", small, small) == ROOT / "analysis" / "errors.py"
    assert not [name for name in files if name.startswith("program/exhibits")]
    asked = Asked(("html",), "", "", "embedded", (), 0o022)
    assert gather(small, asked, {})["program"] == program(small)["sha256"]


def test_the_programs_digest_changes_with_any_of_its_files(monkeypatch, tmp_path):
    for name in ("analysis", "press"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(programs, "CODE", tmp_path)
    before = programs.program_digest.__wrapped__()
    (tmp_path / "press" / "a.py").write_text("x = 2\n", encoding="utf-8")
    assert programs.program_digest.__wrapped__() != before


def test_a_command_does_not_run_other_code_than_the_folder_holds(tmp_path, small):
    refuse_other_code(ROOT / "tests")
    refuse_other_code(small)
    (tmp_path / "study.toml").touch()
    (tmp_path / "analysis").mkdir()
    (tmp_path / "analysis" / "__init__.py").touch()
    with pytest.raises(ConfigurationError, match="has its own code") as caught:
        refuse_other_code(tmp_path)
    assert "python -m report" in caught.value.remedy


# --- a trial randomised within authorities -------------------------------------------------


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """Return the panel and study of 268 schools in 21 authorities."""
    folder = tmp_path_factory.mktemp("studies") / "trial"
    names = ", ".join(f"Authority {chr(65 + number)}" for number in range(21))
    schools = ", ".join(["7+6"] * 8 + ["6+7"] * 8 + ["6+6"] * 5)
    write_study(folder, parse("A trial", names, schools, "Enquiries", "2021-09"))
    return folder, *panel_of(folder)


def panel_of(folder):
    """Return a study, and the panel counted from its files without their validation."""
    study, contracts = read_study(folder / "study.toml"), read_contracts(folder / "data_contracts")
    tables = read_extract(folder / study.extract_directory, contracts).tables
    typed = {name: data._accepted(table, contracts[name]) for name, table in tables.items()}
    panel = outcome_panel(
        typed["schools"], typed["school_months"], typed["child_events"],
        data.care_episodes(typed, contracts), study.pilots, study.outcomes, study.window,
    )  # fmt: skip
    return study, panel


def asked_of(study):
    return specifications(
        study.specifications, study.outcomes, study.window, disclosure_rules(study.disclosure),
        study.words,
    )  # fmt: skip


def test_the_trials_estimate_agrees_with_another_computation_from_its_files(trial):
    """Poisson regression with a dummy for each school and period effects by authority."""
    folder, study, panel = trial
    (row,) = effect_estimates(panel, asked_of(study)).to_dict("records")
    assert (row["pilot"], row["schools_intervention"], row["schools_comparison"]) == (
        "All authorities", 134, 134,
    )  # fmt: skip
    counts = by_hand(folder / "data" / "synthetic", "enquiries", "2021-09")
    assert row["ratio"] == pytest.approx(ratio_by_regression(counts), rel=1e-9)


def test_schools_are_permuted_within_their_authority(trial):
    _, study, panel = trial
    (asked,) = asked_of(study)
    schools = school_periods(panel, asked)
    codes = pd.factorize(schools["pilot"])[0]
    treated = schools["treated"].to_numpy(bool)
    assigned = Assignments(treated, pd.factorize(schools["matched_set"])[0])
    drawn = next(assigned.sample(50, np.random.default_rng(1)))
    within = [np.bincount(codes, each) for each in drawn]
    assert (np.array(within) == np.bincount(codes, treated)).all()
    assert len({each.tobytes() for each in drawn}) == 50


# --- answers that can't be used -------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"authorities": ""}, "--authorities: names none"),
        ({"authorities": "Kent, kent"}, "two names that read alike: Kent, kent"),
        ({"authorities": "All, Kent"}, "'All' is what all of them together are called"),
        ({"authorities": "Київ, Kent"}, "'Київ' has no letter from a to z"),
        ({"schools": "6"}, "'6' is no pair of numbers"),
        ({"schools": "1+0"}, "Northshire has no comparison school"),
        ({"schools": "0+1"}, "Northshire has no school with the intervention"),
        ({"schools": "1+1, 2+2, 3+3"}, "3 pairs for 2 authorities"),
        ({"outcomes": ""}, "--outcomes: names none"),
        ({"outcomes": "47 enquiries"}, "does not begin with a letter"),
        ({"start": "September"}, "'September' is no month"),
        ({"start": "0001-01"}, "'0001-01' is no month"),
        ({"design": "paired"}, "'paired' is no design"),
        ({"design": "matched"}, "3 and 4 schools, which cannot be matched one to one"),
        ({"title": " "}, "--title: is empty"),
    ],
)
def test_an_answer_that_cannot_be_used_is_named_with_its_remedy(changed, said):
    answers = dict(zip(QUESTIONS, SMALL, strict=True)) | {"design": "randomised"} | changed
    with pytest.raises(ConfigurationError, match=re.escape(said)) as caught:
        parse(**answers)
    assert caught.value.remedy


def test_codes_are_told_apart_where_names_begin_alike():
    taken = []
    for number in range(100):
        taken.append(code_of(f"Authority {number}", taken))
    assert len(set(taken)) == 100
    assert all(re.fullmatch("[A-Z]{3}", each) for each in taken)


def test_a_folder_with_files_in_it_is_left_alone(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    flags = [f"--{name}={text}" for name, text in zip(QUESTIONS, SMALL, strict=True)]
    assert main(["new", str(tmp_path), *flags]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="this is a file"):
        write_study(tmp_path / "notes.txt", parse(*SMALL))


def test_a_study_that_cannot_be_written_whole_leaves_nothing(tmp_path, monkeypatch):
    def fail(*_):
        raise ConfigurationError("no room", remedy="make some")

    monkeypatch.setattr("report.new.writing.draw", fail)
    with pytest.raises(ConfigurationError, match="no room"):
        write_study(tmp_path / "small", parse(*SMALL))
    assert list(tmp_path.iterdir()) == []


NAMES = "St Helen's; Bath & North East; Bristol, City of; Brighton (City); St. Albans; Øst-Münster"


def test_names_as_authorities_write_them_validate(tmp_path):
    write_study(tmp_path / "study", parse(SMALL[0], NAMES, *SMALL[2:]))
    study = read_study(tmp_path / "study" / "study.toml")
    assert [pilot.name for pilot in study.pilots] == NAMES.split("; ")
    written = tmp_path / "study" / "data_contracts"
    contracts = read_contracts(written)
    extract = read_extract(tmp_path / "study" / study.extract_directory, contracts)
    results = validate_extract(extract, contracts, written)
    assert results.of("fail") == ()


def test_a_question_that_nobody_can_be_asked_names_its_flag(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO())
    assert main(["new", str(tmp_path / "study"), "--title=x"]) == 2
    assert "--authorities" in capsys.readouterr().err
    assert not (tmp_path / "study").exists()


def test_rolls_of_an_arm_together_are_tested_where_it_has_several_schools():
    """The roll of one school falls by a tenth by chance; those of two together do not."""
    months = pd.Series(pd.to_datetime(["2021-08-01", "2021-09-01"] * 3))
    arm = pd.Series(["one", "one", "two", "two", "two", "two"], dtype="category")
    site = pd.Series(["A"] * 6, dtype="category")
    pupils = pd.Series([1000, 900, 1000, 900, 1000, 900])
    compute = derived_column("school_months", "arm_roll_change").compute
    assert compute(pupils, site, arm, months).dropna().tolist() == [0.9, 0.9]


def test_one_school_in_each_group_is_a_study_without_an_estimate(tmp_path):
    """Nothing is estimated from one school, which is said, and nothing breaks."""
    write_study(tmp_path / "one", parse("One", "Northshire", "1+1", "Enquiries", "2021-09"))
    rules = (tmp_path / "one" / "data_contracts" / "school_months.odcs.yaml").read_text("utf-8")
    assert "volume-arm" in rules
    assert "pupils-together" not in rules
    study, panel = panel_of(tmp_path / "one")
    (row,) = effect_estimates(panel, asked_of(study)).to_dict("records")
    assert (row["status"], row["schools"]) == ("not estimable", 2)
    assert row["reason"]
