"""The font of text and its place on a page, as the operators of a content stream set them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from audit.pdf.character_map import character_map

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
