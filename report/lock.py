"""Allow only one command at a time to write a project's working files."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAUSE = 0.2  # seconds between attempts, if the system cannot wait itself


@contextmanager
def project_lock(root: Path) -> Iterator[None]:
    """Wait until no other command is working on a project, then make others wait.

    The operating system releases the lock when a process ends, however it ends.
    """
    opened = _open(root)
    try:
        if not _take(opened, wait=False):
            print("report: waiting for another command that works on this project", flush=True)
            _take(opened, wait=True)
        yield
    finally:
        os.close(opened)


if sys.platform == "win32":  # folders cannot be locked there
    import msvcrt

    def _open(root: Path) -> int:
        name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
        return os.open(Path(tempfile.gettempdir()) / f"report-{name}.lock", os.O_RDWR | os.O_CREAT)

    def _take(opened: int, *, wait: bool) -> bool:
        while True:
            try:
                msvcrt.locking(opened, msvcrt.LK_NBLCK, 1)
            except OSError:
                if not wait:
                    return False
                time.sleep(_PAUSE)
            else:
                return True
else:
    import fcntl

    def _open(root: Path) -> int:
        # Lock the folder itself: no file is left behind, and none can be removed in the meantime.
        return os.open(root, os.O_RDONLY)

    def _take(opened: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True
