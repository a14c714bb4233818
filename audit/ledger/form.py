"""Whether plain data has a ledger's form: its published schema, and that nothing it names lacks.

The schema is the JSON beside this module. What it can't say is that a record's function is one
of `code`, its files are among `files`, and so on, without which an answer would end in the middle.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT = 2
"""Version of the ledger's form; a reader refuses one it does not know."""
SCHEMA = Path(__file__).with_name("ledger.schema.json")
DEPTH = 100
"""Steps from an exhibit to its files; the longest way of the report has 13."""
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "number": (int, float),
    "object": dict,
    "string": str,
}


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """Return the published schema of the ledger."""
    return dict(json.loads(SCHEMA.read_text(encoding="utf-8")))


def first_gap(whole: Any) -> str:
    """Return the first place at which data is not what the schema says; empty if there is none.

    Quick enough for every reading; a test holds it to a full validator.
    """
    return _gap(whole, schema(), "") or _dangling(whole)


def _gap(value: Any, form: Mapping[str, Any], path: str) -> str:
    if not _fits(value, form):
        return path.lstrip(".") or "the whole"
    pairs: Iterator[tuple[Any, Any, str]]
    if isinstance(value, dict):
        below, rest = form.get("properties", {}), form.get("additionalProperties")
        for key in form.get("required", ()):
            if key not in value:
                return f"{path}.{key}".lstrip(".")
        if rest is False and set(value) - set(below):
            return f"{path}.{min(set(value) - set(below))}".lstrip(".")
        pairs = ((each, below.get(key, rest), f"{path}.{key}") for key, each in value.items())
    elif isinstance(value, list):
        items = form.get("items")
        pairs = ((each, items, f"{path}[{number}]") for number, each in enumerate(value))
    else:
        return ""
    for each, under, where in pairs:
        if isinstance(under, dict) and (found := _gap(each, under, where)):
            return found
    return ""


def _fits(value: Any, form: Mapping[str, Any]) -> bool:
    """Whether one value is of the kind, and within the bounds, that its form states."""
    kinds = form.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return False
    if "const" in form and (value != form["const"] or isinstance(value, bool)):
        return False
    if "enum" in form and value not in form["enum"]:
        return False
    if isinstance(value, str):
        return "pattern" not in form or _pattern(form["pattern"]).search(value) is not None
    if isinstance(value, list):
        return bool(form.get("minItems", 0) <= len(value) <= form.get("maxItems", len(value)))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return bool(value >= form.get("minimum", value))
    return True


@lru_cache(maxsize=64)
def _pattern(stated: str) -> re.Pattern[str]:
    # In JSON Schema `$` is the end, and in Python it may stand before the end of a line.
    return re.compile(re.sub(r"\$(?=\)?$)", r"\\Z", stated))


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _KINDS[kind])


def _dangling(whole: Mapping[str, Any]) -> str:
    """Return the first place that names what the ledger doesn't have; empty if there is none."""
    code, graph, settings = whole["code"], whole["graph"], whole["settings"]
    files = {file["name"] for file in whole["files"]}
    for key, at in code.items():
        if at["last"] < at["first"] or not code.keys() >= set(at["uses"]):
            return f"code.{key}"
    for key, node in graph.items():
        known = settings.keys() >= set(node["settings"]) and files >= set(node["files"])
        if not known or (node["function"] not in code and not node["settings"]):
            return f"graph.{key}"
    if _too_deep(graph):
        return "graph"
    unique = (("files", "name"), ("records", "id"), ("records", "reference"))
    for part, key in unique:
        first: dict[str, int] = {}
        for place, each in enumerate(whole[part]):
            # Readers would differ in which of two they take.
            if first.setdefault(each[key], place) != place:
                return f"{part}[{place}].{key}"
    for number, record in enumerate(whole["records"]):
        needed = (
            (code, [record["function"], *record["upstream"]]),
            (graph, [record["id"], *record["nodes"]]),
            (files, [*record["files"], *record["columns"]]),
            (settings, record["settings"]),
        )
        if not record["shown"] or any(set(names) - set(known) for known, names in needed):
            return f"records[{number}]"
    return ""


def _too_deep(graph: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a way through the graph runs in a circle, or is too long to follow."""
    known = {key: [need for need in node["needs"] if need in graph] for key, node in graph.items()}
    order = TopologicalSorter(known)
    try:
        order.prepare()
    except CycleError:
        return True
    depth = 0
    while order.is_active() and depth <= DEPTH:
        order.done(*order.get_ready())
        depth += 1
    return depth > DEPTH
