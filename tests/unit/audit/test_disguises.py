"""What readers see, hear and follow is what is verified, although the PDF was sealed again."""

import io

import pikepdf
import pytest
import typst

from audit.pdf.links import link_faults
from audit.pdf.tag_tree import read_tags
from audit.pdf.text_layer import read_text
from audit.seal.verification import examine
from tests.unit.audit import disguises, sealed
from tests.unit.audit.disguises import DISGUISES


@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda disguise: disguise.__name__)
def test_nothing_is_seen_heard_or_followed_but_what_is_verified(pdf, disguise):
    sealed.edited(pdf, disguise)
    sealed.reseal(pdf)
    said = [each.what for each in examine(pdf).altered]
    assert DISGUISES[disguise] in "\n".join(said)


def test_sealed_again_without_a_disguise_it_holds(pdf):
    sealed.edited(pdf, lambda _: None)
    sealed.reseal(pdf)
    found = examine(pdf)
    assert (found.altered, found.consistent) == ((), True)


def test_text_is_read_in_the_font_that_readers_use(pdf):
    """A group that ends gives back the font: two fonts have other letters for one code."""
    sealed.edited(pdf, disguises.font_given_back)
    with pikepdf.open(pdf) as opened:
        fonts = opened.pages[1].Resources.Font
        table = disguises.character_map(fonts[min(fonts.keys())].ToUnicode.read_bytes())
        drawn = read_text(opened).pages[1][-1].text
    assert drawn == table[1] + table[2]


PAGES = """
#set document(title: "Pages")
#set page(numbering: "1", width: 90mm, height: 120mm)
#set heading(numbering: "1.1")
#title()
#outline()
= One
See @fig and N7 in #link(<trail>)[N7] and #link(<trail>)[the trail, page 5].
#pagebreak() #figure(rect(), alt: "A box.", caption: [Box]) <fig>
#pagebreak()
= Two
#pagebreak()
= Three
#pagebreak()
= Trail <trail>
N7
"""
LEADS_TO = (1, 3, 4, 5, 2, 5, 5)
"""The pages to which the links of the first page lead: four headings, a figure, the trail."""


@pytest.mark.parametrize("number", range(len(LEADS_TO)))
def test_a_link_leads_to_the_page_that_it_names(number):
    """To the contents' headings, a figure, an exhibit in the trail, and a page by its number."""
    with pikepdf.open(io.BytesIO(typst.compile(PAGES.encode(), pdf_standards=["ua-1"]))) as pdf:
        layer, tags = read_text(pdf), read_tags(pdf)
        assert list(link_faults(pdf, layer, tags)) == []
        links = [each for page in pdf.pages for each in page.obj.get("/Annots", [])]
        assert len(links) == len(LEADS_TO)
        elsewhere = pdf.pages[2 if LEADS_TO[number] > len(LEADS_TO) // 2 else -1].obj
        links[number].Dest = pikepdf.Array([elsewhere, pikepdf.Name.Fit])
        said = list(link_faults(pdf, layer, tags))
    assert len(said) == 1
    assert "leads to another page" in said[0]
