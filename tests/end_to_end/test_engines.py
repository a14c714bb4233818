"""One report from two engines: the same headings, captions, references, numbers and cells.

The comparison runs wherever Quarto is on PATH; that it sees something is tested everywhere.
"""

import json
import re
import subprocess
from collections import Counter
from html.parser import HTMLParser

import pikepdf
import pytest

from audit.pdf.text_layer import read_text
from tests.book.chromium import chromium
from tests.end_to_end.conftest import LONGEST, run

STANDARDS = (b"<pdfuaid:part>1<", b"<pdfaid:part>3<", b"<pdfaid:conformance>A<")
HEADINGS = ("h1", "h2", "h3", "h4")


class Facts(HTMLParser):
    """What a reader of a page must find in its text, whichever engine made it."""

    def __init__(self, text):
        super().__init__()
        names = ("headings", "captions", "references", "numbers", "cells", "text", "links")
        self.found = {name: [] for name in (*names, "alternatives")}
        self._open = []
        self._quiet = 0
        self.feed(text.partition("<main")[2].partition("</main>")[0])

    def handle_starttag(self, tag, attrs):
        given = {key: value or "" for key, value in attrs}
        marks = given.get("class", "").split()
        if tag == "nav" or self._quiet:  # ways on, which each engine words in its own way
            self._quiet += tag == "nav"
            return
        if tag == "img":
            self.found["alternatives"].append(given.get("alt", ""))
        if tag == "math" and given.get("display") == "block":
            # The number stands within the formula or next to it; references compare it.
            self._open = [(name, [], [], "") for name, *_ in self._open]
        kinds = [
            kind
            for kind, here in (
                ("headings", tag in HEADINGS and "toc-title" not in given.get("id", "")),
                ("captions", tag == "figcaption"),
                ("references", tag == "a" and "quarto-xref" in marks),
                ("numbers", tag == "span" and "data-exhibit" in given),
                ("cells", tag in ("td", "th")),
                ("text", tag in ("p", "li") or "csl-entry" in marks),
                ("links", tag == "a" and "href" in given and not given.get("aria-hidden")),
            )
            if here
        ]
        self._open.append((tag, kinds, [], given.get("href", "")))

    def handle_data(self, data):
        for _, _, words, _ in () if self._quiet else self._open:
            words.append(data)

    def handle_endtag(self, tag):
        if self._quiet:
            self._quiet -= tag == "nav"
            return
        while self._open and any(each[0] == tag for each in self._open):
            name, kinds, words, address = self._open.pop()
            said = " ".join("".join(words).split())
            for kind in kinds:
                self.found[kind].append((said, address) if kind == "links" else said)
            if name == tag:
                return


def facts(book):
    pages = sorted(path for path in book.rglob("*.html") if "audit" not in path.parts)
    return {
        path.relative_to(book).as_posix(): Facts(path.read_text("utf-8")).found for path in pages
    }


def words_of(block):
    """Return what a block says, wherever its lines and the book's pages break."""
    text = re.sub(r"\d+$", "", block.text) if block.within("TOC") else block.text
    # In the lists of figures and tables.
    text = re.sub(r", page \d+:", ":", text)
    # Behind a bracket or a number Quarto's Typst opens a quotation, or makes a prime, of these.
    text = re.sub("[\u2018\u2019\u2032]", "'", text)
    return re.sub(r"\s", "", text)


def of_pdf(book):
    """Return what a reader of the PDF must find: text, pictures' words, links, bookmarks."""
    (path,) = book.glob("*.pdf")
    with pikepdf.open(path) as pdf, pdf.open_outline() as outline:
        layer = read_text(pdf)
        links = [a for page in pdf.pages for a in page.get("/Annots", []) if a.Subtype == "/Link"]
        bookmarks = [item.title for item in outline.root]
        addresses = [str(link.A.URI) for link in links if "/A" in link and "/URI" in link.A]
        standards = [part for part in STANDARDS if part in pdf.Root.Metadata.read_bytes()]
        date = str(pdf.docinfo.CreationDate)
    elements = {each for each, _ in layer.placed.values() if each.alt}
    return {
        "text": [words_of(block) for block in layer.blocks if block.element.number > 0],
        "alternatives": [each.alt for each in sorted(elements, key=lambda each: each.number)],
        "addresses": addresses, "links": len(links), "bookmarks": bookmarks,
        "standards": standards, "date": date,
    }  # fmt: skip


def verdict(project, book):
    """Return what `report verify` says of a book's PDF."""
    (path,) = book.glob("*.pdf")
    outcome = run(project, "verify", path, "--json")
    assert outcome.code == 0, outcome.text
    found = json.loads(outcome.text)
    kept = ("holds", "intact", "consistent", "coverage", "untraced", "missing", "commit", "notes")
    return {key: found[key] for key in kept}


def test_the_comparison_sees_the_report(built):
    every = facts(built / "_book")
    found = every["chapters/key-finding-6.html"]
    assert any(heading.endswith("All outcomes, all pilots") for heading in found["headings"])
    assert any(caption.startswith("Figure 5.1: ") for caption in found["captions"])
    assert any(reference == "Table E.1" for reference in found["references"])
    assert any(text.startswith("F10 · ") for text in found["text"])
    assert ("F10", "../audit/effect_forest.html") in found["links"]
    assert any("ratio" in words for words in found["alternatives"])
    assert len(found["numbers"]) > 5
    assert len(every["chapters/outcomes-detail.html"]["cells"]) > 50
    printed = of_pdf(built / "_book")
    assert sum(words.startswith("F2·") for words in printed["text"]) == 1
    assert len(printed["alternatives"]) > 22  # formulas have some as well
    assert len(printed["standards"]) == 3
    assert printed["links"] > len(printed["addresses"]) > 20
    assert "Key findings" in printed["bookmarks"]


@pytest.mark.quarto
@pytest.mark.slow
def test_both_engines_give_one_report(project):
    books = {}
    for engine in ("embedded", "quarto"):
        out = project.parent / f"book-{engine}"  # within the project, git would see it
        outcome = run(project, "build", "--engine", engine, "--out", out)
        assert outcome.code == 0, outcome.text
        books[engine] = out
    pages = {engine: facts(book) for engine, book in books.items()}
    assert pages["quarto"].keys() == pages["embedded"].keys()
    for path, found in pages["quarto"].items():
        for kind, words in found.items():
            assert words == pages["embedded"][path][kind], f"{path}: {kind}"
    printed = {engine: of_pdf(book) for engine, book in books.items()}
    for kind, words in printed["quarto"].items():
        assert words == printed["embedded"][kind], f"PDF: {kind}"
    assert verdict(project, books["quarto"]) == verdict(project, books["embedded"])
    ledgers = [json.loads((book / "audit" / "ledger.json").read_bytes()) for book in books.values()]
    for record in (each for ledger in ledgers for each in ledger["records"]):
        # Each book has its own pages and anchors.
        record |= {"anchors": [], "pages": []}
    assert ledgers[0] == ledgers[1]


def left_in(project):
    """Return what git sees of a run in a project."""
    done = subprocess.run(
        ["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.quarto
@pytest.mark.browser
@pytest.mark.slow
def test_quarto_by_itself_gives_a_whole_book_that_works_from_a_folder(project):
    subprocess.run(["quarto", "render", "--to", "html"], cwd=project, check=True, timeout=LONGEST)
    home = (project / "_book" / "index.html").read_text("utf-8")
    assert 'class="book-label"' in home
    assert "Audit view" in home
    assert (project / "_book" / "audit" / "ledger.json").is_file()
    assert (project / "_book" / "search-offline.js").is_file()
    assert not left_in(project)
    with chromium(project.parent / "profile") as browser:
        browser.show(1300)
        browser.open((project / "_book" / "chapters" / "methods-detail.html").as_uri())
        assert browser.run("document.querySelectorAll('math').length") > 4
        assert browser.run("getComputedStyle(document.querySelector('nav#TOC ul')).display") != (
            "none"
        )
        browser.click("#quarto-search button")
        browser.wait("!!document.querySelector('.aa-Input')")
        browser.run("document.querySelector('.aa-Input').focus()")
        browser.type("contract")
        assert browser.wait("document.querySelectorAll('.aa-Item').length")
        assert not [each for each in browser.requests if not each.startswith(("file:", "data:"))]


@pytest.mark.quarto
@pytest.mark.slow
def test_one_chapter_rendered_after_an_edit_of_the_data_gives_a_book_of_one_state(project):
    """Quarto renders the other chapters of a PDF from what it froze; none may be of before."""
    summary = ["quarto", "render", "--profile", "summary"]
    subprocess.run([*summary, "--to", "evaluation-typst"], cwd=project, check=True, timeout=LONGEST)
    before = of_pdf(project / "_book-summary")["text"]
    events = project / "data" / "synthetic" / "child_events.csv"
    heading, *rows = events.read_text("utf-8").splitlines(keepends=True)
    dropped = {row.split(",")[1]: row for row in rows[::7]}.values()  # one of a child, at most
    of_child = Counter(row.split(",")[1] for row in rows)
    kept = [row for row in rows if row not in dropped or of_child[row.split(",")[1]] == 1]
    events.write_text("".join([heading, *kept]), encoding="utf-8", newline="\n")
    (events.parent / "control_totals.csv").unlink()  # or the rows would be missed
    one = ["quarto", "render", "index.qmd", *summary[2:], "--to", "evaluation-typst"]
    subprocess.run(one, cwd=project, check=True, timeout=LONGEST)
    assert of_pdf(project / "_book-summary")["text"] != before
    assert verdict(project, project / "_book-summary")["coverage"] == 1.0
