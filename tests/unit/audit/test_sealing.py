"""A sealed PDF is written so that every stream's end is beyond doubt."""

import io
import re
import zlib

import pikepdf

from audit.pdf.writing import saved

COUNT = 600


def awkward():
    """A PDF with many streams, some of which end in a carriage return once compressed."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for number in range(COUNT):
        pdf.Root[f"/X{number}"] = pdf.make_stream(contents(number))
    return pdf


def contents(number):
    return b"abababab" + bytes([number % 256, number // 256])


def test_no_stream_ends_in_a_carriage_return_and_none_is_changed():
    with awkward() as pdf:
        plain = io.BytesIO()
        pdf.save(plain)
        assert re.search(rb"\r\nendstream", plain.getvalue()), "nothing to mend"
        data = saved(pdf)
    assert not re.search(rb"\r\nendstream", data)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for number in range(COUNT):
            assert pdf.Root[f"/X{number}"].read_bytes() == contents(number)


def test_the_same_pdf_is_written_as_the_same_bytes():
    with awkward() as one, awkward() as other:
        assert saved(one) == saved(other)


def test_what_is_packed_in_ascii_stays_as_it_is_when_another_file_is_put_in():
    """The seal is over streams as packed, and is put in afterwards, as is a signature."""
    text = b"".join(b"%d 0 m %d 7 l\n" % (n * n % 613, n * n % 617) for n in range(400))
    text = next(t for n in range(256) if zlib.adler32(t := text + bytes([37, n])) & 255 == 13)
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        stream = pdf.make_stream(b"")
        stream.write(zlib.compress(text, 1), filter=pikepdf.Name.FlateDecode)
        pdf.Root.X = stream
        first = saved(pdf)
    with pikepdf.open(io.BytesIO(first)) as pdf:
        assert "/ASCII85Decode" in list(map(str, pdf.Root.X.Filter))
        before = pdf.Root.X.read_raw_bytes()
        pdf.Root.Y = pdf.make_stream(b"the seal" * 50)
        second = saved(pdf)
    with pikepdf.open(io.BytesIO(second)) as pdf:
        assert pdf.Root.X.read_raw_bytes() == before
        assert pdf.Root.X.read_bytes() == text
