"""Nothing is done where nothing has changed, and never where anything has."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis import installed_packages
from analysis.errors import ConfigurationError
from press.chapter.book import read_book
from report.reuse import inputs
from report.reuse.displayed import shows_only
from report.reuse.last_build import BUILDS, STANDS, Recorder, build_options, nothing_to_do

FILES = {
    "study.toml": "seed = 1\n", "index.qmd": "# One\n", "analysis/model.py": "A = 1\n",
    "data/synthetic/schools.csv": "school\na\n", "_extensions/e/page.lua": "return {}\n",
    "_book/index.html": "<p>1</p>", "_book/report.pdf": "%PDF", "_book/report.docx": "PK",
    "_book/data.xlsx": "PK", "_book/audit/exhibits/map.png": "PNG", "_exhibits/map.svg": "<svg/>",
    ".report/ledger.json": "{}", ".report/exhibits/map.csv": "x\n1\n",
    ".report/internal-ledger.json": "{}", ".report/book.yml": "{}",
}  # fmt: skip


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose book has just been made."""
    for name, text in FILES.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path / "project")
    packages = tmp_path / "packages"
    (packages / "numpy").mkdir(parents=True)
    (packages / "numpy" / "core.py").write_text("X = 1\n")
    monkeypatch.setattr(sys, "path", [str(packages)])
    own = (*inputs._OF_A_SHELL, "PYTEST_CURRENT_TEST")
    monkeypatch.setattr(inputs, "_OF_A_SHELL", own)
    record(tmp_path / "project")
    return tmp_path / "project"


def asked(**other):
    given = {"data": None, "formats": ("html",), "out": None, "engine": "embedded", "profiles": ()}
    return build_options(**(given | other))


def record(root, *, during=lambda: None, settled=True):
    recorder = Recorder(root, asked())
    during()
    written = [root / "_book" / "index.html"]
    said = ["report: Title", "  a warning"]
    recorder.record(root / "_book", said, written, {}, settled=settled)


@pytest.mark.usefixtures("project")
def test_a_book_that_stands_is_not_made_again_and_told_of_as_it_was(capsys):
    assert nothing_to_do(asked())
    told = capsys.readouterr().out.splitlines()
    assert told == ["report: Title", STANDS, "  a warning", "  _book/index.html"]


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("edit", ["altered", "cut short", "gone"])
def test_an_edit_of_any_source_or_output_makes_it_again(project, name, edit):
    path = project / name
    if edit == "gone":
        path.unlink()
    else:
        path.write_text("9" * path.stat().st_size if edit == "altered" else "")
    if name == "study.toml" and edit == "gone":  # then there is no project
        with pytest.raises(ConfigurationError):
            nothing_to_do(asked())
    else:
        assert not nothing_to_do(asked())


@pytest.mark.parametrize(
    "name",
    ["chapters/new.qmd", "scipy.py", "data/synthetic/.DS_Store", "_book/stray.html",
     "_exhibits/stray.svg", ".gitignore"],
)  # fmt: skip
def test_a_new_file_makes_it_again(project, name):
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("")
    assert not nothing_to_do(asked())


def test_a_file_that_was_only_touched_changes_nothing(project):
    os.utime(project / "study.toml", (1, 1))
    assert nothing_to_do(asked())


def test_an_edit_of_a_package_leaves_its_version_and_makes_the_book_again(project):
    path = project.parent / "packages" / "numpy" / "core.py"
    before = path.stat()
    path.write_text("X = 2\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not nothing_to_do(asked())


@pytest.mark.parametrize(("age", "read"), [(1, True), (10**10, False)])
def test_a_package_edited_within_a_tick_of_the_clock_is_known_by_what_it_holds(project, age, read):
    with os.scandir(project.parent / "packages" / "numpy") as inside:
        entry = next(inside)
    digest = hashlib.sha256(b"X = 1\n").hexdigest()
    assert (digest in installed_packages._facts(entry, entry.stat().st_ctime_ns + age)) is read


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("name", ["TZ", "SOURCE_DATE_EPOCH", "ANYTHING"])
def test_a_variable_makes_it_again_and_is_kept_by_digest_alone(monkeypatch, project, name):
    monkeypatch.setenv(name, "secret")
    assert not nothing_to_do(asked())
    record(project)
    assert nothing_to_do(asked())
    assert "secret" not in next((project / BUILDS).iterdir()).read_text()


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("other", [{"formats": ("pdf",)}, {"profiles": ("summary",)}])
def test_another_kind_of_build_is_made(other):
    assert not nothing_to_do(asked(**other))


@pytest.mark.usefixtures("project")
def test_a_book_that_quarto_makes_is_always_made(monkeypatch):
    assert not nothing_to_do(asked(engine="quarto"))
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/quarto")
    assert not nothing_to_do(asked(engine="auto"))


def test_a_commit_makes_it_again(project):
    git = ["git", "-C", str(project), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "study.toml"], ["commit", "-qm", "One"]):
        subprocess.run([*git, *arguments], check=True)
    assert not nothing_to_do(asked())


def test_a_file_edited_meanwhile_leaves_no_record(project):
    record(project, during=lambda: (project / "index.qmd").write_text("# Two\n"))
    assert not nothing_to_do(asked())


def test_a_build_that_was_killed_leaves_no_record(project):
    Recorder(project, asked())
    assert not nothing_to_do(asked())


def test_a_record_that_was_altered_is_none(project):
    path = next((project / BUILDS).iterdir())
    path.write_text(path.read_text().replace("a warning", "no warning"))
    assert not nothing_to_do(asked())


@pytest.mark.parametrize(
    ("name", "text"),
    [("index.qmd", "---\ndate: today\n---\n"), ("_quarto.yml", "book:\n  date: 'last-modified'\n"),
     ("_extensions/e/page.lua", "return os.time()\n"),
     ("_extensions/e/page.lua", 'quarto.doc.include_file("in-header", "/etc/motd")\n')],
)  # fmt: skip
def test_a_book_that_may_print_the_clock_is_always_made(project, name, text):
    assert not inputs.reads_the_clock(project)
    (project / name).write_text(text)
    record(project)
    assert not nothing_to_do(asked())


def test_this_report_is_one_of_which_nothing_can_have_to_be_made():
    """A cell of another kind, or a script, would make every build a build of everything."""
    root = Path(__file__).parents[3]
    assert not inputs.reads_the_clock(root)
    assert [each.path for each in read_book(root).chapters if not shows_only(each)] == []


@pytest.mark.parametrize(
    ("source", "only"),
    [
        ("from analysis.book import figures, run", True),
        ("figures.effect_forest", True),
        ("# a comment\n", True),
        ('results = run("contract_results")', True),
        ("certificate()", True),
        ('floats_shown("figure")', True),
        ("floats_shown(kind)", False),
        ("floats_shown(*kinds)", False),
        ("from analysis.book import current", False),
        ("from analysis.book import run as figures", False),
        ("import time", False),
        ("figures.effect_forest.exhibit", False),
        ("figures.__class__", False),
        ('figures = run("contract_results")', False),
        ("run(open('x').read())", False),
        ("certificate(1)", False),
        ("%matplotlib inline", False),
        ("print(1)", False),
    ],
)
def test_what_a_cell_of_exhibits_may_hold(source, only):
    chapter = SimpleNamespace(cells=[SimpleNamespace(source=source)], inlines=[])
    assert shows_only(chapter) is only
