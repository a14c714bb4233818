"""Ways to tamper with the small sealed report, each with what a verdict says of it."""

import json

import pikepdf

from audit.pdf.attachments import Attachment, attach
from tests.unit.audit.sealed import redraw, retype, rewrite


def one_digit(pdf):
    retype(pdf, 1, "0.66", "0.68")


def only_what_is_copied(pdf):
    """Draw the same and let the text layer say 7 for 6."""
    for page in pdf.pages[1:2]:
        for font in page.Resources.Font.values():
            table = font.ToUnicode.read_bytes()
            font.ToUnicode = pdf.make_stream(table.replace(b"<0036>", b"<0037>"))


def only_what_is_seen(pdf):
    redraw(pdf, 1, b"Q\nEMC/Artifact", b"1 1 1 rg 40 380 80 14 re f\nQ\nEMC/Artifact")


def words(pdf):
    retype(pdf, 2, "Words without", "Wordshere with")


def number_put_in(pdf):
    retype(pdf, 2, "Words", "47 words".replace("w", "W"))


def number_taken_out(pdf):
    retype(pdf, 1, "950", "som")


def page_removed(pdf):
    del pdf.pages[1]


def page_put_in(pdf):
    pdf.pages.insert(2, pdf.pages[0])


def pages_swapped(pdf):
    first = pdf.pages[1]
    pdf.pages.append(first)
    del pdf.pages[1]


def page_turned(pdf):
    pdf.pages[1].Rotate = 180


def page_cropped(pdf):
    pdf.pages[1].CropBox = [0, 100, 340, 425]


def _figure(pdf, page):
    contents = pdf.pages[page].Contents.read_bytes()
    start = contents.index(b"/Alt")
    start = contents.index(b"BDC", start) + 3
    return contents, start, contents.index(b"EMC", start)


def figures_swapped(pdf):
    one, start, end = _figure(pdf, 1)
    two, begin, stop = _figure(pdf, 2)
    pdf.pages[1].Contents = pdf.make_stream(one[:start] + two[begin:stop] + one[end:])
    pdf.pages[2].Contents = pdf.make_stream(two[:begin] + one[start:end] + two[stop:])


def bar_made_longer(pdf):
    contents, start, end = _figure(pdf, 1)
    drawn = contents[start:end].replace(b" 30 ", b" 20 ", 1)
    assert drawn != contents[start:end]
    pdf.pages[1].Contents = pdf.make_stream(contents[:start] + drawn + contents[end:])


def figure_emptied(pdf):
    contents, start, end = _figure(pdf, 2)
    pdf.pages[2].Contents = pdf.make_stream(contents[:start] + b"\n" + contents[end:])


def _tags(node):
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from _tags(each)
    elif isinstance(node, pikepdf.Dictionary):
        yield node
        yield from _tags(node.get("/K", []))


def tagged(pdf, role):
    return next(n for n in _tags(pdf.Root.StructTreeRoot.K) if n.get("/S") == f"/{role}")


def alternative_text(pdf):
    tagged(pdf, "Figure").Alt = "Bars of 3 and 9."


def table_headers(pdf):
    tagged(pdf, "TH").S = pikepdf.Name("/TD")


def data_edited(pdf):
    rewrite(pdf, "one.csv", lambda data: data.replace(b"8", b"9"))


def data_removed(pdf):
    del pdf.attachments["one.csv"]


def file_put_in(pdf):
    attach(pdf, [Attachment("extra.csv", b"a\n1\n", "text/csv", "Extra")])


def file_described_otherwise(pdf):
    pdf.attachments["one.csv"].obj.Desc = "The data behind F2"


def ledger_edited(pdf):
    rewrite(pdf, "ledger.json", lambda data: data.replace(b"0.66", b"0.67"))


def ledger_spoilt(pdf):
    rewrite(pdf, "ledger.json", lambda data: data[: len(data) // 2])


def ledger_edited_by_hand(pdf):
    def without_reference(data):
        whole = json.loads(data)
        del whole["records"][1]["reference"]
        return json.dumps(whole).encode()

    rewrite(pdf, "ledger.json", without_reference)


def ledger_removed(pdf):
    del pdf.attachments["ledger.json"]


def title(pdf):
    pdf.docinfo["/Title"] = "Another report"


def author(pdf):
    del pdf.docinfo["/Author"]


def archive_metadata(pdf):
    xmp = pdf.Root.Metadata.read_bytes().replace(b"Nobody", b"Anybody")
    pdf.Root.Metadata.write(xmp)


def link(pdf):
    pdf.pages[2].Annots[0].A.URI = "https://example.com/"


def note_laid_over(pdf):
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[10, 10, 90, 40],
        Contents="0.12",
    )  # fmt: skip
    pdf.pages[1].Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(note)]))


def bookmark(pdf):
    pdf.Root.Outlines.First.Title = "Third things"


def script(pdf):
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    pdf.Root.OpenAction = action


def named_script(pdf):
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    pdf.Root.Names.JavaScript = pikepdf.Dictionary(Names=["x", action])


def language(pdf):
    pdf.Root.Lang = "fr"


def form(pdf):
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[])


def seal_edited(pdf):
    rewrite(pdf, "seal.json", lambda data: data.replace(b'"0.66"', b'"0.67"'))


def certificate_edited(pdf):
    rewrite(pdf, "certificate.txt", lambda data: data.replace(b"1 data file", b"9 data file"))


def data_renamed(pdf):
    attach(pdf, [Attachment("two.csv", b"pilot,schools\nLambeth,8\n", "text/csv",
                            "The data behind F1")])  # fmt: skip
    del pdf.attachments["one.csv"]


def data_for_other_readers(pdf):
    """Let readers that prefer Unicode names open other data than the rest do."""
    pdf.attachments["one.csv"].obj.EF.UF = pdf.make_stream(b"pilot,schools\nLambeth,9\n")


def data_under_another_name(pdf):
    pdf.attachments["one.csv"].obj.UF = "two.csv"


def file_associated(pdf):
    """Put in a file that only a list of the document's own files names."""
    spec = pikepdf.AttachedFileSpec(pdf, b"a\n1\n", filename="extra.csv")
    pdf.Root.AF.append(pdf.make_indirect(spec.obj))


def _fonts(pdf, page):
    return pdf.pages[page].Resources.Font


def glyphs_redrawn(pdf):
    for font in _fonts(pdf, 1).values():
        descriptor = font.DescendantFonts[0].FontDescriptor
        program = descriptor.get("/FontFile3", descriptor.get("/FontFile2"))
        program.write(program.read_bytes() + b"\0")


def fonts_swapped(pdf):
    fonts = _fonts(pdf, 1)
    first, second = list(fonts.keys())[:2]
    fonts[first], fonts[second] = fonts[second], fonts[first]


def picture_recoloured(pdf):
    (picture,) = (x for x in pdf.pages[2].Resources.XObject.values() if x.Subtype == "/Image")
    picture.write(bytes((0, 200, 0, 200, 0, 0)))


def laid_over(pdf):
    with pikepdf.new() as blank:
        blank.add_blank_page(page_size=(50, 20))
        blank.pages[0].Contents = blank.make_stream(b"1 g 0 0 50 20 re f")
        pdf.pages[1].add_overlay(blank.pages[0], pikepdf.Rectangle(40, 380, 120, 394))


def hidden_layer(pdf):
    """Put all of a page into a layer that is switched off."""
    layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Hidden"))
    pdf.Root.OCProperties = pikepdf.Dictionary(
        OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer], Order=[layer])
    )
    page = pdf.pages[1]
    page.Resources.Properties = pikepdf.Dictionary(Hidden=layer)
    page.Contents = pdf.make_stream(b"/OC /Hidden BDC\n" + page.Contents.read_bytes() + b"\nEMC")


def page_taller(pdf):
    pdf.pages[1].MediaBox = [0, 0, 341, 500]


def action_on_opening_a_page(pdf):
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    pdf.pages[1].AA = pikepdf.Dictionary(O=script)


def file_on_a_page(pdf):
    spec = pikepdf.AttachedFileSpec(pdf, b"a\n1\n", filename="extra.csv")
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=[10, 10, 30, 30],
        FS=spec.obj,
    )  # fmt: skip
    pdf.pages[2].Annots.append(pdf.make_indirect(note))


def place_a_link_leads_to(pdf):
    cross = next(a for a in pdf.pages[1].Annots if a.Subtype == "/Link")
    if "/Dest" in cross:
        cross.Dest = "elsewhere"
    else:
        cross.A.D = "elsewhere"


def producer(pdf):
    pdf.docinfo["/Producer"] = "Another program"


def date(pdf):
    pdf.docinfo["/CreationDate"] = "D:20300101000000Z"


def page_labels(pdf):
    pdf.Root.PageLabels = pikepdf.Dictionary(Nums=[0, pikepdf.Dictionary(S=pikepdf.Name.r)])


def spoken_instead(pdf):
    """Let readers aloud, and whoever copies, have another number than is drawn."""
    tagged(pdf, "P").ActualText = "The ratio is 0.12"


TAMPERING = {
    one_digit: "page 2: the number 0.66 was altered to 0.68",
    only_what_is_copied: "page 2: the number 0.66 was altered to 0.77",
    only_what_is_seen: "page 2: the drawing was altered, though the text is the same",
    words: "page 3: its words were altered",
    number_put_in: "page 3: the number 47 was put in",
    number_taken_out: "page 2: the number 950 was taken out",
    page_removed: "page 2 of the sealed PDF was removed",
    page_put_in: "page 3 was inserted after sealing",
    pages_swapped: "pages 2, 3 are in another order",
    page_turned: "page 2: the drawing was altered",
    page_cropped: "page 2: the drawing was altered",
    figures_swapped: "figure F1 (page 2) now shows the drawing of figure F2",
    bar_made_longer: "figure F1 (page 2) is drawn differently",
    figure_emptied: "figure F2 (page 3) is drawn differently",
    alternative_text: "the alternative text of figure F1 (page 2) was altered",
    table_headers: "the tags were altered",
    data_edited: "the contents of the attachment one.csv were altered",
    data_removed: "the attachment one.csv was removed",
    file_put_in: "the attachment extra.csv was inserted after sealing",
    file_described_otherwise: "the description of the attachment one.csv was altered",
    ledger_edited: "the contents of the attachment ledger.json were altered",
    ledger_spoilt: "ledger.json: this is not a ledger that can be read",
    ledger_edited_by_hand: "the ledger is not as a build writes it: see records[1].reference",
    ledger_removed: "the attachment ledger.json was removed",
    title: "the metadata's Title was altered: 'A small report' is now 'Another report'",
    author: "the metadata's Author was altered: 'Nobody' is now nothing",
    archive_metadata: "the metadata for archives (XMP) was altered",
    link: "page 3: a link, note or other object over the page was altered",
    note_laid_over: "page 2: a link, note or other object over the page was altered",
    bookmark: "the bookmarks, or the places links lead to, were altered",
    script: "how the document opens was altered",
    named_script: "how the document opens was altered",
    language: "how the document opens was altered",
    form: "how the document opens was altered",
    seal_edited: "the seal itself was edited",
    certificate_edited: "the contents of the attachment certificate.txt were altered",
    data_renamed: "the attachment two.csv was inserted after sealing",
    data_for_other_readers: "the description of the attachment one.csv was altered",
    data_under_another_name: "the description of the attachment one.csv was altered",
    file_associated: "how the document opens was altered",
    glyphs_redrawn: "page 2: the drawing was altered, though the text is the same",
    fonts_swapped: "page 2",
    picture_recoloured: "drawing 3 of the report (page 3) is drawn differently",
    laid_over: "page 2: the drawing was altered, though the text is the same",
    hidden_layer: "page 2: the drawing was altered, though the text is the same",
    page_taller: "page 2: the drawing was altered, though the text is the same",
    action_on_opening_a_page: "page 2: a link, note or other object",
    file_on_a_page: "page 3: a link, note or other object",
    place_a_link_leads_to: "page 2: a link, note or other object",
    producer: "the metadata's Producer was altered: nothing is now 'Another program'",
    date: "the metadata's CreationDate was altered",
    page_labels: "how the document opens was altered",
    spoken_instead: "the tags were altered",
}
