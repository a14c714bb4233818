"""Cache of a book's Word document, workbook and pictures, by digest of all their input."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cache import Cache, digest_of
from analysis.incremental import conditions
from report.reuse.inputs import code_digest
from report.reuse.last_build import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = ("analysis/exhibits/parts", "report/formats")
"""Folders of the code that makes them from their input."""
LARGEST = 60_000_000
"""Largest size of the cache in bytes: about twenty states of a project."""


class FormatCache:
    """Cache of data by a text that describes everything from which they were made.

    Parameters
    ----------
    folder
        Folder of the cache.
    """

    def __init__(self, folder: Path) -> None:
        self.cache = Cache(folder)
        self.made = self.taken = 0

    def __call__(self, given: str, make: Callable[[], bytes]) -> bytes:
        """Return cached data made from the same input, or make them now."""
        key = digest_of("format", self._code, given)
        data = self.cache.read(key)
        if data is not None:
            self.taken += 1
        else:
            self.made += 1
            data = make()
            self.cache.write(key, data)
        return data

    def ended(self) -> None:
        """Remove the least recently used entries, after a book is finished."""
        self.cache.prune(LARGEST)

    @cached_property
    def _code(self) -> str:
        return digest_of(conditions(), code_digest(Path(__file__).parents[2], CODE))


def format_cache(root: Path) -> FormatCache:
    """Return the cache of a project."""
    return FormatCache(root / FOLDER / "formats")
