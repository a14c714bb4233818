"""Putting a finished book in its place: never half of one, never over something else."""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from press.errors import ProjectError
from press.project.project import Project

OLD = "old"
"""Where the last book lies, in the folder that a build works in, while the new one comes in."""


def check_target(project: Project, target: Path) -> None:
    """Refuse to put a book over its project, or over a folder that holds something else.

    Parameters
    ----------
    project
        The project.
    target
        Where the book is to go.

    Raises
    ------
    ProjectError
        If it may not go there.
    """
    root = project.root
    if target == root or target in root.parents:
        raise ProjectError(
            f"the book cannot go to {target.name}: the project itself lies there",
            remedy="name a folder of its own",
        )
    known = any((target / name).exists() for name in ("index.html", f"{project.pdf_name}.pdf"))
    if target.is_dir() and any(target.iterdir()) and not known:
        raise ProjectError(
            f"the folder {target.name} holds something that is not a book",
            remedy="name an empty folder",
        )


@contextmanager
def aside(target: Path) -> Iterator[Path]:
    """Give a folder next to a book's place to work in, and remove it afterwards."""
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(target)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-{os.getpid()}-", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(target: Path) -> None:
    """Remove what builds left next to a book's place that were killed in the middle.

    A book that was taken out of its place, for a new one that did not come, goes back there.
    """
    for folder in target.parent.glob(f".{glob.escape(target.name)}-*-*"):
        process = folder.name.removeprefix(f".{target.name}-").partition("-")[0]
        if process.isdecimal() and folder.is_dir() and not _runs(int(process)):
            if (folder / OLD).is_dir() and not target.exists():
                (folder / OLD).rename(target)
            shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    """Whether a process runs; True where that can't be asked without disturbing it."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # another user's
        return True
    return True


def swap(new: Path, target: Path, old: Path) -> None:
    """Put the new book in the place of the old one, which goes to `old`."""
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
