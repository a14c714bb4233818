"""The table of what the press supports, made from the recorded corpus and the differences.

python -m tests.book.support          # write docs/support.md anew
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from press.project.unsupported import PASSED_OVER, REFUSED
from tests.book import recorded

PAGE = Path(__file__).resolve().parents[2] / "docs" / "support.md"

HEAD = """\
# What the press supports

The press renders a Quarto book project to HTML and, through Typst, to PDF.
This page is made from the conformance suite (`python -m tests.book.support`): {outcomes} recorded
outcomes of Quarto 1.10.18, of {cases} small books, against what the press makes of the same files.

- **equal**: the same structure, numbering, text and links;
- **stops**: Quarto passes over a mistake in silence, and a build here stops and names it
  (*else equal*: but for the mistake, both books are the same);
- **fails**: Quarto fails, and so does the press, with file and line;
- **differs**: both make a book and the books differ, for the reason given below.

{equal} are equal, {stops} stop, {fails} fail as in Quarto, {differs} differ.

## By area

| area | what the case holds | HTML | PDF |
|------|---------------------|------|-----|
"""


ON_PURPOSE = """\
## What the press keeps and Quarto loses

Held to by `tests/book/test_words_arrive.py` and `tests/unit/press`:

- text before the first tab of a tabset, and a tabset without tabs
- in print, HTML tags in a sentence: breaks, raised and lowered text, emphasis
- in print, what a cell shows as HTML alone, if it works without a browser; a cell that shows
  nothing which print has ends the build with its line
- in print, a dash, a plus or a number at the start of a table's cell
- what opens a caption or a callout's title as it would open a list: `(1) Rates`, `- 5 points`
- a formula in any command of amsmath, in both formats; a command that neither sets ends the
  build with its line, where Quarto prints it as TeX
- numbers of figures: one without a label has none in print either, so that both formats agree
- a caption in a division that begins with a number, which pandoc takes for a list
- brackets such as `[^a]` in a chapter that writes no note, with a warning
- the last state of a progress bar; no process numbers, addresses or identifiers by chance
- in print, wide tables in smaller type and long lines of code broken, rather than overprinted
- a letter that no font has, a heading without words in an accessible PDF, a page break in a
  callout or a list, a figure's cell without a picture: each ends the build with its line
- files that raw HTML names are copied, and a picture, a film or a frame in it is a picture or a
  link in print; HTML that is marked as such (`{=html}`) is meant for pages alone
- the name of a file above its code, in print too
- an apostrophe next to a number or before a word, of which Typst makes a prime or a quote
- a film (`video`) as a link in print; one of another host is a link in both formats, so that a
  page asks nobody for anything until its reader does
- charts of altair, Vega-Lite and Plotly: drawn in a page by a script beside it and in print as a
  drawing, where vl-convert-python, plotly and kaleido are installed; where they are not, the cell
  is named, and what to install
- notebooks show the outputs they were saved with, unless `execute: enabled: true`
- an equation in an environment of LaTeX (`\\begin{align}`), in print too; other LaTeX, the path
  `C:\\data` among it, and a block of HTML in a cell of a pipe table end the build with their line,
  where pandoc drops their words
- a letter of which matplotlib draws a box ends the build with the cell's line
- a picture's own caption inside a numbered figure, in print too
- an expression with two blanks before it or one behind it, which Quarto prints as it stands
- an expression in a chapter that nothing runs, which Quarto prints as it stands, ends the build

After a build, a guard (`press/guard/`) holds every page and the PDF against what the chapters say,
and names what is missing, doubled or changed with file and line; a release refuses. It knows what
chapters say from a run of their cells, so `report build` asks it only of books that the press has
made; after Quarto, pages and PDF are held against the ledger. On two recorded books that Quarto
made (`math`, `tables-markdown`) it found one caption that Quarto's PDF loses, and nothing else.

Before Quarto renders this book, these checks run on its sources too (`press/checking.py`).
"""


PUBLIC = """\
## Public books in Python that were built

Fetched at the commit named, with their packages in an environment of their own and no network, and
built whole without an edit in both formats; the guard's report was clean. Nothing of them is kept
here.

| book | commit | chapters | cells that run | passed over, with a warning |
|---|---|---|---|---|
| rokuk/rp-fiz-notes | 7b08f673 | 14 | 57 | theme, icon, downloads, EPUB |
| raheems/pystats | ffd0d9ec | 7 | 5 | theme |
| kunlei/python-numpy-notes | 03c8159f | 5 | 1 | theme |

The first asks for a Lua filter of an extension in a chapter. Others end where they should:

| book | commit | what stops it |
|---|---|---|
| lancejnelson/PH135 | f600a9aa | print: five pictures on another host |
| pjastr/wd2024uwm | f9cb6368 | five pictures named `.png` and called `.PNG` |
| hsma-programme/hsma6_intro_to_python_book | 24d39203 | a link to "Coming Soon" |
| TeroJii/python-book | c8e3405a | a cell that fetches a data set |
| aeturrell/python4DS | 48611339 | a cell that fetches a style sheet |
| the-graph-courses/idap_book | c2f66f6d | a cell that fetches a data set |
| aeturrell/cookie-cutter-quarto-book-manuscript | ad39de44 | a filter after Quarto's own |
| jjallaire/visualization-curriculum | 9fbb6939 | charts whose data lie on another host |
| Lizhen0909/STAT303-2-class-notes | 0b45784f | a picture that its repository has not |
| Lizhen0909/STAT303-3-class-notes | 56ef227e | emoji that no font has |
| vikipedia/notes-arcesium-finop25 | 3cde85bf | print: Indian scripts and emoji that no font has |
| danilosouza-usp/eae1106 | 265927ce | a chapter in R |
"""


def outcome(case: str, name: str) -> str:
    """Return what becomes of a case in a format; empty if it was not recorded."""
    if name not in recorded.expected(case):
        return ""
    for one in recorded.listed()["listed"]:
        if (one["case"], one["format"]) == (case, name):
            return "differs"
    for one in recorded.listed()["stops"]:
        if (one["case"], one["format"]) == (case, name):
            fails = recorded.expected(case)[name]["exit"]
            return "stops" if "paths" in one or fails else "stops, else equal"
    return "fails" if recorded.expected(case)[name]["exit"] else "equal"


def page() -> str:
    """Return the page."""
    counts: dict[str, int] = defaultdict(int)
    rows = []
    for case in sorted(recorded.cases(), key=lambda one: (recorded.expected(one)["area"], one)):
        about = recorded.expected(case)
        found = [outcome(case, name) for name in recorded.FORMATS]
        for word in found:
            counts[word.partition(",")[0]] += bool(word)
        rows.append(f"| {about['area']} | {about['about']} | {found[0]} | {found[1] or '—'} |")
    head = HEAD.format(
        outcomes=len(recorded.outcomes()),
        cases=len(recorded.cases()),
        **{word: counts[word] for word in ("equal", "stops", "fails", "differs")},
    )
    return (
        head
        + "\n".join([*rows, "", *_differences(), "", ON_PURPOSE, *_refused(), "", PUBLIC]).rstrip()
        + "\n"
    )


def _differences() -> list[str]:
    lines = ["## Where the press differs", "", "| case | format | reason |", "|---|---|---|"]
    lines += [
        f"| {one['case']} | {one['format']} | {one['reason']} |"
        for one in recorded.listed()["listed"]
    ]
    lines += ["", "In the books of `tests/book/golden_books`, which Quarto is held to where it is"]
    lines += ["installed:", "", "| book | format | reason |", "|---|---|---|"]
    lines += [
        f"| {one['case']} | {one['format']} | {one['reason']} |"
        for one in recorded.listed()["golden"]
    ]
    lines += ["", "## What stops a build here and not in Quarto", "", "| case | format | reason |"]
    lines += ["|---|---|---|"]
    return lines + [
        f"| {one['case']} | {one['format']} | {one['reason']} |"
        for one in recorded.listed()["stops"]
    ]


def _refused() -> list[str]:
    lines = [
        "## What is refused",
        "",
        "A construct outside this table ends the build with its file, line and name.",
        "",
        "- cells of another language that Quarto runs: R, Julia, Observable; Graphviz and Mermaid "
        "where `dot` or `mmdc` is not installed",
        "- engines other than jupyter",
        "- panels for input and dashboards, interactive widgets",
        "- Quarto's shortcodes `brand`, `contents`, `lipsum`, `placeholder` and `version`",
        "- filters that are not written in Lua, or that run after Quarto's own; parts of Quarto's "
        "Lua interface that `press/lua/interface.lua` has not",
        "- text that the options `include-…` put around pages, unless it is HTML",
        "- languages beyond English, German, French, Spanish, Italian, Portuguese and Dutch, "
        "unless `language` gives their words",
        "- notebooks whose language is not Python",
        "- an output that asks another host for a script or a style: maps of folium, tables of "
        "itables that are connected",
        "- charts whose data lie on another host",
        "- images on another host (in print), files that are not UTF-8",
    ]
    lines += [
        f"- the option `{': '.join(path)}`: {what}"
        for path, what in sorted(REFUSED.items())
        if what is not None
    ]
    lines += ["", "## What is passed over, with a warning", ""]
    reasons: dict[str, list[str]] = defaultdict(list)
    for path, what in sorted(PASSED_OVER.items()):
        reasons[what].append(f"`{': '.join(path)}`")
    return lines + [f"- {', '.join(names)}: {what}" for what, names in reasons.items()]


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"wrote {PAGE.name}")
