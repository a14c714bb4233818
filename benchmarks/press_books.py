"""Time the press on synthetic books, by stage, and compare it with Quarto if installed.

    python -m benchmarks.press_books                 # 8, 40 and 150 chapters
    python -m benchmarks.press_books --chapters 8 --repeat 3

Each chapter has two cells (one without output, one that prints a table), four inline numbers, a
figure, a table, an equation, a callout, references to neighbouring chapters and about 600 words.
Times are for a whole build in one process. Execution takes by far the longest, so the time of a
second build that executes nothing (`earlier`) is given too, and the time of the guard, which is
part of the stages html and pdf. `results/press_books.jsonl` contains
one run, on two shared cores and without Quarto.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

from press import edition
from press.build import BookBuild, build_book

SIZES = (8, 40, 150)
MOMENT = 1_700_000_000
_WORDS = (
    "The bridge was counted at both ends on every day of the month, and each count was "
    "written down by two people who did not see each other's sheet until the evening. "
)
_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="240">'
    '<rect width="480" height="240" fill="#fff"/><path d="M20 200 L460 40" stroke="#12436D"/></svg>'
)


def chapter(number: int, last: int) -> str:
    """Return the text of one chapter."""
    other = number % last + 1
    prose = "\n\n".join(_WORDS * 4 for _ in range(4))
    return f"""# Chapter {number} {{#sec-{number}}}

```{{python}}
#| label: setup-{number}
#| include: false
n = {number}
```

{_WORDS} There were `{{python}} n` and `{{python}} n * 2`, see @fig-{other}, @tbl-{number}
and @sec-{other}.

## Counts {{#sec-counts-{number}}}

```{{python}}
#| label: tbl-{number}
#| tbl-cap: "Counts of chapter {number}"
from IPython.display import Markdown
rows = [f"| {{m}} | {{m * n}} | {{m}} |" for m in range(12)]
Markdown("\\n".join(["| Month | North | South |", "|:--|--:|--:|", *rows]))
```

{prose}

![A line of chapter {number}](/line.svg){{#fig-{number} fig-alt="A rising line"}}

$$ r_{{{number}}} = \\frac{{a}}{{b}} $$ {{#eq-{number}}}

::: {{.callout-note}}
Remember `{{python}} n + 1` and @eq-{number}.
:::

## More {{#sec-more-{number}}}

{prose}
"""


def write_book(folder: Path, chapters: int) -> Path:
    """Write a synthetic book and return its folder."""
    folder.mkdir(parents=True)
    names = [f"chapters/c{number:03}.qmd" for number in range(1, chapters + 1)]
    listing = "\n".join(f"    - {name}" for name in names)
    (folder / "_quarto.yml").write_text(
        "project:\n  type: book\n  execute-dir: project\nbook:\n  title: Synthetic\n"
        # Quarto 1.10 cannot typeset a book without an author.
        "  author: Nobody\n"
        f"  chapters:\n    - index.qmd\n{listing}\nformat:\n  html: default\n  typst: default\n",
        "utf-8",
    )
    (folder / "index.qmd").write_text("# Welcome {.unnumbered}\n\nSee @sec-1.\n", "utf-8")
    (folder / "line.svg").write_text(_PICTURE, "utf-8")
    (folder / "chapters").mkdir()
    for number, name in enumerate(names, start=1):
        (folder / name).write_text(chapter(number, chapters), "utf-8")
    return folder


def measured(chapters: int, repeat: int) -> dict[str, object]:
    """Return the median seconds of each stage for a book of the given size."""
    runs: list[BookBuild] = []
    guarded: list[float] = []
    with tempfile.TemporaryDirectory(prefix="press-benchmark-") as place:
        project = write_book(Path(place) / "book", chapters)
        for _ in range(repeat):
            with _guard_timed() as spent:
                runs.append(build_book(project, timestamp=MOMENT))
            guarded.append(sum(spent))
        start = time.perf_counter()
        build_book(project, timestamp=MOMENT, earlier=runs[-1].chapters)
        again = time.perf_counter() - start
        pdf = runs[-1].pdf
        row: dict[str, object] = {"chapters": chapters}
        for stage in runs[-1].seconds:
            row[stage] = round(statistics.median(run.seconds[stage] for run in runs), 2)
        row["whole"] = round(statistics.median(sum(run.seconds.values()) for run in runs), 2)
        row["a chapter"] = round(float(str(row["whole"])) / chapters, 3)
        row["guard"] = round(statistics.median(guarded), 2)
        row["without executing"] = round(again, 2)
        row["pdf megabytes"] = round(pdf.stat().st_size / 1e6, 2) if pdf else None
        row |= _quarto(project)
    return row


@contextmanager
def _guard_timed() -> Iterator[list[float]]:
    """Yield a list that collects the seconds of each call of the guard."""
    spent: list[float] = []

    def timed(guard: Callable[..., list[str]]) -> Callable[..., list[str]]:
        def call(*given: object) -> list[str]:
            start = time.perf_counter()
            try:
                return guard(*given)
            finally:
                spent.append(time.perf_counter() - start)

        return call

    names = ("lost_in_pages", "lost_in_print")
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(mock.patch.object(edition, name, timed(getattr(edition, name))))
        yield spent


def _quarto(project: Path) -> dict[str, object]:
    """Return the seconds that Quarto takes for each format; empty if it is not installed."""
    program = shutil.which("quarto")
    if program is None:
        return {}
    out = {}
    for name in ("html", "typst"):
        start = time.perf_counter()
        subprocess.run(
            [program, "render", "--to", name], cwd=project, check=True, capture_output=True
        )
        out[f"quarto {name}"] = round(time.perf_counter() - start, 2)
    return out


def main() -> None:
    """Measure and print one line of JSON per book."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--chapters", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--repeat", type=int, default=1)
    chosen = parser.parse_args()
    for chapters in chosen.chapters:
        print(json.dumps(measured(chapters, chosen.repeat)), flush=True)


if __name__ == "__main__":
    main()
