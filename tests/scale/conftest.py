"""A cluster of Spark on this machine: a master and two workers, each a process of its own."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLASS = "org.apache.spark.deploy"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Cluster:
    """The processes of a cluster, started and ended one by one."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.address = f"spark://127.0.0.1:{self.port}"
        here = ["--host", "127.0.0.1", "--webui-port", str(free_port())]
        self.master = self.start("master", "master.Master", "--port", str(self.port), *here)
        self.workers = [self.worker(number) for number in (1, 2)]

    def worker(self, number):
        options = ["--cores", "1", "--memory", "1g", "--host", "127.0.0.1"]
        place = ["--webui-port", str(free_port()), "--work-dir", str(self.folder / f"w{number}")]
        return self.start(f"worker{number}", "worker.Worker", *options, *place, self.address)

    def start(self, name, role, *options):
        import pyspark

        home = Path(pyspark.__file__).parent
        env = os.environ | {
            "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m", "PYSPARK_PYTHON": sys.executable,
        }  # fmt: skip
        command = [home / "bin" / "spark-class", f"{CLASS}.{role}", *options]
        with (self.folder / f"{name}.log").open("w") as log:
            return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=env,
                                    start_new_session=True)  # fmt: skip

    def stop(self):
        for each in (*self.workers, self.master):
            each.kill()
            each.wait()

    def await_master(self, seconds=120):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.3)
        raise AssertionError((self.folder / "master.log").read_text())


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    started = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        started.await_master()
        yield started
    finally:
        started.stop()
