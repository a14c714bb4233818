"""Move a finished book to its output folder: never in part, and never over other files."""

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
"""Name of the previous book, in the working folder of a build, while it is being replaced."""


def check_target(project: Project, target: Path) -> None:
    """Raise an error if a book would overwrite its project, or a folder with other content.

    Parameters
    ----------
    project
        The project.
    target
        The output folder of the book.

    Raises
    ------
    ProjectError
        The book may not be written there.
    """
    root = project.root
    if target == root or target in root.parents:
        raise ProjectError(
            f"the book cannot go to {target.name}: it contains the project itself",
            remedy="name a separate folder",
        )
    known = any((target / name).exists() for name in ("index.html", f"{project.pdf_name}.pdf"))
    if target.is_dir() and any(target.iterdir()) and not known:
        raise ProjectError(
            f"the folder {target.name} contains something that is not a book",
            remedy="name an empty folder",
        )


@contextmanager
def working_folder(target: Path) -> Iterator[Path]:
    """Provide a working folder next to a book's output folder, and remove it afterwards."""
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(target)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-{os.getpid()}-", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(target: Path) -> None:
    """Remove the working folders of builds that were killed.

    A previous book that was moved away but never replaced is restored.
    """
    for folder in target.parent.glob(f".{glob.escape(target.name)}-*-*"):
        process = folder.name.removeprefix(f".{target.name}-").partition("-")[0]
        if process.isdecimal() and folder.is_dir() and not _runs(int(process)):
            if (folder / OLD).is_dir() and not target.exists():
                (folder / OLD).rename(target)
            shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    """Return whether a process is running; True if that cannot be found out safely."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # another user's process
        return True
    return True


def swap(new: Path, target: Path, old: Path) -> None:
    """Replace the book at `target` with the new one, moving the previous one to `old`."""
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
