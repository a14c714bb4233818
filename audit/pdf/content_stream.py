"""Text drawn by a page's content stream, as runs with their heights and elements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.coverage.literals import numbers
from audit.limits import CONTENTS, MEGABYTE, refuse, spend
from audit.pdf.character_map import character_map
from audit.pdf.tag_tree import Element, is_dictionary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.pdf.tag_tree import Placed

TEXT = ("Tj", "TJ", "'", '"')
"""The operators that show text."""
UNKNOWN = "\ufffd"
"""Replacement for a character for which its font gives no text."""
OPERATORS = " ".join(["q Q cm BT Tm Td TD Tf BDC BMC EMC", *TEXT])
ARTEFACT = ("Artifact",)
LOOSE = Element(0, ARTEFACT)
Matrix = tuple[float, float, float, float, float, float]
UPRIGHT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True)
class Run:
    """Text that is shown by one operator.

    Attributes
    ----------
    page
        Counted from 1, the cover included.
    height
        Of its baseline, in points.
    text
        Text as a reader would copy it.
    element
        The block it belongs to.
    inline
        Its roles inside that block, such as ``("Code",)``.
    """

    page: int
    height: float
    text: str
    element: Element
    inline: tuple[str, ...]


def runs(
    page: Any, number: int, placed: Placed, fonts: dict[tuple[int, int], Mapping[int, str]]
) -> Iterator[Run]:
    """Yield the text of a page in the order in which it is drawn.

    Parameters
    ----------
    number
        Page number, from 1.
    placed
        Block of each piece of marked content, from the tag tree.
    fonts
        Character maps of the fonts read so far, by object; those of the page are added.
    """
    import pikepdf

    size = sum(len(stream.read_bytes()) for stream in _streams(page))
    spend(size)
    if size > CONTENTS:
        refuse(f"what draws page {number} has more than {CONTENTS // MEGABYTE} megabytes")
    named = page.get("/Resources", {}).get("/Font", {})
    at, within = _Position(), _Marks(number, placed)
    table: Mapping[int, str] = {}
    width = 2
    for instruction in pikepdf.parse_content_stream(page, OPERATORS):
        operands = instruction.operands
        match str(instruction.operator):
            case "Tf":
                font = named.get(str(operands[0]))
                table, width = _decoder(font, fonts) if font is not None else ({}, 1)
            case "BDC" | "BMC":
                within.begin(operands)
            case "EMC":
                within.end()
            case operator if operator in TEXT:
                text = within.spoken_for(_text(operands[-1], table, width))
                spend(len(text))
                yield Run(number, at.height, text, *within.innermost)
            case operator:
                at.move(operator, operands)


class _Position:
    """The position of text on the page, as the operators move it."""

    def __init__(self) -> None:
        self._matrix = self._line = UPRIGHT
        self._kept: list[Matrix] = []

    @property
    def height(self) -> float:
        """The height of the baseline on the page."""
        return _product(self._line, self._matrix)[5]

    def move(self, operator: str, operands: Any) -> None:
        """Apply one operator."""
        match operator:
            case "q":
                self._kept.append(self._matrix)
            case "Q":
                self._matrix = self._kept.pop() if self._kept else self._matrix
            case "cm":
                self._matrix = _product(_six(operands), self._matrix)
            case "BT":
                self._line = UPRIGHT
            case "Tm":
                self._line = _six(operands)
            case "Td" | "TD":
                by = (1.0, 0.0, 0.0, 1.0, float(operands[0]), float(operands[1]))
                self._line = _product(by, self._line)


class _Marks:
    """The elements to which text belongs, by the marked content around it."""

    def __init__(self, page: int, placed: Placed) -> None:
        self._page = page
        self._placed = placed
        self._outside = 0
        self._open: list[tuple[Element, tuple[str, ...]]] = []
        self._spoken: list[str | None] = []

    @property
    def innermost(self) -> tuple[Element, tuple[str, ...]]:
        """The element around what is drawn next, and its inline roles."""
        return self._open[-1] if self._open else (LOOSE, ())

    def begin(self, operands: Any) -> None:
        """Enter marked content."""
        properties = operands[1] if len(operands) > 1 else None
        given = properties if is_dictionary(properties) else {}
        mark = given.get("/MCID") if given else None
        key = (self._page, int(mark) if mark is not None else -1)
        if key not in self._placed and not (self._open and self._open[-1][0].number > 0):
            self._outside -= 1
        artefact = Element(self._outside, ARTEFACT), ()
        self._open.append(self._placed.get(key) or (self._open[-1] if self._open else artefact))
        actual = given.get("/ActualText") if given else None
        self._spoken.append(None if actual is None else str(actual))

    def end(self) -> None:
        """Leave marked content."""
        if self._open:
            self._open.pop()
            self._spoken.pop()

    def spoken_for(self, text: str) -> str:
        """Return the text to be read for drawn text: its replacement text once, if it has any.

        Numbers are also read as drawn: a replacement must not hide them.
        """
        if not self._spoken or self._spoken[-1] is None:
            return text
        spoken, self._spoken[-1] = self._spoken[-1], ""
        return f"{spoken} {text}" if numbers(text) else spoken


def _streams(page: Any) -> list[Any]:
    import pikepdf

    given = page.get("/Contents", [])
    return list(given) if isinstance(given, pikepdf.Array | list) else [given]


def _six(operands: Any) -> Matrix:
    a, b, c, d, e, f = (float(value) for value in operands)
    return a, b, c, d, e, f


def _product(one: Matrix, two: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    k, m, n, p, r, s = two
    return (a * k + b * n, a * m + b * p, c * k + d * n, c * m + d * p,
            e * k + f * n + r, e * m + f * p + s)  # fmt: skip


def _text(shown: Any, table: Mapping[int, str], width: int) -> str:
    import pikepdf

    parts = shown if isinstance(shown, pikepdf.Array) else [shown]
    text = []
    for part in parts:
        if not isinstance(part, pikepdf.String):  # a number is a space between two letters
            continue
        codes = bytes(part)
        for at in range(0, len(codes) - width + 1, width):
            code = int.from_bytes(codes[at : at + width], "big")
            text.append(table.get(code, UNKNOWN))
    return "".join(text)


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
