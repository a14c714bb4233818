"""Measure the cost of each node of the dataflow in processor seconds and memory."""

from __future__ import annotations

import gc
import resource
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.dataflow import graph as dataflow
from analysis.environment import specified_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence


@dataclass(frozen=True)
class Cost:
    """The cost of one node.

    Attributes
    ----------
    node
        Its name.
    seconds
        Processor seconds of this process.
    gigabytes
        Peak memory of the process meanwhile, including earlier results.
    error
        The error that stopped it; empty if there was none.
    """

    node: str
    seconds: float
    gigabytes: float
    error: str = ""


def costs(
    inputs: Mapping[str, object],
    wanted: Iterable[str],
    seen: Callable[[Cost], None],
    first: Sequence[str] = (),
) -> dict[str, Any]:
    """Compute nodes one after another, releasing each value once it is no longer needed.

    Parameters
    ----------
    inputs
        Inputs of the graph.
    wanted
        Names of nodes; everything upstream of them is computed too.
    seen
        Called with the cost of each node.
    first
        Names of nodes that are computed before the others, in this order.

    Returns
    -------
    dict
        The values of the wanted nodes, without those that failed and those downstream of them.
    """
    built = dataflow.build()
    by_name = dataflow.nodes(built)
    asked = set(wanted)
    needed = set(_in_order(sorted(asked), by_name))
    order = list(_in_order([*(name for name in first if name in needed), *sorted(asked)], by_name))
    last = {need: name for name in order for need in by_name[name].needs}
    values: dict[str, Any] = {}
    with specified_settings():
        for name in order:
            node = by_name[name]
            if node.function is None:
                values[name] = inputs[name]
                continue
            if any(need not in values for need in node.needs):
                continue
            given = {need: values[need] for need in node.needs}
            value, cost = _timed(name, partial(built.graph.nodes[name].callable, **given))
            seen(cost)
            if not cost.error:
                values[name] = value
            for need in node.needs:
                if last[need] == name and need not in asked:
                    values.pop(need, None)
    return {name: values[name] for name in asked if name in values}


def _in_order(wanted: Iterable[str], by_name: Mapping[str, dataflow.Node]) -> Iterator[str]:
    """Yield nodes in topological order."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[str]:
        if name not in done:
            done.add(name)
            for need in by_name[name].needs:
                yield from visit(need)
            yield name

    for name in wanted:
        yield from visit(name)


def _timed(name: str, work: Callable[[], Any]) -> tuple[Any, Cost]:
    gc.collect()
    _forget_peak()
    started, error, value = time.process_time(), "", None
    try:
        value = work()
    except Exception as raised:  # an error is a result of the benchmark
        error = f"{type(raised).__name__}: {raised}".partition("\n")[0]
    return value, Cost(name, time.process_time() - started, peak(), error)


def _forget_peak() -> None:
    """Reset Linux's record of peak memory; on other systems the peak is since the start."""
    switch = Path("/proc/self/clear_refs")
    if switch.exists():
        switch.write_text("5", encoding="ascii")


def peak() -> float:
    """Return the peak memory since the last reset, in gigabytes."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        found = next(line for line in lines if line.startswith("VmHWM"))
        return int(found.split()[1]) * 1024 / 1e9
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / 1e9 if sys.platform == "darwin" else held * 1024 / 1e9
