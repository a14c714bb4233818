"""Generate the page on what the press supports from the recorded corpus and the differences.

python -m tests.book.support          # rewrite docs/support.md
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
This page is generated from the conformance suite (`python -m tests.book.support`): {outcomes}
recorded outcomes of Quarto 1.10.18 for {cases} small books, compared with those of the press.

- **equal**: the same structure, numbering, text and links;
- **stops**: Quarto silently ignores a mistake; the press stops the build and reports it
  (*else equal*: apart from the mistake, both books are the same);
- **fails**: Quarto fails, and so does the press, with file and line;
- **differs**: both produce a book, and the books differ for the reason given below.

{equal} are equal, {stops} stop, {fails} fail as in Quarto, {differs} differ.

## By area

| area | content of the case | HTML | PDF |
|------|---------------------|------|-----|
"""


ON_PURPOSE = """\
## What the press keeps and Quarto loses

Tested by `tests/book/test_words_arrive.py` and `tests/unit/press`:

- text before the first tab of a tabset, and a tabset without tabs
- in print, inline HTML tags: line breaks, superscript and subscript, emphasis
- in print, the output of a cell that is HTML only, if it works without a browser; a cell without
  any output that print can show stops the build with its line
- in print, a dash, a plus sign or a number at the start of a table cell
- the start of a caption or callout title that looks like a list item: `(1) Rates`, `- 5 points`
- a formula with any command of amsmath, in both formats; a command that neither format supports
  stops the build with its line, where Quarto prints it as TeX
- figure numbers: a figure without a label has no number in print either, so that the formats agree
- a caption in a div that begins with a number, which pandoc reads as a list
- brackets such as `[^a]` in a chapter without footnotes, with a warning
- the final state of a progress bar, also of one that tqdm draws as a widget; no
  process numbers, memory addresses or random identifiers
- in print, wide tables in smaller type and long lines of code wrapped, rather than overprinted
- a character missing from all fonts, an empty heading in an accessible PDF, a page break in a
  callout or a list, a figure cell without an image: each stops the build with its line
- files that raw HTML refers to are copied, and an image, a video or an iframe in it becomes an
  image or a link in print; of HTML marked as such (`{=html}`) print has the tables only
- the file name above a code block, in print too
- an apostrophe next to a number or before a word, which Typst turns into a prime or a quote
- a video (shortcode `video`) as a link in print; one on another host is a link in both formats, so
  that a page makes no request to another host until its reader follows the link
- charts of altair, Vega-Lite and Plotly: drawn by a script next to the page in HTML and as SVG in
  print, if vl-convert-python, plotly and kaleido are installed; if not, the message gives the cell
  and what to install
- notebooks show their saved outputs, unless `execute: enabled: true`
- an equation in a LaTeX environment (`\\begin{align}`), in print too; other LaTeX, including the
  path `C:\\data`, and an HTML block in a cell of a pipe table stop the build with their line,
  where pandoc drops their text
- a character that matplotlib draws as a box stops the build with the cell's line
- an image's own caption inside a numbered figure, in print too
- an inline expression with two spaces before it or one after it, which Quarto prints verbatim
- an inline expression in a chapter that is not executed stops the build; Quarto prints it verbatim
"""

FACTS = (
    (
        "a line that starts with a reference: `@fig-a. Visits`, `(@fig-a) shows`",
        "an item of a list of examples, without the reference",
        "the sentence, with the reference",
    ),
    (
        "words in angle brackets: `Use <path>`, `<NA>`",
        "not in the pages, nor in print",
        "the guard gives the words and their line",
    ),
    (
        "a table, a quotation or a paragraph in HTML tags",
        "in print, words in one line",
        "in print, a table with its spans, a quotation, a paragraph",
    ),
    ("a note in a heading", "in print, twice: with the contents and with the heading", "once"),
    ("a number such as `$1{,}234$`", "in print, 1, 234 as in a list", "1,234"),
    (
        "a display formula wider than its column",
        "in print, over the margin",
        "smaller type; below 60% of its size the build stops with its line",
    ),
    (
        "a word or code without a space, wider than its column",
        "in print, over the margin",
        "breaks, without a hyphen",
    ),
    (
        'content for `when-format="pdf"`',
        "neither in the pages nor in print",
        "the same, with a warning",
    ),
)
"""What an author writes, what Quarto 1.10.18 makes of it, and what the press does."""

GUARD = """\
After a build, a guard (`press/guard/`) compares every page and the PDF with the content of the
chapters, and reports anything missing, duplicated or changed with file and line; a release then
fails. It compares words, images, formulae and the numbers in formulae, and of a cell the form that
each format shows. It needs the results of executing the cells, so `report build` uses it only for
books made by the press; after Quarto, pages and PDF are compared with the ledger. On two recorded
books made by Quarto (`math`, `tables-markdown`) it found one caption that Quarto's PDF loses,
nothing else.

Before Quarto renders this book, the same checks run on its sources (`press/checking.py`).
"""


PUBLIC = """\
## Public Python books that were built

Fetched at the given commit, with their packages in a separate environment and no network, and
built completely and unmodified in both formats; the guard found nothing missing. None of their
content is stored here.

| book | commit | chapters | executed cells | ignored, with a warning |
|---|---|---|---|---|
| rokuk/rp-fiz-notes | 7b08f673 | 14 | 57 | theme, icon, downloads, EPUB |
| raheems/pystats | ffd0d9ec | 7 | 5 | theme |
| kunlei/python-numpy-notes | 03c8159f | 5 | 1 | theme |

The first uses a Lua filter of an extension in a chapter. Others stop where they should:

| book | commit | what stops it |
|---|---|---|
| lancejnelson/PH135 | f600a9aa | print: five images on another host |
| pjastr/wd2024uwm | f9cb6368 | five images with the suffix `.png` that are referred to as `.PNG` |
| hsma-programme/hsma6_intro_to_python_book | 24d39203 | a link to "Coming Soon" |
| TeroJii/python-book | c8e3405a | a cell that fetches a data set |
| aeturrell/python4DS | 48611339 | a cell that fetches a style sheet |
| the-graph-courses/idap_book | c2f66f6d | a cell that fetches a data set |
| aeturrell/cookie-cutter-quarto-book-manuscript | ad39de44 | a filter after Quarto's own |
| jjallaire/visualization-curriculum | 9fbb6939 | charts whose data are on another host |
| Lizhen0909/STAT303-2-class-notes | 0b45784f | an image that is missing from its repository |
| Lizhen0909/STAT303-3-class-notes | 56ef227e | emoji that are missing from all fonts |
| vikipedia/notes-arcesium-finop25 | 3cde85bf | print: Indian scripts and emoji in no font |
| danilosouza-usp/eae1106 | 265927ce | a chapter in R |
"""


def outcome(case: str, name: str) -> str:
    """Return the outcome of a case in a format; empty if it was not recorded."""
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
        + "\n".join(
            [
                *rows,
                "",
                *_differences(),
                "",
                ON_PURPOSE,
                *_facts(),
                "",
                GUARD,
                *_refused(),
                "",
                PUBLIC,
            ]
        ).rstrip()
        + "\n"
    )


def _facts() -> list[str]:
    lines = ["| an author writes | Quarto 1.10.18 | the press |", "|---|---|---|"]
    return lines + [f"| {' | '.join(fact)} |" for fact in FACTS]


def _differences() -> list[str]:
    lines = ["## Where the press differs", "", "| case | format | reason |", "|---|---|---|"]
    lines += [
        f"| {one['case']} | {one['format']} | {one['reason']} |"
        for one in recorded.listed()["listed"]
    ]
    lines += ["", "In the books of `tests/book/golden_books`, compared with an installed Quarto:"]
    lines += ["", "| book | format | reason |", "|---|---|---|"]
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
        "## What is rejected",
        "",
        "Each of these stops the build with its file, line and name.",
        "",
        "- cells in other languages that Quarto runs: R, Julia, Observable; Graphviz and Mermaid "
        "if `dot` or `mmdc` is not installed",
        "- engines other than jupyter",
        "- input panels and dashboards, interactive widgets",
        "- Quarto's shortcodes `brand`, `contents`, `lipsum`, `placeholder` and `version`",
        "- filters that are not written in Lua, or that run after Quarto's own; parts of Quarto's "
        "Lua API that `press/lua/interface.lua` does not provide",
        "- text that the options `include-…` add to pages, unless it is HTML",
        "- languages other than English, German, French, Spanish, Italian, Portuguese and Dutch, "
        "unless `language` provides their words",
        "- notebooks whose language is not Python",
        "- an output that loads a script or style from another host: maps of folium, connected "
        "tables of itables",
        "- charts whose data are on another host",
        "- images on another host (in print), files that are not UTF-8",
    ]
    lines += [
        f"- the option `{': '.join(path)}`: {what}"
        for path, what in sorted(REFUSED.items())
        if what is not None
    ]
    lines += ["", "## What is ignored, with a warning", ""]
    reasons: dict[str, list[str]] = defaultdict(list)
    for path, what in sorted(PASSED_OVER.items()):
        reasons[what].append(f"`{': '.join(path)}`")
    return lines + [f"- {', '.join(names)}: {what}" for what, names in reasons.items()]


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"wrote {PAGE.name}")
