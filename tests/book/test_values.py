"""Values and options that are wrong, or that the press does not obey: each named with its place."""

from __future__ import annotations

import pytest

from press.build import build_book
from press.errors import PressError
from tests.book.test_build import CONFIGURATION, project


def message(folder, chapter, **files):
    with pytest.raises(PressError) as caught:
        build_book(project(folder, chapter, **files), formats=("html",))
    return str(caught.value)


@pytest.mark.parametrize(
    ("chapter", "words"),
    [
        ('::: {layout="[[1,a]"}\nx\n:::', "one.qmd:3: the attribute layout"),
        ("::: {layout-ncol=two}\nx\n:::", "one.qmd:3: the attribute layout-ncol"),
        ("::: {.list-table header-rows=x}\n* - a\n  - b\n:::", "one.qmd:3: the attribute header-"),
        ("$$\\frac{a$$", "one.qmd:3: the formula \\frac{a"),
        ("Words\n\n![A](x.svg){#fig-a b}", "one.qmd:5: the attributes {#fig-a"),
    ],
)
def test_an_attribute_or_formula_that_cannot_be_read(tmp_path, chapter, words):
    picture = {"x.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'}
    assert words in message(tmp_path, f"# One\n\n{chapter}\n", **picture)


@pytest.mark.parametrize(
    ("front", "words"),
    [
        ("toc-depth: deep", "`toc-depth` has the value 'deep'"),
        ("code-fold: hide", "`code-fold` has the value 'hide'"),
        ("execute: x", "`execute` has the value 'x'"),
        ("date: someday", "the date someday cannot be read"),
        ("format: {html: {number-depth: x}}", "`format: html: number-depth` has the value 'x'"),
        ("format: {html: {filters: [a.lua]}}", "there is no filter a.lua"),
        ("filters: [quarto, a.lua]", "the filter a.lua is to run after Quarto's own"),
        ("include-in-header: a.typ", "`include-in-header`"),
        ("from: commonmark", "`from`"),
        ("engine: knitr", "`engine: knitr`: the press runs only Python"),
        ("jupyter: ir", "`jupyter: ir`: the press runs only Python"),
        ("date: 2024-01-01\ndate-format: 'MMM YYYY'", "`date-format: MMM YYYY`"),
    ],
)
def test_an_option_with_a_value_that_is_not_obeyed(tmp_path, front, words):
    found = message(tmp_path, f"---\n{front}\n---\n\n# One\n")
    assert words in found
    assert found.startswith("one.qmd:2: ")


def test_a_size_of_figures_that_is_no_number(tmp_path):
    chapter = "---\nfig-width: wide\n---\n\n# One\n\n```{python}\n1\n```\n"
    assert message(tmp_path, chapter).startswith("one.qmd:2: option `fig-width` is not a number")


@pytest.mark.parametrize(
    ("more", "files", "words"),
    [
        ("bibliography: b.bib\n", {"b.bib": "@book{a, title={"}, "b.bib:"),
        ("csl: no.csl\n", {}, "there is no citation style no.csl"),
        ("number-depth: x\n", {}, "_quarto.yml:8: `number-depth`"),
    ],
)
def test_a_project_s_files_and_values(tmp_path, more, files, words):
    assert words in message(tmp_path, "# One\n", **{"_quarto.yml": CONFIGURATION + more, **files})


def test_what_is_passed_over_is_named_with_its_place(tmp_path):
    given = CONFIGURATION.replace("html: default", "html: {theme: cosmo}\n  docx: default")
    given = given.replace("{theme", "{css: a.css, html-math-method: mathml, theme")
    chapter = "---\nlicense: CC BY\ncode-annotations: hover\ncss: b.css\n---\n\n# One\n"
    files = {"_quarto.yml": given, "a.css": "p { color: red }"}
    built = build_book(project(tmp_path, chapter, **files), formats=("html",))
    assert "<style>\np { color: red }\n</style>" in built.html[1].read_text("utf-8")
    assert not any("mathml" in line or "html: css" in line for line in built.warnings)
    for words in (
        "_quarto.yml:6: `format: html: theme` is not obeyed",
        "_quarto.yml:7: the press makes no docx",
        "one.qmd:2: `license` is not obeyed",
        "one.qmd:3: `code-annotations: hover`",
        "one.qmd:4: `css` is not obeyed",
    ):
        assert any(line.startswith(words) for line in built.warnings), words


def test_sub_captions_that_are_only_asked_for(tmp_path):
    code = "import pandas as pd\nfor _ in range(2):\n    display(pd.DataFrame({'a': [1]}))"
    chapter = (
        "# One\n\n```{python}\n#| label: tbl-a\n#| tbl-cap: Both\n#| tbl-subcap: true\n"
        f"{code}\n```\n"
    )
    page = build_book(project(tmp_path, chapter), formats=("html",)).html[1].read_text("utf-8")
    assert "(b)" in page
