"""`report clean`: remove the files that builds leave behind."""

from __future__ import annotations

import shutil
from pathlib import Path

from analysis.evaluation import find_root
from audit.trace.repository import BOOKS
from report.engines import LEFT_BEHIND

WORKING = (".report", "_exhibits", ".quarto", *LEFT_BEHIND)
"""Cache and working files of both engines, which may depend on records of children."""

UNFINISHED = f".{BOOKS[0]}-*"
"""Incomplete books of any edition, left when a build was killed."""


def clean(*, restricted: bool) -> int:
    """Remove cache and working files, and the books unless `restricted`; return 0."""
    root = find_root(Path.cwd())
    unfinished = sorted(path.name for path in root.glob(UNFINISHED))
    for name in (*WORKING, *unfinished, *(() if restricted else BOOKS)):
        folder = root / name
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        elif folder.is_dir():
            shutil.rmtree(folder)
        else:
            continue
        print(f"removed: {name}")
    return 0
