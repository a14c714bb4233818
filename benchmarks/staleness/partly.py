"""Results of a long benchmark, kept as they come in, so that it can be interrupted."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTIAL = ".partial.csv"
"""Suffix of the rows of a benchmark that did not end; not to be committed."""


class Rows(list[dict[str, Any]]):
    """The rows of a benchmark, each printed, and written next to its table.

    Parameters
    ----------
    table
        The table that the benchmark writes when it ends.
    expected
        Number of rows.
    """

    def __init__(self, table: Path, expected: int) -> None:
        super().__init__()
        self.place = table.with_suffix(PARTIAL)
        self._expected, self._began = expected, time.monotonic()

    def add(self, row: dict[str, Any]) -> None:
        """Add a row, print it with the time left, and write all rows so far."""
        self.append(row)
        took = time.monotonic() - self._began
        left = took / len(self) * max(0, self._expected - len(self))
        print(f"{len(self)}/{self._expected}, {left / 60:.0f} min left: {row}", flush=True)
        pd.DataFrame(self).to_csv(self.place, index=False, lineterminator="\n")


@contextmanager
def interruptible(table: Path) -> Iterator[None]:
    """Say where the rows so far are if a benchmark is interrupted; remove them if it ends."""
    place = table.with_suffix(PARTIAL)
    try:
        yield
    except KeyboardInterrupt:
        print(f"interrupted; the rows so far are in {place}", flush=True)
        raise SystemExit(130) from None
    place.unlink(missing_ok=True)
