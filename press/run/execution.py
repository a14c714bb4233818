"""Execute a chapter in one kernel: cells and inline expressions in the order of the text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from typing import Any

from press.chapter.cells import Cell, Prose
from press.chapter.chapter import Chapter, inlines_of
from press.run.diagrams import drawn
from press.run.reproducible import reproducible_outputs
from press.run.results import CellResult, Conditions, ExecutedChapter, ProseResult


def execute_chapter(chapter: Chapter, conditions: Conditions) -> ExecutedChapter:
    """Execute a chapter's cells and inline expressions.

    A chapter that has no Python cell and names no engine needs no kernel, and its inline
    expressions remain text, as in Quarto. If execution is disabled, cells have no new outputs.

    Raises
    ------
    CellError
        A cell or expression raised an exception, a cell timed out, or the kernel died.
    """
    stored = bool(chapter.cells) and all(cell.stored for cell in chapter.cells)
    if conditions.enabled is False or (stored and not conditions.enabled):
        return ExecutedChapter(chapter, tuple(map(_saved, chapter.parts)))
    if not chapter.runs:
        return ExecutedChapter(
            chapter,
            tuple(
                ProseResult(part, ()) if isinstance(part, Prose) else drawn(part)
                for part in chapter.parts
            ),
        )
    from press.run.client import execute

    return execute(chapter, conditions)


def _saved(part: Prose | Cell) -> CellResult | ProseResult:
    """Return the saved outputs of a part of a notebook; none if it was saved without any."""
    if isinstance(part, Prose):
        return ProseResult(part, ())
    outputs, count = part.stored or ((), None)
    return CellResult(part, reproducible_outputs(outputs, part), count)


def reused(chapter: Chapter, earlier: ExecutedChapter) -> ExecutedChapter | None:
    """Reuse the results of an earlier run; return None if code or front matter has changed.

    Prose may have changed. The caller must know whether anything else that the code depends on
    has changed.
    """
    old = earlier.chapter
    if [(c.source, c.options) for c in chapter.cells] != [(c.source, c.options) for c in old.cells]:
        return None
    if chapter.front.values != old.front.values:
        return None
    if [one.expression for one in chapter.inlines] != [one.expression for one in old.inlines]:
        return None
    cells = [_put_out(each) for each in earlier.results if isinstance(each, CellResult)]
    values = [v for r in earlier.results if isinstance(r, ProseResult) for v in r.values]
    return _executed(chapter, cells, values)


def _executed(
    chapter: Chapter,
    cells: Sequence[tuple[tuple[dict[str, Any], ...], int | None, tuple[str, ...]]],
    values: Sequence[dict[str, Any]],
) -> ExecutedChapter:
    """Combine a chapter with the outputs of its cells and the values of its expressions."""
    next_cell, next_values = iter(cells), iter(values)
    results: list[CellResult | ProseResult] = []
    for part in chapter.parts:
        if isinstance(part, Cell):
            results.append(CellResult(part, *next(next_cell)))
        else:
            count = len(inlines_of(part.source)) if chapter.runs else 0
            results.append(ProseResult(part, tuple(islice(next_values, count))))
    return ExecutedChapter(chapter, tuple(results))


def _put_out(
    result: CellResult,
) -> tuple[tuple[dict[str, Any], ...], int | None, tuple[str, ...]]:
    """Return the outputs, execution count and varying text of a result, without the cell."""
    return result.outputs, result.count, result.varies


def as_bytes(done: ExecutedChapter) -> bytes:
    """Serialise the outputs of a chapter as JSON, without the chapter."""
    cells = [_put_out(one) for one in done.results if isinstance(one, CellResult)]
    values = [v for one in done.results if isinstance(one, ProseResult) for v in one.values]
    return json.dumps([cells, values]).encode()


def from_bytes(chapter: Chapter, data: bytes) -> ExecutedChapter:
    """Combine a chapter with earlier outputs of the same code, serialised by `as_bytes`."""
    cells, values = json.loads(data)
    laid = [(tuple(outputs), count, tuple(varies)) for outputs, count, varies in cells]
    return _executed(chapter, laid, values)
