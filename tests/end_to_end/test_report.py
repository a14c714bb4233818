"""The report as its readers meet it."""

import html
import html.parser
import json
import os
import re
import subprocess

import pikepdf
import pytest

from audit.pdf.exhibit_locations import exhibit_locations
from audit.pdf.text_layer import read_text

pytestmark = pytest.mark.slow


class Page(html.parser.HTMLParser):
    """What a page shows and where it would send a request."""

    def __init__(self, text):
        super().__init__()
        self.exhibits = {}
        self.requests = []
        self.images = []
        self._open = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "data-exhibit" in given:
            self.exhibits.setdefault(given["data-exhibit"], "")
        if tag == "img":
            self.images.append(given)
        if tag not in ("img", "br", "meta", "link", "input", "hr", "col"):
            self._open.append(given.get("data-exhibit"))
        for name in ("src", "srcset", "data", "poster"):
            if given.get(name):
                self.requests.append(given[name])
        if tag == "link" and given.get("href"):
            self.requests.append(given["href"])

    def handle_endtag(self, _):
        if self._open:
            self._open.pop()

    def handle_data(self, data):
        for name in filter(None, self._open):
            self.exhibits[name] += data


@pytest.fixture(scope="module")
def pages(built):
    found = sorted((built / "_book").rglob("*.html"))
    return {path: Page(path.read_text(encoding="utf-8")) for path in found}


@pytest.fixture(scope="module")
def ledger(built):
    return json.loads((built / "_book" / "audit" / "ledger.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pdf_text(built):
    done = subprocess.run(
        ["pdftotext", "-layout", built / "_book" / "report.pdf", "-"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return " ".join(TURN.sub("\n", done.stdout).split())


TURN = re.compile(r"\n+ *\d+\n+\f[^\n]*\n(?:[^\n]*\n)?Invented data: not evidence\n")
"""A foot and the head that follows: a number may go on after a page break."""
MARKUP = re.compile(
    r"\[@\w|@(?:fig|tbl|sec|eq)-\w|\{python\}|^:::|\{[.#][a-z]|\*\*[A-Za-z]|\{\{<"
    r"|\\(?:frac|sum|hat|alpha|beta|exp|log|mathrm|text|quad)\b|\$[\\\w][^$ ]*\$|\(z [\d.]",
    re.MULTILINE,
)
"""What authors write and readers should not see: keys, references, attributes, TeX."""


class Words(html.parser.HTMLParser):
    """The words of a page, without code and what a formula was written in."""

    HIDDEN = ("script", "style", "annotation", "pre", "code", "template")

    def __init__(self, text):
        super().__init__()
        self.words, self._hidden = [], 0
        self.feed(text)

    def handle_starttag(self, tag, _):
        self._hidden += tag in self.HIDDEN

    def handle_endtag(self, tag):
        self._hidden -= tag in self.HIDDEN

    def handle_data(self, data):
        if not self._hidden:
            self.words.append(data)


@pytest.mark.parametrize(
    "raw",
    ["as [@a2020] says", "see @tbl-effects", "`{python} x`", "::: {.note}", "a **bold** word",
     r"\frac{1}{2}", "$x_i$", "(z 975 + z 8)", "{{< meta x >}}"],
)  # fmt: skip
def test_markup_is_seen(raw):
    assert MARKUP.search(raw)
    assert not MARKUP.search("Table 5.1 (Westlake et al. 2020): 95% of $ is paid, a*b, z = 1.96.")


def test_no_markup_is_printed(built, pdf_text):
    pages = sorted((built / "_book").rglob("*.html"))
    assert len(pages) > 100
    found = {
        path.name: [m.group() for m in MARKUP.finditer(" ".join(Words(text).words))]
        for path in pages
        for text in [path.read_text(encoding="utf-8")]
    }
    assert {name: seen for name, seen in found.items() if seen} == {}
    assert MARKUP.findall(pdf_text) == []


def test_one_page_four_pages_and_twenty_five(built):
    """By the pages on which the headings of the chapters are printed."""
    with pikepdf.open(built / "_book" / "report.pdf") as pdf, pdf.open_outline() as outline:
        pages = {page.objgen: number for number, page in enumerate(pdf.pages)}
        at = {entry.title: pages[entry.destination[0].objgen] for entry in _entries(outline.root)}
    summary, body, rest = (
        next(page for title, page in at.items() if title.endswith(name))
        for name in ("Executive summary", "Introduction", "Acknowledgements")
    )
    assert summary - at["In one page"] == 1
    assert body - summary <= 4
    assert rest - body <= 25


def _entries(entries):
    for entry in entries:
        yield entry
        yield from _entries(entry.children)


def test_every_exhibit_on_a_page_has_its_record(pages, ledger):
    shown = {name for page in pages.values() for name in page.exhibits}
    recorded = {record["id"] for record in ledger["records"]}
    assert shown
    assert shown <= recorded
    assert recorded <= shown, "recorded, but on no page"


def test_a_record_points_at_the_lines_that_made_it(built, ledger):
    for record in ledger["records"]:
        at = ledger["code"][record["function"]]
        lines = (built / at["file"]).read_text(encoding="utf-8").splitlines()
        text = "\n".join(lines[at["first"] - 1 : at["last"]])
        assert f"def {record['function'].rpartition('.')[2]}(" in text


def test_a_record_points_at_the_line_of_the_chapter_that_shows_it(built, ledger):
    for record in ledger["records"]:
        for place in record["shown"]:
            file, _, line = place.rpartition(":")
            text = (built / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
            assert record["id"] in text


def test_html_prints_each_number_as_the_ledger_has_it(pages, ledger):
    printed = {r["id"]: r["printed"] for r in ledger["records"] if r["kind"] == "number"}
    for page in pages.values():
        for name in printed.keys() & page.exhibits.keys():
            assert printed[name] in page.exhibits[name]


@pytest.mark.poppler
def test_the_pdf_carries_the_same_numbers(pdf_text, ledger):
    numbers = [r["printed"] for r in ledger["records"] if r["kind"] == "number"]
    missing = [each for each in numbers if " ".join(each.split()) not in pdf_text]
    assert not missing


@pytest.mark.poppler
def test_the_pdf_says_on_every_page_that_data_are_invented(built):
    done = subprocess.run(
        ["pdftotext", built / "_book" / "report.pdf", "-"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    pages = done.stdout.split("\f")[:-1]
    assert len(pages) > 3
    assert [number for number, text in enumerate(pages, 1) if "Invented data" not in text] == []


def test_every_html_page_says_that_data_are_invented(built):
    for path in (built / "_book").glob("**/*.html"):
        assert "Invented data" in path.read_text(encoding="utf-8"), path


def test_no_page_makes_a_request_to_another_host(pages):
    outside = [r for page in pages.values() for r in page.requests if re.match(r"(https?:)?//", r)]
    assert outside == []


def test_every_picture_has_alternative_text(pages):
    images = [image for page in pages.values() for image in page.images]
    assert images
    assert all(image.get("alt") for image in images)


def test_the_pdf_has_title_language_tags_bookmarks_and_alternative_texts(built):
    with pikepdf.open(built / "_book" / "report.pdf") as pdf:
        root = pdf.Root
        assert str(root.Lang).startswith("en")
        assert bool(root.MarkInfo.Marked)
        assert "Social Workers in Schools" in str(pdf.docinfo["/Title"])
        with pdf.open_outline() as outline:
            assert len(outline.root) >= 4
        figures = [node for node in structure(root.StructTreeRoot) if node.get("/S") == "/Figure"]
        assert figures
        assert all(str(node.get("/Alt", "")).strip() for node in figures)


def test_the_pdf_keeps_the_accessibility_and_archive_standards(built):
    import page

    for profile in ("ua1", "3a"):
        found = page.validate_pdf(str(built / "_book" / "report.pdf"), profile=profile)
        assert found.is_compliant, [failure.rule_id for failure in found.failures]


def test_the_rows_of_every_table_have_headings_in_html_and_in_the_pdf(built, pages, ledger):
    tables = {r["id"]: r for r in ledger["records"] if r["kind"] == "table"}
    found = {}
    for path in pages:
        text = path.read_text(encoding="utf-8")
        for body, name in re.findall(
            r'<tbody>((?:(?!<tbody>).)*?)</tbody>(?:(?!<tbody>).)*?class="provenance" '
            r'data-exhibit="(\w+)"', text, re.S,
        ):  # fmt: skip
            if name in tables:
                rows = re.findall(r"<tr\b.*?</tr>", body, re.S)
                found[name] = {row.count('scope="row"') for row in rows}
    assert found == {name: {record["row_headings"]} for name, record in tables.items()}
    assert max(record["row_headings"] for record in tables.values()) > 1

    with pikepdf.open(built / "_book" / "report.pdf") as pdf:
        layer = read_text(pdf)
    cells = {place.reference: place.cells for place in exhibit_locations(layer) if place.cells}
    for record in tables.values():
        heads = [cell for cell in cells[record["reference"]] if cell.within("TH")]
        texts = {cell.text for cell in heads if cell.within("TBody")}
        first_cell = record["cells"][len(record["printed"].split(" | "))]
        assert texts, record["id"]
        assert re.sub(r"\W", "", first_cell)[:12] in {re.sub(r"\W", "", t)[:12] for t in texts}


def test_every_record_has_a_page_with_the_code_that_makes_it(built, ledger):
    for record in ledger["records"]:
        text = (built / "_book" / "audit" / f"{record['id']}.html").read_text(encoding="utf-8")
        shown = re.sub(r"<[^>]*>", "", re.search(r'(?s)<pre class="code".*?</pre>', text)[0])
        assert f"def {record['function'].rpartition('.')[2]}(" in shown
        assert 'class="lineage"' in text
        assert record["digest"] in text


def test_every_way_within_the_audit_trail_leads_somewhere(built):
    pages = (built / "_book" / "audit").rglob("*.html")
    texts = {str(path): path.read_text("utf-8") for path in pages}
    identifiers = {path: set(re.findall(r'\bid="([^"]*)"', text)) for path, text in texts.items()}
    files = {str(path) for path in (built / "_book").rglob("*") if path.is_file()}
    assert len(texts) > 100
    for path, text in texts.items():
        for address in set(re.findall(r'(?:href|src)="([^"#?]*(?:#[^"]*)?)"', text)):
            file, _, anchor = html.unescape(address).partition("#")
            if file != "data:," and not file.endswith(".pdf"):
                target = os.path.normpath(os.path.join(os.path.dirname(path), file))
                target = target if file else path
                assert target in files, f"{path}: {address}"
                assert not anchor or anchor in identifiers.get(target, {anchor}), (path, address)


def links(pdf):
    """Return the pages to which the links of each page lead, all counted from 1."""
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    found = {}
    for number, page in enumerate(pdf.pages, start=1):
        ways = [link.get("/A", {}).get("/D", link.get("/Dest")) for link in page.get("/Annots", [])]
        found[number] = {numbers[w[0].objgen] for w in ways if isinstance(w, pikepdf.Array)}
    return found


def first_page(pdf, title):
    """Return the page, counted from 1, on which a chapter begins."""
    with pdf.open_outline() as outline:
        (to,) = (i.destination[0] for i in walk(outline.root) if i.title.endswith(title))
        return next(n for n, page in enumerate(pdf.pages, 1) if page.objgen == to.objgen)


def test_on_paper_a_reference_leads_to_its_row_and_the_row_back(built, ledger):
    with pikepdf.open(built / "_book" / "report.pdf") as pdf:
        found = links(pdf)
        # The certificate may begin on the page on which the trail ends.
        trail = set(range(first_page(pdf, "Audit trail"), first_page(pdf, "Certificate") + 1))
    rows_lead = {to for number in trail for to in found[number]}
    for record in ledger["records"]:
        assert rows_lead & set(record["pages"]), f"no row leads to {record['id']}"
        if record["kind"] in ("figure", "table"):
            assert any(found[page] & trail for page in record["pages"]), record["id"]


def walk(items):
    for item in items:
        yield item
        yield from walk(item.children)


def structure(node):
    """Walk the structure tree of a PDF."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from structure(kid)
