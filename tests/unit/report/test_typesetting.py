"""Which engine typesets the book, and what is asked of Quarto."""

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.errors import ChapterFailed, ConfigurationError
from press.chapter.book import read_book
from press.errors import PressError
from report import engines
from report.commands import hooks
from report.cover import FILE, cover, write_cover
from report.stages import Stages

# Stands in for Quarto: notes what it was asked, and writes what a book has at least.
STUB = """#!{python}
import json, os, pathlib, sys
if "--version" in sys.argv:
    print("{version}")
    raise SystemExit
folder = pathlib.Path(sys.argv[sys.argv.index("--output-dir") + 1])
folder.mkdir(parents=True, exist_ok=True)
with open("asked.jsonl", "a") as asked:
    asked.write(json.dumps([sys.argv[1:], dict(os.environ)]) + "\\n")
name = "index.html" if "html" in sys.argv else "T.pdf"
(folder / name).write_text("by Quarto")
if {code}:
    open("index.typ", "w").close()
print("{says}")
raise SystemExit({code})
"""
BOOK = (
    "project: {type: book}\nbook:\n  title: T\n  chapters: [index.qmd]\n"
    "format:\n  html: default\n  evaluation-typst: default\n"
)


@pytest.fixture
def install(tmp_path, monkeypatch):
    def put(version="1.10.18", code=0, says=""):
        program = tmp_path / "bin" / "quarto"
        program.parent.mkdir(exist_ok=True)
        program.write_text(
            STUB.format(python=sys.executable, version=version, code=code, says=says)
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))
        return program

    monkeypatch.setenv("PATH", str(tmp_path))
    return put


@pytest.mark.parametrize(
    ("version", "taken"), [("1.8.27", False), ("1.9.0", True), ("1.10.18", True), ("99.9.9", True)]
)
def test_auto_takes_quarto_from_its_first_version_that_can(install, version, taken):
    install(version)
    found = engines.choose("auto")
    assert isinstance(found, engines.Quarto) == taken
    assert not taken or found.version == version
    assert isinstance(engines.choose("embedded"), engines.Press)


@pytest.mark.usefixtures("install")
def test_without_quarto_auto_takes_the_press():
    assert isinstance(engines.choose("auto"), engines.Press)
    with pytest.raises(ConfigurationError, match="no quarto on PATH") as caught:
        engines.choose("quarto")
    assert "--engine embedded" in str(caught.value)
    assert caught.value.exit_code == 2


def test_quarto_that_is_asked_for_and_too_old_is_named_with_its_version(install):
    install("1.4.550")
    with pytest.raises(ConfigurationError, match=r"Quarto 1\.4\.550 is too old"):
        engines.choose("quarto")


def test_an_engine_that_is_none():
    with pytest.raises(ConfigurationError, match="there is no engine 'latex'"):
        engines.choose("latex")


def rendering(folder: Path, finish=lambda _: None) -> engines.Rendering:
    folder.mkdir(exist_ok=True)
    (folder / "_quarto.yml").write_text(BOOK, "utf-8")
    (folder / "index.qmd").write_text("# Home\n", "utf-8")
    (folder / ".report").mkdir()  # as `prepare` leaves it
    extension = folder / "_extensions" / "evaluation" / "_extension.yml"
    extension.parent.mkdir(parents=True)
    extension.write_text("title: E\ncontributes: {formats: {typst: {toc: true}}}\n", "utf-8")
    return engines.Rendering(
        read_book(folder), ("html", "pdf"), folder / "_book", {"GIVEN": "yes"}, 60, "key", finish
    )


def test_each_format_is_rendered_and_the_book_swapped_in_when_finished(install, tmp_path):
    install()
    seen = []
    asked = rendering(tmp_path / "p", lambda folder: seen.append(sorted(os.listdir(folder))))
    made = engines.choose("quarto").typeset(asked, Stages())
    assert seen == [["T.pdf", "index.html"]]
    assert made.files == (tmp_path / "p/_book/index.html", tmp_path / "p/_book/T.pdf")
    lines = [json.loads(line) for line in (tmp_path / "p/asked.jsonl").read_text().splitlines()]
    assert [arguments[1:3] for arguments, _ in lines] == [
        ["--to", "html"], ["--to", "evaluation-typst"],
    ]  # fmt: skip
    environment = lines[0][1]
    assert environment["GIVEN"] == "yes"
    assert environment["SOURCE_DATE_EPOCH"] == "60"
    assert environment["QUARTO_PYTHON"] == sys.executable
    assert environment[engines.WITHIN_BUILD]
    assert environment["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == [
        ".report", "_book", "_extensions", "_quarto.yml", "asked.jsonl", "index.qmd",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"code": 1, "says": "ERROR: no such chapter"}, "ERROR: no such chapter"),
        ({"says": "WARN: one.html: Unable to resolve crossref @fig-x"}, "@fig-x"),
        ({"says": "WARN: Unable to resolve link target: chapters/absent.qmd"}, "absent.qmd"),
    ],
)
def test_what_quarto_stops_at_or_passes_over_stops_a_build(install, tmp_path, given, words):
    install(**given)
    asked = rendering(tmp_path / "p")
    asked.target.mkdir()
    (asked.target / "index.html").write_text("the old book")
    with pytest.raises(ChapterFailed, match=words):
        engines.choose("quarto").typeset(asked, Stages())
    assert (asked.target / "index.html").read_text() == "the old book"


@pytest.mark.parametrize(
    ("rendered", "stopped"), [({}, 1), ({"QUARTO_PROJECT_RENDER_ALL": "1"}, 2)]
)
def test_the_hook_before_quarto_stops_for_mistakes_in_sources(
    tmp_path, monkeypatch, rendered, stopped
):
    (tmp_path / "_quarto.yml").write_text(BOOK.replace("evaluation-typst", "typst"), "utf-8")
    (tmp_path / "index.qmd").write_text("# Home\n\n[@nobody] ![](https://x.org/a.png)\n", "utf-8")
    monkeypatch.setattr(hooks, "current", lambda: SimpleNamespace(root=tmp_path, key="k"))
    monkeypatch.setattr(hooks, "prepare", lambda *_: None)
    monkeypatch.setattr(hooks, "kernel_environment", lambda _: {})
    with pytest.raises(PressError) as caught:
        hooks.prepare_for_quarto(rendered)
    told = str(caught.value)
    assert "index.qmd:3: the citation @nobody" in told
    # In a preview the book is HTML alone; else it is printed too.
    assert [told.count("remedy"), "another host" in told] == [stopped, stopped == 2]


def failing(install, folder, **given):
    install(code=1, **given)
    asked = rendering(folder)
    with pytest.raises(ChapterFailed) as caught:
        engines.choose("auto").typeset(asked, Stages())
    return str(caught.value)


def test_a_failing_quarto_is_told_with_its_cause_and_the_way_without_it(install, tmp_path):
    says = "long ago\\n[typst]: Compiling index.typ...error: no such label\\n" + "line\\n" * 40
    told = failing(install, tmp_path / "p", says=says)
    assert "Quarto 1.10.18 could not render html" in told
    assert "error: no such label" in told
    assert "long ago" not in told
    assert "--engine embedded" in told


def test_what_a_failing_quarto_leaves_in_the_project_goes_and_an_author_s_file_stays(
    install, tmp_path
):
    failing(install, tmp_path / "p")
    assert not (tmp_path / "p" / "index.typ").exists()
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "index.typ").write_text("kept on purpose")
    failing(install, tmp_path / "q")
    assert (tmp_path / "q" / "index.typ").exists()


def test_a_quarto_that_cannot_be_run_is_none(tmp_path, monkeypatch):
    program = tmp_path / "quarto"
    program.write_text("#!/nowhere/python\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert isinstance(engines.choose("auto"), engines.Press)


def test_within_a_build_the_hooks_leave_the_work_to_it(monkeypatch):
    monkeypatch.setattr(hooks, "current", None)
    monkeypatch.setattr(hooks, "finish_book", None)
    assert hooks.prepare_for_quarto({engines.WITHIN_BUILD: "1"}) == 0
    assert hooks.finish_for_quarto({engines.WITHIN_BUILD: "1"}) == 0


@pytest.mark.parametrize("kept", [True, False])
def test_where_quarto_removed_the_last_book_a_failure_says_so(monkeypatch, tmp_path, capsys, kept):
    def broken(*_):
        raise ConfigurationError("the extract is broken")

    monkeypatch.setattr(hooks, "current", lambda: type("Of", (), {"root": tmp_path}))
    monkeypatch.setattr(hooks, "read_book", broken)
    book = tmp_path / "_book"
    if kept:
        book.mkdir()
    given = {"QUARTO_PROJECT_OUTPUT_DIR": str(book), "QUARTO_PROJECT_RENDER_ALL": "1"}
    with pytest.raises(ConfigurationError):
        hooks.prepare_for_quarto(given)
    assert ("--no-clean" in capsys.readouterr().err) != kept


def test_a_book_is_finished_once_quarto_has_rendered_all_of_it(monkeypatch, tmp_path):
    (tmp_path / "study.toml").write_text("")
    finished = []
    monkeypatch.setattr(hooks, "read_book", lambda *_: None)
    monkeypatch.setattr(hooks, "finish_book", lambda *given: finished.append(given[1]))
    monkeypatch.chdir(tmp_path)
    pages = []
    monkeypatch.setattr(hooks, "finish_pages", lambda *given: pages.append(given[2]))
    hooks.finish_for_quarto(
        {"QUARTO_PROJECT_OUTPUT_DIR": "_book", "QUARTO_PROJECT_OUTPUT_FILES": "_book/one.html"}
    )
    assert (finished, pages) == ([], [["_book/one.html"]])
    hooks.finish_for_quarto(
        {"QUARTO_PROJECT_OUTPUT_DIR": "_book", "QUARTO_PROJECT_RENDER_ALL": "1"}
    )
    assert finished == [tmp_path / "_book"]


class Ledger:
    label = "Invented data"
    records = ()
    release = False
    remote = ""


class Commit:
    short = "abc1234"
    time = 86_400


def test_the_cover_is_metadata_that_both_engines_read(tmp_path):
    write_cover(tmp_path, cover(Ledger, Commit, 86_400 + 61, "key"))
    (tmp_path / "_quarto.yml").write_text(f"metadata-files: [{FILE}]\n{BOOK}", "utf-8")
    (tmp_path / "index.qmd").write_text("# Home\n", "utf-8")
    settings = read_book(tmp_path).project.settings
    assert settings.get("evaluation", "label") == "Invented data: not evidence"
    assert settings.get("evaluation", "commit") == "abc1234"
    assert settings.get("evaluation", "made") == "1970, 1, 2, 0, 1, 1"
    facts = [settings.get("evaluation", name) for name in ("date", "status")]
    assert facts == ["2 January 1970", "Draft, not for release"]
    (banner,) = settings.get("format", "html", "include-before-body")
    assert "Invented data: not evidence" in banner["text"]


def test_a_cover_says_that_a_book_is_a_draft():
    class Release(Ledger):
        release = True

    draft, released = (cover(each, Commit, 0, "key") for each in (Ledger, Release))
    assert "A draft, without" in draft["evaluation"]["note"]
    assert "draft" not in released["evaluation"]["note"]
    banners = [c["format"]["html"]["include-before-body"][0]["text"] for c in (draft, released)]
    assert "Invented data: not evidence. A draft, without" in banners[0]
    assert "Invented data: not evidence</div>" in banners[1]


def test_the_cover_names_who_answers_or_sends_to_the_sender():
    class Hosted(Ledger):
        remote = "https://example.org/report"

    named = cover(Hosted, Commit, 0, "key", "The evaluation team")
    hosted, neither = (cover(each, Commit, 0, "key") for each in (Hosted, Ledger))
    contacts = [each["evaluation"]["contact"] for each in (named, hosted, neither)]
    assert contacts[:2] == ["The evaluation team", "https://example.org/report"]
    assert contacts[2] == "Whoever sent you this copy"


def test_a_release_on_real_data_has_no_banner(tmp_path):
    class Real(Ledger):
        label = ""
        release = True

    write_cover(tmp_path, cover(Real, Commit, 0, "key"))
    written = json.loads((tmp_path / FILE).read_text())
    assert written["format"]["html"]["include-before-body"] == []
    assert "label" not in str(written["format"]["html"]["include-in-header"])
