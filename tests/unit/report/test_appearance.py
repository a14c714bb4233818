"""A page left mostly empty and a figure that can't be read are named; a release stops."""

from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.errors import NotReady
from analysis.exhibits.parts.exhibit import Figure
from audit.ledger.record import Location
from report.checks.pages import FOOT, TOP, empty_pages, empty_pages_message
from report.checks.readiness import refuse_unreadable, unreadable
from report.exhibit_references import Use

WORDS, MARGIN = SimpleNamespace(roles=("P",)), SimpleNamespace(roles=("Artifact",))


def layer(*lowest, chapters=()):
    """Return the text of a PDF by the height of each page's last line; a foot on each page."""

    def page(height):
        runs = [SimpleNamespace(height=740.0, text="Words", element=WORDS),
                SimpleNamespace(height=height, text="last words", element=WORDS),
                SimpleNamespace(height=40.0, text="8", element=MARGIN)]  # fmt: skip
        return tuple(runs)

    blocks = tuple(SimpleNamespace(role="H1", page=at) for at in chapters)
    return SimpleNamespace(pages=tuple(map(page, lowest)), blocks=blocks)


def test_a_page_mostly_empty_is_named_by_its_printed_number():
    (found,) = empty_pages(layer(700, 100, 650, 100, 80))
    assert str(found) == "page 2 is filled to 15% only, down to “last words”"


def test_half_a_page_is_enough():
    half, less = (TOP + FOOT) / 2 - 1, (TOP + FOOT) / 2 + 10
    assert empty_pages(layer(700, 100, half, 100, 80)) == []
    assert [each.page for each in empty_pages(layer(700, 100, less, 100, 80))] == [2]


def test_a_chapter_may_end_where_it_does():
    assert empty_pages(layer(700, 100, 650, 100, 80, chapters=(2, 4))) == []
    assert empty_pages(layer(700, 100, 650)) == [], "nor is the last page one"


def test_a_chapter_does_not_end_with_a_line_or_two_on_a_page_of_their_own():
    (found,) = empty_pages(layer(700, 100, 720, 100, 80, chapters=(2, 4)))
    assert found.page == 2
    assert [each.page for each in empty_pages(layer(700, 100, 720))] == [2], "nor does a book"


def test_a_draft_says_so_and_a_release_stops(capsys, tmp_path):
    layers = {tmp_path / "report.pdf": layer(700, 100, 650, 100, 80)}
    empty_pages_message(layers, release=False)
    assert "report.pdf: page 2 is filled" in capsys.readouterr().err
    with pytest.raises(NotReady, match=r"report\.pdf: page 2 is filled"):
        empty_pages_message(layers, release=True)


def test_a_release_stops_at_a_figure_that_cannot_be_read():
    data, columns = pd.DataFrame({"pilot": ["Lambeth"]}), {"pilot": "Local authority"}
    bad = Figure("<svg/>", "A chart.", data, columns, faults=("“Lambeth” is too small (7 pt)",))
    used = [Use("forest", "figure", "fig-forest", Location("chapters/one.qmd", 12))]
    assert unreadable({"forest": bad}) == {"forest": bad.faults}
    with pytest.raises(NotReady, match=r"one\.qmd:12 forest: “Lambeth” is too small"):
        refuse_unreadable({"forest": bad}, used)
    refuse_unreadable({"other": bad}, used)  # it is shown nowhere
