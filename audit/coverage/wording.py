"""Check that a PDF prints the words of its ledger: sentences, tables and their notes.

A number under the wrong heading, or in a reversed sentence, is as wrong as a wrong number.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from audit.coverage.formulas import formulas_of
from audit.coverage.listed_sources import letters
from audit.ledger.record import Float, TableRecord
from audit.limits import spend
from audit.pdf.exhibit_locations import exhibit_locations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from audit.ledger.ledger import Ledger
    from audit.ledger.record import Record
    from audit.pdf.text_layer import Block, TextLayer
    from audit.seal.seal import Chapter

# Printed differently from the source: citations, references to exhibits, formulas, footnotes.
_OTHERWISE = re.compile(r"\[[^][]*@[^][]*\]|-?@[\w:.-]*\w|\$\$?[^$]+\$\$?|\^\[[^]]*\]")
_LINK = re.compile(r"\[([^][]*)\]\([^()]*\)")
_MARKS = re.compile(r"[*_`]|\\(?=\W)")
_MARKUP = re.compile(r"[{}^~|@$]|<[A-Za-z/!]|&\w+;")
_GAP = 300
"""Letters that may appear in print for what is printed differently from the source."""


def differing_words(
    layer: TextLayer,
    chapters: Sequence[Chapter],
    parts: Sequence[tuple[Chapter | None, list[int]]],
    ledger: Ledger,
) -> Iterator[tuple[str, Record, str]]:
    """Yield the chapter, record and words of each exhibit that is printed in different words.

    Parameters
    ----------
    parts
        Positions of the blocks of each chapter.
    """
    by_file = {chapter.file: places for chapter, places in parts if chapter is not None}
    for chapter in chapters:
        text = letters("".join(layer.blocks[n].text for n in by_file.get(chapter.file, ())))
        for name, times in Counter(_sentences(chapter, ledger.by_id)).items():
            spend(len(text))
            record = ledger.by_id[name]
            said = _said(record.printed)
            if any(part and text.count(part) < times for part in said):
                yield chapter.file, record, record.printed
    for place in exhibit_locations(layer):
        found = ledger.by_reference.get(place.reference)
        if isinstance(found, TableRecord) and place.cells:
            cell = _first_other(found.cells, place.cells)
            if cell is not None:
                yield found.chapter, found, cell
            below = letters("".join(block.text for block in place.note))
            if any(part not in below for part in _said(found.note or "")):
                yield found.chapter, found, found.note


def _sentences(chapter: Chapter, records: Mapping[str, Record]) -> Iterator[str]:
    for name in chapter.shows:
        record = records.get(name)
        if record is not None and not record.held and not isinstance(record, Float):
            yield name


def _said(markdown: str) -> list[str]:
    """Return the letters that Markdown prints, split where it prints something different.

    Examples
    --------
    >>> _said("*Six* key [findings](a.html), see @tbl-one."), _said("a<br>b"), _said("")
    (['sixkeyfindingssee', ''], ['', ''], [''])
    """
    parts = [_MARKS.sub("", _LINK.sub(r"\1", part)) for part in _OTHERWISE.split(markdown)]
    return ["", ""] if any(map(_MARKUP.search, parts)) else [letters(part) for part in parts]


def _first_other(cells: Iterable[str], printed: Iterable[Block]) -> str | None:
    """Return the first cell that is not printed in its position; None if all are."""
    text = letters("".join(map(_without_formulas, printed)))
    # Where the next letters may begin: several positions are possible after a gap.
    places, gap = {0}, False
    for cell in cells:
        for number, part in enumerate(_said(cell)):
            gap = gap or number > 0
            if part:
                places, gap = set(_after(text, places, part, gap=gap)), False
            if not places:
                return cell
    rest = len(text) - max(places)
    return None if rest <= (_GAP if gap else 0) else "nothing more"


def _after(text: str, places: Iterable[int], part: str, *, gap: bool) -> Iterator[int]:
    for start in places:
        spend(1)
        furthest = start + (_GAP if gap else 0)
        found = text.find(part, start, furthest + len(part))
        while found >= 0:
            yield found + len(part)
            found = text.find(part, found + 1, furthest + len(part))


def _without_formulas(block: Block) -> str:
    text = block.text
    for start, end in reversed(formulas_of(block)):
        text = text[:start] + text[end:]
    return text
