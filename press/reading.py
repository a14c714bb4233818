"""A book as written, without running anything: what the chapters say and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from press.chapter import Chapter, read_chapter
from press.project import Project, read_project


@dataclass(frozen=True)
class Book:
    """A project and its chapters, in the order of the book.

    Parameters
    ----------
    project
        The project.
    chapters
        The home page first; parts that have a page, chapters and appendices follow.
    """

    project: Project
    chapters: tuple[Chapter, ...]


def read_book(root: Path, profiles: Sequence[str] = ()) -> Book:
    """Read a project and every chapter of it; executes nothing.

    Parameters
    ----------
    root
        The project's folder.
    profiles
        Quarto profiles to lay over `_quarto.yml`.
    """
    project = read_project(root, profiles)
    return Book(
        project,
        tuple(read_chapter(project, entry) for entry in project.entries if entry.file),
    )
