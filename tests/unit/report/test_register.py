"""Which exhibits chapters show is read from their text."""

from dataclasses import replace

import pytest

from analysis.errors import ChapterFailed
from press.chapter.book import read_book
from report.exhibit_references import check, references, uses

CONFIGURATION = """
project: {type: book}
book:
  title: T
  chapters: [index.qmd, chapters/one.qmd]
format: {html: default}
"""
INDEX = """# Start

```{python}
#| label: fig-effect-forest
#| fig-cap: "Effects"
figures.effect_forest
```

There are `{python} numbers.schools_all` schools, `{python} claims.it_fell`
"""
ONE = """# One

```{python}
# a comment
tables.pilots_table; x = numbers.schools_all
```
"""
KINDS = {
    "effect_forest": "figure",
    "pilots_table": "table",
    "schools_all": "number",
    "it_fell": "claim",
}


@pytest.fixture
def used(tmp_path):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "_quarto.yml").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "index.qmd").write_text(INDEX, encoding="utf-8")
    (tmp_path / "chapters" / "one.qmd").write_text(ONE, encoding="utf-8")
    return uses(read_book(tmp_path))


def test_every_use_is_found_with_its_line(used):
    assert [(use.name, str(use.location)) for use in used] == [
        ("effect_forest", "index.qmd:6"),
        ("schools_all", "index.qmd:9"),
        ("it_fell", "index.qmd:9"),
        ("pilots_table", "chapters/one.qmd:5"),
        ("schools_all", "chapters/one.qmd:5"),
    ]


def test_references_count_each_kind_in_the_order_of_the_book(used):
    assert references(used, KINDS) == {
        "effect_forest": "F1",
        "schools_all": "N1",
        "it_fell": "C1",
        "pilots_table": "T1",
    }


def test_an_unknown_exhibit_is_refused_with_its_line_and_the_nearest_name(used):
    kinds = {**KINDS, "effects_forest": "figure"}
    del kinds["effect_forest"]
    with pytest.raises(ChapterFailed, match=r"index.qmd:6: .*'effect_forest'") as error:
        check(used, kinds)
    assert "did you mean effects_forest?" in str(error.value)


def test_a_label_that_is_not_the_exhibits_name_is_refused(used):
    with pytest.raises(ChapterFailed, match="label it tbl-effect-forest"):
        check([replace(use, kind="table") for use in used[:1]], {**KINDS, "effect_forest": "table"})


@pytest.mark.parametrize(
    ("kind", "remedy"), [("table", "write tables.effect_forest"), ("", 'run("effect_forest")')]
)
def test_an_exhibit_asked_for_as_another_kind_is_refused_with_its_line(used, kind, remedy):
    with pytest.raises(ChapterFailed, match=r"index.qmd:6: ") as error:
        check(used, {**KINDS, "effect_forest": kind})
    assert remedy in str(error.value)
