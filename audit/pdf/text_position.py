"""The font, code points and place of text on a page, as a content stream sets them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from audit.limits import CODES, refuse, spend

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_TOKENS = re.compile(rb"(?P<word>(?:begin|end)bf(?:char|range))|(?P<mark>[\[\]])|<([0-9A-Fa-f]*)>")
_LONGEST = 512
"""Most hexadecimal digits that one code may stand for: 128 letters."""


def character_map(source: bytes) -> dict[int, str]:
    """Return the text of each character code in a font's `ToUnicode` CMap.

    Raises
    ------
    BeyondLimits
        If it has more codes than two bytes can represent, or a code for too long a text.

    Examples
    --------
    >>> character_map(b"1 beginbfchar <0003> <00660069> endbfchar")
    {3: 'fi'}
    >>> character_map(b"1 beginbfrange <0001> <0002> <0041> endbfrange")
    {1: 'A', 2: 'B'}
    """
    spend(len(source))
    single: dict[int, str] = {}
    ranged: dict[int, str] = {}
    for section, given in _sections(source):
        if section == b"char":
            for code, digits in zip(given[::2], given[1::2], strict=False):
                single[_code(code)] = _signs(digits)
        else:
            for start in range(0, len(given) - 2, 3):
                ranged |= _range(*given[start : start + 3])
        if len(single) > CODES or len(ranged) > CODES:
            refuse(f"a font has more than {CODES:,} codes")
    return single | ranged


Given = bytes | list[bytes]


def _sections(source: bytes) -> Iterator[tuple[bytes, list[Given]]]:
    """Yield the contents of each section of a CMap; a list within it stays a list."""
    section = b""
    given: list[Given] = []
    listed: list[bytes] | None = None
    for token in _TOKENS.finditer(source):
        word, mark = token["word"], token["mark"]
        if word:
            if section and word.startswith(b"end"):
                yield section, given
            section = word[7:] if word.startswith(b"begin") else b""
            given, listed = [], None
        elif mark == b"[":
            listed = []
        elif mark == b"]" and listed is not None:
            given.append(listed)
            listed = None
        elif not mark:
            (given if listed is None else listed).append(token[3])


def _range(first: Given, last: Given, start: Given) -> dict[int, str]:
    begin, end = _code(first), _code(last)
    count = end - begin + 1
    if count > CODES:
        refuse(f"a font has more than {CODES:,} codes")
    if isinstance(start, list):
        listed = start[: max(count, 0)]
    else:
        head, tail = start[:-4], _code(start[-4:])
        listed = [head + b"%04X" % (tail + step) for step in range(count)]
    return {begin + step: _signs(digits) for step, digits in enumerate(listed)}


def _code(digits: Given) -> int:
    return int(digits, 16) if isinstance(digits, bytes) and digits else 0


def _signs(digits: Given) -> str:
    if not isinstance(digits, bytes):
        return ""
    if len(digits) > _LONGEST:
        refuse("a font has a code for a page of text")
    return bytes.fromhex(digits.decode()).decode("utf-16-be", errors="replace")


_SMALLEST = 4.0
"""Smallest text of a report, in points; the report's own has seven."""
_PAINTED = (0, 1, 2)
"""Modes in which text is filled, outlined or both."""
Matrix = tuple[float, float, float, float, float, float]
UPRIGHT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Position:
    """The font and the position of text on the page, as the operators set them."""

    def __init__(self, named: Any, fonts: dict[tuple[int, int], Mapping[int, str]]) -> None:
        self._named, self._fonts = named, fonts
        self._matrix = self._line = UPRIGHT
        self.font: tuple[Mapping[int, str], int] = ({}, 2)
        self._points = 0.0
        self._mode = self._rise = 0.0
        self._moved = False
        self._kept: list[tuple[Any, ...]] = []

    @property
    def height(self) -> float:
        """The height of the baseline on the page."""
        return _product(self._line, self._matrix)[5]

    @property
    def left(self) -> float:
        """The distance from the left edge of the page."""
        return _product(self._line, self._matrix)[4]

    def visible(self, box: Sequence[float]) -> bool:
        """Return whether text is drawn as such, on the page, and large enough to read."""
        across, up, lean, tall, left, bottom = _product(self._line, self._matrix)
        size = self._points * min(math.hypot(across, up), math.hypot(lean, tall))
        mirrored = across * tall - up * lean <= 0
        on_page = box[0] <= left <= box[2] and box[1] <= bottom <= box[3]
        odd = self._mode not in _PAINTED or self._rise or self._moved or mirrored
        return not odd and on_page and size >= _SMALLEST

    def move(self, operator: str, operands: Any) -> None:
        """Apply one operator."""
        match operator:
            case "q":
                kept = (self._matrix, self.font, self._points, self._mode, self._rise)
                self._kept.append(kept)
            case "Q" if self._kept:
                self._matrix, self.font, *rest = self._kept.pop()
                self._points, self._mode, self._rise = rest
            case "cm":
                self._matrix = _product(_six(operands), self._matrix)
            case "BT":
                self._line = UPRIGHT
            case "Tm":
                self._line = _six(operands)
            case "Td" | "TD":
                by = (1.0, 0.0, 0.0, 1.0, float(operands[0]), float(operands[1]))
                self._line = _product(by, self._line)
            case "Tf":
                font = self._named.get(str(operands[0]))
                self.font = _decoder(font, self._fonts) if font is not None else ({}, 1)
                self._points = float(operands[1])
            case "Tr":
                self._mode = float(operands[0])
            case "Ts":
                self._rise = float(operands[0])
            case "T*" | "Tc" | "Tw" | "Tz":  # moves or narrows what follows; no engine uses it
                self._moved = True


def _six(operands: Any) -> Matrix:
    a, b, c, d, e, f = (float(value) for value in operands)
    return a, b, c, d, e, f


def _product(one: Matrix, two: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    k, m, n, p, r, s = two
    return (a * k + b * n, a * m + b * p, c * k + d * n, c * m + d * p,
            e * k + f * n + r, e * m + f * p + s)  # fmt: skip


def _decoder(
    font: Any, fonts: dict[tuple[int, int], Mapping[int, str]]
) -> tuple[Mapping[int, str], int]:
    width = 2 if str(font.get("/Subtype")) == "/Type0" else 1
    found = fonts.get(font.objgen)
    if found is None:
        stream = font.get("/ToUnicode")
        found = {} if stream is None else character_map(stream.read_bytes())
        if font.objgen != (0, 0):  # a direct object has no number
            fonts[font.objgen] = found
    return found, width
