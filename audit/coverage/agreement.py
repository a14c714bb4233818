"""Check, before a book is sealed, that it prints what its ledger records.

A sealed book whose text and ledger disagree would prove the wrong number. The check catches
output that an engine kept from an earlier run, or a file edited while chapters were executed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from audit.coverage.alignment import alignment
from audit.coverage.coverage import normal, without_keys
from audit.coverage.literals import numbers
from audit.coverage.page_cache import cached_read
from audit.ledger.record import FigureRecord, TableRecord
from audit.pdf.exhibit_locations import figure_references

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from audit.coverage.coverage import Coverage
    from audit.ledger.ledger import Ledger
    from audit.ledger.record import Record
    from audit.pdf.text_layer import TextLayer

# Markup is written in one way and printed in another, so the words cannot be compared.
_MARKUP = re.compile(r"[][@$\\{}<>^~`|*_]")
_AROUND = 60
_DASHES = re.compile("[−–—-]+")


@dataclass(frozen=True)
class Disagreement:
    """Something that the ledger records of an exhibit and the book does not print.

    Attributes
    ----------
    place
        The HTML page, or the chapter in the PDF.
    reference, name
        Those of the exhibit.
    expected
        What the ledger records.
    printed
        What the book prints; empty if that cannot be determined.
    """

    place: str
    reference: str
    name: str
    expected: str
    printed: str = ""

    def __str__(self) -> str:
        instead = f"prints “{self.printed}”" if self.printed else "does not print it there"
        exhibit = f"{self.reference} {self.name}".strip()
        return f"{self.place}: {exhibit} is “{self.expected}” in the ledger; the book {instead}"


def pdf_disagreements(
    name: str, layer: TextLayer, ledger: Ledger, found: Coverage
) -> Iterator[Disagreement]:
    """Yield each value in the ledger that a PDF does not print.

    Parameters
    ----------
    name
        File name of the PDF.
    layer
        Its text.
    found
        Its numbers, compared with the ledger.
    """
    for each in found.missing:
        yield Disagreement(f"{name}, {each.chapter}", each.reference, each.name, each.text)
    yield from figure_disagreements(name, layer, ledger)


def figure_disagreements(name: str, layer: TextLayer, ledger: Ledger) -> Iterator[Disagreement]:
    """Yield the figures of a PDF whose alternative text differs from the ledger's."""
    elements = {element for element, _ in layer.placed.values() if element.alt}
    drawn = {element.number: element.alt for element in elements if "Figure" in element.roles}
    for number, reference in figure_references(layer, drawn).items():
        record = ledger.by_reference.get(reference)
        if isinstance(record, FigureRecord) and not same(record.printed, drawn[number]):
            yield _differing(name, record, record.printed, drawn[number])


def page_disagreements(book: Path, page: Path, ledger: Ledger) -> Iterator[Disagreement]:
    """Yield what an HTML page of the book prints differently from the ledger."""
    place = page.relative_to(book).as_posix()
    text = page.read_text(encoding="utf-8")
    for name, kind, printed in cached_read("printed", text, lambda: _Printed(text).found):
        record = ledger.by_id.get(name)
        if record is None:
            yield Disagreement(place, "", name, "not shown")
        elif not record.held and kind in _KINDS[record.kind]:
            yield from _of_record(place, record, printed)


_KINDS = {"number": ("span",), "claim": ("span",), "figure": ("img",), "table": ("table",)}


def _of_record(page: str, record: Record, printed: Sequence[str]) -> Iterator[Disagreement]:
    """Yield the differences between what is printed of an exhibit and its record."""
    expected = record.cells if isinstance(record, TableRecord) else (record.printed,)
    if len(printed) != len(expected):
        counted = f"{len(expected)} cells", f"{len(printed)} cells"
        yield Disagreement(page, record.reference, record.id, *counted)
        return
    for wanted, seen in zip(expected, printed, strict=True):
        if not same(wanted, seen):
            yield _differing(page, record, wanted, seen)


def _differing(place: str, record: Record, wanted: str, seen: str) -> Disagreement:
    """Return a disagreement; long texts are cut to the words around the first difference."""
    texts = [" ".join(text.split()) for text in (wanted, seen)]
    differs = (n for n, (a, b) in enumerate(zip(*texts, strict=False)) if a != b)
    start = max(0, next(differs, min(map(len, texts))) - _AROUND // 2)
    cut = [
        ("…" if start else "") + text[start : start + _AROUND]
        + ("…" if len(text) > start + _AROUND else "")
        for text in texts
    ]  # fmt: skip
    return Disagreement(place, record.reference, record.id, *cut)


def same(markdown: str, printed: str) -> bool:
    r"""Return whether printed text matches its Markdown: its numbers, and its words if unmarked.

    Examples
    --------
    >>> same("−0.41 to 1,204", "-0.41 to 1,204"), same("0.41", "0.40"), same("fell", "rose")
    (True, False, False)
    >>> same("*six* key findings [@west2020]", "six key findings (West 2020)")
    True
    """
    expected = [normal(number.text) for number in numbers(without_keys(markdown))]
    found = [normal(number.text) for number in numbers(printed)]
    if len(alignment(expected, found)) < len(expected):
        return False
    return bool(_MARKUP.search(markdown)) or _words(markdown) == _words(printed)


def _words(text: str) -> str:
    dashed = _DASHES.sub("-", text.replace("…", "..."))
    return re.sub(r"[^\w.%<>-]", "", dashed).casefold()


class _Printed(HTMLParser):
    """Collect what a page prints of each exhibit: span text, table cells, alternative text.

    A figure or table is the last one before the line that carries its name.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, list[str]]] = []
        self._spans: list[tuple[str, list[str]]] = []
        self._cells: list[str] = []
        self._alt: list[str] = []
        self._cell: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Record the start of an exhibit, a cell or an image."""
        given = dict(attributes)
        name = given.get("data-exhibit") or ""
        if tag == "span":
            self._spans.append((name, []))
        elif tag == "table":
            self._cells = []
        elif tag in ("td", "th"):
            self._cell = []
        elif tag == "img":
            self._alt = [given.get("alt") or ""]
        elif name:
            kinds = (("table", self._cells), ("img", self._alt))
            self.found += [(name, kind, seen) for kind, seen in kinds if seen]
            self._cells, self._alt = [], []

    def handle_data(self, data: str) -> None:
        """Add text to every open span and cell."""
        for _, words in self._spans:
            words.append(data)
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Close a span or a cell and record its text."""
        if tag == "span" and self._spans:
            name, words = self._spans.pop()
            if name:
                self.found.append((name, "span", ["".join(words)]))
        elif tag in ("td", "th") and self._cell is not None:
            self._cells.append("".join(self._cell))
            self._cell = None
