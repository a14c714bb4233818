"""Installed code besides the project, identified by the size and times of its files.

A version says what a package should contain, but an edit of its code does not change the version.
Reading the code of all packages would take longer than a build with nothing to do; size, times and
inode of each file are checked instead. Times include that of the last change of any kind, which no
copy and no program can set.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import importing

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEVER_RUN = ("__pycache__", "idlelib", "site-packages", "test", "tests", "turtledemo")
"""Folders below one of `sys.path` that no result depends on: byte code, which Python checks
against its source, the packages of another environment, and tests."""
_STUB = ".pyi"
_OF_THE_PROJECT = (*importing.PACKAGES, "benchmarks", "tests")
_RECENT = 2_000_000_000
"""Nanoseconds within which a second edit may leave a file's time unchanged, on coarse clocks."""


def installed() -> dict[str, str]:
    """Return a digest of each module, package and distribution that Python could import.

    Returns
    -------
    dict of str
        Digests by folder of `sys.path` and name. Of the folder of a project or study only what
        could be imported in the place of a package counts, by its contents: its own packages are
        identified where they are used.
    """
    now = time.time_ns()
    found: dict[str, str] = {}
    for folder in dict.fromkeys(sys.path):
        if not os.path.isdir(folder):
            continue
        if _is_project(Path(folder)):
            found |= {f"{folder}/{name}": digest for name, digest in _shadows(Path(folder))}
            continue
        for entry in list(os.scandir(folder)):
            if _counts(entry.name):
                lines = "\n".join(_facts(entry, now)).encode("utf-8", "surrogateescape")
                found[f"{folder}/{entry.name}"] = hashlib.sha256(lines).hexdigest()
    return found


def _is_project(folder: Path) -> bool:
    own = (folder / "study.toml", folder / "analysis" / "environment.py")
    return any(each.is_file() for each in own)


def _shadows(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield name and SHA-256 of what Python would import from a project instead of a package."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            own = path.name in _OF_THE_PROJECT or not any(path.glob("__init__.*"))
            inside = [] if own else sorted(importing.importable(path))
        else:
            inside = [path] if path.name.endswith(importing.IMPORTED) else []
        for each in inside:
            yield each.relative_to(folder).as_posix(), hashlib.sha256(each.read_bytes()).hexdigest()


@cache
def installed_digest() -> str:
    """Return one digest of all installed code, as of the first call in this process.

    An interpreter has several paths, and Quarto's kernels are started by a different one from
    commands.
    """
    lines = [f"{name}\0{digest}" for name, digest in sorted(installed().items())]
    return hashlib.sha256(
        "\n".join([sys.version, os.path.realpath(sys.executable), *lines]).encode()
    ).hexdigest()


def _facts(entry: os.DirEntry[str], now: int) -> list[str]:
    """Return a line for each file at or below an entry of a folder, in a fixed order."""
    waiting, lines = [entry], []
    while waiting:
        each = waiting.pop()
        try:
            if each.is_dir():
                with os.scandir(each.path) as inside:
                    waiting += sorted((one for one in inside if _counts(one.name)), key=_name)
                continue
            seen = each.stat()
        except OSError:  # a broken link, or an unreadable folder
            continue
        modified, changed = seen.st_mtime_ns, seen.st_ctime_ns
        lines.append(f"{each.path} {seen.st_size} {modified} {changed} {seen.st_ino}")
        if now - max(modified, changed) < _RECENT:
            lines.append(hashlib.sha256(Path(each.path).read_bytes()).hexdigest())
    return lines


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _counts(name: str) -> bool:
    return name not in _NEVER_RUN and not name.endswith(_STUB)
