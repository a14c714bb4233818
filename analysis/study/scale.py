"""Where the heavy work of an evaluation runs: events in an engine, resampling on workers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from analysis.errors import ConfigurationError

WORKERS = ("local", "dask")
_SCHEDULER = re.compile(r"(?:tcp|tls|ws|wss)://[^\s/]+:[0-9]+")
ENGINES = ("pandas", "duckdb", "spark")
_ADDRESS = re.compile(
    r"(?:spark://[^\s:/]+:[0-9]+(?:,[^\s:/]+:[0-9]+)*|yarn|k8s://\S+|local\[\d+\])"
)


@dataclass(frozen=True)
class Scale:
    """Settings of the engine that validates and counts the events, and of resampling.

    Attributes
    ----------
    engine
        'pandas' (in memory), 'duckdb' (out of core, on this machine) or 'spark' (on a cluster).
        Results are the same.
    cluster
        Address of Spark's master, such as `spark://head:7077`; empty for the other engines.
    folder
        Folder for the events while they are computed, and for what doesn't fit in memory; for
        Spark, one that every worker can read. Empty for the system's temporary folder.
    memory_gb
        Memory that DuckDB, or each of Spark's workers, may use, in gigabytes.
    workers
        Where resampling and simulation run: 'local' (this machine) or 'dask' (a Dask cluster).
        Results are the same.
    processes
        Number of processes on this machine; with one, work stays in the command's own process.
    address
        Address of Dask's scheduler, such as `tcp://head:8786`; empty unless workers is 'dask'.
    """

    engine: str = "pandas"
    cluster: str = ""
    folder: str = ""
    memory_gb: float = 2.0
    workers: str = "local"
    processes: int = 1
    address: str = ""

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise ConfigurationError(
                f"must be one of {', '.join(ENGINES)}; found {self.engine!r}",
                place="engine", remedy="choose one of them",
            )  # fmt: skip
        if (self.engine == "spark") != bool(self.cluster):
            raise ConfigurationError(
                f"the engine {self.engine} "
                + ("needs a cluster" if self.engine == "spark" else "uses no cluster"),
                place="cluster",
                remedy="write the address of its master, such as spark://head:7077"
                if self.engine == "spark"
                else "leave it out, or choose the engine spark",
            )
        if self.cluster and not _ADDRESS.fullmatch(self.cluster):
            raise ConfigurationError(
                f"{self.cluster!r} is not an address of a Spark master",
                place="cluster", remedy="write it as spark://host:port",
            )  # fmt: skip
        if not self.memory_gb >= 0.5:
            raise ConfigurationError(
                f"at least 0.5; found {self.memory_gb}",
                place="memory_gb", remedy="correct the value",
            )  # fmt: skip
        self._check_workers()

    def _check_workers(self) -> None:
        on_dask = self.workers == "dask"
        for key, holds, rule, remedy in (
            ("workers", self.workers in WORKERS, f"must be one of {', '.join(WORKERS)}",
             "choose one of them"),
            ("processes", self.processes >= 1, "must be 1 or more",
             "write how many processes may run at once"),
            ("address", on_dask or not self.address, 'is for workers = "dask" only',
             'write workers = "dask", or leave the address out'),
            ("address", not on_dask or bool(_SCHEDULER.fullmatch(self.address)),
             "must be the scheduler's address, such as tcp://head:8786",
             "copy the address that `dask scheduler` prints"),
        ):  # fmt: skip
            if not holds:
                found = getattr(self, key)
                raise ConfigurationError(f"{rule}; found {found!r}", place=key, remedy=remedy)

    @property
    def of_events(self) -> Scale:
        """The same settings without those of resampling, on which no event depends."""
        return replace(self, workers="local", processes=1, address="")
