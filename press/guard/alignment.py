"""Which pieces of a chapter are missing in a text that should have them, in about their order.

Long pieces that stand once are anchors, but for notes, which stand anywhere. Any other is looked
for between the anchors around it, and a long one that a page break or a note cuts, in parts. A
short one that is not there has floated with its figure or table, if the text as a whole has it as
often as the chapters do.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from press.guard.pieces import Piece

_ANCHOR = 24  # letters of a piece that can hardly stand twice by chance
_ANYWHERE = 10  # letters from which a piece may stand elsewhere: a note, a caption above
_CUT = 16  # letters of the shortest piece that is looked for in parts
_PART = 6  # letters of the shortest part of a piece that is cut
_NEAR = 8000  # letters around in which the parts of a piece may stand
_PARTS = 8  # of a piece that is cut: beyond that it is not the same any more
_DOUBLED = 40  # letters of a piece that nobody writes twice by chance
_LEFT_OUT = re.compile(
    r"[\s\u00ad\u200b-\u200f\u2060\ufeff\ufe0e\ufe0f\"'`\u00b4\u00ab\u00bb\u2018-\u201f\u2039\u203a]+"
)
_DASHES = re.compile(r"[\u2010-\u2015\u2212]+|-{2,3}")


def bare(text: str) -> str:
    """Return a text without what typesetting changes: blanks, divisions, quotes, kinds of dash."""
    text = unicodedata.normalize("NFKC", _LEFT_OUT.sub("", text))
    return _DASHES.sub("-", _LEFT_OUT.sub("", text))


@dataclass(frozen=True)
class Loss:
    """A piece of which words are missing, or that stands too often.

    Parameters
    ----------
    piece
        The piece.
    what
        ``"missing"``, ``"doubled"`` or ``"changed"``.
    words
        What is missing of it, without blanks.
    """

    piece: Piece
    what: str
    words: str


def losses(given: Sequence[Piece], text: str) -> list[Loss]:
    """Return the pieces of words that a text lacks, or has too often.

    Parameters
    ----------
    given
        Pieces of words in their order.
    text
        The text that should have them, made bare.
    """
    wanted = [bare(piece.text) for piece in given]
    notes = {at for at, piece in enumerate(given) if piece.kind == "note"}
    anchors = _anchors(wanted, notes, text)
    ends = sorted(anchors)
    before: Counter[tuple[int, str]] = Counter()
    written = "\n".join(wanted)
    out: list[Loss] = []
    for at, (piece, words) in enumerate(zip(given, wanted, strict=True)):
        if at in anchors or not words:
            continue
        gap = bisect_left(ends, at)
        before[gap, words] += 1
        start, end = _between(ends, gap, anchors, wanted, text, at in notes)
        if text.count(words, start, end) >= before[gap, words]:
            continue
        if len(words) < _CUT and text.count(words) >= written.count(words):
            continue
        left = _left(words, text, *_between(ends, gap, anchors, wanted, text, at in notes, 2))
        if left:
            whole = len(left) > 0.7 * len(words)
            out.append(Loss(piece, "missing" if whole else "changed", left))
    return out + _doubled(given, wanted, text)


def lacking(given: Sequence[Piece], kind: str, places: Sequence[int], text: str) -> list[Loss]:
    """Return the pictures or formulae of which a text has too few, by where the others stand.

    Parameters
    ----------
    given
        All pieces in their order.
    kind
        ``"picture"`` or ``"formula"``.
    places
        Where the text has one, in letters from its start, in order.
    text
        The text, made bare.
    """
    things = [at for at, piece in enumerate(given) if piece.kind == kind]
    if len(things) <= len(places):
        return []
    wanted = ["" if piece.kind in ("picture", "formula") else bare(piece.text) for piece in given]
    anchors = _anchors(wanted, {at for at, one in enumerate(given) if one.kind == "note"}, text)
    ends = sorted(anchors)
    spans = [_between(ends, bisect_left(ends, at), anchors, wanted, text, False) for at in things]
    left = _unmatched([(start + end) / 2 for start, end in spans], places)
    return [Loss(given[things[at]], "missing", given[things[at]].text) for at in left]


def _unmatched(expected: Sequence[float], places: Sequence[int]) -> list[int]:
    """Return which of the expected places to leave out for the others to lie nearest to places."""
    missing = len(expected) - len(places)
    # For each number of those left out so far: how far the others are off, and which were left.
    best: list[tuple[float, tuple[Any, ...]]] = [(0.0, ())] + [(math.inf, ())] * missing
    for at, where in enumerate(expected):
        after: list[tuple[float, tuple[Any, ...]]] = []
        for out in range(missing + 1):
            taken = at - out
            near = math.inf
            if 0 <= taken < len(places):
                near = best[out][0] + abs(where - places[taken])
            skipped = best[out - 1] if out else (math.inf, ())
            kept = (near, best[out][1])
            after.append(kept if near <= skipped[0] else (skipped[0], (at, skipped[1])))
        best = after
    found, chain = [], best[missing][1]
    while chain:
        found.append(chain[0])
        chain = chain[1]
    return found[::-1]


def _left(words: str, text: str, start: int, end: int) -> str:
    """Return what is missing of words that do not stand in their order."""
    if len(words) >= _ANYWHERE and words in text:
        return ""
    if len(words) >= _CUT:
        return _uncovered(words, text, max(start - _NEAR, 0), end + _NEAR)
    return "" if text.find(words, start, end) >= 0 and len(words) > 1 else words


def _anchors(wanted: Sequence[str], notes: set[int], text: str) -> dict[int, int]:
    """Return the places of long pieces that stand once, as far as they keep their order."""
    once: list[tuple[int, int]] = []
    for at, words in enumerate(wanted):
        if len(words) < _ANCHOR or at in notes:
            continue
        place = text.find(words)
        if place >= 0 and text.find(words, place + 1) < 0:
            once.append((at, place))
    # The longest run of pieces whose places go up.
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(once):
        slot = bisect_left(tails, place)
        before.append(ends[slot - 1] if slot else -1)
        if slot == len(tails):
            tails.append(place)
            ends.append(index)
        else:
            tails[slot], ends[slot] = place, index
    kept: dict[int, int] = {}
    index = ends[-1] if ends else -1
    while index >= 0:
        kept[once[index][0]] = once[index][1]
        index = before[index]
    return kept


def _between(
    ends: Sequence[int],
    gap: int,
    anchors: dict[int, int],
    wanted: Sequence[str],
    text: str,
    anywhere: bool,
    around: int = 1,
) -> tuple[int, int]:
    """Return where an anchor before a gap ends and one after it begins, so many anchors away."""
    start, end = 0, len(text)
    if not anywhere and gap - around >= 0:
        start = anchors[ends[gap - around]] + len(wanted[ends[gap - around]])
    if not anywhere and gap + around <= len(ends):
        end = anchors[ends[gap + around - 1]]
    return start, end


def _uncovered(words: str, text: str, start: int, end: int) -> str:
    """Return what is left of words when their parts are looked for one after the other."""
    left, at, parts = "", 0, 0
    place = start
    while at < len(words):
        size = _longest(words, at, text, place, end)
        if size < min(_PART, len(words) - at) or parts == _PARTS:
            left += words[at]
            at += 1
            continue
        place = text.find(words[at : at + size], place, end) + size
        at += size
        parts += 1
    return left


def _longest(words: str, at: int, text: str, start: int, end: int) -> int:
    """Return the length of the longest part of words from a place on that a text has."""
    low, high = 0, len(words) - at
    while low < high:
        middle = (low + high + 1) // 2
        if text.find(words[at : at + middle], start, end) >= 0:
            low = middle
        else:
            high = middle - 1
    return low


def _doubled(given: Sequence[Piece], wanted: Sequence[str], text: str) -> list[Loss]:
    """Return long pieces that stand more often than their author wrote them."""
    written = "".join(wanted)  # as print has it: lines of code that follow make one
    out: list[Loss] = []
    seen: set[str] = set()
    for piece, words in zip(given, wanted, strict=True):
        if len(words) < _DOUBLED or piece.kind == "heading" or words in seen:
            continue
        seen.add(words)
        if text.count(words) > written.count(words):
            out.append(Loss(piece, "doubled", words))
    return out
