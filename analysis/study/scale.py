"""Where the heavy work of an evaluation runs: on this machine, or on a cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.errors import ConfigurationError

WORKERS = ("local", "dask")
_ADDRESS = re.compile(r"(tcp|tls|ws|wss)://[^\s/]+:\d+")


@dataclass(frozen=True)
class Scale:
    """Where resampling and simulation run. Results are the same wherever that is.

    Attributes
    ----------
    workers
        'local' (this machine) or 'dask' (a Dask cluster).
    processes
        Number of processes on this machine; with one, work stays in the command's own process.
    address
        Address of the Dask scheduler, such as tcp://10.0.0.5:8786; empty unless workers is 'dask'.
    """

    workers: str = "local"
    processes: int = 1
    address: str = ""

    def __post_init__(self) -> None:
        on_dask = self.workers == "dask"
        for key, holds, rule, value, remedy in (
            ("workers", self.workers in WORKERS, f"must be one of {', '.join(WORKERS)}",
             self.workers, "choose one of them"),
            ("processes", self.processes >= 1, "must be 1 or more", self.processes,
             "write how many processes may run at once"),
            ("address", on_dask or not self.address, "is for workers = \"dask\" only",
             self.address, "write workers = \"dask\", or leave the address out"),
            ("address", not on_dask or bool(_ADDRESS.fullmatch(self.address)),
             "must be the scheduler's address, such as tcp://10.0.0.5:8786", self.address,
             "copy the address that `dask scheduler` prints"),
        ):  # fmt: skip
            if not holds:
                raise ConfigurationError(f"{rule}; found {value!r}", place=key, remedy=remedy)
