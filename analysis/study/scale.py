"""How the events are computed: in memory, out of core, or on a cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.errors import ConfigurationError

ENGINES = ("pandas", "duckdb", "spark")
_ADDRESS = re.compile(
    r"(?:spark://[^\s:/]+:[0-9]+(?:,[^\s:/]+:[0-9]+)*|yarn|k8s://\S+|local\[\d+\])"
)


@dataclass(frozen=True)
class Scale:
    """Settings of the engine that validates and counts the events.

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
    """

    engine: str = "pandas"
    cluster: str = ""
    folder: str = ""
    memory_gb: float = 2.0

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
