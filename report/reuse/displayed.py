"""Outputs of chapters that only show exhibits, without starting a kernel for them.

What such code displays follows from the exhibits, which the build has at hand: a kernel would
import the analysis and read them from the store only to display them. Anything unusual, such as a
name that was not imported, is left to a kernel, which reports it. A release always uses kernels.
Any other code may read a file, the clock or a random number, and is run in every build.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from press.chapter.cells import Cell
from press.chapter.chapter import inlines_of
from press.run.results import CellResult, ExecutedChapter, ProseResult
from report.exhibit_references import NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from press.chapter.chapter import Chapter

IMPORTED: dict[str, frozenset[str]] = {
    "analysis.book": frozenset({*NAMESPACES, "run"}),
    "audit.documents.formats_and_standards": frozenset({"contact", "forms", "standards"}),
    "audit.documents.appendix": frozenset({"built_from", "exhibits_shown", "floats_shown"}),
    "audit.documents.certificate": frozenset({"certificate", "limits"}),
}
"""Names that such a cell may import: exhibits, and documents made from the ledger."""
DOCUMENTS = {name: module for module, names in IMPORTED.items() if module.startswith("audit.")
             for name in names}  # fmt: skip
"""Functions that return such a document, with their modules."""
RUN = "run"


def shows_only(chapter: Chapter) -> bool:
    """Return whether a chapter's code only shows exhibits, documents and results."""
    return None not in shown(chapter)


def shown(chapter: Chapter) -> list[tuple[str, ...] | None]:
    """Return what a chapter's code shows, in order.

    Returns
    -------
    list of tuple of str, or None
        Kind and name: a kind of exhibit and the exhibit, ``"run"`` and a result, or the module of
        a document and its function, followed by its string arguments. None stands for any other
        code.
    """
    found: list[tuple[str, ...] | None] = []
    for cell in chapter.cells:
        found.extend(_shown(cell.source))
    for inline in chapter.inlines:
        found.extend(_shown(inline.expression))
    return found


def _shown(source: str) -> Iterator[tuple[str, ...] | None]:
    try:
        tree = ast.parse(source.strip())
    except (SyntaxError, ValueError):
        yield None
        return
    for statement in tree.body:
        yield from shown_by(statement)


def shown_by(statement: ast.stmt) -> Iterator[tuple[str, ...] | None]:
    """Yield what one statement shows, as in `shown`; nothing for an import of what shows it."""
    match statement:
        case ast.ImportFrom(module=str(module), names=names, level=0):
            asked = {alias.name for alias in names if alias.asname is None}
            if len(asked) < len(names) or not asked <= IMPORTED.get(module, frozenset()):
                yield None
        case ast.Expr(value=ast.Attribute(value=ast.Name(id=space), attr=name)):
            yield (space, name) if space in NAMESPACES and name[:1] != "_" else None
        case ast.Expr(value=ast.Call(func=ast.Name(id=name), args=given, keywords=[])):
            yield _document(name, given)
        case ast.Assign(targets=[ast.Name(id=bound)], value=value):
            free = bound not in (*NAMESPACES, *DOCUMENTS, RUN)
            yield _result(value) if free else None
        case _:
            yield None


def _document(name: str, given: list[ast.expr]) -> tuple[str, ...] | None:
    texts = [each.value for each in given if isinstance(each, ast.Constant)]
    plain = [text for text in texts if isinstance(text, str)]
    known = name in DOCUMENTS and len(plain) == len(given)
    return (DOCUMENTS[name], name, *plain) if known else None


def _result(value: ast.expr) -> tuple[str, str] | None:
    match value:
        case ast.Call(func=ast.Name(id="run"), args=[ast.Constant(value=str(name))], keywords=[]):
            return RUN, name
    return None


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
        `report.reuse.displayed.shown`.
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
