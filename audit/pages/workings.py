"""Explain how an exhibit was worked out, for a reader who does not program.

Everything here is read from the ledger and the released data: the description of the exhibit's
function, its restrictions, and one value worked through with the printed numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.pages.examples import example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.ledger.record import Record
    from audit.pages.lineage_graph import LineageGraph
    from audit.pages.trail import Trail


@dataclass(frozen=True)
class WorkedOut:
    """How one exhibit was worked out, as Markdown texts.

    Attributes
    ----------
    does
        What is stated, counted or shown.
    numerator, denominator
        What is divided by what.
    restrictions
        What it is restricted to.
    example
        A worked example, line by line, with numbers as printed.
    sources
        Where it comes from: publications, data files, settings.
    steps
        Every step from the data to the exhibit, in order.
    """

    does: str
    numerator: str
    denominator: str
    restrictions: tuple[str, ...]
    example: tuple[str, ...]
    sources: tuple[str, ...]
    steps: tuple[str, ...]


def worked_out(record: Record, trail: Trail, graph: LineageGraph) -> WorkedOut:
    """Return how an exhibit was worked out.

    Parameters
    ----------
    graph
        Its lineage.
    """
    own = trail.ledger.graph[record.id]
    value = example(record, trail)
    given = [f"{name.replace('_', ' ')}: {each}" for name, each in own.given.items()]
    period = getattr(record, "period", "")
    months = [_months(each) for each in (value.where, period) if each]
    return WorkedOut(
        trail.terms.said(own.does),
        value.numerator,
        value.denominator,
        tuple(given + months) or ("nothing: all records of the data",),
        value.lines,
        tuple(_sources(record, trail)),
        tuple(_steps(graph, trail)),
    )


def _months(period: str) -> str:
    of, _, which = period.rpartition(": ")
    return f"months of the {of.lower()}: {which}" if of else f"months: {which}"


def _sources(record: Record, trail: Trail) -> Iterator[str]:
    published = getattr(record, "source", "")
    if published:
        yield f"Published in {published}"
    label = f" ({trail.ledger.label.lower()})" if trail.ledger.label else ""
    supplied = [name for name in record.files if trail.files[name].part == "extract"]
    if supplied:
        yield f"Data files{label}: {', '.join(supplied)}"
    kept = [name for name in record.files if trail.files[name].part != "extract"]
    if kept:
        yield f"Files of the project: {', '.join(kept)}"
    if record.settings:
        yield f"Settings of the study: {', '.join(record.settings)}"
    if not (published or record.files or record.settings):
        yield "no data file and no publication; the code below states it"


def _steps(graph: LineageGraph, trail: Trail) -> Iterator[str]:
    """Yield the description of each function in the lineage, those nearest to the data first."""
    steps = trail.ledger.graph
    names = [name for name in reversed(graph.nearest()) if graph.steps[name].kind == "function"]
    told = [steps[name].does for name in names if steps[name].does]
    yield from dict.fromkeys(map(trail.terms.said, told))
