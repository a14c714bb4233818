"""Detect that nothing has changed since the last build, before importing what computes.

Everything that a build can depend on is compared with its value in the last build, and every file
that it made with what was written. Only if all are the same is there nothing to do.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.dependencies import find_root
from report.lock import project_lock
from report.permissions import asked_umask
from report.reuse.inputs import Asked, gather, outside, reads_the_clock
from report.reuse.last_build import (
    SEEN,
    LastBuild,
    forget,
    output_digests,
    read,
    reasons_out_of_date,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STANDS = "  nothing has changed since this book was made"
REUSED = (
    "  results, chapters, pages, other formats, ledger and audit pages: reused, as all inputs are "
    "the same"
)


def build_options(
    data: Path | None,
    formats: Sequence[str],
    out: Path | None,
    engine: str,
    profiles: Sequence[str],
) -> Asked:
    """Return the options of a build in a form that distinguishes kinds of build."""
    return Asked(
        tuple(formats),
        str(data.resolve()) if data else "",
        str(out.resolve()) if out else "",
        engine,
        tuple(profiles),
        asked_umask(),
    )


def nothing_to_do(asked: Asked, *, explain: bool = False) -> bool:
    """Return whether the book that would be made already exists, and print its messages if so.

    A book made by Quarto is always rebuilt, because only Quarto knows what it depends on.
    """
    root = find_root(Path.cwd())
    if asked.engine != "embedded" and (asked.engine != "auto" or shutil.which("quarto")):
        return False
    if read(root, asked) is None:
        return False
    with project_lock(root):
        last = read(root, asked)
        if last is None or reasons_out_of_date(last, root, asked, os.environ):
            return False
        for line in (*last.messages[:1], STANDS, *last.messages[1:]):
            print(line)
        if explain:
            print(REUSED)
        for name in last.written:
            print(f"  {os.path.relpath(root / name)}")
    return True


class Recorder:
    """Records the inputs of a build when it begins, and its outputs when it has ended.

    Parameters
    ----------
    root
        The project's folder.
    asked
        Options of the build.
    """

    def __init__(self, root: Path, asked: Asked) -> None:
        self.root, self.asked = root, asked
        self.last = read(root, asked)
        forget(root, asked)
        self.inputs = SEEN.pop((root, asked), {}) or gather(root, asked, os.environ)

    def record(
        self,
        target: Path,
        messages: Sequence[str],
        written: Sequence[Path],
        seconds: Mapping[str, float],
        *,
        settled: bool,
    ) -> None:
        """Record the finished build, unless a file was edited in the meantime.

        Parameters
        ----------
        target
            Folder of the book.
        messages, written, seconds, settled
            As in `LastBuild`.
        """
        root, book = self.root, self._from_root(target)
        inputs = outside(self.inputs, book)
        if outside(gather(root, self.asked, os.environ), book) != inputs:
            return
        names = [self._from_root(path) for path in written]
        settled = settled and not reads_the_clock(root)
        last = LastBuild(
            inputs, output_digests(root, book), book, messages, names, settled, seconds
        )
        last.write(root, self.asked)

    def _from_root(self, path: Path) -> str:
        return Path(os.path.relpath(path, self.root)).as_posix()
