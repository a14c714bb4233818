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

_NEVER_RUN = ("__pycache__", "idlelib", "site-packages", "test", "tests", "turtledemo")
"""Folders below one of `sys.path` that no result depends on: byte code, which Python checks
against its source, the packages of another environment, and tests."""
_STUB = ".pyi"
_RECENT = 2_000_000_000
"""Nanoseconds within which a second edit may leave a file's time unchanged, on coarse clocks."""


def installed() -> dict[str, str]:
    """Return a digest of each module, package and distribution that Python could import.

    Returns
    -------
    dict of str
        Digests by folder of `sys.path` and name. Folders of the project itself are left out, since
        its files are identified by their contents.
    """
    now = time.time_ns()
    found: dict[str, str] = {}
    for folder in dict.fromkeys(sys.path):
        if not os.path.isdir(folder) or (Path(folder) / "analysis" / "environment.py").is_file():
            continue
        for entry in list(os.scandir(folder)):
            if _counts(entry.name):
                lines = "\n".join(_facts(entry, now)).encode("utf-8", "surrogateescape")
                found[f"{folder}/{entry.name}"] = hashlib.sha256(lines).hexdigest()
    return found


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
