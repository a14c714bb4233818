"""The look of the Word document: pandoc's reference document in the report's design."""

from __future__ import annotations

import html
import re

from analysis.exhibits.parts.design import COLOURS, SIZES
from report.formats.archive import members, packed

STYLED = {
    ("div", "published"): "Published",
    ("div", "invented-result"): "Invented Data",
    ("div", "key-points"): "Key Points",
    ("div", "callout-title-container"): "Callout Title",
    ("div", "callout-body-container"): "Callout",
    ("div", "figure-message"): "Figure Message",
    ("div", "provenance"): "Provenance",
    ("div", "table-note"): "Table Note",
    ("div", "edition"): "Edition",
    ("div", "lead"): "Lead",
    ("span", "published"): "Published Tag",
    ("span", "invented-result"): "Invented Data Tag",
}
"""Name of the style in Word, by element and class on a page."""
FONT = "Arial"
"""Found wherever Word is, and without serifs."""
_FONTS = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}"/>'
_INK, _SOFT, _ACCENT = "ink", "soft", "accent"

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_HEADER = (
    f'{_START}<w:hdr xmlns:w="{_WORDS}"><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>'
    '<w:r><w:rPr><w:b/><w:color w:val="{colour}"/></w:rPr><w:t>{words}</w:t></w:r></w:p></w:hdr>'
)
_FOOTER = (
    f'{_START}<w:ftr xmlns:w="{_WORDS}"><w:p><w:pPr><w:pStyle w:val="Footer"/>'
    '</w:pPr><w:r><w:t xml:space="preserve">Page </w:t></w:r><w:fldSimple w:instr=" PAGE ">'
    "<w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>"
)
_PAGE, _MARGINS = (11906, 16838), {"top": 1701, "right": 1304, "bottom": 1247, "left": 1304}
"""Size of A4 and its margins, in twentieths of a point."""
ROOM = (
    (_PAGE[0] - _MARGINS["left"] - _MARGINS["right"]) / 20,
    (_PAGE[1] - _MARGINS["top"] - _MARGINS["bottom"]) / 20,
)
"""Width and height of the text on a page, in points."""
_A4 = (
    f'<w:pgSz w:w="{_PAGE[0]}" w:h="{_PAGE[1]}"/><w:pgMar '
    + "".join(f'w:{side}="{margin}" ' for side, margin in _MARGINS.items())
    + 'w:header="709" w:footer="567" w:gutter="0"/>'
)


def reference_document(shipped: bytes, label: str) -> bytes:
    """Return pandoc's reference document in the report's design.

    Parameters
    ----------
    shipped
        The document as shipped with pandoc.
    label
        Label of the data, printed at the top of each page; empty for none.
    """
    files = members(shipped)
    files["word/styles.xml"] = _styles(files["word/styles.xml"].decode()).encode()
    named = ""
    if label:
        words = _HEADER.format(colour=_hex("claret"), words=html.escape(label))
        named += _with_part(files, "header", words)
    named += _with_part(files, "footer", _FOOTER)
    document = files["word/document.xml"].decode()
    document = re.sub(r"<w:sectPr\b[^>]*?/>", "<w:sectPr></w:sectPr>", document)
    document = re.sub(r"(<w:sectPr\b[^>]*>)", rf"\g<1>{named}", document)
    files["word/document.xml"] = document.replace("</w:sectPr>", f"{_A4}</w:sectPr>").encode()
    return packed(files)


def _with_part(files: dict[str, bytes], kind: str, text: str) -> str:
    """Add a header or footer to a document, and return the reference to it."""
    name, key = f"{kind}-report.xml", f"rIdReport{kind}"
    files[f"word/{name}"] = text.encode()
    _insert(files, "[Content_Types].xml", "</Types>",
            f'<Override PartName="/word/{name}" ContentType="application/vnd.openxmlformats-'
            f'officedocument.wordprocessingml.{kind}+xml"/>')  # fmt: skip
    _insert(files, "word/_rels/document.xml.rels", "</Relationships>",
            f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{name}"/>')  # fmt: skip
    return f'<w:{kind}Reference xmlns:r="{_OFFICE}" w:type="default" r:id="{key}"/>'


def _insert(files: dict[str, bytes], name: str, before: str, text: str) -> None:
    files[name] = files[name].decode().replace(before, text + before).encode()


def _hex(name: str) -> str:
    return COLOURS.get(name, name).lstrip("#")


def _type(points: float, colour: str = _INK, *, bold: bool = False, italic: bool = False) -> str:
    """Return the properties of a run of text; sizes are in half points."""
    size = round(2 * points)
    weight = '<w:b w:val="1"/>' if bold else '<w:b w:val="0"/>'
    slant = '<w:i w:val="1"/>' if italic else '<w:i w:val="0"/>'
    return (
        f"{_FONTS}{weight}{slant}"
        f'<w:color w:val="{_hex(colour)}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    )


def _space(before: int, after: int, *, keep: bool = False, more: str = "") -> str:
    """Return the properties of a paragraph; `before` and `after` are in points."""
    kept = "<w:keepNext/><w:keepLines/>" if keep else ""
    return f'{kept}{more}<w:spacing w:before="{20 * before}" w:after="{20 * after}"/>'


def _panel(edge: str, ground: str) -> str:
    """Return a coloured panel with a bar at its left."""
    return (
        f'<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{_hex(edge)}"/></w:pBdr>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{_hex(ground)}"/>'
    )


def _box(ground: str) -> str:
    """Return a coloured box; Word draws one around neighbours that have the same."""
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="48" w:space="{space}" w:color="{_hex(ground)}"/>'
        for side, space in (("top", 28), ("left", 18), ("bottom", 28), ("right", 18))
    )
    return f'<w:pBdr>{sides}</w:pBdr><w:shd w:val="clear" w:color="auto" w:fill="{_hex(ground)}"/>'


_BODY, _NOTE = SIZES["body"], SIZES["note"]
_RULE = f'<w:pBdr><w:top w:val="single" w:sz="18" w:space="8" w:color="{_hex(_ACCENT)}"/></w:pBdr>'
_NEW_PAGE = "<w:pageBreakBefore/>"
_KEPT = "<w:keepNext/><w:keepLines/>"
_BOXED = '<w:ind w:left="0" w:right="0"/><w:jc w:val="left"/>'
_WHITE = "#FFFFFF"
_NAMED = '<w:tabs><w:tab w:val="left" w:pos="1474"/></w:tabs>'
_TO_THE_EDGE = (
    f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{round(20 * ROOM[0])}"/></w:tabs>'
)
PANEL_INDENT, LIST_STEP = 227, 340
"""Indent of a panel, and of each level of a list in it, in twentieths of a point."""
_INDENT = f'<w:ind w:left="{PANEL_INDENT}"/>'
SHIPPED = {
    "Title": (_KEPT + _box(_ACCENT) + _space(90, 6) + _BOXED, _type(32, _WHITE, bold=True)),
    "Subtitle": (_KEPT + _box(_ACCENT) + _space(0, 14) + _BOXED, _type(15, _WHITE)),
    "Author": (_KEPT + _box(_ACCENT) + _space(0, 0) + _BOXED, _type(11, _WHITE, bold=True)),
    "Heading1": (
        _space(0, 12, keep=True, more=_NEW_PAGE + _RULE) + '<w:outlineLvl w:val="0"/>',
        _type(22, _ACCENT, bold=True),
    ),
    "Heading2": (_space(18, 6, keep=True) + '<w:outlineLvl w:val="1"/>', _type(15, bold=True)),
    "Heading3": (
        _space(14, 5, keep=True) + '<w:outlineLvl w:val="2"/>', _type(12.5, _ACCENT, bold=True)
    ),
    "Heading4": (_space(10, 4, keep=True) + '<w:outlineLvl w:val="3"/>', _type(11, bold=True)),
    "BodyText": (_space(0, 7), _type(_BODY)),
    "Compact": (_space(1, 1), ""),
    "Caption": (_space(8, 5, keep=True), _type(SIZES["caption"], _ACCENT, bold=True)),
    "Bibliography": (_space(0, 5), _type(SIZES["caption"])),
    "TOCHeading": (
        _space(0, 8, keep=True, more=_NEW_PAGE + _RULE) + '<w:outlineLvl w:val="9"/>',
        _type(22, _ACCENT, bold=True),
    ),
    "DefinitionTerm": (_space(6, 1, keep=True), _type(_BODY, bold=True)),
    "Definition": (_space(0, 4) + _INDENT, _type(_BODY)),
    "Hyperlink": ("", f'<w:color w:val="{_hex(_ACCENT)}"/><w:u w:val="single"/>'),
    "VerbatimChar": ("", '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:cs="Consolas"/>'),
}  # fmt: skip
"""Layout and type of the styles that pandoc uses by itself."""
UNLISTED_HEADING = "Unlisted Heading"
"""Name of the style of a section's heading that no contents list names."""
OWN = {
    "Published": (
        _panel("published-colour", "published-tint") + _space(2, 6) + _INDENT, _type(_BODY)
    ),
    "Invented Data": (
        _panel("invented-colour", "invented-tint") + _space(2, 6) + _INDENT, _type(_BODY)
    ),
    "Key Points": (_panel(_ACCENT, "tint") + _space(2, 6) + _INDENT, _type(_BODY)),
    "Callout Title": (
        _space(8, 0, keep=True, more=_panel("claret", "invented-tint")) + _INDENT,
        _type(_BODY, "claret", bold=True),
    ),
    "Callout": (_panel("claret", "invented-tint") + _space(0, 8) + _INDENT, _type(_BODY)),
    "Figure Message": (_space(12, 4, keep=True), _type(11.5, _ACCENT, bold=True)),
    "Provenance": (_space(2, 6), _type(SIZES["small"], _SOFT)),
    "Table Note": (_space(5, 3), _type(_NOTE, _SOFT)),
    "Table Text": (_space(0, 0), _type(SIZES["table"])),
    "Table Heading": (_space(0, 0, keep=True), _type(SIZES["table"], bold=True)),
    UNLISTED_HEADING: SHIPPED["Heading2"],
    "Lead": (_space(30, 20), _type(13, _SOFT)),
    "Edition": (
        _NAMED + _space(0, 5) + '<w:ind w:left="1474" w:hanging="1474"/>', _type(10.5)
    ),
    "toc 1": (_TO_THE_EDGE + _space(5, 1), _type(10, bold=True)),
    "toc 2": (_TO_THE_EDGE + _space(0, 1) + '<w:ind w:left="340"/>', _type(9.5)),
    "header": (_space(0, 0), _type(9, "claret", bold=True)),
    "footer": (_space(0, 0) + '<w:jc w:val="right"/>', _type(9, _SOFT)),
}  # fmt: skip
"""The same of the report's own styles; those of `STYLED` among them."""
PANELS = ("Published", "InventedData", "KeyPoints", "Callout")
"""Identifiers of the styles of panels."""
BUILT_IN = {"toc 1": "TOC1", "toc 2": "TOC2", "header": "Header", "footer": "Footer"}
"""Identifiers of styles that are Word's own, by name; Word would make a contents list in them."""
_TAGS = {"Published Tag": "published-colour", "Invented Data Tag": "invented-colour"}
_LINE = '<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'
_OWN_STYLE = (
    '<w:style w:type="paragraph"{custom} w:styleId="{id}"><w:name w:val="{name}"/>'
    '<w:basedOn w:val="BodyText"/><w:qFormat/><w:pPr>{layout}</w:pPr><w:rPr>{type}</w:rPr>'
    "</w:style>"
)
_TAG_STYLE = (
    '<w:style w:type="character" w:customStyle="1" w:styleId="{id}"><w:name w:val="{name}"/>'
    '<w:qFormat/><w:rPr><w:b/><w:color w:val="{colour}"/></w:rPr></w:style>'
)


def _styles(text: str) -> str:
    """Return the styles of the reference document in the report's design."""
    for name, (layout, kind) in SHIPPED.items():
        text = _restyled(text, name, layout, kind)
    added = [
        _OWN_STYLE.format(
            id=style_id(name),
            name=name,
            layout=layout,
            type=kind,
            custom="" if name in BUILT_IN else ' w:customStyle="1"',
        )
        for name, (layout, kind) in OWN.items()
    ]
    added += [
        _TAG_STYLE.format(id=style_id(name), name=name, colour=_hex(colour))
        for name, colour in _TAGS.items()
    ]
    text = re.sub(
        r'<w:style w:type="table" w:default="1" w:styleId="Table">.*?</w:style>',
        _table_style(), text, count=1, flags=re.DOTALL,
    )  # fmt: skip
    text = re.sub(
        r"(<w:docDefaults>.*?)<w:rFonts [^>]*/>", rf"\g<1>{_FONTS}", text, flags=re.DOTALL
    )
    return text.replace("</w:styles>", "".join(added) + "</w:styles>")


def style_id(name: str) -> str:
    """Return the identifier of a style, as pandoc makes it from the name, or as Word knows it."""
    return BUILT_IN.get(name, name.replace(" ", ""))


def _restyled(text: str, name: str, layout: str, kind: str) -> str:
    """Return styles in which a shipped one has another layout and type."""

    def changed(style: re.Match[str]) -> str:
        kept = re.sub(r"<w:(pPr|rPr)>.*?</w:\1>|<w:(?:pPr|rPr) ?/>", "", style[0], flags=re.DOTALL)
        kept = re.sub(r"<w:(?:semiHidden|link)\b[^>]*/>", "", kept)
        own = (f"<w:pPr>{layout}</w:pPr>" if layout else "") + (
            f"<w:rPr>{kind}</w:rPr>" if kind else ""
        )
        return kept.replace("</w:style>", f"{own}</w:style>")

    pattern = rf'<w:style (?=[^>]*w:styleId="{name}")[^>]*>.*?</w:style>'
    made, count = re.subn(pattern, changed, text, count=1, flags=re.DOTALL)
    if not count:
        raise ValueError(f"pandoc's reference document has no style {name}")
    return made


def _table_style() -> str:
    """Return the style of every table: rules between its rows, the heaviest below headings."""

    def line(side: str, size: int, colour: str) -> str:
        return _LINE.format(side=side, size=size, colour=_hex(colour))

    borders = line("top", 8, _INK) + line("bottom", 8, _INK) + line("insideH", 4, "rule")
    return (
        '<w:style w:type="table" w:default="1" w:styleId="Table"><w:name w:val="Table"/>'
        '<w:basedOn w:val="TableNormal"/><w:qFormat/>'
        f'<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>'
        '<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>'
        '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        '<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>'
        f'{line("bottom", 8, _INK)}</w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr>'
        "</w:tblStylePr></w:style>"
    )
