"""Putting a finished book in its place: never half of one, never over something else."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from press.errors import ProjectError
from press.project.project import Project


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
    """Give a folder beside a book's place to work in, and remove it afterwards."""
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
