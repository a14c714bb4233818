"""Run the Lua filters of a project, format or chapter on the document that pandoc read."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from press.chapter.chapter import Chapter
from press.chapter.source import read_text
from press.document.pandoc import run
from press.document.tree import Node
from press.errors import ChapterError, Location, ProjectError, TypesettingError, UnsupportedError
from press.lua.running import (
    INTERFACE,
    Asked,
    LuaFile,
    Surroundings,
    collect_requests,
    lua,
    shown_path,
)
from press.project.project import Project
from press.project.yaml import Settings, parse_settings

# Entry points that come before Quarto's own filters.
_BEFORE = ("pre-ast", "post-ast", "pre-quarto")


def filters_of(project: Project, chapter: Chapter, base: str) -> tuple[LuaFile, ...]:
    """Return the filters of a chapter in a format, in execution order.

    Raises
    ------
    ProjectError
        A filter does not exist.
    UnsupportedError
        A filter is not written in Lua, or runs after Quarto's own filters.
    """
    own = project.format(base).name
    at = (("filters",), ("format", own, "filters"))
    out: list[LuaFile] = []
    for settings, file in ((project.settings, ""), (chapter.front, chapter.path)):
        for path in at:
            out += _listed(project.root, settings, path, file)
    return tuple(dict.fromkeys(out))


def _listed(root: Path, settings: Settings, path: tuple[str, ...], file: str) -> Iterator[LuaFile]:
    given = settings.get(*path) or []
    given = given if isinstance(given, list) else [given]
    place = settings.location(*path) or Location(file or "_quarto.yml")
    late = False
    for number, item in enumerate(given):
        here = settings.location(*path, number) or place
        if item == "quarto":
            late = True
            continue
        if late or (isinstance(item, Mapping) and item.get("at", _BEFORE[0]) not in _BEFORE):
            raise UnsupportedError(
                f"the filter {_name(item)} is to run after Quarto's own, which the press "
                "does not support",
                here,
                "list it before `quarto`, if it can run there, or render with Quarto",
            )
        for found in _files(root, (root / (file or ".")), _name(item), here):
            yield LuaFile(found, here)


def _name(item: Any) -> str:
    return str(item.get("path", "")) if isinstance(item, Mapping) else str(item)


def _files(root: Path, asking: Path, name: str, place: Location) -> list[Path]:
    """Return the Lua files that a filter name refers to: one file, or those of an extension."""
    base = root if name.startswith("/") or asking == root else asking.parent
    if (file := base / name.lstrip("/")).is_file():
        if file.suffix != ".lua":
            raise UnsupportedError(f"the filter {name} is not written in Lua", place)
        return [file.resolve()]
    for found in extensions(root):
        if found.name == name.rpartition("/")[2] and contributed(root, found, "filters"):
            return contributed(root, found, "filters")
    raise ProjectError(
        f"there is no filter {name}", place, "write its file's path, or put it into _extensions"
    )


def extensions(root: Path) -> list[Path]:
    """Return the folders of a project's Quarto extensions."""
    return [file.parent for file in sorted((root / "_extensions").glob("**/_extension.yml"))]


def contributed(root: Path, folder: Path, what: str) -> list[Path]:
    """Return the Lua files that an extension contributes as filters or as shortcodes."""
    file = folder / "_extension.yml"
    shown = file.relative_to(root).as_posix()
    settings = parse_settings(read_text(file, shown), shown)
    out = []
    for item in settings.get("contributes", what) or []:
        path = folder / _name(item)
        if not path.is_file() or path.suffix != ".lua":
            raise UnsupportedError(
                f"{_name(item)} is not a Lua file of the extension",
                settings.location("contributes", what),
            )
        out.append(path.resolve())
    return out


def filtered(
    document: Node, filters: Sequence[LuaFile], around: Surroundings, metadata: Mapping[str, Any],
    asked: Asked,
) -> Node:  # fmt: skip
    """Apply Lua filters to a chapter's document.

    Parameters
    ----------
    document
        The document as pandoc read it.
    filters
        The filters.
    around
        The chapter that they run for.
    metadata
        Its options.
    asked
        Collects what the filters add to the page.

    Raises
    ------
    ChapterError
        A filter raised an error.
    """
    if not filters:
        return document
    with tempfile.TemporaryDirectory(prefix="press-") as name:
        folder = Path(name)
        (folder / "metadata.json").write_text(json.dumps(dict(metadata), default=str), "utf-8")
        arguments = ["-f", "json", "-t", "json", f"--metadata-file={folder / 'metadata.json'}"]
        for number, one in enumerate(filters):
            script = folder / f"filter-{number}.lua"
            facts = around.facts(one.path, folder / f"notes-{number}")
            script.write_text(
                f"return dofile({lua(INTERFACE.as_posix())})({lua(facts)})\n",
                "utf-8",
            )
            arguments.append(f"--lua-filter={script}")
        try:
            text = run(
                arguments,
                json.dumps({**document, "meta": {}}),
                folder=str((around.root / around.chapter).parent),
            )
        except TypesettingError as error:
            raise _stopped(error, filters, around.root) from None
        for number, one in enumerate(filters):
            collect_requests(folder / f"notes-{number}", around, one.location, asked)
    done: Node = json.loads(text)
    return done


def _stopped(error: TypesettingError, filters: Sequence[LuaFile], root: Path) -> ChapterError:
    """Convert pandoc's error about a filter, with the location where the filter is listed."""
    words = " ".join(error.what.removeprefix("pandoc stopped: ").split())
    words = words.partition("stack traceback")[0].strip()
    words = re.sub(r"Error running (?:Lua|filter \S+): *", "", words)
    named = [one for one in filters if shown_path(one.path, root) in words]
    return ChapterError(f"a Lua filter stopped: {words}", (named or list(filters))[-1].location)
