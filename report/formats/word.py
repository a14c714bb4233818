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

from analysis.exhibits.parts.design import COLOURS, WIDTH
from report.formats.archive import members, packed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

LEFT_OUT = (
    "//details[contains(@class,'code-fold')]",
    "//nav",
    "//script",
    "//*[contains(@class,'sources')]",
    "//*[contains(@class,'audit-frame')]",
    "//*[contains(@class,'header-section-number')]",
    "//*[contains(@class,'book-label')]",
    "//annotation",
)
"""Elements of a page that a document for comments omits: code, navigation."""
_HEADER = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>'
    '<w:r><w:rPr><w:b/><w:color w:val="{colour}"/></w:rPr><w:t>{words}</w:t></w:r></w:p></w:hdr>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BLUE = re.compile(rb'(w:color w:val=")(?:0F4761|156082|4F81BD|345A8A)(?=")')


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
    body = "\n".join(_page(book, page, pictures) for page in pages)
    return (
        f'<html lang="en-GB"><head><title>{html.escape(title)}</title></head>'
        f"<body>{body}</body></html>"
    )


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
        reference.write_bytes(_with_design(shipped, label))
        subprocess.run(
            [pandoc, "-f", "html", "-t", "docx", "--toc", "--toc-depth=2", "-M", "lang=en-GB",
             f"--reference-doc={reference}", f"--resource-path={shown}", "-o", str(made)],
            input=source.encode(), check=True, env={**os.environ, "SOURCE_DATE_EPOCH": str(moment)},
        )  # fmt: skip
        return packed(_with_table_headings(members(made.read_bytes())))


def _page(book: Path, page: str, pictures: Collection[str]) -> str:
    """Return the text of one page, with links and identifiers adapted to one long document."""
    from lxml import html as parser

    tree = parser.fromstring((book / page).read_bytes().decode("utf-8"))
    (main,) = tree.xpath("//main")
    for way in LEFT_OUT:
        for node in main.xpath(f".{way}"):
            node.drop_tree()
    for image in main.xpath(".//img"):
        name = posixpath.basename(image.get("src", "")).removesuffix(".svg")
        if name in pictures:
            image.set("src", f"{name}.png")
            image.set("style", f"width:{WIDTH}in")
    for figure in main.xpath(".//figure"):  # pandoc would convert it to a table
        for caption in figure.xpath("./figcaption"):
            caption.tag = "p"
        figure.drop_tag()
    for node in main.xpath(".//*[@id]"):
        node.set("id", _anchor(page, node.get("id")))
    for link in main.xpath(".//a[@href]"):
        link.set("href", _address(page, link.get("href")))
    inner = "".join(parser.tostring(child, encoding="unicode") for child in main)
    return f'<div id="{_anchor(page, "")}">{inner}</div>'


def _anchor(page: str, name: str) -> str:
    return re.sub(r"\W", "-", page.removesuffix(".html")) + (f"--{name}" if name else "")


def _address(page: str, address: str) -> str:
    """Return a link's target within the document; external links are unchanged."""
    if re.match(r"\w+:", address):
        return address
    path, _, name = address.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    return f"#{_anchor(target, name)}"


def _with_design(reference: bytes, label: str) -> bytes:
    """Return pandoc's reference document in the report's colour, with the label as header."""
    files = members(reference)
    accent = COLOURS["accent"].lstrip("#").encode()
    files["word/styles.xml"] = _BLUE.sub(rb"\g<1>" + accent, files["word/styles.xml"])
    if not label:
        return packed(files)
    colour = COLOURS["claret"].lstrip("#")
    header = _HEADER.format(colour=colour, words=html.escape(label))
    files["word/header-label.xml"] = header.encode()
    _insert(files, "[Content_Types].xml", "</Types>",
            '<Override PartName="/word/header-label.xml" ContentType="application/vnd.'
            'openxmlformats-officedocument.wordprocessingml.header+xml"/>')  # fmt: skip
    _insert(files, "word/_rels/document.xml.rels", "</Relationships>",
            f'<Relationship Id="rIdLabel" Type="{_OFFICE}/header" '
            'Target="header-label.xml"/>')  # fmt: skip
    document = files["word/document.xml"].decode()
    named = f'<w:headerReference xmlns:r="{_OFFICE}" w:type="default" r:id="rIdLabel"/>'
    document = re.sub(r"<w:sectPr\b[^>]*?/>", "<w:sectPr></w:sectPr>", document)
    files["word/document.xml"] = re.sub(r"(<w:sectPr\b[^>]*>)", rf"\g<1>{named}", document).encode()
    return packed(files)


def _insert(files: dict[str, bytes], name: str, before: str, text: str) -> None:
    files[name] = files[name].decode().replace(before, text + before).encode()


def _with_table_headings(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return a document whose tables repeat their headings on the next page."""
    document = files["word/document.xml"].decode()

    def headed(table: re.Match[str]) -> str:
        if "<w:tblHeader" in table[0]:
            return table[0]
        return re.sub(
            r"<w:tr>(?:<w:trPr>)?", "<w:tr><w:trPr><w:tblHeader/></w:trPr>", table[0], count=1
        )

    document = re.sub(r"<w:tbl>.*?</w:tbl>", headed, document, flags=re.DOTALL)
    return {**files, "word/document.xml": document.encode()}


def words_of(document: bytes) -> str:
    """Return the text of a Word document, with a space between paragraphs."""
    text = members(document)["word/document.xml"].decode()
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</w:p>|<w:tab/>|<w:br/>", " ", text)))


def pages_of(chapters: Iterable[Any]) -> list[str]:
    """Return the pages of a book's chapters, in order."""
    return [chapter.file.rpartition(".")[0] + ".html" for chapter in chapters]
