"""Atomic writing of files, even if another process writes the same file."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def temporary_path(path: Path) -> Path:
    """Return a temporary path next to a file or folder, unique to this process and thread."""
    return path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")


def write_whole(path: Path, data: bytes) -> None:
    """Write a temporary file and rename it, so that nobody ever reads a partial file."""
    place = temporary_path(path)
    place.write_bytes(data)
    place.replace(path)
