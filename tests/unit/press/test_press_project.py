"""Reading a book project: what it is, what is in it, and where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from press.chapter.book import chapter_numbers, read_book
from press.errors import ChapterError, PressError, ProjectError, UnsupportedError
from press.project.project import read_project
from press.project.yaml import merged, parse_settings

BOOK = "project:\n  type: book\nbook:\n  title: T\n  chapters:\n    - index.qmd\n    - one.qmd\n"


def write(folder: Path, **files: str) -> Path:
    files = {
        "_quarto.yml": BOOK,
        "index.qmd": "# Home {.unnumbered}\n",
        "one.qmd": "# One\n",
    } | files
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_yaml_is_version_1_2_as_in_quarto():
    settings = parse_settings("a: no\nb: true\nc: 012\nd: 2020-05-01\n", "f.yml")
    assert settings.values == {"a": "no", "b": True, "c": 12, "d": "2020-05-01"}


def test_each_key_knows_its_line():
    settings = parse_settings(
        "book:\n  title: T\n  chapters:\n    - a\n    - b\n", "f.yml", first=3
    )
    assert str(settings.location("book", "title")) == "f.yml:4"
    assert str(settings.location("book", "chapters", 1)) == "f.yml:7"
    assert str(settings.location("book", "absent")) == "f.yml:3"


def test_a_profile_appends_lists_and_overrides_texts():
    below = parse_settings("book:\n  title: A\n  chapters: [a]\n", "below.yml")
    above = parse_settings("book:\n  title: B\n  chapters: [b]\n", "above.yml")
    both = merged(below, above)
    assert both.values == {"book": {"title": "B", "chapters": ["a", "b"]}}
    assert str(both.location("book", "chapters", 1)) == "above.yml:3"


def test_a_list_takes_each_item_once_and_a_single_value_as_a_list():
    below = parse_settings("css: a\nto: [x, y]\nonly: [z]\n", "below.yml")
    above = parse_settings("css: [b, a]\nto:\n  - y\n  - w\nonly:\n", "above.yml")
    both = merged(below, above)
    assert both.values == {"css": ["a", "b"], "to": ["x", "y", "w"], "only": None}
    assert str(both.location("to", 2)) == "above.yml:4"


def test_the_order_in_which_files_are_laid_over_each_other(tmp_path):
    write(
        tmp_path,
        **{
            "_quarto.yml": BOOK
            + "metadata-files: [more.yml, absent.yml]\nprofile: {group: [[long, short]]}\n"
            + "a: 1\nb: 1\nc: 1\nd: 1\n",
            "more.yml": "b: 2\nc: 2\nd: 2\n",
            "_quarto-long.yml": "c: long\nd: long\n",
            "_quarto-short.yml": "c: short\n",
            "_quarto-also.yml": "c: also\n",
            "_quarto.yml.local": "d: local\n",
        },
    )

    def found(*profiles: str) -> tuple[object, ...]:
        project = read_project(tmp_path, profiles)
        return (project.profiles, *(project.settings.get(key) for key in "abcd"))

    assert found() == (("long",), 1, 2, "long", "local")
    assert found("short", "also") == (("short", "also"), 1, 2, "short", "local")
    assert found("also") == (("also", "long"), 1, 2, "also", "local")
    with pytest.raises(ProjectError, match="no profile none"):
        read_project(tmp_path, ["none"])


def test_chapters_of_a_folder_share_its_metadata(tmp_path):
    write(
        tmp_path,
        **{
            "_quarto.yml": BOOK + "    - a/b/two.qmd\n",
            "_metadata.yml": "top: root\n",
            "a/_metadata.yml": "top: a\ntoc: false\n",
            "a/b/_metadata.yml": "top: b\nauthor: B\n",
            "a/b/two.qmd": "---\nauthor: Own\n---\n\n# Two\n",
        },
    )
    _, one, two = read_book(tmp_path).chapters
    assert one.front.values == {"top": "root"}
    assert two.front.values == {"top": "b", "toc": False, "author": "Own"}


def test_a_line_between_chapters_is_no_chapter(tmp_path):
    write(tmp_path, **{"_quarto.yml": BOOK.replace("    - one", '    - text: "---"\n    - one')})
    assert len(read_project(tmp_path).entries) == 2


def test_profiles_are_laid_over_the_project(tmp_path):
    write(
        tmp_path,
        **{
            "_quarto.yml": "project: {type: book}\nprofile: {default: full}\nbook: {title: T}\n",
            "_quarto-full.yml": "book:\n  chapters: [index.qmd, one.qmd]\n",
            "_quarto-short.yml": "book:\n  title: Short\n  chapters: [index.qmd]\n",
        },
    )
    assert [entry.file for entry in read_project(tmp_path).entries] == ["index.qmd", "one.qmd"]
    short = read_project(tmp_path, ["short"])
    assert short.title == "Short"
    assert [entry.file for entry in short.entries] == ["index.qmd"]


def test_parts_chapters_and_appendices_in_order(tmp_path):
    listing = (
        "project: {type: book}\nbook:\n  title: T\n  chapters:\n    - one.qmd\n    - index.qmd\n"
        "    - part: Second\n      chapters: [two.qmd]\n  references: refs.qmd\n"
        "  appendices: [data.qmd]\n"
    )
    more = {"two.qmd": "# Two", "data.qmd": "# Data", "refs.qmd": "# Sources {.unnumbered}"}
    write(tmp_path, **{"_quarto.yml": listing, **more})
    book = read_book(tmp_path)
    assert [(e.kind, e.file or e.text, e.depth) for e in book.project.entries] == [
        ("chapter", "index.qmd", 0),
        ("chapter", "one.qmd", 0),
        ("part", "Second", 0),
        ("chapter", "two.qmd", 1),
        ("chapter", "refs.qmd", 0),
        ("appendices", "Appendices", 0),
        ("chapter", "data.qmd", 1),
    ]
    assert chapter_numbers(book) == {
        "index.qmd": "", "one.qmd": "1", "two.qmd": "2", "refs.qmd": "", "data.qmd": "A",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        ("project: {type: website}\n", ["_quarto.yml:1", "website", "type: book"]),
        ("project: {type: book}\nbook:\n  chapters: [index.qmd]\n", ["_quarto.yml:2", "no title"]),
        ("project: {type: book}\nbook:\n  title: T\n", ["_quarto.yml:2", "no chapters"]),
        (BOOK + "    - absent.qmd\n", ["_quarto.yml:8", "absent.qmd"]),
        (BOOK + "    - one.qmd\n", ["_quarto.yml:8", "same page"]),
        (BOOK + "    - data.txt\n", ["_quarto.yml:8", "data.txt"]),
        (BOOK.replace("    - index.qmd\n", ""), ["home page", "index.qmd"]),
        ("book: [\n", ["_quarto.yml:2", "cannot be read"]),
        ("just words\n", ["_quarto.yml:1", "not a mapping"]),
        (BOOK + "lang: pl\n", ["_quarto.yml:8", "lang: pl", "crossref-fig-title"]),
        (BOOK + "execute:\n  echo: no\n", ["_quarto.yml:9", "echo", "'no'"]),
        (BOOK + "fig-width: wide\n", ["_quarto.yml:8", "fig-width", "'wide'"]),
        (BOOK + "engine: knitr\n", ["_quarto.yml:8", "engine: knitr"]),
    ],
)
def test_a_wrong_configuration_is_named_with_its_line(tmp_path, configuration, words):
    write(tmp_path, **{"_quarto.yml": configuration})
    with pytest.raises(PressError) as caught:
        read_book(tmp_path)
    assert caught.value.exit_code == 2
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_cells_and_inline_expressions_know_their_lines(tmp_path):
    text = (
        "---\nnote: x\n---\n\n# One {#sec-one}\n\n```{python}\n#| label: fig-a\n#| fig-cap: |\n"
        "#|   A: b\nx = 1\n```\n\nIt is `{python} x` and `{python} y + 1`.\n\n"
        "~~~\n```{python}\nnot a cell\n```\n~~~\n"
    )
    chapter = read_book(write(tmp_path, **{"one.qmd": text})).chapters[1]
    assert chapter.title.identifier == "sec-one"
    (cell,) = chapter.cells
    assert (cell.label, cell.options["fig-cap"], cell.source) == ("fig-a", "A: b", "x = 1")
    assert (cell.location.line, cell.first_line) == (7, 11)
    assert [(inline.expression, inline.line) for inline in chapter.inlines] == [
        ("x", 14), ("y + 1", 14),
    ]  # fmt: skip


def test_includes_keep_the_place_of_each_line(tmp_path):
    files = {
        "parts/one.qmd": "# One\n\n{{< include _in.md >}}\n{{< include /root.md >}}\n",
        "parts/_in.md": "first\n\n```{python}\nx = 1\n```\n",
        "root.md": "second\n",
        "_quarto.yml": BOOK.replace("one.qmd", "parts/one.qmd"),
    }
    chapter = read_book(write(tmp_path, **files)).chapters[1]
    assert str(chapter.cells[0].location) == "parts/_in.md:3"
    assert str(chapter.source.location_of("^second")) == "root.md:1"


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("{{< include one.qmd >}}\n", ChapterError, ["one.qmd:3", "includes itself"]),
        ("{{< include gone.md >}}\n", ChapterError, ["one.qmd:3", "gone.md"]),
        ("```{python}\n#| label: a b\n```\n", ChapterError, ["one.qmd:4", "space"]),
        (
            "```{python}\n#| code-fold: hide\n```\n",
            ChapterError,
            ["one.qmd:4", "true or false or show"],
        ),
        ("```{python}\n#| echo: no\n```\n", ChapterError, ["one.qmd:4", "'no'"]),
        ("```{python}\n#| echo: [\n```\n", ChapterError, ["one.qmd:4", "cannot be read"]),
        ("```{python}\n#| cache: true\n```\n", UnsupportedError, ["one.qmd:4", "cache"]),
        ("```{r}\n1\n```\n", UnsupportedError, ["one.qmd:3", "language r"]),
        ("```{python}\n1\n", ChapterError, ["one.qmd:3", "no end"]),
        (
            "```{python}\n#| label: twin\n```\n\n```{python}\n#| label: twin\n```\n",
            ChapterError,
            ["one.qmd:8", "one.qmd:4", "twin"],
        ),
    ],
)
def test_a_wrong_chapter_is_named_with_its_line(tmp_path, text, error, words):
    write(tmp_path, **{"one.qmd": "# One\n\n" + text})
    with pytest.raises(error) as caught:
        read_book(tmp_path)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_an_execute_default_in_a_chapter_is_checked(tmp_path):
    write(tmp_path, **{"one.qmd": "---\nformat: {html: {execute: {echo: maybe}}}\n---\n\n# One\n"})
    with pytest.raises(ChapterError, match=r"one\.qmd:2: .*echo.*'maybe'"):
        read_book(tmp_path)


def test_a_chapter_that_is_not_utf_8_is_named_with_its_line(tmp_path):
    write(tmp_path)
    (tmp_path / "one.qmd").write_bytes("# One\n\ncafé\n".encode("latin-1"))
    with pytest.raises(ChapterError, match=r"one\.qmd:3: byte 0xe9"):
        read_book(tmp_path)


def test_a_project_that_is_not_there(tmp_path):
    with pytest.raises(ProjectError, match=r"no _quarto\.yml"):
        read_project(tmp_path)
