"""Detect what a computation reads besides its inputs: files, facts about files, and variables.

The key of a stored result covers everything that the result depends on. A file or variable that is
not in the key could make a stored result stale. What no process can report while it runs, such as
a look at the clock, is found in the code (`report.reuse.unreported`).
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import reads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from analysis.incremental import Input

_OF_THE_SYSTEM = ("/dev", "/etc", "/proc", "/sys", "/usr",
                  *map(os.path.realpath, (sys.prefix, sys.base_prefix)))  # fmt: skip
"""Folders that libraries may read, as Python itself does: time zones, libraries, processors."""


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
    def over(
        self, name: str, given: Sequence[Input], unreported: Iterable[str] = ()
    ) -> Iterator[list[str]]:
        """Watch one computation; the list receives what it reads besides its inputs.

        Parameters
        ----------
        name
            Name of the computation.
        given
            The inputs that it takes, whose files it may read.
        unreported
            What its code is known to read without being seen to.
        """
        unknown = [*unreported]
        allowed = _Allowed(given)

        def note(kind: str, what: str, asks: str) -> None:
            if not allowed(kind, what, asks):
                unknown.append(what if kind in (reads.OPENED, reads.MADE) else f"{kind} {what}")

        try:
            with reads.listening(note):
                yield unknown
        finally:
            if unknown:
                self.found[name] = sorted(set(unknown))


@contextmanager
def on_behalf() -> Iterator[None]:
    """Leave out what an engine reads on behalf of a computation: its files, processes, cluster.

    The settings of the engine and the digest of what it reads are inputs of that computation.
    """

    def ignore(*_read: str) -> None:
        pass

    with reads.listening(ignore):
        yield


class _Allowed:
    """Decides whether a computation may read something, given its inputs and what it has made."""

    def __init__(self, given: Sequence[Input]) -> None:
        self._covered = frozenset().union(*(one.covers for one in given))
        paths = (one.value for one in given if isinstance(one.value, Path))
        self._folders = tuple(os.path.realpath(each) for each in paths)
        self._made: set[str] = set()
        self._listed = {*self._folders, *(os.path.dirname(each) for each in self._covered)}

    def __call__(self, kind: str, what: str, asks: str) -> bool:
        """Return whether this is no read of anything unknown."""
        if kind == reads.VARIABLE:
            return asks == reads.LIBRARY  # the environment of libraries is stated
        if kind == reads.STARTED:
            return False
        path = os.path.realpath(what)
        if kind == reads.MADE:  # and may then be read
            self._made.add(path)
            return True
        known = (*self._made, *reads.packages())
        if path in self._covered or _below(path, known):
            return True
        if kind == reads.FACT:
            return asks == reads.LIBRARY or self._is_known(path)
        system = _OF_THE_SYSTEM if asks == reads.LIBRARY else ()
        if asks == reads.LIBRARY and path in map(os.path.realpath, sys.path):
            return True  # looking for what is installed
        return _below(path, system) or (os.path.isdir(path) and _below(path, self._folders))

    def _is_known(self, path: str) -> bool:
        """Return whether the digests of the inputs say if a file is there, and its size."""
        if any(_below(each, (path,)) for each in (*self._folders, *self._covered)):
            return True  # a folder above
        within = _below(path, self._folders)
        if os.path.exists(path):
            return within and os.path.isdir(path)
        return os.path.dirname(path) in self._listed


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(path == one or path.startswith(one + os.sep) for one in folders)
