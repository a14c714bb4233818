"""Describe in words what was altered in a sealed PDF: page, number, figure or attachment."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from audit.seal.seal import Seal, SealedFigure, SealedPage

METADATA = {"XMP": "the metadata for archives (XMP)"}
COMPARED_AT_MOST = 1_000_000
"""Most pairs of numbers compared on one page; the report's fullest page has 160,000."""
NAMED_AT_MOST = 6
"""Most altered numbers that are named individually on one page."""


@dataclass(frozen=True)
class Alteration:
    """One difference between a seal and the PDF it is in.

    Attributes
    ----------
    part
        page, number, figure, attachment, metadata, tags, bookmarks, catalogue or seal.
    what
        The alteration, described for a person who has the PDF open.
    page
        Page of the alteration; None if it does not belong to one page.
    """

    part: str
    what: str
    page: int | None = None


def alterations(sealed: Seal, found: Seal) -> tuple[Alteration, ...]:
    """Return every difference between the seal and the PDF.

    Parameters
    ----------
    sealed
        The seal in the PDF.
    found
        A seal made from the PDF as it is now.
    """
    return (
        *_pages(sealed, found),
        *_figures(sealed, found),
        *_files(sealed, found),
        *_metadata(sealed.metadata, found.metadata),
        *_document(sealed, found),
    )


def _pages(sealed: Seal, found: Seal) -> Iterator[Alteration]:
    before = [(page.text, page.drawing) for page in sealed.pages]
    after = [(page.text, page.drawing) for page in found.pages]
    if sorted(before) == sorted(after) and before != after:
        moved = [n for n, (a, b) in enumerate(zip(before, after, strict=True), 1) if a != b]
        named = ", ".join(map(str, moved))
        yield Alteration("page", f"pages {named} are in another order than was sealed", moved[0])
        return
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        common = min(j - i, m - k) if kind == "replace" else 0
        for step in range(common):
            page = k + step + 1
            yield from _page(sealed.pages[i + step], found.pages[k + step], page, sealed, found)
        for number in range(i + common + 1, j + 1):
            if kind != "equal":
                yield Alteration("page", f"page {number} of the sealed PDF was removed", number)
        for number in range(k + common + 1, m + 1):
            if kind != "equal":
                yield Alteration("page", f"page {number} was inserted after sealing", number)
    if len(before) == len(after):
        for page, (old, new) in enumerate(zip(sealed.pages, found.pages, strict=True), start=1):
            if old.links != new.links:
                what = "a link, note or other object over the page was altered"
                yield Alteration("page", f"page {page}: {what}", page)


def _page(
    old: SealedPage, new: SealedPage, page: int, sealed: Seal, found: Seal
) -> Iterator[Alteration]:
    if old.text == new.text:
        drawings = {f.drawing for f in sealed.figures}
        if all(f.drawing in drawings for f in found.figures if f.page == page):
            what = "the drawing was altered, though the text is the same"
            yield Alteration("page", f"page {page}: {what}", page)
        return
    changes = list(_numbers(old.numbers, new.numbers))
    for change in changes[:NAMED_AT_MOST]:
        yield Alteration("number", f"page {page}: {change}", page)
    if len(changes) > NAMED_AT_MOST:
        more = len(changes) - NAMED_AT_MOST
        yield Alteration("number", f"page {page}: and {more} more numbers", page)
    if not changes:
        yield Alteration("page", f"page {page}: its words were altered, but not its numbers", page)


def _numbers(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    if len(old) * len(new) > COMPARED_AT_MOST:
        yield "its numbers were altered"
        return
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "replace" and j - i == m - k:
            for before, after in zip(old[i:j], new[k:m], strict=True):
                yield f"the number {before} was altered to {after}"
        elif kind != "equal":
            if old[i:j]:
                yield f"{_listed(old[i:j])} taken out"
            if new[k:m]:
                yield f"{_listed(new[k:m])} put in"


def _listed(numbers: Sequence[str]) -> str:
    word = "the number was" if len(numbers) == 1 else "the numbers were"
    noun, verb = word.rsplit(" ", 1)
    return f"{noun} {', '.join(numbers)} {verb}"


def _figures(sealed: Seal, found: Seal) -> Iterator[Alteration]:
    old = {_name(figure, n): figure for n, figure in enumerate(sealed.figures, start=1)}
    new = {_name(figure, n): figure for n, figure in enumerate(found.figures, start=1)}
    by_drawing = {figure.drawing: name for name, figure in old.items()}
    for name, figure in old.items():
        there = new.get(name)
        if there is None:
            yield Alteration("figure", f"{name} (page {figure.page}) is missing", figure.page)
            continue
        if there.drawing != figure.drawing:
            other = by_drawing.get(there.drawing)
            what = f"now shows the drawing of {other}" if other else "is drawn differently"
            yield Alteration("figure", f"{name} (page {there.page}) {what}", there.page)
        if there.alt != figure.alt:
            what = f"the alternative text of {name} (page {there.page}) was altered"
            yield Alteration("figure", what, there.page)
    for name in new.keys() - old.keys():
        yield Alteration("figure", f"{name} was inserted after sealing", new[name].page)


def _name(figure: SealedFigure, number: int) -> str:
    return f"figure {figure.reference}" if figure.reference else f"drawing {number} of the report"


def _files(sealed: Seal, found: Seal) -> Iterator[Alteration]:
    old = {file.name: file for file in sealed.files}
    new = {file.name: file for file in found.files}
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield Alteration("attachment", f"the attachment {name} was removed")
        elif name not in old:
            yield Alteration("attachment", f"the attachment {name} was inserted after sealing")
        elif old[name].sha256 != new[name].sha256:
            yield Alteration("attachment", f"the contents of the attachment {name} were altered")
        elif old[name].about != new[name].about:
            yield Alteration("attachment", f"the description of the attachment {name} was altered")


def _metadata(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Alteration]:
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) == new.get(key):
            continue
        if key in METADATA:
            yield Alteration("metadata", f"{METADATA[key]} was altered")
            continue
        before, after = (f"'{each[key]}'" if key in each else "nothing" for each in (old, new))
        yield Alteration("metadata", f"the metadata's {key} was altered: {before} is now {after}")


def _document(sealed: Seal, found: Seal) -> Iterator[Alteration]:
    if sealed.tags != found.tags:
        what = "the tags were altered: reading order, table headers or alternative texts"
        yield Alteration("tags", what)
    if sealed.bookmarks != found.bookmarks:
        yield Alteration("bookmarks", "the bookmarks, or the places links lead to, were altered")
    if sealed.catalogue != found.catalogue:
        what = "how the document opens was altered: language, view, colours, scripts, forms, files"
        yield Alteration("catalogue", what)
