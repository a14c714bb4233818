"""The `include` shortcode: replace its line with the lines of the included file."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from press.chapter.source import Line, Source, read_text, source_of
from press.errors import ChapterError, Location, ProjectError

_INCLUDE = re.compile(r"^\s*\{\{<\s*include\s+(?P<path>\"[^\"]+\"|'[^']+'|\S+)\s*>\}\}\s*$")


def expand_includes(root: Path, source: Source, around: tuple[str, ...]) -> Source:
    """Replace every include shortcode that is alone on its line.

    Parameters
    ----------
    root
        The project's folder; a path with a leading slash is relative to it.
    source
        The chapter, or an included file.
    around
        The files being included, outermost first, to detect a circular include.
    """
    lines: list[Line] = []
    for line in source:
        found = _INCLUDE.match(line.text)
        if found is None:
            lines.append(line)
            continue
        name = _target(found["path"].strip("\"'"), around[-1], line.location)
        if name in around:
            circle = " → ".join((*around[around.index(name) :], name))
            raise ChapterError(
                f"the file includes itself: {circle}", line.location, "break the circle"
            )
        inner = _included(root, name, line.location)
        lines += expand_includes(root, inner, (*around, name))
    return Source(tuple(lines))


def _target(path: str, including: str, place: Location) -> str:
    """Return the path of the included file, relative to the project."""
    if path.startswith("/"):
        return posixpath.normpath(path.lstrip("/"))
    name = posixpath.normpath(posixpath.join(posixpath.dirname(including), path))
    if name.startswith(".."):
        raise ChapterError(
            f"the included file {path} is outside the project", place, "move it into the project"
        )
    return name


def _included(root: Path, name: str, place: Location) -> Source:
    try:
        text = read_text(root / name, name, place)
    except ProjectError as error:
        raise ChapterError(error.what, place, error.remedy) from None
    return source_of(text.rstrip("\n"), name)
