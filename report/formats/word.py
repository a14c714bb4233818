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
from report.formats.word_design import STYLED, reference_document, style_id

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
        files["word/document.xml"] = laid_out(files["word/document.xml"].decode()).encode()
        return packed(files)


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
    opening = f"<p>{html.escape(said(_DESCRIPTION))}</p>" + "".join(
        f"<p><strong>{html.escape(name)}:</strong> {html.escape(value)}</p>"
        for name, value in lines
    )
    return head, f'<div custom-style="Edition">{opening}</div>'


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
    for node in main.xpath(".//*[@id]"):
        node.set("id", _anchor(page, node.get("id")))
    for link in main.xpath(".//a[@href]"):
        link.set("href", _address(page, link.get("href"), sources))
    inner = "".join(parser.tostring(child, encoding="unicode") for child in main)
    return f'<div id="{_anchor(page, "")}">{inner}</div>'


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


def laid_out(document: str) -> str:
    """Return a document's text with its tables in their styles and its contents in place.

    Headings of a table repeat on the next page, and no row is split. The contents, which pandoc
    puts directly after the title, follow what is said of the edition, and list the chapters at
    once: pandoc leaves them empty until a reader updates them.
    """
    document = re.sub(r"<w:tbl>.*?</w:tbl>", _table, document, flags=re.DOTALL)
    contents = re.search(r"<w:sdt>.*?</w:sdt>", document, re.DOTALL)
    if not contents:
        return document
    listed = re.sub(r' w:dirty="true"', "", contents[0]).replace(
        '<w:fldChar w:fldCharType="separate" />',
        f'<w:fldChar w:fldCharType="separate" /></w:r></w:p>{_entries(document)}<w:p><w:r>',
    )
    start, end = contents.span()
    edition = list(re.finditer(r'<w:p><w:pPr><w:pStyle w:val="Edition" ?/>.*?</w:p>', document))
    to = max(end, edition[-1].end()) if edition else end
    return document[:start] + document[end:to] + listed + document[to:]


def _entries(document: str) -> str:
    """Return a line for each chapter and section, linked to it."""
    titles = re.findall(
        r'<w:bookmarkStart w:id="\d+" w:name="([^"]+)" ?/>\s*<w:p><w:pPr><w:pStyle '
        r'w:val="Heading([12])" ?/></w:pPr>(.*?)</w:p>',
        document,
        re.DOTALL,
    )
    return "".join(
        f'<w:p><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr><w:hyperlink w:anchor="{name}">'
        f'<w:r><w:t xml:space="preserve">{_text(words)}</w:t></w:r></w:hyperlink></w:p>'
        for name, level, words in titles
    )


def _text(runs: str) -> str:
    return "".join(re.findall(r"<w:t\b[^>]*>([^<]*)</w:t>", runs))


def _table(found: re.Match[str]) -> str:
    """Return a table with its first row as headings, and each row kept on one page."""
    head, *rows = found[0].split("<w:tr>")
    return head + "".join(f"<w:tr>{_row(row, first=not at)}" for at, row in enumerate(rows))


def _row(row: str, *, first: bool) -> str:
    heading = first or "<w:tblHeader" in row.partition("</w:trPr>")[0]
    own = "<w:trPr><w:cantSplit/>" + "<w:tblHeader/>" * heading + "</w:trPr>"
    style = style_id("Table Heading" if heading else "Table Text")
    row = re.sub(r"^\s*<w:trPr>.*?</w:trPr>", "", row, count=1, flags=re.DOTALL)
    row = re.sub(
        r'(<w:pStyle w:val=")(?:Compact|BodyText|FirstParagraph)(")', rf"\g<1>{style}\2", row
    )
    return own + row


def words_of(document: bytes) -> str:
    """Return the text of a Word document, with a space between paragraphs."""
    text = members(document)["word/document.xml"].decode()
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</w:p>|<w:tab/>|<w:br/>", " ", text)))
