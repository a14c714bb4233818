"""A page tree or stream that readers may see differently is named, as the file has it."""

import pikepdf
import pytest

from audit.limits import BeyondLimits
from audit.pdf import reader_consistency
from audit.pdf.reader_consistency import form_faults


def no_tree(pdf):
    pdf.Root.Pages = pikepdf.Array()


def circle(pdf):
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)


def key_of_a_page(pdf):
    pdf.Root.Pages.Annots = pikepdf.Array()


def number_among_pages(pdf):
    pdf.Root.Pages.Kids.append(3)


def page_that_counts(pdf):
    pdf.Root.Pages.Kids[0].Count = 1


def old_compression(pdf):
    pdf.Root.Pages.Kids[0].Contents.Filter = pikepdf.Name.LZWDecode


FAULTS = {
    no_tree: "there is no tree of pages",
    circle: "the tree of pages runs in a circle",
    key_of_a_page: "has keys that such a node never has",
    number_among_pages: "contains something other than pages",
    page_that_counts: "page 1 is not marked as a page and nothing else",
    old_compression: "is packed in a way that readers may undo differently",
}


@pytest.mark.parametrize("change", FAULTS, ids=lambda change: change.__name__)
def test_what_readers_may_see_differently_is_named(made, change):
    with pikepdf.open(made) as pdf:
        assert not list(form_faults(pdf))
    with pikepdf.open(made) as pdf:
        change(pdf)
        assert FAULTS[change] in "\n".join(form_faults(pdf))


def test_a_file_with_more_pages_than_any_report_is_refused(made, monkeypatch):
    monkeypatch.setattr(reader_consistency, "PAGES", 1)
    with pikepdf.open(made) as pdf, pytest.raises(BeyondLimits, match="more than 1 pages"):
        list(form_faults(pdf))
