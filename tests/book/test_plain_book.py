"""A small book of every common construct, built once: pages, print, their agreement."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pikepdf
import pytest

from press.build import BookBuild, build_book

FIXTURE = Path(__file__).resolve().parent / "fixtures" / "plain"
EXTENSIONS = Path(__file__).resolve().parents[2] / "_extensions"
LABEL = "Invented data: this town does not exist"
MOMENT = 1_700_000_000


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The fixture with the report's own format extension."""
    folder = tmp_path_factory.mktemp("plain") / "project"
    shutil.copytree(FIXTURE, folder)
    shutil.copytree(EXTENSIONS, folder / "_extensions")
    return folder


@pytest.fixture(scope="module")
def book(project) -> BookBuild:
    return build_book(project, timestamp=MOMENT)


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {key: value or "" for key, value in attrs}))

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]


def pages(book: BookBuild) -> dict[str, str]:
    return {path.relative_to(book.out).as_posix(): path.read_text("utf-8") for path in book.html}


def text_of(book: BookBuild) -> str:
    done = subprocess.run(["pdftotext", "-layout", book.pdf, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_the_pages_in_order(book):
    assert list(pages(book)) == [
        "index.html",
        "chapters/method.html",
        "chapters/results.html",
        "chapters/references.html",
        "chapters/data.html",
    ]
    assert not book.warnings
    assert not book.losses
    assert set(book.seconds) == {"read", "execute", "html", "pdf"}


def test_the_label_stands_on_every_page_and_in_the_metadata(book):
    for path, text in pages(book).items():
        assert f'<div class="book-label" role="note">{LABEL}</div>' in text, path
        assert f'<meta name="evaluation-label" content="{LABEL}">' in text, path
    with pikepdf.open(book.pdf) as pdf:
        assert LABEL in str(pdf.docinfo["/Keywords"])


@pytest.mark.poppler
def test_the_label_stands_on_every_page_of_the_pdf(book):
    sheets = text_of(book).split("\f")[:-1]
    assert len(sheets) > 5
    assert all(LABEL in sheet for sheet in sheets)


def test_no_page_asks_another_host_for_anything(book):
    for path, text in pages(book).items():
        elements = Elements(text)
        asked = [
            a.get("src", "") for tag in ("script", "img", "iframe") for a in elements.named(tag)
        ]
        asked += [a.get("href", "") for a in elements.named("link")]
        assert not [one for one in asked if re.match(r"(?:https?:)?//", one)], path
    for asset in (book.out / "assets").iterdir():
        assert not re.search(r"https?://|@import|url\(", asset.read_text("utf-8")), asset.name


def test_every_address_in_the_book_leads_to_something(book):
    anchors = {
        path: {a["id"] for _, a in Elements(text).found if "id" in a}
        for path, text in pages(book).items()
    }
    for path, text in pages(book).items():
        for link in Elements(text).named("a"):
            address, _, anchor = link.get("href", "").partition("#")
            if re.match(r"\w+:", address) or (not address and not anchor):
                continue
            target = (book.out / path).parent / address if address else book.out / path
            assert target.resolve().is_file(), (path, link)
            where = target.resolve().relative_to(book.out).as_posix()
            assert not anchor or where not in anchors or anchor in anchors[where], (path, link)


def test_headings_of_tables_have_a_scope_and_images_a_text(book):
    for path, text in pages(book).items():
        elements = Elements(text)
        assert all("scope" in heading for heading in elements.named("th")), path
        assert all(image.get("alt") for image in elements.named("img")), path
        assert len(elements.named("main")) == 1, path
        assert elements.named("html") == [{"lang": "en-GB"}], path


def test_an_inline_number_keeps_the_name_of_its_exhibit(book):
    assert (
        '<span class="number" data-exhibit="crossings">12,345</span>' in pages(book)["index.html"]
    )


def test_the_provenance_line_stands_in_the_figure(book):
    figure = re.search(r'<div id="fig-crossings".*?</figure>', pages(book)["index.html"], re.DOTALL)
    assert figure
    assert 'class="provenance"' in figure[0]
    assert 'href="chapters/data.html#sec-where"' in figure[0]


@pytest.mark.poppler
def test_print_has_the_numbers_of_the_pages(book):
    printed = " ".join(text_of(book).split())
    for text in pages(book).values():
        for name in re.findall(r"<figcaption[^>]*>\s*((?:Figure|Table)\s[\w.]+):", text):
            assert f"{' '.join(name.split())}." in printed, name
        for reference in re.findall(r'class="quarto-xref"[^>]*>([^<]*)</a>', text):
            assert " ".join(reference.split()) in printed, reference


def test_the_pdf_is_tagged_and_says_what_it_is(book):
    with pikepdf.open(book.pdf) as pdf:
        assert str(pdf.docinfo["/Title"]) == "The Bridges of Ashford"
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.MarkInfo.Marked
        with pdf.open_outline() as outline:
            titles = [item.title for item in outline.root]
    assert titles == [
        "Executive summary", "1 Method", "2 Results", "References", "Appendices", "A The data",
    ]  # fmt: skip


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_the_pdf_keeps_the_standards_it_claims(book, profile):
    validation = pytest.importorskip("page")
    result = validation.validate_pdf(str(book.pdf), profile=profile)
    assert result.is_compliant, [failure.rule_id for failure in result.failures]


def test_the_same_sources_give_the_same_bytes(project, book, tmp_path):
    again = build_book(project, out=tmp_path / "elsewhere" / "book", timestamp=MOMENT)
    for path in sorted(book.out.rglob("*")):
        if path.is_file():
            other = again.out / path.relative_to(book.out)
            assert path.read_bytes() == other.read_bytes(), path.name


def test_metadata_of_the_caller_goes_over_the_project_s(project, tmp_path):
    built = build_book(
        project,
        out=tmp_path / "book",
        formats=("html",),
        metadata={"book": {"subtitle": "Another"}, "format": {"html": {"code-summary": "Look"}}},
    )
    assert '<p class="subtitle">Another</p>' in (built.out / "index.html").read_text("utf-8")
    assert "Look" in (built.out / "chapters" / "results.html").read_text("utf-8")


def test_the_search_index_is_a_script_with_every_section(book):
    index = (book.out / "assets" / "index.js").read_text("utf-8")
    assert index.startswith("window.bookSections = [")
    assert '"chapters/method.html#sec-counting"' in index
    assert "a loop in the deck" in index
