"""Stand-ins for the outputs of a chapter that has not run, so that its sources can be checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from press.chapter.cells import Cell
from press.chapter.chapter import Chapter, inlines_of
from press.run.results import CellResult, ExecutedChapter, ProseResult

# An alternative text and an address that nobody misses; a word that begins no list.
_PICTURE = '![](data:image/svg+xml;base64,PHN2Zy8+){fig-alt="not drawn yet"}'
_TABLE = "| not |\n|-----|\n| yet |"
_VALUE = "value"


def not_yet_run(chapter: Chapter, defaults: Mapping[str, Any]) -> ExecutedChapter:
    """Return a chapter as if it had run: each labelled cell shows what its label promises.

    Parameters
    ----------
    chapter
        The chapter.
    defaults
        The `execute` options of project and chapter.
    """
    results: list[CellResult | ProseResult] = []
    for part in chapter.parts:
        if isinstance(part, Cell):
            results.append(CellResult(part, _outputs(part, defaults), 1))
        else:
            count = len(inlines_of(part.source)) if chapter.runs else 0
            results.append(ProseResult(part, ({"text/markdown": _VALUE},) * count))
    return ExecutedChapter(chapter, tuple(results))


def _outputs(cell: Cell, defaults: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    kind = (cell.label or "").partition("-")[0]
    shown = {"fig": _PICTURE, "tbl": _TABLE}.get(kind)
    if shown is None or {**defaults, **cell.options}.get("eval", True) is False:
        return ()
    display = {"output_type": "display_data", "data": {"text/markdown": shown}, "metadata": {}}
    return (display,) * _count(cell, kind)


def _count(cell: Cell, kind: str) -> int:
    """Return how many outputs a cell has, going by its captions."""
    given = [cell.options.get(f"{kind}-cap"), cell.options.get(f"{kind}-subcap")]
    return max([1, *(len(captions) for captions in given if isinstance(captions, list))])
