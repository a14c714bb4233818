"""The files that a book is written in, held against edits while it is built."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

WRITTEN = (
    "*.qmd", "*.bib", "*.toml", "_quarto*", "_metadata*", "_variables*", "_environment*",
    "chapters/**/*.qmd", "chapters/**/*.yml", "chapters/**/*.bib", "_extensions/**/*",
)  # fmt: skip
"""Patterns from the project's root."""


def hash_sources(root: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that a book is written in, by its path from the root."""
    paths = {path for pattern in WRITTEN for path in root.glob(pattern) if path.is_file()}
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
    }
