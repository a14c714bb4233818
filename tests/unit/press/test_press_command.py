"""`python -m press`: what it asks for, what it prints, how it ends."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from press import __main__ as command
from press.errors import ChapterError, Location, ProjectError


@pytest.fixture
def asked(monkeypatch):
    """Build nothing; return what was asked for."""
    calls = []

    def build(project, **options):
        calls.append((project, options))
        return SimpleNamespace(
            warnings=["an old option"], losses=["a word"], html=[Path("a.html"), Path("b.html")],
            pdf=Path("a.pdf") if "pdf" in options["formats"] else None,
        )  # fmt: skip

    monkeypatch.setattr(command, "build_book", build)
    return calls


def test_a_build_passes_on_what_is_asked_and_names_what_is_made(asked, tmp_path, capsys):
    given = ["build", str(tmp_path), "--profile", "a,b", "--lenient", "--out", "made"]
    assert command.main(given) == 0
    ((project, options),) = asked
    assert project == tmp_path.resolve()
    assert options.pop("progress") is print
    assert options == {
        "out": Path("made"), "formats": ("html", "pdf"), "profiles": ("a", "b"), "lenient": True,
        "whole": False,
    }  # fmt: skip
    said = capsys.readouterr()
    assert said.out.split() == ["a.html", "a.pdf"]
    assert said.err == "warning: an old option\nwarning: a word\n"


def test_pages_alone_have_no_pdf(asked, tmp_path, capsys):
    assert command.main(["build", str(tmp_path), "--to", "html", "--whole"]) == 0
    assert asked[0][1]["whole"]
    assert capsys.readouterr().out.split() == ["a.html"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ProjectError("no chapters", Location("_quarto.yml")), 2),
        (ChapterError("a broken reference", Location("one.qmd", 3)), 7),
    ],
)
def test_an_authors_error_is_one_message_and_an_exit_code(monkeypatch, capsys, error, code):
    def build(*_, **__):
        raise error

    monkeypatch.setattr(command, "build_book", build)
    assert command.main(["build"]) == code
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"{error}\n")


def test_a_preview_serves_a_folder_of_its_own_and_rebuilds_pages(monkeypatch, asked, tmp_path):
    def serve(project, out, rebuild, *, port, ignored):
        rebuild(frozenset())
        assert (project, out) == (tmp_path.resolve(), tmp_path.resolve() / command.PREVIEW)
        assert (port, ignored) == (8000, {".press", "_book"})

    monkeypatch.setattr(command, "serve", serve)
    assert command.main(["preview", str(tmp_path), "--port", "8000", "--profile", "a"]) == 0
    ((_, options),) = asked
    assert (options["formats"], options["profiles"]) == (("html",), ("a",))
