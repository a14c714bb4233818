"""Check a book's sources without building it, for books that another engine will render."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from press.build import BASES, execute_book
from press.chapter.book import Book
from press.chapter.cells import Cell
from press.chapter.chapter import Chapter, inlines_of
from press.edition import Edition
from press.errors import (
    BrokenReferenceError,
    Mistakes,
    PressError,
    ProjectError,
    UnknownSourceError,
    UnsupportedError,
)
from press.project.options import execute_options
from press.project.resources import Resources
from press.run.results import CellResult, ExecutedChapter, ProseResult


def check_book(
    book: Book,
    formats: Sequence[str] = ("html", "pdf"),
    *,
    environment: Mapping[str, str] | None = None,
    timeout: float | None = 600.0,
) -> None:
    """Raise an error for the mistakes in a book's sources that would stop a build by the press.

    Chapters are executed only if something seems to be missing, since a cell may create it.

    Parameters
    ----------
    book
        The book.
    formats
        Formats to check: ``"html"``, ``"pdf"`` or both.
    environment
        Environment variables for the kernels, added to those of this process.
    timeout
        Time limit of a cell in seconds; None for no limit.

    Raises
    ------
    PressError
        With file, line and remedy. Features that only Quarto supports do not count as mistakes.
    """
    given = environment or {}
    standing_in = tuple(
        not_yet_run(chapter, execute_options(book.project, chapter, "html"))
        for chapter in book.chapters
    )
    found = _mistakes(book, standing_in, formats, given)
    runs = any(chapter.runs for chapter in book.chapters)
    if runs and any(_may_be_made(one) for one in found.found):
        found = _mistakes(book, execute_book(book, given, timeout), formats, given)
    found.stop()


def _may_be_made(mistake: PressError) -> bool:
    """Return whether running the cells might supply what is missing."""
    missing = isinstance(mistake, BrokenReferenceError | ProjectError)
    return missing and not isinstance(mistake, UnknownSourceError)


def _mistakes(
    book: Book,
    executed: tuple[ExecutedChapter, ...],
    formats: Sequence[str],
    environment: Mapping[str, str],
) -> Mistakes:
    """Return the mistakes in an executed book, leaving out features the press does not support."""
    found = Mistakes(by_quarto=True)
    edition = Edition(book, executed, found, environment)
    for name in formats:
        try:
            edition.ready(BASES[name], Resources(book.project.root))
        except PressError as error:
            found.add(error)
    found.found = [one for one in found.found if not isinstance(one, UnsupportedError)]
    return found


# Placeholder outputs: the image needs an alternative text and an address that passes the
# checks, and the word must not start a list.
_PICTURE = '![](data:image/svg+xml;base64,PHN2Zy8+){fig-alt="not drawn yet"}'
_TABLE = "| not |\n|-----|\n| yet |"
_VALUE = "value"


def not_yet_run(chapter: Chapter, defaults: Mapping[str, Any]) -> ExecutedChapter:
    """Return a chapter with placeholder outputs, of the kind that each cell's label names.

    Parameters
    ----------
    chapter
        The chapter.
    defaults
        The `execute` options of the project and the chapter.
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
    """Return how many outputs a cell has, judging by its captions."""
    given = [cell.options.get(f"{kind}-cap"), cell.options.get(f"{kind}-subcap")]
    return max([1, *(len(captions) for captions in given if isinstance(captions, list))])
