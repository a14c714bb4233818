"""How children's records may reach exhibits, and why each path is safe.

Every path goes through a node of the dataflow tagged with one of these reasons,
`@tag(disclosure=REASON)`. An exhibit reached by any other path is refused, since nobody has said
why it is safe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.disclosure import Status, released
from analysis.errors import ExhibitHeld

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from analysis.dataflow.graph import Node

TOGETHER = "Its counts were released together with all others of the same children."
RATES_OF_COUNTS = "Rates and shares are shown where the counts behind them are."
MODELS = (
    "Each estimate rests on at least as many events and children as may be shown, and is the same "
    "whatever the suppressed counts are."
)
COUNTS_OF_RESULTS = "It counts results that are the same whatever the suppressed counts are."
SCHOOLS = "It describes schools and their months, not children."
WORK = "It describes social workers' time, whatever the child."
FIELDWORK = "It counts statements from fieldwork with all groups, or with families among others."


def status_by_path(name: str, nodes: Mapping[str, Node], children: Collection[str]) -> Status:
    """Return the disclosure status that follows from how an exhibit is computed.

    Parameters
    ----------
    name
        The exhibit.
    nodes
        Every node of the graph by name.
    children
        Datasets whose contract classes a column as about children.

    Raises
    ------
    ExhibitHeld
        If it depends on children's records by a path on which no node has a tag.

    Examples
    --------
    >>> from analysis.dataflow.graph import Node
    >>> nodes = {"child_events": Node("child_events", None, ()),
    ...          "released": Node("released", None, ("child_events",), SCHOOLS),
    ...          "many_schools": Node("many_schools", None, ("released",))}
    >>> status_by_path("many_schools", nodes, {"child_events"}).reason
    'It describes schools and their months, not children.'
    """
    taken_by = {name: ""}
    passed: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if nodes[current].disclosure:
            passed.add(nodes[current].disclosure)
            continue
        if current in children:
            raise _refusal(name, current, taken_by, nodes)
        for need in nodes[current].needs:
            if need not in taken_by:
                taken_by[need] = current
                waiting.append(need)
    return released(" ".join(sorted(passed))) if passed else released()


def _refusal(
    name: str, records: str, taken_by: Mapping[str, str], nodes: Mapping[str, Node]
) -> ExhibitHeld:
    """Return the error that names the path, and the function on it that takes the records."""
    way = [records]
    while way[-1] != name:
        way.append(taken_by[way[-1]])
    function = nodes[way[1]].function if len(way) > 1 else None
    place = ""
    if function is not None:
        # By its module: byte code may come from a copy of this folder.
        file = f"{function.__module__.replace('.', '/')}.py"
        place = f"{file}:{function.__code__.co_firstlineno}"
    return ExhibitHeld(
        f"the exhibit {name} rests on {records}, records of children, by a way on which no node "
        f"says why that is safe: {' -> '.join(way)}",
        place=place,
        remedy="build it from released results, or give the node that makes it safe "
        "`@tag(disclosure=REASON)` with a reason from analysis/dataflow/disclosure_paths.py",
    )
