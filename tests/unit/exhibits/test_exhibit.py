"""An exhibit displays itself as Markdown that both engines read alike."""

import json
import re

import pandas as pd
import pypandoc
import pytest

from analysis.disclosure import held
from analysis.exhibits.parts.exhibit import Claim, Figure, Number, Provenance, Table
from analysis.exhibits.parts.markdown import Shown

DATA = pd.DataFrame({"pilot": ["Lambeth"]})
COLUMNS = {"pilot": "Local authority"}
HELD = held("one school only")
PROVENANCE = Provenance("effect_forest", "F1", ("schools.csv",), "Invented data")


def figure(**changes):
    return Figure(
        **{"svg": "<svg/>", "alt": "A chart.", "data": DATA, "columns": COLUMNS, **changes}
    )


def table(**changes):
    given = {
        "header": ("Pilot", "Schools"),
        "rows": (("Lambeth", "8"),),
        "numeric": (False, True),
        "data": DATA,
        "columns": COLUMNS,
    }
    return Table(**{**given, **changes})


def shown(exhibit, provenance=PROVENANCE):
    return Shown(exhibit, provenance)._repr_markdown_()


def test_a_figure_is_an_image_with_alternative_text_and_a_provenance_line():
    assert shown(figure(period="May 2017 to February 2020")) == (
        '![](/_exhibits/effect_forest.svg){fig-alt="A chart."}\n\n'
        '::: {.provenance data-exhibit="effect_forest"}\n'
        "[F1]{.reference} · May 2017 to February 2020"
        "[[ · Invented data · Files: schools.csv]{.sources}]"
        '{.content-visible when-format="html"}\n:::'
    )


def test_the_message_of_a_figure_is_its_title():
    lines = shown(figure(message="Fewer section 47 enquiries in Lambeth")).splitlines()
    assert lines[:3] == [
        "::: {.figure-message}", "Fewer section 47 enquiries in Lambeth", ":::",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="contains a number"):
        figure(message="Fewer enquiries by 12")


def test_alternative_text_stays_in_its_attribute():
    text = shown(figure(alt='Two lines,\none "dashed".'))
    assert 'fig-alt="Two lines, one ”dashed”."' in text


def test_a_table_is_a_pipe_table_with_numbers_flush_right():
    lines = shown(table(note="A note.")).splitlines()
    assert lines[:3] == ["| Pilot | Schools |", "| :-- | --: |", "| Lambeth | 8 |"]
    assert "A note." in lines


def test_the_name_of_a_file_is_no_markup():
    name = 'a-<img src=x onerror="alert(1)">[x](javascript:y)`z`.csv'
    text = shown(table(), Provenance("t", "T1", (name,)))
    tree = json.loads(pypandoc.convert_text(text, "json", format="markdown"))
    found = json.dumps(tree["blocks"][-1])
    assert not any(kind in found for kind in ('"RawInline"', '"Link"', '"Code"', '"Image"'))
    assert "onerror=" in found


def test_a_bar_in_a_cell_does_not_end_it():
    assert r"| a\|b | 8 |" in shown(table(rows=(("a|b", "8"),)))


def test_a_number_and_a_claim_carry_their_name():
    assert shown(Number(8, "8", "schools")) == '[8]{.number data-exhibit="effect_forest"}'
    claim = Claim("It fell.", "ratio below 1", True, "Lambeth 0.80", ())
    assert shown(claim) == '[It fell.]{.claim data-exhibit="effect_forest"}'


def test_a_claim_that_no_longer_holds_is_marked_where_it_stands():
    text = shown(Claim("It fell.", "ratio below 1", False, "Lambeth 1.20", ()))
    assert text.startswith("[It fell. [No longer true: Lambeth 1.20]]{.claim-broken ")


@pytest.mark.parametrize("make", [figure, table])
def test_what_is_held_back_shows_the_reason_and_nothing_else(make):
    text = shown(make(status=held("one school only")))
    assert "one school only" in text
    assert "Lambeth" not in text
    assert "svg" not in text


@pytest.mark.parametrize(
    "exhibit",
    [
        Number(3, "3 children", "children", 3, (1.0, 4.0), HELD),
        Claim("3 children moved.", "at least one", True, "3 children", (), HELD),
        Claim("3 children moved.", "at least one", False, "3 children", (), HELD),
    ],
)
def test_a_held_number_or_sentence_stands_blank_with_its_reason(exhibit):
    assert re.fullmatch(
        r"\[\[Held back by disclosure control: one school only\]\]"
        r'\{\.(number|claim) data-exhibit="effect_forest"\}',
        shown(exhibit),
    )


def test_an_invalid_exhibit_cannot_exist():
    with pytest.raises(ValueError, match="alternative text"):
        figure(alt=" ")
    with pytest.raises(ValueError, match="without a description: pilot"):
        figure(columns={})
    with pytest.raises(ValueError, match="2 cells in every row"):
        table(rows=(("Lambeth",),))


@pytest.mark.parametrize("missing", ["13.29 to nan", "inf", "a mean of NaN"])
def test_a_missing_number_is_never_printed(missing):
    for make in (
        lambda: figure(alt=f"In Lambeth {missing}."),
        lambda: table(rows=(("Lambeth", missing),)),
        lambda: table(note=missing),
        lambda: Number(1.0, missing, "schools"),
    ):
        with pytest.raises(ValueError, match="a missing number would be printed"):
            make()
    assert figure(alt="Nannies and information of Inford.").alt
