"""Time disclosure control: `python -m benchmarks.suppression`.

Suppressing and checking a table of 150 rows and 10 columns with its totals should take less
than 2 s. The smaller tables show how the time grows.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from analysis.disclosure import PUBLIC
from analysis.disclosure.cells import Aggregate, cell_system
from analysis.disclosure.intruder import check_table
from analysis.disclosure.suppression import suppress

TABLES = (
    Aggregate("cells", ("row", "column")),
    Aggregate("rows", ("row",)),
    Aggregate("columns", ("column",)),
    Aggregate("all"),
)


def counts(rows: int, columns: int, mean: float, seed: int) -> pd.DataFrame:
    """Simulate counts as skewed as those of schools: most small, some large."""
    rng = np.random.default_rng(seed)
    found = rng.poisson(mean * rng.gamma(1.0, size=(rows, columns)))
    row, column = np.indices(found.shape)
    return pd.DataFrame({"row": row.ravel(), "column": column.ravel(), "n": found.ravel()})


def measure(rows: int, columns: int, mean: float) -> None:
    """Suppress and check one table, and print the results."""
    records = counts(rows, columns, mean, seed=1)
    started, worked = time.perf_counter(), time.process_time()
    system = cell_system(records, TABLES, PUBLIC, count="n")
    choice = suppress(system)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    check = check_table(system, choice.check)
    print(
        f"{rows} x {columns}: {int(system.unsafe.sum())} unsafe, "
        f"{int(choice.hidden.sum())} hidden, "
        f"narrowest range {check['narrowest_range'].min():.0f}, {seconds:.2f} s "
        f"({worked:.2f} s of the processor)"
    )


if __name__ == "__main__":
    for shape in ((9, 6, 15.0), (30, 6, 15.0), (152, 6, 15.0), (150, 10, 15.0), (150, 10, 40.0)):
        measure(*shape)
