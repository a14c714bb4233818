"""The text of a chapter, every line of which knows where its author wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from press.errors import ChapterError, Place, ProjectError


@dataclass(frozen=True)
class Line:
    """One line of text without its line break, and the place it comes from."""

    text: str
    place: Place


@dataclass(frozen=True)
class Source:
    """Lines of Markdown, possibly of several files (includes) or made by a cell."""

    lines: tuple[Line, ...]

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    @property
    def text(self) -> str:
        """The lines joined, with a line break after each."""
        return "".join(line.text + "\n" for line in self.lines)

    def place_of(self, pattern: str) -> Place:
        """Return the place of the first line that `pattern` (a regular expression) matches.

        Without a match it is the first line's file, without a line.
        """
        wanted = re.compile(pattern)
        for line in self.lines:
            if wanted.search(line.text):
                return line.place
        return Place(self.lines[0].place.file) if self.lines else Place("?")


def read_text(path: Path, name: str, asked_at: Place | None = None) -> str:
    """Return a file as text.

    Parameters
    ----------
    path
        The file.
    name
        Its name in messages.
    asked_at
        The place that asks for it, if it is not the file's own fault to be missing.

    Raises
    ------
    ProjectError
        There is no such file.
    ChapterError
        The file is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except (FileNotFoundError, IsADirectoryError):
        raise ProjectError(
            f"there is no file {name}", asked_at, "write the file, or correct its name"
        ) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ChapterError(
            f"byte {error.object[error.start]:#04x} is not UTF-8",
            Place(name, line),
            "save the file as UTF-8",
        ) from None


def source_of(text: str, file: str, first: int = 1) -> Source:
    """Return `text` as lines of `file`, the first of which has the number `first`."""
    return Source(
        tuple(Line(line, Place(file, n)) for n, line in enumerate(text.split("\n"), start=first))
    )


def joined(parts: Iterable[Iterable[Line]]) -> Source:
    """Return one source made of several runs of lines."""
    return Source(tuple(line for part in parts for line in part))
