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
    return head + "\n".join([*rows, "", *_differences(), "", *_refused()]) + "\n"


def _differences() -> list[str]:
    lines = ["## Where the press differs", "", "| case | format | reason |", "|---|---|---|"]
    lines += [
        f"| {one['case']} | {one['format']} | {one['reason']} |"
        for one in recorded.listed()["listed"]
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
        "- cells of another language that Quarto runs: R, Julia, Observable, Mermaid, Graphviz",
        "- engines other than jupyter, `execute: enabled: false`",
        "- theorems and their like (`thm-`, `lem-`, …), callouts with a number (`nte-`, `tip-`, …)",
        "- panels for input and dashboards, diagrams, interactive widgets",
        "- shortcodes other than `include`, `meta`, `var`, `env`, `pagebreak` and `kbd`",
        "- languages other than English (`lang`)",
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
