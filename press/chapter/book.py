"""Read the source of a book without executing any code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from press.chapter.chapter import Chapter, read_chapter
from press.chapter.source import read_text
from press.errors import ProjectError
from press.project.configuration import CONFIGURATION
from press.project.options import check_defaults
from press.project.project import Project, read_project
from press.project.unsupported import check_settings, check_values
from press.project.yaml import parse_settings

VARIABLES = "_variables.yml"


@dataclass(frozen=True)
class Book:
    """A project and its chapters, in the order of the book.

    Parameters
    ----------
    project
        The project.
    chapters
        The home page, followed by chapters, appendices and the pages of parts.
    variables
        The project's `_variables.yml`.
    """

    project: Project
    chapters: tuple[Chapter, ...]
    variables: Mapping[str, Any] = field(default_factory=dict)


def read_book(
    root: Path, profiles: Sequence[str] = (), extra: Mapping[str, Any] | None = None
) -> Book:
    """Read a project and all its chapters, without executing any code.

    Parameters
    ----------
    root
        The project's folder.
    profiles
        Quarto profiles that override `_quarto.yml`.
    extra
        Metadata that overrides both.
    """
    project = _checked_project(root, profiles, extra)
    chapters = tuple(read_chapter(project, entry) for entry in project.entries if entry.file)
    for chapter in chapters:
        check_values(chapter.front, of_chapter=True)
        check_settings(chapter.front)
        check_defaults(chapter.front, chapter.path)
    return Book(project, chapters, _variables(project))


def reread_configuration(book: Book) -> Book:
    """Read a book's configuration again, keeping its chapters as they were read.

    For a caller who has changed one of its `metadata-files` since. `extra` is not applied again.
    """
    return replace(book, project=_checked_project(book.project.root, book.project.profiles))


def _checked_project(
    root: Path, profiles: Sequence[str], extra: Mapping[str, Any] | None = None
) -> Project:
    project = read_project(root, profiles, extra)
    check_values(project.settings)
    check_settings(project.settings)
    check_defaults(project.settings, CONFIGURATION, ProjectError)
    return project


def chapter_numbers(book: Book) -> dict[str, str]:
    """Return each chapter's number or appendix letter, by path; empty if it is unnumbered.

    A file without a heading is counted, as in Quarto.
    """
    counts = {False: 0, True: 0}
    numbers = {}
    for chapter in book.chapters:
        numbered = chapter.title is None or chapter.title.numbered
        if chapter.entry.kind != "chapter" or not numbered:
            numbers[chapter.path] = ""
            continue
        appendix = chapter.entry.appendix
        counts[appendix] += 1
        count = counts[appendix]
        numbers[chapter.path] = chr(ord("A") + count - 1) if appendix else str(count)
    return numbers


def _variables(project: Project) -> Mapping[str, Any]:
    file = project.root / VARIABLES
    return parse_settings(read_text(file, VARIABLES), VARIABLES).values if file.is_file() else {}
