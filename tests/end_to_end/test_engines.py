"""One report from two engines: the same headings, captions, references, numbers and cells.

The comparison runs wherever Quarto is on PATH; that it sees something is tested everywhere.
"""

import json
import re
import subprocess
from html.parser import HTMLParser

import pytest

from tests.end_to_end.conftest import run

HEADINGS = ("h1", "h2", "h3", "h4")


class Facts(HTMLParser):
    """What a reader of a page must find, whichever engine made it."""

    def __init__(self, text):
        super().__init__()
        self.found = {"headings": [], "captions": [], "references": [], "numbers": [], "cells": []}
        self._open = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = {key: value or "" for key, value in attrs}
        marks = given.get("class", "").split()
        kind = (
            "headings" if tag in HEADINGS and "toc-title" not in given.get("id", "")
            else "captions" if tag == "figcaption"
            else "references" if tag == "a" and "quarto-xref" in marks
            else "numbers" if "data-exhibit" in given and tag == "span"
            else "cells" if tag in ("td", "th")
            else None
        )  # fmt: skip
        if kind:
            self._open.append((tag, kind, []))
        elif self._open and tag == self._open[-1][0]:
            self._open.append((tag, None, []))

    def handle_data(self, data):
        for _, _, words in self._open:
            words.append(data)

    def handle_endtag(self, tag):
        if self._open and self._open[-1][0] == tag:
            _, kind, words = self._open.pop()
            if kind:
                self.found[kind].append(" ".join("".join(words).split()))


def facts(book):
    pages = sorted(path for path in book.rglob("*.html") if "audit" not in path.parts)
    return {
        path.relative_to(book).as_posix(): Facts(path.read_text("utf-8")).found for path in pages
    }


def printed(book):
    """Return the captions of the PDF with their numbers, and its words."""
    (pdf,) = book.glob("*.pdf")
    done = subprocess.run(["pdftotext", "-raw", pdf, "-"], capture_output=True, check=True)
    text = " ".join(done.stdout.decode().split())
    return re.findall(r"(?:Figure|Table) [\dA-Z]+\.\d+", text)


def test_the_comparison_sees_the_report(built):
    found = facts(built / "_book")["chapters/key-finding-6.html"]
    assert any(heading.endswith("All outcomes, all pilots") for heading in found["headings"])
    assert any(caption.startswith("Figure 5.1: ") for caption in found["captions"])
    assert any(reference == "Table 5.1" for reference in found["references"])
    assert len(found["numbers"]) > 5
    assert len(found["cells"]) > 50


@pytest.mark.quarto
@pytest.mark.poppler
@pytest.mark.slow
def test_both_engines_give_one_report(project):
    books = {}
    for engine in ("embedded", "quarto"):
        out = project / f"book-{engine}"
        outcome = run(project, "build", "--engine", engine, "--out", out)
        assert outcome.code == 0, outcome.text
        books[engine] = out
    pages = {engine: facts(book) for engine, book in books.items()}
    assert pages["quarto"].keys() == pages["embedded"].keys()
    for path, found in pages["quarto"].items():
        for kind, words in found.items():
            assert words == pages["embedded"][path][kind], f"{path}: {kind}"
    assert printed(books["quarto"]) == printed(books["embedded"])
    ledgers = [json.loads((book / "audit" / "ledger.json").read_bytes()) for book in books.values()]
    for record in (each for ledger in ledgers for each in ledger["records"]):
        # Each book has its own pages and anchors.
        record |= {"anchors": [], "pages": []}
    assert ledgers[0] == ledgers[1]


@pytest.mark.quarto
@pytest.mark.slow
def test_quarto_by_itself_runs_the_hooks(project):
    subprocess.run(["quarto", "render", "--to", "html"], cwd=project, check=True, timeout=570)
    home = (project / "_book" / "index.html").read_text("utf-8")
    assert 'class="book-label"' in home
    assert (project / "_book" / "audit" / "ledger.json").is_file()
