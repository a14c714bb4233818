"""A store of computed values, each under a digest of everything that it depends on.

Each entry contains the SHA-256 of its key and contents. An entry that does not match, or is
truncated, is ignored, and its value is computed again. An entry is written to a temporary file and
renamed, so that a build that is killed, or another at the same time, leaves no partial one.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from analysis.atomic_write import write_whole
from analysis.store import private_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Value = TypeVar("Value")

LARGEST = 400_000_000
"""The most bytes that a store may contain after a build."""
_HEADER = 65  # the digest as hexadecimal digits, and a line break


@dataclass(frozen=True)
class Cache:
    """A folder of entries.

    Parameters
    ----------
    folder
        The folder of the entries; created on the first write.
    suffix
        Suffix of the names of entries.
    used
        The keys that this process has read or written.
    """

    folder: Path
    suffix: str = ""
    used: set[str] = field(default_factory=set)

    def read(self, key: str) -> bytes | None:
        """Return the entry under a key; None if there is none, or it is not intact."""
        try:
            data = self._path(key).read_bytes()
        except OSError:
            return None
        if data[:_HEADER] != _header(key, data[_HEADER:]):
            return None
        self.used.add(key)
        return data[_HEADER:]

    def read_as(self, key: str, form: Callable[[bytes], Value]) -> Value | None:
        """Return the decoded entry under a key; None if there is none, or it has another format.

        Someone who edits an entry can also update its digest.
        """
        data = self.read(key)
        try:
            return None if data is None else form(data)
        except Exception:  # bytes of another format can fail in any way
            return None

    def has(self, key: str) -> bool:
        """Return whether there is an entry under a key, intact or not."""
        return self._path(key).is_file()

    def write(self, key: str, data: bytes) -> None:
        """Store an entry under a key."""
        path = self._path(key)
        missing = [each for each in path.parents if not each.is_dir()]
        for folder in reversed(missing):
            private_folder(folder)
        # Two threads, or two builds, may compute the same value at once.
        write_whole(path, _header(key, data) + data)
        self.used.add(key)

    def commit(self) -> None:
        """Write what is still pending; here nothing is."""

    def prune(self, largest: int = LARGEST) -> None:
        """Remove the least recently used entries, until at most `largest` bytes are left.

        Entries that this process has used count as used now.
        """
        for key in self.used:
            if (path := self._path(key)).exists():
                os.utime(path)
        found = []
        for path in self.folder.glob("*/*"):
            facts = path.stat()
            found.append((facts.st_mtime_ns, facts.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= largest:
                break
            path.unlink(missing_ok=True)
            total -= size

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}{self.suffix}"


def digest_of(*parts: str | bytes) -> str:
    """Return the SHA-256 over several parts, each delimited from the next.

    Examples
    --------
    >>> digest_of("ab", "c") == digest_of("a", "bc")
    False
    """
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()


def _header(key: str, data: bytes) -> bytes:
    # Of the key too: what is kept under another is none of this one's.
    return digest_of(key, data).encode() + b"\n"


@dataclass(frozen=True)
class PendingCache(Cache):
    """A cache that writes nothing until its files are known not to have been edited meanwhile.

    An entry is under the digest of files as they were hashed; if one is edited before it is read,
    the value belongs to no state of the files.
    """

    pending: dict[str, bytes] = field(default_factory=dict)

    def read(self, key: str) -> bytes | None:
        """Return the entry under a key, pending or written; None if there is none."""
        return self.pending[key] if key in self.pending else super().read(key)

    def has(self, key: str) -> bool:
        """Return whether an entry is pending or written."""
        return key in self.pending or super().has(key)

    def write(self, key: str, data: bytes) -> None:
        """Hold an entry until `commit`."""
        self.pending[key] = data

    def commit(self) -> None:
        """Write the pending entries."""
        while self.pending:
            super().write(*self.pending.popitem())
