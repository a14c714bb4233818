"""A build whose results are stored computes nothing, and imports nothing that computes."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.exhibits.parts.exhibit import Number, Provenance
from analysis.store import Store
from report.reuse.values import filled, stored
from tests.architecture import ROOT

SHOWN = {"schools": "N1"}
STORED = {
    "origin": "invented",
    "schools": Number(41, "41", "schools", 41),
    "provenances": {"schools": Provenance("schools", "N1")},
}


@dataclass(frozen=True)
class Evaluated:
    """What is read of an evaluation."""

    root: Path
    key: str = "key"

    @property
    def store(self):
        return Store(self.root / ".report" / "results" / self.key)

    def stored_values(self, names):
        return self.store.read_all(names)


@pytest.fixture
def evaluation(tmp_path):
    (tmp_path / ".report").mkdir()
    found = Evaluated(tmp_path)
    found.store.write(STORED)
    filled(found, SHOWN, STORED)
    return found


def test_values_are_at_hand_although_nothing_shows_other_exhibits(evaluation):
    found = stored(evaluation, SHOWN)
    assert list(found) == list(STORED)
    assert dict(found) == STORED


@pytest.mark.parametrize(
    "shown", [{"schools": "N2"}, {"schools": "N1", "pupils": "N2"}, {}], ids=str
)
def test_values_are_not_at_hand_for_other_exhibits_or_references(evaluation, shown):
    assert stored(evaluation, shown) is None


def test_values_are_not_at_hand_under_another_key(evaluation):
    other = Evaluated(evaluation.root, "other")
    other.store.write(STORED)
    assert stored(other, SHOWN) is None


@pytest.mark.parametrize("change", [Path.unlink, lambda path: path.write_bytes(b"other")])
def test_values_are_not_at_hand_if_the_store_is_not_intact(evaluation, change):
    change(next(evaluation.store.folder.glob("schools*")))
    assert stored(evaluation, SHOWN) is None


def test_values_are_not_at_hand_if_another_book_refers_to_them_otherwise(evaluation):
    again = {**STORED, "provenances": {"schools": Provenance("schools", "N7")}}
    evaluation.store.write(again)
    assert stored(evaluation, SHOWN) is None


def test_the_command_imports_nothing_that_computes():
    heavy = {"great_expectations", "hamilton", "matplotlib", "numpy", "pandas", "scipy"}
    code = f"import report.commands.build, sys; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert said.stdout.strip() == b"[]"
