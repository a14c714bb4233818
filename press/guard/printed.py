"""Extract text, formulae and images from a finished HTML page or PDF."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from press.cache import cached_call, digest_of

_MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.S)
_MATH = re.compile(r"<math\b.*?</math>", re.S)
_TEX = re.compile(r'<annotation encoding="application/x-tex">(.*?)</annotation>', re.S)
# A formula for a script on the page to typeset, as Quarto writes it by default.
_SPAN = re.compile(r'<span class="math (?:inline|display)">\s*\\[(\[](.*?)\\[)\]]\s*</span>', re.S)
_MARKUP = re.compile(r"<(style|script)\b.*?</\1\s*>|<!--.*?-->|<[A-Za-z/!?][^>]*>", re.S | re.I)
_PICTURE = re.compile(r"""<(?:img|source|embed)\b[^>]*?\bsrc\s*=\s*["']([^"']*)""", re.I)
# Noncharacters that mark the position of an image or formula in print.
MARKS = {"picture": "\ufdd0", "formula": "\ufdd1"}
# Those around the content of a formula in print: where it continues, and its end.
_MORE, _END = "\ufdd2", "\ufdd3"
_SET = re.compile(f"([{MARKS['formula']}{_MORE}])([^{MARKS['formula']}{_MORE}{_END}]*)")
_CODES = re.compile(rb"(begin|end)bf(char|range)|<([0-9A-Fa-f]*)>|([\[\]])")


@dataclass(frozen=True)
class Printed:
    """The content of a page or PDF.

    Parameters
    ----------
    text
        Its text; without formulae in HTML, with them in print. In print, a character of `MARKS`
        precedes each image and formula.
    formulas
        The TeX of its formulae; in print their text, in drawing order.
    typeset
        The text of the formulae as HTML sets them; empty in print.
    pictures
        The addresses of its images; empty in print.
    """

    text: str
    formulas: tuple[str, ...]
    pictures: tuple[str, ...]
    typeset: tuple[str, ...] = ()


def read_html(page: str) -> Printed:
    """Return the content of the `main` element of an HTML page."""
    found = _MAIN.search(page)
    main = found[1] if found else page
    formulas = tuple(html.unescape(tex) for tex in [*_TEX.findall(main), *_SPAN.findall(main)])
    main = _SPAN.sub("", main)
    typeset = tuple(
        html.unescape(_MARKUP.sub("", _TEX.sub("", math)))
        for math in _MATH.findall(main)
        if _TEX.search(math)
    )
    pictures = tuple(html.unescape(address) for address in _PICTURE.findall(main))
    return Printed(html.unescape(_MARKUP.sub("", _MATH.sub("", main))), formulas, pictures, typeset)


def read_pdf(content: bytes) -> Printed:
    """Return the text layer of a PDF in drawing order, without page headers and footers."""
    import io

    import pikepdf

    fonts: dict[Any, tuple[Mapping[int, str], int]] = {}
    digests: dict[Any, str] = {}
    with pikepdf.open(io.BytesIO(content)) as pdf:
        marked, rest = _marked(pdf)
        parts: list[str] = []
        for page in pdf.pages:
            # After a small change most pages are the same, and their text is reused.
            given = ("drawn", _read_of(page, digests, marked))
            parts += cached_call(given, partial(_texts, page, fonts, marked), clean=lambda: True)
            parts.append("\n")
    text = "".join([*parts, rest])
    formulas: list[str] = []
    for mark, words in _SET.findall(text):
        if mark == _MORE and formulas:
            formulas[-1] += words
        elif mark != _MORE:
            formulas.append(words)
    return Printed(re.sub(f"[{_MORE}{_END}]", "", text), tuple(formulas), ())


def _marked(pdf: Any) -> tuple[dict[tuple[Any, int], str], str]:
    """Return the marks of tagged images and formulae, by page and marked-content identifier.

    The marks of those without marked content are returned as a separate text. Entries of the
    table of contents are left out.
    """
    import pikepdf

    out: dict[tuple[Any, int], str] = {}
    rest = ""
    letters = {"/Figure": MARKS["picture"], "/Formula": MARKS["formula"]}
    for each in pdf.objects:
        kind = str(each.get("/S")) if isinstance(each, pikepdf.Dictionary) else ""
        if kind in letters and not _in_contents(each):
            found = list(_content(each))
            if kind == "/Formula":
                out |= dict.fromkeys(found[1:], _MORE)
            if found:
                out[found[0]] = letters[kind]
            else:
                rest += letters[kind]
    return out, rest


def _in_contents(element: Any) -> bool:
    while "/P" in element:
        element = element["/P"]
        if str(element.get("/S")) == "/TOC":
            return True
    return False


def _content(element: Any) -> Iterator[tuple[Any, int]]:
    """Yield the page and identifier (MCID) of each marked content of a structure element."""
    import pikepdf

    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array | list) else [kids]:
        if isinstance(kid, int):
            yield element["/Pg"].objgen, kid
        elif "/MCID" in kid:
            yield kid.get("/Pg", element.get("/Pg")).objgen, int(kid["/MCID"])
        elif "/S" in kid:
            yield from _content(kid)


def _read_of(
    page: Any, digests: dict[Any, str], marked: Mapping[tuple[Any, int], str]
) -> list[Any]:
    """Return all that `_drawn` reads of a page: its content, its marks and its fonts' tables.

    Parameters
    ----------
    digests
        Digests of the fonts' tables, by object number, since pages share fonts.
    marked
        As returned by `_marked`.
    """
    import pikepdf

    found: list[Any] = []
    for name, font in sorted(page.get("/Resources", {}).get("/Font", {}).items()):
        if font.objgen not in digests:
            stream = font.get("/ToUnicode")
            digests[font.objgen] = digest_of(None if stream is None else stream.read_bytes())
        found.append([name, str(font.get("/Subtype")), digests[font.objgen]])
    drawn = page.get("/Contents", pikepdf.Array())
    streams = list(drawn) if isinstance(drawn, pikepdf.Array) else [drawn]
    own = sorted((number, mark) for (on, number), mark in marked.items() if on == page.objgen)
    return [digest_of([each.read_bytes() for each in streams]), found, own]


def _texts(
    page: Any,
    fonts: dict[Any, tuple[Mapping[int, str], int]],
    marked: Mapping[tuple[Any, int], str],
) -> list[str]:
    return list(_drawn(page, fonts, marked))


def _drawn(
    page: Any,
    fonts: dict[Any, tuple[Mapping[int, str], int]],
    marked: Mapping[tuple[Any, int], str],
) -> Iterator[str]:
    """Yield the pieces of text that a page draws."""
    import pikepdf

    named = page.get("/Resources", {}).get("/Font", {})
    table: Mapping[int, str] = {}
    width = 1
    marks: list[tuple[bool, str | None, bool]] = []
    for operands, operator in pikepdf.parse_content_stream(page, "Tf Tj TJ BDC BMC EMC"):
        match str(operator):
            case "Tf":
                table, width = _decoder(named[str(operands[0])], fonts)
            case "BMC" | "BDC":
                outside = str(operands[0]) == "/Artifact" or any(mark[0] for mark in marks)
                given = operands[1] if len(operands) > 1 else None
                said = given if isinstance(given, pikepdf.Dictionary) else {}
                spoken = said.get("/ActualText")
                mark = marked.get((page.objgen, int(said["/MCID"])), "") if "/MCID" in said else ""
                formula = mark in (MARKS["formula"], _MORE)
                marks.append((outside, None if spoken is None else str(spoken), formula))
                yield mark
                if spoken is not None and not outside:
                    yield str(spoken)
            case "EMC" if marks:
                yield _END if marks.pop()[2] else ""
            case "Tj" | "TJ":
                hidden = any(outside or spoken is not None for outside, spoken, _ in marks)
                yield "" if hidden else _text(operands[0], table, width)


def _text(shown: Any, table: Mapping[int, str], width: int) -> str:
    import pikepdf

    codes = b"".join(
        bytes(part)
        for part in (shown if isinstance(shown, pikepdf.Array) else [shown])
        if isinstance(part, pikepdf.String)
    )
    return "".join(
        table.get(int.from_bytes(codes[at : at + width], "big"), "")
        for at in range(0, len(codes) - width + 1, width)
    )


def _decoder(
    font: Any, fonts: dict[Any, tuple[Mapping[int, str], int]]
) -> tuple[Mapping[int, str], int]:
    """Return a font's table from codes to text, and the number of bytes in a code."""
    if font.objgen not in fonts:
        width = 2 if str(font.get("/Subtype")) == "/Type0" else 1
        stream = font.get("/ToUnicode")
        fonts[font.objgen] = ({} if stream is None else _codes(stream.read_bytes())), width
    return fonts[font.objgen]


def _codes(source: bytes) -> dict[int, str]:
    """Parse a font's `ToUnicode` table, from codes to text."""
    out: dict[int, str] = {}
    kind = b""
    given: list[bytes] = []
    for mark, section, digits, _ in _CODES.findall(source):
        if mark == b"begin":
            kind, given = section, []
        elif mark == b"end":
            step = 2 if kind == b"char" else 3
            for at in range(0, len(given) - step + 1, step):
                first, last = int(given[at] or b"0", 16), int(given[at + step - 2] or b"0", 16)
                text = bytes.fromhex(given[at + step - 1].decode()).decode("utf-16-be", "replace")
                for code in range(first, last + 1):
                    out[code] = text[:-1] + chr(ord(text[-1]) + code - first) if text else ""
        else:
            given.append(digits)
    return out
