"""Parts of a book whose numbers are not results, read from its chapters and bibliography.

The ledger states them, so that every heading, formula and source in the PDF can be checked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audit.coverage.formulas import tex_formulas
from audit.coverage.literals import numbers
from audit.ledger.structure import Source, Structure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from press.chapter.book import Book
    from press.chapter.chapter import Chapter

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_HEADING = re.compile(r"#{1,6}[ \t]+(.*?)[ \t]*#*$")
_ATTRIBUTES = re.compile(r"\s*\{[^{}]*\}$")
_LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")
_CODE = re.compile(r"(`+).+?\1")
_ENTRY = re.compile(r"^@\w+\{(?P<key>[^,\s]+),(?P<fields>.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^\s*(?P<name>\w+)\s*=\s*\{(?P<value>.*?)\},?\s*$", re.MULTILINE)
_RANGE = re.compile(r"(\d+)\s*[-–]+\s*(\d+)")
DOI = "https://doi.org/"


def structure(book: Book) -> Structure:
    """Return the headings, formulas and sources of a book as written; execute nothing."""
    given = book.project.settings.values.get("bibliography") or []
    files = [book.project.root / str(name) for name in _as_list(given)]
    return Structure(
        {chapter.path: tuple(_headings(chapter)) for chapter in book.chapters},
        {chapter.path: tuple(tex_formulas(_prose(chapter))) for chapter in book.chapters},
        {key: source for file in files if file.suffix == ".bib" for key, source in sources(file)},
    )


def _as_list(given: object) -> list[object]:
    return given if isinstance(given, list) else [given]


def _lines(chapter: Chapter) -> Iterator[str]:
    """Yield the lines of a chapter that are not in a cell or other code block."""
    fence = ""
    for line in chapter.source:
        found = _FENCE.match(line.text)
        if fence:
            fence = "" if found and found[1].startswith(fence) else fence
        elif found:
            fence = found[1]
        else:
            yield line.text


def _headings(chapter: Chapter) -> Iterator[str]:
    if chapter.title is not None:
        yield _plain(chapter.title.markdown)
    for line in _lines(chapter):
        found = _HEADING.fullmatch(line)
        text = _ATTRIBUTES.sub("", found[1]) if found else ""
        if text and (chapter.title is None or text != chapter.title.markdown):
            yield _plain(text)


def _plain(heading: str) -> str:
    return _LINK.sub(r"\1", heading)


def _prose(chapter: Chapter) -> str:
    return _CODE.sub("", "\n".join(_lines(chapter)))


def sources(path: Path) -> Iterator[tuple[str, Source]]:
    """Yield the entries of a BibTeX bibliography, with their keys."""
    for entry in _ENTRY.finditer(path.read_text(encoding="utf-8")):
        fields = {each["name"].lower(): each["value"] for each in _FIELD.finditer(entry["fields"])}
        links = [f"{DOI}{fields['doi']}"] if "doi" in fields else []
        links += [fields["url"]] if "url" in fields else []
        others = [
            re.sub("-{2,}", "–", value)
            for name, value in fields.items()
            if name not in ("doi", "url")
        ]
        found = [number.text for value in others for number in numbers(value)]
        yield entry["key"], Source(fields.get("title", ""), tuple(links), (*found, *_short(others)))


def _short(values: list[str]) -> Iterator[str]:
    """Yield the abbreviated ends of ranges: pages 515-534 are printed as 515-34."""
    for value in values:
        for start, end in _RANGE.findall(value):
            same = next((n for n, (a, b) in enumerate(zip(start, end, strict=False)) if a != b), 0)
            if len(start) == len(end):
                yield from (end[at:] for at in range(1, same + 1))
