"""Processes that compute for this one: forks of it, which know what it knows and end when it ends.

Whatever goes wrong in one of them ends only that process: the caller is told that there is no
answer, and computes it itself.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess

Value = TypeVar("Value")

MOST = 4
"""The most processes; each holds what it computes in memory."""
_THREADS = Path("/proc/self/task")
_FORKED_SAFELY = "jemalloc_bg_thd"
"""Name of the thread of Arrow's allocator, which locks and releases all that it holds at a fork."""
_ENDING = 0.3
"""Seconds to wait for threads that Python has joined and the system has not yet removed."""
_FAILED = 1


class NoAnswer(Exception):
    """A worker could not compute what it was asked, or has ended."""


@dataclass(frozen=True, eq=False)
class Worker:
    """A process that answers one question at a time.

    Attributes
    ----------
    process
        The process.
    connection
        The end of its pipe that is in this process.
    """

    process: ForkProcess
    connection: Connection

    def ask(self, question: object) -> None:
        """Send a question, unless the process has ended, which its answer will show."""
        try:
            self.connection.send(question)
        except OSError:
            return

    def answer(self) -> Any:
        """Wait for the answer to the question.

        Raises
        ------
        NoAnswer
            If the process could not give one.
        """
        try:
            return self.connection.recv()
        except (EOFError, OSError) as error:
            raise NoAnswer(str(self.process.name)) from error


def affordable() -> int:
    """Return how many processes can work at once; 1 where this one can't be forked safely.

    A fork has only one thread, so a lock that another thread holds would stay locked in it.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    until = time.monotonic() + _ENDING
    while not _alone():
        if time.monotonic() > until:
            return 1
        time.sleep(0.01)
    return min(MOST, len(os.sched_getaffinity(0)))


def _alone() -> bool:
    """Return whether this process has no thread that could hold a lock."""
    try:
        names = [(each / "comm").read_text().strip() for each in _THREADS.iterdir()]
    except OSError:  # a thread that ends, or no such folder
        return False
    return len([name for name in names if name != _FORKED_SAFELY]) == 1


@contextmanager
def workers(serve: Callable[[Any], object], many: int) -> Iterator[list[Worker]]:
    """Start processes, and end them on leaving, whatever they are doing.

    Parameters
    ----------
    serve
        Function that returns the answer to a question, called in the processes.
    many
        How many there are.
    """
    context = multiprocessing.get_context("fork")
    # The writing end is open in this process only: once it ends, in any way, workers read that.
    lifeline = os.pipe()
    made: list[Worker] = []
    gc.freeze()  # a collection in a fork would copy the memory that it shares
    try:
        for _ in range(many):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=_work, args=(serve, theirs, ours, lifeline), daemon=True
            )
            with warnings.catch_warnings():  # of threads in general; see `affordable`
                warnings.simplefilter("ignore", DeprecationWarning)
                process.start()
            theirs.close()
            made.append(Worker(process, ours))
        yield made
    finally:
        gc.unfreeze()
        for each in made:
            each.process.kill()
        for each in made:
            each.process.join()
            each.connection.close()
        for end in lifeline:
            os.close(end)


@contextmanager
def aside(make: Callable[[], Value]) -> Iterator[Callable[[], Value]]:
    """Start a function in another process, and yield a function that returns its result.

    If this process can't be forked safely, or the other can't return the result, it is made here,
    when it is asked for. Nothing else that the function changes in memory reaches this process.

    Parameters
    ----------
    make
        Function whose result can be pickled.
    """
    if affordable() < 2:
        yield make
        return
    with workers(lambda _: make(), 1) as (worker,):
        worker.ask(None)

        def result() -> Value:
            try:
                found: Value = worker.answer()
            except NoAnswer:
                return make()
            return found

        yield result


def _work(
    serve: Callable[[Any], object],
    connection: Connection,
    parents: Connection,
    lifeline: tuple[int, int],
) -> None:
    """Answer questions until there are no more, or one fails."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
    parents.close()
    os.close(lifeline[1])
    threading.Thread(target=_end_with, args=(lifeline[0],), daemon=True).start()
    try:
        while True:
            connection.send(serve(connection.recv()))
    except BaseException:  # reported by the parent, which computes it again
        os._exit(_FAILED)


def _end_with(parent: int) -> None:
    os.read(parent, 1)
    os._exit(_FAILED)
