r"""Formulae: what LaTeX and amsmath know is set in both formats; anything else is named.

`amsmath.txt` holds the symbols and commands of the *Short Math Guide for LaTeX* (American
Mathematical Society, version 2.0) and of the *User's Guide for the amsmath Package*, with what
MathJax and plain TeX add and authors use.
"""

from importlib import resources
from pathlib import Path

import pytest
import typst

from press.blocks.formulas import check_formulas, plain_formula, with_macros_outside
from press.chapter.source import source_of
from press.document import tree
from press.document.pandoc import document, read, write
from press.errors import Mistakes

LISTED = (Path(__file__).parent / "amsmath.txt").read_text("utf-8").splitlines()


def math(tex):
    return {"t": "Math", "c": [{"t": "DisplayMath"}, tex]}


def test_every_listed_command_is_set_in_both_formats():
    assert len(LISTED) > 650
    plain = document([tree.para([math(plain_formula(tex))]) for tex in LISTED])
    pages = write(plain, "html5", "--mathml").split("</p>")
    assert not [tex for tex, page in zip(LISTED, pages, strict=False) if '"math' in page]
    print_ = write(plain, "typst")
    names = resources.files("press.pdf").joinpath("symbols.typ").read_text("utf-8")
    # A standard for archives refuses letters that no font has.
    _, warnings = typst.compile_with_warnings(
        f"{names}\n{print_}".encode(), ignore_system_fonts=True, pdf_standards=["a-2b"]
    )
    assert not [warning.message for warning in warnings]
    assert r"\$" not in print_.replace(r"\$ %", "")  # pandoc's mark of TeX it cannot read


@pytest.mark.parametrize(
    ("tex", "plain"),
    [
        (r"a \notag", "a "),
        (r"\cfrac{a}{b}", r"\dfrac{a}{b}"),
        (r"\cfrac[l]{a}{b}", r"\dfrac{a}{b}"),
        (r"1{,}234.5 + (1,2)", r"\text{1,234.5} + (1,2)"),
        (r"\textcolor{blue}{z}", "{z}"),
        (r"{a + b \over c}", r"{\frac{a + b }{ c}}"),
        (r"{\rm d}x", r"{\mathrm{ d}}x"),
        (r"\mathop{\rm argmax}\limits_x", r"\operatorname*{argmax}_x"),
        (r"\sum\limits_{i}^n", r"\sum_{i}^n"),
        (r"\sideset{_a}{_c}\prod", r"{}_a\prod_c"),
        (r"a \tag{3}", r"a \qquad\text{(3)}"),
        (r"\text{\S 4 {x}}", r"\text{\S 4 {x}}"),
        (r"\smash x_1", "{x}_1"),
        (r"{unclosed \notag", "{unclosed "),
        (r"\mathrm{\LaTeX}", r"\mathrm{\text{LaTeX}}"),
        (r"F = -{1\over 2}v\\ ", r"F = -{\frac{1}{ 2}}v"),
        (r"a \\[2pt] b \\", r"\begin{gathered}a \\ b \end{gathered}"),
        (r"\begin{matrix}a\\b\end{matrix}\\", r"\begin{matrix}a\\b\end{matrix}"),
    ],
)
def test_what_pandoc_does_not_know_in_its_words(tex, plain):
    assert plain_formula(tex) == plain


@pytest.mark.parametrize(
    ("tex", "culprit"),
    [(r"a \norm{x}", r"\norm"), (r"\begin{tikzcd} a \end{tikzcd}", "tikzcd"), (r"\frac{a}{", "")],
)
def test_what_no_format_sets_is_named(tex, culprit):
    found = Mistakes()
    check_formulas([math(tex)], source_of(f"Text.\n\nLet $${tex}$$ be.", "one.qmd"), found)
    (line,) = (str(one).splitlines()[0] for one in found.found)
    assert line.startswith("one.qmd:3: the formula ")
    assert line.endswith(f"cannot be set: {culprit}" if culprit else "cannot be set")


@pytest.mark.parametrize(
    "definitions",
    ["$$ \\newcommand{\\norm}[1]{\\lVert #1 \\rVert} $$",
     "$$\n\\def\\norm#1{\\lVert #1 \\rVert}\n% a remark\n\\DeclareMathOperator{\\Tr}{Tr}\n$$"],
)  # fmt: skip
def test_macros_of_a_hidden_formula_are_applied(definitions):
    source = source_of(f"::: {{.hidden}}\n{definitions}\n:::\n\nA $\\norm{{x}}$.", "one.qmd")
    moved = with_macros_outside(source)
    assert len(moved.lines) == len(source.lines)
    formulas = [node["c"][1] for node in tree.nodes(read(moved.text), "Math")]
    assert formulas == [r"\lVert x \rVert"]


@pytest.mark.parametrize("text", [r"$$\def\R{\mathbb R} x$$", "$$\nx = 1\n$$", "$$ x"])
def test_a_formula_stays_one(text):
    assert with_macros_outside(source_of(text, "one.qmd")).text == text + "\n"
