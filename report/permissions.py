"""File permissions: owner only for working files, the user's umask for a finished book."""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OTHERS = 0o077
_ASKED: ContextVar[int | None] = ContextVar("asked", default=None)


@contextmanager
def owner_only() -> Iterator[None]:
    """Create every file so that only its owner can read it, whatever the umask.

    Working files may depend on children's records, and a mode that is set after a file is created
    leaves it open for a moment. Kernels and other child processes inherit this.
    """
    asked = os.umask(OTHERS)
    token = _ASKED.set(asked)
    try:
        yield
    finally:
        _ASKED.reset(token)
        os.umask(asked)


def asked_umask() -> int:
    """Return the user's umask, whether called within `owner_only` or not."""
    asked = _ASKED.get()
    if asked is None:
        os.umask(asked := os.umask(OTHERS))
    return asked


def open_to_readers(folder: Path) -> None:
    """Let others read a folder of released values, as far as the user's umask allows."""
    asked = _ASKED.get()
    if asked is None:
        return
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            # Its owner can read it under any umask.
            whole, own = (0o777, 0o700) if path.is_dir() else (0o666, 0o600)
            path.chmod(whole & ~asked | own)
