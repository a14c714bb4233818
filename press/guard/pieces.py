"""Split a chapter into pieces of text, as pandoc reads it and before the press changes it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from press.blocks.html_tables import TABLE, UNTOUCHED
from press.chapter.source import Source
from press.document.crossref import THEOREMS
from press.document.pandoc import read_inlines
from press.document.tree import Node, Nodes
from press.errors import Location

_MARKUP = re.compile(
    r"<(style|script|head|title)\b.*?</\1\s*>|<!--.*?-->|<[A-Za-z/!?][^>]*>", re.S | re.I
)
# Elements of HTML, with those of older versions. Of anything else in angle brackets
# a browser shows nothing, unless it has a hyphen (a custom element).
_ELEMENTS = frozenset(
    [
        "a", "abbr", "acronym", "address", "area", "article", "aside", "audio", "b", "base",
        "basefont", "bdi", "bdo", "big", "blink", "blockquote", "body", "br", "button",
        "canvas", "caption", "center", "cite", "code", "col", "colgroup", "data", "datalist",
        "dd", "del", "details", "dfn", "dialog", "dir", "div", "dl", "dt", "em", "embed",
        "fieldset", "figcaption", "figure", "font", "footer", "form", "frame", "frameset", "h1",
        "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html", "i", "iframe",
        "img", "input", "ins", "kbd", "label", "legend", "li", "link", "main", "map", "mark",
        "marquee", "math", "menu", "meta", "meter", "nav", "nobr", "noframes", "noscript",
        "object", "ol", "optgroup", "option", "output", "p", "param", "picture", "pre",
        "progress", "q", "rp", "rt", "ruby", "s", "samp", "script", "search", "section",
        "select", "slot", "small", "source", "span", "strike", "strong", "style", "sub",
        "summary", "sup", "svg", "table", "tbody", "td", "template", "textarea", "tfoot", "th",
        "thead", "time", "title", "tr", "track", "tt", "u", "ul", "var", "video", "wbr", "xmp",
    ]
)  # fmt: skip
_TAG = re.compile(r"</?([A-Za-z]\w*)\s*>")  # without attributes, as words in brackets are
_DRAWN = re.compile(r"<(?:svg|math|script|template)\b", re.I)
_GAP = "\x00"  # placeholder for anything other than words: a formula, a citation, an image
_CAPTIONS = ("title", "fig-cap", "tbl-cap", "lst-cap", "fig-subcap", "tbl-subcap")
_ANNOTATED = re.compile(r"\s*\S{0,4}\s*<\d+(?:,\d+)*>\s*(?:\*/|-->|\*\)|;)?\s*$")
_EQUATION = re.compile(_GAP + r"\s*\{#eq-[^}]*\}")
_BOXES = ("☐", "☒")
_BLOCKS = frozenset(["Para", "Plain", "Header"])


@dataclass(frozen=True)
class Piece:
    """A run of words, a formula or an image.

    Parameters
    ----------
    kind
        ``"words"``, ``"heading"``, ``"note"``, ``"formula"`` or ``"picture"``.
    text
        The words; the TeX of a formula; the address of an image.
    """

    kind: str
    text: str


def pieces(blocks: Nodes, base: str) -> list[Piece]:
    """Return the pieces of blocks in a format.

    Parameters
    ----------
    blocks
        A chapter as pandoc read it, without content hidden from the format.
    base
        ``"html"`` or ``"typst"``.
    """
    return [
        Piece(piece.kind, part)
        for piece in _of(blocks, base)
        for part in ([piece.text] if piece.kind in ("formula", "picture") else _parts(piece.text))
        if part.strip()
    ]


def _parts(text: str) -> list[str]:
    return [part for part in text.split(_GAP) if part.strip()]


def _of(item: Any, base: str) -> Iterator[Piece]:
    """Yield pieces in the order of the text, with notes where they are referenced."""
    if isinstance(item, list):
        for inner in item:
            yield from _of(inner, base)
        return
    if not isinstance(item, dict):
        return
    kind = item.get("t")
    if kind in _BLOCKS:
        inlines = item["c"][2] if kind == "Header" else item["c"]
        yield from _sentence(inlines, "heading" if kind == "Header" else "words", base)
    elif kind == "LineBlock":
        for line in item["c"]:
            yield from _sentence(line, "words", base)
    elif kind == "DefinitionList":
        for term, definitions in item["c"]:
            yield from _sentence(term, "words", base)
            yield from _of(definitions, base)
    elif kind == "CodeBlock":
        given = dict(item["c"][0][2])
        yield from _captions(given, base)
        if given.get("filename"):
            yield Piece("words", given["filename"])
        for line in item["c"][1].split("\n"):
            yield Piece("words", _ANNOTATED.sub("", line))
    elif kind == "RawBlock":
        yield from _raw(item, base)
    elif kind == "Div":
        (name, marks, pairs), content = item["c"]
        if "hidden" not in marks:
            given = dict(pairs)
            if "name" in given and name.partition("-")[0] in THEOREMS:
                given["title"] = given["name"]
            yield from _captions(given, base)
            # Print shows the HTML of a cell too, if that is all it has.
            yield from _of(content, "html" if "cell-output-display" in marks else base)
    else:
        yield from _of(item.get("c") if kind else list(item.values()), base)


def _raw(item: Node, base: str) -> Iterator[Piece]:
    """Yield the words of raw HTML that the format shows: in print, of marked HTML its tables."""
    form, code = item["c"]
    if not _DRAWN.search(code):
        code = _TAG.sub(
            lambda tag: html.escape(tag[0]) if _meant_as_words(tag[0]) else tag[0], code
        )
    if form == "html5" and base == "typst":  # print shows the tables in HTML that is for pages
        code = "" if UNTOUCHED.search(code) else "\n".join(TABLE.findall(code))
        form = "html"
    if form == "html" or (form == "html5" and base == "html"):
        for words in _MARKUP.sub("\n", code).split("\n"):
            yield Piece("words", html.unescape(words))


def _captions(given: Mapping[str, str], base: str) -> Iterator[Piece]:
    """Yield the words of captions and titles in attributes, which may be lists."""
    for key in _CAPTIONS:
        value = given.get(key)
        if value in (None, "", "true", "false"):
            continue
        try:
            texts = json.loads(value) if str(value).startswith("[") else [value]
        except ValueError:
            texts = [value]
        for text in texts if isinstance(texts, list) else [texts]:
            yield from _sentence(read_inlines(str(text)), "words", base)


def _sentence(inlines: Nodes, kind: str, base: str) -> Iterator[Piece]:
    """Yield the words of a sentence as one piece, then its formulae, images and notes."""
    apart: list[Piece] = []
    yield Piece(kind, _EQUATION.sub(_GAP, _words(inlines, apart, base)))
    yield from apart


def _words(inlines: Nodes, apart: list[Piece], base: str) -> str:
    return "".join(_word(node, apart, base) for node in inlines)


def _word(node: Node, apart: list[Piece], base: str) -> str:
    kind = node["t"]
    content: Any = node.get("c")
    if kind == "Str":  # the box of a task list is a form field in a page, not a word
        return "" if base == "html" and content in _BOXES else str(content)
    if kind == "Code":
        return str(content[1])
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if kind == "Math":
        apart.append(Piece("formula", content[1]))
        return _GAP
    if kind == "Image":
        apart.append(Piece("picture", content[2][0]))
        return _GAP
    if kind == "Note":
        notes = list(_of(content, base))
        apart += [Piece("note" if one.kind == "words" else one.kind, one.text) for one in notes]
        return _GAP
    if kind == "Span" and "press-keys" in content[0][1]:  # each format writes keys differently
        return _GAP
    if kind == "Span" and "aside" in content[0][1]:
        apart.append(Piece("note", _words(content[1], apart, base)))
        return _GAP
    if kind in ("Quoted", "Link", "Span"):
        return _words(content[1], apart, base)
    if kind == "RawInline" and content[0] == "html" and _meant_as_words(content[1]):
        return str(content[1])
    if kind in ("Cite", "RawInline"):
        return _GAP
    return _words(content, apart, base) if isinstance(content, list) else ""


def _meant_as_words(code: str) -> bool:
    """Return whether HTML is words in angle brackets, of which a browser shows nothing."""
    found = _TAG.fullmatch(code.strip())
    return found is not None and found[1].lower() not in _ELEMENTS


def location_of(text: str, source: Source) -> Location:
    """Return the location of a piece's words in the chapter, without a line if not found."""
    words = re.findall(r"\w+", text)
    for count in (6, 3, 1):
        pattern = r"\W+".join(re.escape(word) for word in words[:count])
        if pattern and (place := source.location_of(pattern)).line:
            return place
    return (
        source.location_of(re.escape(text.strip()[:20]))
        if text.strip()
        else source.location_of("$.")
    )
