"""What was worked out before, kept under a digest of all that it rests on.

Each entry holds the SHA-256 of its key and contents. One that does not match, or is cut short, is
none, and what it held is worked out again. An entry is written aside and renamed, so that a build
that is killed, or another at the same time, leaves no half of one.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from analysis.store import own_folder
from analysis.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Value = TypeVar("Value")

LARGEST = 400_000_000
"""Bytes that a store may hold once a build has ended."""
_HEADER = 65  # the digest as hexadecimal digits, and a line's end


@dataclass(frozen=True)
class Kept:
    """A folder of entries.

    Parameters
    ----------
    folder
        Where they lie; made when something is put there.
    suffix
        How the names of entries end.
    used
        The keys that this process has read or written.
    """

    folder: Path
    suffix: str = ""
    used: set[str] = field(default_factory=set)

    def read(self, key: str) -> bytes | None:
        """Return what is kept under a key; None if nothing is, or not as it was put there."""
        try:
            data = self._place(key).read_bytes()
        except OSError:
            return None
        if data[:_HEADER] != _header(key, data[_HEADER:]):
            return None
        self.used.add(key)
        return data[_HEADER:]

    def read_as(self, key: str, form: Callable[[bytes], Value]) -> Value | None:
        """Return what is kept under a key in some form; None if nothing is, or of another form.

        Whoever edits an entry can give it the digest of whatever they write.
        """
        data = self.read(key)
        try:
            return None if data is None else form(data)
        except Exception:  # bytes of another form can fail in any way
            return None

    def write(self, key: str, data: bytes) -> None:
        """Keep something under a key."""
        path = self._place(key)
        missing = [each for each in path.parents if not each.is_dir()]
        for folder in reversed(missing):
            own_folder(folder)
        # Two threads may work out the same at once, as may two builds.
        write_whole(path, _header(key, data) + data)
        self.used.add(key)

    def prune(self, largest: int = LARGEST) -> None:
        """Remove what was used longest ago, until no more than `largest` bytes are left.

        What this process has used counts as used now.
        """
        for key in self.used:
            if (path := self._place(key)).exists():
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

    def _place(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}{self.suffix}"


def digest_of(*parts: str | bytes) -> str:
    """Return the SHA-256 over some parts, each set apart from the next.

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
