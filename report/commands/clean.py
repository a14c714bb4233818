"""`report clean`: remove the files that builds leave behind."""

from __future__ import annotations

import shutil
from pathlib import Path

from analysis.evaluation import find_root
from audit.trace.repository import BOOKS
from report.engines import LEFT_BEHIND
from report.lock import project_lock

WORKING = (".report", "_exhibits", ".quarto", *LEFT_BEHIND)
"""Cache and working files of both engines, which may depend on records of children."""

UNFINISHED = f".{BOOKS[0]}-*"
"""Incomplete books of any edition, left when a build was killed."""


def clean(*, restricted: bool) -> int:
    """Remove cache and working files, and the books unless `restricted`; return 0.

    It waits for a build, whose unfinished book it would remove.
    """
    root = find_root(Path.cwd())
    with project_lock(root):
        _remove(root, restricted=restricted)
    return 0


def _remove(root: Path, *, restricted: bool) -> None:
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
