"""Text drawn by a page's content stream, as runs with their heights and elements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.coverage.literals import numbers
from audit.limits import CONTENTS, MEGABYTE, refuse, spend
from audit.pdf.tag_tree import Element, is_dictionary
from audit.pdf.text_position import Position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from audit.pdf.tag_tree import Placed

TEXT = ("Tj", "TJ", "'", '"')
"""The operators that show text."""
UNKNOWN = "\ufffd"
"""Replacement for a character for which its font gives no text."""
OPERATORS = " ".join(["q Q cm BT Tm Td TD T* Tc Tf Tr Ts Tw Tz BDC BMC EMC", *TEXT])
_PROPERTIES = {"/ActualText", "/Alt", "/Attached", "/BBox", "/Lang", "/MCID", "/Subtype", "/Type"}
_BACK, _FORWARD = 300.0, 20_000.0
"""Farthest that a letter is moved back or forward, in thousandths of its size. Digits are 500 wide;
kerning needs 130, and the spaces of a justified line of two words 12,000."""
# Neither is seen, and both may be in what is read but not in what is drawn.
_BLANK = re.compile("[\\s\u00ad\u200b\u2060]+")
_HYPHENS = {"", "-", "\u2010"}
ARTEFACT = ("Artifact",)
LOOSE = Element(0, ARTEFACT)


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

    size = sum(len(stream.read_bytes()) for stream in streams(page))
    spend(size)
    if size > CONTENTS:
        refuse(f"what draws page {number} has more than {CONTENTS // MEGABYTE} megabytes")
    named = page.get("/Resources", {}).get("/Font", {})
    at, within = Position(named, fonts), _Marks(number, placed, faults)
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
                if _rearranged(operands[-1]):
                    faults(f"page {number} draws the letters of “{drawn[:40]}” in another order")
                if drawn.strip() and not at.visible(box):
                    faults(f"page {number} has text that is not seen: “{drawn.strip()[:40]}”")
                yield Run(number, at.height, text, *within.innermost, at.left, within.mark)
            case operator:
                at.move(operator, operands)
    within.close()


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


def _rearranged(shown: Any) -> bool:
    """Return whether letters are moved so far that they may stand in another order."""
    import pikepdf

    if not isinstance(shown, pikepdf.Array):
        return False
    back = 0.0
    for part in shown:
        back = 0.0 if isinstance(part, pikepdf.String) else back + float(part)
        if not -_FORWARD <= back <= _BACK:
            return True
    return False


def _reads_as(spoken: str, drawn: str) -> bool:
    """Return whether a replacement text is what is drawn, hyphens at line ends apart.

    Examples
    --------
    >>> _reads_as("\u200b.", "."), _reads_as("\u00ad", "-"), _reads_as("rose", "fell")
    (True, True, False)
    """
    heard, seen = _BLANK.sub("", spoken), _BLANK.sub("", drawn)
    return heard == seen or {heard, seen} <= _HYPHENS


def streams(page: Any) -> list[Any]:
    """Return the streams that draw a page."""
    import pikepdf

    given = page.get("/Contents", [])
    return list(given) if isinstance(given, pikepdf.Array | list) else [given]


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
