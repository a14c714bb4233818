"""Outputs of a chapter that only shows exhibits, without starting a kernel for it.

What such code displays follows from the exhibits, which the build has at hand: a kernel would
import the analysis and read them from the store only to display them. Anything unusual, such as a
name that was not imported, is left to a kernel, which reports it. A release always uses kernels.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from press.chapter.cells import Cell
from press.chapter.chapter import inlines_of
from press.run.results import CellResult, ExecutedChapter, ProseResult
from report.reuse.exhibit_only import RUN, shown_by

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from press.chapter.chapter import Chapter

_DECIDING = ("enabled", "ipynb-shell-interactivity")
"""Options of `execute` that change which outputs there are."""


class _Unusual(Exception):
    """A kernel must run this chapter."""


def displayed_chapter(
    chapter: Chapter,
    defaults: Mapping[str, Any],
    markdown: Callable[..., str],
    results: Container[str],
) -> ExecutedChapter | None:
    """Return a chapter with the outputs of its code; None if a kernel must run it.

    Parameters
    ----------
    chapter
        A chapter whose code only shows exhibits, documents and results.
    defaults
        The `execute` options of the project and the chapter.
    markdown
        Returns the Markdown of an exhibit or document, named as by
        `report.reuse.exhibit_only.shown`.
    results
        Names of the results that code may ask for.
    """
    shell = _Shell(markdown, results)
    done: list[CellResult | ProseResult] = []
    try:
        if any(defaults.get(option) is not None for option in _DECIDING):
            return None
        for part in chapter.parts:
            if isinstance(part, Cell):
                done.append(shell.cell(part, defaults))
            else:
                values = [shell.value(each.expression) for each in inlines_of(part.source)]
                done.append(ProseResult(part, tuple(values)))
    except _Unusual:
        return None
    return ExecutedChapter(chapter, tuple(done))


class _Shell:
    """The state of one chapter's code: names that it has imported, and cells that it has run."""

    def __init__(self, markdown: Callable[..., str], results: Container[str]) -> None:
        self._markdown, self._results = markdown, results
        self._names: set[str] = set()
        self._count = 0

    def cell(self, cell: Cell, defaults: Mapping[str, Any]) -> CellResult:
        """Return a cell with its output: what its last expression displays."""
        options = {**defaults, **cell.options}
        if cell.language != "python" or options.get("eval", True) is not True:
            raise _Unusual
        if not cell.source.strip():
            return CellResult(cell, (), None)
        if ";" in cell.source:  # in IPython it may end the display
            raise _Unusual
        displays = [self._run(each) for each in _parsed(cell.source)]
        self._count += 1
        shown = displays[-1] if displays else None
        if shown is None:
            return CellResult(cell, (), self._count)
        output = {"output_type": "execute_result", "metadata": {}, "data": shown,
                  "execution_count": self._count}  # fmt: skip
        return CellResult(cell, (output,), self._count)

    def value(self, expression: str) -> dict[str, Any]:
        """Return what an inline expression displays, as a MIME bundle."""
        shown = [self._run(each) for each in _parsed(expression)]
        if len(shown) != 1 or shown[0] is None:
            raise _Unusual
        return shown[0]

    def _run(self, statement: ast.stmt) -> dict[str, Any] | None:
        match statement:
            case ast.ImportFrom(names=names):
                self._names |= {alias.name for alias in names}
                return None
            case ast.Expr(value=ast.Attribute(value=ast.Name(id=used))):
                pass
            case ast.Expr(value=ast.Call(func=ast.Name(id=used))):
                pass
            case ast.Assign(value=ast.Call(func=ast.Name(id=used))):
                pass
            case _:
                raise _Unusual
        (found,) = shown_by(statement)
        if found is None or used not in self._names:
            raise _Unusual
        if found[0] == RUN:
            if found[1] not in self._results:
                raise _Unusual
            return None
        return {"text/markdown": self._markdown(*found)}


def _parsed(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source.strip()).body
    except SyntaxError:
        raise _Unusual from None
