"""Who may read what a command writes."""

import argparse
import os
import stat
from pathlib import Path

import pytest

from report import command_line
from report.permissions import open_to_readers, owner_only

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")


@pytest.fixture(autouse=True)
def anybody():
    """Let everybody read and write what is made, as the most careless user would."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_command_creates_files_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: argparse.Namespace) -> int:
        (tmp_path / "kept").mkdir()
        (tmp_path / "kept" / "results").touch()
        return 0

    parser = argparse.ArgumentParser()
    parser.set_defaults(run=run)
    monkeypatch.setattr(command_line, "parser", lambda: parser)
    assert command_line.main([]) == 0
    assert mode(tmp_path / "kept") == 0o700
    assert mode(tmp_path / "kept" / "results") == 0o600
    (tmp_path / "later").touch()
    assert mode(tmp_path / "later") == 0o666


@pytest.mark.parametrize(
    ("umask", "folder", "file"), [(0o022, 0o755, 0o644), (0o077, 0o700, 0o600)]
)
def test_a_finished_book_is_open_as_far_as_the_umask_says(
    tmp_path: Path, umask: int, folder: int, file: int
) -> None:
    os.umask(umask)
    book = tmp_path / "book"
    with owner_only():
        (book / "chapters").mkdir(parents=True)
        (book / "chapters" / "a.html").touch()
        assert mode(book) == 0o700
        open_to_readers(book)
    assert {mode(book), mode(book / "chapters")} == {folder}
    assert mode(book / "chapters" / "a.html") == file


def test_outside_a_command_a_book_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    open_to_readers(tmp_path)
    assert mode(tmp_path) == 0o700
