"""`report preview`: serve the book on this machine and rebuild it when its files change."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import ReportError
from analysis.evaluation import Evaluation, find_root
from analysis.importing import PACKAGES, package_folder
from audit.trace.repository import BOOKS, history, read_commit
from press.build import build_book
from press.chapter.book import read_book, reread_configuration
from press.errors import PressError
from press.preview import serve
from report.commands.build import kernel_environment, prepare
from report.exhibit_references import uses
from report.finish import finish_book
from report.lock import project_lock
from report.reuse.build_cache import Reused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from press.run.results import ExecutedChapter

OUT = Path(".report") / "preview"
_NOT_SOURCES = frozenset({*BOOKS, "_exhibits"})


class CodeChanged(Exception):
    """The code that this process is running has changed."""


class Preview:
    """A book that is rebuilt with as little work as an edit allows.

    A chapter is executed again if its cells or its front matter have changed. All chapters are
    executed again if results or any other file has changed, because a cell may read it.
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

    def rebuild(self, changed: frozenset[str]) -> None:
        """Rebuild the book after changes to files, given as paths relative to the project."""
        if any(map(self._is_code, changed)):
            raise CodeChanged
        if not all(map(self._is_prose, changed)):
            # At once, since the next call is not told of these changes if this one fails.
            self._basis = None
        # Another command would take the ledger of this book for its own, and this one that.
        with project_lock(self.root):
            self._rebuild()

    def _rebuild(self) -> None:
        evaluation = Evaluation(self.root, self.data)
        book = read_book(self.root, self.profiles)
        used = uses(book)
        # Outputs depend on the results, and on which exhibits are shown, as short references are
        # numbered. Line numbers in the ledger are updated only at the next such change or build.
        basis = (evaluation.key, [(use.name, use.label) for use in used])
        label = read_commit(self.root).short  # printed on every page
        if basis != self._basis:
            self._basis, self._earlier = None, ()
        if self._basis is None or label != self._label:
            self._values, _ = prepare(evaluation, book, [])
        reused = Reused(self.root, self._values)
        book = reread_configuration(book)
        made = build_book(
            book,
            out=self.root / OUT,
            formats=("html",),
            environment=kernel_environment(evaluation),
            earlier=self._earlier,
            outputs=reused.outputs,
            cache=reused.press,
            # As in a build, numbers link to their audit pages.
            finish=partial(finish_book, book),
        )
        evaluation.refuse_changed()
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
