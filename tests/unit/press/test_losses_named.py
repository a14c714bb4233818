"""What a format would lose, or Typst alone would notice, is named with its file and line."""

import pytest

from press.document import tree
from press.document.accessibility import check_accessible
from press.document.preparation import check_notes
from press.errors import Mistakes
from press.project.resources import Resources, with_images
from tests.unit.press.pages import page


def named(text, base="typst", check=None):
    found = Mistakes()
    made = page(text, base, found)
    if check is not None:
        check(made, found)
    return [str(one).splitlines()[0] for one in found.found], found.warnings


@pytest.mark.parametrize(
    "text",
    ["::: {.callout-note}\n{{< pagebreak >}}\n:::", "- a\n\n  {{< pagebreak >}}"],
    ids=["callout", "list"],
)
def test_a_page_break_where_nothing_can_be_divided(text):
    broken = text.replace("{{< pagebreak >}}", "\n::: {.press-pagebreak}\n:::\n")
    broken = broken if text[0] == ":" else "- a\n\n  ::: {.press-pagebreak}\n  :::\n"
    (line,), _ = named(f"Text.\n\n{broken}")
    assert line.startswith("one.qmd:")
    assert "a page break is inside" in line


def test_content_for_a_format_that_is_never_written():
    text = 'A.\n\n::: {.content-visible when-format="pdf"}\nB.\n:::\n\n'
    own = "".join(
        f'::: {{.content-visible when-format="{name}"}}\nC.\n:::\n\n' for name in ("html", "typst")
    )
    _, (warned,) = named(text + own)
    assert warned.startswith("one.qmd:3: content for the format pdf is shown in neither format")
    assert named(text + own, "html")[1] == []


def test_a_page_break_in_a_plain_division():
    assert named("::: {.x}\na\n\n::: {.press-pagebreak}\n:::\n\nb\n:::") == ([], [])


def test_headings_without_words():
    text = "## A\n\n##\n\n## ![](a.svg){fig-alt=x}\n\n### {#b}\n"
    lines, _ = named(text, check=check_accessible)
    assert [line.partition(": ")[::2] for line in lines] == [
        ("one.qmd:3", "a heading has no words"),
        ("one.qmd:5", "a heading has no words: a picture is no title"),
        ("one.qmd:7", "a heading has no words"),
    ]


def test_brackets_in_a_chapter_without_notes_are_words():
    lines, warnings = named("Any but [^a] here.", check=check_notes)
    assert not lines
    assert warnings == ["one.qmd:1: the note [^a] is missing: the brackets are printed as words"]
    lines, _ = named("A[^b] and [^a].\n\n[^b]: Note.", check=check_notes)
    assert lines == ["one.qmd:1: the note [^a] is missing in this chapter"]


@pytest.mark.parametrize(
    ("tag", "line"),
    [
        ('<img src="no.svg" alt="x">', "one.qmd:3: there is no file no.svg"),
        ('<video poster="no.svg"></video>', "one.qmd:3: there is no file no.svg"),
        ('<a href="https://example.org/">x</a>', ""),
        ('<a href="#there">x</a>', ""),
    ],
)
def test_files_that_tags_name(tmp_path, tag, line):
    def check(made, found):
        with_images(made, Resources(tmp_path), found, from_root=False)

    lines, _ = named(f"Text.\n\nA {tag}.", "html", check)
    assert lines == ([line] if line else [])


@pytest.mark.parametrize(
    "tag", ['<img src="{}" alt="x">', '<script src="{}"></script>', "<iframe src='{}'></iframe>"]
)
def test_what_a_tag_shows_from_another_host_is_warned_of(tmp_path, tag):
    def check(made, found):
        with_images(made, Resources(tmp_path), found, from_root=False)

    address = "https://example.org/a.x"
    lines, warnings = named(f"Text.\n\nA {tag.format(address)}.", "html", check)
    assert not lines
    assert warnings == [f"one.qmd:3: {address} is on another host: put a copy into the project"]


@pytest.mark.parametrize(
    ("text", "line", "culprit"),
    [
        ("A\n\nAn \\emph{x} here.", 3, r"\emph{x} is LaTeX"),
        ("A\n\nIn C:\\data.", 3, r"\data is LaTeX"),
        ("A\n\n\\begin{itemize}\n\\item x\n\\end{itemize}", 3, r"\begin{itemize} is LaTeX"),
        ("See \\ref{a}.", 1, r"\ref{a} is LaTeX"),
        ("| a |\n|---|\n| <ul><li>x</li></ul> |", 3, "<ul> is in a cell of a pipe table"),
        ("a | b\n--|--\n<p>x</p> | y", 3, "<p> is in a cell"),
        ("| <div>x</div> |\n|---|\n| y |", 1, "<div> is in a cell"),
        ("A \\newpage\n\n\\newcommand{\\x}{y}\n\n\\vspace{1cm}", 0, ""),
        ("`\\emph{x}`{=latex} and `\\emph{x}`", 0, ""),
        ("| `<ul>` |\n|---|\n| x<br>y |\n\n<p>a | b</p>", 0, ""),
        ("```\n| a |\n|---|\n| <p>x</p> |\n```", 0, ""),
    ],
)
@pytest.mark.parametrize("base", ["html", "typst"])
def test_what_pandoc_would_drop_is_named(base, text, line, culprit):
    lines, _ = named(text, base)
    assert [one.startswith(f"one.qmd:{line}: {culprit}") for one in lines] == [True] * bool(line)


def test_a_formula_of_latex_is_one_in_both_formats():
    text = "\\begin{align}\na &= 1\n\\end{align}\n\nWith \\begin{equation}b\\end{equation}."
    for base in ("html", "typst"):
        maths = [node["c"] for node in tree.nodes(page(text, base).blocks, "Math")]
        assert [kind["t"] for kind, _ in maths] == ["DisplayMath"] * 2


@pytest.mark.parametrize("tag", ["<canvas></canvas>", "<svg></svg>", "<video></video>"])
def test_tags_that_print_has_not(tag):
    (line,), _ = named(f"Text.\n\n{tag}")
    assert line == f"one.qmd:3: {tag.partition('>')[0]}> is in the pages but not in print"


def test_html_that_is_marked_as_such_is_meant_for_pages_alone():
    assert named("```{=html}\n<canvas></canvas>\n```") == ([], [])


def test_images_named_without_their_ending():
    made = page("![](a) ![](b.svg)", **{"default-image-extension": "png"})
    assert [node["c"][2][0] for node in tree.nodes(made.blocks, "Image")] == ["a.png", "b.svg"]
