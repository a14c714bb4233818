"""Compute the nodes of a dataflow ahead of their use, in several processes at once.

A node is computed by the same code and stored under the same key as in one process, with the same
watch over what it reads. If one fails, this stops, and whoever asked for the nodes computes the
rest in order, so that an error is the one that a single process reports.
"""

from __future__ import annotations

from functools import partial
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

import numpy as np

from analysis.cache import PendingCache
from analysis.parallel.exchange import answer, learn, question, stored
from analysis.parallel.workers import NoAnswer, affordable, workers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.incremental import Nodes
    from analysis.parallel.exchange import Made, Question
    from analysis.parallel.workers import Worker

FEWEST = 12
"""Number of nodes from which more than one process computes them."""
LITTLE = 1.0
"""Seconds for which an idle process computes what another has computed already."""


def compute_ahead(nodes: Nodes, names: Iterable[str], processes: int | None = None) -> None:
    """Compute what nodes rest on, as far as it is not stored and can be computed in parallel.

    Parameters
    ----------
    names
        Names of the nodes that will be used.
    processes
        Number of processes; None for one per processor.
    """
    many = affordable() if processes is None else processes
    cache = nodes.cache
    if many < 2 or not isinstance(cache, PendingCache):
        return
    plan = Plan(nodes, cache, nodes.upstream(names))
    if plan.open >= FEWEST:
        with workers(partial(answer, nodes, cache), many) as crew:
            plan.carry_out(crew)


class Plan:
    """The nodes to compute, first those that the longest chain of others waits for.

    Parameters
    ----------
    nodes, cache
        The nodes of an evaluation, and the cache of their values.
    order
        Names of nodes, each after those that it takes.
    """

    def __init__(self, nodes: Nodes, cache: PendingCache, order: Sequence[str]) -> None:
        self._nodes, self._cache = nodes, cache
        self._needs = {name: nodes.needs(name) for name in order}
        self._after: dict[str, list[str]] = {name: [] for name in order}
        for name, needs in self._needs.items():
            for need in needs:
                self._after[need].append(name)
        longest: dict[str, int] = {}
        for name in reversed(order):
            longest[name] = 1 + max((longest[after] for after in self._after[name]), default=0)
        self._turn = {name: (-longest[name], place) for place, name in enumerate(order)}
        self._lacking = {name: set(needs) for name, needs in self._needs.items()}
        self._ready: set[str] = set()
        self._held: dict[Worker, set[str]] = {}
        self._not_stored: dict[str, float] = {}
        for name in [each for each in order if not self._needs[each]]:
            self._look_up(name)

    @property
    def open(self) -> int:
        """The number of nodes that may have to be computed."""
        return len(self._ready) + len(self._lacking)

    def carry_out(self, crew: Sequence[Worker]) -> None:
        """Compute the nodes, until all are known or one fails."""
        idle = list(crew)
        busy: dict[object, Worker] = {}
        self._held = {worker: set() for worker in crew}
        while True:
            for worker in list(idle):
                asked = self._next(worker, alone=not busy)
                if asked is not None:
                    worker.ask(asked)
                    busy[worker.connection] = worker
                    idle.remove(worker)
            if not busy:
                return
            for ready in wait([each.connection for each in busy.values()]):
                worker = busy.pop(ready)
                try:
                    made = worker.answer()
                except NoAnswer:
                    return
                idle.append(worker)
                self._learn(worker, made)

    def _next(self, worker: Worker, *, alone: bool) -> Question | None:
        """Return a question for the first node that a process should compute, if there is one.

        If no other process is at work, that is any node.
        """
        effort = {name: self._effort(name, worker) for name in self._ready}
        least = min(effort.values(), default=np.inf)
        if not effort or (least > LITTLE and not alone):
            return None
        able = [name for name in self._ready if effort[name] == least]
        name = min(able, key=self._turn.__getitem__)
        self._ready.remove(name)
        asked = question(self._nodes, self._cache, name, self._held[worker])
        self._held[worker].update(asked.versions)
        return asked

    def _effort(self, name: str, worker: Worker) -> float:
        """Return how long a process would compute what another has but can't pass on, in seconds.

        Values that are not stored, such as children's records, are computed where they are needed.
        """
        found: dict[str, float] = {}
        waiting = [name]
        while waiting:
            for need in self._needs[waiting.pop()]:
                if need in self._not_stored and need not in {*found, *self._held[worker]}:
                    found[need] = self._not_stored[need]
                    waiting.append(need)
        return sum(found.values())

    def _learn(self, worker: Worker, made: Made) -> None:
        learn(self._nodes, self._cache, made)
        self._held[worker].update(made.versions)
        for name in made.versions:
            if not stored(self._nodes, self._cache, name):
                self._not_stored[name] = made.seconds
        for name in made.versions:
            self._settle(name)

    def _look_up(self, name: str) -> None:
        """Find a node in the cache, or list it as one to be computed."""
        del self._lacking[name]
        if self._nodes.known(name):
            if not stored(self._nodes, self._cache, name):
                self._not_stored[name] = np.inf  # nobody has computed it yet
            self._settle(name)
        else:
            self._ready.add(name)

    def _settle(self, name: str) -> None:
        for after in self._after.pop(name, ()):
            self._lacking[after].discard(name)
            if not self._lacking[after]:
                self._look_up(after)
