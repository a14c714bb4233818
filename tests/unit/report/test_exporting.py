"""`report export-models`: where it may write, and what it says of records."""

import os
import stat

import pytest

from analysis.errors import ConfigurationError
from analysis.evaluation import Evaluation
from analysis.extract.extract import Origin
from report.commands.export_models import export
from tests.unit.models.models_panel import random_panel, specification

INVENTED = Origin("invented", "0" * 64, "Invented data")
SUPPLIED = Origin("supplied", "0" * 64, "")


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A project of its own, whose extract is already counted."""
    (tmp_path / "study.toml").touch()
    monkeypatch.chdir(tmp_path)

    def counted(origin):
        results = {
            "origin": origin,
            "outcome_panel": random_panel(1),
            "specifications": (specification(),),
        }
        monkeypatch.setattr(Evaluation, "compute", lambda _self, _names: results)
        return tmp_path

    return counted


@pytest.mark.parametrize("folder", ["_book", "_book/models", ".report", "_exhibits/x"])
def test_nothing_is_written_into_a_book(clone, folder):
    root = clone(INVENTED)
    with pytest.raises(ConfigurationError, match="must never be in one"):
        export(root / folder, None)
    assert not (root / folder).exists()


def test_records_are_not_written_where_git_finds_them(clone):
    root = clone(SUPPLIED)
    with pytest.raises(ConfigurationError, match="where git can find them"):
        export(root / "models", None)
    assert not (root / "models").exists()


def test_a_panel_of_records_is_its_owner_s_alone_and_says_so(clone, capsys):
    folder = clone(SUPPLIED) / "data" / "restricted" / "models"
    assert export(folder, None) == 0
    assert "NOT FOR RELEASE" in capsys.readouterr().err
    if os.name == "posix":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_file_that_all_could_read_is_made_anew(clone):
    folder = clone(SUPPLIED) / "data" / "restricted"
    folder.mkdir(parents=True)
    (folder / "panel.csv").write_text("old", encoding="utf-8")
    (folder / "panel.csv").chmod(0o644)
    export(folder, None)
    if os.name == "posix":
        assert stat.S_IMODE((folder / "panel.csv").stat().st_mode) == 0o600
    assert (folder / "panel.csv").read_text(encoding="utf-8").startswith("school_id")


def test_invented_counts_may_lie_anywhere_and_raise_no_alarm(clone, capsys):
    assert export(clone(INVENTED) / "models", None) == 0
    printed = capsys.readouterr()
    assert "Rscript primary.R" in printed.out
    assert not printed.err
