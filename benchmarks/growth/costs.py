"""What computing each node of the dataflow costs: seconds of the processor, and memory."""

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
from analysis.environment import stated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


@dataclass(frozen=True)
class Cost:
    """What one node took.

    Attributes
    ----------
    node
        Its name.
    seconds
        Of the processor, this process's.
    gigabytes
        The most memory that the process held meanwhile, with all that was computed before.
    error
        What stopped it; empty where nothing did.
    """

    node: str
    seconds: float
    gigabytes: float
    error: str = ""


def costs(
    inputs: Mapping[str, object],
    wanted: Iterable[str],
    seen: Callable[[Cost], None],
) -> dict[str, Any]:
    """Compute nodes one after another, and let go of each once nothing more needs it.

    Parameters
    ----------
    inputs
        Of the graph.
    wanted
        Names of nodes; all that they rest on is computed too.
    seen
        Is given what each node took.

    Returns
    -------
    dict
        The values of the nodes wanted; a node that fails, and what rests on it, is left out.
    """
    built = dataflow.build()
    by_name = dataflow.nodes(built)
    asked = set(wanted)
    order = list(_in_order(asked, by_name))
    last = {need: name for name in order for need in by_name[name].needs}
    values: dict[str, Any] = {}
    with stated():
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


def _in_order(wanted: set[str], by_name: Mapping[str, dataflow.Node]) -> Iterator[str]:
    """Yield nodes, each after all that it needs."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[str]:
        if name not in done:
            done.add(name)
            for need in by_name[name].needs:
                yield from visit(need)
            yield name

    for name in sorted(wanted):
        yield from visit(name)


def _timed(name: str, work: Callable[[], Any]) -> tuple[Any, Cost]:
    gc.collect()
    _forget_peak()
    started, error, value = time.process_time(), "", None
    try:
        value = work()
    except Exception as raised:  # what stops a step is a result of the benchmark
        error = f"{type(raised).__name__}: {raised}".partition("\n")[0]
    return value, Cost(name, time.process_time() - started, peak(), error)


def _forget_peak() -> None:
    """Have Linux count the most memory held from now on; elsewhere it is that since the start."""
    switch = Path("/proc/self/clear_refs")
    if switch.exists():
        switch.write_text("5", encoding="ascii")


def peak() -> float:
    """Return the most memory held since the peak was forgotten, in gigabytes."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        found = next(line for line in lines if line.startswith("VmHWM"))
        return int(found.split()[1]) * 1024 / 1e9
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / 1e9 if sys.platform == "darwin" else held * 1024 / 1e9
