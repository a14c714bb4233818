"""The part of an audit page that says where an exhibit comes from: drawn, in words, in code."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from audit.pages.drawing import draw
from audit.pages.frame import short
from audit.pages.lineage_graph import lineage_graph
from audit.trace.queries import closure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.pages.lineage_graph import LineageGraph
    from audit.pages.trail import Trail

LEGEND = (
    '<ul class="legend"><li class="file">data file</li>'
    '<li class="setting">setting of the study</li><li class="function">function</li>'
    '<li class="exhibit">this exhibit</li></ul>'
)


def lineage_section(record: Mapping[str, Any], trail: Trail) -> str:
    """Return the lineage as a drawing and as nested lists."""
    graph = lineage_graph(record, trail.ledger)
    drawn = draw(graph, trail.step_address)
    return (
        "<p>Data move downwards. An arrow that a longer way implies is left out of the drawing; "
        "the list names every one. Columns count as read where code on the way mentions them.</p>\n"
        f"{LEGEND}\n"
        f'<div class="scroll drawing" role="region" tabindex="0" aria-label="The lineage, drawn">'
        f"{drawn}</div>\n<details><summary>The same as a list</summary>\n"
        f'<ul class="tree">{_Tree(graph, record, trail).item(graph.target)}</ul></details>'
    )


class _Tree:
    """The lineage as nested lists, each box written out once."""

    def __init__(self, graph: LineageGraph, record: Mapping[str, Any], trail: Trail) -> None:
        self.graph = graph
        self.record = record
        self.trail = trail
        self._seen: set[str] = set()

    def item(self, name: str) -> str:
        """Return a box with what it needs below it."""
        step = self.graph.steps[name]
        address = self.trail.step_address(name)
        words = (
            f'<a href="{escape(address)}">{escape(step.name)}</a> '
            f'<span class="place">{escape(step.place)}{self._more(name)}</span>'
        )
        needs = self.graph.needs[name]
        if name in self._seen and needs:
            return f"<li>{words} (written out above)</li>"
        self._seen.add(name)
        below = "".join(self.item(need) for need in needs)
        return f"<li>{words}{f'<ul>{below}</ul>' if below else ''}</li>"

    def _more(self, name: str) -> str:
        file = self.trail.files.get(name.removeprefix("file "))
        if not name.startswith("file ") or file is None:
            return ""
        read = ", ".join(self.record["columns"].get(file["name"], ()))
        return f", SHA-256 {file['sha256']}" + (f", columns {escape(read)}" if read else "")


def upstream_section(record: Mapping[str, Any], trail: Trail) -> str:
    """Return the functions on the way, folded, and the definitions that they use."""
    graph, code = trail.ledger["graph"], trail.ledger["code"]
    nearest = [graph[node]["function"] for node in lineage_graph(record, trail.ledger).nearest()]
    parts = [_folded(key, trail) for key in dict.fromkeys(nearest) if key != record["function"]]
    used = sorted(closure(code, record["upstream"]) - set(record["upstream"]))
    if used:
        lists = "".join(_used(file, keys, trail) for file, keys in _by_file(used, trail))
        noun = "definition" if len(used) == 1 else "definitions"
        parts.append(
            f"<details><summary>{len(used)} further {noun} that these use</summary>\n"
            f'<ul class="used">{lists}</ul></details>'
        )
    return "\n".join(parts)


def _folded(key: str, trail: Trail) -> str:
    at = trail.ledger["code"][key]
    name = key.rpartition(".")[2]
    forge = trail.code.forge(at["file"], [at["first"], at["last"]])
    out = f' · <a href="{escape(forge)}" rel="external">at the commit</a>' if forge else ""
    return (
        f'<details><summary><code>{name}</code> <span class="place">{at["file"]}:{at["first"]}–'
        f"{at['last']}</span></summary>\n"
        f'<p class="place">digest {short(at["sha256"])} · '
        f'<a href="{trail.code.address(key)}">the whole file</a>{out}</p>'
        f"\n{trail.code.block(at['file'], at['first'], at['last'])}</details>"
    )


def _by_file(keys: list[str], trail: Trail) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(trail.ledger["code"][key]["file"], []).append(key)
    yield from sorted(found.items())


def _used(file: str, keys: list[str], trail: Trail) -> str:
    links = ", ".join(
        f'<a href="{trail.code.address(key)}">{escape(key.rpartition(".")[2])}</a>' for key in keys
    )
    return f"<li><code>{file}</code>: {links}</li>"
