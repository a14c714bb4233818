"""Where resampling and simulation run: in this process, in several, or on a Dask cluster.

The work is split into blocks, each with its own part of a stream of random numbers, and results
are put together in the order of the blocks. So they are the same wherever blocks are computed.
"""

from __future__ import annotations

import hashlib
import os
import platform
import time
import warnings
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from analysis.environment import THREADS
from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from analysis.study.scale import Scale

    Pool = Callable[[Callable[[Any], Any], list[Any]], list[Any]]

Task = TypeVar("Task")
Result = TypeVar("Result")

PLACE = "study.toml, [scale]"
HERE = 'or set workers = "local"'
CONNECT = 10
"""Seconds in which a scheduler must answer."""
WITHOUT_WORKERS = 60
"""Seconds after which a cluster that has lost all its workers is given up."""
SAME = ("numpy", "pandas", "scipy", "dask", "distributed")
"""Packages whose versions must be the same on every worker."""
_POOLS: list[Pool] = []


def over(function: Callable[[Task], Result], tasks: Iterable[Task]) -> list[Result]:
    """Apply a function to each task, wherever work runs, and return the results in order.

    Parameters
    ----------
    function
        Depends on nothing but its argument and what it encloses.
    tasks
        The tasks; each is worth a tenth of a second or more, or sending it takes longer.

    Examples
    --------
    >>> over(lambda number: number**2, range(4))
    [0, 1, 4, 9]
    """
    listed = list(tasks)
    if len(listed) > 1 and _POOLS:
        return _POOLS[-1](function, listed)
    return [function(task) for task in listed]


@contextmanager
def workers(scale: Scale) -> Iterator[None]:
    """Run the work of `over` where the settings say.

    Raises
    ------
    ConfigurationError
        If a cluster does not answer, has no workers or other versions, or loses all workers.
    """
    if scale.workers == "dask":
        with _on_dask(scale.address) as pool:
            yield from _in_force(pool)
    elif scale.processes > 1:
        with _in_processes(scale.processes) as pool:
            yield from _in_force(pool)
    else:
        yield


def _in_force(pool: Pool) -> Iterator[None]:
    _POOLS.append(pool)
    try:
        yield
    finally:
        _POOLS.remove(pool)


def _joblib() -> Any:
    try:
        import joblib
    except ModuleNotFoundError:
        raise ConfigurationError(
            "work in several processes needs joblib, which is not installed",
            place=PLACE,
            remedy="install requirements-scale.lock (make scale), or set processes = 1",
        ) from None  # fmt: skip
    return joblib


@contextmanager
def _in_processes(processes: int) -> Iterator[Pool]:
    """Keep processes of this machine, which start once."""
    joblib = _joblib()
    with joblib.Parallel(n_jobs=processes, backend="loky") as parallel:

        def pool(function: Callable[[Any], Any], tasks: list[Any]) -> list[Any]:
            return list(parallel(joblib.delayed(function)(task) for task in tasks))

        pool(str, list(range(processes)))  # starts them before any result is watched
        yield pool


@contextmanager
def _on_dask(address: str) -> Iterator[Pool]:
    """Use the workers of a Dask cluster, which computes again what a lost worker had."""
    client = _connected(address)
    try:
        _refuse_others(client, address)

        def pool(function: Callable[[Any], Any], tasks: list[Any]) -> list[Any]:
            from distributed import KilledWorker

            futures = client.map(function, tasks, pure=False)
            try:
                _wait(client, futures)
                return list(client.gather(futures))
            except (KilledWorker, _Lost, CancelledError) as error:
                raise ConfigurationError(
                    f"the Dask cluster at {address} has lost its workers",
                    place=PLACE, remedy="see their logs (have they run out of memory?) and start "
                    f"them again, {HERE}",
                ) from error  # fmt: skip

        yield pool
    finally:
        client.close(timeout=CONNECT)


class _Lost(Exception):
    """The cluster has been without workers for too long."""


def _wait(client: Any, futures: list[Any]) -> None:
    """Wait until all is computed, or the cluster has been without workers for too long."""
    from distributed import wait

    seen = time.monotonic()
    while True:
        try:
            with client.as_current():
                wait(futures, timeout=1)
        except TimeoutError:
            if client.scheduler_info()["workers"]:
                seen = time.monotonic()
            elif time.monotonic() - seen > WITHOUT_WORKERS:
                raise _Lost from None
        else:
            return


def _connected(address: str) -> Any:
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise ConfigurationError(
            "a Dask cluster needs the package distributed, which is not installed here",
            place=PLACE, remedy=f"install requirements-scale.lock (make scale), {HERE}",
        ) from None  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other versions, which are compared below
            return Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:  # a timeout is an OSError
        raise ConfigurationError(
            f"no Dask scheduler answers at {address}",
            place=PLACE, remedy=f"start it (dask scheduler) or correct the address, {HERE}",
        ) from error  # fmt: skip


def _refuse_others(client: Any, address: str) -> None:
    """Refuse a cluster without workers, or whose workers would compute by other code."""
    if not client.scheduler_info()["workers"]:
        raise ConfigurationError(
            f"the Dask cluster at {address} has no workers",
            place=PLACE, remedy=f"start some (dask worker {address}), {HERE}",
        )  # fmt: skip
    try:
        found = client.run(fingerprint)
    except Exception as error:  # whatever a worker raises that hasn't this program
        differ = f"{type(error).__name__}: {error}".partition("\n")[0]
    else:
        own = fingerprint()
        differ = "; ".join(
            f"{what} {theirs[what]} on {worker}, {own[what]} here"
            for worker, theirs in found.items()
            for what in own
            if theirs.get(what) != own[what]
        )
    if differ:
        raise ConfigurationError(
            f"workers of the Dask cluster at {address} differ from here: {differ}",
            place=PLACE,
            remedy="install the same commit of this program, requirements.lock and "
            f"requirements-scale.lock on each, and start workers in its folder, {HERE}",
        )


@cache
def fingerprint() -> dict[str, str]:
    """Return what a worker must have in common with this process, for equal results."""
    code = hashlib.sha256()
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("*.py")):
        code.update(f"{path.relative_to(folder).as_posix()} ".encode() + path.read_bytes())
    return {
        "Python": platform.python_version(),
        **{name: version(name) for name in SAME},
        # The sum of an array may differ in its last digit with the number of threads.
        **{name: os.environ.get(name, "not set") for name in THREADS[:3]},
        "the program": code.hexdigest()[:12],
    }
