"""Match the printed list of sources with the bibliography that the ledger states."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from audit.coverage.literals import Found, numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audit.ledger.structure import Source
    from audit.pdf.text_layer import Block

SOURCES = "in the list of sources"
# A letter after the year distinguishes two sources of one year; editions are ordinals.
_SUFFIX = re.compile(r"(?<=\d{4})[a-h]$|(?<=\d)(?:st|nd|rd|th)$")


def list_numbers(blocks: Iterable[tuple[int, Block]], known: Mapping[str, Source]) -> Given:
    """Return the numbers of a list's entries that belong to a source, using each source once.

    Parameters
    ----------
    blocks
        The blocks of the chapter, with their positions.
    known
        The bibliography by key.
    """
    # One source's title may begin with another's, so try longer titles first.
    waiting = sorted(known.values(), key=lambda source: (-len(source.title), source.title))
    given: Given = {}
    for place, block in blocks:
        said = letters(block.text)
        for source in waiting:
            if letters(source.title) in said:
                given |= {(place, number): SOURCES for number in _of(source, block.text)}
                waiting.remove(source)
                break
    return given


Given = dict[tuple[int, Found], str]


def _of(source: Source, text: str) -> Iterable[Found]:
    """Yield the numbers in an entry that its source has: in its links, or once in its fields."""
    # A line may break within a link.
    ends = [n for n, sign in enumerate(text) if not sign.isspace()]
    squeezed = "".join(text.split())
    linked = [
        (ends[found.start()], ends[found.end() - 1] + 1)
        for link in source.links
        for found in re.finditer(re.escape("".join(link.split())), squeezed)
    ]
    left = Counter(source.numbers)
    for number in numbers(text):
        plain = _SUFFIX.sub("", number.text)
        if any(start <= number.start and number.end <= end for start, end in linked):
            yield number
        elif left[plain]:
            left[plain] -= 1
            yield number


def letters(text: str) -> str:
    """Return a text's letters and digits, which are the same in source and in print."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
