"""The public repository that code links lead to: declared, or git's own where all can read it."""

import os
import subprocess

import pytest

from analysis.environment import LATEST
from analysis.errors import NotReady
from audit.pages.source_code import forge_address
from audit.trace.repository import changes, enclosing_repository, public_repository, read_commit
from report.checks.readiness import refuse_uncommitted

FORGE = "https://github.com/someone/report"


def git(folder, *arguments):
    settings = ["-c", "user.name=N", "-c", "user.email=n@example.org"]
    subprocess.run(["git", "-C", folder, *settings, *arguments], check=True, capture_output=True)


def out(folder, *arguments):
    return subprocess.run(
        ["git", "-C", folder, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


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


def test_a_folder_inside_another_repository_has_no_commit(clone):
    (clone / ".gitignore").write_text("inner\n", "utf-8")
    git(clone, "add", ".gitignore")
    git(clone, "commit", "-qm", "ignored")
    inner = clone / "inner"
    inner.mkdir()
    (inner / "study.toml").write_text("seed = 1\n", "utf-8")
    assert read_commit(clone).clean
    assert read_commit(inner).id is None
    assert not read_commit(inner).clean
    assert enclosing_repository(inner).samefile(clone)
    with pytest.raises(NotReady, match="it is inside"):
        refuse_uncommitted(inner, read_commit(inner))


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_is_told_not_to_see_is_a_change(clone, flag):
    git(clone, "update-index", flag, "a")
    (clone / "a").write_text("two", "utf-8")
    assert not read_commit(clone).clean
    assert changes(clone) == ("a: changed",)
    with pytest.raises(NotReady, match="a: changed"):
        refuse_uncommitted(clone, read_commit(clone))


def test_a_folder_of_the_commit_under_a_false_hash_is_a_change(clone):
    (clone / "inner").mkdir()
    (clone / "inner" / "b").write_text("one", "utf-8")
    git(clone, "add", "inner")
    git(clone, "commit", "-qm", "inner")
    assert changes(clone) == ()
    (clone / "inner" / "b").write_text("two", "utf-8")
    git(clone, "add", "inner")
    made = out(clone, "write-tree")
    place = {
        tree: clone / ".git/objects" / tree[:2] / tree[2:]
        for tree in (out(clone, "rev-parse", f"{each}:inner") for each in ("HEAD", made))
    }
    true, false = place.values()
    true.chmod(0o644)
    true.write_bytes(false.read_bytes())
    assert changes(clone) == ("a folder in the commit's tree is not what its hash says",)


def test_settings_of_git_and_a_time_without_a_date_change_nothing(clone):
    git(clone, "config", "log.showSignature", "true")
    far = {**os.environ, "GIT_COMMITTER_DATE": "@99999999999999 +0000"}
    names = ["-c", "user.name=N", "-c", "user.email=n@example.org"]
    made = ["git", "-C", clone, *names, "commit", "-q", "--allow-empty", "-m", "far"]
    subprocess.run(made, check=True, env=far)
    assert read_commit(clone).time == LATEST


@pytest.mark.parametrize(
    "name",
    [
        "analysis/extra.py",
        "analysis/models/rates/__init__.pyc",
        "audit/trace/fast.so",
        "numpy.py",
        "scipy/__init__.py",
        "scipy.pyd",
        "chapters/_metadata.yml",
    ],
)
@pytest.mark.parametrize("where", [".git/info/exclude", "elsewhere"])
def test_an_ignored_file_that_takes_part_is_a_change(clone, name, where, tmp_path_factory):
    listed = clone / where
    if where == "elsewhere":
        listed = tmp_path_factory.mktemp("home") / "ignored"
        git(clone, "config", "core.excludesFile", listed)
    listed.write_text("*\n", "utf-8")
    (clone / name).parent.mkdir(parents=True, exist_ok=True)
    (clone / name).write_text("x = 1\n", "utf-8")
    assert changes(clone) == (f"{name}: not in the commit",)


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_a_committed_link_holds_nothing_of_the_file_that_it_leads_to(clone, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "study.toml").write_text("seed = 1\n", "utf-8")
    (clone / "within").symlink_to("a")
    (clone / "gone").symlink_to("nowhere")
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "within")
    assert changes(clone) == ()
    (clone / "study.toml").symlink_to(outside / "study.toml")
    (clone / "chapters").symlink_to(outside)
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "links")
    said = "a link to what is not in the commit"
    assert set(changes(clone)) == {
        f"chapters: {said}", "chapters/study.toml: not in the commit", f"study.toml: {said}"
    }  # fmt: skip
    assert not read_commit(clone).clean


def test_what_python_and_builds_write_themselves_is_no_change(clone):
    (clone / ".git" / "info" / "exclude").write_text("*\n", "utf-8")
    for name in ("analysis/__pycache__/a.pyc", ".venv/lib/a.py", "_book/a.py", "env/lib/a.py"):
        (clone / name).parent.mkdir(parents=True)
        (clone / name).write_text("x = 1\n", "utf-8")
    (clone / "env" / "pyvenv.cfg").write_text("", "utf-8")
    assert read_commit(clone).clean


def test_a_replaced_commit_does_not_vouch_for_other_files(clone):
    made = read_commit(clone).id
    (clone / "a").write_text("two", "utf-8")
    git(clone, "commit", "-qam", "two")
    git(clone, "update-ref", "HEAD", made)
    git(clone, "replace", made, "HEAD@{1}")
    git(clone, "read-tree", "HEAD")
    assert read_commit(clone).id == made
    assert changes(clone) == ("a: changed",)


def test_the_answer_is_that_of_the_folder_not_of_the_environment(
    clone, monkeypatch, tmp_path_factory
):
    other = tmp_path_factory.mktemp("other")
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert read_commit(clone).clean


def test_a_release_outside_version_control_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(NotReady, match="not under version control") as stopped:
        refuse_uncommitted(tmp_path, read_commit(tmp_path))
    assert "clone" in stopped.value.remedy
    assert "git status" not in stopped.value.remedy


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


def test_a_link_to_a_folder_that_git_ignores_is_a_change(clone, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "a.qmd").write_text("# A\n", "utf-8")
    (clone / ".git" / "info" / "exclude").write_text("chapters/more\ndata/published/more\n")
    (clone / "chapters").mkdir()
    (clone / "chapters" / "more").symlink_to(elsewhere)
    (clone / "data" / "published" / "more").mkdir(parents=True)
    (clone / "data" / "published" / "more" / "a.csv").write_text("1\n")
    assert changes(clone) == (
        "chapters/more: not in the commit",
        "data/published/more/a.csv: not in the commit",
    )


def test_the_settings_of_a_user_change_nothing_in_what_git_says(clone, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(
        "[i18n]\nlogOutputEncoding = UTF-16\n[color]\nui = always\nbranch = always\n"
    )
    assert read_commit(clone).id == out(clone, "rev-parse", "HEAD")
    assert public_repository(clone) == FORGE
