"""The lineage of one exhibit as a graph, drawn as an SVG with a text alternative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.pages.graph_layout import Spacing, lay_out, without_shortcuts
from audit.templates import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from markupsafe import Markup

    from audit.ledger.ledger import Ledger
    from audit.ledger.record import Record
    from audit.pages.graph_layout import Point

READS_FILES = "extract"
"""Node of the dataflow that reads the extract's files."""


@dataclass(frozen=True)
class Step:
    """One box: a data file, a part of the study, a function, or the exhibit itself.

    Attributes
    ----------
    kind
        file, setting, function or exhibit.
    name
        Name shown to the reader.
    place
        Number of rows of a file, or file and lines of code.
    """

    kind: str
    name: str
    place: str


@dataclass(frozen=True)
class LineageGraph:
    """The lineage of an exhibit as boxes and their needs.

    Attributes
    ----------
    target
        Name of the exhibit.
    steps
        Boxes by name.
    needs
        For each box, the names of the boxes it needs, files included, sorted.
    """

    target: str
    steps: Mapping[str, Step]
    needs: Mapping[str, tuple[str, ...]]

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Pairs of boxes, the needed one first."""
        return tuple((need, name) for name, needs in self.needs.items() for need in needs)

    def nearest(self) -> tuple[str, ...]:
        """Return the boxes except files, those nearest to the exhibit first."""
        found = [self.target]
        for name in found:
            found += [need for need in self.needs[name] if need not in found]
        return tuple(name for name in found if self.steps[name].kind != "file")


def lineage_graph(record: Record, ledger: Ledger) -> LineageGraph:
    """Return the lineage graph of one record of a ledger."""
    graph, files = ledger.graph, ledger.inputs
    within = set(record.nodes)
    steps = {name: _step(name, record, ledger) for name in record.nodes}
    needs = {name: {need for need in graph[name].needs if need in within} for name in within}
    for name in within:
        needs[name] |= {_file(file) for file in graph[name].files}
    for file in record.files:
        steps[_file(file)] = Step("file", file, f"{files[file].rows:,} rows")
        readers = (READS_FILES,) if READS_FILES in within else files[file].datasets
        for reader in within.intersection(readers if file in record.columns else ()):
            needs[reader].add(_file(file))
    ordered = {name: tuple(sorted(needs.get(name, ()))) for name in sorted(steps)}
    return LineageGraph(record.id, dict(sorted(steps.items())), ordered)


def _file(name: str) -> str:
    # A file may have the same name as a function.
    return f"file {name}"


def _step(name: str, record: Record, ledger: Ledger) -> Step:
    step = ledger.graph[name]
    if step.settings:
        lines = (ledger.settings[key].line for key in step.settings)
        return Step("setting", name, ", ".join(f"study.toml:{line}" for line in lines))
    at = ledger.code[str(step.function)]
    kind = "exhibit" if name == record.id else "function"
    return Step(kind, name, f"{at.lines('–').rpartition('/')[2]}")


NAME_WIDTH, PLACE_WIDTH = 7.3, 6.1
"""Width of a character in pixels, in a box's first and second line."""
PADDING, MARGIN = 20, 6
SMALLEST = 0.8
"""Share of its size to which the drawing shrinks before it scrolls."""
SPACING = Spacing()


def draw(graph: LineageGraph, link: Callable[[str], str]) -> Markup:
    """Return the lineage as inline SVG.

    Parameters
    ----------
    link
        Returns the address of a box's code or file, or an empty string if it has none.
    """
    widths = {name: _width(step) for name, step in graph.steps.items()}
    layout = lay_out(widths, without_shortcuts(graph.edges), SPACING)
    width = layout.width + 2 * MARGIN
    return render(
        "lineage.svg",
        graph=graph,
        files=sum(step.kind == "file" for step in graph.steps.values()),
        margin=MARGIN,
        width=width,
        smallest=SMALLEST * width,
        height=layout.height + 2 * MARGIN,
        arrows=[_curve(route) for route in layout.routes.values()],
        boxes=[
            _box(step, layout.centres[name], widths[name], link(name))
            for name, step in graph.steps.items()
        ],
    )


def _width(step: Step) -> float:
    return round(max(len(step.name) * NAME_WIDTH, len(step.place) * PLACE_WIDTH)) + PADDING


@dataclass(frozen=True)
class Box:
    """One box as drawn, in pixels.

    Attributes
    ----------
    sheet
        The outline of a file; empty for a box that is drawn as a rectangle.
    """

    step: Step
    x: float
    y: float
    left: float
    top: float
    width: float
    height: float
    sheet: str
    address: str


def _box(step: Step, centre: Point, width: float, address: str) -> Box:
    x, y = centre
    left, top, height = x - width / 2, y - SPACING.height / 2, SPACING.height
    sheet = _sheet(left, top, width, height) if step.kind == "file" else ""
    return Box(step, x, y, left, top, width, height, sheet, address)


def _sheet(left: float, top: float, width: float, height: float) -> str:
    """Return the outline of a sheet of paper with a corner turned down."""
    right, bottom, fold = left + width, top + height, 9
    return (
        f"M{left:.1f} {top:.1f}H{right - fold:.1f}L{right:.1f} {top + fold:.1f}"
        f"V{bottom:.1f}H{left:.1f}ZM{right - fold:.1f} {top:.1f}V{top + fold:.1f}H{right:.1f}"
    )


def _curve(points: Sequence[Point]) -> str:
    """Return a smooth SVG path through points, vertical at each."""
    (x, y), *rest = points
    parts = [f"M{x:.1f} {y:.1f}"]
    for to_x, to_y in rest:
        half = (y + to_y) / 2
        parts.append(f"C{x:.1f} {half:.1f} {to_x:.1f} {half:.1f} {to_x:.1f} {to_y:.1f}")
        x, y = to_x, to_y
    return "".join(parts)
