"""Read one chapter: front matter, title, prose, cells and inline expressions."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from press.chapter.cells import Cell, Prose, split_cells
from press.chapter.notebook import notebook_parts
from press.chapter.source import Line, Source, read_text, source_of
from press.errors import ChapterError, Location, ProjectError
from press.project.configuration import directory_metadata
from press.project.project import Entry, Project
from press.project.yaml import Settings, merged, parse_settings

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


INLINE = re.compile(r"(?<!`)`\{python\}[ \t](?P<expression>[^`]+)`")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
# Quarto takes the first heading of a chapter as its title, whatever its level.
_HEADING = re.compile(r"^#+[ \t]+(?P<text>.*?)[ \t]*#*$")
_UNDERLINE = re.compile(r"^(=+|-+)\s*$")
_ATTRIBUTES = re.compile(r"\s*\{(?P<attributes>[^{}]*)\}\s*$")


@dataclass(frozen=True)
class Inline:
    """An inline expression and its location."""

    expression: str
    location: Location

    @property
    def line(self) -> int:
        """The line number in the file."""
        return self.location.line


@dataclass(frozen=True)
class Title:
    """A chapter's heading: Markdown, attributes and location."""

    markdown: str
    identifier: str
    classes: tuple[str, ...]
    location: Location

    @property
    def numbered(self) -> bool:
        """Whether the chapter is numbered."""
        return "unnumbered" not in self.classes

    @property
    def attr(self) -> list[Any]:
        """Its attributes in pandoc's form."""
        return [self.identifier, list(self.classes), []]


@dataclass(frozen=True)
class Chapter:
    """One file of the book.

    Parameters
    ----------
    entry
        Its entry in the project's list.
    path
        Path relative to the project.
    front
        Its front matter.
    parts
        Prose and cells in order, with includes expanded and the front matter removed.
    title
        Its heading; None for a file without one.
    """

    entry: Entry
    path: str
    front: Settings
    parts: tuple[Prose | Cell, ...]
    title: Title | None

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Its cells, in order."""
        return tuple(part for part in self.parts if isinstance(part, Cell))

    @property
    def runs(self) -> bool:
        """Whether it is executed: it has a Python cell, or names the Jupyter engine."""
        return bool(
            any(cell.language == "python" for cell in self.cells)
            or self.front.get("jupyter")
            or self.front.get("engine") == "jupyter"
        )

    @property
    def inlines(self) -> tuple[Inline, ...]:
        """Its inline expressions, in order."""
        return tuple(
            inline
            for part in self.parts
            if isinstance(part, Prose)
            for inline in inlines_of(part.source)
        )

    @property
    def source(self) -> Source:
        """All prose lines, in order."""
        return Source(
            tuple(line for part in self.parts if isinstance(part, Prose) for line in part.source)
        )


def inlines_of(source: Source) -> list[Inline]:
    """Return the inline expressions of a run of prose."""
    return [
        Inline(found["expression"].strip(), line.location)
        for line in source
        for found in INLINE.finditer(line.text)
    ]


def read_chapter(project: Project, entry: Entry) -> Chapter:
    """Read the chapter of an entry."""
    if entry.file is None:
        raise ValueError("a part without a page has no chapter to read")
    text = read_text(project.root / entry.file, entry.file, entry.location)
    parts: tuple[Prose | Cell, ...]
    if entry.file.endswith(".ipynb"):
        given, parts = notebook_parts(text, entry.file)
        front, _ = _front_matter(given)
    else:
        front, body = _front_matter(source_of(text.rstrip("\n"), entry.file))
        parts = split_cells(expand_includes(project.root, body, (entry.file,)))
    front = merged(directory_metadata(project.root, entry.file), front)
    _check_labels(parts)
    return Chapter(entry, entry.file, front, parts, _title(front, parts))


def _front_matter(source: Source) -> tuple[Settings, Source]:
    lines = source.lines
    if not lines or lines[0].text.rstrip() != "---":
        return Settings(), source
    for at in range(1, len(lines)):
        if lines[at].text.rstrip() in ("---", "..."):
            text = "\n".join(line.text for line in lines[1:at])
            first = lines[0].location
            front = parse_settings(text, first.file, first.line + 1, ChapterError)
            return front, Source(lines[at + 1 :])
    raise ChapterError(
        "the front matter has no end", lines[0].location, "close it with a line of three hyphens"
    )


def _title(front: Settings, parts: tuple[Prose | Cell, ...]) -> Title | None:
    if front.get("title"):
        markdown = str(front.get("title"))
        place = front.location("title")
        if place is not None:
            return title_of(markdown, place)
    for part in parts:
        if isinstance(part, Prose):
            found = first_heading(part.source.lines)
            if found is not None:
                return found[2]
    return None


def first_heading(lines: tuple[Line, ...]) -> tuple[int, int, Title] | None:
    """Return the index of the first heading, the index of the line after it, and the title."""
    fence = ""
    for at, line in enumerate(lines):
        opening = _FENCE.match(line.text)
        if opening and not fence:
            fence = opening.group(1)
        elif opening and opening.group(1).startswith(fence):
            fence = ""
        elif not fence:
            found = _HEADING.match(line.text)
            if found:
                return at, at + 1, title_of(found["text"], line.location)
            after = lines[at + 1].text if at + 1 < len(lines) else ""
            if line.text.strip() and _UNDERLINE.match(after):
                return at, at + 2, title_of(line.text.strip(), line.location)
    return None


def title_of(text: str, place: Location) -> Title:
    """Parse the text of a heading into words and attributes."""
    found = _ATTRIBUTES.search(text)
    attributes = found["attributes"].split() if found else []
    if found:
        text = text[: found.start()]
    classes = ["unnumbered" if item == "-" else item[1:] for item in attributes if item[0] in ".-"]
    names = [item[1:] for item in attributes if item.startswith("#")]
    return Title(text, names[0] if names else "", tuple(classes), place)


def _check_labels(parts: tuple[Prose | Cell, ...]) -> None:
    seen: dict[str, Location] = {}
    for part in parts:
        if isinstance(part, Cell) and part.label is not None:
            place = part.option_locations["label"]
            if part.label in seen:
                raise ChapterError(
                    f"the cell label {part.label} is already used at {seen[part.label]}",
                    place,
                    "give each cell its own label",
                )
            seen[part.label] = place
