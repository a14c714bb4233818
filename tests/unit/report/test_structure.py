"""What the ledger states of chapters and sources is what they say."""

from audit.seal.verification import ROOT
from press.chapter.book import read_book
from report.structure import sources, structure


def test_headings_formulas_and_sources_are_those_of_the_chapters():
    found = structure(read_book(ROOT))
    file = "chapters/methods-detail.qmd"
    assert found.headings[file][:2] == ("Methods in detail", "Outcome model")
    assert "n_{i0}" in found.formulas[file]
    labelled = [tex for tex in found.formulas[file] if " #eq-" in tex]
    assert labelled[0].endswith("#eq-model")
    assert len(labelled) == 5
    # A comment in a cell is no heading.
    assert not any("| label" in each for listed in found.headings.values() for each in listed)
    assert found.bibliography["westlake2020"].numbers == ("2020",)


def test_a_source_may_shorten_its_pages(tmp_path):
    path = tmp_path / "a.bib"
    path.write_text(
        "@article{a,\n  title = {On {B}},\n  pages = {515--534},\n  doi = {10.1/x2},\n}\n", "utf-8"
    )
    ((key, found),) = sources(path)
    assert (key, found.title, found.links) == ("a", "On {B}", ("https://doi.org/10.1/x2",))
    assert set(found.numbers) == {"515", "534", "34"}
