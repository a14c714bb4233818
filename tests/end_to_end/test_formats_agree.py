"""Web pages, PDF, Word and workbook carry the same; audit pages say how it was worked out."""

import csv
import html
import json
import re

import openpyxl
import pytest

from audit.coverage.literals import numbers
from report.formats.word import words_of

pytestmark = pytest.mark.slow
SCALES = (1, 100, 1000)


@pytest.fixture(scope="module")
def book(built):
    return built / "_book"


@pytest.fixture(scope="module")
def records(book):
    return json.loads((book / "audit" / "ledger.json").read_text(encoding="utf-8"))["records"]


def spaced(text):
    """Return a text on one line, with the apostrophes of a keyboard."""
    return " ".join(text.replace("’", "'").split())


def words(markup):
    return spaced(html.unescape(re.sub(r"<[^>]*>", " ", markup)))


def data(book, record):
    text = (book / "audit" / "exhibits" / f"{record['id']}.csv").read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))


def numerals(text):
    """Return the numbers in a text as values."""
    plain = (each.text.replace(",", "").replace("−", "-") for each in numbers(text))
    return [float(each) for each in plain if re.fullmatch(r"-?\d+(\.\d+)?", each)]


def test_word_carries_the_numbers_and_sentences_of_the_pages(book, records):
    text = spaced(words_of((book / "report.docx").read_bytes()))
    said = [r["printed"] for r in records if r["kind"] in ("number", "claim")]
    cells = [cell for r in records if r["kind"] == "table" for cell in r["cells"]]
    plain = [cell for cell in cells if not re.search(r"[@$`*\\\[]", cell)]
    assert len(said) > 100
    assert len(plain) > 1000
    assert [each for each in (*said, *plain) if spaced(each) not in text] == []


def test_the_workbook_carries_the_data_of_the_pages(book, records):
    workbook = openpyxl.load_workbook(book / "data.xlsx", read_only=True)
    compared = 0
    for record in records:
        if record["kind"] not in ("figure", "table"):
            continue
        _, *rows = data(book, record)
        sheet = list(workbook[record["reference"]].iter_rows(min_row=4, values_only=True))
        for row, cells in zip(rows, sheet, strict=True):
            for value, cell in zip(row, cells, strict=True):
                same = float(value) == cell if isinstance(cell, int | float) else value == cell
                assert same or (value == "" and cell is None), (record["id"], value, cell)
                compared += 1
    assert compared > 5000


def test_every_audit_page_opens_with_how_it_was_worked_out(book, records):
    for record in records:
        text = (book / "audit" / f"{record['id']}.html").read_text(encoding="utf-8")
        main = text[text.index("<main") :]
        assert words(re.search(r"<h2.*?</h2>", main)[0]) == "How this was worked out", record["id"]
        section = words(re.search(r'(?s)<h2 id="working".*?</section>', main)[0])
        for fact in ("What is done", "Restricted to", "Source"):
            assert fact in section, (record["id"], fact)
        assert ("Numerator" in section) == ("Denominator" in section), record["id"]
        assert "none: " not in section, record["id"]
        example = words(re.search(r'(?s)<div class="example".*?</div>', main)[0])
        assert agrees(record, example, book), (record["id"], example)
        assert re.search(r'(?s)<details class="folded">.*?<pre class="code"', main)


def agrees(record, example, book):
    """Whether the numbers of a worked example are those of its exhibit."""
    if record["disclosure"] == "held":
        return "withholds it" in example
    if record["kind"] == "number":
        return set(numerals(record["printed"])) <= set(numerals(example))
    if record["kind"] == "claim":
        return set(numerals(record["rule"])) <= set(numerals(example))
    shown = [value for row in data(book, record)[1:] for cell in row for value in numerals(cell)]
    shown += [value for cell in record.get("cells", ()) for value in numerals(cell)]
    if "Example" not in example:
        return "First row" in example or "First mark" in example
    # Of a value or a count, itself; of a sum, the dividend and what comes out.
    parts = (
        re.search(r"“(.*?)” is (?:printed|drawn|in the table)|counted, (\S+) \(", example)
        or re.search(r"(\S+) ÷ \S+(?: × \S+)? = (\S+)", example)
    ).groups()
    found = [each for part in parts if part for each in numerals(part)]
    return bool(found) and set(found) <= set(shown)


def test_terms_are_explained_where_a_chapter_first_uses_them(book):
    pages = [path.read_text(encoding="utf-8") for path in (book / "chapters").glob("*.html")]
    explained = [text for text in pages if 'class="term"' in text]
    assert len(explained) > len(pages) / 2
    for text in explained:
        targets = re.findall(r'popovertarget="([^"]+)"', text)
        assert len(set(targets)) == len(targets)
        for target in targets:
            meaning = re.search(rf'id="{target}"[^>]*popover>([^<]+)</span>', text)
            assert meaning, target
            assert text.count(f'id="{target}"') == 1


def test_what_is_said_of_forms_and_lists_is_there(book, records):
    about = words((book / "chapters" / "about.html").read_text(encoding="utf-8"))
    for heading in ("Alternative formats", "Accessibility statement", "Symbols", "Terms"):
        assert heading in about
    for name in ("report.pdf", "report.docx", "data.xlsx", "index.html"):
        assert (book / name).is_file(), name
    floats = [r for r in records if r["kind"] in ("figure", "table") and r["labels"]]
    assert len(floats) > 80
    for record in floats:
        assert re.search(rf"{re.escape(record['labels'][0])}\b", about), record["id"]
        name = book / "audit" / "exhibits" / record["id"]
        assert name.with_suffix(".csv").is_file()
        if record["kind"] == "figure":
            assert name.with_suffix(".png").is_file()
