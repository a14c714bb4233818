"""HTML that a project or chapter adds to pages: style sheets and the `include-…` options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from press.chapter.source import read_text
from press.project.project import Project
from press.project.yaml import Settings

OPTIONS = ("include-in-header", "include-before-body", "include-after-body")


@dataclass(frozen=True)
class Added:
    """HTML added to a page: in its head, and before and after its body."""

    header: str = ""
    before: str = ""
    after: str = ""

    def __add__(self, other: Added) -> Added:
        """Concatenate two additions."""
        return Added(
            _joined(self.header, other.header),
            _joined(self.before, other.before),
            _joined(self.after, other.after),
        )


def _joined(*parts: str) -> str:
    return "\n".join(filter(None, parts))


def is_for_pages(given: Any) -> bool:
    """Return whether an option includes only HTML, which is not meant for print."""
    items = given if isinstance(given, list) else [given]
    return all(_is_html(item) for item in items)


def _is_html(item: Any) -> bool:
    if isinstance(item, Mapping) and "text" in item:
        return str(item["text"]).lstrip().startswith("<")
    name = str(item.get("file", "")) if isinstance(item, Mapping) else str(item)
    return name.lower().endswith((".html", ".htm"))


def added_html(project: Project) -> Added:
    """Return the HTML that the project's options add to every page."""
    name = project.format("html").name
    styles = project.options("html").get("css")
    place = ("format", name, "css")
    css = _joined(*_texts(project.root, project.root, styles, project.settings, place))
    header = f"<style>\n{css}\n</style>" if css else ""
    return Added(header) + included(project.root, project.root, project.settings, name)


def included(root: Path, folder: Path, settings: Settings, name: str) -> Added:
    """Return the HTML that the options of a project or chapter include in its pages.

    Parameters
    ----------
    root, folder
        The project's folder, and the folder that file names are relative to.
    settings
        The options.
    name
        The name of the HTML format.
    """
    parts = []
    for option in OPTIONS:
        texts: list[str] = []
        for path in ((option,), ("format", name, option)):
            texts += _texts(root, folder, settings.get(*path), settings, path)
        parts.append(_joined(*texts))
    return Added(*parts)


def _texts(
    root: Path, folder: Path, given: Any, settings: Settings, path: tuple[str, ...]
) -> list[str]:
    """Return literal texts, and the content of files."""
    out = []
    for item in given if isinstance(given, list) else [given] if given else []:
        if isinstance(item, Mapping) and "text" in item:
            out.append(str(item["text"]).rstrip("\n"))
            continue
        name = str(item.get("file", "")) if isinstance(item, Mapping) else str(item)
        file = (root if name.startswith("/") else folder) / name.lstrip("/")
        out.append(read_text(file, name, settings.location(*path)).rstrip("\n"))
    return out
