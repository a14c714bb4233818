"""The audit trail on paper: each exhibit found by its chapter and its words."""

import json

import pytest

from audit.documents.appendix import as_printed, built_from, exhibits_shown, floats_shown
from tests.unit.audit import small_trail
from tests.unit.audit.whole import typed_record


@pytest.fixture
def project(tmp_path, monkeypatch):
    whole = small_trail.ledger(chapters=["index.qmd", "chapters/one.qmd"])
    whole["records"][2]["shown"] = ["index.qmd:9", "chapters/one.qmd:3"]
    for name, text in {
        ".report/ledger.json": json.dumps(whole), "index.qmd": "---\na: b\n---\n\n# Home {#x}\n",
        "chapters/one.qmd": small_trail.QMD,
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path / "chapters")
    return tmp_path


@pytest.mark.usefixtures("project")
def test_rows_stand_by_chapter_in_the_order_of_the_book():
    first = [row.split(" | ")[0] for row in exhibits_shown()._repr_markdown_().splitlines()[2:]]
    assert first == [
        "|", '| [N1]{.trail of="many"}', "|", '| [F1]{.trail of="rates_plot"}',
        '| [T1]{.trail of="rates"}', '| [C1]{.trail of="fell"}',
    ]  # fmt: skip
    text = exhibits_shown()._repr_markdown_()
    assert text.index("**Home**") < text.index("[N1]") < text.index("**Findings**")


@pytest.mark.usefixtures("project")
def test_a_row_gives_words_lines_and_data():
    row = next(r for r in exhibits_shown()._repr_markdown_().splitlines() if "[N1]" in r)
    assert row.split(" | ")[1:] == ["eight (schools)", "m.py:27–28", "D1 |"]
    files = built_from()._repr_markdown_()
    assert "1 | schools.csv | 74" in files
    assert "rounded to the nearest ten" in files.splitlines()[-1], "why 4,780 stands for 4,778"
    assert files.endswith("{#tbl-data-files}"), "the table has a title and a number"


def test_a_sentence_is_known_by_its_first_words_and_no_sign_of_it_is_markup():
    said = "a*b | c_d @e $f$ " + "word " * 9
    assert (
        as_printed(typed_record("x", "C1", "claim", said))
        == r"a\*b \| c\_d \@e \$f\$ word word word word…"
    )


def test_a_number_is_known_with_its_unit_and_a_figure_by_its_name():
    number = typed_record("x", "N1", "number", "48 fewer", unit="enquiries")
    assert as_printed(number) == "48 fewer (enquiries)"
    assert as_printed(typed_record("effect_forest", "F1", "figure", "Plot")) == r"effect\_forest"


def test_before_a_build_it_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "when the book is built" in exhibits_shown()._repr_markdown_()


CELL = '\n```{python}\n#| label: fig-rates-plot\n#| fig-cap: "Rates, \\"falling\\""\nx\n```\n'


def test_figures_and_tables_are_listed_by_number_page_and_caption(project):
    path = project / "chapters" / "one.qmd"
    path.write_text(path.read_text("utf-8") + CELL, "utf-8")
    said = '@fig-rates-plot[]{.page-of of="fig-rates-plot"}: Rates, "falling"'
    assert floats_shown("figure")._repr_markdown_() == f"- {said}"
    assert floats_shown("table")._repr_markdown_() == "", "it has no label to refer to"
    row = next(r for r in exhibits_shown()._repr_markdown_().splitlines() if "[F1]" in r)
    assert row.split(" | ")[1] == said
