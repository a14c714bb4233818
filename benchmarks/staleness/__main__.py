"""Try every mutation of the small dataflow and the small book: `python -m benchmarks.staleness`.

Writes `data/proofs/staleness.csv`: for each kind of mutation, how many were tried, how many
changed the output, how many left something stale, which must be none, and how often work was
unnecessary. Each mutation is printed as it is judged; after Ctrl-C the rows so far remain in
`.report/partial/staleness.csv`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.staleness.partly import Rows, interruptible
from benchmarks.staleness.small_book import EDITS, SmallBook
from benchmarks.staleness.small_dataflow import SmallDataflow, mutations

TABLE = Path(__file__).parents[2] / "data" / "proofs" / "staleness.csv"


def judged(folder: Path) -> pd.DataFrame:
    """Return a row for every mutation."""
    (folder / "dataflow").mkdir()
    (folder / "book").mkdir()
    every = list(mutations())
    rows = Rows(TABLE, len(every) + len(EDITS))
    book = SmallBook(folder / "book")
    for edit in EDITS:
        rows.add(book.judge(edit))
    flow = SmallDataflow(folder / "dataflow")
    for each in every:
        rows.add(flow.judge(each))
    return pd.DataFrame(rows)


def by_kind(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the mutations of each kind and their outcomes."""
    needless = ~rows["changed"] & (rows["computed"] > 0)
    found = rows.assign(mutations=1, needless=needless).groupby("kind")
    columns = ["mutations", "changed", "stale", "needless", "computed", "of"]
    return found[columns].sum().reset_index()


if __name__ == "__main__":
    with interruptible(TABLE), tempfile.TemporaryDirectory(prefix="staleness-") as folder:
        every = judged(Path(folder))
    for row in every.loc[every["stale"]].to_dict("records"):
        print("STALE", row)
    table = by_kind(every)
    table.to_csv(TABLE, index=False, lineterminator="\n")
    print(table.to_string(index=False))
    print(f"{len(every)} mutations, {int(every['stale'].sum())} stale")
    sys.exit(bool(every["stale"].any()))
