"""Expand shortcodes that a project or its extensions define in Lua to Markdown."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from press.chapter.shortcodes import Call
from press.document.pandoc import run
from press.errors import ChapterError, Location, TypesettingError, UnsupportedError
from press.lua.filters import contributed, extensions
from press.lua.running import INTERFACE, Asked, Surroundings, collect_requests, lua, shown_path

_RUNNER = Path(__file__).with_name("shortcodes.lua")


@dataclass
class LuaShortcodes:
    """The shortcodes of a project, for one chapter in one format.

    Parameters
    ----------
    around
        The chapter.
    metadata
        Its options.
    files
        The Lua files.
    asked
        Collects what they add to the page.
    """

    around: Surroundings
    metadata: Mapping[str, Any]
    files: tuple[Path, ...]
    asked: Asked

    @property
    def names(self) -> frozenset[str]:
        """The names of the shortcodes."""
        return names_in(self.files)

    def __call__(self, calls: Sequence[Call]) -> dict[Call, str]:
        """Return the Markdown that replaces each call."""
        if not calls:
            return {}
        with tempfile.TemporaryDirectory(prefix="press-") as name:
            folder = Path(name)
            given = [_spelled(call) for call in calls]
            facts = self.around.facts(self.files[0], folder / "notes")
            # Shortcodes look up string metadata only.
            meta = {key: value for key, value in self.metadata.items() if isinstance(value, str)}
            try:
                text = _run(folder, facts, self.files, given, meta, self.around)
            except TypesettingError as error:
                words = " ".join(error.what.removeprefix("pandoc stopped: ").split())
                words = words.partition("stack traceback")[0]
                at = re.search(r"call (\d+): ", words)
                place = calls[int(at[1]) - 1].location if at else calls[0].location
                words = words[at.end() :] if at else words
                raise ChapterError(f"a shortcode in Lua stopped: {words.strip()}", place) from None
            collect_requests(folder / "notes", self.around, calls[0].location, self.asked)
        return dict(zip(calls, json.loads(text), strict=True))


def shortcode_files(root: Path, listed: Any, place: Location | None) -> tuple[Path, ...]:
    """Return the Lua files of shortcodes listed by the project or contributed by extensions."""
    out = []
    for name in listed if isinstance(listed, list) else [listed] if listed else []:
        path = root / str(name).lstrip("/")
        if not path.is_file() or path.suffix != ".lua":
            raise UnsupportedError(f"the shortcode {name} is not a Lua file of the project", place)
        out.append(path.resolve())
    for folder in extensions(root):
        out += contributed(root, folder, "shortcodes")
    return tuple(out)


@lru_cache(maxsize=16)
def _names(files: tuple[Path, ...], _: tuple[int, ...]) -> frozenset[str]:
    with tempfile.TemporaryDirectory(prefix="press-") as name:
        facts = {"base": "html", "notes": f"{name}/notes", "project": ".", "offset": ".",
                 "input": "", "output": "", "script": files[0].as_posix()}  # fmt: skip
        around = Surroundings(files[0].parent, "", "", "html")
        text = _run(Path(name), facts, files, None, {}, around)
    return frozenset(json.loads(text))


def names_in(files: tuple[Path, ...]) -> frozenset[str]:
    """Return the names of the shortcodes that Lua files define."""
    if not files:
        return frozenset()
    return _names(files, tuple(file.stat().st_mtime_ns for file in files))


def _run(
    folder: Path,
    facts: Mapping[str, str],
    files: Sequence[Path],
    calls: Any,
    metadata: Mapping[str, str],
    around: Surroundings,
) -> str:
    script = folder / "shortcodes.lua"
    shown = [shown_path(file, around.root) for file in files]
    paths = [file.as_posix() for file in files]
    script.write_text(
        f"return dofile({lua(_RUNNER.as_posix())})({lua(INTERFACE.as_posix())}, {lua(facts)}, "
        f"{lua(paths)}, {lua(shown)}, {'nil' if calls is None else lua(calls)}, {lua(metadata)})\n",
        "utf-8",
    )
    return run(["lua", str(script)], "", folder=str((around.root / around.chapter).parent))


def _spelled(call: Call) -> dict[str, Any]:
    """Convert a call for the Lua runner, with positional and named arguments."""
    args, named = [], {}
    for word in call.arguments:
        key, equals, value = word.partition("=")
        if equals and re.fullmatch(r"[A-Za-z][\w-]*", key):
            named[key] = value
        else:
            args.append(word)
    raw = [word.partition("=")[2] or word for word in call.arguments]
    return {"name": call.name, "args": args, "named": named, "raw": raw, "context": call.context}
