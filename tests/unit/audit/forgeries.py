"""Files in which other readers see other pages than the library resolves, each by one trick.

Honest is `0.66` on page 2 of the small sealed report; forged is `0.68`. Poppler, MuPDF, PDFium
or Ghostscript were seen to show the forged page, or to lose the honest one, for every trick that
names one of them in its docstring.
"""

import io
import re
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.unit.audit.sealed import retype

FORGED = "0.68"
_OBJECT = re.compile(rb"(\d+) 0 obj\n")


def by_objects(edit):
    """Make a forgery of an edit of the open PDF, saved as the project saves a PDF."""

    def forge(path):
        with pikepdf.open(io.BytesIO(path.read_bytes())) as pdf:
            edit(pdf)
            # Once only: written twice, the library would set a tree of pages right.
            pdf.save(path, deterministic_id=True, fix_metadata_version=False,
                     stream_decode_level=pikepdf.StreamDecodeLevel.none,
                     object_stream_mode=pikepdf.ObjectStreamMode.generate)  # fmt: skip

    forge.__name__ = edit.__name__
    forge.__doc__ = edit.__doc__
    return forge


def forged_contents(pdf):
    """Return a stream that draws page 2 with another number, which nothing yet refers to."""
    honest = pdf.pages[1].Contents
    retype(pdf, 1, "0.66", FORGED)
    forged = pdf.pages[1].Contents
    pdf.pages[1].Contents = honest
    return pdf.make_indirect(forged)


# --- streams that readers unpack differently ---------------------------------------------------


@by_objects
def unpacked_differently(pdf):
    """More colours than Poppler's predictor takes: it reads the tag of each row as content."""
    page = pdf.pages[1]
    content = page.Contents.read_bytes()
    length, width = next(
        (length, width)
        for length in range(len(content) - 1, 33, -1)
        if content[length : length + 1] == b"\n"
        for width in range(33, length)
        if length % width == 0
    )
    rows = b"".join(b"%" + content[at : at + width] for at in range(0, length, width))
    packed = pikepdf.Stream(
        pdf, zlib.compress(rows), Filter=Name.FlateDecode,
        DecodeParms=Dictionary(Predictor=15, Columns=1, Colors=width, BitsPerComponent=8),
    )  # fmt: skip
    rest = pdf.make_stream(content[length + 1 :])
    page.Contents = Array([pdf.make_indirect(packed), rest])


@by_objects
def contents_of_another_file(pdf):
    """A content stream that says its data lie in another file."""
    pdf.pages[1].Contents.F = pikepdf.String("forged.txt")


# --- attachments ---------------------------------------------------------------------------------


def _names(pdf):
    return pdf.Root.Names.EmbeddedFiles.Names


def _place(pdf, name):
    return next(n for n, each in enumerate(_names(pdf)) if str(each) == name)


def _forged_file(pdf, name, data=b"forged"):
    return pdf.make_indirect(pikepdf.AttachedFileSpec(pdf, data, filename=name).obj)


@by_objects
def second_file_of_one_name(pdf):
    """A second ledger: readers list both, the library keeps one."""
    at = _place(pdf, "ledger.json")
    _names(pdf).insert(at, _forged_file(pdf, "ledger.json"))
    _names(pdf).insert(at, pikepdf.String("ledger.json"))


@by_objects
def another_name_shown(pdf):
    """The seal's entry gives readers another file name, which they show."""
    pdf.attachments["seal.json"].obj.UF = pikepdf.String("data.csv")


def _encoded(name, encoding):
    mark = {"utf-8": b"\xef\xbb\xbf", "utf-16-be": b"\xfe\xff", "utf-16-le": b"\xff\xfe"}
    return pikepdf.String(mark[encoding] + name.encode(encoding))


@by_objects
def name_in_another_encoding(pdf):
    """Readers that compare bytes find no seal of that name, and list another."""
    _names(pdf)[_place(pdf, "seal.json")] = _encoded("seal.json", "utf-8")


@by_objects
def shown_in_another_encoding(pdf):
    """The seal's entry gives its name in an encoding that old readers show as signs."""
    pdf.attachments["seal.json"].obj.UF = _encoded("seal.json", "utf-16-be")


@by_objects
def described_in_another_encoding(pdf):
    """The words next to the seal, in an encoding of their own."""
    entry = pdf.attachments["seal.json"].obj
    entry.Desc = _encoded(str(entry.Desc), "utf-8")


@by_objects
def another_file_for_other_readers(pdf):
    """The seal's entry holds a second file for readers that prefer Unicode names."""
    pdf.attachments["seal.json"].obj.EF.UF = pdf.make_stream(b"forged")


@by_objects
def related_file(pdf):
    """The seal's entry has a related file."""
    entry = pdf.attachments["seal.json"].obj
    entry.RF = Dictionary(F=Array([pikepdf.String("data.csv"), pdf.make_stream(b"forged")]))


@by_objects
def entry_without_file(pdf):
    """An entry that is no file stands among the attachments."""
    _names(pdf).extend([pikepdf.String("z"), pdf.make_indirect(Dictionary(Type=Name.Filespec))])


def _in_nodes(pdf, limits, **more):
    """Put all attachments into one node below the root of their tree."""
    root = pdf.Root.Names.EmbeddedFiles
    kid = pdf.make_indirect(Dictionary(Names=root.Names, Limits=limits))
    pdf.Root.Names.EmbeddedFiles = pdf.make_indirect(Dictionary(Kids=[kid], **more))


@by_objects
def bounds_that_hide_a_name(pdf):
    """A node whose bounds leave out names that it holds."""
    _in_nodes(pdf, ["certificate.txt", "ledger.json"])


@by_objects
def names_and_kids(pdf):
    """A root of the tree with names of its own beside its kids."""
    bounds = [_names(pdf)[0], _names(pdf)[-2]]
    _in_nodes(pdf, bounds, Names=[pikepdf.String("zzz"), _forged_file(pdf, "zzz")])


@by_objects
def words_after_the_signature(pdf):
    """Words in the file of the signature, which the program that checks it passes over."""
    stream = pdf.attachments["seal.json.sig"].obj.EF.F
    data = stream.read_bytes() + b"Checked and approved.\n"
    stream.write(data)
    stream.Params.Size = len(data)


@by_objects
def spaces_in_the_seal(pdf):
    """The seal laid out otherwise, its digest and meaning the same."""
    stream = pdf.attachments["seal.json"].obj.EF.F
    data = stream.read_bytes().replace(b"{\n", b"{ \n", 1)
    stream.write(data)
    stream.Params.Size = len(data)


@by_objects
def seal_described_otherwise(pdf):
    """What a reader shows beside the seal's name is forged."""
    pdf.attachments["seal.json"].obj.Desc = pikepdf.String("Checked and approved")


@by_objects
def words_in_the_seals_stream(pdf):
    """The seal's stream carries something beside its data."""
    pdf.attachments["seal.json"].obj.EF.F.Forged = pikepdf.String("forged")


@by_objects
def words_after_the_packed_seal(pdf):
    """Words behind the end of the seal's packed data, which unpacking passes over."""
    stream = pdf.attachments["seal.json"].obj.EF.F
    stream.write(zlib.compress(stream.read_bytes()) + b"Approved.", filter=Name.FlateDecode)


@by_objects
def second_seal_packed_behind_it(pdf):
    """Another seal behind the true one, in the same stream."""
    stream = pdf.attachments["seal.json"].obj.EF.F
    both = zlib.compress(stream.read_bytes()) + zlib.compress(b'{"digest": "0"}')
    stream.write(both, filter=Name.FlateDecode)


# --- a file that readers resolve differently -----------------------------------------------------


class Raw:
    """A PDF as its objects, to be put together in ways that no library would."""

    def __init__(self, pdf):
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True,
                 fix_metadata_version=False)  # fmt: skip
        data = out.getvalue()
        start = int(data.rsplit(b"startxref", 1)[1].split()[0])
        offsets = sorted(int(line[:10]) for line in data[start:].splitlines()
                         if line.endswith((b" n ", b" n")))  # fmt: skip
        pieces = [data[a:b] for a, b in zip(offsets, [*offsets[1:], start], strict=True)]
        self.head = data[: offsets[0]]
        self.objects = {int(_OBJECT.match(piece)[1]): piece for piece in pieces}
        self.root = int(re.search(rb"/Root (\d+) 0 R", data[start:])[1])
        self.tree = int(re.search(rb"/Pages (\d+) 0 R", self.objects[self.root])[1])
        self.info = int(re.search(rb"/Info (\d+) 0 R", data[start:])[1])

    def add(self, body):
        number = max(self.objects) + 1
        self.objects[number] = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        return number

    def stream(self, data):
        return self.add(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data))

    def page(self):
        """Return the number of the object of page 2, and its contents' number."""
        pages = [n for n, piece in sorted(self.objects.items()) if b"/Type /Page " in piece
                 or b"/Type /Page\n" in piece or b"/Type /Page>" in piece]  # fmt: skip
        return pages[1], int(re.search(rb"/Contents (\d+) 0 R", self.objects[pages[1]])[1])

    def written(self, more=b"", prev=b"", twice=None):
        """Return the file; `twice` gives objects a second entry in the table."""
        data, offsets = self.head, {}
        for number, piece in sorted(self.objects.items()):
            offsets[number] = len(data)
            data += piece
        data += more
        extra = {}
        for number, piece in (twice or {}).items():
            extra[number] = len(data)
            data += piece
        start = len(data)
        table = b"xref\n0 %d\n0000000000 65535 f \n" % (max(offsets) + 1)
        for number in range(1, max(offsets) + 1):
            table += b"%010d 00000 n \n" % offsets[number]
        for number, offset in extra.items():
            table += b"%d 1\n%010d 00000 n \n" % (number, offset)
        trailer = b"trailer << /Size %d /Root %d 0 R /Info %d 0 R %s >>\n" % (
            max(offsets) + 1, self.root, self.info, prev % start if b"%" in prev else prev,
        )  # fmt: skip
        return data + table + trailer + b"startxref\n%d\n%%%%EOF\n" % start


def by_bytes(write):
    """Make a forgery of a function of the file's objects and the forged contents."""

    def forge(path):
        with pikepdf.open(io.BytesIO(path.read_bytes())) as pdf:
            forged = forged_contents(pdf).read_bytes()
            path.write_bytes(write(Raw(pdf), forged))

    forge.__name__ = write.__name__
    forge.__doc__ = write.__doc__
    return forge


def _with_contents(raw, forged):
    """Return page 2 with the forged contents, under its own number."""
    page, contents = raw.page()
    return page, raw.objects[page].replace(
        b"/Contents %d 0 R" % contents, b"/Contents %d 0 R" % raw.stream(forged)
    )


@by_bytes
def two_entries_for_one_object(raw, forged):
    """Two entries in one table for page 2."""
    page, piece = _with_contents(raw, forged)
    return raw.written(twice={page: piece})


@by_bytes
def previous_table_is_itself(raw, forged):
    """A `/Prev` that points to its own table, in which page 2 has two entries."""
    page, piece = _with_contents(raw, forged)
    honest, raw.objects[page] = raw.objects[page], piece
    return raw.written(twice={page: honest}, prev=b"/Prev %d")


@by_bytes
def key_twice(raw, forged):
    """A page with two `/Contents`: one reader takes the first, another the last."""
    page, contents = raw.page()
    number = raw.stream(forged)
    raw.objects[page] = raw.objects[page].replace(
        b"/Contents %d 0 R" % contents, b"/Contents %d 0 R /Contents %d 0 R" % (number, contents)
    )
    return raw.written()


@by_bytes
def saved_once_more(raw, forged):
    """A second revision that only its own cross-reference table makes the newest."""
    page, piece = _with_contents(raw, forged)
    first = raw.written()
    old = int(first.rsplit(b"startxref\n", 1)[1].split()[0])
    again = len(first)
    start = again + len(piece)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (page, again)
    trailer = b"trailer << /Size %d /Root %d 0 R /Info %d 0 R /Prev %d >>\n" % (
        max(raw.objects) + 1, raw.root, raw.info, old,
    )  # fmt: skip
    # The last startxref, which the library follows, names the old table.
    return (
        first
        + piece
        + table
        + trailer
        + b"startxref\n%d\n%%%%EOF\n" % start
        + (b"startxref\n%d\n%%%%EOF\n" % old)
    )


@by_bytes
def forged_file_before_it(raw, forged):
    """A whole forged report stands before the honest one, which is found from the end."""
    page, piece = _with_contents(raw, forged)
    honest = raw.objects[page]
    raw.objects[page] = piece
    first = raw.written()
    raw.objects[page] = honest
    raw.head = first
    return raw.written()


@by_bytes
def words_after_the_end(raw, forged):
    """Bytes after the end of the file, which no reader asks for."""
    return raw.written() + forged[:100]


# --- a tree of pages that readers walk differently ------------------------------------------------


def _with_kids(raw, number, kids, **keys):
    """Give a page or node kids, whose parent it becomes."""
    for kid in kids:
        raw.objects[kid] = re.sub(rb"/Parent \d+ 0 R", b"/Parent %d 0 R" % number, raw.objects[kid])
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    more = b"".join(b" /%s %d" % (key.encode(), value) for key, value in keys.items())
    raw.objects[number] = raw.objects[number].replace(
        b"<<", b"<< /Kids [ %s ]%s" % (listed, more), 1
    )


def _node(raw, page, count):
    """Put a node between a page and the root of the tree."""
    number = raw.add(b"<< /Type /Pages /Parent %d 0 R >>" % raw.tree)
    raw.objects[raw.tree] = raw.objects[raw.tree].replace(b"%d 0 R" % page, b"%d 0 R" % number)
    _with_kids(raw, number, [page], Count=count)


@by_bytes
def page_and_node(raw, forged):
    """A page with `/Kids`: Poppler, MuPDF and Ghostscript draw it, the library takes the kid."""
    page, piece = _with_contents(raw, forged)
    number = raw.add(piece.split(b"obj\n", 1)[1].rsplit(b"\nendobj", 1)[0])
    raw.objects[raw.tree] = raw.objects[raw.tree].replace(b"%d 0 R" % page, b"%d 0 R" % number)
    _with_kids(raw, number, [page], Count=1)
    return raw.written()


@by_bytes
def fewer_counted(raw, _):
    """A count that leaves the last page out."""
    raw.objects[raw.tree] = raw.objects[raw.tree].replace(b"/Count 3", b"/Count 2")
    return raw.written()


@by_bytes
def hidden_in_the_middle(raw, _):
    """A node that says it holds no page, around the page in the middle."""
    _node(raw, raw.page()[0], 0)
    raw.objects[raw.tree] = raw.objects[raw.tree].replace(b"/Count 3", b"/Count 2")
    return raw.written()


@by_bytes
def counted_twice(raw, _):
    """A node that says it holds two pages, so that others take the wrong number."""
    _node(raw, raw.page()[0], 2)
    return raw.written()


@by_bytes
def no_page_by_its_type(raw, _):
    """A page that calls itself something else: PDFium shows none."""
    page, _ = raw.page()
    raw.objects[page] = raw.objects[page].replace(b"/Type /Page ", b"/Type /Template ")
    return raw.written()


@by_bytes
def another_parent(raw, _):
    """A page whose parent is another page."""
    page, _ = raw.page()
    raw.objects[page] = re.sub(rb"/Parent \d+ 0 R", b"/Parent %d 0 R" % page, raw.objects[page])
    return raw.written()


NO_FORM = "rewritten by another program, or assembled by hand"
ENTRY = "the entry of the attachment {} is not as a build writes it"
FORGERIES = {
    page_and_node: "a page is also a node of the tree of pages, above page 2",
    fewer_counted: "counts 2 where there are 3 from page 1 on",
    hidden_in_the_middle: "counts 0 where there are 1 from page 2 on",
    counted_twice: "counts 2 where there are 1 from page 2 on",
    no_page_by_its_type: "/Type key should be /Page but is not",
    another_parent: "names another node as its parent",
    unpacked_differently: "packed in a way that readers may undo differently",
    contents_of_another_file: "takes its data from another file",
    second_file_of_one_name: "there are several attachments of the name ledger.json",
    another_name_shown: ENTRY.format("seal.json"),
    name_in_another_encoding: "a name among the attachments is not written as",
    shown_in_another_encoding: ENTRY.format("seal.json"),
    described_in_another_encoding: ENTRY.format("seal.json"),
    another_file_for_other_readers: ENTRY.format("seal.json"),
    related_file: ENTRY.format("seal.json"),
    entry_without_file: ENTRY.format("z"),
    bounds_that_hide_a_name: "has other bounds than its names",
    names_and_kids: "the tree of attachments contains more than names",
    words_after_the_signature: "it contains something other than a signature",
    spaces_in_the_seal: "the seal itself was edited",
    seal_described_otherwise: "the description of the attachment seal.json was altered",
    words_after_the_packed_seal: ENTRY.format("seal.json"),
    second_seal_packed_behind_it: ENTRY.format("seal.json"),
    words_in_the_seals_stream: ENTRY.format("seal.json"),
    two_entries_for_one_object: NO_FORM,
    key_twice: "duplicated key /Contents",
    saved_once_more: NO_FORM,
    forged_file_before_it: NO_FORM,
    words_after_the_end: NO_FORM,
}
"""What a verdict says of each; `previous_table_is_itself` is damaged, and not opened at all."""
