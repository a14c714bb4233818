"""The chapters that a seal names, held to the ledger: they decide what must be printed where."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from audit.coverage.coverage import TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.ledger.ledger import Ledger
    from audit.seal.seal import Chapter


def other_chapters(ledger: Ledger, chapters: Sequence[Chapter]) -> Iterator[str]:
    """Yield what the chapters of a seal say otherwise than its ledger.

    The ledger says by lines where an exhibit is shown; of several on one line the order is the
    seal's.
    """
    shown = _shown(ledger)
    showing = [chapter.file for chapter in chapters if chapter.shows]
    listed = list(ledger.chapters) or showing
    if showing != listed or set(showing) != shown.keys() or len(set(showing)) < len(showing):
        yield "the seal's chapters that show exhibits are not those of the ledger"
    if len({chapter.file for chapter in chapters}) < len(chapters):
        yield "the seal names a chapter twice"
    for chapter in chapters:
        if not _as_shown(chapter.shows, shown.get(chapter.file, [])):
            yield f"the seal's chapter {chapter.file} shows other exhibits than the ledger says"
        untitled = chapter.shows and not chapter.title
        if untitled or chapter.title != TITLES.get(chapter.file, chapter.title):
            yield f"the seal's chapter {chapter.file} has another title"


def _shown(ledger: Ledger) -> dict[str, list[tuple[int, str]]]:
    """Return for each file the lines that show an exhibit, with its name, in order."""
    found: dict[str, list[tuple[int, str]]] = {}
    for record in ledger.records:
        for place in record.shown:
            file, _, line = place.rpartition(":")
            found.setdefault(file, []).append((int(line), record.id))
    return {file: sorted(each) for file, each in found.items()}


def _as_shown(shows: Sequence[str], lines: Sequence[tuple[int, str]]) -> bool:
    left = list(shows)
    for _, names in groupby(lines, key=itemgetter(0)):
        here = [name for _, name in names]
        if sorted(left[: len(here)]) != here:
            return False
        del left[: len(here)]
    return not left
