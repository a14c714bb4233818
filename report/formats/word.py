"""The report as a Word document for comments: the text of its pages, in the book's order."""

from __future__ import annotations

import html
import os
import posixpath
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.exhibits.parts.design import WIDTH
from report.formats.archive import members, packed
from report.formats.word_contents import UNLISTED, set_contents
from report.formats.word_design import (
    LIST_STEP,
    PANEL_INDENT,
    PANELS,
    ROOM,
    STYLED,
    reference_document,
    style_id,
)
from report.formats.word_formulas import pair_brackets
from report.formats.word_parts import DRAWN, W, children, properties, set_style, style_of
from report.formats.word_tables import fit_columns, is_heading

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

LEFT_OUT = (
    "//details[contains(@class,'code-fold')]",
    "//nav",
    "//script",
    "//*[contains(@class,'sources')]",
    "//*[contains(@class,'audit-frame')]",
    "//*[contains(@class,'book-label')]",
    "//annotation",
)
"""Elements of a page that a document for comments omits: code, navigation."""
_COVER = ".//*[@id='title-block-header'][.//p[contains(@class,'subtitle')]]"
_META = {
    "subtitle": ".//p[contains(@class,'subtitle')]",
    "author": ".//*[contains(@class,'byline') or contains(@class,'author')][not(*)]",
}
_DESCRIPTION = ".//*[@class='description']"
_SOURCES_IDS = ".//*[@id='refs']//*[starts-with(@id,'ref-')]/@id"


def word_source(book: Path, pages: Sequence[str], pictures: Collection[str], title: str) -> str:
    """Return the text of a finished book as one HTML document, to be converted by pandoc.

    Parameters
    ----------
    book
        The book's folder, with its pages as an engine wrote them.
    pages
        Paths of the pages from there, in order.
    pictures
        Names of the drawings that are available as PNG.
    """
    trees = {page: _main(book, page) for page in pages}
    sources = _sources(trees)
    head, front = f"<title>{html.escape(title)}</title>", ""
    for main in trees.values():
        if (cover := main.xpath(_COVER)) and not front:
            head, front = _front(cover[0])
            cover[0].drop_tree()
    body = "\n".join(_page(page, main, pictures, sources) for page, main in trees.items())
    return f'<html lang="en-GB"><head>{head}</head><body>{front}{body}</body></html>'


def as_word(source: str, shown: Path, label: str, moment: int) -> bytes:
    """Return a finished book as a Word document.

    Parameters
    ----------
    source
        Its text, as returned by `word_source`.
    shown
        Folder of its pictures.
    label
        Label of the data, printed at the top of each page; empty for none.
    moment
        Date of the document, in seconds since 1970.
    """
    import pypandoc

    pandoc = pypandoc.get_pandoc_path()
    with tempfile.TemporaryDirectory(prefix="word-") as folder:
        reference, made = Path(folder) / "reference.docx", Path(folder) / "made.docx"
        shipped = subprocess.run(
            [pandoc, "--print-default-data-file", "reference.docx"], capture_output=True, check=True
        ).stdout
        reference.write_bytes(reference_document(shipped, label))
        subprocess.run(
            [pandoc, "-f", "html", "-t", "docx", "--toc", "--toc-depth=2", "-M", "lang=en-GB",
             "-M", "toc-title=Contents", f"--reference-doc={reference}",
             f"--resource-path={shown}", "-o", str(made)],
            input=source.encode(), check=True, env={**os.environ, "SOURCE_DATE_EPOCH": str(moment)},
        )  # fmt: skip
        files = members(made.read_bytes())
        styles = files["word/styles.xml"].decode()
        files["word/document.xml"] = laid_out(files["word/document.xml"].decode(), styles).encode()
        files["word/settings.xml"] = _settings(files["word/settings.xml"].decode()).encode()
        return packed(files)


def _settings(text: str) -> str:
    """Return settings in which Word opens a document as its own, in British English."""
    own = (
        '<w:compat><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    )
    text = text if "<w:compat>" in text else re.sub(r"(?=<w:rsids\b)", own, text, count=1)
    return text.replace('<w:themeFontLang w:val="en-US"', '<w:themeFontLang w:val="en-GB"')


def _main(book: Path, page: str) -> Any:
    """Return the text of one page as a tree, without what a document for comments omits."""
    from lxml import html as parser

    (main,) = parser.fromstring((book / page).read_bytes().decode("utf-8")).xpath("//main")
    for way in LEFT_OUT:
        for node in main.xpath(f".{way}"):
            node.drop_tree()
    return main


def _front(cover: Any) -> tuple[str, str]:
    """Return the head and the opening of the document from the title block of the first page."""

    def said(way: str) -> str:
        return " ".join(cover.xpath(f"string({way})").split())

    head = f"<title>{html.escape(said('.//h1'))}</title>"
    for name, way in _META.items():
        if text := said(way):
            head += f'<meta name="{name}" content="{html.escape(text)}">'
    names, values = (cover.xpath(f".//dl[@class='edition']/{each}") for each in ("dt", "dd"))
    lines = [
        (name.text_content().strip(), value.text_content().strip())
        for name, value in zip(names, values, strict=True)
    ]
    lead = f'<div custom-style="Lead"><p>{html.escape(said(_DESCRIPTION))}</p></div>'
    opening = "".join(
        f"<p><strong>{html.escape(name)}:</strong> {html.escape(value)}</p>"
        for name, value in lines
    )
    return head, f'{lead}<div custom-style="Edition">{opening}</div>'


def _sources(trees: Mapping[str, Any]) -> str:
    """Return the page that lists every source, so that no other repeats its own; empty for none."""
    listed = {page: set(main.xpath(_SOURCES_IDS)) for page, main in trees.items()}
    every = set().union(*listed.values())
    return next((page for page, names in listed.items() if names == every and names), "")


def _page(page: str, main: Any, pictures: Collection[str], sources: str) -> str:
    """Return the text of one page, with links and identifiers adapted to one long document."""
    from lxml import html as parser

    for node in main.xpath(".//*[@id='refs']" if sources and page != sources else "./none"):
        node.drop_tree()
    for image in main.xpath(".//img"):
        name = posixpath.basename(image.get("src", "")).removesuffix(".svg")
        if name in pictures:
            image.set("src", f"{name}.png")
            image.set("style", f"width:{WIDTH}in")
    for figure in main.xpath(".//figure"):  # pandoc would convert it to a table
        for caption in figure.xpath("./figcaption"):
            caption.tag = "div"
            caption.set("custom-style", "Caption")
        figure.drop_tag()
    for node in main.xpath(".//div[@class] | .//span[@class]"):
        for name in node.get("class").split():
            if style := STYLED.get((node.tag, name)):
                node.set("custom-style", style)
    for item in main.xpath(".//div[@custom-style]//li[not(p)]"):
        _as_paragraph(item)  # pandoc would set it in a style of its own, outside of the panel
    for heading in main.xpath(".//h2[contains(@class,'unlisted')]"):
        _mark(heading)
    for node in main.xpath(".//*[@id]"):
        node.set("id", _anchor(page, node.get("id")))
    for link in main.xpath(".//a[@href]"):
        link.set("href", _address(page, link.get("href"), sources))
    inner = "".join(parser.tostring(child, encoding="unicode") for child in main)
    return f'<div id="{_anchor(page, "")}">{inner}</div>'


def _mark(heading: Any) -> None:
    """Mark a heading that no contents list names: pandoc keeps the style of words, not classes."""
    words = heading.makeelement("span", {"custom-style": UNLISTED})
    words.text, heading.text = heading.text, None
    words.extend(list(heading))
    heading.append(words)


def _as_paragraph(item: Any) -> None:
    paragraph = item.makeelement("p")
    paragraph.text, item.text = item.text, None
    paragraph.extend(list(item))
    item.append(paragraph)


def _anchor(page: str, name: str) -> str:
    return re.sub(r"\W", "-", page.removesuffix(".html")) + (f"--{name}" if name else "")


def _address(page: str, address: str, sources: str) -> str:
    """Return a link's target within the document; external links are unchanged."""
    if re.match(r"\w+:", address):
        return address
    path, _, name = address.partition("#")
    if sources and name.startswith("ref-"):
        return f"#{_anchor(sources, name)}"
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    return f"#{_anchor(target, name)}"


def laid_out(document: str, styles: str) -> str:
    """Return a document's text with its tables in their styles and its contents in place.

    Columns are as wide as their words ask. Headings of a table repeat on the next page, no row is
    split, and a picture stays with its caption. The contents, which pandoc puts directly after the
    title and leaves empty, follow what is said of the edition, and list chapters with their pages.
    """
    from lxml import etree

    tree = etree.fromstring(document.encode())
    body = tree.find(W + "body")
    for table in body.iter(W + "tbl"):
        _dress(table)
        fit_columns(table, ROOM[0])
    pair_brackets(body)
    _align_lists(body)
    _keep_together(list(body))
    _name_facts(body)
    if (contents := body.find(W + "sdt")) is not None:
        set_contents(tree, contents, styles)
    return str(etree.tostring(tree, encoding="unicode"))


def _dress(table: Any) -> None:
    """Put a table's first row as headings, keep each row whole, and small tables on one page."""
    rows = children(table, "tr")
    for at, row in enumerate(rows):
        heading = at == 0 or is_heading(row)
        for old in children(row, "trPr"):
            row.remove(old)
        own = row.makeelement(W + "trPr")
        own.append(own.makeelement(W + "cantSplit"))
        if heading:
            own.append(own.makeelement(W + "tblHeader"))
        row.insert(0, own)
        for paragraph in row.iter(W + "p"):
            if style_of(paragraph) in ("Compact", "BodyText", "FirstParagraph", "Normal"):
                set_style(paragraph, style_id("Table Heading" if heading else "Table Text"))
            if len(rows) <= _SMALL and at + 1 < len(rows):
                _keep_with_next(paragraph)


_SMALL = 9
"""Rows, headings among them, of a table that is kept on one page."""
_AFTER_TABLE = (style_id("Table Note"), style_id("Provenance"))


def _align_lists(body: Any) -> None:
    """Let the items of a list in a panel begin where its bar is, so that the bar has no step."""
    for paragraph in children(body, "p"):
        own = paragraph.find(W + "pPr")
        level = paragraph.find(f"{W}pPr/{W}numPr/{W}ilvl")
        if level is None or style_of(paragraph) not in PANELS:
            continue
        left = PANEL_INDENT + LIST_STEP * (1 + int(level.get(W + "val")))
        place = {W + "left": str(left), W + "hanging": str(LIST_STEP)}
        own.find(W + "numPr").addnext(own.makeelement(W + "ind", place))


def _keep_together(blocks: Sequence[Any]) -> None:
    """Keep each picture with its caption below it, and a table's end with the note below it."""
    blocks = [block for block in blocks if block.tag in (W + "p", W + "tbl")]
    for at, block in enumerate(blocks):
        below = blocks[at + 1 :]
        if block.tag == W + "tbl" and below and _is(below[0], *_AFTER_TABLE):
            for paragraph in children(block, "tr")[-1].iter(W + "p"):
                _keep_with_next(paragraph)
        if block.tag == W + "p" and next(block.iter(DRAWN + "extent"), None) is not None:
            under = [block]
            while below and _is(below[0], *_AFTER_TABLE):
                under.append(below.pop(0))
            if below and _is(below[0], "Caption"):
                for paragraph in under:
                    _keep_with_next(paragraph)
                _keep_with_next(below[0], keep=False)


def _is(block: Any, *styles: str) -> bool:
    return block.tag == W + "p" and style_of(block) in styles


def _keep_with_next(paragraph: Any, *, keep: bool = True) -> None:
    own = properties(paragraph)
    for old in children(own, "keepNext"):
        own.remove(old)
    made = own.makeelement(W + "keepNext", {} if keep else {W + "val": "0"})
    own.insert(len(children(own, "pStyle")), made)


def _name_facts(body: Any) -> None:
    """Set what the cover says of the edition as names and values, with a tab between them."""
    for paragraph in children(body, "p"):
        runs = children(paragraph, "r")
        if style_of(paragraph) != style_id("Edition") or len(runs) < 2:
            continue
        for run in runs[1:]:
            text = run.find(W + "t")
            if text is not None and not (text.text or "").strip():
                run.replace(text, run.makeelement(W + "tab"))
                break


def words_of(document: bytes) -> str:
    """Return the text of a Word document without its contents list; paragraphs end with a space."""
    text = members(document)["word/document.xml"].decode()
    text = re.sub(r"<w:sdt>.*?</w:sdt>", "", text, flags=re.DOTALL)
    text = re.sub(r"<w:instrText\b.*?</w:instrText>", "", text, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</w:p>|<w:tab/>|<w:br/>", " ", text)))
