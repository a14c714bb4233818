"""The extension's partials and filter on what Quarto gives them, without Quarto.

`tests/fixtures/quarto` holds the trees and the variables, recorded from a run.
"""

import re
import subprocess

import pypandoc
import pytest
import typst

from audit.pdf.text_layer import read_text

SOURCES = (
    "@article{west2020, author={West, Anne}, title={A study of schools}, "
    "journal={Journal of Studies}, year={2020}}\n"
)
BARS = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40">'
    '<rect x="5" y="10" width="20" height="30" fill="#12436d"/></svg>'
)
# What Quarto itself does afterwards: the division of a part goes, a picture gets its words.
AFTER = """function Div(div)
  if div.classes:includes("quarto-book-part") then return div.content end
end
function Image(image)
  local alt = image.attributes.alt
  return pandoc.RawInline("typst", '#image("' .. image.src .. '", alt: "' .. alt .. '")')
end
"""
# What Quarto's defaults file says besides the metadata, which the trees hold.
ARGUMENTS = ("--toc", "--toc-depth=2", "--top-level-division=chapter", "--wrap=none", "--citeproc")


@pytest.fixture(scope="module")
def typeset(root, tmp_path_factory):
    """Run the filter and the partials over a recorded tree; give the Typst and the PDF's path."""
    extension = root / "_extensions" / "evaluation"

    def run(edition, edited=lambda tree: tree):
        folder = tmp_path_factory.mktemp(edition)
        recorded = root / "tests" / "fixtures" / "quarto" / f"{edition}.json"
        (folder / "tree.json").write_text(edited(recorded.read_text("utf-8")), "utf-8")
        for partial in (*(root / "press" / "pdf").glob("*.typ"), *extension.glob("*.typ")):
            (folder / partial.name).write_text(partial.read_text("utf-8"), "utf-8")
        (folder / "sources.bib").write_text(SOURCES, "utf-8")
        (folder / "after.lua").write_text(AFTER, "utf-8")
        (folder / "one.svg").write_text(BARS, "utf-8")
        numbers = ["--number-sections"] if edition == "full" else []
        done = subprocess.run(
            [pypandoc.get_pandoc_path(), "-f", "json", "-t", "typst-citations", *ARGUMENTS,
             *numbers, "--standalone", "--template=template.typ",
             f"--lua-filter={extension / 'evaluation.lua'}", "--lua-filter=after.lua",
             "tree.json"],
            cwd=folder, capture_output=True, text=True, check=True, encoding="utf-8",
        )  # fmt: skip
        assert not done.stderr
        (folder / "book.typ").write_text(done.stdout, "utf-8")
        typst.compile(
            folder / "book.typ", output=folder / "book.pdf", ignore_system_fonts=True,
            pdf_standards=["ua-1", "a-3a"],
        )  # fmt: skip
        return done.stdout, folder / "book.pdf"

    return run


@pytest.fixture(scope="module")
def full(typeset):
    return typeset("full")


def blocks(path):
    import pikepdf

    with pikepdf.open(path) as pdf:
        return read_text(pdf).blocks, str(pdf.docinfo.CreationDate)


def headings(path):
    found, _ = blocks(path)
    every = [(b.page, b.text) for b in found if b.role == "H1" and not b.within("TOC")]
    return every[1:]  # after that of the contents


def test_a_numbered_book_has_its_numbers_and_references_to_chapters(full):
    _, path = full
    found = [text for _, text in headings(path)]
    assert found == [
        "Summary", "Findings", "1 First things", "2 Second things", "Sources", "Appendices",
        "Appendix A Audit trail",
    ]  # fmt: skip
    text = " ".join(block.text for block in blocks(path)[0])
    assert "see Chapter 2 and Equation 1.1." in text


def test_a_summary_without_numbers_stays_without(typeset):
    _, path = typeset("summary")
    assert [text for _, text in headings(path)] == ["Summary", "Sources"]


def test_a_part_stands_on_the_page_of_its_first_chapter(full):
    source, path = full
    pages = {text: page for page, text in headings(path)}
    assert pages["Findings"] == pages["1 First things"]
    assert pages["Appendices"] == pages["Appendix A Audit trail"]
    assert pages["2 Second things"] == pages["1 First things"] + 1
    assert source.count("#opens-part.update(true)") == 2


def test_a_chapter_that_runs_on_opens_where_the_last_one_ends(typeset):
    plain, running = '["sec-two",[]', '["sec-two",["runs-on"]'

    def edited(tree):
        assert tree.count(plain) == 1
        return tree.replace(plain, running)

    source, path = typeset("full", edited)
    assert "#runs-on.update(true)" in source
    pages = {text: page for page, text in headings(path)}
    assert pages["2 Second things"] == pages["1 First things"]
    assert pages["Sources"] == pages["2 Second things"] + 1, "and the next one does not"


def test_what_the_filter_sets_by_a_function_of_the_template(full):
    source, _ = full
    assert '#shown("ratio")' in source
    assert source.count("#provenance[") == 2
    assert source.count("#table-note[") == source.count("#audit-trail[") == 1
    assert '#reference("bars")[F1]' in source
    assert '#trail-row("bars")[F1]' in source
    alternatives = re.findall(r'alt: "([^"]+)"', source.partition("Summary")[2])
    assert "log y equals a over b" in alternatives
    assert "x squared" in alternatives


def test_a_citation_leads_to_its_source(full):
    source, path = full
    assert source.count("#link(<ref-west2020>)") == 2
    (entry,) = [block for block in blocks(path)[0] if block.text.startswith("West, Anne")]
    assert "‘A study of schools’" in entry.text.replace("S", "s")


def test_the_pdf_bears_the_time_and_the_label_of_the_metadata(full):
    _, path = full
    found, date = blocks(path)
    assert date == "D:20240501120000Z"
    assert any(block.text == "Invented data: not evidence" for block in found)
    assert any("Made from commit abc1234" in block.text for block in found)


@pytest.mark.parametrize("name", ["drawn-here", "reference-list", "looked-up", "key-points"])
def test_a_division_is_set_by_the_function_of_its_name(root, name):
    extension = root / "_extensions" / "evaluation"
    done = subprocess.run(
        [pypandoc.get_pandoc_path(), "-t", "typst", f"--lua-filter={extension / 'evaluation.lua'}"],
        input=f"::: {{.{name}}}\nWords.\n:::\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert re.search(rf"#{name}\[\s*Words\.\s*\]", done.stdout), done.stdout
    template = (extension / "typst-template.typ").read_text("utf-8")
    assert re.search(rf"#let {name}\b", template)
