"""`report preview`: the book, served on this machine and made again as its files change."""

from __future__ import annotations

import os
import socket
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import ReportError
from analysis.evaluation import Evaluation, find_root
from audit.trace.repository import BOOKS, history, read_commit
from press.build import build_book
from press.chapter.reading import configured_again, read_book
from press.errors import PressError
from press.preview import serve
from report.commands.build import kernel_environment, prepare
from report.finish import finish_book
from report.lock import alone
from report.register import uses
from report.reuse.reused import Reused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from press.run.results import ExecutedChapter

OUT = Path(".report") / "preview"
CODE = ("analysis", "audit", "press", "report")
"""Folders of the project's own code: once it has changed, this process is out of date."""

NO_CELL_READS = ("benchmarks", "tests")
"""Folders that results may rest on, by the proofs in them, and chapters' cells do not."""

_NOT_SOURCES = frozenset({*BOOKS, "_exhibits"})


class CodeChanged(Exception):
    """The code that this process runs has changed."""


class Preview:
    """A book that is made again with as little work as an edit allows.

    A chapter is executed again when its cells or its front matter have changed. Every chapter is
    when anything else has, results or any file but a chapter: a cell may read it.
    """

    def __init__(self, root: Path, data: Path | None, profiles: tuple[str, ...]) -> None:
        self.root = root
        self.data = data
        self.profiles = profiles
        self._basis: object = None
        self._label = ""
        self._earlier: tuple[ExecutedChapter, ...] = ()
        self._values: Mapping[str, Any] = {}

    def rebuild(self, changed: frozenset[str]) -> None:
        """Make the book; `changed` are the files that have, relative to the project."""
        if any(path.endswith(".py") and path.split("/")[0] in CODE for path in changed):
            raise CodeChanged
        evaluation = Evaluation(self.root, self.data)
        book = read_book(self.root, self.profiles)
        used = uses(book)
        # Outputs rest on the results, and on which exhibits are shown: their short references
        # count them. The ledger's line numbers wait for the next such change, or for a build.
        basis = (evaluation.key, [(use.name, use.label) for use in used])
        label = read_commit(self.root).short  # stands on every page
        if basis != self._basis or not all(map(self._is_prose, changed)):
            self._basis, self._earlier = None, ()
        if self._basis is None or label != self._label:
            with alone(self.root):
                self._values, _ = prepare(evaluation, book, [])
        reused = Reused(self.root, self._values)
        book = configured_again(book)
        made = build_book(
            book,
            out=self.root / OUT,
            formats=("html",),
            environment=kernel_environment(evaluation),
            earlier=self._earlier,
            outputs=reused.outputs,
            kept=reused.press,
            # As a build does: its numbers lead to their audit pages.
            finish=partial(finish_book, book),
        )
        evaluation.refuse_changed()
        self._basis, self._label, self._earlier = basis, label, made.chapters

    def _is_prose(self, path: str) -> bool:
        """Whether no cell reads what has changed: a chapter itself, a proof's code, the history."""
        own = path.endswith(".qmd") or path.split("/")[0] in NO_CELL_READS
        return own or Path(path) in history(self.root)

    def outside(self) -> tuple[Path, ...]:
        """Return what is to be watched besides the project: another extract, and the history."""
        return (*([self.data] if self.data else []), *history(self.root))


def preview(data: Path | None, profiles: tuple[str, ...], port: int) -> int:
    """Serve the book until interrupted; return 0.

    After a change of code the process gives way to a new one at the same address.
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
            also=book.outside(),
        )
    except CodeChanged:
        print("the code has changed: starting again", flush=True)
        arguments = ["--port", str(port), "--profile", ",".join(profiles)]
        arguments += ["--data", str(data)] if data else []
        os.execv(  # noqa: S606 - this very program, with a list of arguments
            sys.executable, [sys.executable, "-m", "report", "preview", *arguments]
        )
    return 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
