"""Resampling on a Dask cluster of three workers: the numbers of one process, whatever happens."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import analysis.workers
from analysis.environment import THREADS
from analysis.errors import ConfigurationError
from analysis.study.scale import Scale
from analysis.undeclared_reads import Watch
from analysis.workers import over, workers
from tests.unit.models.resampled import resampled

pytestmark = pytest.mark.scale

ONE_THREAD = dict.fromkeys(THREADS, "1")


class Cluster:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, folder):
        self.file, self.processes = folder / "scheduler.json", []
        self.start("scheduler", "--port", "0", "--no-dashboard", "--no-show")
        waited = time.monotonic() + 60
        while not self.file.exists():
            assert time.monotonic() < waited, "the scheduler did not start"
            time.sleep(0.1)

    def start(self, kind, *options, **variables):
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options,
                   "--scheduler-file", str(self.file)]  # fmt: skip
        place = self.file.parent / f"{kind}-{len(self.processes)}.log"
        with place.open("w") as log:
            made = subprocess.Popen(
                command, env=os.environ | ONE_THREAD | variables, stdout=log, stderr=log
            )
        self.processes.append(made)
        return made

    def worker(self, **variables):
        return self.start("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", **variables)

    @property
    def scale(self):
        return Scale(workers="dask", address=json.loads(self.file.read_text())["address"])

    def wait_for(self, many):
        from distributed import Client

        with Client(self.scale.address, set_as_default=False) as client:
            client.wait_for_workers(many, timeout=60)

    def end(self):
        for each in self.processes:
            each.kill()
            each.wait()


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """Return a cluster without workers; this process computes with one thread, as theirs do."""
    for name, value in ONE_THREAD.items():
        monkeypatch.setenv(name, value)
    analysis.workers.fingerprint.cache_clear()
    made = Cluster(tmp_path)
    yield made
    made.end()


def test_a_cluster_gives_the_same_numbers_though_a_worker_is_killed(cluster):
    here = resampled()
    own = [cluster.worker() for _ in range(3)]
    cluster.wait_for(3)
    with workers(cluster.scale):
        used = set(over(lambda _: (time.sleep(0.2), os.getpid())[1], range(12)))
        assert used == {each.pid for each in own}
        killed = threading.Timer(1.0, own[0].send_signal, [signal.SIGKILL])
        killed.start()
        # The worker has some of these when it is killed; they are computed again elsewhere.
        slow = over(lambda n: (time.sleep(0.3), n**2)[1], range(30))
        assert slow == [n**2 for n in range(30)]
        assert own[0].wait() == -signal.SIGKILL
        assert resampled() == here


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr(analysis.workers, "CONNECT", 1)
    nowhere = "tcp://127.0.0.1:9"
    with (
        pytest.raises(ConfigurationError) as error,
        workers(Scale(workers="dask", address=nowhere)),
    ):
        pass
    said = str(error.value)
    assert said.startswith(f"study.toml, [scale]: no Dask scheduler answers at {nowhere}")


def test_a_cluster_without_workers_is_named(cluster):
    with pytest.raises(ConfigurationError, match="has no workers"), workers(cluster.scale):
        pass


def test_workers_with_other_versions_are_named(cluster, tmp_path):
    """A worker whose numpy says that it is another one."""
    other = tmp_path / "other"
    (other / "numpy-0.0.1.dist-info").mkdir(parents=True)
    (other / "numpy-0.0.1.dist-info" / "METADATA").write_text("Name: numpy\nVersion: 0.0.1\n")
    cluster.worker(PYTHONPATH=str(other), OMP_NUM_THREADS="2")
    cluster.wait_for(1)
    with pytest.raises(ConfigurationError) as error, workers(cluster.scale):
        pass
    said = str(error.value)
    assert "numpy 0.0.1 on tcp://" in said
    assert "OMP_NUM_THREADS 2 on tcp://" in said
    assert "remedy: install the same commit" in said


def test_workers_without_the_program_are_named(cluster, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    without = tmp_path / "analysis"
    without.mkdir()
    # An installed checkout would still give the modules of an empty package.
    (without / "__init__.py").write_text("raise ModuleNotFoundError(__name__)")
    cluster.worker(PYTHONPATH=str(tmp_path))
    cluster.wait_for(1)
    with pytest.raises(ConfigurationError, match="differ from here"), workers(cluster.scale):
        pass


def test_a_cluster_that_loses_all_workers_is_given_up(cluster, monkeypatch):
    monkeypatch.setattr(analysis.workers, "WITHOUT_WORKERS", 3)
    own = cluster.worker()
    cluster.wait_for(1)
    threading.Timer(2.0, own.kill).start()
    with pytest.raises(ConfigurationError, match="has lost its w"), workers(cluster.scale):
        over(lambda n: (time.sleep(1), np.float64(n))[1], range(30))


def test_what_feeds_workers_is_no_undeclared_read(cluster):
    """Else no result of theirs would be kept, and a release would refuse them."""
    cluster.worker()
    cluster.wait_for(1)
    watch = Watch()
    with workers(cluster.scale), watch.over("some result", []):
        assert over(lambda number: number + 1, range(4)) == [1, 2, 3, 4]
    assert watch.found == {}
