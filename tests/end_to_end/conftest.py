"""The project and a small study, each built once for all end-to-end tests."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from audit.ledger.reading import read_ledger
from audit.trace.repository import read_commit
from report.new.answers import parse
from report.new.writing import write_study

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 1200
"""Seconds after which a command is taken to hang, on a machine that others use too."""
BUILD = ("build", "--engine", "embedded")
"""What a build is here, Quarto on PATH or not: `test_engines` has Quarto."""
FORMATS = ("--to", "html,pdf,docx,xlsx,png")
"""What `make report` makes."""
LEFT = (".report", "_book", "_exhibits")
"""What a build leaves in a checkout."""
BOOK_IS_MADE = "TESTS_USE_THE_BOOK"
"""Set where `make report` has just built this commit from nothing, as CI does: that book is then
the one that tests read."""
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".report", "_book", "_exhibits", "*cache*", "fixtures", "*.egg-info"
)


@dataclass(frozen=True)
class Run:
    code: int
    text: str


def run(project, *arguments, environment=None, umask=-1):
    """Run `python -m report` in a copy of the project, as a person would."""
    done = subprocess.run(
        [sys.executable, "-m", "report", *map(str, arguments)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
        env={**os.environ, **(environment or {})},
        umask=umask,
    )
    return Run(done.returncode, done.stdout + done.stderr)


def copy_of_the_project(folder):
    """Return a clone with one commit, which is the same for the same files."""
    project = Path(shutil.copytree(ROOT, folder, ignore=LEFT_OUT))
    made = {"GIT_AUTHOR_DATE": "2024-05-01T12:00:00Z", "GIT_COMMITTER_DATE": "2024-05-01T12:00:00Z"}
    git(project, "init", "-q", "-b", "main")
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "The report", environment=made)
    return project


def clone_with_its_book(folder):
    """Return a clone of the checkout with what `make report` left in it."""
    git(ROOT, "clone", "-q", ROOT, folder)
    git(folder, "remote", "remove", "origin")
    for name in LEFT:
        shutil.copytree(ROOT / name, folder / name)
    made = read_ledger(folder / "_book" / "audit" / "ledger.json").commit
    assert made == read_commit(folder), "the book of the checkout is one of another commit"
    return folder


def git(project, *arguments, environment=None):
    names = ["-c", "user.name=Author", "-c", "user.email=author@example.org"]
    subprocess.run(
        ["git", "-C", project, *names, *arguments],
        check=True,
        capture_output=True,
        env={**os.environ, **(environment or {})},
    )


def once(tmp_path_factory, worker_id, name, make):
    """Return the folder that `make` built for all workers, by whichever came first.

    What the command said is next to it, in `log`.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / name
    folder, ended = shared / "project", shared / "ended"
    try:
        shared.mkdir()
    except FileExistsError:
        until = time.monotonic() + LONGEST
        while not ended.exists() and time.monotonic() < until:
            time.sleep(0.5)
        assert ended.read_text(encoding="utf-8") == ""
        return folder
    outcome = Run(1, "the project could not be made")
    try:
        outcome = make(folder)
        (shared / "log").write_text(outcome.text, encoding="utf-8")
    finally:
        said = shared / "said"
        said.write_text(outcome.text if outcome.code else "", encoding="utf-8")
        said.rename(ended)  # at once: who waits must not read half of it
    assert outcome.code == 0, outcome.text
    return folder


def build_the_report(folder):
    if os.environ.get(BOOK_IS_MADE):
        clone_with_its_book(folder)
        return Run(0, "")
    copy_of_the_project(folder)
    return run(folder, *BUILD, *FORMATS)


def build_a_small_study(folder):
    write_study(folder, parse("Two authorities", "Northshire, Southshire", "3+4",
                              "Enquiries made, Referrals", "2022-01"))  # fmt: skip
    return run(folder, *BUILD)


def digest(project):
    """Return one digest of every file of a book."""
    files = sorted(path for path in (project / "_book").rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


@pytest.fixture(scope="session")
def built(tmp_path_factory, worker_id):
    """The project, built as the README says; the book is in `_book`. Nobody may change it."""
    return once(tmp_path_factory, worker_id, "end-to-end", build_the_report)


@pytest.fixture(scope="session")
def small(tmp_path_factory, worker_id):
    """A new study of two authorities, built as it was written. Nobody may change it."""
    return once(tmp_path_factory, worker_id, "small-study", build_a_small_study)


@pytest.fixture
def project(tmp_path, built):
    """A copy to break: built already, so that the old book can be seen to stay."""
    # Another test may be computing the book again, in a folder that vanishes with it.
    vanishes = shutil.ignore_patterns("rebuild-*")
    return Path(shutil.copytree(built, tmp_path / "project", ignore=vanishes))


@pytest.fixture
def study(tmp_path, small):
    """A copy of the small study to break, which takes a fraction of the report's time."""
    return Path(shutil.copytree(small, tmp_path / "study"))
