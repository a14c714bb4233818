"""Values in a chapter: shortcodes, authors, inline values, and texts for Typst."""

from __future__ import annotations

import pytest

from press.chapter.manuscript import inline_markdown
from press.chapter.shortcodes import Values, resolve_shortcodes, spell
from press.chapter.source import source_of
from press.errors import Mistakes
from press.pdf.writing import length, typst_string
from press.project.authors import authors
from tests.unit.press.pages import page


def shortcodes(text: str, found: Mistakes | None = None) -> str:
    values = Values(
        {"product": {"name": "Pro", "list": ["a", "b"]}}, {"v": 1.0, "yes": True}, {"HOME_": "here"}
    )
    return resolve_shortcodes(source_of(text, "one.qmd"), values, found or Mistakes()).text.rstrip(
        "\n"
    )


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{< var v >}} {{< var yes >}}", "1 true"),
        ("{{< meta product.name >}} {{<meta product.list.2>}}", "Pro b"),
        ("{{< env HOME_ >}} {{< env NONE other >}}", "here other"),
        ("`{{< var v >}}`", "`1`"),
        ("{{{< var v >}}}", "{{< var v >}}"),
        ("none", "none"),
    ],
)
def test_shortcodes(text, result):
    assert shortcodes(text) == result


@pytest.mark.parametrize("text", ["{{< var absent >}}", "{{< nosuch >}}", "# Title {{< var v >}}"])
def test_a_shortcode_that_quarto_would_lose_is_a_mistake(text):
    found = Mistakes()
    shortcodes("first\n" + text, found)
    assert [str(mistake.place) for mistake in found.found] == ["one.qmd:2"]


@pytest.mark.parametrize(
    ("given", "people"),
    [
        (None, []),
        ("Ada *Bell*", [("Ada Bell", ())]),
        (["A", {"name": "B", "affiliation": "Uni"}], [("A", ()), ("B", ("Uni",))]),
        (
            [
                {
                    "name": {"given": "Ada", "family": "Bell"},
                    "degrees": ["PhD"],
                    "affiliations": [{"id": "u", "name": "Uni"}, "Lab"],
                },
                {"name": "B", "affiliations": [{"ref": "u"}]},
            ],
            [("Ada Bell, PhD", ("Uni", "Lab")), ("B", ("Uni",))],
        ),
    ],
)
def test_authors_in_every_form(given, people):
    assert [(person.name, person.affiliations) for person in authors(given)] == people


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (1.1, "1.1"), (True, "true"), (None, "")])
def test_values_are_spelled_as_quarto_spells_them(value, text):
    assert spell(value) == text


@pytest.mark.parametrize(
    ("bundle", "text"),
    [
        ({"text/plain": "12345"}, "12345"),
        ({"text/plain": "'a*b*'"}, r"a\*b\*"),
        ({"text/plain": "np.float64(2.5)"}, "np.float64(2.5)"),
        ({"text/plain": "x", "text/markdown": "[14]{.number}"}, "[14]{.number}"),
    ],
)
def test_inline_values(bundle, text):
    assert inline_markdown(bundle) == text


def test_a_division_without_an_end_is_a_mistake_with_its_line():
    found = Mistakes()
    page("Text\n\n::: {.callout-note}\nopen\n", found=found)
    assert "one.qmd:3" in str(found.found[0])


@pytest.mark.parametrize(
    ("given", "typst"),
    [("50%", "50%"), ("2in", "2in"), ("96", "1in"), ("120px", "1.25in"), ("auto", None)],
)
def test_lengths_in_typst(given, typst):
    assert length(given) == typst


def test_texts_in_typst():
    assert typst_string('a "b" \\c') == '"a \\"b\\" \\\\c"'
