"""A copy of the project, built once for all end-to-end tests."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 1200
"""Seconds after which a command is taken to hang, on a machine that others use too."""
BUILD = ("build", "--engine", "embedded")
"""What a build is here, Quarto on PATH or not: `test_engines` has Quarto."""
FORMATS = ("--to", "html,pdf,docx,xlsx,png")
"""What `make report` makes."""
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


def git(project, *arguments, environment=None):
    names = ["-c", "user.name=Author", "-c", "user.email=author@example.org"]
    subprocess.run(
        ["git", "-C", project, *names, *arguments],
        check=True,
        capture_output=True,
        env={**os.environ, **(environment or {})},
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory, worker_id):
    """The project, built as the README says; the book is in `_book`.

    It is built once for all workers, whichever comes first; nobody may change it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "end-to-end"
    project, ended = shared / "project", shared / "ended"
    try:
        shared.mkdir()
    except FileExistsError:
        until = time.monotonic() + LONGEST
        while not ended.exists() and time.monotonic() < until:
            time.sleep(0.5)
        assert ended.read_text(encoding="utf-8") == ""
        return project
    outcome = Run(1, "the project could not be copied")
    try:
        copy_of_the_project(project)
        outcome = run(project, *BUILD, *FORMATS)
    finally:
        said = shared / "said"
        said.write_text(outcome.text if outcome.code else "", encoding="utf-8")
        said.rename(ended)  # at once: who waits must not read half of it
    assert outcome.code == 0, outcome.text
    return project


@pytest.fixture
def project(tmp_path, built):
    """A copy to break: built already, so that the old book can be seen to stay."""
    return Path(shutil.copytree(built, tmp_path / "project"))
