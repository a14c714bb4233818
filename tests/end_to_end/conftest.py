"""A copy of the project, built once for all end-to-end tests."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".report", "_book", "_exhibits", "*cache*", "fixtures", "*.egg-info"
)


@dataclass(frozen=True)
class Run:
    code: int
    text: str


def run(project, *arguments, environment=None):
    """Run `python -m report` in a copy of the project, as a person would."""
    import os

    done = subprocess.run(
        [sys.executable, "-m", "report", *map(str, arguments)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=570,
        env={**os.environ, **(environment or {})},
    )
    return Run(done.returncode, done.stdout + done.stderr)


def copy_of_the_project(folder):
    return Path(shutil.copytree(ROOT, folder, ignore=LEFT_OUT))


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The project, built as the README says; the book is in `_book`."""
    project = copy_of_the_project(tmp_path_factory.mktemp("end-to-end") / "project")
    outcome = run(project, "build")
    assert outcome.code == 0, outcome.text
    return project


@pytest.fixture
def project(tmp_path, built):
    """A copy to break: built already, so that the old book can be seen to stay."""
    return Path(shutil.copytree(built, tmp_path / "project"))
