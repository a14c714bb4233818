"""Builds that go wrong: the message, the place, and the old book left as it was."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from press.build import build_book
from press.chapter.book import read_book
from press.errors import CellError, PressError, ProjectError
from press.run import client
from press.run.execution import execute_chapter
from press.run.results import Conditions

CONFIGURATION = (
    "project: {type: book, execute-dir: project}\nbook:\n  title: T\n"
    "  chapters: [index.qmd, one.qmd]\nformat:\n  html: default\n  typst: default\n"
)


def project(folder: Path, chapter: str, **files: str) -> Path:
    files = {
        "_quarto.yml": CONFIGURATION,
        "index.qmd": "# Home {.unnumbered}\n",
        "one.qmd": chapter,
    } | files
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def failure(folder: Path, chapter: str, **options: object) -> CellError:
    with pytest.raises(CellError) as caught:
        build_book(project(folder, chapter), formats=("html",), **options)
    assert caught.value.exit_code == 7
    return caught.value


def test_an_exception_names_the_line_that_raised_it(tmp_path):
    error = failure(tmp_path, "# One\n\n```{python}\n#| label: calc\nx = 1\n1 / (x - 1)\n```\n")
    assert str(error.place) == "one.qmd:6"
    assert "calc raised ZeroDivisionError: division by zero" in str(error)
    assert "    1 / (x - 1)" in str(error)


def test_a_syntax_error_names_the_cell_s_line(tmp_path):
    error = failure(tmp_path, "# One\n\n```{python}\nx = (\n```\n")
    assert "SyntaxError" in error.what
    assert error.place.line == 4


def test_an_inline_expression_that_raises(tmp_path):
    error = failure(tmp_path, "# One\n\n```{python}\nx = 1\n```\n\nIt is\n`{python} nope`.\n")
    assert str(error.place) == "one.qmd:8"
    assert "NameError" in error.what


def test_an_inline_expression_that_quarto_prints_as_it_stands(tmp_path):
    folder = project(
        tmp_path, '# One\n\n```{python}\nx = 1\n```\n\n`{python} ""`, ``{python} x``\n'
    )
    with pytest.raises(
        PressError, match=r'one\.qmd:7: the inline expression "" has an empty value'
    ):
        build_book(folder, formats=("html",))
    page = build_book(folder, formats=("html",), lenient=True).html[1].read_text("utf-8")
    assert page.count("<code>{python} ") == 2


def test_figures_are_drawn_as_the_options_say(tmp_path):
    options = "fig-width: 2\nexecute:\n  fig-height: 1\n  fig-dpi: 50\n  fig-format: png\n"
    chapter = (
        "# One\n\n```{python}\nimport matplotlib.pyplot as plt\n"
        "fig = plt.figure()\nprint(fig.get_size_inches(), fig.dpi)\n"
        "print(get_ipython().config.InlineBackend.figure_formats)\nplt.close()\n```\n"
    )
    folder = project(tmp_path, chapter, **{"_quarto.yml": CONFIGURATION + options})
    page = build_book(folder, formats=("html",)).html[1].read_text("utf-8")
    assert "[2. 1.] 50.0" in page
    assert "png" in page
    assert "retina" not in page


def test_a_cell_that_never_ends(tmp_path):
    error = failure(tmp_path, "# One\n\n```{python}\nwhile True: pass\n```\n", timeout=1)
    assert "did not end within 1 seconds" in error.what
    assert error.place.line == 3


def test_a_kernel_that_dies(tmp_path):
    error = failure(tmp_path, "# One\n\n```{python}\nimport os\nos._exit(3)\n```\n")
    assert error.what == "the kernel died"


def test_a_cell_that_floods(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "_LARGEST_OUTPUT", 50_000)
    error = failure(
        tmp_path, "# One\n\n```{python}\nwhile True: print('x' * 1000)\n```\n", timeout=60
    )
    assert "more than 50,000 characters" in error.what


def test_after_an_error_the_old_book_is_as_it_was(tmp_path):
    folder = project(tmp_path / "p", "# One\n\nFirst.\n")
    out = build_book(folder, formats=("html",)).out
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    project(folder, "# One\n\nSecond, see @fig-ghost.\n")
    with pytest.raises(PressError, match=r"one\.qmd:3: the reference @fig-ghost"):
        build_book(folder, formats=("html",))
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in folder.iterdir()) == [
        "_book",
        "_quarto.yml",
        "index.qmd",
        "one.qmd",
    ]


def test_every_mistake_is_reported_at_once(tmp_path):
    text = (
        "# One\n\n@fig-a, [x](#no), [@nobody], ![i](gone.svg), [^n][^m].\n\n"
        "::: {.callout-note}\nopen\n\n[^m]: Written.\n"
    )
    with pytest.raises(PressError) as caught:
        build_book(project(tmp_path, text), formats=("html",))
    for words in ("@fig-a", "#no", "@nobody", "gone.svg", "[^n]", "one.qmd:5: the division"):
        assert words in str(caught.value)


@pytest.mark.parametrize("target", [".", ".."])
def test_a_book_never_takes_the_place_of_its_project(tmp_path, target):
    folder = project(tmp_path / "p", "# One\n")
    with pytest.raises(ProjectError, match="project itself"):
        build_book(folder, out=folder / target)


def test_a_book_never_takes_the_place_of_something_else(tmp_path):
    folder = project(tmp_path / "p", "# One\n")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"x")
    with pytest.raises(ProjectError, match="not a book"):
        build_book(folder, out=tmp_path / "photos")


def test_a_book_takes_the_place_of_one_that_has_no_pages(tmp_path):
    folder = project(tmp_path / "p", "# One\n")
    for _ in range(2):
        built = build_book(
            folder,
            out=tmp_path / "b",
            formats=("pdf",),
            finish=lambda new: (new / "audit").mkdir(),
        )
    assert sorted(path.name for path in built.out.iterdir()) == ["T.pdf", "audit"]


def test_a_format_that_is_none(tmp_path):
    with pytest.raises(ProjectError, match="docx"):
        build_book(project(tmp_path, "# One\n"), formats=("docx",))


@pytest.mark.parametrize(
    ("chapter", "words"),
    [
        ("# One\n\n![](x.svg)\n", ["one.qmd:3", "x.svg", "alternative text"]),
        ("# One\n\n### Deep\n", ["one.qmd:3", "Deep", "from level 1 to level 3"]),
    ],
)
def test_what_an_accessible_pdf_asks_is_named_with_its_place(tmp_path, chapter, words):
    files = {
        "_quarto.yml": CONFIGURATION.replace("typst: default", "typst: {pdf-standard: ua-1}"),
        "x.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    }
    with pytest.raises(PressError) as caught:
        build_book(project(tmp_path, chapter, **files), formats=("pdf",))
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("chapter", "words"),
    [
        ("# One\n\n{{< lipsum 1 >}}\n", ["one.qmd:3", "lipsum"]),
    ],
)
def test_what_the_press_has_not_is_refused_by_name(tmp_path, chapter, words):
    with pytest.raises(PressError) as caught:
        build_book(project(tmp_path, chapter), formats=("html",))
    assert caught.value.exit_code == 2
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_an_option_nobody_knows_is_named_in_a_warning(tmp_path):
    text = "# One\n\n```{python}\n#| frobnicate: 3\n1\n```\n"
    built = build_book(project(tmp_path, text), formats=("html",))
    assert any("one.qmd:4" in line and "frobnicate" in line for line in built.warnings)


@pytest.mark.parametrize("words", [", echo=FALSE", ' .hidden when-format="pdf"'])
def test_options_on_the_fence_are_passed_over_with_a_warning(tmp_path, words):
    text = f"# One\n\n```{{python{words}}}\nprint(6 * 7)\n```\n"
    built = build_book(project(tmp_path, text), formats=("html",))
    assert any("one.qmd:3" in line and words.strip() in line for line in built.warnings)
    assert "42" in built.html[1].read_text("utf-8")


def test_a_cell_of_a_language_nobody_runs_is_code(tmp_path):
    text = "# One\n\n```{text}\nAffine(*a*, b)\n```\n\n````\n```{text}\n````\n"
    page = build_book(project(tmp_path, text), formats=("html",)).html[1].read_text("utf-8")
    assert '<pre tabindex="0" class="{text}"><code>Affine(*a*, b)</code></pre>' in page
    assert '<pre tabindex="0"><code>```{text}</code></pre>' in page


def test_an_image_of_another_host_is_warned_of_and_not_put_into_print(tmp_path):
    folder = project(tmp_path, "# One\n\n![A badge](https://example.org/badge.svg)\n")
    built = build_book(folder, formats=("html",))
    assert any("one.qmd:3" in line and "another host" in line for line in built.warnings)
    with pytest.raises(PressError, match=r"one\.qmd:3: the image .* another host"):
        build_book(folder, formats=("pdf",))


def test_what_the_home_page_shows_of_the_book(tmp_path):
    files = {
        "_quarto.yml": CONFIGURATION.replace(
            "title: T", 'title: T\n  abstract: "In *short*"\n  cover-image: c.svg'
        ).replace("html: default", "html: {toc-title: Inside}"),
        "index.qmd": "# Home {.unnumbered}\n\n## A\n",
        "c.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    }
    built = build_book(project(tmp_path, "# One\n", **files), formats=("html",))
    home = built.html[0].read_text("utf-8")
    assert '<span class="abstract-title">Abstract</span> In <em>short</em>' in home
    assert home.index('<img src="c.svg" title="T" class="quarto-cover-image') < home.index(
        "Home</h1>"
    )
    assert '<h2 id="toc-title">Inside</h2>' in home
    assert (built.out / "c.svg").is_file()


def test_html_in_a_caption_that_would_lose_words_is_a_mistake(tmp_path):
    text = (
        "# One\n\n```{python}\n#| label: tbl-a\n#| tbl-cap: 'One <script>x</script> two'\n"
        "from IPython.display import Markdown\nMarkdown('| a |\\n|---|\\n| 1 |')\n```\n"
    )
    with pytest.raises(PressError, match=r"one\.qmd:5: the <script> in tbl-cap ends the caption"):
        build_book(project(tmp_path, text), formats=("html",))


def test_html_within_a_line_stands_in_a_caption_and_marks_are_escaped_in_an_attribute(tmp_path):
    files = {"x.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'}
    text = '# One\n\n![A <b>bold</b> & \\< b](x.svg){#fig-b fig-alt="a < b & c"}\n'
    page = build_book(project(tmp_path, text, **files)).html[1].read_text("utf-8")
    assert "A <b>bold</b> &amp; &lt; b" in page
    assert 'alt="a &lt; b &amp; c"' in page


def test_a_chapter_names_its_bibliography_from_where_it_lies(tmp_path):
    (tmp_path / "deep").mkdir(parents=True)
    source = "@book{%s, title={T}, author={%s, A}, year={2001}}\n"
    (tmp_path / "deep" / "own.bib").write_text(source % ("ben", "Cole"), "utf-8")
    (tmp_path / "deep" / "two.qmd").write_text(
        "---\nbibliography: [own.bib, /all.bib]\n---\n\n# Two\n\n[@ben; @ada]\n", "utf-8"
    )
    files = {
        "_quarto.yml": CONFIGURATION.replace("one.qmd]", "one.qmd, deep/two.qmd]")
        + "bibliography: all.bib\n",
        "all.bib": source % ("ada", "Bell"),
    }
    built = build_book(project(tmp_path, "# One\n\n[@ada]\n", **files), formats=("html",))
    assert "Cole 2001" in built.html[2].read_text("utf-8")
    assert "Bell 2001" in built.html[1].read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1. Item\n\n    ```{python}\n    print(1)\n    ```\n", "one.qmd:5"),
        ("Words\n::: {.a b c}\nx\n:::\n", "one.qmd:4"),
    ],
)
def test_a_fence_that_is_printed_as_text_is_a_mistake(tmp_path, text, place):
    with pytest.raises(PressError, match="is printed as text") as caught:
        build_book(project(tmp_path, "# One\n\n" + text), formats=("html",))
    assert place in str(caught.value)


def test_a_cell_in_a_list_stays_in_it(tmp_path):
    text = "# One\n\n1. Item\n\n   ```{python}\n   print(6 * 7)\n   ```\n\n2. Next\n"
    page = build_book(project(tmp_path, text), formats=("html",)).html[1].read_text("utf-8")
    assert page.count("<ol") == 1
    assert "42" in page[page.index("<ol") : page.index("Next")]


def test_one_kernel_a_chapter_for_all_formats_with_the_caller_s_environment(tmp_path):
    code = "import os\nprint(os.environ['GIVEN'], open('n', 'a').write('x'))"
    text = f"# One\n\n```{{python}}\n{code}\n```\n"
    folder = project(tmp_path, text)
    build_book(folder, environment={"GIVEN": "yes"})
    assert (folder / "n").read_text() == "x"


def test_the_kernel_is_reached_without_a_network_port(tmp_path):
    text = (
        "# One\n\n```{python}\nimport json\nfrom ipykernel.kernelapp import IPKernelApp\n"
        "print(IPKernelApp.instance().transport)\n```\n"
    )
    chapter = read_book(project(tmp_path, text)).chapters[1]
    done = execute_chapter(chapter, Conditions(tmp_path, {}, 30, {}))
    assert done.results[1].outputs[0]["text"].strip() == "ipc"


def test_the_page_of_a_part_has_no_numbers_in_print(tmp_path):
    chapters = "[index.qmd, {part: p.qmd, chapters: [one.qmd]}, {part: '*Two*', chapters: [b.qmd]}]"
    files = {
        "_quarto.yml": CONFIGURATION.replace("[index.qmd, one.qmd]", chapters),
        "p.qmd": "# Part one\n\n## Below the part\n",
        "b.qmd": "# B\n",
    }
    built = build_book(project(tmp_path, "# One\n", **files), formats=("pdf",))
    with pikepdf.open(built.pdf) as pdf, pdf.open_outline() as outline:
        names = [item.title for item in outline.root]
        below = [item.title for item in outline.root[1].children]
    assert names == ["Home", "Part one", "1 One", "Two", "2 B"]
    assert below == ["Below the part"]


def test_what_may_scroll_is_reached_by_keyboard(tmp_path):
    text = "# One\n\n$$ a $$ {#eq-a}\n\n| x |\n|---|\n| 1 |\n\n```python\nx = 1\n```\n"
    page = build_book(project(tmp_path, text), formats=("html",)).html[1].read_text("utf-8")
    for start in ('<span id="eq-a"', "<div data-scroll", "<pre"):
        tag = page[page.index(start) :].partition(">")[0]
        assert 'tabindex="0"' in tag, tag
