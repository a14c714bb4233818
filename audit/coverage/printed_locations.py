"""Find where a book prints each exhibit: label and pages in the PDF, anchors in the HTML.

Read from the finished files, so it works the same way for both engines.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from audit.coverage.coverage import by_chapter, coverage
from audit.coverage.page_cache import cached_read
from audit.ledger.record import Float
from audit.pdf.exhibit_locations import exhibit_locations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from audit.coverage.coverage import Coverage
    from audit.ledger.ledger import Ledger
    from audit.pdf.text_layer import TextLayer
    from audit.seal.seal import Chapter

_CAPTION = re.compile(r"((?:Figure|Table) [A-Z0-9.]*\d)\.")
_VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
         "track", "wbr")  # fmt: skip


def ledger_with_locations(
    ledger: Ledger,
    book: Path,
    layer: TextLayer | None = None,
    chapters: Sequence[Chapter] = (),
    found: Coverage | None = None,
) -> Ledger:
    """Return a ledger whose records state where the book prints them.

    Parameters
    ----------
    ledger
        As read from its JSON; positions from an earlier build are dropped.
    book
        The folder of the finished book.
    layer, chapters
        Text and chapters of its PDF; None if it has no PDF.
    found
        The numbers in that text, if they have already been compared with the ledger.
    """
    anchors = html_anchors(book)
    pages = pdf_pages(layer, ledger, chapters, found) if layer is not None else {}
    labels = pdf_labels(layer) if layer is not None else {}
    records = tuple(
        replace(
            record,
            labels=tuple(labels.get(record.reference, ())),
            anchors=tuple(anchors.get(record.id, ())),
            pages=tuple(pages.get(record.id, ())),
        )
        for record in ledger.records
    )
    return replace(ledger, records=records)


def html_anchors(book: Path) -> dict[str, list[str]]:
    """Return each exhibit's addresses in the HTML, relative to the book's folder."""
    found: dict[str, list[str]] = {}
    for path in sorted(book.rglob("*.html")):
        page = path.relative_to(book).as_posix()
        if page.startswith("audit/"):
            continue
        text = path.read_text(encoding="utf-8")
        for name, identity in cached_read("anchors", text, partial(_anchors, text)):
            address = f"{page}#{identity}" if identity else page
            if address not in found.setdefault(name, []):
                found[name].append(address)
    return found


def _anchors(text: str) -> list[tuple[str, str]]:
    return _Anchors(text).found


class _Anchors(HTMLParser):
    """Collect the exhibits on a page, each with the nearest identifier on or around it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._around: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Record an exhibit and the identifiers of the elements around it."""
        given = dict(attributes)
        nearest = given.get("id") or (self._around[-1][1] if self._around else "")
        if tag not in _VOID:
            self._around.append((tag, nearest))
        if given.get("data-exhibit"):
            self.found.append((str(given["data-exhibit"]), nearest))

    def handle_endtag(self, tag: str) -> None:
        """Close an element and any unclosed elements within it."""
        for depth in range(len(self._around) - 1, -1, -1):
            if self._around[depth][0] == tag:
                del self._around[depth:]
                return


def pdf_labels(layer: TextLayer) -> dict[str, list[str]]:
    """Return the printed labels of each figure and table, such as "Figure 3.1"."""
    found: dict[str, list[str]] = {}
    references = {id(place.line): place.reference for place in exhibit_locations(layer)}
    label = ""
    for block in layer.blocks:
        if block.within("Caption") and (start := _CAPTION.match(block.text)):
            label = start[1]
        elif id(block) in references and label:
            found.setdefault(references[id(block)], []).append(label)
            label = ""
    return found


def pdf_pages(
    layer: TextLayer,
    ledger: Ledger,
    chapters: Sequence[Chapter],
    found: Coverage | None = None,
) -> dict[str, list[int]]:
    """Return the pages on which each exhibit is printed, the cover being page 1.

    A number is located by aligning the records with the text, as for coverage; text without
    digits, by searching between what the chapter shows before and after it.
    """
    named = {record.reference: record.id for record in ledger.records}
    pages: dict[str, set[int]] = {}
    for place in exhibit_locations(layer):
        if place.reference in named:
            every = {place.page, place.line.page, *(cell.page for cell in place.cells)}
            pages.setdefault(named[place.reference], set()).update(every)
    shapes = set(pages)
    found = coverage(layer, ledger, chapters, ()) if found is None else found
    for number in found.numbers:
        name = number.reason.rpartition(" ")[2]
        if number.kind == "ledger" and name not in shapes:
            pages.setdefault(name, set()).add(number.page)
    for name, page in _of_words(layer, ledger, chapters, pages):
        pages.setdefault(name, set()).add(page)
    return {name: sorted(each) for name, each in pages.items()}


def _of_words(
    layer: TextLayer,
    ledger: Ledger,
    chapters: Sequence[Chapter],
    known: Mapping[str, set[int]],
) -> Iterator[tuple[str, int]]:
    """Yield the page of each number or sentence that is printed without a digit."""
    printed = {
        record.id: _plain(record.printed)
        for record in ledger.records
        if not isinstance(record, Float) and record.id not in known
    }
    # A figure or table floats past the words around it, so it does not show their page.
    floats = {record.id for record in ledger.records if isinstance(record, Float)}
    for chapter, places in by_chapter(layer, chapters):
        blocks = [layer.blocks[place] for place in places]
        texts = [(block, _plain(block.text)) for block in blocks if not block.within("Table")]
        page = 0
        for name in chapter.shows if chapter else ():
            if name in floats:
                continue
            if name not in printed:
                here = known.get(name, set()) & {block.page for block in blocks}
                page = max(page, min(here, default=page))
                continue
            said = re.compile(rf"(?<!\w){re.escape(printed[name])}(?!\w)")
            for block, text in texts:
                if block.runs[-1].page >= page and (place := said.search(text)):
                    # A paragraph may begin on the page before.
                    page = max(page, block.run_at(min(place.end(), len(block.text)) - 1).page)
                    yield name, page
                    break


def _plain(text: str) -> str:
    """Return a normalised text, the same for a sentence's source and its print."""
    unmarked = re.sub(r"[*_`\\]|\[(?=.*?\]\()|\]\([^)]*\)", "", text.replace("’", "'"))
    return re.sub(r"\s+", " ", unmarked).casefold()
