"""What a book counts is explained in its place only; formulas and sources as the ledger has them.

Whoever has the PDF can set a page anew, tag it at will, and seal it again with the true ledger.
"""

import json

import pytest
import typst

from audit.coverage.formulas import formula_key, tex_formulas
from audit.coverage.headings import OVERLEAF, Headings
from audit.ledger.structure import Source, Structure
from audit.pdf.attachments import Attachment
from audit.pdf.tag_tree import Element
from audit.pdf.text_layer import Block, Run
from audit.seal.seal import Chapter
from audit.seal.sealing import seal_pdf
from audit.seal.verification import examine
from tests.unit.audit.whole import record, whole

BODY = r"""
#set document(title: "A small report", author: "Nobody", description: "Made for tests")
#set text(lang: "en")
#set heading(numbering: "1.1")
#set figure.caption(separator: [. ])
#title()
= First things
The ratio is 0.66. Intervals are wide, and nothing is proved.
#math.equation(alt: "n sub i0", $n_(i 0)$) counts pupils.
== Ways
+ By one way
+ By two ways
#math.equation(block: true, numbering: n => "(1.1)", alt: "x sub 1 squared", $x_1^2$)
#figure(table(columns: 1, table.header[Pilot], [Lambeth], [Stockport]), caption: [Pilots],
  kind: table, numbering: n => "1." + str(n))
Of all pilots, none was left out.

T1 · May 2018
== More ways
Words.
#heading(numbering: none)[References]
Adams, A. 2012. ‘Balance’. Political Analysis 20 (1): 515–34. https://doi.org/10.1093/pan/mpr025.

Brown, B. 2012a. Balance of Things. 2nd edn.
#heading(numbering: none)[Audit trail]
#table(columns: 3, table.header[Ref.][As printed][Code],
  [N1], [0.66], [code.py:2–3], [T1], [pilots], [code.py:2–3])
"""
CHAPTERS = (
    Chapter("index.qmd", "First things", ("ratio", "wide", "pilots")),
    Chapter("chapters/references.qmd", "References", ()),
    Chapter("chapters/audit-trail.qmd", "Audit trail", ()),
)
ENTRIES = {
    "adams": Source("Balance", ("https://doi.org/10.1093/pan/mpr025",),
                    ("2012", "20", "1", "515", "534", "34", "4")),
    "brown": Source("Balance of {Things}", (), ("2012", "2")),
}  # fmt: skip
STATED = {
    "headings": {"index.qmd": ["First things", "Ways", "More ways"]},
    "formulas": {"index.qmd": ["n_{i0}", "x_1^2 #eq-x"]},
    "bibliography": {
        name: {"title": each.title, "links": list(each.links), "numbers": list(each.numbers)}
        for name, each in ENTRIES.items()
    },
}


def ledger(structure, label=""):
    return whole({
        "format": 4, "title": "A small report", "label": label,
        "commit": {"id": "a" * 40, "time": 0, "clean": True},
        "environment": {}, "code": {}, "columns": {}, "graph": {}, "files": [], "contracts": {},
        "platform": "Linux x86_64", "remote": "", "rules": [], "settings": {},
        "structure": structure,
        "records": [
            record("ratio", "N1", "number", "0.66"),
            record("wide", "C1", "claim", "Intervals are *wide*, and nothing is proved."),
            record("pilots", "T1", "table", "Pilot", cells=["Pilot", "Lambeth", "Stockport"],
                   row_headings=1, period="May 2018", note="Of all pilots, none was left out."),
        ],
    })  # fmt: skip


def verified(folder, body=BODY, structure=STATED, label="", title="A small report"):
    """Set a report, seal it with the true ledger, and hold its numbers to that."""
    (folder / "main.typ").write_text(body, "utf-8")
    path = folder / "report.pdf"
    path.write_bytes(
        typst.compile(
            str(folder / "main.typ"), root=str(folder), ignore_system_fonts=True,
            timestamp=1_700_000_000, pdf_standards=["ua-1", "a-3a"],
        )
    )  # fmt: skip
    source = json.dumps(ledger(structure, label)).encode()
    files = [
        Attachment("ledger.json", source, "application/json", "The ledger"),
        Attachment("literals.toml", b"", "application/toml", "Literals"),
    ]
    seal_pdf(path, files, title=title, commit="a" * 40, chapters=CHAPTERS)
    return examine(path)


def altered(folder, old, new):
    """Return the coverage of a report of which one place says something else."""
    assert BODY.count(old) == 1
    found = verified(folder, BODY.replace(old, new))
    assert found.altered == ()
    return found.coverage


def test_what_a_book_counts_is_explained_where_it_is_counted(tmp_path):
    found = verified(tmp_path)
    assert found.coverage.untraced == ()
    assert {each.reason for each in found.coverage.numbers} == {
        "N1 ratio", "number of a section", "number in a list", "in a formula",
        "number of an equation", "number of a figure or table", "in the list of sources",
        "reference and period under an exhibit", "a fact of the ledger itself",
    }  # fmt: skip


LAID = {
    "as the number of an equation": ("Words.", "They fell (0.62)", "0.62"),
    "as the number of a formula": ('"(1.1)"', '"(0.62)"', "0.62"),
    "as a formula with another number": ('"(1.1)"', '"(1.2)"', "1.2"),
    "as a formula": ("Words.", '#math.equation(alt: "x", $0.62$)', "0.62"),
    "as a formula that stands elsewhere": ("Words.", '#math.equation(alt: "x", $n_(i 0)$)',
                                           "\U0001d4560"),
    "within a formula": ("x_1^2", "x_1^2 0.62", "0.62"),
    "as the label of a list": ("+ By one way", "62. By one way", "62"),
    "as a list that begins anew": ("+ By two ways", "+ By two ways\n62. More", "62"),
    "as the number of a section": (
        "== More ways", '#heading(level: 3, numbering: (..n) => "6.2")[More ways]', "6.2",
    ),
    "as the next section, of other words": ("Words.", "== per cent fewer", "1.3"),
    "as a chapter": ("Words.", "= of ten", "2"),
    "as a source": ("Brown, B.", "Adams fell by 62.\n\nBrown, B.", "62"),
    "within a source": ("Analysis 20", "Analysis 62 20", "62"),
    "as the volume of a source once more": ("Analysis 20", "Analysis 20 20", "20"),
    "as another link": ("10.1093/pan", "10.6200/pan", "10.6200"),
    "as a caption": ('"1." + str(n)', '"0.62"', "0.62"),
    "as a caption of the chapter": ('"1." + str(n)', '"1.62"', "1.62"),
    "as the reference of an exhibit": ("Words.", "F62 · Source", "F62"),
    "as a value in another row of the trail": ("[pilots]", "[0.66]", "0.66"),
    "as a value below the trail": ("[pilots], [code.py:2–3])", "[pilots], [])\n0.66", "0.66"),
    "as a month of an exhibit": ("May 2018", "May 2018 to June 2062", "2062"),
}  # fmt: skip


@pytest.mark.parametrize("way", LAID)
def test_a_number_laid_over_a_page_is_untraced_however_it_is_tagged(tmp_path, way):
    old, new, number = LAID[way]
    found = altered(tmp_path, old, new)
    assert number in [each.text for each in found.untraced]


def test_without_a_statement_of_them_formulas_and_sources_are_untraced(tmp_path):
    found = verified(tmp_path, structure={name: {} for name in STATED})
    assert "states no headings, formulas or sources" in found.notes[0]
    assert {"\U0001d4560", "2012", "1.1"} <= {each.text for each in found.coverage.untraced}


def test_formulas_are_read_as_pandoc_reads_them():
    said = "It costs \\$5 or $ 6$, $7$8, `$9$`; $a_0$, $$\nb^2\n$$ {#eq-b}, $$c$$"
    assert list(tex_formulas(said)) == ["9", "a_0", "b^2 #eq-b", "c"]
    assert formula_key(r"\hspace{2em}\frac{1}{2} x_{10}") == "1 10 2"
    assert Structure() == Structure({}, {}, {})


# --- words -------------------------------------------------------------------------------------


OTHER_WORDS = {
    "a sentence turned round": ("nothing is proved", "all is proved", "C1"),
    "a sentence left out": ("Intervals are wide, and nothing is proved.", "", "C1"),
    "another heading": ("table.header[Pilot]", "table.header[Comparison]", "T1"),
    "rows that change places": ("[Lambeth], [Stockport]", "[Stockport], [Lambeth]", "T1"),
    "a word before a cell": ("[Lambeth]", "[Not Lambeth]", "T1"),
    "another note": ("none was left out", "all were left out", "T1"),
    "a word behind the last cell": ("[Stockport]", "[Stockport not]", "T1"),
}


@pytest.mark.parametrize("way", OTHER_WORDS)
def test_sentences_and_cells_are_printed_in_the_words_of_the_ledger(tmp_path, way):
    old, new, reference = OTHER_WORDS[way]
    found = altered(tmp_path, old, new)
    assert [each.reference for each in found.missing] == [reference]


def test_every_page_says_of_the_data_what_the_ledger_does(tmp_path):
    header = "#set page(header: [Invented data])\n"
    pages = BODY.replace("== More ways", "#pagebreak()\n== More ways")
    assert verified(tmp_path, header + pages, label="Invented data").altered == ()
    once = pages.replace("Words.", "Words.\n#set page(header: none)\n#pagebreak()\nMore.")
    told = verified(tmp_path, header + once, label="Invented data").altered
    assert [each.what for each in told] == ["page 3 does not say “Invented data”"]


def test_the_title_that_a_verdict_prints_is_the_ledgers(tmp_path):
    (told,) = verified(tmp_path, title="Another report").altered
    assert told.what == "the seal's title is not that of the ledger"


@pytest.mark.parametrize(
    ("text", "page", "known"),
    [
        ("Table 2.1 (continued) Outcome", 5, True),
        ("Table 2.1 (continued)", 5, True),
        ("Table 2.1 (continued) Outcome", 4, False),  # it begins there
        ("Table 2.7 (continued) Outcome", 5, False),
        ("Table 2.1 (continued) 47 fewer", 5, False),
    ],
)
def test_a_table_is_named_overleaf_only_after_it_began(text, page, known):
    artefact = Element(-1, ("Artifact",))
    block = Block(artefact, (Run(page, 700.0, text, artefact, ()),))
    headings = Headings(
        {}, frozenset({"Table 2.1"}), 1, frozenset({"Outcome"}), tops={4: 600.0, 5: 600.0},
        floats={"Table 2.1": frozenset({4})},
    )  # fmt: skip
    assert (set(headings.explained(block).values()) == {OVERLEAF}) is known
