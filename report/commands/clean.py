"""`report clean`: remove what builds leave behind."""

from __future__ import annotations

import shutil
from pathlib import Path

from analysis.evaluation import find_root
from audit.trace.repository import BOOKS
from report.engines import LEFT_BEHIND

WORKING = (".report", "_exhibits", ".quarto", *LEFT_BEHIND)
"""Cache and working files of either engine, which may rest on records of children."""

UNFINISHED = f".{BOOKS[0]}-*"
"""Books that a build was killed in the middle of, of every edition."""


def clean(*, restricted: bool) -> int:
    """Remove cache and working files, and unless `restricted` the books; return 0."""
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
