"""Detect what a computation reads besides its inputs: files and environment variables.

The key of a stored result covers everything that the result depends on. Python reports every file
that is opened (PEP 578); a file that is not in the key could make a stored result stale.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from analysis.incremental import Input

_OPENS = ("open", "os.listdir", "os.scandir")
_LEAVES = ("socket.connect", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn")
_OF_THE_SYSTEM = ("/dev", "/etc", "/proc", "/sys", "/usr")
_OWN = "analysis"
_ASK_FOR_OTHERS = ("_collections_abc", "collections.abc", "os", __name__)
"""Modules that look up a variable on behalf of another."""


@dataclass
class Watch:
    """Records what each computation reads that is not declared.

    Parameters
    ----------
    found
        What else was read, by computation.
    """

    found: dict[str, list[str]] = field(default_factory=dict)

    @contextmanager
    def over(self, name: str, given: Sequence[Input]) -> Iterator[list[str]]:
        """Watch one computation; the list receives what it reads besides its inputs.

        Parameters
        ----------
        name
            Name of the computation.
        given
            The inputs that it takes, whose files it may read.
        """
        _listen()
        unknown: list[str] = []
        folders = tuple(os.path.realpath(one.value) for one in given if isinstance(one.value, Path))
        covered = frozenset().union(*(one.covers for one in given))

        made: set[str] = set()

        def note(what: str, *, makes: bool) -> None:
            path = os.path.realpath(what)
            if makes:  # and may then be read
                made.add(path)
            elif what.startswith(_NO_FILES) or not (
                path in covered
                or _below(path, (*made, *_installed()))
                or (os.path.isdir(path) and _below(path, folders))
            ):
                unknown.append(what)

        _LISTENERS.append(note)
        variables = os.environ.__class__
        os.environ.__class__ = type("Watched", (_Watched,), {"note": staticmethod(note)})
        try:
            yield unknown
        finally:
            os.environ.__class__ = variables
            _LISTENERS.remove(note)
            if unknown:
                self.found[name] = sorted(set(unknown))


@contextmanager
def apart() -> Iterator[None]:
    """Leave out what an engine opens on behalf of a computation: its files, processes, cluster.

    The settings of the engine and the digest of what it reads are inputs of that computation.
    """

    def ignore(what: str, *, makes: bool) -> None:
        del what, makes

    _LISTENERS.append(ignore)
    try:
        yield
    finally:
        _LISTENERS.remove(ignore)


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(path == one or path.startswith(one + os.sep) for one in folders)


_STARTED, _VARIABLE = "program or host ", "variable "
_NO_FILES = (_STARTED, _VARIABLE)
_IMPORTS = "<frozen importlib"
_COMPUTES = "incremental.py"
_LISTENERS: list[Callable[..., None]] = []
_INSTALLED: list[bool] = []


def _listen() -> None:
    """Install an audit hook for opened files; a hook can't be removed."""
    if not _INSTALLED:
        _INSTALLED.append(True)
        sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _LISTENERS:
        return
    if event in _LEAVES:
        _LISTENERS[-1](f"{_STARTED}{arguments[0]}", makes=False)
    elif event == "os.mkdir":
        _LISTENERS[-1](os.fsdecode(arguments[0]), makes=True)
    elif event in _OPENS and isinstance(arguments[0], str | bytes | os.PathLike):
        flags = arguments[2] if event == "open" else 0
        makes = bool(flags & (os.O_CREAT | os.O_TRUNC | os.O_WRONLY))
        if makes or not _importing():
            _LISTENERS[-1](os.fsdecode(arguments[0]), makes=makes)


def _importing() -> bool:
    """Whether Python is importing a module, whose code is identified by digest."""
    frame = sys._getframe(1)
    while frame.f_back:
        frame = frame.f_back
        if frame.f_code.co_filename.startswith(_IMPORTS):
            return True
        if frame.f_code.co_filename.endswith(_COMPUTES):  # the computation began
            return False
    return False


@cache
def _installed() -> tuple[str, ...]:
    """Return prefixes of paths that are identified by version and digest, or are the system's."""
    own = [folder for folder in sys.path if not (Path(folder) / _OWN / "environment.py").is_file()]
    folders = {sys.prefix, sys.base_prefix, *own, *_OF_THE_SYSTEM} - {""}
    return tuple(os.path.realpath(each) for each in folders)


class _Watched(os._Environ):  # type: ignore[type-arg]  # its own class is the one way to look on
    """Environment variables that record which of them the project's own code reads."""

    note: Callable[..., None]

    def __getitem__(self, key: str) -> str:
        """Return a variable."""
        frame = sys._getframe(1)
        while frame.f_back and frame.f_globals.get("__name__") in _ASK_FOR_OTHERS:
            frame = frame.f_back
        if str(frame.f_globals.get("__name__")).partition(".")[0] == _OWN:
            self.note(f"{_VARIABLE}{key}", makes=False)
        return str(super().__getitem__(key))
