"""Merge the options of a chapter in a format, from project, format and front matter."""

from __future__ import annotations

import posixpath
from typing import Any

from press.chapter.cells import check_options
from press.chapter.chapter import Chapter
from press.errors import ChapterError, Location, PressError
from press.project.dates import printed_date
from press.project.project import Project, merged_options
from press.project.yaml import Settings

_FILES = ("bibliography", "csl")
_OF_CHAPTER = ("title", "subtitle", "author")
_CELLS = ("echo", "eval", "include", "output", "warning", "error")
_DRAWING = ("fig-width", "fig-height", "fig-dpi", "fig-format")
_EXECUTE = (*_CELLS, *_DRAWING, "ipynb-shell-interactivity")


def chapter_options(project: Project, chapter: Chapter, base: str) -> dict[str, Any]:
    """Return the options of a format, overridden by the chapter's own."""
    front = dict(chapter.front.values)
    formats = front.pop("format", {})
    own = formats.get(project.format(base).name) if isinstance(formats, dict) else None
    front |= {f"chapter-{key}": front[key] for key in _OF_CHAPTER if key in front}
    front |= {key: _from_root(front[key], chapter.path) for key in _FILES if front.get(key)}
    options = merged_options(project.options(base), front)
    options = merged_options(options, own if isinstance(own, dict) else {})
    if "date" in front:
        place = chapter.front.location("date") or Location(chapter.path)
        options["chapter-date"] = printed_date(options, project.root / chapter.path, place)
    return options


def _from_root(given: Any, chapter: str) -> Any:
    """Convert paths relative to a chapter to paths relative to the project's folder."""
    if isinstance(given, list):
        return [_from_root(name, chapter) for name in given]
    name = str(given)
    if name.startswith("/"):
        return name.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(chapter), name))


def execute_options(project: Project, chapter: Chapter, base: str) -> dict[str, Any]:
    """Return the default options of a chapter's cells, merged from `execute` at every level."""
    name = project.format(base).name
    layers: list[Any] = [project.settings.values, project.settings.get("format", name)]
    front = chapter.front.values
    formats = front.get("format", {})
    layers += [front, formats.get(name) if isinstance(formats, dict) else None]
    out: dict[str, Any] = {}
    for layer in layers:
        if not isinstance(layer, dict):
            continue
        out |= {key: layer[key] for key in _EXECUTE if key in layer}
        own = layer.get("execute")
        if isinstance(own, dict):
            out |= {key: own[key] for key in _EXECUTE if key in own}
    return out


def figure_options_warning(project: Project, chapter: Chapter) -> str:
    """Return a warning if figures have different options in the PDF; an empty string if not."""
    html, print_ = (
        {key: value for key, value in execute_options(project, chapter, base).items()
         if key in _DRAWING}
        for base in ("html", "typst")
    )  # fmt: skip
    if not chapter.cells or html == print_:
        return ""
    names = ", ".join(key for key in _DRAWING if html.get(key) != print_.get(key))
    return f"{chapter.path}: a chapter is executed once, with figures as for HTML ({names})"


def check_defaults(settings: Settings, file: str, error: type[PressError] = ChapterError) -> None:
    """Raise an error for a default cell option with a value that Quarto does not accept.

    Parameters
    ----------
    settings
        The options of the project or a chapter.
    file
        Their file.
    error
        The class of error to raise.
    """
    formats = settings.get("format")
    levels: list[tuple[str, ...]] = [()]
    levels += [("format", name) for name in formats] if isinstance(formats, dict) else []
    for level in levels:
        for path in (level, (*level, "execute")):
            given = settings.get(*path) if path else settings.values
            if not isinstance(given, dict):
                continue
            own = {key: given[key] for key in _EXECUTE if key in given}
            places = {key: settings.location(*path, key) or Location(file) for key in own}
            check_options(own, places, Location(file), error)
