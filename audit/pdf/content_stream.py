"""Text drawn by a page's content stream, as runs with their heights and elements."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.coverage.literals import numbers
from audit.limits import CONTENTS, MEGABYTE, refuse, spend
from audit.pdf.character_map import character_map
from audit.pdf.tag_tree import Element, is_dictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from audit.pdf.tag_tree import Placed

TEXT = ("Tj", "TJ", "'", '"')
"""The operators that show text."""
UNKNOWN = "\ufffd"
"""Replacement for a character for which its font gives no text."""
OPERATORS = " ".join(["q Q cm BT Tm Td TD T* Tf Tr Ts Tz BDC BMC EMC", *TEXT])
_PROPERTIES = {"/ActualText", "/Alt", "/Attached", "/BBox", "/Lang", "/MCID", "/Subtype", "/Type"}
_SMALLEST = 4.0
"""Smallest text of a report, in points; the report's own has seven."""
_PAINTED = (0, 1, 2)
"""Modes in which text is filled, outlined or both."""
# Neither is seen, and both may be in what is read but not in what is drawn.
_BLANK = re.compile("[\\s\u00ad\u200b\u2060]+")
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
    height, left
        Where its baseline begins, in points from the lower left corner.
    text
        Text as a reader would copy it.
    element
        The block it belongs to.
    inline
        Its roles inside that block, such as ``("Code",)``.
    mark
        Number of the marked content of the page that it is in; -1 outside.
    """

    page: int
    height: float
    text: str
    element: Element
    inline: tuple[str, ...]
    left: float = 0.0
    mark: int = -1


def runs(
    page: Any,
    number: int,
    placed: Placed,
    fonts: dict[tuple[int, int], Mapping[int, str]],
    faults: Callable[[str], None],
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
    faults
        Called with whatever makes readers see or hear something else than the text returned.
    """
    import pikepdf

    size = sum(len(stream.read_bytes()) for stream in _streams(page))
    spend(size)
    if size > CONTENTS:
        refuse(f"what draws page {number} has more than {CONTENTS // MEGABYTE} megabytes")
    named = page.get("/Resources", {}).get("/Font", {})
    at, within = _Position(named, fonts), _Marks(number, placed, faults)
    box = [float(each) for each in page.MediaBox]
    for instruction in pikepdf.parse_content_stream(page, OPERATORS):
        operands = instruction.operands
        match str(instruction.operator):
            case "BDC" | "BMC":
                within.begin(operands)
            case "EMC":
                within.end()
            case operator if operator in TEXT:
                drawn = _text(operands[-1], *at.font)
                spend(len(drawn))
                text = within.spoken_for(drawn)
                if drawn.strip() and not at.visible(box):
                    faults(f"page {number} has text that is not seen: “{drawn.strip()[:40]}”")
                yield Run(number, at.height, text, *within.innermost, at.left, within.mark)
            case operator:
                at.move(operator, operands)
    within.close()


class _Position:
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
            case "T*" | "Tz":  # moves or narrows what follows; no engine uses it
                self._moved = True


class _Marks:
    """The elements to which text belongs, by the marked content around it."""

    def __init__(self, page: int, placed: Placed, faults: Callable[[str], None]) -> None:
        self._page = page
        self._placed = placed
        self._faults = faults
        self._outside = 0
        self._open: list[tuple[Element, tuple[str, ...]]] = []
        self._numbers: list[int] = []
        self._spoken: list[str | None] = []
        # For each replacement text that is open, what it replaces.
        self._drawn: list[tuple[str, list[str]] | None] = []

    @property
    def innermost(self) -> tuple[Element, tuple[str, ...]]:
        """The element around what is drawn next, and its inline roles."""
        return self._open[-1] if self._open else (LOOSE, ())

    @property
    def mark(self) -> int:
        """The number of the marked content around it; -1 if there is none."""
        return next((number for number in reversed(self._numbers) if number >= 0), -1)

    def begin(self, operands: Any) -> None:
        """Enter marked content."""
        properties = operands[1] if len(operands) > 1 else None
        given = properties if is_dictionary(properties) else {}
        named = properties is not None and not is_dictionary(properties)
        if named or (given and set(given.keys()) - _PROPERTIES):
            self._faults(f"page {self._page} marks content in a way that no report does")
        mark = given.get("/MCID") if given else None
        self._numbers.append(int(mark) if mark is not None else -1)
        key = (self._page, self._numbers[-1])
        if key not in self._placed and not (self._open and self._open[-1][0].number > 0):
            self._outside -= 1
        artefact = Element(self._outside, ARTEFACT), ()
        self._open.append(self._placed.get(key) or (self._open[-1] if self._open else artefact))
        actual = given.get("/ActualText") if given else None
        self._spoken.append(None if actual is None else str(actual))
        self._drawn.append(None if actual is None else (str(actual), []))
        if given and "/Alt" in given and str(given.get("/Alt")) != self._open[-1][0].alt:
            self._faults(f"page {self._page} describes a drawing otherwise than its tag does")

    def end(self) -> None:
        """Leave marked content."""
        if not self._open:
            return
        self._open.pop()
        self._numbers.pop()
        self._spoken.pop()
        replaced = self._drawn.pop()
        if replaced is not None and not _reads_as(replaced[0], "".join(replaced[1])):
            self._faults(
                f"page {self._page} shows “{''.join(replaced[1])[:40]}” where readers hear or "
                f"copy “{replaced[0][:40]}”"
            )

    def close(self) -> None:
        """End the page: marked content must not run on."""
        if self._open:
            self._faults(f"page {self._page} leaves marked content open")

    def spoken_for(self, text: str) -> str:
        """Return the text to be read for drawn text: its replacement text once, if it has any.

        Numbers are also read as drawn: a replacement must not hide them.
        """
        for replaced in self._drawn:
            if replaced is not None:
                replaced[1].append(text)
        if not self._spoken or self._spoken[-1] is None:
            return text
        spoken, self._spoken[-1] = self._spoken[-1], ""
        return f"{spoken} {text}" if numbers(text) else spoken


def _reads_as(spoken: str, drawn: str) -> bool:
    """Return whether a replacement text is what is drawn, hyphens at line ends apart.

    Examples
    --------
    >>> _reads_as("\u200b.", "."), _reads_as("\u00ad", "-"), _reads_as("rose", "fell")
    (True, True, False)
    """
    if spoken == "\u00ad":
        return _BLANK.sub("", drawn) in ("-", "\u2010", "")
    return _BLANK.sub("", spoken) == _BLANK.sub("", drawn)


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
