"""`report exhibits`: list what the chapters of this study can show, and what it lacks."""

from __future__ import annotations

from pathlib import Path

from analysis.evaluation import find_root


def exhibits(*, missing: bool = False) -> int:
    """List the exhibits of this study by kind, or what others rest on that it lacks; return 0."""
    from analysis.dataflow import graph

    root = find_root(Path.cwd())
    built = graph.build(root)
    nodes = graph.nodes(built)
    if missing:
        for name, why in sorted(graph.missing_inputs(root).items()):
            print(f"{name}: {why}")
        return 0
    for name in sorted(
        graph.exhibit_names(built), key=lambda each: (graph.kind(built, each), each)
    ):
        print(f"{graph.kind(built, name)}s.{name}: {nodes[name].does}")
    return 0
