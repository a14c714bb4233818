"""Word, the workbook and the pictures of a book, kept under all that each is made from."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.incremental import conditions
from analysis.kept import Kept, digest_of
from report.reuse.chapters import code_digest
from report.reuse.results import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = ("analysis/exhibits/parts", "report/formats")
"""Folders of the code that makes them of what they are given."""
LARGEST = 60_000_000
"""Bytes that are kept: those of some twenty states of a project."""


class OfFormats:
    """What was made of a text that describes all that it was made from.

    Parameters
    ----------
    folder
        Where it is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.kept_in = Kept(folder)
        self.made = 0

    def __call__(self, given: str, make: Callable[[], bytes]) -> bytes:
        """Return what was made of the same before, or what is made now."""
        key = digest_of("format", self._code, given)
        data = self.kept_in.read(key)
        if data is None:
            self.made += 1
            data = make()
            self.kept_in.write(key, data)
        return data

    def ended(self) -> None:
        """Remove what was used longest ago, once a book is made."""
        self.kept_in.prune(LARGEST)

    @cached_property
    def _code(self) -> str:
        return digest_of(conditions(), code_digest(Path(__file__).parents[2], CODE))


def of_formats(root: Path) -> OfFormats:
    """Return what is kept of a project."""
    return OfFormats(root / FOLDER / "formats")
