"""Results of a long benchmark, kept as they come in, so that it can be interrupted."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTIAL = ".report/partial"
"""Folder of the rows of benchmarks that did not end: no build reads it and git ignores it."""


def partial_rows(table: Path) -> Path:
    """Return where the rows so far of a table in `data/proofs` are kept."""
    return table.parents[2] / PARTIAL / table.name


class Rows(list[dict[str, Any]]):
    """The rows of a benchmark, each printed, and written to `partial_rows`.

    Parameters
    ----------
    table
        The table that the benchmark writes when it ends.
    expected
        Number of rows.
    """

    def __init__(self, table: Path, expected: int) -> None:
        super().__init__()
        self.place = partial_rows(table)
        self._expected, self._began = expected, time.monotonic()

    def add(self, row: dict[str, Any]) -> None:
        """Add a row, print it with the time left, and write all rows so far."""
        self.append(row)
        took = time.monotonic() - self._began
        left = took / len(self) * max(0, self._expected - len(self))
        print(f"{len(self)}/{self._expected}, {left / 60:.0f} min left: {row}", flush=True)
        self.place.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame(self).to_csv(self.place, index=False, lineterminator="\n")


@contextmanager
def interruptible(table: Path) -> Iterator[None]:
    """Say where the rows so far are if a benchmark is interrupted; remove them if it ends."""
    place = partial_rows(table)
    try:
        yield
    except KeyboardInterrupt:
        print(f"interrupted; the rows so far are in {place}", flush=True)
        raise SystemExit(130) from None
    place.unlink(missing_ok=True)
