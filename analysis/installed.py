"""What is installed besides the project: the code of every package, known by its files at a glance.

A version says what a package should be, and an edit of its code leaves the version as it is. To
read the code of all of them would take longer than a build with nothing to do; size, times and
number of each file are looked at instead. Of times also that of the last change of any kind, which
no copy and no program can set.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from functools import cache
from pathlib import Path

_NEVER_RUN = ("__pycache__", "idlelib", "site-packages", "test", "tests", "turtledemo")
"""Folders below one of `sys.path` that no result depends on: byte code, which Python makes and
holds against its source itself, the packages of another environment, and tests."""
_STUB = ".pyi"
_RECENT = 2_000_000_000
"""Nanoseconds in which a file may be edited again without another time, on coarse clocks."""


def installed() -> dict[str, str]:
    """Return a digest of each module, package and distribution that Python could import.

    Returns
    -------
    dict of str
        By folder of `sys.path` and name. Folders of the project itself are left out: its files
        are known by what they hold.
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
    """Return one digest of all that is installed, as it was when this process first asked.

    An interpreter has several names, and Quarto's kernels are started by another than a command.
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
        except OSError:  # a link that leads nowhere, a folder that may not be read
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
