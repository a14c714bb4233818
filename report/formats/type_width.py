"""How wide words are in Word: advance widths of Helvetica, which are those of Arial."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_FILES = {False: "Helvetica.afm", True: "Helvetica-Bold.afm"}
"""Metrics that matplotlib ships, by whether type is bold."""
_NAMED = {
    "quoteright": "’", "quoteleft": "‘", "quotedblleft": "“", "quotedblright": "”",
    "quotesingle": "'", "grave": "`", "endash": "–", "emdash": "—", "bullet": "•",
    "ellipsis": "…", "multiply": "×", "divide": "÷", "periodcentered": "·", "plusminus": "±",
    "sterling": "£", "eacute": "é",
}  # fmt: skip
"""Characters that the metrics list under a name and not under their code."""
_OTHER = 600
"""Width, in thousandths of the size, of a character that the metrics don't list."""
_MONOSPACED = 550
"""The same of every character of Consolas."""


@cache
def _widths(*, bold: bool) -> dict[str, int]:
    from importlib.resources import files

    shipped = files("matplotlib") / "mpl-data" / "fonts" / "pdfcorefonts" / _FILES[bold]
    listed = re.findall(r"^C (-?\d+) ; WX (\d+) ; N (\w+)", shipped.read_text("latin-1"), re.M)
    found = {
        _NAMED.get(name) or chr(int(code)): int(wide)
        for code, wide, name in listed
        if name in _NAMED or 32 <= int(code) < 127
    }
    return {**found, "\u00a0": found[" "], "\u2011": found["-"], "\u2212": found["+"], "\u200b": 0}


def width(text: str, points: float, *, bold: bool = False, code: bool = False) -> float:
    """Return the width of a line of text, in points.

    Examples
    --------
    >>> width("1", 10), width("No.", 10, bold=True), width("1", 10, code=True)
    (5.56, 16.11, 5.5)
    """
    if code:
        return len(text) * _MONOSPACED * points / 1000
    widths = _widths(bold=bold)
    return sum(widths.get(character, _OTHER) for character in text) * points / 1000


def words(text: str) -> list[str]:
    """Return the parts of a text between which a line can end: after a space, or a letter's hyphen.

    Examples
    --------
    >>> words("95% two-sided interval, -3 to 4")
    ['95% ', 'two-', 'sided ', 'interval, ', '-3 ', 'to ', '4']
    """
    return re.split(r"(?<=[^\W\d]-)|(?<= )(?! )", text)


def lines(pieces: Iterable[tuple[str, float]], room: float) -> int:
    """Return how many lines words take, each with its width, where `room` is that of a line.

    Examples
    --------
    >>> lines([("two ", 20), ("words ", 30), ("here", 20)], 50)
    2
    """
    count, used = 1, 0.0
    for word, wide in pieces:
        bare = wide * len(word.rstrip(" ")) / max(1, len(word))
        if used and used + bare > room:
            count, used = count + 1, 0.0
        used += wide
        if bare > room:
            more = int(bare // room)
            count, used = count + more, bare - more * room
    return count
