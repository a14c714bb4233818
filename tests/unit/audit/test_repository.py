"""The public repository that code links lead to: declared, or git's own where all can read it."""

import subprocess

import pytest

from audit.pages.source_code import forge_address
from audit.trace.repository import public_repository

FORGE = "https://github.com/someone/report"


def git(folder, *arguments):
    settings = ["-c", "user.name=N", "-c", "user.email=n@example.org"]
    subprocess.run(["git", "-C", folder, *settings, *arguments], check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path):
    """A commit that a clone knows to be at its origin."""
    git(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("one", "utf-8")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-q", "-m", "one")
    git(tmp_path, "remote", "add", "origin", f"{FORGE}.git")
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    return tmp_path


def test_a_commit_at_a_public_forge_can_be_linked(clone):
    assert public_repository(clone) == FORGE


def test_a_commit_that_is_not_there_yet_is_not_linked(clone):
    (clone / "a").write_text("two", "utf-8")
    git(clone, "commit", "-aqm", "two")
    assert public_repository(clone) == ""


@pytest.mark.parametrize(
    "origin",
    [
        "https://git.council.example/a/b",
        "../elsewhere",
        "git@github.com:a/b.git",
        "http://github.com/a/b",
    ],
)
def test_what_may_not_be_public_is_not_linked(clone, origin):
    git(clone, "remote", "set-url", "origin", origin)
    assert public_repository(clone) == ""


def test_no_name_or_password_of_a_remote_is_told(clone):
    git(clone, "remote", "set-url", "origin", "https://me:secret@github.com/someone/report.git")
    assert public_repository(clone) == FORGE


def test_what_the_book_declares_goes_first(clone):
    assert (
        public_repository(clone, "https://git.council.example/a/b/")
        == "https://git.council.example/a/b"
    )
    assert public_repository(clone, "file:///a/b") == ""


def test_outside_version_control_there_is_none(tmp_path):
    assert public_repository(tmp_path) == ""


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://codeberg.org/a/b", "/src/commit/0f/x%20y.py#L3-L9"),
        ("https://bitbucket.org/a/b", "/src/0f/x%20y.py#lines-3:9"),
        ("https://gitlab.council.example/a/b", "/-/blob/0f/x%20y.py#L3-9"),
        ("https://git.council.example/a/b", "/blob/0f/x%20y.py#L3-L9"),
    ],
)
def test_each_forge_has_its_own_form_of_address(remote, expected):
    assert forge_address(remote, "0f", "x y.py", [3, 9]) == remote + expected
