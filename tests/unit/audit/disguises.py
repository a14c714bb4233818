"""Ways to make readers see, hear or follow something else than the text that is verified.

Each edits an open PDF, which is then sealed again with its true ledger, as anyone can who has the
code.
"""

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator

from audit.pdf.text_position import character_map

FORGED = "The ratio is 0.14"


def _contents(pdf, page, *, before=b"", after=b"", old=b"", new=b""):
    drawn = pdf.pages[page].Contents.read_bytes()
    assert old in drawn
    drawn = drawn.replace(old, new) if old else drawn
    pdf.pages[page].Contents = pdf.make_stream(before + drawn + after)


def _instructions(pdf, page, change):
    """Let `change` replace each operator of a page, given the text it draws."""
    fonts = pdf.pages[page].Resources.Font
    table, made = {}, []
    for operands, operator in pikepdf.parse_content_stream(pdf.pages[page]):
        given = list(operands)
        if str(operator) == "Tf":
            table = character_map(fonts[str(given[0])].ToUnicode.read_bytes())
        made += change(str(operator), given, _text(str(operator), given, table), table)
    pdf.pages[page].Contents = pdf.make_stream(pikepdf.unparse_content_stream(made))


def _text(operator, given, table):
    if operator not in ("Tj", "TJ"):
        return ""
    parts = given[0] if operator == "TJ" else given
    codes = b"".join(bytes(each) for each in parts if isinstance(each, pikepdf.String))
    pairs = zip(codes[::2], codes[1::2], strict=True)
    return "".join(table[256 * high + low] for high, low in pairs)


def _letters(table, text):
    back = {sign: code for code, sign in table.items()}
    return pikepdf.String(b"".join(back[sign].to_bytes(2, "big") for sign in text))


# --- over the page, or out of sight -------------------------------------------------------------


def note_among_the_links(pdf):
    note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Rect=[20, 300, 300, 340],
                      Contents=FORGED, DA="/Helv 14 Tf 0 g")  # fmt: skip
    pdf.pages[2].obj.Annots.append(note)


def link_with_a_drawing(pdf):
    look = pdf.make_stream(b"BT /f0 30 Tf <00010002> Tj ET", BBox=[0, 0, 90, 30])
    pdf.pages[2].obj.Annots[0].AP = Dictionary(N=look)


def form_field(pdf):
    field = pdf.make_indirect(Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, V=FORGED, T="a",
        Rect=[20, 300, 300, 340],
    ))  # fmt: skip
    pdf.pages[2].obj.Annots.append(field)
    pdf.Root.AcroForm = Dictionary(Fields=[field], NeedAppearances=True)


def layer_that_is_off(pdf):
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="a"))
    pdf.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary(OFF=[layer], Order=[]))
    pdf.pages[1].Resources.Properties = Dictionary(a=layer)
    _contents(pdf, 1, before=b"/OC /a BDC\n", after=b"\nEMC")


def cut_off(pdf):
    pdf.pages[1].obj.CropBox = Array([0, 0, 340, 300])


def page_made_smaller(pdf):
    pdf.pages[1].obj.MediaBox = Array([0, 0, 340, 300])


def in_other_units(pdf):
    pdf.pages[1].obj.UserUnit = 40


def letters_not_painted(pdf):
    _contents(pdf, 1, old=b"0 Tr", new=b"3 Tr")


def letters_too_small(pdf):
    def change(operator, given, _text, _table):
        return [([given[0], 0.1] if operator == "Tf" else given, Operator(operator))]

    _instructions(pdf, 1, change)


def letters_off_the_page(pdf):
    def change(operator, given, _text, _table):
        moved = [*given[:4], float(given[4]) + 2000, given[5]] if operator == "Tm" else given
        return [(moved, Operator(operator))]

    _instructions(pdf, 1, change)


def script(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=f"app.alert('{FORGED}')")


def script_of_a_page(pdf):
    act = Dictionary(S=Name.JavaScript, JS=f"app.alert('{FORGED}')")
    pdf.pages[0].obj.AA = Dictionary(O=act)


def portfolio(pdf):
    pdf.Root.Collection = Dictionary(View=Name.T, D="one.csv")


def small_picture(pdf):
    pdf.pages[1].obj.Thumb = pdf.make_stream(bytes(3), Width=1, Height=1, BitsPerComponent=8,
                                             ColorSpace=Name.DeviceRGB)  # fmt: skip


# --- letters that read otherwise ----------------------------------------------------------------


def _font(pdf, **keys):
    blank = b" ".join(b"<%02x> <0020>" % code for code in range(32, 127))
    codes = pdf.make_stream(b"95 beginbfchar " + blank + b" endbfchar")
    pdf.pages[1].Resources.Font.forged = Dictionary(ToUnicode=codes, **keys)
    text = b"/Artifact BMC q BT /forged 24 Tf 1 0 0 1 20 300 Tm (0.14) Tj ET Q EMC"
    _contents(pdf, 1, after=b"\n" + text)


def readers_own_font(pdf):
    _font(pdf, Subtype=Name.Type1, BaseFont=Name.Helvetica)


def font_of_programs(pdf):
    glyph = pdf.make_stream(b"1000 0 0 0 750 750 d1 0 0 750 750 re f")
    _font(pdf, Subtype=Name.Type3, CharProcs=Dictionary(a=glyph), FontBBox=[0, 0, 750, 750])


def font_of_a_state(pdf):
    font = next(iter(pdf.pages[1].Resources.Font.values()))
    pdf.pages[1].Resources.ExtGState = Dictionary(a=Dictionary(Font=[font, 30]))


def font_given_back(pdf):
    """The operator that ends a group also gives back the font from before it."""
    fonts = sorted(pdf.pages[1].Resources.Font.keys())
    assert len(fonts) > 1
    _contents(pdf, 1, after=b"\n/Artifact BMC q BT 1 0 0 1 20 300 Tm %s 12 Tf q %s 12 Tf Q "
              b"<00010002> Tj ET Q EMC" % (fonts[0].encode(), fonts[1].encode()))  # fmt: skip


def digits_in_another_order(pdf):
    """The second of two digits is moved back over the first: 37 is drawn as 73."""

    def change(operator, given, text, _table):
        if operator not in ("Tj", "TJ") or text.count("37") != 1:
            return [(given, Operator(operator))]
        codes = b"".join(bytes(each) for each in (given[0] if operator == "TJ" else given)
                         if isinstance(each, pikepdf.String))  # fmt: skip
        at = 2 * text.index("37")
        parts = [
            codes[:at],
            -600,
            codes[at : at + 2],
            600,
            600,
            codes[at + 2 : at + 4],
            codes[at + 4 :],
        ]
        moved = [each if isinstance(each, int) else pikepdf.String(each) for each in parts]
        return [([Array(moved)], Operator("TJ"))]

    _instructions(pdf, 1, change)


def letters_run_backwards(pdf):
    _contents(pdf, 1, old=b"0 Tr", new=b"0 Tr -11 Tc")


def words_heard_instead(pdf):
    def change(operator, given, text, table):
        if "nothing is said" not in text:
            return [(given, Operator(operator))]
        heard = Dictionary(ActualText=text)
        return [
            ([Name.Span, heard], Operator("BDC")),
            ([_letters(table, "all is said")], Operator("Tj")),
            ([], Operator("EMC")),
        ]

    _instructions(pdf, 1, change)


def words_heard_by_name(pdf):
    pdf.pages[1].Resources.Properties = Dictionary(a=Dictionary(ActualText=FORGED))
    _contents(pdf, 1, after=b"\n/Span /a BDC EMC")


def words_heard_for_nothing(pdf):
    _contents(pdf, 1, after=b"\n/Span <</ActualText (It is so)>> BDC EMC")


def _document(pdf):
    tags = (each for each in pdf.objects if isinstance(each, pikepdf.Dictionary))
    return next(each for each in tags if each.get("/S") == Name.Document)


def words_heard_within_the_tree(pdf):
    tag = Dictionary(Type=Name.StructElem, S=Name.P, ActualText=FORGED)
    _document(pdf).K.append(tag)


def tag_beside_the_tree(pdf):
    tag = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.P, Alt=FORGED))
    pdf.Root.StructTreeRoot.ParentTree.Nums.extend([9999, tag])


def role_to_pass_over(pdf):
    pdf.Root.StructTreeRoot.RoleMap = Dictionary(P=Name.Artifact)


def title_of_a_tag(pdf):
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/S") == Name.H1:
            each.T = FORGED


# --- numbers in another place -------------------------------------------------------------------


def _exchanged(pdf, page, *pair):
    """Let two pieces of text of a page change places; their tags stay."""
    made = [[list(a), b] for a, b in pikepdf.parse_content_stream(pdf.pages[page])]
    found = _moves(pdf, page, made, pair)
    for operator in ("cm", "Tm"):
        one, other = (found[text][operator] for text in pair)
        made[one], made[other] = made[other], made[one]
    pdf.pages[page].Contents = pdf.make_stream(
        pikepdf.unparse_content_stream([(a, b) for a, b in made])
    )


def _moves(pdf, page, made, wanted):
    fonts, table, last, found = pdf.pages[page].Resources.Font, {}, {}, {}
    for place, (given, operator) in enumerate(made):
        name = str(operator)
        if name in ("cm", "Tm"):
            last[name] = place
        elif name == "Tf":
            table = character_map(fonts[str(given[0])].ToUnicode.read_bytes())
        elif (text := _text(name, given, table)) in wanted:
            found.setdefault(text, dict(last))
    return found


def numbers_of_two_rows(pdf):
    _exchanged(pdf, 2, "8", "18")


def numbers_and_names_of_a_row(pdf):
    _exchanged(pdf, 2, "Southampton", "18")


# --- what is around the pages -------------------------------------------------------------------


def bookmark(pdf):
    pdf.Root.Outlines.First.Title = FORGED


def page_label(pdf):
    pdf.Root.PageLabels = Dictionary(Nums=[0, Dictionary(P=FORGED)])


def address_of_a_link(pdf):
    link = next(each for each in pdf.pages[2].Annots if "/A" in each)
    link.A.URI = "https://example.net/"


def words_for_a_link(pdf):
    pdf.pages[1].Annots[0].Contents = FORGED


def author_for_some_readers(pdf):
    pdf.docinfo.Author = "The department"


def more_metadata(pdf):
    pdf.docinfo.Verified = FORGED


def date_for_some_readers(pdf):
    pdf.docinfo.CreationDate = "D:20200101000000Z"


SEEN = "text that is not seen"
ENTRY = "has an entry that no report has: "
DISGUISES = {
    note_among_the_links: "a link is not of the kind that a report has: /FreeText",
    link_with_a_drawing: f"{ENTRY}/AP",
    form_field: "a link is not of the kind that a report has: /Widget",
    layer_that_is_off: f"{ENTRY}/OCProperties",
    cut_off: f"{ENTRY}/CropBox",
    page_made_smaller: SEEN,
    in_other_units: f"{ENTRY}/UserUnit",
    letters_not_painted: SEEN,
    letters_too_small: SEEN,
    letters_off_the_page: SEEN,
    script: f"{ENTRY}/OpenAction",
    script_of_a_page: f"{ENTRY}/AA",
    portfolio: f"{ENTRY}/Collection",
    small_picture: f"{ENTRY}/Thumb",
    readers_own_font: "a font is not of the kind that a report has: /Type1",
    font_of_programs: "a font is not of the kind that a report has: /Type3",
    font_of_a_state: f"{ENTRY}/Font",
    digits_in_another_order: "in another order",
    letters_run_backwards: SEEN,
    words_heard_instead: "where readers hear or copy",
    words_heard_by_name: "marks content in a way that no report does",
    words_heard_for_nothing: "where readers hear or copy",
    words_heard_within_the_tree: "other words are given for what an element of the role P prints",
    tag_beside_the_tree: "has a tag that is not in the tree",
    role_to_pass_over: "tags of the role P are to be taken for Artifact",
    title_of_a_tag: "of a tag is not what the page prints",
    numbers_of_two_rows: "stands elsewhere on the page than its tag says",
    numbers_and_names_of_a_row: "stands elsewhere on the page than its tag says",
    bookmark: "is no heading of the page that it leads to",
    page_label: "has a label that does not count it",
    address_of_a_link: "is described as",
    words_for_a_link: "is described otherwise",
    author_for_some_readers: "Author is not the same for all readers",
    more_metadata: "an entry that no report has: Verified",
    date_for_some_readers: "CreationDate is not the same for all readers",
}
"""Each disguise, with words by which the verdict names it."""
