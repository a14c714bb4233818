"""The audit trail's pages: what each shows, and that every way on them leads somewhere."""

import html
import re
import shutil
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest

from audit.documents.certificate import as_text
from audit.ledger.cells import table_rows
from audit.pages.captions import citations
from audit.pages.downloads import Offered
from audit.pages.graph_layout import BEND, Spacing, lay_out, without_shortcuts
from audit.pages.lineage_graph import draw, lineage_graph
from audit.pages.page_links import with_links
from audit.pages.trail import Trail
from audit.trace.text import tree
from tests.unit.audit import small_trail
from tests.unit.audit.whole import bare, typed, typed_record

EDGES = [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c"), ("a", "e"), ("e", "c")]
WIDTHS = {"a": 40, "b": 60, "c": 80, "d": 50, "e": 30}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return small_trail.make(tmp_path_factory.mktemp("trail"))


def page(book, name):
    return (book / "audit" / name).read_text("utf-8")


def words(text):
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def test_boxes_stand_in_layers_and_clear_of_each_other():
    layout = lay_out(WIDTHS, EDGES)
    y = {name: centre[1] for name, centre in layout.centres.items()}
    assert all(y[above] < y[under] for above, under in EDGES)
    assert y["a"] < y["b"] == y["e"] == y["d"] < y["c"]
    row = sorted((layout.centres[name][0], WIDTHS[name]) for name in "bde")
    for (x, width), (other, beside) in pairwise(row):
        assert other - x >= (width + beside) / 2 + Spacing().beside - 0.2  # rounded to a tenth
    edges = [(x - WIDTHS[n] / 2, x + WIDTHS[n] / 2) for n, (x, _) in layout.centres.items()]
    assert min(left for left, _ in edges) >= 0
    assert max(right for _, right in edges) <= layout.width


def test_a_long_arrow_passes_beside_the_boxes_between():
    route = lay_out(WIDTHS, EDGES).routes["a", "c"]
    layout = lay_out(WIDTHS, EDGES)
    assert len(route) == 4
    (x, top), (same, bottom) = route[1:3]
    assert x == same
    assert bottom - top == Spacing().height
    for name in "bde":
        assert abs(x - layout.centres[name][0]) >= (WIDTHS[name] + BEND) / 2


def test_a_layout_does_not_hang_on_the_order_of_what_it_is_given():
    turned = lay_out(dict(reversed(WIDTHS.items())), EDGES[::-1])
    assert turned == lay_out(WIDTHS, EDGES)


def test_layers_are_sorted_so_that_arrows_do_not_cross():
    crossed = [("a", "z"), ("b", "y"), ("z", "end"), ("y", "end")]
    x = {
        n: c[0]
        for n, c in lay_out(dict.fromkeys("abyz", 40) | {"end": 40}, crossed).centres.items()
    }
    assert (x["a"] < x["b"]) == (x["z"] < x["y"])


def test_shortcuts_are_left_out():
    assert ("a", "c") not in without_shortcuts(EDGES)
    assert len(without_shortcuts(EDGES)) == len(EDGES) - 1


def test_a_lineage_ends_in_files_and_settings():
    ledger = typed(small_trail.ledger())
    graph = lineage_graph(ledger.records[0], ledger)
    assert graph.needs["facts"] == (f"file {small_trail.FACTS}",)
    assert graph.needs["schools"] == ("file schools.csv",)
    assert graph.needs["rates_plot"] == ("facts", "rates", "schools")
    kinds = {name: step.kind for name, step in graph.steps.items()}
    assert kinds["outcomes"] == "setting"
    assert kinds["rates_plot"] == "exhibit"
    assert graph.nearest()[:4] == ("rates_plot", "facts", "rates", "schools")


def test_a_drawing_has_title_description_and_a_link_on_each_box():
    ledger = typed(small_trail.ledger())
    graph = lineage_graph(ledger.records[0], ledger)
    drawn = draw(graph, lambda name: f"{name}.html")
    assert 'aria-labelledby="lineage-title lineage-desc"' in drawn
    assert "From data to rates_plot" in drawn
    assert drawn.count("<a href=") == len(graph.steps) == 7
    assert drawn.count("<path d=") - 1 - 2 == 6  # the arrow's tip, two files; the shortcut is out


def test_an_exhibit_page_has_picture_code_lineage_contracts_and_data(book):
    text = page(book, "rates_plot.html")
    assert "<h1>Rates by school</h1>" in text
    assert '<img src="exhibits/rates_plot.svg" alt="Bars of rates.">' in text
    assert (book / "audit" / "exhibits" / "rates_plot.svg").is_file()
    first = small_trail.definitions()["m.rates_plot"]["first"]
    line = re.search(rf'(?s)<span class="line" data-line="{first}">(.*?)\n</span>', text)[1]
    assert words(line) == "def rates_plot(rates, facts):"
    assert '<span class="k">def</span>' in line
    assert "2 rules: 1 passed, 1 warning" in text
    assert "in range is kept" in text
    assert "filled is kept" not in text, "what passed stands on the file's page"
    assert 'href="exhibits/rates_plot.csv" download="rates_plot.csv"' in text
    assert "Rate, per 1,000 pupils" in text
    assert "python -m report trace F1 --run" in text
    assert "../chapters/one.html#fig-rates-plot" in text
    assert text.count("2" * 64) == 1, "the digest stands where it is made again, and only there"


def test_a_picture_has_a_drawing_for_a_narrow_screen(book):
    text = page(book, "rates_plot.html")
    assert (
        '<source media="(max-width: 36rem)" srcset="exhibits/rates_plot-narrow.svg">'
        '<img src="exhibits/rates_plot.svg"'
    ) in text
    assert (book / "audit" / "exhibits" / "rates_plot-narrow.svg").is_file()


def test_the_index_gives_pages_as_they_are_printed(tmp_path, monkeypatch):
    monkeypatch.setattr(small_trail, "ledger_with_locations", lambda made, _book: made)
    records = small_trail.ledger()["records"]
    records[0] |= {"pages": [4, 7]}
    book = small_trail.make(tmp_path, records=records)
    assert '<td class="numeric" data-sort="4">3, 6</td>' in page(book, "index.html")
    shown = words(page(book, "rates_plot.html"))
    assert "Printed on page3, 6" in re.sub(r"\s*\n\s*", "", shown)


def test_a_number_is_titled_by_what_it_is_about(tmp_path):
    graph = small_trail.ledger()["graph"]
    graph["many"] |= {"given": {"outcome": "days in care", "pilot": "Lambeth", "fact_id": "a"}}
    book = small_trail.make(tmp_path, graph=graph)
    title = "eight (schools): Days in care, Lambeth"
    assert f"<h1>{title}</h1>" in page(book, "many.html")
    assert title in page(book, "index.html")
    assert f'<a href="many.html">N1 {title}</a>' in page(book, "fell.html"), "the next and last"


def test_a_published_number_says_where_it_was_published(book):
    assert "Published in" in page(book, "many.html")
    assert "one2020, Table 1" in words(page(book, "many.html"))
    assert "Published in" not in page(book, "fell.html")


def test_a_source_is_named_as_the_book_cites_it(tmp_path):
    (tmp_path / "index.html").write_text(
        '<p>(<a href="r.html#ref-one2020" role="doc-biblioref">One &amp; Two 2020</a>)</p>', "utf-8"
    )
    assert citations(tmp_path) == {"one2020": "One & Two 2020"}


def test_a_formula_is_set_and_not_left_as_tex(book):
    text = page(book, "rates.html")
    assert "<mfrac>" in text
    assert "$" not in words(re.sub(r"(?s)<annotation.*?</annotation>|<pre.*?</pre>", "", text))


def test_upstream_code_is_folded_and_what_it_uses_is_linked(book):
    text = page(book, "many.html")
    assert re.search(r"<details><summary><code>schools</code>.*?:6–8", text)
    assert "1 further definition that these use" in text
    assert 'href="code/m.html#LIMIT"' in text


def test_the_lineage_stands_there_in_words_too(book):
    text = words(re.search(r'(?s)<ul class="tree">.*?</ul></details>', page(book, "fell.html"))[0])
    for part in ("fell", "rates", "outcomes study.toml:4", "schools.csv 74 rows", "columns pupils"):
        assert part in text


def test_a_table_is_shown_row_by_row(book):
    records = typed(small_trail.ledger()).records
    assert table_rows(records[1]) == [["Pilot", "Rate"], ["Lambeth", "0.41"], ["Stockport", "<1"]]
    assert '<th scope="row">Stockport</th><td>&lt;1</td>' in page(book, "rates.html")


def test_a_claim_has_its_rule_verdict_and_evidence(book):
    text = page(book, "fell.html")
    assert "Rates fell &amp; stayed low." in text
    assert "below 1" in text
    assert '<span class="chip good">Holds</span>' in text
    assert '<a href="rates_plot.html">F1 Rates by school</a>' in text


def test_a_broken_claim_says_what_was_seen(tmp_path):
    records = small_trail.ledger()["records"]
    records[3] |= {"holds": False, "seen": "1.3"}
    book = small_trail.make(tmp_path, records=records)
    assert "No longer true</span> 1.3" in page(book, "fell.html")
    assert "no longer true</span>" in page(book, "index.html")


def test_a_claim_that_counts_are_too_small_to_judge_says_so(tmp_path):
    records = small_trail.ledger()["records"]
    records[3] |= {"holds": None, "seen": "Lambeth [c]"}
    book = small_trail.make(tmp_path, records=records)
    text = page(book, "fell.html")
    assert "Not known</span> Lambeth [c]" in text
    assert "not known whether the rule is satisfied: Lambeth [c]." in words(text)
    assert "not known</span>" in page(book, "index.html")
    ledger = typed(small_trail.ledger() | {"records": records})
    (fell,) = (each for each in ledger.records if each.id == "fell")
    assert "NOT KNOWN: Lambeth [c]" in tree(fell, ledger)
    assert "too small, marked in the text: fell." in " ".join(as_text(ledger).split())


def test_of_a_held_exhibit_nothing_is_shown(tmp_path):
    records = small_trail.ledger()["records"]
    records[0] |= {"disclosure": "held", "reason": "Too few.", "printed": "", "described": {}}
    book = small_trail.make(tmp_path, records=records)
    text = page(book, "rates_plot.html")
    assert "Too few." in text
    assert "<img" not in text
    assert not (book / "audit" / "exhibits" / "rates_plot.svg").exists()


def test_code_pages_have_a_place_for_every_definition_and_all_lines(book):
    text = page(book, "code/m.html")
    for name in ("LIMIT", "FLOOR", "schools", "rates_plot", "fell"):
        assert text.count(f'id="{name}"') == 1
    lines = re.findall(r'data-line="(\d+)">', text)
    assert lines == [str(n) for n in range(1, len(small_trail.CODE.splitlines()) + 1)]


def test_of_the_study_only_what_exhibits_rest_on_is_shown(book):
    text = page(book, "code/study.toml.html")
    assert 'id="outcomes"' in text
    assert "s47" in text
    assert "not shown" not in text


def test_the_index_lists_every_exhibit_and_what_to_choose_by(book):
    text = page(book, "index.html")
    rows = re.findall(r'<tr data-kind="(\w+)" data-chapter="([^"]*)" data-data="([^"]*)"', text)
    assert [kind for kind, _, _ in rows] == ["figure", "table", "claim", "number"]
    assert {chapter for _, chapter, _ in rows} == {"chapters/one.qmd"}
    assert rows[0][2] == f"schools.csv {small_trail.FACTS}"
    for choice in ("kind", "chapter", "data", "function"):
        assert f'<select id="{choice}"' in text
    assert '<option value="m.schools">schools</option>' in text


def test_every_link_leads_somewhere(book):
    for path in sorted(book.rglob("*.html")):
        text = path.read_text("utf-8")
        for address in re.findall(r'(?:href|src)="([^"]*)"', text):
            parts = urlsplit(html.unescape(address))
            assert not parts.scheme or address == "data:,", address
            if address == "data:,":
                continue
            target = path.parent / unquote(parts.path) if parts.path else path
            assert target.is_file(), f"{path.name}: {address}"
            if parts.fragment and target.suffix == ".html":
                assert f'id="{parts.fragment}"' in target.read_text("utf-8"), address


def test_the_same_ledger_gives_the_same_bytes(book, tmp_path):
    other = small_trail.make(tmp_path / "elsewhere")
    files = {
        path.relative_to(book): path.read_bytes() for path in book.rglob("*") if path.is_file()
    }
    assert files == {p.relative_to(other): p.read_bytes() for p in other.rglob("*") if p.is_file()}
    assert not [name for name, data in files.items() if str(tmp_path.parent).encode() in data]


def test_lines_lead_to_the_commit_where_a_public_repository_is_named(tmp_path):
    remote = "https://github.com/someone/report"
    book = small_trail.make(tmp_path, remote=remote)
    at = small_trail.definitions()["m.many"]
    lines = f"{remote}/blob/{'a' * 40}/m.py#L{at['first']}-L{at['last']}"
    assert lines in page(book, "many.html")
    dirty = {"id": "a" * 40, "time": 0, "clean": False}
    shutil.rmtree(book)
    book = small_trail.make(tmp_path, remote=remote, commit=dirty)
    assert f"{remote}/blob" not in page(book, "many.html"), "the lines may be others there"


def test_references_become_links_and_numbers_get_anchors(book):
    text = (book / "chapters" / "one.html").read_text("utf-8")
    assert 'href="../audit/rates_plot.html" aria-label="F1: where it comes from">F1</a>' in text
    assert '<span class="number" data-exhibit="many" id="at-many">eight</span>' in text
    assert "<a" not in re.search(r"<span[^>]*id=\"at-fell\".*?</span>", text)[0]
    assert text.count("view.js") == text.count("view.css") == 1


def test_a_page_is_marked_once(book):
    path = book / "chapters" / "one.html"
    before = path.read_bytes()
    small_trail.finish(book.parent, book, small_trail.ledger())
    assert path.read_bytes() == before


def test_a_number_shown_again_has_an_anchor_of_its_own():
    span = '<span class="number" data-exhibit="many">8</span>'
    text = with_links(
        f"<nav>{span}</nav><main>{span}{span}</main></body>", "audit/", {"many": "N1"}
    )
    assert re.findall(r'id="([^"]*)"', text) == ["at-many", "at-many-2"]


def test_what_the_ledger_does_not_name_is_left_alone():
    span = '<span class="number" data-exhibit="other">8</span></main>'
    assert span in with_links(f"<main>{span}</body>", "audit/", {})


QUARTO = """<head></head><body>
<nav id="quarto-sidebar" class="sidebar collapse" role="navigation">
<div class="sidebar-menu-container"><ul><li>One</li></ul>
</div>
</nav>
<div id="quarto-margin-sidebar"><nav id="TOC" role="doc-toc"><ul></ul></nav></div>
<main class="content" id="quarto-document-content"><nav class="page-navigation"></nav>
<div class="provenance" data-exhibit="many">
<p><span class="reference">F1</span> · Source</p></div></main></body>"""


def test_the_frame_of_a_page_by_quarto_is_found_too():
    text = with_links(QUARTO, "../audit/", {"many": "F1"})
    assert re.search(
        r'<main class="content" id="quarto-document-content">\s*<div class="audit-f', text
    )
    assert text.count("audit-frame") == 1
    assert '<p><a class="reference" href="../audit/many.html"' in text


def test_a_label_is_named_as_it_is_printed():
    rates = typed_record("rates", "T1", "table", "Pilot | Rate", labels=["Table 2.1"])
    trail = Trail(bare([rates]), *[{}] * 5)
    assert trail.printed("see @tbl-rates, @fig-gone") == "see Table 2.1, @fig-gone"
    assert trail.released("@tbl-rates <") == "Table 2.1 &lt;"


def test_a_page_names_one_file_of_the_report_and_folds_the_others():
    page = "<main><p>Words.</p></main></body>"
    files = Offered(documents=("report.pdf", "summary.pdf", "report.docx"))
    seen, folded = with_links(page, "../audit/", {}, files).split(
        "<summary>Other formats</summary>"
    )
    assert re.findall(r'href="([^"]+)"', seen) == ["../report.pdf"]
    others = re.findall(r'href="([^"]+)"', folded.partition("</details>")[0])
    assert others == ["../summary.pdf", "../report.docx"]
    one = with_links(page, "../audit/", {}, Offered(documents=("report.pdf",)))
    assert "<details" not in one
