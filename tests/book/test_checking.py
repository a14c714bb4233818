"""The press's checks of the sources, by themselves: what stops the press stops Quarto too."""

import pytest

from press import checking
from press.build import build_book
from press.chapter.book import read_book
from press.checking import check_book
from press.errors import BrokenReferenceError, PressError

CONFIGURATION = (
    "project: {type: book}\nbook:\n  title: T\n  chapters: [index.qmd, one.qmd]\n"
    "bibliography: sources.bib\n"
    "format:\n  html: default\n  typst: {pdf-standard: ua-1}\n"
)
SOURCES = "@book{ada, title={Bridges}, author={Ada Bell}, year={1984}}\n"
MISTAKES = {
    "[@nobody]": "the citation @nobody",
    "@fig-none": "the reference @fig-none leads nowhere",
    "[x](#none)": "the link to #none leads nowhere",
    "[x](index.qmd#none)": "the link to index.qmd#none leads nowhere",
    "[x](absent.qmd)": "the link to absent.qmd leads nowhere",
    "A call[^n] of[^m] two.\n\n[^m]: A note.": "the note [^n] is missing",
    "![x](gone.svg)": "there is no image gone.svg",
    "{{< nosuch x >}}": "there is no shortcode {{< nosuch x >}}",
    "Words {{< include x.qmd >}}": "the shortcode {{< include x.qmd >}} is not written correctly",
    "{{< meta none >}}": "the shortcode meta names none",
    "{{< var none >}}": "the shortcode var names none",
    "$\\frac{1$": "the formula \\frac{1 cannot be set",
    "## A {#sec-a}\n\n## B {#sec-a}": "the label sec-a is already used",
    "![x](x.svg){#fig-a b}": "the attributes {#fig-a… are printed as text",
    "::: {.callout-note}\nOpen": "the division that opens here has no end",
}
IN_PRINT = {"![](https://example.org/x.png){fig-alt=x}": "is on another host",
            "![](here.svg)": "the image here.svg has no alternative text",
            "#### Deep": "skips from level 1 to level 4",
            "See [here](https://example.org).": "the link “here” doesn't say where it leads",
            "+---+---+\n| a | b |\n+---+---+":
                "the table that begins with “a” has no headings"}  # fmt: skip


def project(folder, text, **files):
    given = {
        "_quarto.yml": CONFIGURATION,
        "index.qmd": "# Home {.unnumbered}\n",
        "one.qmd": f"# One\n\n{text}\n",
        "sources.bib": SOURCES,
        "here.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    } | files
    for name, content in given.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def never_run(monkeypatch):
    monkeypatch.setattr(checking, "execute_book", None)


@pytest.mark.usefixtures("never_run")
@pytest.mark.parametrize(("text", "words"), MISTAKES.items())
def test_a_mistake_is_told_with_its_place(tmp_path, text, words):
    with pytest.raises(PressError) as caught:
        check_book(read_book(project(tmp_path, text)), ("html",))
    assert words in str(caught.value)
    assert str(caught.value).startswith("one.qmd:")


@pytest.mark.usefixtures("never_run")
@pytest.mark.parametrize(("text", "words"), IN_PRINT.items())
def test_a_mistake_in_print_is_none_in_html(tmp_path, text, words):
    book = read_book(project(tmp_path, text))
    check_book(book, ("html",))
    with pytest.raises(PressError, match=words):
        check_book(book, ("html", "pdf"))


@pytest.mark.usefixtures("never_run")
def test_the_press_says_the_same(tmp_path):
    folder = project(tmp_path, "\n\n".join(MISTAKES))
    with pytest.raises(PressError) as by_itself:
        check_book(read_book(folder), ("html",))
    with pytest.raises(PressError) as by_the_press:
        build_book(folder, formats=("html",))
    assert str(by_itself.value) == str(by_the_press.value)
    for words in MISTAKES.values():
        assert words in str(by_itself.value)


@pytest.mark.usefixtures("never_run")
def test_what_quarto_has_and_the_press_has_not_is_no_mistake(tmp_path):
    folder = project(tmp_path, "{{< lipsum 1 >}}\n")
    check_book(read_book(folder))
    with pytest.raises(PressError) as caught:
        build_book(folder, formats=("html",))
    assert "lipsum" in str(caught.value)


@pytest.mark.usefixtures("never_run")
def test_shortcodes_of_an_extension_are_known_to_quarto(tmp_path):
    folder = project(tmp_path, "{{< nosuch x >}}")
    extension = folder / "_extensions" / "words"
    extension.mkdir(parents=True)
    (extension / "_extension.yml").write_text("contributes: {shortcodes: [words.lua]}\n", "utf-8")
    lua = "return {nosuch = function(args) return args[1] end}"
    (extension / "words.lua").write_text(lua, "utf-8")
    check_book(read_book(folder))


@pytest.mark.usefixtures("never_run")
def test_labelled_cells_need_not_run_to_be_referred_to(tmp_path):
    text = (
        '```{python}\n#| label: fig-a\n#| fig-cap: "A"\ndraw()\n```\n\n'
        '```{python}\n#| label: tbl-b\n#| tbl-cap: "B"\n#| tbl-subcap: ["C", "D"]\ndraw()\n```\n\n'
        "See @fig-a, @tbl-b, @tbl-b-2, and `{python} value`. And `{python} value`.\n"
    )
    check_book(read_book(project(tmp_path, text)))


@pytest.mark.usefixtures("never_run")
@pytest.mark.parametrize("inline", ["`{python}  x`", "`{python} x `"])
def test_blanks_that_quarto_does_not_take(tmp_path, inline):
    book = read_book(project(tmp_path, f"```{{python}}\nx = 1\n```\n\nSee {inline}.\n"))
    with pytest.raises(PressError, match=r"one\.qmd:7: the inline expression x has blanks around"):
        check_book(book, ("html",))


def test_what_only_a_cell_makes_is_no_mistake(tmp_path):
    text = (
        "```{python}\n#| output: asis\n#| echo: false\n"
        'print("## A {#sec-a}\\n\\n[^n]: A note.")\n'
        "open('drawn.svg', 'w').write('<svg/>');\n```\n\n"
        "[x](#sec-a), @sec-a, ![x](drawn.svg), [^n], @sec-b.\n"
    )
    with pytest.raises(BrokenReferenceError) as caught:
        check_book(read_book(project(tmp_path, text)), ("html",))
    assert str(caught.value).startswith("one.qmd:10: the reference @sec-b leads nowhere")
