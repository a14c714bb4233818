"""Draw the results of `benchmarks.speed` as a page: `python -m benchmarks.speed.page`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "report_builds.jsonl"
PAGE = ROOT / "docs" / "speed.md"
WIDTH = 30
"""Length of the longest bar of a table, in characters."""
BY_QUARTO = ("embedded", "quarto")


def drawn(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the page that draws the results of one run."""
    first = rows[0]
    parts: dict[str, list[Mapping[str, Any]]] = {"report": [], "books": [], "engines": []}
    for row in rows:
        name = row["build"]
        part = "books" if " chapters, " in name else "report"
        parts["engines" if name.rpartition(", ")[2] in BY_QUARTO else part].append(row)
    lines = [
        "# Speed",
        "",
        "Written by `python -m benchmarks.speed` from one run, whose rows are in",
        f"`benchmarks/results/report_builds.jsonl`: commit {first['commit']}, "
        f"{first['processors']} processors, {first['system']}, Python {first['python']}, load "
        f"{min(row['load'] for row in rows)} to {max(row['load'] for row in rows)}. Times can be",
        "compared within the run alone. Bars show elapsed seconds; the share is that of processor",
        "seconds in the first build, which the guard compares with its limits.",
        "",
        "## This report, every format",
        "",
        *_table(parts["report"]),
        "",
        "## Books of the press, HTML and PDF",
        "",
        *_table(parts["books"]),
        "",
        "## This report by both engines, HTML and PDF",
        "",
        *_table(parts["engines"]),
        "",
    ]
    if not any("quarto" in row["build"] for row in rows):
        lines[-1:] = ["Quarto was not on PATH in this run.", ""]
    return "\n".join(lines)


def _table(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    listed = list(rows)
    longest = max((row["seconds"] for row in listed), default=0) or 1
    if not listed:
        return
    yield "| build | seconds | processor s | MB | share of first | Quarto ÷ ours | |"
    yield "|:--|--:|--:|--:|--:|--:|:--|"
    for row in listed:
        share = f"{100 * row['of_cold']:.1f}%" if "of_cold" in row else ""
        bar = "█" * max(1, round(WIDTH * row["seconds"] / longest))
        times = row.get("times_ours", "") if "quarto" in row["build"] else ""
        yield (
            f"| {row['build']} | {row['seconds']:.2f} | {row['processor_seconds']:.1f} | "
            f"{row['megabytes']} | {share} | {times} | {bar} |"
        )


if __name__ == "__main__":
    given = Path(sys.argv[1]) if sys.argv[1:] else RESULTS
    read = [json.loads(line) for line in given.read_text(encoding="utf-8").splitlines()]
    PAGE.write_text(drawn(read), encoding="utf-8", newline="\n")
