"""Exchange data with Lua scripts: the facts passed in, and their additions to the page."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from press.errors import Location, UnsupportedError
from press.html.header_includes import Added
from press.run.outputs import hosts_in

INTERFACE = Path(__file__).with_name("interface.lua")
_LOCATIONS = {"in-header": "header", "before-body": "before", "after-body": "after"}


@dataclass(frozen=True)
class LuaFile:
    """A Lua file of a filter or of shortcodes.

    Parameters
    ----------
    path
        The file.
    location
        The location where the project or a chapter lists it.
    """

    path: Path
    location: Location


@dataclass(frozen=True)
class Surroundings:
    """The chapter that a script runs for.

    Parameters
    ----------
    root
        The project's folder.
    chapter
        The chapter's path in the project.
    html
        The path of its page.
    base
        ``"html"`` or ``"typst"``.
    """

    root: Path
    chapter: str
    html: str
    base: str

    def facts(self, script: Path, notes: Path) -> dict[str, str]:
        """Return the facts passed to the Lua interface."""
        offset = posixpath.relpath(".", posixpath.dirname(self.chapter) or ".")
        return {
            "base": self.base,
            "script": script.as_posix(),
            "shown": shown_path(script, self.root),
            "notes": notes.as_posix(),
            "project": self.root.as_posix(),
            "offset": offset,
            "input": (self.root / self.chapter).as_posix(),
            "output": self.html,
        }


@dataclass
class Asked:
    """Additions of scripts to a page: HTML, files of dependencies, and messages.

    Parameters
    ----------
    added
        HTML for the page's head, and before and after its body.
    files
        Files, by path in the book.
    said
        Messages for the build's warnings.
    """

    added: Added = field(default_factory=Added)
    files: dict[str, bytes] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def shown_path(path: Path, root: Path) -> str:
    """Return a path for messages, relative to the project's folder if it is inside."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def lua(value: Any) -> str:
    r"""Format a string, boolean, list or mapping as a Lua literal.

    Examples
    --------
    >>> lua({"a": ["b\n", True]})
    '{["a"] = {"b\\n", true}}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"[{lua(key)}] = {lua(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "{" + ", ".join(map(lua, value)) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    words = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\0", "\\0")
    return '"' + words.replace("\r", "\\r").replace("\n", "\\n") + '"'


def collect_requests(notes: Path, around: Surroundings, place: Location, asked: Asked) -> None:
    """Collect the requests that a script has written to its notes file.

    Raises
    ------
    UnsupportedError
        The script requests a file from another host, or text in the PDF.
    """
    lines = notes.read_text("utf-8").splitlines() if notes.exists() else []
    for note in map(json.loads, lines):
        if note["kind"] == "said":
            if note["level"] in ("warning", "output"):
                asked.said.append(f"{place}: {note['text']}")
        elif around.base != "html":
            if note["kind"] == "text":
                raise UnsupportedError(
                    "the Lua adds text around the document in print",
                    place,
                    'add it in pages only: `if quarto.doc.is_format("html")`',
                )
        elif note["kind"] == "text":
            _add(asked, _LOCATIONS.get(note["location"], "header"), note["text"], place)
        else:
            _depend(note, around, place, asked)


def _add(asked: Asked, where: str, text: str, place: Location) -> None:
    if hosts := hosts_in(text):
        raise UnsupportedError(
            f"the Lua puts a script or a style of another host into the page: {', '.join(hosts)}",
            place,
            "keep the file in the project",
        )
    old = getattr(asked.added, where)
    if text not in old:
        asked.added += Added(**{where: text})


def _depend(note: Mapping[str, Any], around: Surroundings, place: Location, asked: Asked) -> None:
    """Copy the files of an HTML dependency to the book, and add its tags to the page."""
    folder = "site_libs/" + "-".join(filter(None, (note["name"], note["version"])))
    start = posixpath.relpath(".", posixpath.dirname(around.html) or ".")
    for kind in ("stylesheets", "scripts", "resources"):
        for file in note[kind]:
            path = Path(file["path"])
            if not path.is_file():
                raise UnsupportedError(
                    f"the Lua asks for {file['given']}, which is not a file next to it", place,
                    "keep the file in the project",
                )  # fmt: skip
            asked.files[f"{folder}/{file['name']}"] = path.read_bytes()
            address = posixpath.normpath(f"{start}/{folder}/{file['name']}")
            if kind == "stylesheets":
                _add(asked, "header", f'<link rel="stylesheet" href="{address}">', place)
            elif kind == "scripts":
                given = file.get("attributes") or {}
                more = "".join(f' {key}="{one}"' for key, one in given.items())
                tag = f'<script src="{address}"{more}></script>'
                _add(asked, "after" if file["after"] else "header", tag, place)
    if note["head"]:
        _add(asked, "header", note["head"], place)
