"""A kernel that outlives an edit computes from what the files are now."""

import os

import pytest

from analysis import evaluation


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in ("analysis/one.py", "data/events.csv", "data/published/facts.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1\n")
    (tmp_path / "study.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(evaluation.DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.delenv(evaluation.KEY_VARIABLE, raising=False)
    evaluation._evaluation.cache_clear()
    yield tmp_path
    evaluation._evaluation.cache_clear()


@pytest.mark.parametrize("name", ["analysis/one.py", "data/events.csv", "study.toml"])
def test_an_edit_between_two_cells_is_seen(project, name):
    before = evaluation.current()
    key, before._memory["number"] = before.key, 0.41
    assert evaluation.current() is before
    (project / name).write_text("2\n")  # as long as before: its time alone is another
    os.utime(project / name, ns=(1, 1))
    after = evaluation.current()
    assert after is not before
    assert after.key != key
    assert not after._memory


def test_within_a_build_all_chapters_show_one_state_of_the_files(project, monkeypatch):
    monkeypatch.setenv(evaluation.KEY_VARIABLE, "key")
    before = evaluation.current()
    (project / "data" / "events.csv").write_text("other\n")
    assert evaluation.current() is before
    assert before.key == "key"
