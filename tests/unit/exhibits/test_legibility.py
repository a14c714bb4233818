"""The words in a drawing can be read, and what keeps them from it is named with the words."""

import pandas as pd
import pytest

from analysis.exhibits.parts import design
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.legibility import contrast
from analysis.exhibits.parts.style import new_drawing, pictures
from analysis.extract.extract import Origin
from exhibits.practice.figures import BEGINNINGS, pathways_by_phase
from tests.design import BLOCKS, EXTENSION, current

DATA, COLUMNS = pd.DataFrame({"pilot": ["Lambeth"]}), {"pilot": "Local authority"}


def drawn(put, height=1.5):
    """Return what is wrong in a drawing into which something is put."""

    def draw():
        drawing, (ax,) = new_drawing(height)
        ax.set_xticks([])
        ax.set_yticks([])
        put(ax)
        return drawing

    return pictures(draw, "", "A test").faults


def test_good_words_have_no_fault():
    assert drawn(lambda ax: ax.text(0.1, 0.5, "Lambeth")) == ()


@pytest.mark.parametrize(
    ("put", "said"),
    [
        (lambda ax: ax.text(0.1, 0.5, "Lambeth", fontsize=7), "“Lambeth” is too small (7 pt)"),
        (lambda ax: ax.text(0.1, 0.5, "Lambeth", color=design.TEAL),
         "“Lambeth” has too little contrast with its background (3.2:1)"),
        (lambda ax: (ax.barh(0.5, 1, color=design.NAVY), ax.text(0.5, 0.5, "8 schools")),
         "“8 schools” has too little contrast with its background (1.6:1)"),
        (lambda ax: ax.text(0.9, 0.5, "Southampton and Stockport, both of them", in_layout=False),
         "“Southampton and Stockport, both of them” reaches beyond the picture"),
        (lambda ax: (ax.text(0.1, 0.5, "Lambeth"), ax.text(0.12, 0.5, "Stockport")),
         "“Lambeth” overlaps “Stockport”"),
        (lambda ax: ax.vlines([0.5], 0, 1, color="#B9C7D6"),
         "lines in #b9c7d6 have too little contrast with their background (1.7:1)"),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_words(put, said):
    faults = drawn(put)
    assert said in faults, faults
    assert f"{said} (narrow)" in faults, "the narrow drawing has it too"


def test_a_figure_has_a_message():
    with pytest.raises(ValueError, match="needs a message"):
        figure(lambda: new_drawing(1)[0], DATA, COLUMNS, alt="A chart.", message=" ")


def test_panels_stand_below_each_other_on_a_narrow_screen():
    def draw():
        return new_drawing(1.0, columns=3)[0]

    made = pictures(draw, "", "A test")

    def size(svg):
        return [
            float(svg.partition(f'{side}="')[2].partition("pt")[0]) for side in ("width", "height")
        ]

    wide, narrow = size(made.wide), size(made.narrow)
    assert wide[0] == pytest.approx(72 * design.WIDTH)
    assert narrow[0] == pytest.approx(72 * design.NARROW)
    assert narrow[1] > 2 * wide[1]


def rgb(colour):
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


def test_small_shares_stand_clear_of_the_names_beside_them():
    """In small extracts a share may be near nought, and its label is to its left."""
    shares = {
        "A": (4.0, 7.8, 24.1, 23.5),
        "B": (11.7, 4.0, 25.6, 10.6),
        "C": (0.5, 16.3, 9.0, 27.1),
    }
    logged = [(BEGINNINGS[each], phase, of[n]) for each, of in shares.items()
              for n, phase in enumerate(("primary", "secondary"))]  # fmt: skip
    coded = [(each, phase, of[2 + n]) for each, of in shares.items()
             for n, phase in enumerate(("primary", "secondary"))]  # fmt: skip
    drawn = pathways_by_phase(
        pd.DataFrame(logged, columns=["activity_type", "phase", "percent"]),
        pd.DataFrame(coded, columns=["pathway", "phase", "percent"]),
        Origin("synthetic", "Invented data", ""),
    )
    assert drawn.faults == ()


@pytest.mark.parametrize(
    "ground", ["#FFFFFF", *(v for k, v in design.COLOURS.items() if "tint" in k)]
)
def test_the_colours_of_words_hold_on_every_ground(ground):
    words = [*design.TEXT_ON_WHITE.values()] if ground == "#FFFFFF" else []
    words += [design.COLOURS[name] for name in ("ink", "soft", "accent", "claret")]
    for colour in words:
        assert contrast(rgb(colour), rgb(ground)) >= design.LEAST_CONTRAST, (colour, ground)


@pytest.mark.parametrize("mark", [design.MUTED, design.BETWEEN, design.NAVY, design.PUBLISHED])
def test_the_colours_of_marks_stand_out_from_white(mark):
    assert contrast(rgb(mark), (1, 1, 1)) >= design.LEAST_MARK_CONTRAST


def test_in_the_dark_too():
    for ground in ("#14181D", *(v for k, v in design.DARK.items() if "tint" in k)):
        for name in ("ink", "soft", "accent", "published-colour", "invented-colour"):
            assert contrast(rgb(design.DARK[name]), rgb(ground)) >= design.LEAST_CONTRAST


@pytest.mark.parametrize("name", BLOCKS)
def test_stylesheet_and_template_have_the_design(name):
    text = (EXTENSION / name).read_text("utf-8")
    assert text == current(text, *BLOCKS[name]), "write it anew: python -m tests.design"
