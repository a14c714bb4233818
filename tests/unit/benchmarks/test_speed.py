"""The guard on ratios of build times, and the page that draws them."""

import pytest

from benchmarks.press_books import write_book
from benchmarks.speed.__main__ import LIMITS, beyond
from benchmarks.speed.books import CHAPTER, EDITS
from benchmarks.speed.page import WIDTH, drawn

MACHINE = {"processors": 2, "system": "Linux", "python": "3.11", "load": 0.1, "commit": "abc"}


def row(build, seconds, **more):
    more = {"processor_seconds": seconds, "megabytes": 100, **more}
    return {"build": build, "seconds": seconds, **more, **MACHINE}


GOOD = [
    row("cold", 60.0, of_cold=1.0),
    row("nothing", 0.4, of_cold=0.007),
    row("8 chapters, cold", 4.0, of_cold=1.0),
    row("40 chapters, cold", 20.0, of_cold=1.0),
    row("40 chapters, cold, quarto", 60.0, times_ours=3.0),
    row("150 chapters, cold", 80.0, of_cold=1.0),
    row("cold, embedded", 50.0, of_cold=1.0, times_ours=1.0),
    row("cold, quarto", 150.0, of_cold=1.0, times_ours=3.0),
]


def test_a_run_within_the_limits_passes():
    assert beyond(GOOD) == []


@pytest.mark.parametrize(
    ("at", "changed", "said"),
    [
        (1, {"of_cold": LIMITS["nothing"] + 0.001}, "nothing: "),
        (7, {"times_ours": 0.9}, "cold, quarto: 0.9 times ours"),
        (5, {"processor_seconds": 120.0}, "a chapter of 150 takes 1.6 times one of 40"),
    ],
)
def test_a_ratio_beyond_its_limit_is_named(at, changed, said):
    rows = [{**each, **changed} if place == at else each for place, each in enumerate(GOOD)]
    (found,) = beyond(rows)
    assert found.startswith(said)


def test_the_page_draws_every_build_once_as_long_as_it_took():
    page = drawn(GOOD)
    for each in GOOD:
        assert page.count(f"| {each['build']} |") == 1
    assert f"| cold | 60.00 | 60.0 | 100 | 100.0% |  | {'█' * WIDTH} |" in page
    assert f"| cold, quarto | 150.00 | 150.0 | 100 | 100.0% | 3.0 | {'█' * WIDTH} |" in page
    assert "Quarto was not on PATH" not in page
    assert "Quarto was not on PATH" in drawn(GOOD[:2])


def test_the_edits_of_a_book_change_what_it_says(tmp_path):
    text = (write_book(tmp_path / "book", 8) / CHAPTER).read_text()
    assert all(old in text for old, _ in EDITS.values())
