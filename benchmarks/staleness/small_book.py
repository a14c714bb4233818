"""A book of two chapters, and mutations of everything that its pages and PDF depend on.

Each mutated book is built with the store filled by the unedited one, and from scratch, and both
are compared byte for byte. Cells run in this process, since the kernel is not under test.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd

from analysis.cache import Cache
from analysis.exhibits.parts.exhibit import Figure, Number, Provenance, Table
from analysis.exhibits.parts.markdown import Shown
from press.build import build_book
from press.chapter.cells import Cell
from press.chapter.chapter import Chapter, inlines_of
from press.errors import PressError
from press.run.results import CellResult, ExecutedChapter, ProseResult
from report.formats.writing import FORMATS, write_formats
from report.reuse.build_cache import Outputs, PressCache
from report.reuse.formats import FormatCache

ROOT = Path(__file__).parents[2]
_FORMAT = "_extensions/evaluation"
MOMENT = 1_700_000_000
FILES = {
    "_quarto.yml": """project:
  type: book
  execute-dir: project
lang: en-GB
bibliography: references.bib
metadata-files: [facts.yml]
book:
  title: "A small book"
  chapters: [index.qmd, two.qmd]
format:
  html:
    css: page.css
  evaluation-typst:
    toc: true
""",
    "facts.yml": "evaluation: {label: Invented, note: No, commit: '01', made: '2024,1,1,0,0,0'}\n",
    "page.css": "body { color: black }\n",
    "references.bib": "@book{smith, author = {Smith, A.}, title = {Counts}, year = {2001}}\n",
    "_variables.yml": "place: Lambeth\n",
    "part.md": "A part that is included.\n",
    "map.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>\n',
    "_exhibits/plot.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>\n',
    "index.qmd": """# One {#sec-one}

```{python}
#| label: setup
#| include: false
from analysis.book import numbers, tables
```

There were `{python} numbers.schools` schools in {{< var place >}} [@smith], see @tbl-flow
and @sec-two.

::: {.callout-note}
A note, for {{< env WHO >}}.
:::

```{python}
#| label: tbl-flow
#| tbl-cap: "Flow"
tables.flow
```

![A map](map.svg){#fig-map fig-alt="A map"}

{{< include part.md >}}

See [the numbers](numbers.csv), and [the plot](two.qmd#fig-plot).
""",
    "numbers.csv": "n\n1\n",
    "two.qmd": """---
abstract: "What it says."
---

# Two {#sec-two}

```{python}
#| label: fig-plot
#| fig-cap: "Plot"
figures.plot
```

As @fig-plot and @fig-map show.^[A footnote.]
""",
}


@dataclass
class Book:
    """The source of a book, and the conditions that it is built under."""

    files: dict[str, str] = field(default_factory=lambda: dict(FILES))
    values: dict[str, Any] = field(default_factory=lambda: values())
    environment: dict[str, str] = field(default_factory=lambda: {"WHO": "authors"})
    moment: int = MOMENT
    touched: int = 0

    def replaced(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file, which must contain it."""
        assert old in self.files[name], (name, old)
        self.files[name] = self.files[name].replace(old, new)


def values(
    printed: str = "41",
    note: str = "",
    alt: str = "A plot",
    ref: str = "T1",
    value: int = 1,
) -> dict[str, Any]:
    """Return the exhibits shown in the chapters."""
    data = pd.DataFrame({"n": [value]})
    return {
        "schools": Number(41, printed, "schools", 41),
        "flow": Table(("n",), (("1",),), (True,), data, {"n": "how many"}, note=note),
        "plot": Figure(FILES["_exhibits/plot.svg"], alt, data, {"n": "how many"}),
        "provenances": {
            "schools": Provenance("schools", "N1", ("schools.csv",), ""),
            "flow": Provenance("flow", ref, ("schools.csv",), ""),
            "plot": Provenance("plot", "F1", ("schools.csv",), "Invented data"),
        },
    }


EDITS: Mapping[str, Callable[[Book], object]] = {
    "a word": lambda b: b.replaced("index.qmd", "There were", "We found"),
    "a heading": lambda b: b.replaced("two.qmd", "# Two", "# Second"),
    "a label": lambda b: (b.replaced("two.qmd", "#sec-two", "#sec-other"),
                          b.replaced("index.qmd", "@sec-two", "@sec-other")),
    "a reference taken out": lambda b: b.replaced("index.qmd", "\nand @sec-two", ""),
    "a new section before the figure": lambda b: b.replaced(
        "two.qmd", "```{python}", "## S\n\n```{python}"),
    "a new figure before another": lambda b: b.replaced(
        "index.qmd", "![A map]", '![B](map.svg){#fig-b fig-alt="B"}\n\nSee @fig-b.\n\n![A map]'),
    "a caption": lambda b: b.replaced("index.qmd", '"Flow"', '"Flow of schools"'),
    "an option of a cell": lambda b: b.replaced("two.qmd", "#| label", "#| echo: true\n#| label"),
    "a cell less": lambda b: (b.replaced("two.qmd", "figures.plot\n", ""),
                              b.replaced("two.qmd", "@fig-plot and ", "")),
    "a cell of free code": lambda b: b.replaced("two.qmd", "figures.plot", "figures.plot; None"),
    "an inline expression moved": lambda b: b.replaced(
        "index.qmd", "A note", "`{python} numbers.schools` notes"),
    "front matter": lambda b: b.replaced("two.qmd", "What it says", "What it shows"),
    "a footnote": lambda b: b.replaced("two.qmd", "A footnote", "Another footnote"),
    "a callout's kind": lambda b: b.replaced("index.qmd", "callout-note", "callout-warning"),
    "a printed number": lambda b: setattr(b, "values", values(printed="42")),
    "a table's note": lambda b: setattr(b, "values", values(note="Rounded.")),
    "a value of the data": lambda b: setattr(b, "values", values(value=2)),
    "alternative text": lambda b: setattr(b, "values", values(alt="A line plot")),
    "a short reference": lambda b: setattr(b, "values", values(ref="T2")),
    "a drawing": lambda b: b.replaced("_exhibits/plot.svg", 'width="9"', 'width="8"'),
    "an image": lambda b: b.replaced("map.svg", "<rect/>", "<circle/>"),
    "an image renamed": lambda b: (b.files.update({"plan.svg": b.files.pop("map.svg")}),
                                   b.replaced("index.qmd", "map.svg", "plan.svg")),
    "a style": lambda b: b.replaced("page.css", "black", "blue"),
    "a source": lambda b: b.replaced("references.bib", "2001", "2002"),
    "a source's name": lambda b: b.replaced("references.bib", "Smith, A.", "Smyth, B."),
    "a variable of the book": lambda b: b.replaced("_variables.yml", "Lambeth", "Southampton"),
    "an included file": lambda b: b.replaced("part.md", "is included", "was included"),
    "a variable of the environment": lambda b: b.environment.update(WHO="funders"),
    "the title": lambda b: b.replaced("_quarto.yml", "A small book", "A little book"),
    "the language": lambda b: b.replaced("_quarto.yml", "en-GB", "en-US"),
    "the order of chapters": lambda b: b.replaced("_quarto.yml", "two.qmd]", "two.qmd, three.qmd]")
    or b.files.update({"three.qmd": "# Three\n\nText.\n"}),
    "a chapter's format": lambda b: b.replaced("two.qmd", "---\nabs", "---\ntoc: false\nabs"),
    "numbers of sections": lambda b: b.replaced(
        "_quarto.yml", "lang:", "number-sections: false\nlang:"),
    "a label on every page": lambda b: b.replaced("facts.yml", "Invented", "Supplied"),
    "the filter": lambda b: b.replaced(f"{_FORMAT}/evaluation.lua", "return", "-- it\nreturn"),
    "the template": lambda b: b.replaced(f"{_FORMAT}/typst-template.typ", "pt", "pt "),
    "the paper": lambda b: b.replaced(f"{_FORMAT}/_extension.yml", "a4", "a5"),
    "the moment": lambda b: setattr(b, "moment", MOMENT + 86_400),
    "files touched": lambda b: setattr(b, "touched", 1),
    "a linked file": lambda b: b.replaced("numbers.csv", "1", "2"),
    "a linked file gone": lambda b: b.files.pop("numbers.csv"),
    "a title that another page links to": lambda b: b.replaced("two.qmd", "# Two", "# The plot"),
    "a page renamed": lambda b: (b.files.update({"plot.qmd": b.files.pop("two.qmd")}),
                                 b.replaced("_quarto.yml", "two.qmd", "plot.qmd"),
                                 b.replaced("index.qmd", "two.qmd", "plot.qmd")),
    "a file beside": lambda b: b.files.update({"notes.txt": "nobody reads it"}),
}  # fmt: skip
"""The edits, made one at a time."""


class SmallBook:
    """The book in a folder, with a store filled by the unedited book.

    Parameters
    ----------
    folder
        An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self._filled = folder, folder / "filled"
        self.before, _ = self.make(unedited(), self._filled)

    def judge(self, edit: str) -> dict[str, Any]:
        """Return whether an edit leaves anything stale, and how much was computed."""
        book = unedited()
        EDITS[edit](book)
        incremental = self.folder / "incremental"
        shutil.rmtree(incremental, ignore_errors=True)
        shutil.copytree(self._filled, incremental)
        kept, made = self.make(book, incremental)
        fresh, every = self.make(book, None)
        return {
            "kind": "book", "place": edit, "stale": kept != fresh,
            "changed": fresh != self.before, "computed": made, "of": every,
        }  # fmt: skip

    def make(self, book: Book, store: Path | None) -> tuple[dict[str, str], int]:
        """Return the digest of each file of a book, and how many results were computed for it."""
        root = self.folder / "project"
        shutil.rmtree(root, ignore_errors=True)
        for name, text in book.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
            if book.touched:
                os.utime(root / name, (book.touched, book.touched))
        away = self.folder / "nothing"
        shutil.rmtree(away, ignore_errors=True)
        outputs = Outputs(root, Cache((store or away) / "chapters"), book.values)
        press = PressCache((store or away) / "pages")
        formats = FormatCache((store or away) / "formats")
        runner = patch("press.build.execute_chapter", lambda chapter, _: run(chapter, book.values))
        with runner, contextlib.suppress(PressError):
            build_book(
                root, timestamp=book.moment, environment=book.environment, outputs=outputs,
                cache=press, lenient=True, finish=partial(_others, book, formats),
            )  # fmt: skip
        files = (path for path in sorted((root / "_book").rglob("*")) if path.is_file())
        found = {
            path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        }
        return found, len(outputs.made) + len(press.missed) + formats.made


def _others(book: Book, cache: FormatCache, folder: Path) -> None:
    """Write the other formats of a finished book, with a minimal ledger."""
    data = folder / "audit" / "exhibits"
    data.mkdir(parents=True)
    records = []
    for name, kind in {"flow": "table", "plot": "figure"}.items():
        exhibit, provenance = book.values[name], book.values["provenances"][name]
        exhibit.data.to_csv(data / f"{name}.csv", index=False)
        records.append({"id": name, "kind": kind, "reference": provenance.reference,
                        "period": "", "described": dict(exhibit.columns)})  # fmt: skip
    label = book.files["facts.yml"].partition("label: ")[2].partition(",")[0]
    ledger = {"title": "A small book", "label": label, "commit": {"id": "01"}, "records": records}
    pages = sorted(path.name for path in folder.glob("*.html"))
    write_formats(folder, ledger, pages, FORMATS, book.moment, cache)


def unedited() -> Book:
    """Return the unedited book."""
    book = Book()
    for path in sorted((ROOT / "_extensions").rglob("*")):
        if path.is_file():
            book.files[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
    return book


def run(chapter: Chapter, shown: Mapping[str, Any]) -> ExecutedChapter:
    """Run a chapter's cells in this process."""

    def displayed(source: str) -> Iterator[dict[str, Any]]:
        for name, exhibit in shown.items():
            if f".{name}" in source:
                text = Shown(exhibit, shown["provenances"][name])._repr_markdown_()
                yield {"text/markdown": text, "text/plain": name}

    results: list[CellResult | ProseResult] = []
    for part in chapter.parts:
        if isinstance(part, Cell):
            outputs = (
                {"output_type": "display_data", "data": data, "metadata": {}}
                for data in displayed(part.source)
            )
            results.append(CellResult(part, tuple(outputs), len(results) + 1))
        else:
            inlines = inlines_of(part.source)
            found = (next(displayed(each.expression)) for each in inlines)
            results.append(ProseResult(part, tuple(found)))
    return ExecutedChapter(chapter, tuple(results))
