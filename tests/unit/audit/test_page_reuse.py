"""What a page of a PDF says is read once, and again if anything that it rests on has changed."""

import pikepdf
import pytest

from audit.coverage.page_cache import using_cache
from audit.pdf.text_layer import read_text


class Recorded:
    """A cache that notes what was made."""

    def __init__(self):
        self.known = {}
        self.made = 0

    def __call__(self, given, make):
        if given not in self.known:
            self.known[given] = make()
            self.made += 1
        return self.known[given]


def test_the_text_of_reused_pages_is_that_of_read_ones(pdf):
    cache = Recorded()
    with pikepdf.open(pdf) as opened:
        plain = read_text(opened)
        for _ in range(2):
            with using_cache(cache):
                assert read_text(opened) == plain
    assert cache.made == len(plain.pages)


def stream_of(page):
    given = page.Contents
    return next(iter(given)) if isinstance(given, pikepdf.Array) else given


def other_place(page):
    stream = stream_of(page)
    stream.write(b"1 0 0 1 3 5 cm\n" + stream.read_bytes())


def other_letters(page):
    for font in page.Resources.Font.values():
        table = font.ToUnicode.read_bytes()
        font.ToUnicode.write(table.replace(b"<0065>", b"<0061>"))


def other_width(page):
    for font in page.Resources.Font.values():
        font.Subtype = pikepdf.Name.Type1


def smaller_page(page):
    page.MediaBox = pikepdf.Array([0, 0, 10, 10])


def nodes(pdf, role):
    found = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary)]
    return [each for each in found if str(each.get("/S", "")) == role]


def other_role(pdf):
    for node in nodes(pdf, "/TD"):
        node.S = pikepdf.Name.TH


def other_inline_role(pdf):
    for node in nodes(pdf, "/Reference") + nodes(pdf, "/Link"):
        node.S = pikepdf.Name.Strong


def other_alternative(pdf):
    for node in nodes(pdf, "/Figure"):
        node.Alt = "Something else."


def other_order(pdf):
    (document,) = nodes(pdf, "/Document")
    document.K = pikepdf.Array(reversed(list(document.K)))


def each_page(change):
    def changed(pdf):
        for page in pdf.pages:
            change(page)

    changed.__name__ = change.__name__
    return changed


def pages_moved(pdf):
    pdf.pages.append(pdf.pages[1])
    del pdf.pages[1]


CHANGES = [
    *map(each_page, (other_place, other_letters, other_width, smaller_page)),
    other_role, other_inline_role, other_alternative, other_order, pages_moved,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_page_is_read_again_if_what_it_rests_on_has_changed(pdf, change):
    cache = Recorded()
    with pikepdf.open(pdf) as opened:
        with using_cache(cache):
            before = read_text(opened)
        change(opened)
        plain = read_text(opened)
        assert plain != before, "the change shows nowhere"
        with using_cache(cache):
            assert read_text(opened) == plain
