"""`--explain` says of each step why it was made again, and is true for each kind of edit."""

import copy
import hashlib
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from report.reuse.explanation import (
    AUDIT,
    FORMATS,
    LISTED,
    PDF,
    Steps,
    _parts,
    explained,
    steps_before,
)
from report.reuse.last_build import LastBuild, read

CHAPTER = {"runner": "r", "code": "c", "shown": {"flow": "f", "map": "m"}}
BEFORE = Steps(
    files={"file study.toml": "1", "file data/schools.csv": "1", "file index.qmd": "1",
           "file analysis/model.py": "1", "package pandas": "1", "variable TZ": "1"},
    parts={"data/schools.csv": {"school": ["a", "b", "c"], "pupils": ["1", "2", "3"]},
           "study.toml": {"window": "w", "seed": "s"}},
    nodes={"panel": {"conditions": "p", "code": "k", "needs": {"extract": "x"}},
           "effect": {"conditions": "p", "code": "e", "needs": {"panel": "v", "seed": "1"}}},
    code={"analysis.model.FACTOR": "1", "analysis.model.effect": "1", "analysis.other.f": "1"},
    chapters={"index.qmd": CHAPTER},
)  # fmt: skip


def told(now, *, computed=(), run=(), taken=("index.qmd",), pages=0, counts=None, covered=()):
    """Return what is said of a build that now rests on this."""
    results = SimpleNamespace(
        nodes=SimpleNamespace(computed=list(computed)),
        reached=lambda _: ["analysis.model.FACTOR", "analysis.model.effect"],
        covered=lambda _: set(covered),
    )
    outputs = SimpleNamespace(made=list(run), taken=list(taken))
    press = SimpleNamespace(missed=["k"] * pages, taken=["k"] * 9)
    return "\n".join(explained(BEFORE, now, results, outputs, press, counts or {}))


def with_file(found, name, digest="2"):
    found.files[name] = digest
    return found


def test_values_of_a_column_are_counted():
    found = with_file(copy.deepcopy(BEFORE), "file data/schools.csv")
    found.parts["data/schools.csv"]["pupils"] = ["1", "9", "9"]
    found.nodes["panel"]["needs"]["extract"] = "y"
    said = told(found, computed=["panel"])
    assert "file data/schools.csv: changed: column pupils: 2 values" in said
    assert "results: 1 computed, 1 reused" in said
    assert "panel: extract changed" in said


def test_rows_are_counted():
    found = with_file(copy.deepcopy(BEFORE), "file data/schools.csv")
    found.parts["data/schools.csv"] = {"school": ["a"] * 5, "pupils": ["1"] * 5}
    assert "file data/schools.csv: changed: +2 rows" in told(found)


def test_a_setting_is_named_by_its_key():
    found = with_file(copy.deepcopy(BEFORE), "file study.toml")
    found.parts["study.toml"]["seed"] = "t"
    found.nodes["effect"]["needs"]["seed"] = "2"
    said = told(found, computed=["effect"])
    assert "file study.toml: changed: key seed" in said
    assert "effect: seed changed" in said


def test_a_constant_is_named_and_code_that_is_not_reached_is_not():
    found = with_file(copy.deepcopy(BEFORE), "file analysis/model.py")
    found.code.update({"analysis.model.FACTOR": "2", "analysis.other.f": "2"})
    found.nodes["effect"]["code"] = "f"
    said = told(found, computed=["effect"])
    assert "effect: code of analysis.model.FACTOR\n" in said


def test_of_a_folder_the_files_are_named():
    found = with_file(copy.deepcopy(BEFORE), "file analysis/model.py")
    found.nodes["panel"]["needs"]["extract"] = "y"
    said = told(found, computed=["panel"], covered=["analysis/model.py", "index.qmd"])
    assert "panel: extract (analysis/model.py) changed" in said


def test_what_the_last_steps_made_is_counted():
    said = told(BEFORE, counts={AUDIT: (2, 7), FORMATS: (0, 5), PDF: (1, 0)})
    assert "audit pages: 2 made because of other exhibits, code, data or commit, 7 reused" in said
    assert "Word, workbook and pictures: 0 made, 5 reused" in said
    assert "PDF: typeset again, because" in said
    assert "PDF: reused as typeset" in told(BEFORE, counts={PDF: (0, 1)})
    assert "PDF" not in told(BEFORE)


def test_a_comment_computes_nothing():
    said = told(with_file(copy.deepcopy(BEFORE), "file analysis/model.py"))
    assert "file analysis/model.py: changed" in said
    assert "results: 0 computed, 2 reused" in said
    assert "cells of chapters: 0 run, 1 reused" in said


def test_a_word_runs_no_chapter_and_reads_its_pages_again():
    said = told(with_file(copy.deepcopy(BEFORE), "file index.qmd"), pages=4)
    assert "cells of chapters: 0 run, 1 reused" in said
    assert "pages: 4 texts and pages read and written, 9 reused" in said


@pytest.mark.parametrize(
    ("part", "value", "why"),
    [
        ("code", "d", "its cells, options or front matter"),
        ("runner", "s", "the code that runs cells, or a package"),
        ("shown", {"flow": "g", "map": "m"}, "flow shows something else"),
    ],
)
def test_a_chapter_is_run_for_what_it_is_run_for(part, value, why):
    found = with_file(copy.deepcopy(BEFORE), "file index.qmd")
    found.chapters["index.qmd"][part] = value
    assert f"index.qmd: {why}" in told(found, run=["index.qmd"], taken=[])


def test_a_chapter_of_free_code_is_run_in_every_build():
    found = copy.deepcopy(BEFORE)
    del found.chapters["index.qmd"]
    said = told(found, run=["index.qmd"], taken=[])
    assert "index.qmd: it contains code that does more than show exhibits" in said


def test_a_package_computes_everything():
    found = with_file(copy.deepcopy(BEFORE), "package pandas")
    for node in found.nodes.values():
        node["conditions"] = "q"
    said = told(found, computed=["panel", "effect"])
    assert "package pandas: changed" in said
    assert said.count("another interpreter, package or stated environment") == 2


def test_a_variable_that_is_new_and_a_file_that_is_gone_are_named():
    found = with_file(copy.deepcopy(BEFORE), "variable LANG")
    del found.files["file index.qmd"]
    said = told(found)
    assert "variable LANG: new" in said
    assert "file index.qmd: gone" in said


def test_an_entry_that_was_altered_is_said_to_be():
    assert "effect: its entry in the cache was altered" in told(
        copy.deepcopy(BEFORE), computed=["effect"]
    )


def test_of_many_reasons_some_are_named_and_the_others_counted():
    found = copy.deepcopy(BEFORE)
    found.files.update({f"file {number}": "1" for number in range(LISTED + 3)})
    assert "and 3 more" in told(found)


def test_of_a_first_build_nothing_is_known(tmp_path):
    assert steps_before(tmp_path, SimpleNamespace(digest="0" * 64)) == Steps()


LAST = LastBuild({"file a": "1"}, {"b": "2"}, "_book", ["said"], ["b"], True, {"typeset": 1.0})


def test_a_file_is_read_for_its_columns_only_if_it_has_changed(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "schools.csv").write_text("school,pupils\nx,9\n")
    (tmp_path / "study.toml").write_text("seed = 1\n")
    results = SimpleNamespace(evaluation=SimpleNamespace(directory=tmp_path / "data"))
    same = _parts(tmp_path, BEFORE.files, BEFORE, results)
    assert same["data/schools.csv"] == BEFORE.parts["data/schools.csv"]
    for before in (
        Steps(),
        Steps(BEFORE.files),
        Steps(BEFORE.files | {"file data/schools.csv": "0"}, BEFORE.parts),
    ):
        now = _parts(tmp_path, BEFORE.files, before, results)
        assert now["data/schools.csv"].keys() == {"school", "pupils"}
        assert len(now["data/schools.csv"]["pupils"]) == 1


@pytest.mark.parametrize("made", [LAST, Steps({"file a": "1" * 10_000})])
def test_threads_may_keep_the_same_build_at_once(tmp_path, made):
    asked = SimpleNamespace(digest="0" * 64)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: made.write(tmp_path, asked), range(200)))
    found = steps_before(tmp_path, asked) if isinstance(made, Steps) else read(tmp_path, asked)
    assert found == made
    assert len(list(tmp_path.rglob("0*"))) == 1


def test_a_last_build_of_another_form_is_none(tmp_path):
    asked = SimpleNamespace(digest="0" * 64)
    LAST.write(tmp_path, asked)
    (path,) = tmp_path.rglob("0*.json")
    for text in ("[]", '{"form": 1}', '{"form": 1, "inputs": {}, "more": 1}'):
        path.write_text(f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}")
        assert read(tmp_path, asked) is None
