"""Writing a file in one step: whole or not at all, whoever else writes it at the same time."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def aside(path: Path) -> Path:
    """Return a place next to a file or folder that no other process or thread writes to."""
    return path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file aside and rename it, so that nobody ever reads half of it."""
    place = aside(path)
    place.write_bytes(data)
    place.replace(path)
