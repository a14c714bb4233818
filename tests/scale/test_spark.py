"""A real cluster of Spark gives the verdicts and counts of pandas, even if it loses a worker."""

import os
import signal
import threading
import time
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.errors import ConfigurationError
from analysis.scale import engines
from analysis.study.scale import Scale
from tests.scale.conftest import free_port
from tests.scale.extracts import SOUND, faulty, panel, sent, verdicts

pytestmark = [pytest.mark.scale, pytest.mark.filterwarnings("default")]


@pytest.fixture
def spark(cluster, monkeypatch):
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setattr(engines, "SECONDS_FOR_WORKERS", 300.0)
    return Scale("spark", cluster.address, memory_gb=0.5)


def await_workers(session, number):
    deadline = time.monotonic() + 300
    while engines._workers(session) != number and time.monotonic() < deadline:
        time.sleep(0.2)
    assert engines._workers(session) == number


def test_verdicts_and_counts_are_the_same_though_a_worker_is_lost(spark, cluster, tmp_path):
    expected = verdicts(sent(faulty(tmp_path)))
    events = sent(SOUND, spark)
    session = engines._session(spark.cluster, spark.memory_gb)
    await_workers(session, 2)
    pd.testing.assert_frame_equal(panel(events), panel(sent(SOUND)))

    faulty_events = sent(tmp_path, spark)
    lost = threading.Thread(target=_lose_a_worker_at_work, args=(session, cluster))
    lost.start()
    found = verdicts(faulty_events)
    lost.join()
    assert cluster.workers[0].poll() is not None
    await_workers(session, 1)
    assert found == expected


def _lose_a_worker_at_work(session, cluster):
    """Kill a worker with what runs on it, once the cluster has a stage of some job to do."""
    tracker = session.sparkContext.statusTracker()
    while not tracker.getActiveStageIds():
        time.sleep(0.02)
    os.killpg(cluster.workers[0].pid, signal.SIGKILL)
    cluster.workers[0].wait()


def test_a_cluster_that_is_not_there_is_named_before_anything_is_copied():
    absent = Scale("spark", f"spark://127.0.0.1:{free_port()}")
    with pytest.raises(ConfigurationError, match="no cluster answers there") as raised:
        sent(SOUND, absent)
    assert absent.cluster in raised.value.place
    assert 'engine = "duckdb"' in raised.value.remedy


def test_a_cluster_of_another_version_is_named_with_the_version_to_run(monkeypatch):
    """Spark says that classes are incompatible; a person is told which version is needed."""
    from pyspark import __version__
    from pyspark.sql import SparkSession

    def refuse(_):
        raise RuntimeError("java.io.InvalidClassException: local class incompatible\nat org")

    monkeypatch.setattr(SparkSession.Builder, "getOrCreate", refuse)
    monkeypatch.setattr(engines, "_check_master", lambda _: None)
    with pytest.raises(
        ConfigurationError, match=r"did not accept this program: .*incompatible"
    ) as e:
        engines._session.__wrapped__("spark://another:7077", 0.5)
    assert e.value.remedy.startswith(f"run Spark {__version__} on it")
    assert "spark://another:7077" in e.value.place


def test_a_cluster_without_a_worker_is_given_up_and_its_session_ended(monkeypatch):
    ended = []
    monkeypatch.setattr(engines, "_workers", lambda _: 0)
    with pytest.raises(ConfigurationError, match="has offered no worker") as raised:
        engines._await_worker(SimpleNamespace(stop=lambda: ended.append(True)), time.monotonic())
    assert "same Spark version" in raised.value.remedy
    assert ended == [True]
