"""The stand-in has the published shape, hangs together, and is the same everywhere."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from analysis.contracts import read_contracts, validate
from analysis.contracts.totals.file import FILE as TOTALS
from analysis.contracts.totals.file import control_totals_text
from analysis.errors import ConfigurationError
from analysis.extract.extract import read_extract
from analysis.study.settings import read_study
from analysis.synthetic import Recipe, generate, synthesise, write_extract
from analysis.synthetic.extract import file_text
from analysis.synthetic.recipe import Tables
from report.commands.synthesise import confirmed_on

ROOT = Path(__file__).parents[3]
STUDY = read_study(ROOT / "study.toml")
CONTRACTS = read_contracts(ROOT / "data_contracts")
RECIPE = Recipe(CONTRACTS)
SCENARIOS = [scenario.name for scenario in STUDY.synthetic.scenarios]
START = "2019-05"


@cache
def tables(name: str = STUDY.synthetic.committed) -> Tables:
    return generate(STUDY, STUDY.synthetic.scenario(name), RECIPE)


def counts(drawn: Tables, *columns: str, table: str = "schools") -> Counter[tuple[str, ...]]:
    return Counter(tuple(row[column] for column in columns) for row in drawn[table])


# --- the same everywhere -------------------------------------------------------------


def test_the_committed_files_are_what_the_generator_writes() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in stand_in()}
    totals = committed.pop(TOTALS)
    assert committed == {f"{name}.csv": file_text(rows) for name, rows in tables().items()}
    assert totals == totals_text(STUDY.synthetic.committed)


def totals_text(name: str) -> str:
    frames = {dataset: pd.DataFrame(rows) for dataset, rows in tables(name).items()}
    return control_totals_text(frames, CONTRACTS, confirmed_on(STUDY))


def stand_in() -> list[Path]:
    return sorted((ROOT / STUDY.extract_directory).glob("*.csv"))


def test_draws_need_the_standard_library_alone_and_no_order_of_hashes() -> None:
    # Contracts are read with installed packages; none of these can be imported afterwards.
    # A set's order would follow the hash seed.
    program = (
        "import sys\n"
        "from hashlib import sha256\n"
        "from pathlib import Path\n"
        "from analysis.contracts import read_contracts\n"
        "from analysis.study.settings import read_study\n"
        "contracts = read_contracts(Path('data_contracts'))\n"
        "study = read_study(Path('study.toml'))\n"
        "own = {*sys.stdlib_module_names, '__main__', 'analysis'}\n"
        "for name in [n for n in sys.modules if n.partition('.')[0] not in own]:\n"
        "    sys.modules[name] = None\n"
        "sys.path = [path for path in sys.path if 'site-packages' not in path]\n"
        "from analysis.synthetic import Recipe, generate\n"
        "from analysis.synthetic.extract import file_text\n"
        "scenario = study.synthetic.scenario(study.synthetic.committed)\n"
        "tables = generate(study, scenario, Recipe(contracts))\n"
        "for name in sorted(tables):\n"
        "    print(sha256(file_text(tables[name]).encode()).hexdigest())\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    drawn = [path for path in stand_in() if path.name != TOTALS]
    committed = [hashlib.sha256(path.read_bytes()).hexdigest() for path in drawn]
    assert result.stdout.split() == committed


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    register = tmp_path / "register.txt"
    first = synthesise(STUDY, RECIPE, None, tmp_path / "a", register)
    entries = register.read_text(encoding="utf-8")
    again = synthesise(STUDY, RECIPE, None, tmp_path / "b", register)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert register.read_text(encoding="utf-8") == entries
    assert all(b"\r" not in path.read_bytes() for path in first)


def test_another_seed_is_another_extract() -> None:
    other = generate(STUDY, STUDY.synthetic.scenario("no-effect"), RECIPE, seed=1)
    assert other["child_events"] != tables("no-effect")["child_events"]
    assert counts(other, "pilot", "phase", "arm") == counts(tables(), "pilot", "phase", "arm")


def test_an_unknown_scenario_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="choose one of published-directions"):
        synthesise(STUDY, RECIPE, "miracle", tmp_path / "a", tmp_path / "register.txt")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_s_files_are_registered_as_invented(name: str) -> None:
    register = (ROOT / "data" / "invented-digests.txt").read_text(encoding="utf-8")
    for table, rows in tables(name).items():
        digest = hashlib.sha256(file_text(rows).encode()).hexdigest()
        assert f"{digest}  {table}.csv  {name}  " in register, f"run: report synthesise {name}"
    digest = hashlib.sha256(totals_text(name).encode()).hexdigest()
    assert f"{digest}  {TOTALS}  {name}  " in register


# --- the published shape ---------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_schools_and_teams_are_those_of_table_1(name: str) -> None:
    arms = counts(tables(name), "pilot", "arm")
    teams = counts(tables(name), "pilot", table="social_workers")
    for pilot in STUDY.pilots:
        assert arms[pilot.name, "intervention"] == arms[pilot.name, "comparison"] == pilot.schools
        assert teams[(pilot.name,)] == pilot.workers


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_set_is_one_school_of_each_arm_and_one_phase(name: str) -> None:
    sets = defaultdict(list)
    for school in tables(name)["schools"]:
        sets[school["matched_set"]].append(school)
    for pair in sets.values():
        assert sorted(school["arm"] for school in pair) == ["comparison", "intervention"]
        assert len({school["phase"] for school in pair}) == 1


def test_areas_are_matched_as_schools_are() -> None:
    partners = defaultdict(set)
    by_set = defaultdict(dict)
    for school in tables()["schools"]:
        by_set[school["matched_set"]][school["arm"]] = school["area"]
    for pair in by_set.values():
        partners[pair["intervention"]].add(pair["comparison"])
    assert all(len(found) == 1 for found in partners.values())
    assert Counter(area[:3] for area in partners) == {"LAM": 5, "SOU": 3, "STO": 6}


def test_counts_are_low_with_many_zeros_and_fall_in_august() -> None:
    phases = {school["school_id"]: school["phase"] for school in tables()["schools"]}
    enquiries = Counter(
        (event["school_id"], event["event_date"][:7])
        for event in tables()["child_events"]
        if event["event_type"] == "s47_enquiry"
    )
    returned = [row for row in tables()["school_months"] if row["returned"] == "yes"]
    before = [row for row in returned if row["month"] < START]
    zero = defaultdict(list)
    for row in before:
        zero[phases[row["school_id"]]].append(not enquiries[row["school_id"], row["month"]])
    share = {phase: sum(found) / len(found) for phase, found in zero.items()}
    assert share["primary"] > 0.6
    assert 0.2 < share["secondary"] < 0.5
    by_month = Counter(month[5:] for (_, month), n in enquiries.items() for _ in range(n))
    assert by_month["08"] < 0.6 * by_month["07"]
    assert 3000 < len(tables()["child_events"]) < 9000


def test_all_kinds_of_integration_are_in_all_pilots() -> None:
    pilots = {school["school_id"]: school["pilot"] for school in tables()["schools"]}
    found = {(pilots[row["school_id"]], row["integration"]) for row in tables()["deployments"]}
    assert len(found) == 9


def test_evidence_contradicts_as_well_and_quotes_nobody() -> None:
    evidence = tables()["evidence"]
    for finding in "123456":
        directions = {row["direction"] for row in evidence if row["finding"] == finding}
        assert directions == {"supports", "mixed", "contradicts"}
    allowed = re.compile(r"[A-Z]?\d*|\w+")
    assert all(allowed.fullmatch(value) for row in evidence for value in row.values())


def test_a_coder_codes_a_finding_once_and_some_fieldwork_is_coded_twice() -> None:
    coded = counts(tables(), "fieldwork_id", "finding", "coder", table="evidence")
    assert max(coded.values()) == 1
    coders = defaultdict(set)
    for fieldwork, _, coder in coded:
        coders[fieldwork].add(coder)
    twice = sum(len(found) == 2 for found in coders.values())
    assert 0.15 < twice / len(coders) < 0.35


# --- it hangs together -------------------------------------------------------------------


def test_every_rule_of_every_contract_is_kept(tmp_path: Path) -> None:
    """Here by the first scenario, by every other in `tests/spec/test_claims_follow_data.py`."""
    write_extract(tables(SCENARIOS[0]), tmp_path)
    (tmp_path / TOTALS).write_text(totals_text(SCENARIOS[0]), encoding="utf-8")
    results = validate(read_extract(tmp_path, CONTRACTS).tables, CONTRACTS)
    # The candidate schools are a file that an extract may come without, and the stand-in does.
    others = [r for r in results.results if r.dataset != "candidate_schools"]
    assert [r for r in others if r.outcome != "pass"] == []
    assert {r.dataset for r in others} >= RECIPE.contracts.keys() - {"candidate_schools"}


@pytest.mark.parametrize("name", SCENARIOS)
def test_blanks_are_as_many_as_the_contracts_expect(name: str) -> None:
    """Within five points: what follows from structure was not drawn to a share."""
    for dataset, contract in RECIPE.contracts.items():
        for column in contract.columns:
            values = Counter(row[column.name] for row in tables(name)[dataset])
            blank = 100 * values[""] / values.total()
            assert blank == pytest.approx(column.missing_percent, abs=5), (dataset, column.name)
            assert (blank > 0) == (column.missing_percent > 0), (dataset, column.name)
            for category, expected in column.expected_percent.items():
                found = 100 * values[category] / values.total()
                # 0.8% of 2,516 months: the standard error is 0.18 points.
                assert found == pytest.approx(expected, abs=0.6), (dataset, column.name)


def test_nothing_is_reported_in_a_month_without_return() -> None:
    missing = {
        (row["school_id"], row["month"])
        for row in tables()["school_months"]
        if row["returned"] == "no"
    }
    assert missing
    happened = {(e["school_id"], e["event_date"][:7]) for e in tables()["child_events"]}
    assert not missing & happened


def test_some_children_are_in_care_twice_and_never_at_once() -> None:
    spells = defaultdict(list)
    for row in tables()["care_episodes"]:
        spells[row["child_id"]].append((row["started"], row["ended"] or "9999"))
    assert max(len(found) for found in spells.values()) > 1
    for found in spells.values():
        ordered = sorted(found)
        assert all(end < start for (_, end), (start, _) in pairwise(ordered))


def test_workers_log_only_while_in_post_where_they_are_deployed() -> None:
    posts = {row["worker_id"]: (row["started"], row["ended"]) for row in tables()["social_workers"]}
    deployed = counts(tables(), "worker_id", "school_id", table="deployments")
    opened = {school["school_id"]: school["start_date"] for school in tables()["schools"]}
    for entry in tables()["activity_log"]:
        started, ended = posts[entry["worker_id"]]
        assert started <= entry["activity_date"] <= (ended or "2020-02-29")
        assert opened[entry["school_id"]] <= entry["activity_date"]
        assert (entry["worker_id"], entry["school_id"]) in deployed
