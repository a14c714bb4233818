"""A sealed PDF is written so that every stream's end is beyond doubt."""

import io
import re

import pikepdf

from audit.seal.sealing import saved

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
