"""What a project adds to every page: `include-in-header`, `include-before-body`, `…-after-body`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from press.chapter.source import read_text
from press.project.project import Project

OPTIONS = ("include-in-header", "include-before-body", "include-after-body")


@dataclass(frozen=True)
class Added:
    """HTML that stands on every page: in its head, before and after its body."""

    header: str = ""
    before: str = ""
    after: str = ""


def added_html(project: Project) -> Added:
    """Return what the project's options of the format HTML add to its pages."""
    own = project.settings.get("format", project.format("html").name)
    given = own if isinstance(own, Mapping) else {}
    return Added(*(_texts(project, option, given.get(option)) for option in OPTIONS))


def _texts(project: Project, option: str, given: Any) -> str:
    """Return texts as they are and files by their content, one after the other."""
    place = project.settings.place("format", project.format("html").name, option)
    out = []
    for item in given if isinstance(given, list) else [given] if given else []:
        if isinstance(item, Mapping) and "text" in item:
            out.append(str(item["text"]).rstrip("\n"))
            continue
        name = str(item.get("file", "")) if isinstance(item, Mapping) else str(item)
        out.append(read_text(project.root / name.lstrip("/"), name, place).rstrip("\n"))
    return "\n".join(out)
