"""Build a book: read, execute, write each format, then replace the old book with the new one."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from press.cache import Cache, using_cache, with_cache
from press.chapter.book import Book, read_book
from press.chapter.chapter import Chapter
from press.edition import Edition, NumberedPages
from press.errors import LostError, Mistakes, PressError, ProjectError
from press.project.options import execute_options, figure_options_warning
from press.project.output_folder import OLD, check_target, swap, working_folder
from press.project.project import Project
from press.project.unsupported import ignored_options
from press.run.execution import execute_chapter, reused
from press.run.results import CellResult, Conditions, ExecutedChapter, Outputs

Progress = Callable[[str], None]
Aside = Callable[[Callable[[], Any]], AbstractContextManager[Callable[[], Any]]]
"""Starts a function, perhaps in another process, and yields one that returns its result."""
BASES: Mapping[str, Literal["html", "typst"]] = {"html": "html", "pdf": "typst"}


@dataclass(frozen=True)
class BookBuild:
    """A finished book.

    Parameters
    ----------
    out
        Its folder.
    html
        Its pages, the home page first; empty if HTML was not requested.
    pdf
        The PDF; None if it was not requested.
    seconds
        Duration of each stage in seconds, in order.
    began
        When each stage began, in seconds since the first.
    chapters
        The chapters with the outputs of their cells.
    warnings
        Problems that did not stop the build but need attention.
    losses
        Content of the chapters that is missing from a format, each item with file and line.
    """

    out: Path
    html: tuple[Path, ...]
    pdf: Path | None
    seconds: Mapping[str, float]
    began: Mapping[str, float]
    chapters: tuple[ExecutedChapter, ...]
    warnings: tuple[str, ...]
    losses: tuple[str, ...] = ()


def build_book(
    project: Path | Book,
    *,
    out: Path | None = None,
    formats: Sequence[str] = ("html", "pdf"),
    timestamp: int | None = None,
    environment: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    profiles: Sequence[str] = (),
    font_paths: Sequence[Path] = (),
    timeout: float | None = 600.0,
    workers: int | None = None,
    lenient: bool = False,
    whole: bool = False,
    earlier: Sequence[ExecutedChapter] = (),
    outputs: Outputs | None = None,
    cache: Cache | None = None,
    numbered: NumberedPages | None = None,
    progress: Progress | None = None,
    finish: Callable[[Path], object] | None = None,
    aside: Aside | None = None,
) -> BookBuild:
    """Build a book project.

    Each chapter is executed once for all formats, in its own kernel. The book is written to
    a folder next to `out` and replaces it only when it is complete; after an error the old
    book is unchanged.

    Parameters
    ----------
    project
        The project's folder, or a book returned by `read_book`.
    out
        Output folder; by default the one that `_quarto.yml` sets.
    formats
        ``"html"``, ``"pdf"`` or both.
    timestamp
        Creation time that the PDF records, in seconds since 1970; with it, the same sources
        give the same bytes.
    environment
        Environment variables for the kernels, added to those of this process.
    metadata
        Values that override the project's metadata, as a further metadata file would; only
        used if `project` is a folder.
    profiles
        Quarto profiles to activate; only used if `project` is a folder.
    font_paths
        Folders with additional fonts for the PDF.
    timeout
        Time limit of a cell in seconds; None for no limit.
    workers
        Number of chapters executed in parallel; by default one per processor, at most four.
    lenient
        Continue after broken references and similar mistakes, as Quarto does.
    whole
        Stop if a word, formula or image of a chapter is missing from a format.
    earlier
        Chapters of an earlier build; one whose code is unchanged is not executed again. Only
        for a caller who knows that nothing else they depend on has changed.
    outputs
        Store of chapter outputs; a chapter whose outputs it holds is not executed.
    cache
        Store for the results of pandoc and of reading chapters.
    numbered
        Pages of earlier builds, for a process that builds a book repeatedly.
    progress
        Called with a line of text as each stage starts and ends.
    finish
        Called with the new book's folder before it replaces the old one, to add files to it.
    aside
        Runs a function in another process, so that the PDF is made at the same time as the pages.

    Raises
    ------
    PressError
        With file, line and remedy; its `exit_code` is 2 for an invalid project and 7 for a
        chapter that failed.
    """
    _check_formats(formats)
    say = progress or (lambda _: None)
    clock = _Clock(say)
    with clock.stage("read"):
        book = project if isinstance(project, Book) else read_book(project, profiles, metadata)
    target = (out or book.project.output).resolve()
    check_target(book.project, target)
    with clock.stage("execute"):
        executed = execute_book(book, environment or {}, timeout, workers, earlier, outputs, say)

    def write(new: Path) -> tuple[Edition, tuple[str, ...], str | None]:
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        edition = Edition(book, executed, Mistakes(lenient), environment or {}, numbered=numbered)
        printed = partial(_printed, edition, new, timestamp, font_paths)
        html, pdf = _written(edition, new, formats, printed, clock, aside or _in_turn)
        edition.found.stop()
        if whole and edition.losses:
            raise LostError(edition.losses)
        return edition, html, pdf

    with working_folder(target) as folder:
        new = folder / "book"
        edition, html, pdf = with_cache(cache, lambda: write(new))
        if finish is not None:
            with clock.stage("finish"), using_cache(cache):
                finish(new)
        swap(new, target, folder / OLD)
    return BookBuild(
        target,
        tuple(target / path for path in html),
        target / pdf if pdf else None,
        dict(clock.seconds),
        dict(clock.began),
        executed,
        tuple(_warnings(book, edition.found)),
        tuple(edition.losses),
    )


@contextmanager
def _in_turn(make: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
    """Make nothing in advance."""
    yield make


@dataclass(frozen=True)
class _Printed:
    """The PDF of an edition: its name or the error that stopped it, and what else was found."""

    name: str
    error: PressError | None
    found: Mistakes
    losses: list[str]
    seconds: float


def _printed(edition: Edition, out: Path, timestamp: int | None, fonts: Sequence[Path]) -> _Printed:
    """Write the PDF of an edition, which stays as it is; run perhaps in another process."""
    own = replace(edition, found=Mistakes(edition.found.lenient), losses=[])
    start = time.perf_counter()
    name, error = "", None
    try:
        name = own.pdf(out, out.parent / "typst", timestamp, fonts)
    except PressError as raised:
        error = raised
    return _Printed(name, error, own.found, own.losses, time.perf_counter() - start)


def _written(
    edition: Edition,
    out: Path,
    formats: Sequence[str],
    printed: Callable[[], _Printed],
    clock: _Clock,
    aside: Aside,
) -> tuple[tuple[str, ...], str | None]:
    """Write a book in the requested formats; return the names of its pages and of its PDF."""
    if "pdf" not in formats:
        with clock.stage("html"):
            return edition.html(out), None
    html: tuple[str, ...] = ()
    with (aside if "html" in formats else _in_turn)(printed) as result:
        began = clock.now
        if "html" in formats:
            with clock.stage("html"):
                html = edition.html(out)
        made = result()
    if made.error is not None:
        raise made.error
    clock.add("pdf", max(began, clock.now - made.seconds), made.seconds)
    edition.take(made.found, made.losses)
    return html, made.name


def _check_formats(formats: Sequence[str]) -> None:
    wrong = [name for name in formats if name not in BASES]
    if wrong or not formats:
        raise ProjectError(
            f"there is no format {', '.join(wrong) or 'to build'}", remedy="ask for html or pdf"
        )


def _warnings(book: Book, found: Mistakes) -> Iterator[str]:
    """Yield the problems that did not stop a build but need attention."""
    yield from ignored_options(book.project.settings)
    for chapter in book.chapters:
        yield from ignored_options(chapter.front, of_chapter=True)
    yield from filter(
        None, (figure_options_warning(book.project, chapter) for chapter in book.chapters)
    )
    yield from found.warnings
    yield from map(str, found.found)


class _Clock:
    """Stopwatch for the stages of a build, in seconds."""

    def __init__(self, say: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self.began: dict[str, float] = {}
        self._say = say
        self._start = time.perf_counter()

    @property
    def now(self) -> float:
        """Seconds since the first stage began."""
        return time.perf_counter() - self._start

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage."""
        began = self.now
        yield
        self.add(name, began, self.now - began)

    def add(self, name: str, began: float, seconds: float) -> None:
        """Note a stage that has ended."""
        self.began[name], self.seconds[name] = began, seconds
        self._say(f"{name:<8} {seconds:6.1f} s")


def execute_book(
    book: Book,
    environment: Mapping[str, str],
    timeout: float | None,
    workers: int | None = None,
    earlier: Sequence[ExecutedChapter] = (),
    outputs: Outputs | None = None,
    say: Progress = lambda _: None,
) -> tuple[ExecutedChapter, ...]:
    """Execute every chapter of a book; the arguments are as for `build_book`."""
    known = {one.chapter.path: one for one in earlier}

    def run(chapter: Chapter) -> ExecutedChapter:
        if chapter.path in known and (same := reused(chapter, known[chapter.path])) is not None:
            return same
        defaults = execute_options(book.project, chapter, "html")
        # A notebook already contains its outputs.
        cache = None if any(cell.stored for cell in chapter.cells) else outputs
        if cache is not None and (known_outputs := cache.take(chapter, defaults)) is not None:
            return known_outputs
        given = [chapter.front.get("execute", "enabled"),
                 book.project.settings.get("execute", "enabled")]  # fmt: skip
        enabled = next((one for one in given if one is not None), None)
        if cache is not None and enabled is None and chapter.runs:
            displayed = cache.displayed(chapter, defaults)
            if displayed is not None:
                cache.store(displayed, defaults)
                return displayed
        folder = book.project.root
        if not book.project.runs_at_root:
            folder = (folder / chapter.path).parent
        variables = {**_quarto_variables(book.project, chapter), **environment}
        done = execute_chapter(chapter, Conditions(folder, variables, timeout, defaults, enabled))
        if cache is not None:
            cache.store(done, defaults)
        if chapter.cells:
            say(f"  {chapter.path}: {len(chapter.cells)} cells")
        return done

    with ThreadPoolExecutor(workers or min(4, os.cpu_count() or 1)) as pool:
        return tuple(pool.map(run, book.chapters))


def _quarto_variables(project: Project, chapter: Chapter) -> dict[str, str]:
    """Return Quarto's environment variables that describe the document being rendered."""
    file = project.root / chapter.path
    return {
        "QUARTO_PROJECT_ROOT": str(project.root),
        "QUARTO_DOCUMENT_PATH": str(file.parent),
        "QUARTO_DOCUMENT_FILE": file.name,
        "QUARTO_PROFILE": ",".join(project.profiles),
    }


__all__ = ["BookBuild", "CellResult", "PressError", "build_book"]
