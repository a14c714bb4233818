"""A build in which nothing has changed: found out, and ended, before anything is imported.

Everything that a build can depend on is held against what the last one found, and every file that
it made against what it wrote. Only where all of it is the same is there nothing to do.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.dependencies import find_root
from report.lock import alone
from report.permissions import asked_umask
from report.reuse.inputs import Asked, gather, outside, reads_the_clock
from report.reuse.last_build import LastBuild, forget, made, read, stands

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STANDS = "  nothing has changed since this book was made"
REUSED = (
    "  results, chapters, pages, other formats, ledger and audit pages: reused, as all inputs are "
    "the same"
)


def asked_for(
    data: Path | None,
    formats: Sequence[str],
    out: Path | None,
    engine: str,
    profiles: Sequence[str],
) -> Asked:
    """Return what a build was asked for, in a form that tells one kind of build from another."""
    return Asked(
        tuple(formats),
        str(data.resolve()) if data else "",
        str(out.resolve()) if out else "",
        engine,
        tuple(profiles),
        asked_umask(),
    )


def nothing_to_do(asked: Asked, *, explain: bool = False) -> bool:
    """Return whether the book that would be made stands already; tell about it if so.

    A book that Quarto makes is always made: what it depends on is for Quarto to know.
    """
    root = find_root(Path.cwd())
    if asked.engine != "embedded" and (asked.engine != "auto" or shutil.which("quarto")):
        return False
    if read(root, asked) is None:
        return False
    with alone(root):
        last = read(root, asked)
        if last is None or stands(last, root, asked, os.environ):
            return False
        for line in (*last.said[:1], STANDS, *last.said[1:]):
            print(line)
        if explain:
            print(REUSED)
        for name in last.written:
            print(f"  {os.path.relpath(root / name)}")
    return True


class Recorder:
    """Notes what a build rests on as it begins, and what it has made once it has ended.

    Parameters
    ----------
    root
        The project's folder.
    asked
        What was asked for.
    """

    def __init__(self, root: Path, asked: Asked) -> None:
        self.root, self.asked = root, asked
        self.last = read(root, asked)
        forget(root, asked)
        self.inputs = gather(root, asked, os.environ)

    def keep(
        self,
        target: Path,
        said: Sequence[str],
        written: Sequence[Path],
        seconds: Mapping[str, float],
        *,
        settled: bool,
    ) -> None:
        """Keep the finished build, unless a file was edited meanwhile.

        Parameters
        ----------
        target
            Folder of the book.
        said, written, seconds, settled
            As `LastBuild` has them.
        """
        root, book = self.root, self._from_root(target)
        inputs = outside(self.inputs, book)
        if outside(gather(root, self.asked, os.environ), book) != inputs:
            return
        names = [self._from_root(path) for path in written]
        settled = settled and not reads_the_clock(root)
        last = LastBuild(inputs, made(root, book), book, said, names, settled, seconds)
        last.write(root, self.asked)

    def _from_root(self, path: Path) -> str:
        return Path(os.path.relpath(path, self.root)).as_posix()
