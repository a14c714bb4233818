"""What Python can report of reads while a computation runs, and on whose behalf they are made.

Opened files raise audit events (PEP 578). Facts about files (`os.stat` and what uses it) and
environment variables raise none, so their functions and mappings are replaced while somebody
listens.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OPENED, MADE, FACT, STARTED, VARIABLE = "opened", "made", "fact", "program or host", "variable"
"""Kinds of what is reported."""
OWN, LIBRARY, NOBODY = "own", "library", "nobody"
"""On whose behalf something is read: the last is Python's import system, or the watcher itself."""

_FOLDERS = ("os.listdir", "os.scandir", "os.listxattr", "os.getxattr")
_MOVES = ("os.rename", "os.link")
_LEAVES = ("socket.connect", "socket.gethostname", "subprocess.Popen", "os.system", "os.exec",
           "os.fork", "os.posix_spawn", "sqlite3.connect", "urllib.Request")  # fmt: skip
_FACTS = ("stat", "lstat", "access", "readlink")
_IMPORTS = "<frozen importlib"
_FROZEN = "<frozen "
_WATCHES = frozenset(
    str(Path(__file__).with_name(name))
    for name in ("reads.py", "undeclared_reads.py", "importing.py")
)

_LISTENERS: list[Callable[[str, str, str], None]] = []
_INSTALLED: list[bool] = []


@contextmanager
def listening(note: Callable[[str, str, str], None]) -> Iterator[None]:
    """Report everything that is read: its kind, its path or name, and on whose behalf."""
    if not _INSTALLED:  # an audit hook can't be removed
        _INSTALLED.append(True)
        sys.addaudithook(_hook)
    if not _LISTENERS:
        packages()  # which looks at files itself
        _replace()
    _LISTENERS.append(note)
    try:
        yield
    finally:
        _LISTENERS.remove(note)
        if not _LISTENERS:
            _restore()


def _tell(kind: str, what: str) -> None:
    asks = _asks()
    if asks != NOBODY:
        _LISTENERS[-1](kind, what, asks)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _LISTENERS:
        return
    if event in _LEAVES:
        _tell(STARTED, str(arguments[0]) if arguments else event)
    elif event == "os.mkdir":
        _tell(MADE, os.fsdecode(arguments[0]))
    elif event in _MOVES or (event in _FOLDERS and _is_path(arguments[0])):
        _tell(OPENED, os.fsdecode(arguments[0]))
    elif event == "open" and _is_path(arguments[0]):
        kind = _kind(arguments[0], arguments[2])
        if kind:
            _tell(kind, os.fsdecode(arguments[0]))


def _is_path(value: object) -> bool:
    return isinstance(value, str | bytes | os.PathLike)


def _kind(path: Any, flags: int) -> str | None:
    """Return what opening a file with some flags amounts to; None if nothing of it can be read.

    A file that exists is read, even if the flags would have made it.
    """
    empty = flags & os.O_TRUNC or (flags & os.O_CREAT and not _exists(path))
    if empty:
        return MADE
    return None if flags & os.O_ACCMODE == os.O_WRONLY else OPENED


def _exists(path: Any) -> bool:
    try:
        _ORIGINAL["stat"](path)
    except (OSError, ValueError):
        return False
    return True


def _asks() -> str:
    """Return on whose behalf something is read: the first caller that is not Python itself.

    What a library reads while it is imported is read for nobody: it is identified by its version.
    """
    library = False
    frame = sys._getframe(3)  # the hook or function that was called, and who called it
    while frame:
        file = frame.f_code.co_filename
        if file.startswith(_IMPORTS) or file in _WATCHES:
            return NOBODY
        asks = "" if file.startswith(_FROZEN) else _origin(file)
        if asks == OWN:
            break
        library = library or asks == LIBRARY  # which may be reading while it is imported
        if frame.f_back is None:
            break
        frame = frame.f_back
    return LIBRARY if library else OWN  # also a thread that runs a function of Python's


@cache
def _origin(file: str) -> str:
    """Return whose code a file holds; empty for Python's own, which acts for whoever calls it."""
    path = os.path.realpath(file)
    if path.startswith(tuple(f"{each}{os.sep}" for each in packages())):
        return LIBRARY
    paths = sysconfig.get_paths()
    own = tuple(os.path.realpath(paths[name]) + os.sep for name in ("stdlib", "platstdlib"))
    return "" if path.startswith(own) else OWN


@cache
def packages() -> tuple[str, ...]:
    """Return the folders of installed packages, which are identified by version and digest."""
    found = [each for each in sys.path if each and any(Path(each).glob("*.dist-info"))]
    paths = sysconfig.get_paths()
    return tuple(os.path.realpath(each) for each in [*found, paths["purelib"], paths["platlib"]])


# --- what raises no audit event ----------------------------------------------------------------

_ORIGINAL: dict[str, Any] = {name: getattr(os, name) for name in _FACTS}


def _told(original: Any) -> Any:
    @wraps(original)
    def ask(path: Any, *arguments: Any, **options: Any) -> Any:
        if _LISTENERS and _is_path(path):
            _tell(FACT, os.fsdecode(path))
        return original(path, *arguments, **options)

    return ask


class _Watched(os._Environ):  # type: ignore[type-arg]  # its own class is the one way to look on
    """Environment variables that report which of them are read."""

    def __getitem__(self, key: Any) -> Any:
        """Return a variable."""
        if _LISTENERS:
            _tell(VARIABLE, os.fsdecode(key) if isinstance(key, str | bytes) else repr(key))
        return super().__getitem__(key)

    def __iter__(self) -> Iterator[Any]:
        """Yield the names of all variables."""
        if _LISTENERS:
            _tell(VARIABLE, "names of all")
        return super().__iter__()


_VARIABLES = [os.environ, *([os.environb] if os.supports_bytes_environ else [])]
_ASKS = {name: _told(original) for name, original in _ORIGINAL.items()}
_SETS = (os.supports_dir_fd, os.supports_effective_ids, os.supports_fd, os.supports_follow_symlinks)


def _replace() -> None:
    for name, ask in _ASKS.items():
        setattr(os, name, ask)
        for supports in _SETS:  # the standard library looks functions up in these
            if _ORIGINAL[name] in supports:
                supports.add(ask)
    for variables in _VARIABLES:
        variables.__class__ = _Watched


def _restore() -> None:
    for name, original in _ORIGINAL.items():
        setattr(os, name, original)
    for variables in _VARIABLES:
        variables.__class__ = os._Environ
