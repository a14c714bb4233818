"""What a machine may do to a command: one message, and nothing lost."""

import errno
import os
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path

import pytest

from analysis.environment import LATEST, variables
from analysis.errors import ConfigurationError
from audit.trace.repository import Commit
from press.document.citations import Sources, with_citations
from press.document.pandoc import read
from press.project.output_folder import OLD, working_folder
from report import command_line
from report.command_line import INTERRUPTED, main
from report.commands.build import timestamp
from report.lock import project_lock

ROOT = Path(__file__).parents[3]


@pytest.fixture
def failing(monkeypatch):
    """A command that ends with an exception."""

    def run(error):
        def raises(_):
            raise error

        class Parser:
            def parse_args(self, _):
                return Namespace(run=raises)

        monkeypatch.setattr(command_line, "parser", Parser)
        return main([])

    return run


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EROFS, "write there"),
        (errno.EACCES, "write there"),
        (errno.ENAMETOOLONG, "shorter path"),
        (errno.EMFILE, "more open files"),
    ],
)
def test_what_the_machine_refuses_is_one_message(failing, capsys, number, remedy):
    assert failing(OSError(number, os.strerror(number), "_book/index.html")) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"report: _book/index.html: {os.strerror(number)}; the last book is")
    assert remedy in said
    assert len(said.splitlines()) == 2


def test_ctrl_c_is_one_message(failing, capsys):
    assert failing(KeyboardInterrupt()) == INTERRUPTED
    assert capsys.readouterr().err.strip() == "report: interrupted; the last book is unchanged"


def test_a_fault_of_the_program_is_not_hidden(failing):
    with pytest.raises(FileNotFoundError):
        failing(FileNotFoundError(errno.ENOENT, "no such file", "x"))


COMMIT = Commit("0" * 40, 7, clean=True)


@pytest.mark.parametrize(
    "given", ["²", "٣", "1e9", "-1", str(10**20), str(LATEST + 1), " 5", "0x5"]
)
def test_a_time_that_is_none_is_refused(given):
    with pytest.raises(ConfigurationError, match="not a number of seconds"):
        timestamp(COMMIT, {"SOURCE_DATE_EPOCH": given})


@pytest.mark.parametrize("given", ["²", str(10**20), "noon"])
def test_no_command_starts_with_a_time_that_is_none(given):
    """Libraries read it when they are imported, and numpy takes whatever is set for a number."""
    done = subprocess.run(
        [sys.executable, "-m", "report", "clean", "--help"],
        cwd=ROOT, env={**os.environ, "SOURCE_DATE_EPOCH": given}, capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == ConfigurationError.exit_code
    assert done.stderr.startswith("report: SOURCE_DATE_EPOCH: '")
    assert "Traceback" not in done.stderr
    assert "SOURCE_DATE_EPOCH" not in variables({"SOURCE_DATE_EPOCH": ""})


def test_a_time_is_taken():
    assert timestamp(COMMIT, {"SOURCE_DATE_EPOCH": "5"}) == 5
    assert timestamp(COMMIT, {"SOURCE_DATE_EPOCH": str(LATEST)}) == LATEST
    assert timestamp(COMMIT, {"SOURCE_DATE_EPOCH": ""}) == timestamp(COMMIT, {}) == 7


HOLD = """
import sys, time
from pathlib import Path
from report.lock import project_lock
with project_lock(Path(sys.argv[1])):
    with open(sys.argv[2], "a") as log:
        log.write("in\\n"); log.flush(); time.sleep(0.3); log.write("out\\n")
"""


def test_three_commands_at_once_work_one_after_another(tmp_path):
    log = tmp_path.parent / "log"
    log.unlink(missing_ok=True)
    command = [sys.executable, "-c", HOLD, tmp_path, log]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = [each.communicate()[0] for each in started]
    assert log.read_text().split() == ["in", "out"] * 3
    assert sum("waiting for another command" in each for each in said) == 2


def test_a_build_is_not_cleaned_away_while_it_runs(tmp_path):
    (tmp_path / "study.toml").write_text("")
    unfinished = tmp_path / "._book-1-abc"
    unfinished.mkdir()
    command = [sys.executable, "-m", "report", "clean"]
    stated = {**variables(os.environ), "PYTHONPATH": str(ROOT)}
    with project_lock(tmp_path):
        cleaning = subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=stated
        )
        assert "waiting for another command" in cleaning.stdout.readline()
        assert unfinished.is_dir()
    assert "removed: ._book-1-abc" in cleaning.communicate()[0]
    assert not unfinished.exists()


def test_a_lock_goes_with_its_process_however_that_ends(tmp_path):
    log = tmp_path.parent / "log"
    log.unlink(missing_ok=True)
    killed = subprocess.Popen([sys.executable, "-c", HOLD.replace("0.3", "60"), tmp_path, log],
                              cwd=ROOT)  # fmt: skip
    while not log.exists() or not log.read_text():
        time.sleep(0.02)
    killed.kill()
    killed.wait()
    with project_lock(tmp_path):
        pass


def test_what_a_killed_build_left_is_removed_by_the_next(tmp_path):
    target = tmp_path / "_book"
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                           capture_output=True, check=True, text=True)  # fmt: skip
    left = tmp_path / f"._book-{ended.stdout.strip()}-abc"
    mine, other = tmp_path / f"._book-{os.getpid()}-abc", tmp_path / "._book-summary-abc"
    for folder in (left, mine, other):
        (folder / "book").mkdir(parents=True)
    with working_folder(target) as folder:
        assert folder.is_dir()
    assert not left.exists()
    assert mine.exists(), "a build under way"
    assert other.exists(), "not a report of this project"


@pytest.mark.parametrize("name", ["a%20b", "Zürich", "a b"])
def test_sources_are_found_in_a_folder_of_any_name(tmp_path, monkeypatch, name):
    monkeypatch.setenv("LC_ALL", "C")
    file = tmp_path / name / "references.bib"
    file.parent.mkdir()
    file.write_text("@book{doe, author = {Doe, J.}, title = {T}, year = {2020}}\n")
    sources = Sources((file,), None, frozenset({"doe"}), ())
    blocks = with_citations(read("See [@doe].")["blocks"], sources, {})
    assert "Doe" in str(blocks)
    assert "2020" in str(blocks)


def test_a_book_that_a_killed_build_took_away_comes_back(tmp_path):
    left = tmp_path / f"._book-{_ended()}-x"
    (left / OLD).mkdir(parents=True)
    (left / OLD / "index.html").write_text("the last book")
    with working_folder(tmp_path / "_book"):
        assert (tmp_path / "_book" / "index.html").read_text() == "the last book"
    assert not left.exists()


def test_a_book_that_stands_is_not_put_back_to_an_older_one(tmp_path):
    left = tmp_path / f"._book-{_ended()}-x"
    (left / OLD).mkdir(parents=True)
    (tmp_path / "_book").mkdir()
    (tmp_path / "_book" / "index.html").write_text("the last book")
    with working_folder(tmp_path / "_book"):
        assert (tmp_path / "_book" / "index.html").read_text() == "the last book"


def _ended():
    """Return the number of a process that has ended."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid
