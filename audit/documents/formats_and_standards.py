"""What the report says of its own forms and accessibility, from the project's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from analysis.exhibits.parts.markdown import literal
from audit.documents.appendix import UNBUILT, Markdown, ledger_at_hand

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

COVER = ".report/book.yml"
"""File with what the cover says, relative to the project; JSON, which is also YAML."""
NO_CONTACT = "Whoever sent you this copy"
ASK = (
    "If you need this report in another form, such as large print, easy read, audio or braille, or "
    "find something in it that is wrong or hard to use, please {ask}, and say which part you mean."
)
ASK_SENDER = "ask whoever sent you this copy, as no contact has been named for this edition"
BOOK, EXTENSION = "_quarto.yml", "_extensions/evaluation/_extension.yml"
TYPST = "evaluation-typst"
EDITIONS = {"summary": "the executive summary", "page": "the single page"}
"""Editions other than the whole report, by profile."""
TEXTS = {"html": "web pages", "pdf": "{tagged} PDF", "docx": "a Word document"}
"""What the text is made as, by the name of the format."""
DATA = {
    "xlsx": "the data behind every figure and table can be had as one workbook and as CSV files",
    "png": "every figure as a picture for slides (SVG and PNG)",
}
"""What else is made, by the name of the format."""
STANDARDS = {"ua-1": "PDF/UA-1", "a-3a": "PDF/A-3a"}
CHECKED = (
    "every picture has a description in words",
    "every figure has a message as its title",
    "every table has headings",
    "headings follow each other without a gap",
    "every link says where it leads",
    "words and lines inside figures are large and dark enough to see",
    "every letter and every font that print needs is there",
    "no table is wider than the page",
    "no page within a chapter is left mostly empty",
)
"""What a build checks; a test has each of these found wrong once."""


def forms() -> Markdown:
    """State in which forms the report is made, as configured."""
    found = ledger_at_hand()
    return Markdown(UNBUILT if found is None else formats_of(found[0]))


def contact() -> Markdown:
    """State whom to ask for another form or to send a correction to, as on the cover."""
    found = ledger_at_hand()
    return Markdown(UNBUILT if found is None else asked(found[0]))


def standards() -> Markdown:
    """State which standards the PDF meets, and what a build checks."""
    found = ledger_at_hand()
    return Markdown(UNBUILT if found is None else standards_of(found[0]))


def formats_of(root: Path) -> str:
    """Return in which forms a project's report is made.

    Parameters
    ----------
    root
        The project's folder, with its configuration.
    """
    book = _read(root / BOOK)
    typeset = {"html": "html", TYPST: "pdf"}
    made = [typeset[name] for name in book["format"] if name in typeset]
    tagged = "a tagged" if "ua-1" in _standards(root) else "a"
    texts = [text.format(tagged=tagged) for name, text in TEXTS.items()
             if name in made or name not in typeset.values()]  # fmt: skip
    profiles = [name for group in book["profile"]["group"] for name in group]
    editions = [EDITIONS[name] for name in profiles if name in EDITIONS]
    more = f", and {_listed(editions)} each as a PDF of their own" if editions else ""
    data = _listed(DATA.values())
    return (
        f"The report can be made as {_listed(texts)}{more}. {data[:1].upper()}{data[1:]}. "
        "All of them are made from the same results."
    )


def asked(root: Path) -> str:
    """Return whom a reader may ask, or that nobody has been named."""
    named = str(_read(root / COVER)["evaluation"]["contact"])
    ask = ASK_SENDER if named == NO_CONTACT else f"write to {literal(named)}"
    return ASK.format(ask=ask)


def standards_of(root: Path) -> str:
    """Return which standards a project's PDF meets, and what a build checks."""
    names = [STANDARDS.get(each, each) for each in _standards(root)]
    meets = f"The PDF meets {_listed(names)}. " if names else "The PDF is held to no standard. "
    checked = _listed([f"that {each}" for each in CHECKED])
    return (
        f"{meets}Each build checks {checked}. A release must pass; a draft only names what fails."
    )


def _standards(root: Path) -> list[str]:
    typst = _read(root / EXTENSION)["contributes"]["formats"]["typst"]
    return [str(each) for each in typst.get("pdf-standard") or []]


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def _listed(texts: Iterable[str]) -> str:
    *most, last = texts
    return f"{', '.join(most)} and {last}" if most else last
