"""The options that hold for a chapter in a format: extension, project, format, front matter."""

from __future__ import annotations

import posixpath
from typing import Any

from press.chapter import Chapter
from press.project import Project, overlaid

_FILES = ("bibliography", "csl")
_EXECUTE = ("echo", "eval", "include", "output", "warning", "error")


def chapter_options(project: Project, chapter: Chapter, base: str) -> dict[str, Any]:
    """Return a chapter's options: those of the format, under the chapter's own."""
    front = dict(chapter.front.values)
    formats = front.pop("format", {})
    own = formats.get(project.format(base).name) if isinstance(formats, dict) else None
    if "title" in front:
        front["chapter-title"] = front["title"]
    if "subtitle" in front:
        front["chapter-subtitle"] = front["subtitle"]
    front |= {key: _from_root(front[key], chapter.path) for key in _FILES if front.get(key)}
    options = overlaid(project.options(base), front)
    return overlaid(options, own if isinstance(own, dict) else {})


def _from_root(given: Any, chapter: str) -> Any:
    """Return files named beside a chapter as paths from the project's folder."""
    if isinstance(given, list):
        return [_from_root(name, chapter) for name in given]
    name = str(given)
    if name.startswith("/"):
        return name.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(chapter), name))


def execute_options(project: Project, chapter: Chapter, base: str) -> dict[str, Any]:
    """Return the defaults of a chapter's cells: what `execute` says at every level."""
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
