"""Numbers laid over a page: read however they are set, and explained by no fact of the ledger."""

import pikepdf
import pytest

from audit.pdf.text_position import character_map
from audit.seal.verification import examine
from report.commands.verify import verify
from tests.unit.audit import sealed, tampering
from tests.unit.audit.sealed import edited
from tests.unit.audit.tampering import (
    tagged,
)


def laid_over(opened, number, height, tag):
    """Set a number in a font of the page, tagged as an artefact or not at all."""
    page = opened.pages[1]
    for name, font in page.Resources.Font.items():
        table = character_map(font.ToUnicode.read_bytes())
        back = {signs: code for code, signs in table.items()}
        if all(sign in back for sign in number):
            codes = b"".join(b"%04x" % back[sign] for sign in number)
            shown = b"BT %s 9 Tf 60 %d Td <%s> Tj ET" % (name.encode(), height, codes)
            drawn = b"/Artifact BMC %s EMC" % shown if tag else shown
            page.Contents = pikepdf.Array([page.Contents, opened.make_stream(b"\n" + drawn)])
            return
    raise AssertionError("no font has these digits")


@pytest.mark.parametrize("tag", [False, True])
@pytest.mark.parametrize(("number", "height"), [("12", 380), ("1", 380), ("12", 30), ("F1", 380)])
def test_no_fact_of_the_ledger_explains_a_number_laid_over_a_page(pdf, number, height, tag):
    """12 is the number of rows of the data file, 1 that of the page, F1 a reference."""
    edited(pdf, lambda opened: laid_over(opened, number, height, tag))
    sealed.reseal(pdf)
    found = examine(pdf)
    assert found.intact
    assert [each.text for each in found.coverage.untraced] == [number]


def by_another_instruction(_, shown):
    return b"/P BMC BT %s 9 Tf 60 380 Td %s ' ET EMC" % shown


def with_other_words_for_it(_, shown):
    return b"/Span <</ActualText ()>> BDC BT %s 9 Tf 60 380 Td %s Tj ET EMC" % shown


def in_a_font_without_its_signs(opened, shown):
    fonts = opened.pages[1].Resources.Font
    fonts["/Bare"] = opened.make_indirect(pikepdf.Dictionary(fonts[shown[0].decode()]))
    del fonts["/Bare"].ToUnicode
    return b"BT /Bare 9 Tf 60 380 Td %s Tj ET" % shown[1]


def in_a_font_known_as_another(opened, shown):
    """Two fonts that are no objects of their own; the first gives no text."""
    fonts = opened.pages[1].Resources.Font
    for name, source in (("/First", b"1 beginbfchar <0000> <0020> endbfchar"), ("/Second", None)):
        fonts[name] = pikepdf.Dictionary(fonts[shown[0].decode()])
        if source is not None:
            fonts[name].ToUnicode = opened.make_stream(source)
    return b"BT /First 9 Tf <0000> Tj /Second 9 Tf 60 380 Td %s Tj ET" % shown[1]


def by_a_form(opened, shown):
    page = opened.pages[1]
    form = opened.make_stream(b"BT %s 9 Tf 60 380 Td %s Tj ET" % shown)
    form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    form.BBox, form.Resources = [0, 0, 340, 425], page.Resources
    page.Resources.XObject = pikepdf.Dictionary({"/Laid": form})
    return b"/Laid Do"


def by_a_note(opened, _):
    tampering.note_laid_over(opened)
    return b""


def aloud(opened, _):
    tagged(opened, "P").ActualText = "The ratio is 0.12"
    return b""


def described_as_another(opened, _):
    tagged(opened, "P").Alt = "The ratio is 0.12"
    return b""


def in_the_words_of_a_figure(opened, _):
    tampering.alternative_text(opened)
    return b""


UNREAD = {
    by_another_instruction: "12 is untraced",
    with_other_words_for_it: "12 is untraced",
    in_a_font_without_its_signs: "page 2 has signs for which the file gives no text",
    in_a_font_known_as_another: "12 is untraced",
    by_a_form: "text is drawn by object",
    by_a_note: "something other than a link overlies a page: /FreeText",
    aloud: "other words are given for what an element of the role P prints",
    described_as_another: "an alternative text is given for an element of the role P",
    in_the_words_of_a_figure: "F1 one is “Bars of 3 and 4.” in the ledger",
}


@pytest.mark.parametrize("lay", UNREAD, ids=lambda lay: lay.__name__)
def test_a_number_that_readers_see_or_hear_is_read_however_it_is_set(pdf, lay, capsys):
    def forge(opened):
        page = opened.pages[1]
        for name, font in page.Resources.Font.items():
            back = {v: k for k, v in character_map(font.ToUnicode.read_bytes()).items()}
            if "1" in back and "2" in back:
                codes = b"<%04x%04x>" % (back["1"], back["2"])
                drawn = lay(opened, (name.encode(), codes))
                page.Contents = pikepdf.Array([page.Contents, opened.make_stream(b"\n" + drawn)])
                return

    edited(pdf, forge)
    sealed.reseal(pdf)
    assert verify(pdf) == 8
    assert UNREAD[lay] in capsys.readouterr().out
