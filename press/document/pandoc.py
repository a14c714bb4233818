"""Run pandoc to parse Markdown to a syntax tree and to write a tree in a format."""

from __future__ import annotations

import copy
import hashlib
import html
import json
import os
import re
import subprocess
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from press.cache import cached_call
from press.document.tree import Node, Nodes
from press.errors import TypesettingError

# Quarto's Markdown is pandoc's.
READER = "markdown"
_WORD = "\ue001"


@cache
def _program() -> str:
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def _environment() -> dict[str, str]:
    """Return an environment in which pandoc reads file names as UTF-8."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def path_argument(path: Path) -> str:
    """Return a path for pandoc's command line, with percent signs escaped."""
    return str(path).replace("%", "%25")


def read_with_warnings(
    markdown: str, *options: str, reader: str = READER
) -> tuple[Node, list[tuple[int, str]]]:
    """Return the syntax tree of a text, and pandoc's warnings with their line, 0 if unknown."""
    text, said = _done(["-f", reader, "-t", "json", *options], markdown)
    found = []
    for warning in said.split("[WARNING]")[1:]:
        words = " ".join(warning.split())
        line = re.search(r"at line (\d+)", words)
        found.append((int(line[1]) if line else 0, words))
    tree: Node = json.loads(text)
    return tree, found


def run(arguments: Sequence[str], given: str, *, folder: str | None = None) -> str:
    """Run pandoc with `given` as input and return its output.

    Raises
    ------
    TypesettingError
        Pandoc failed.
    """
    return _done(arguments, given, folder)[0]


def _done(arguments: Sequence[str], given: str, folder: str | None = None) -> tuple[str, str]:
    """Return pandoc's standard output and standard error."""

    def make() -> list[str]:
        done = subprocess.run(
            [_program(), *arguments],
            input=given.encode(),
            capture_output=True,
            check=False,
            cwd=folder,
            env=_environment(),
        )
        said = done.stderr.decode(errors="replace")
        if done.returncode:
            raise TypesettingError(
                f"pandoc stopped: {said.strip()}",
                remedy="this is most likely a fault of the press; the message says where",
            )
        return [done.stdout.decode(), said]

    known = ("pandoc", identity(), [_contents(each) for each in arguments], given)
    text, said = cached_call(known, make, clean=lambda: folder is None)
    return text, said


@cache
def identity() -> list[str]:
    """Return facts that identify this pandoc: size and times of program and user data files."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    paths = [Path(_program())]
    for folder in (data / "pandoc", home / ".pandoc"):
        paths += sorted(path for path in folder.rglob("*") if path.is_file())
    facts = [(path, path.stat()) for path in paths]
    return [f"{path} {one.st_size} {one.st_mtime_ns} {one.st_ctime_ns}" for path, one in facts]


def _contents(argument: str) -> str:
    """Replace a file in an argument with its digest, for templates and filters its folder's too.

    A template includes the files next to it, and a filter may read them.
    """
    option, equals, name = argument.partition("=")
    path = Path(name.replace("%25", "%"))
    if not equals or not path.is_file():
        return argument
    beside = option in ("--template", "--lua-filter")
    files = sorted(path.parent.rglob("*")) if beside else [path]
    found = [
        (file.relative_to(path.parent).as_posix(), hashlib.sha256(file.read_bytes()).hexdigest())
        for file in files
        if file.is_file()
    ]
    return f"{option}={path.name} {found}"


def read(markdown: str, reader: str = READER) -> Node:
    """Return the syntax tree of a text."""
    tree: Node = json.loads(run(["-f", reader, "-t", "json"], markdown))
    return tree


def read_inlines(markdown: str) -> Nodes:
    """Parse a short text as inlines, never as a list, a heading or another block.

    Paragraphs are joined with a space.
    """
    return copy.deepcopy(_inlines(markdown))


@lru_cache(maxsize=4096)  # words such as "Figure" recur often
def _inlines(markdown: str) -> Nodes:
    # A paragraph that begins with a word cannot be parsed as another block.
    texts = [f"{_WORD} {text}" for text in re.split(r"\n[ \t]*\n", markdown.strip())]
    out: Nodes = []
    for block in read("\n\n".join(texts))["blocks"]:
        if block["t"] in ("Para", "Plain", "Header"):  # a line of hyphens makes a heading
            words = block["c"][2] if block["t"] == "Header" else block["c"]
            words = words[2:] if words[:1] == [{"t": "Str", "c": _WORD}] else words
            out += [{"t": "Space"}, *words] if out and words else words
    return out


def document(blocks: Nodes, meta: dict[str, Any] | None = None) -> Node:
    """Return a pandoc document with the given blocks and metadata."""
    return {"pandoc-api-version": list(api_version()), "meta": meta or {}, "blocks": blocks}


@lru_cache(maxsize=256)
def inline_html(markdown: str) -> str:
    """Convert a text of one paragraph to HTML."""
    inlines = read_inlines(markdown)
    if all(node["t"] in ("Str", "Space", "SoftBreak") for node in inlines):
        return html.escape("".join(str(node.get("c", " ")) for node in inlines))
    return write(document([{"t": "Plain", "c": inlines}]), "html5", "--mathml").strip()


@cache
def api_version() -> tuple[int, ...]:
    """Return the version of pandoc's syntax tree."""
    return tuple(read("")["pandoc-api-version"])


def write(tree: Node, writer: str, *options: str, folder: str | None = None) -> str:
    """Write a document in a format and return the text."""
    return run(
        ["-f", "json", "-t", writer, "--wrap=none", *options], json.dumps(tree), folder=folder
    )


def metadata(value: Any) -> Any:
    """Convert a Python value to pandoc metadata; strings are parsed as Markdown."""
    if isinstance(value, dict):
        return {"t": "MetaMap", "c": {key: metadata(item) for key, item in value.items()}}
    if isinstance(value, list):
        return {"t": "MetaList", "c": [metadata(item) for item in value]}
    if isinstance(value, bool):
        return {"t": "MetaBool", "c": value}
    if isinstance(value, str) and value:
        return {"t": "MetaInlines", "c": read_inlines(value)}
    return {"t": "MetaString", "c": "" if value is None else str(value)}
