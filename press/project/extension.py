"""Read a format extension of the project: options, Typst partials and Lua filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from press.chapter.source import read_text
from press.errors import Location, ProjectError, UnsupportedError
from press.project.project import FormatName, Project
from press.project.yaml import parse_settings


@dataclass(frozen=True)
class Extension:
    """The contributions of an extension to one format.

    Parameters
    ----------
    options
        Options, which the project's own override.
    partials
        Typst template partials, by file name.
    filters
        Lua filters, run by pandoc on the finished tree.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    partials: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[Path, ...] = ()


def read_extension(project: Project, name: FormatName) -> Extension:
    """Return the extension that contributes a format; an empty one for Quarto's own formats."""
    if name.extension is None:
        return Extension()
    folder = _folder(project, name)
    file = folder / "_extension.yml"
    shown = file.relative_to(project.root).as_posix()
    settings = parse_settings(read_text(file, shown), shown)
    given = settings.get("contributes", "formats", name.base)
    if not isinstance(given, dict):
        raise ProjectError(
            f"the extension {name.extension} contributes no format {name.base}", Location(shown)
        )
    options = {
        key: value for key, value in given.items() if key not in ("template-partials", "filters")
    }
    partials = {}
    for partial in given.get("template-partials", []):
        path = folder / str(partial)
        partials[path.name] = read_text(path, path.relative_to(project.root).as_posix())
    filters = tuple(_filter(folder, item, Location(shown)) for item in given.get("filters", []))
    return Extension(options, partials, filters)


def _folder(project: Project, name: FormatName) -> Path:
    base = project.root / "_extensions"
    for folder in (base / str(name.extension), *sorted(base.glob(f"*/{name.extension}"))):
        if (folder / "_extension.yml").is_file():
            return folder
    raise ProjectError(
        f"there is no extension {name.extension} for the format {name.name}",
        project.settings.location("format", name.name),
        f"put it into _extensions/{name.extension}",
    )


def _filter(folder: Path, item: Any, place: Location) -> Path:
    name = str(item.get("path", "")) if isinstance(item, dict) else str(item)
    path = folder / name
    if not path.is_file() or path.suffix != ".lua":
        raise UnsupportedError(f"the filter {name} is not a Lua file of the extension", place)
    return path
