"""Numbers that chapters hold by hand are found, with their line and the exhibit to use."""

import re

import pytest

from analysis.errors import ClaimBroken
from audit.coverage.literals import Literal, read_literals
from press.chapter.book import read_book
from press.chapter.source import source_of
from report.checks.prose import bare_numbers, texts_of
from report.checks.readiness import refuse_bare
from tests.architecture import ROOT

LITERALS = [
    Literal(re.compile(r"[Ss]ection (17|47)\b"), "sections of the Act"),
    Literal(re.compile(r"\btwo groups\b"), "by design"),
]
CONFIGURATION = """
project: {type: book}
book:
  title: T
  chapters: [index.qmd]
format: {html: default}
"""


def found(text, printed=None):
    return bare_numbers(source_of(text, "a.qmd"), LITERALS, printed or {})


def in_chapter(folder, text, printed=None):
    (folder / "_quarto.yml").write_text(CONFIGURATION, encoding="utf-8")
    (folder / "index.qmd").write_text(text, encoding="utf-8")
    (chapter,) = read_book(folder).chapters
    return [
        (each.location.line, each.text)
        for each in bare_numbers(texts_of(chapter), LITERALS, printed or {})
    ]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("It fell by 12% in 21 schools.", ["12", "21"]),
        ("It fell in three of the schools.", ["three"]),
        ("Twice as many children came.", ["Twice"]),
        ("Half of pupils, two thirds of workers.", ["Half", "two", "thirds"]),
        ("Section 47 enquiries in two groups.", []),
        ("One school; two ways to say it.", []),
        ("1. A list's own number\n2) and another", []),
    ],
)
def test_digits_and_counting_words_are_found(text, bare):
    assert [each.text for each in found(text)] == bare


def test_what_is_no_prose_holds_no_numbers(tmp_path):
    text = """# Title

Seen `{python} numbers.x` and `x[2]` at $p < 0.05$ in [@b2020, pp. 3--4], @tbl-a1, [here](b2.html).

$$
y = 3x
$$

<!-- 3 schools -->

```
7 schools
```

::: {.column width="30%"}
Words
:::
"""
    assert in_chapter(tmp_path, text) == []


def test_headings_captions_and_descriptions_count(tmp_path):
    text = """---
title: The 4 pilots
---

## All 5 outcomes

```{python}
#| label: fig-a
#| fig-cap: "Events in 21 schools"
#| fig-alt: "A line falls by 3."
tables.a
```
"""
    assert in_chapter(tmp_path, text) == [(2, "4"), (5, "5"), (9, "21"), (10, "3")]


def test_the_exhibit_that_prints_the_same_is_named():
    (word, share) = found("Of three schools 12% fell.", {"teams": "3", "fall": "12%", "other": "4"})
    assert word.exhibits == ("teams",)
    assert str(word) == "a.qmd:1 “three” is printed by no exhibit: print numbers.teams"
    assert share.exhibits == ("fall",)


def test_a_release_refuses_them_and_a_clean_book_passes():
    with pytest.raises(ClaimBroken, match=r"a\.qmd:1 “12”"):
        refuse_bare(found("It fell by 12."))
    refuse_bare([])


def test_no_chapter_of_the_report_holds_a_number_by_hand():
    literals = read_literals(ROOT / "literals.toml")
    lines = [line for chapter in read_book(ROOT).chapters for line in texts_of(chapter)]
    assert [str(each) for each in bare_numbers(lines, literals, {})] == []
