"""Find the pieces of a chapter that are missing from a text, allowing for changes of order.

Long pieces that occur once are anchors, except notes, which may occur anywhere. Any other piece is
searched for between the surrounding anchors; a long one split by a page break or a note is matched
in parts. A short one that is not found there is assumed to have floated with its figure or table,
if it occurs in the whole text as often as in the chapters.
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

_ANCHOR = 24  # minimum length of an anchor: unlikely to occur twice by chance
_ANYWHERE = 10  # minimum length of a piece that may occur out of order: a note, a caption above
_CUT = 16  # minimum length of a piece that is matched in parts
_PART = 6  # minimum length of a part
_NEAR = 8000  # distance in letters within which the parts of a piece are searched for
_PARTS = 8  # maximum number of parts: beyond that it is no longer the same piece
_DOUBLED = 40  # minimum length of a piece that nobody writes twice by chance
_BESIDE = 4  # minimum length of a piece that does not occur twice in a row by chance
_LEFT_OUT = re.compile(
    r"[\s\u00ad\u200b-\u200f\u2060\ufeff\ufe0e\ufe0f\"'`\u00b4\u00ab\u00bb\u2018-\u201f\u2039\u203a]+"
)
_DASHES = re.compile(r"[\u2010-\u2015\u2212]+|-{2,3}")


def normalised(text: str) -> str:
    """Normalise what typesetting changes: white space, hyphenation, quotes and kinds of dash."""
    text = unicodedata.normalize("NFKC", _LEFT_OUT.sub("", text))
    return _DASHES.sub("-", _LEFT_OUT.sub("", text))


@dataclass(frozen=True)
class Loss:
    """A piece with missing words, or one that occurs too often.

    Parameters
    ----------
    piece
        The piece.
    what
        ``"missing"``, ``"doubled"`` or ``"changed"``.
    words
        The missing part, without white space.
    """

    piece: Piece
    what: str
    words: str


def losses(given: Sequence[Piece], text: str) -> list[Loss]:
    """Return the text pieces that are missing, changed or duplicated in a text.

    Parameters
    ----------
    given
        Text pieces in order.
    text
        The text that should contain them, as `normalised` returns it.
    """
    wanted = [normalised(piece.text) for piece in given]
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
        short = piece.kind == "words" and _BESIDE <= len(words) < _DOUBLED
        if short and text.find(words + words, start, end) >= 0:
            near = "".join(wanted[slice(*_pieces_between(ends, gap, 1))])
            if _more(words, text, start, end, near):
                out.append(Loss(piece, "doubled", words))
                continue
        if text.count(words, start, end) >= before[gap, words]:
            continue
        if len(words) < _CUT and text.count(words) >= written.count(words):
            continue
        around = _between(ends, gap, anchors, wanted, text, at in notes, 2)
        left = _left(words, text, *around)
        if not left and len(words) < _ANYWHERE and piece.kind == "words":
            # What other pieces say there is not this one.
            near = "\n".join(wanted[slice(*_pieces_between(ends, gap, 2))])
            left = words if text.count(words, *around) < near.count(words) else ""
        if not left and (twice := _repeated(words, text, *around)):
            out.append(Loss(piece, "doubled", twice))
        elif left:
            whole = len(left) > 0.7 * len(words)
            out.append(Loss(piece, "missing" if whole else "changed", left))
    return out + _doubled(given, wanted, text)


def missing_nodes(
    given: Sequence[Piece], kind: str, places: Sequence[int], text: str
) -> list[Loss]:
    """Return the missing images or formulae, inferred from the positions of the others.

    Parameters
    ----------
    given
        All pieces in order.
    kind
        ``"picture"`` or ``"formula"``.
    places
        Their offsets in the text, in letters and in order.
    text
        The text, as `normalised` returns it.
    """
    things = [at for at, piece in enumerate(given) if piece.kind == kind]
    if len(things) <= len(places):
        return []
    wanted = [
        "" if piece.kind in ("picture", "formula") else normalised(piece.text) for piece in given
    ]
    anchors = _anchors(wanted, {at for at, one in enumerate(given) if one.kind == "note"}, text)
    ends = sorted(anchors)
    spans = [_between(ends, bisect_left(ends, at), anchors, wanted, text, False) for at in things]
    left = _unmatched([(start + end) / 2 for start, end in spans], places)
    return [Loss(given[things[at]], "missing", given[things[at]].text) for at in left]


def _unmatched(expected: Sequence[float], places: Sequence[int]) -> list[int]:
    """Return the indices of the expected positions to drop so that the others match best."""
    missing = len(expected) - len(places)
    # For each number of positions dropped so far: total distance of the others, and those dropped.
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
    """Return the missing part of a piece that is not where expected."""
    if len(words) >= _ANYWHERE and words in text:
        return ""
    if len(words) >= _CUT:
        return _uncovered(words, text, max(start - _NEAR, 0), end + _NEAR)
    return "" if text.find(words, start, end) >= 0 and len(words) > 1 else words


def _anchors(wanted: Sequence[str], notes: set[int], text: str) -> dict[int, int]:
    """Return the offsets of long pieces that occur once, as far as they are in order."""
    once: list[tuple[int, int]] = []
    for at, words in enumerate(wanted):
        if len(words) < _ANCHOR or at in notes:
            continue
        place = text.find(words)
        if place >= 0 and text.find(words, place + 1) < 0:
            once.append((at, place))
    # The longest increasing subsequence of offsets.
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
    """Return the end of the anchor before a gap and the start of that after, `around` away."""
    start, end = 0, len(text)
    if not anywhere and gap - around >= 0:
        start = anchors[ends[gap - around]] + len(wanted[ends[gap - around]])
    if not anywhere and gap + around <= len(ends):
        end = anchors[ends[gap + around - 1]]
    return start, end


def _pieces_between(ends: Sequence[int], gap: int, around: int) -> tuple[int, int | None]:
    """Return which pieces lie between the anchors that `_between` takes."""
    start = ends[gap - around] + 1 if gap - around >= 0 else 0
    end = ends[gap + around - 1] if gap + around <= len(ends) else None
    return start, end


def _uncovered(words: str, text: str, start: int, end: int) -> str:
    """Return the rest of a piece after matching its parts one after the other."""
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


def _repeated(words: str, text: str, start: int, end: int) -> str:
    """Return what occurs twice in a piece that is matched in parts; empty if nothing does.

    Between two parts there may be a note or the end of a page, but not the words next to it.
    """
    if len(words) < _CUT or words in text:
        return ""
    at, place = 0, max(start - _NEAR, 0)
    while at < len(words):
        size = _longest(words, at, text, place, end + _NEAR)
        found = text.find(words[at : at + size], place, end + _NEAR)
        between = text[place:found] if at else ""
        if len(between) > 1 and (words[:at].endswith(between) or words[at:].startswith(between)):
            return between
        if not size:
            return ""
        at, place = at + size, found + size
    return ""


def _longest(words: str, at: int, text: str, start: int, end: int) -> int:
    """Return the length of the longest part of a piece from `at` that occurs in a text."""
    low, high = 0, len(words) - at
    while low < high:
        middle = (low + high + 1) // 2
        if text.find(words[at : at + middle], start, end) >= 0:
            low = middle
        else:
            high = middle - 1
    return low


def _more(words: str, text: str, start: int, end: int, near: str) -> bool:
    """Return whether a piece occurs twice in a row more often than written, and more often at all.

    What floated may come to stand next to the same words: they are not more for that.
    """
    return all(text.count(one, start, end) > near.count(one) for one in (words + words, words))


def _doubled(given: Sequence[Piece], wanted: Sequence[str], text: str) -> list[Loss]:
    """Return long pieces that occur more often than the author wrote them."""
    written = "".join(wanted)  # as in print, where consecutive lines of code are joined
    out: list[Loss] = []
    seen: set[str] = set()
    for piece, words in zip(given, wanted, strict=True):
        if len(words) < _DOUBLED or piece.kind == "heading" or words in seen:
            continue
        seen.add(words)
        if text.count(words) > written.count(words):
            out.append(Loss(piece, "doubled", words))
    return out
