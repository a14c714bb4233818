"""Quarto's frozen output of executed chapters: removed as soon as its input has changed.

Quarto stores the output of a chapter's cells, even with `freeze: false`, under a digest of the
chapter's text alone, and uses it when it renders one chapter of a PDF or a preview.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING

from analysis.importing import package_folder
from audit.documents.formats_and_standards import COVER
from report.finish import LEDGER

if TYPE_CHECKING:
    from pathlib import Path

    from press.chapter.book import Book

FREEZERS = (".quarto/_freeze", "_freeze")
UNDER = LEDGER.with_name("frozen-under")
"""File with the digest of the input for the frozen output."""


def execution_digest(book: Book, key: str) -> str:
    """Return the SHA-256 of what the output of cells depends on, besides chapters' own text.

    Parameters
    ----------
    book
        The book as written, after `prepare` has written its ledger and cover.
    key
        Key of the results.
    """
    root = book.project.root
    included = {line.location.file for chapter in book.chapters for line in chapter.source.lines}
    included |= {cell.location.file for chapter in book.chapters for cell in chapter.cells}
    files = {
        root / LEDGER,
        root / COVER,
        root / "_variables.yml",
        *root.glob("_quarto*.yml"),
        *(package_folder(root, "audit") / "audit").rglob("*.py"),
        *(root / name for name in included - {chapter.path for chapter in book.chapters}),
    }
    digest = hashlib.sha256(key.encode())
    for path in sorted(path for path in files if path.is_file()):
        name = os.path.relpath(path, root)
        digest.update(f"\n{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()


def remove_frozen(root: Path, digest: str) -> bool:
    """Remove output frozen under a different digest; return whether there was any.

    Parameters
    ----------
    digest
        Present value of `execution_digest`.
    """
    record = root / UNDER
    if record.is_file() and record.read_text(encoding="utf-8") == digest:
        return False
    freezers = [root / name for name in FREEZERS if (root / name).is_dir()]
    for folder in freezers:
        shutil.rmtree(folder)
    record.write_text(digest, encoding="utf-8")
    return bool(freezers)
