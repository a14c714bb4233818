"""Where resampling runs changes no number, and a cluster that can't be used is one message."""

import os
import sys

import numpy as np
import pytest

from analysis.errors import ConfigurationError
from analysis.models.inference import assignments, wild_bootstrap
from analysis.study.scale import Scale
from analysis.study.settings import read_study
from analysis.workers import over, workers
from tests.unit.models.resampled import resampled

NOWHERE = "tcp://127.0.0.1:9"


def test_blocks_are_those_of_one_stream(monkeypatch):
    """Each block is drawn by itself, and yet is what one generator draws after the others."""
    treated = np.array([1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1], dtype=bool)
    sets = np.array([0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4])
    asked = assignments.Assignments(treated, sets)
    monkeypatch.setattr(assignments, "CHUNK", 44)
    one = list(asked.sample(30, np.random.default_rng(3)))
    assert len(one) == 8
    apart = [asked.sampled(3, rows) for rows in asked.blocks(30)]
    assert np.array_equal(np.vstack(one), np.vstack(apart))


@pytest.mark.parametrize("units", [7, 8])
def test_signs_are_those_of_one_stream(units, monkeypatch):
    monkeypatch.setattr(wild_bootstrap, "CHUNK", 5 * units)
    random = np.random.default_rng(5)
    one = [random.choice([-1.0, 1.0], (rows, units)) for rows in (5, 5, 5, 5, 3)]
    blocks = wild_bootstrap._blocks(units, 23)
    apart = [wild_bootstrap._drawn_signs(units, rows, 5) for rows in blocks]
    assert np.array_equal(np.vstack(one), np.vstack(apart))


def test_several_processes_give_the_same_numbers():
    here = resampled()
    with workers(Scale(processes=2)):
        assert resampled() == here


def test_work_is_done_in_other_processes():
    with workers(Scale(processes=2)):
        assert os.getpid() not in over(lambda _: os.getpid(), range(4))
    assert over(lambda _: os.getpid(), range(2)) == [os.getpid()] * 2


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"workers": "spark"}, "workers: must be one of local, dask; found 'spark'"),
        ({"processes": 0}, "processes: must be 1 or more; found 0"),
        ({"address": NOWHERE}, 'address: is for workers = "dask" only'),
        ({"workers": "dask"}, "address: must be the scheduler's address"),
        ({"workers": "dask", "address": "here"}, "address: must be the scheduler's address"),
    ],
)
def test_a_wrong_setting_is_named(settings, what):
    with pytest.raises(ConfigurationError) as error:
        Scale(**settings)
    assert str(error.value).startswith(what)
    assert error.value.remedy


@pytest.mark.parametrize(
    ("missing", "scale"),
    [("distributed", Scale(workers="dask", address=NOWHERE)), ("joblib", Scale(processes=2))],
)
def test_a_package_that_is_not_installed_is_named(missing, scale, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ConfigurationError, match=missing) as error, workers(scale):
        pass
    assert "requirements-scale.lock" in error.value.remedy


def test_the_setting_is_read_from_the_study(root, tmp_path):
    text = (root / "study.toml").read_text(encoding="utf-8")
    settings = tmp_path / "study.toml"
    settings.write_text(f'{text}\n[scale]\nworkers = "dask"\naddress = "{NOWHERE}"\n', "utf-8")
    assert read_study(settings).scale == Scale(workers="dask", address=NOWHERE)
