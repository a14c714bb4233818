"""Time validation: `python -m benchmarks.validation [rows | events [COUNT]]`.

- rows: five files of 50,000 rows each, every rule, after import; should take less than 2 s;
- events: ten million events (or the number given as second argument); should take less than
  30 s and 4 GB.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.contracts import read_contracts, validate

ROOT = Path(__file__).parents[1]


def stand_in() -> dict[str, pd.DataFrame]:
    """Return the stand-in extract as text."""
    folder = ROOT / "data" / "synthetic"
    return {
        path.stem: pd.read_csv(path, dtype=str, keep_default_na=False)
        for path in sorted(folder.glob("*.csv"))
    }


def many_children(count: int, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return children at their school since 2017 or earlier, under new pseudonyms."""
    children = tables["children"]
    stays = children[(children["first_day"] < "2018-01-01") & (children["last_day"] == "")]
    chosen = stays.iloc[np.resize(np.arange(len(stays)), count)].reset_index(drop=True)
    return chosen.assign(child_id="C" + _numbers(count, len(str(count - 1))))


def many_events(count: int, children: pd.DataFrame) -> pd.DataFrame:
    """Return distinct events, those of each child on different days."""
    rows = np.arange(count)
    days = pd.bdate_range("2018-06-04", periods=400).strftime("%Y-%m-%d").to_numpy()
    kinds = np.array(["referral", "s17_start", "s47_enquiry"])
    turn, place = np.divmod(rows, len(children))
    return pd.DataFrame(
        {
            "event_id": "E" + _numbers(count, 8),
            "child_id": children["child_id"].to_numpy()[place],
            "school_id": children["school_id"].to_numpy()[place],
            "event_type": kinds[(turn + place) % 3],
            "event_date": days[(3 * turn + place) % len(days)],
        },
        dtype="str",
    )


def many_episodes(children: pd.DataFrame) -> pd.DataFrame:
    """Return one episode of twenty days for each child."""
    return pd.DataFrame(
        {
            "episode_id": "P" + _numbers(len(children), 5),
            "child_id": children["child_id"],
            "school_id": children["school_id"],
            "started": "2018-09-03",
            "ended": "2018-09-23",
        },
        dtype="str",
    )


def many_activities(count: int, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return activity log entries spread over workers, days and types."""
    rows = np.arange(count)
    places = tables["deployments"].drop_duplicates("worker_id")
    worker, rest = rows % len(places), rows // len(places)
    days = pd.bdate_range("2019-06-03", periods=180).strftime("%Y-%m-%d").to_numpy()
    return pd.DataFrame(
        {
            "activity_id": "A" + _numbers(count, 5),
            "worker_id": places["worker_id"].to_numpy()[worker],
            "school_id": places["school_id"].to_numpy()[worker],
            "activity_date": days[rest % len(days)],
            "activity_type": np.array(["early help", "direct work"])[rest // len(days) % 2],
            "child_status": np.array(["looked after", "early help"])[rest // len(days) // 2 % 2],
            "hours": np.array(["0.25", "0.5", "0.75", "1"])[rest // len(days) // 4 % 4],
        },
        dtype="str",
    )


def _numbers(count: int, digits: int) -> pd.Series:
    return pd.Series(np.arange(count)).astype("str").str.zfill(digits)


def five_files(rows: int) -> dict[str, pd.DataFrame]:
    """Return five files of `rows` rows each, with the months of schools repeated."""
    tables = stand_in()
    children = many_children(rows, tables)
    months = tables["school_months"]
    return {
        "children": children,
        "child_events": many_events(rows, children),
        "care_episodes": many_episodes(children),
        "activity_log": many_activities(rows, tables),
        "school_months": months.iloc[np.resize(np.arange(len(months)), rows)].reset_index(
            drop=True
        ),
    }


def measure(name: str, tables: dict[str, pd.DataFrame], datasets: set[str]) -> None:
    """Validate, and print the rows, rules, seconds and peak memory so far."""
    contracts = read_contracts(ROOT / "data_contracts")
    validate(stand_in(), contracts, only={"schools-pilot-code"})  # triggers imports
    kept = {name: table for name, table in tables.items() if name in contracts}
    rules = {
        result.rule
        for result in validate({n: t.head(1) for n, t in kept.items()}, contracts).results
        if result.dataset in datasets
    }
    started, worked = time.perf_counter(), time.process_time()
    results = validate(kept, contracts, only=rules)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    rows = sum(len(kept[name]) for name in datasets)
    print(f"{name}: {rows:,} rows, {len(rules)} rules, {seconds:.1f} s ({worked:.1f} s of the "
          f"processor), {memory:.1f} GB at most")  # fmt: skip
    for result in results.of("fail", "warn"):
        print(f"  {result.outcome} {result.rule}: {result.failing:,}")


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else "rows"
    if chosen == "rows":
        large = five_files(50_000)
        measure("five files", {**stand_in(), **large}, set(large))
    else:
        children = many_children(500_000, stand_in())
        events = many_events(int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000, children)
        tables = {**stand_in(), "children": children, "child_events": events}
        measure("events", tables, {"child_events"})
