"""Exhibits at random: the lines are those that made it, and it comes out the same again."""

import ast
import json
import random
import re

import jsonschema
import pytest

from analysis.exhibits.parts.disclosure_check import cleared
from audit.ledger.exhibit_record import exhibit_digest
from audit.ledger.ledger import schema
from audit.ledger.reading import ledger_of
from benchmarks.lineage import Shuffles
from tests.end_to_end.conftest import run

pytestmark = pytest.mark.slow

AT_RANDOM = 20


@pytest.fixture(scope="module")
def ledger(built):
    return json.loads((built / "_book" / "audit" / "ledger.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def chosen(ledger):
    return random.Random(20261124).sample(ledger["records"], AT_RANDOM)


def test_the_ledger_of_a_build_keeps_its_schema(built, ledger):
    jsonschema.validate(ledger, schema())
    within = json.loads((built / ".report" / "internal-ledger.json").read_text(encoding="utf-8"))
    jsonschema.validate(within, schema())
    assert ledger_of(ledger)
    assert ledger_of(within)


def test_the_ledger_names_no_path_of_the_machine(built, ledger):
    text = json.dumps(ledger)
    assert str(built) not in text
    assert not re.search(r'"(/|[A-Z]:\\\\)[^"]*/[^"]*"', text)


def test_the_lines_of_a_record_hold_the_code_that_made_it(built, ledger, chosen):
    for record in chosen:
        for key in record["upstream"]:
            at = ledger["code"][key]
            lines = (built / at["file"]).read_text(encoding="utf-8").splitlines()
            (made,) = ast.parse("\n".join(lines[at["first"] - 1 : at["last"]])).body
            assert made.name == key.rpartition(".")[2]


# Columns on which few and quick exhibits rest; `benchmarks.lineage` shuffles every one.
SHUFFLED = (("evidence.csv", "direction"), ("fieldwork.csv", "method"))


@pytest.fixture(scope="module")
def shuffles(built, ledger):
    files = {file for file, _ in SHUFFLED}
    quick = [
        each["id"]
        for each in ledger["records"]
        if files & each["columns"].keys() and "outcome_panel" not in each["nodes"]
    ]
    return Shuffles(built, quick)


@pytest.mark.parametrize(("file", "column"), SHUFFLED)
def test_every_exhibit_that_a_shuffled_column_changes_lists_it(shuffles, file, column):
    changed = shuffles.changed(file, column)
    assert changed
    assert changed <= shuffles.listing(file, column)


def test_each_comes_out_the_same_whatever_is_in_columns_that_it_does_not_list(shuffles, chosen):
    """All of them are shuffled at once, so one that is read and not listed makes another digest."""
    base = {name: shuffles.base[name] for name in ("accepted_tables", "extract")}
    base["contract_results"] = shuffles.base["contract_results"]
    alike = {}
    for record in chosen:
        alike.setdefault(json.dumps(record["columns"], sort_keys=True), []).append(record)
    for records in alike.values():
        listed = records[0]["columns"]
        tables = {
            file.rpartition(".")[0]: shuffles.shuffled(file, set(columns) - set(own))
            for file, columns in shuffles.columns.items()
            if (own := listed.get(file, ())) != columns
        }
        values = shuffles.driver.execute(
            [record["id"] for record in records],
            inputs=shuffles.inputs,
            overrides={**base, **tables},
        )
        for record in records:
            name = record["id"]
            assert exhibit_digest(cleared(name, values[name], ())) == record["digest"], name


def test_run_computes_one_exhibit_again_from_the_files(built):
    done = run(built, "trace", "N1", "--run")
    assert done.code == 0, done.text
    assert "the same" in done.text


def test_run_says_when_it_does_not_come_out_the_same(project):
    path = project / "data" / "synthetic" / "evidence.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8", newline="")
    refused = run(project, "trace", "evidence_matrix", "--run")
    assert refused.code == 3, refused.text
    assert "control_totals-agree-evidence" in refused.text
    # Whoever sends other data confirms other totals.
    (path.parent / "control_totals.csv").unlink()
    done = run(project, "trace", "evidence_matrix", "--run")
    assert done.code == 8, done.text
    assert "evidence.csv" in done.text
    assert "Traceback" not in done.text


def test_run_without_the_data_says_so(project):
    import shutil

    shutil.rmtree(project / "data" / "synthetic")
    done = run(project, "trace", "N1", "--run")
    assert done.code == 2, done.text
    assert "Traceback" not in done.text
