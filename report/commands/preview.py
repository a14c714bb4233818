"""`report preview`: serve the book on this machine and rebuild it when its files change."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import ReportError
from analysis.evaluation import Evaluation, find_root
from analysis.importing import PACKAGES, package_folder
from audit.ledger.reading import read_ledger
from audit.ledger.record import row_headings
from audit.pages.page_links import FOLDER as AUDIT
from audit.pages.page_links import mark_pages
from audit.trace.repository import BOOKS, history, read_commit
from press.build import build_book
from press.chapter.book import read_book, reread_configuration
from press.document.page import html_path
from press.edition import NumberedPages
from press.errors import PressError
from press.preview import serve
from report.commands.build import kernel_environment, prepare
from report.edition import add_edition
from report.exhibit_references import uses
from report.finish import LEDGER, finish_book
from report.lock import project_lock
from report.reuse.build_cache import Reused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from press.chapter.book import Book
    from press.run.results import ExecutedChapter

OUT = Path(".report") / "preview"
_NOT_SOURCES = frozenset({*BOOKS, "_exhibits"})


class CodeChanged(Exception):
    """The code that this process is running has changed."""


@dataclass(frozen=True)
class Marks:
    """What pages take from the ledger: by exhibit, its reference and number of row headings."""

    references: Mapping[str, str]
    row_headings: Mapping[str, int]


def read_marks(root: Path) -> Marks:
    """Return what pages take from the ledger of the last build."""
    records = read_ledger(root / LEDGER).records
    return Marks(
        {record.id: record.reference for record in records},
        {record.id: row_headings(record) for record in records},
    )


def show_marked(root: Path, book: Book, marks: Marks, new: Path) -> None:
    """Add to new pages what readers see of `finish_book`, and the files that it made last time."""
    last = root / OUT
    for path in sorted(last.rglob("*")):
        name = path.relative_to(last)
        is_page = path.suffix == ".html" and name.parts[0] != AUDIT
        if path.is_file() and not is_page and not (new / name).exists():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, new / name)  # hundreds of audit pages
            except OSError:  # a file system without links
                shutil.copy2(path, new / name)
    add_edition(root, new / html_path(book.chapters[0].path))
    mark_pages(new, marks.references, marks.row_headings)


class Preview:
    """A book that is rebuilt with as little work as an edit allows.

    A chapter is executed again if its cells or its front matter have changed. All chapters are
    executed again if results or any other file has changed, because a cell may read it. After an
    edit of prose the pages are shown first, with the audit pages as they were; `complete` then
    checks the book and writes these.
    """

    def __init__(self, root: Path, data: Path | None, profiles: tuple[str, ...]) -> None:
        self.root = root
        self.data = data
        self.profiles = profiles
        self._basis: object = None
        self._label = ""
        self._earlier: tuple[ExecutedChapter, ...] = ()
        self._values: Mapping[str, Any] = {}
        self._extract: Path | None = None
        self._evaluation: Evaluation | None = None
        self._marks: Marks | None = None
        self._incomplete: Book | None = None
        self._numbered = NumberedPages()

    def rebuild(self, changed: frozenset[str]) -> None:
        """Rebuild the book after changes to files, given as paths relative to the project."""
        if any(map(self._is_code, changed)):
            raise CodeChanged
        if not changed or not all(map(self._is_prose, changed)):
            # At once, since the next call is not told of these changes if this one fails.
            self._basis = self._evaluation = None
        # Another command would take the ledger of this book for its own, and this one that.
        with project_lock(self.root):
            self._rebuild()

    def complete(self) -> None:
        """Check the book of which the pages are shown, and write its audit pages and ledger."""
        if self._incomplete is not None:
            book, self._incomplete = self._incomplete, None
            with project_lock(self.root):
                finish_book(book, self.root / OUT)
        if self._basis is not None and self._marks is None:
            self._marks = read_marks(self.root)

    def _rebuild(self) -> None:
        # Whatever it was computed from is watched, and would have been told of as changed.
        evaluation = self._evaluation or Evaluation(self.root, self.data)
        book = read_book(self.root, self.profiles)
        used = uses(book)
        # Outputs depend on the results, and on which exhibits are shown, as short references are
        # numbered. Line numbers in the ledger are updated only at the next such change or build.
        basis = (evaluation.key, [(use.name, use.label) for use in used])
        label = read_commit(self.root).short  # printed on every page
        if basis != self._basis:
            self._basis, self._earlier = None, ()
        if self._basis is None or label != self._label:
            # Documents such as the certificate print the commit too.
            self._marks, self._earlier = None, ()
            self._values, _ = prepare(evaluation, book, [])
        reused = Reused(self.root, self._values)
        book = reread_configuration(book)
        marks = self._marks
        # As in a build, numbers link to their audit pages.
        finish = partial(finish_book, book)
        made = build_book(
            book,
            out=self.root / OUT,
            formats=("html",),
            environment=kernel_environment(evaluation),
            earlier=self._earlier,
            outputs=reused.outputs,
            cache=reused.press,
            numbered=self._numbered,
            finish=finish if marks is None else partial(show_marked, self.root, book, marks),
        )
        if self._evaluation is None:
            evaluation.refuse_changed()
        self._incomplete = None if marks is None else book
        self._evaluation = evaluation
        self._basis, self._label, self._earlier = basis, label, made.chapters

    def _is_prose(self, path: str) -> bool:
        """Return whether no cell reads a changed file: a chapter, or the history."""
        return path.endswith(".qmd") or Path(path) in history(self.root)

    def _is_code(self, path: str) -> bool:
        """Return whether a file belongs to the code that runs, or to its templates and scripts."""
        changed = self.root / path
        folders = {package_folder(self.root, each) / each for each in PACKAGES}
        return any(changed.is_relative_to(folder) for folder in folders)

    def outside(self) -> tuple[Path, ...]:
        """Return what to watch outside the project: extract, program, and the commit history."""
        with suppress(ReportError):  # settings that cannot be read are an error of the build
            self._extract = Evaluation(self.root, self.data).directory
        program = {package_folder(self.root, each) / each for each in PACKAGES}
        others = [self._extract, *sorted(program)]
        return (*(each for each in others if each and self._is_outside(each)), *history(self.root))

    def _is_outside(self, folder: Path) -> bool:
        """Return whether a folder is not watched as one of the project's own."""
        inside = folder.is_relative_to(self.root) and ".." not in folder.parts
        return not inside or any(part[0] == "." for part in folder.relative_to(self.root).parts)


def preview(data: Path | None, profiles: tuple[str, ...], port: int) -> int:
    """Serve the book until interrupted; return 0.

    After a change of code the process is replaced by a new one at the same address.
    """
    root = find_root(Path.cwd())
    book = Preview(root, data.resolve() if data else None, profiles)
    port = port or _free_port()
    try:
        serve(
            root,
            root / OUT,
            book.rebuild,
            port=port,
            errors=(PressError, ReportError),
            complete=book.complete,
            ignored=_NOT_SOURCES,
            also=book.outside,
        )
    except CodeChanged:
        print("the code has changed: restarting", flush=True)
        arguments = ["--port", str(port), "--profile", ",".join(profiles)]
        arguments += ["--data", str(data)] if data else []
        os.execv(  # noqa: S606 - this very program, with a list of arguments
            sys.executable, [sys.executable, "-m", "report", "preview", *arguments]
        )
    return 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
