"""The text of a PDF as a reader selects it: page by page, and in reading order by its tags.

Text is decoded with the fonts' own tables (`ToUnicode`) and placed by the tag tree, both of
which a PDF/UA file must have. Nothing is guessed from positions but where a line ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.pdf.character_map import character_map
from audit.pdf.tag_tree import Element, is_dictionary, read_tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.pdf.tag_tree import Placed

OPERATORS = "q Q cm BT Tm Td TD Tf Tj TJ BDC BMC EMC"
DIVIDERS = "\u00ad\u200b"
"""A soft hyphen and a space without width: both only say where a word may be divided."""
WORD_JOINER = "\u2060"
ARTEFACT = ("Artifact",)
LINE_STEP = 1.5
"""How far, in points, the base line must move for a new line to begin."""


@dataclass(frozen=True)
class Run:
    """A stretch of text that is set in one go.

    Attributes
    ----------
    page
        Counted from 1, the cover included.
    height
        Of its base line, in points.
    text
        As it would be copied.
    element
        The block it belongs to.
    inline
        The roles it has inside that block, such as ``("Code",)``.
    """

    page: int
    height: float
    text: str
    element: Element
    inline: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, cell or the like: the runs of one element."""

    element: Element
    runs: tuple[Run, ...]

    @property
    def page(self) -> int:
        """The page on which it begins."""
        return self.runs[0].page

    @cached_property
    def _signs(self) -> list[tuple[str, Run]]:
        """Every sign of the text with the run it stands in: spaces single, divisions undone."""
        signs: list[tuple[str, Run]] = []
        before: Run | None = None
        for run in self.runs:
            broken = before is not None and _breaks(before, run)
            if broken and signs and signs[-1][0] in DIVIDERS:
                signs.pop()
            elif (broken or self._numbered(before)) and signs and signs[-1][0] != " ":
                signs.append((" ", run))
            for sign in run.text:
                if sign.isspace():
                    if signs and signs[-1][0] != " ":
                        signs.append((" ", run))
                elif sign != WORD_JOINER:
                    signs.append((sign, run))
            before = run
        while signs and signs[-1][0] == " ":
            signs.pop()
        return [each for each in signs if each[0] not in DIVIDERS]

    def _numbered(self, before: Run | None) -> bool:
        """Whether the run before is a heading's number: space sets it apart, and no sign."""
        if before is not self.runs[0] or not re.fullmatch("H[1-6]", self.role):
            return False
        return re.fullmatch(r"(\d+|[A-Z])(\.\d+)*", before.text) is not None

    @cached_property
    def text(self) -> str:
        """Its text, lines joined by single spaces and divided words joined again."""
        return "".join(sign for sign, _ in self._signs)

    def run_at(self, place: int) -> Run:
        """Return the run in which the sign at a place of the text stands."""
        return self._signs[place][1]

    @property
    def role(self) -> str:
        """Its own role in the tag tree; empty at the root."""
        return self.element.roles[-1] if self.element.roles else ""

    def within(self, role: str) -> bool:
        """Whether it stands in an element of that role."""
        return role in self.element.roles


@dataclass(frozen=True)
class TextLayer:
    """All text of a document.

    Attributes
    ----------
    pages
        The runs of each page in the order in which they are drawn.
    placed
        Where the tag tree puts each piece of marked content, drawings included.
    """

    pages: tuple[tuple[Run, ...], ...]
    placed: Placed

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The text by blocks in reading order; artefacts stand after it."""
        inside: dict[tuple[int, int], list[Run]] = {}
        for page in self.pages:
            for run in page:
                number = run.element.number
                # An artefact is one a page; a paragraph may go on overleaf.
                inside.setdefault((number, 0 if number > 0 else run.page), []).append(run)
        ordered = sorted(inside, key=lambda key: (key[0] <= 0, key[1], abs(key[0])))
        return tuple(Block(inside[key][0].element, tuple(inside[key])) for key in ordered)

    def page_text(self, page: int) -> str:
        """Return all text of a page, numbered from 1, as it is drawn: a line for each height.

        It does without the tags, so that it stays what it is when a page is moved.
        """
        parts: list[str] = []
        height = None
        for run in self.pages[page - 1]:
            if height is not None and abs(run.height - height) > LINE_STEP:
                parts.append("\n")
            parts.append(run.text)
            height = run.height
        return "".join(parts)

    def tagged(self, placed: Placed) -> TextLayer:
        """Return the same text under another tag tree, which has the same elements."""
        by_number = {element.number: element for element, _ in placed.values()}
        pages = tuple(
            tuple(replace(run, element=by_number.get(run.element.number, run.element)) for run in p)
            for p in self.pages
        )
        return TextLayer(pages, placed)


def _breaks(before: Run, run: Run) -> bool:
    if before.page != run.page or before.element.number != run.element.number:
        return True
    return abs(before.height - run.height) > LINE_STEP


def read_text(pdf: Any) -> TextLayer:
    """Return the text layer of an open PDF.

    Parameters
    ----------
    pdf
        A `pikepdf.Pdf`. It is read as data: no action, script or attachment in it is run.
    """
    fonts: dict[tuple[int, int], Mapping[int, str]] = {}
    placed = read_tags(pdf).placed
    return TextLayer(
        tuple(
            tuple(_runs(page, number, placed, fonts))
            for number, page in enumerate(pdf.pages, start=1)
        ),
        placed,
    )


def _runs(
    page: Any, number: int, placed: Placed, fonts: dict[tuple[int, int], Mapping[int, str]]
) -> Iterator[Run]:
    import pikepdf

    resources = page.get("/Resources", {})
    named = resources.get("/Font", {})
    matrix, kept = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), []
    line = matrix
    outside = 0
    marks: list[tuple[Element, tuple[str, ...]]] = []
    spoken: list[str | None] = []
    table: Mapping[int, str] = {}
    width = 2
    for instruction in pikepdf.parse_content_stream(page, OPERATORS):
        operands = instruction.operands
        match str(instruction.operator):
            case "q":
                kept.append(matrix)
            case "Q":
                matrix = kept.pop() if kept else matrix
            case "cm":
                matrix = _product(_six(operands), matrix)
            case "BT":
                line = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
            case "Tm":
                line = _six(operands)
            case "Td" | "TD":
                line = _product((1.0, 0.0, 0.0, 1.0, float(operands[0]), float(operands[1])), line)
            case "Tf":
                font = named.get(str(operands[0]))
                table, width = _decoder(font, fonts) if font is not None else ({}, 1)
            case "BDC" | "BMC":
                properties = operands[1] if len(operands) > 1 else None
                given = properties if is_dictionary(properties) else {}
                mark = given.get("/MCID") if given else None
                key = (number, int(mark) if mark is not None else -1)
                if key not in placed and not (marks and marks[-1][0].number > 0):
                    outside -= 1
                artefact = Element(outside, ARTEFACT), ()
                marks.append(placed.get(key) or (marks[-1] if marks else artefact))
                actual = given.get("/ActualText") if given else None
                spoken.append(None if actual is None else str(actual))
            case "EMC":
                if marks:
                    marks.pop()
                    spoken.pop()
            case "Tj" | "TJ":
                text = _text(operands[0], table, width)
                if spoken and spoken[-1] is not None:
                    text, spoken[-1] = spoken[-1], ""
                height = _product(line, matrix)[5]
                yield Run(number, height, text, *(marks[-1] if marks else (LOOSE, ())))


LOOSE = Element(0, ARTEFACT)
Matrix = tuple[float, float, float, float, float, float]


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
        if not isinstance(part, pikepdf.String):  # a number: space between two letters
            continue
        codes = bytes(part)
        for at in range(0, len(codes) - width + 1, width):
            code = int.from_bytes(codes[at : at + width], "big")
            text.append(table.get(code, "" if width == 2 else chr(code)))
    return "".join(text)


def _decoder(
    font: Any, fonts: dict[tuple[int, int], Mapping[int, str]]
) -> tuple[Mapping[int, str], int]:
    width = 2 if str(font.get("/Subtype")) == "/Type0" else 1
    if font.objgen not in fonts:
        stream = font.get("/ToUnicode")
        fonts[font.objgen] = {} if stream is None else character_map(stream.read_bytes())
    return fonts[font.objgen], width
