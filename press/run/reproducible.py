"""Make outputs reproducible: final state of terminal output, no addresses, no random names.

Progress bars write text, whose last state a book shows, instead of a widget. A widget needs a
running notebook: a page would show its first state, and print nothing.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from press.chapter.cells import Cell

# Executed by IPython as the kernel starts: `tqdm.notebook`, which `tqdm.auto` prefers, writes text.
_STARTUP = """\
def _text_bars():
    import importlib.abc
    import importlib.machinery
    import sys

    class Loader(importlib.abc.Loader):
        def exec_module(self, module):
            from tqdm import std

            class TextBar(std.tqdm):
                def __init__(self, *args, display=True, **kwargs):
                    super().__init__(*args, **kwargs)

            def trange(*args, **kwargs):
                return TextBar(range(*args), **kwargs)

            module.tqdm = module.tqdm_notebook = TextBar
            module.trange = module.tnrange = trange
            module.IProgress = module.HBox = object
            module.WARN_NOIPYW = ""

    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, name, path=None, target=None):
            if name == "tqdm.notebook":
                return importlib.machinery.ModuleSpec(name, Loader())

    sys.meta_path.insert(0, Finder())


_text_bars()
del _text_bars
"""
# The time and speed of a bar of tqdm, which differ from build to build.
_SPEED = re.compile(
    r"(?<=[\d?A-Za-z]) \[\d[\d:]*(?:<[\d:?]+)?, [^,\[\]\n]*/[^,\[\]\n]*"
    r"(?:, (?P<more>[^\[\]\n]*))?\]"
)


def write_startup(ipython: Path) -> None:
    """Write the kernel's startup file into the folder of IPython's settings."""
    folder = ipython / "profile_default" / "startup"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "00-progress.py").write_text(_STARTUP, encoding="utf-8")


def without_speed(words: str) -> str:
    """Remove from progress bars how long they took.

    Examples
    --------
    >>> without_speed("100%|██████████| 30/30 [00:00<00:00, 69443.67it/s]")
    '100%|██████████| 30/30'
    >>> without_speed("2it [00:00, 9.67it/s, loss=0.5]")
    '2it [loss=0.5]'
    """
    return _SPEED.sub(lambda bar: f" [{bar['more']}]" if bar["more"] else "", words)


_MOVES = re.compile(r"[\r\b]|\x1b\[\d*[A-DGJK]")
_STEP = re.compile(r"\x1b\[(?P<count>\d*)(?P<move>[A-DGJK])|\x1b\[[0-9;?]*[A-Za-z]|(?P<sign>.|\n)")
# The end of the path of a file that the kernel created for a cell, or of the packages folder. The
# path is searched backwards: forwards, each slash in a long script would be tried as its start.
_CELL_FILE = re.compile(r"ipykernel_\d+[/\\]\d+\.py(?::(?P<line>\d+))?")
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
_PACKAGES = re.compile(r"(?<=[/\\])site-packages[/\\]")
_FOLDERS = re.compile(r"(?:[A-Za-z]:(?=[/\\]))?[^\s'\"<>:|()=,;`]*[/\\]$")
# Random identifiers from libraries: of a pandas Styler, of a Great Tables table, of a chart.
_BY_CHANCE = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{8}([-_])(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}|[0-9a-f]{32})"
    r"(?![0-9A-Za-z])"
    r"|(?<=T_)[0-9a-f]{5}(?=[_\"\s])|(?<=<div id=\")[a-z]{10}(?=\")"
)
_LONGEST_WAY = 1024  # maximum length of the path to a file
_CLOCK = re.compile(r"\b\d\d:\d\d:\d\d\b")


def last_state(words: str) -> str:
    r"""Return what a terminal finally shows of a text with cursor movements.

    Examples
    --------
    >>> last_state("10%\r50%\r100%\nabc\b\bd")
    '100%\nadc'
    """
    if not _MOVES.search(words):
        return words
    lines: list[list[str]] = [[]]
    row = column = 0
    for step in _STEP.finditer(words.replace("\r\n", "\n")):
        sign, move, count = step["sign"], step["move"], int(step["count"] or 1)
        if sign == "\n":
            row, column = row + 1, 0
            if row == len(lines):
                lines.append([])
        elif sign == "\r":
            column = 0
        elif sign == "\b" or move == "D":
            column = max(column - count, 0)
        elif sign:
            line = lines[row]
            line += [" "] * (column - len(line))
            line[column : column + 1] = [sign]
            column += 1
        elif move == "K":
            lines[row] = [] if step["count"] in ("1", "2") else lines[row][:column]
        elif move == "J":
            lines[row:] = [lines[row][:column]]
        else:
            row = min(max(row + {"A": -count, "B": count}.get(str(move), 0), 0), len(lines) - 1)
            column = {"C": column + count, "G": count - 1}.get(str(move), column)
    return "\n".join("".join(line).rstrip() for line in lines)


def reproducible_outputs(outputs: Sequence[Any], cell: Cell) -> tuple[Any, ...]:
    """Remove from a cell's outputs whatever differs between builds.

    Consecutive pieces of one stream are joined, and show their final state. A file that the
    kernel created for a cell is replaced with the cell's location, an object's address is left
    out, and random names in HTML are derived from the cell.
    """
    out: list[Any] = []
    for output in outputs:
        last = out[-1] if out else None
        kind = output["output_type"]
        if kind == "stream" and last is not None and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            out.append(output)
    for output in out:
        if output["output_type"] == "stream":
            output["text"] = without_speed(_settled_text(last_state(output["text"]), cell))
            continue
        if output["output_type"] == "error":
            output["traceback"] = [_settled_text(line, cell) for line in output["traceback"]]
            continue
        data = output["data"]
        for form in ("text/plain", "text/html", "text/markdown"):
            if isinstance(data.get(form), str):
                data[form] = _settled_text(data[form], cell)
        if isinstance(data.get("text/html"), str):
            data["text/html"] = _named(data["text/html"], cell)
    return tuple(out)


def _settled_text(words: str, cell: Cell) -> str:
    def place(found: re.Match[str]) -> str:
        if found["line"] is None:
            return cell.location.file
        return f"{cell.location.file}:{cell.first_line + int(found['line']) - 1}"

    words = _ADDRESS.sub("at 0x…", _without_way(words, _CELL_FILE, place))
    return _without_way(words, _PACKAGES, lambda found: found[0])


def _without_way(words: str, file: re.Pattern[str], shown: Callable[[re.Match[str]], str]) -> str:
    """Remove the folders from the path of a file in a text."""
    parts, done = [], 0
    for found in file.finditer(words):
        way = _FOLDERS.search(words[max(done, found.start() - _LONGEST_WAY) : found.start()])
        start = found.start() - (len(way[0]) if way else 0)
        parts += [words[done:start], shown(found)]
        done = found.end()
    return "".join([*parts, words[done:]])


def _named(html: str, cell: Cell) -> str:
    """Replace the random names in HTML with names derived from the cell."""
    names: dict[str, str] = {}
    for found in (one[0] for one in _BY_CHANCE.finditer(html)):
        given = f"{cell.location}\n{cell.source}\n{len(names)}"
        digest = hashlib.sha256(given.encode()).hexdigest()
        letters = digest.translate(str.maketrans("0123456789", "ghijklmnop"))
        divided = found[8:9] if found[8:9] in ("-", "_") else ""
        names.setdefault(found, _divided(digest, divided) if divided else letters[: len(found)])
    for old, new in names.items():
        html = html.replace(old, new)
    return html


def _divided(digest: str, sign: str) -> str:
    return sign.join(digest[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))


def varying_outputs(outputs: Sequence[Any], folder: Path, start: float) -> tuple[str, ...]:
    """Return which kinds of printed text will differ in the next build or on another machine.

    Parameters
    ----------
    outputs
        Its outputs.
    folder
        Its working directory.
    start
        Its start time, in seconds since 1970.
    """
    texts = [str(one.get("text") or one.get("data", {}).get("text/plain", "")) for one in outputs]
    texts += [str(one.get("data", {}).get("text/html", "")) for one in outputs]
    words = "\n".join(texts)
    found = []
    for path in (str(folder), tempfile.gettempdir(), str(Path.home()), sys.prefix):
        if len(path) > len("/root") - 1 and re.search(rf"{re.escape(path)}[/\\]", words):
            found.append(f"a path of this machine ({path})")
            break
    clocks = (
        {
            time.strftime("%H:%M:%S", form(moment))
            for moment in range(int(start) - 1, int(time.time()) + 2)
            for form in (time.localtime, time.gmtime)
        }
        if time.time() - start < 3600
        else set()
    )
    if clocks & set(_CLOCK.findall(words)):
        found.append("the time of the build")
    return tuple(found)
