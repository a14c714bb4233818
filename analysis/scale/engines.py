"""Start DuckDB or Spark, run expressions of Ibis on it, and give its failures a remedy."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
import warnings
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError
from analysis.undeclared_reads import on_behalf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from analysis.study.scale import Scale

PLACE = "study.toml, [scale]"
QUIETENED = (
    # Only SQL is used of PySpark, and Arrow of what it returns.
    "PySpark does not yet fully support pandas",
    # Ibis 12 calls DuckDB 2 by names that were still right in DuckDB 1.
    r"fetch_\w+\(\) is deprecated, use to_\w+\(\) instead",
)
"""Warnings of libraries that can't be fixed here, each with its reason."""
SECONDS_TO_ANSWER = 5.0
"""Within which a cluster's master must accept a connection."""
SECONDS_FOR_WORKERS = 60.0
"""Within which a cluster must offer a worker, at the start and after the last one is lost."""
JAVA = "17"


class Engine:
    """An engine that runs expressions.

    Attributes
    ----------
    connection
        Ibis's backend.
    session
        Spark's session; None for DuckDB.
    """

    def __init__(self, connection: Any, session: Any = None) -> None:
        self.connection, self.session = connection, session

    def table(self, path: Path) -> Any:
        """Return a Parquet file as a table of Ibis."""
        return self.connection.read_parquet(str(path))

    def arrow(self, expression: Any) -> Any:
        """Return the rows of an expression as a table of Arrow."""
        if self.session is not None:  # Ibis would go by way of pandas
            return self.spark_frame(expression).toArrow()
        return self.connection.to_pyarrow(expression)

    def frame(self, expression: Any) -> pd.DataFrame:
        """Return the rows of an expression, with days as datetime64."""
        return as_frame(self.arrow(expression))

    def spark_frame(self, expression: Any) -> Any:
        """Return an expression as a frame of Spark."""
        import ibis

        return self.session.sql(str(ibis.to_sql(expression, dialect="pyspark")))


def as_frame(table: Any) -> pd.DataFrame:
    """Return a table of Arrow as a frame: text as str, days as datetime64[us]."""
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        if pa.types.is_date(field.type) or pa.types.is_timestamp(field.type):
            days = table.column(place).cast(pa.timestamp("us"))
            table = table.set_column(place, field.name, days)
    frame: pd.DataFrame = table.to_pandas()
    return frame


@contextmanager
def engine(scale: Scale, folder: Path) -> Iterator[Engine]:
    """Yield the engine that the settings name.

    Parameters
    ----------
    folder
        Where DuckDB keeps what doesn't fit in memory.

    Raises
    ------
    ConfigurationError
        If its packages, Java or the cluster are missing, or if it fails: with what it said and
        what to do. A lost worker's part is computed again on another; that is no failure.
    """
    _check_packages(scale)
    import duckdb
    import ibis

    # The cluster is named in the settings, and what it reads is known by digest.
    with on_behalf(), warnings.catch_warnings():
        for message in QUIETENED:
            warnings.filterwarnings("ignore", message=message)
        try:
            if scale.engine == "duckdb":
                limits = {
                    "memory_limit": f"{scale.memory_gb:g}GB", "preserve_insertion_order": False,
                    "temp_directory": str(folder / "duckdb"),
                }  # fmt: skip
                yield Engine(ibis.duckdb.connect(**limits))
            else:
                session = _session(scale.cluster, scale.memory_gb)
                with _watched(session):
                    yield Engine(ibis.pyspark.connect(session=session), session)
        except duckdb.Error as error:
            raise _failed("DuckDB", error, _remedy_of_duckdb(error)) from None
        except Exception as error:
            if not type(error).__module__.startswith(("pyspark", "py4j")):
                raise
            raise _failed("Spark", error, _remedy_of_spark(error)) from None


def _failed(name: str, error: Exception, remedy: str) -> ConfigurationError:
    said = str(error).strip().partition("\n")[0][:300]
    return ConfigurationError(f"{name} gave up: {said}", place=PLACE, remedy=remedy)


def _remedy_of_duckdb(error: Exception) -> str:
    if "OutOfMemory" in type(error).__name__:
        return "raise memory_gb, or name a folder with more space"
    return "free the space or files that it names, and run the command again"


def _remedy_of_spark(error: Exception) -> str:
    said = str(error)
    if "cancelled" in said or "stopped SparkContext" in said or "was shut down" in said:
        return "start workers again, then run the command again: nothing was kept of this run"
    if "PATH_NOT_FOUND" in said or "FileNotFound" in said or "does not exist" in said:
        return "set folder to one that this machine and every worker read under the same path"
    return "see the cluster's log; use the Spark version of requirements-scale.lock on all of it"


def _check_packages(scale: Scale) -> None:
    needed = ("ibis", "duckdb") if scale.engine == "duckdb" else ("ibis", "duckdb", "pyspark")
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"the engine {scale.engine} needs {', '.join(missing)}, not installed here",
            place=PLACE,
            remedy='run make scale and use .venv-scale, or set engine = "pandas"',
        )


# --- Spark ---------------------------------------------------------------------------


@cache
def _session(cluster: str, memory_gb: float) -> Any:
    """Return a session on a cluster that answers and has a worker; one per process."""
    _check_java()
    _check_master(cluster)
    from pyspark import __version__
    from pyspark.sql import SparkSession

    asked = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.executor.memory": f"{round(memory_gb * 1024)}m",
        "spark.sql.shuffle.partitions": "8",
        # A worker that is lost takes its part of a shuffle with it, which is computed again.
        "spark.task.maxFailures": "8",
        "spark.stage.maxConsecutiveAttempts": "10",
    }
    builder = SparkSession.builder.appName("events").master(cluster)
    for key, value in asked.items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
        _await_worker(session, time.monotonic() + SECONDS_FOR_WORKERS)
    except ConfigurationError:
        raise
    except Exception as error:
        raise ConfigurationError(
            f"the cluster did not accept this program: {str(error).strip().partition(chr(10))[0]}",
            place=f"{PLACE}, cluster = {cluster!r}",
            remedy=f"run Spark {__version__} on it, as requirements-scale.lock has it here",
        ) from None
    return session


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME", "")
    if not (os.path.exists(os.path.join(home, "bin", "java")) if home else shutil.which("java")):
        raise ConfigurationError(
            "Spark needs Java, which is not found", place=PLACE,
            remedy=f"install Java {JAVA} (Debian: openjdk-{JAVA}-jre-headless), or set JAVA_HOME",
        )  # fmt: skip


def _check_master(cluster: str) -> None:
    """Raise an error where no master listens, which Spark itself would report after a minute."""
    if not cluster.startswith("spark://"):
        return
    said = ""
    for address in cluster.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), SECONDS_TO_ANSWER).close()
        except OSError as error:
            said = error.strerror or str(error)
        else:
            return
    raise ConfigurationError(
        f"no cluster answers there ({said})",
        place=f"{PLACE}, cluster = {cluster!r}",
        remedy='start its master, correct the address, or set engine = "duckdb"',
    )


def _workers(session: Any) -> int:
    """Return the number of workers that hold memory for this program."""
    held = session.sparkContext._jsc.sc().getExecutorMemoryStatus().size()
    return int(held) - (0 if session.sparkContext.master.startswith("local") else 1)


def _await_worker(session: Any, deadline: float) -> None:
    while not _workers(session):
        if time.monotonic() > deadline:
            session.stop()
            raise ConfigurationError(
                f"the cluster has offered no worker for {SECONDS_FOR_WORKERS:.0f} seconds",
                place=PLACE,
                remedy="start workers with at least memory_gb free and the same Spark version",
            )
        time.sleep(0.2)


@contextmanager
def _watched(session: Any) -> Iterator[None]:
    """Cancel all work where no worker is left: Spark itself would wait for ever."""
    done = threading.Event()

    def look() -> None:
        alone = 0.0
        while not done.wait(2.0):
            alone = 0.0 if _workers(session) else alone + 2.0
            if alone >= SECONDS_FOR_WORKERS:
                session.sparkContext.cancelAllJobs()
                return

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
