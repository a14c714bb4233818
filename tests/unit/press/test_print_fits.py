"""What print has room for: letters that a font has, tables as wide as the page."""

from importlib import resources
from io import BytesIO
from types import SimpleNamespace

import pikepdf
import pytest
import typst

from press.document.pandoc import document, write
from press.errors import Mistakes, TypesettingError
from press.pdf.book import _chapter, compile_pdf, with_place
from press.pdf.missing_characters import check_letters
from press.pdf.tables import fitted, with_measured_widths
from press.pdf.writing import TypstWriter
from tests.unit.press.pages import page


def test_letters_that_no_font_has_are_named():
    found = Mistakes()
    text = "Zoë, Иван, ✓ ½.\n\nNames: 王芳.\n\n| a |\n|---|\n| 🏫 |\n"
    check_letters([page(text, "typst")], [], found)
    lines = [str(one).splitlines()[0] for one in found.found]
    assert lines == [
        "one.qmd:3: no font has 王 (CJK UNIFIED IDEOGRAPH-738B) and 1 more letters of this line: "
        "print would show a box",
        "one.qmd:7: no font has 🏫 (SCHOOL): print would show a box",
    ]


def test_a_font_that_is_not_there_is_named(tmp_path):
    found = Mistakes()
    text = '#set text(font: "No Such Font")\nWords.\n'
    assert compile_pdf(text, tmp_path, (), 0, (), found).startswith(b"%PDF")
    (mistake,) = found.found
    assert "the font “no such font” is not there: print would use another" in str(mistake)
    assert "font-paths" in str(mistake)


def table(*rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "--|" * len(rows[0]))
    (found,) = page("\n".join(lines), "typst").blocks
    return found


ONE_PAGE_MORE = "#context { for page in range(counter(page).final().first()) { pagebreak() } }"
"""As many page breaks as there are pages, and so never the same number again."""


def test_a_layout_that_does_not_settle_is_named(tmp_path):
    found = Mistakes()
    compile_pdf(f"Words.\n{ONE_PAGE_MORE}\n", tmp_path, (), 0, (), found)
    assert "did not converge" in str(found.found[0])


def test_a_template_can_do_without_what_keeps_its_layout_from_settling(tmp_path):
    found = Mistakes()
    rules = f'#if sys.inputs.at("layout", default: "") != "settled" [{ONE_PAGE_MORE}]'
    pdf = compile_pdf(f"Words.\n{rules}\n", tmp_path, (), 0, (), found)
    assert found.found == []
    assert len(pikepdf.open(BytesIO(pdf)).pages) == 1


@pytest.mark.parametrize("said", ["document did not converge", "unknown variable"])
def test_typst_may_stop_at_a_layout_that_is_still_moving(tmp_path, monkeypatch, said):
    """In Typst 0.15 a link without its place in such a layout is an internal error."""

    class StoppedError(Exception):
        message, hints, diagnostic = "internal error: expected link ancestor", (), said

    def compiled(*_, sys_inputs, **__):
        if not sys_inputs:
            raise StoppedError
        return b"%PDF", []

    monkeypatch.setattr(typst, "TypstError", StoppedError)
    monkeypatch.setattr(typst, "compile_with_warnings", compiled)
    if "converge" in said:
        assert compile_pdf("Words.", tmp_path, (), 0, (), Mistakes()) == b"%PDF"
    else:
        with pytest.raises(TypesettingError, match="expected link ancestor"):
            compile_pdf("Words.", tmp_path, (), 0, (), Mistakes())


def test_a_table_with_room_is_left_alone():
    wanted = table(["pilot", "a long heading of several words"], ["Ash", "1,234"])
    assert fitted(wanted, "x") == [wanted]


@pytest.mark.parametrize(
    "rows",
    [[[f"Verylongheading{n}" for n in range(9)]], [["a"] * 3, ["x" * 60, "word " * 30, "b"]]],
)
def test_a_table_with_little_room_is_told_to_typst(rows):
    opening, _, _ = fitted(table(*rows, rows[-1]), "Visits")
    assert opening["c"][1].startswith('#fitted("Visits", (')


def test_widths_are_those_that_typst_measures():
    text = "#fitted(x, press-widths => [\n#table(\n  columns: (50%, 50%),\n  [a], [b])\n])"
    assert "columns: press-widths,\n" in with_measured_widths(text)
    assert with_measured_widths("#table(columns: 2)") == "#table(columns: 2)"


def printed(columns):
    """Return what Typst draws of a table of long words, as SVG."""
    wanted = fitted(table(*[[f"Column{row}of{n:04}" for n in range(columns)] for row in "ab"]), "x")
    names = resources.files("press.pdf")
    text = with_measured_widths(write(document(wanted), "typst"))
    whole = f"{names.joinpath('fitted.typ').read_text('utf-8')}\n{text}"
    return typst.compile(whole.encode(), format="svg").decode()


def test_a_table_too_wide_in_small_type_is_turned():
    assert "matrix(0 -1 1 0" not in printed(9)
    assert "matrix(0 -1 1 0" in printed(17)
    with pytest.raises(typst.TypstError, match="the table x is too wide to be printed"):
        printed(60)


def test_what_typst_refuses_has_the_line_that_says_most_of_it():
    made = page("Some text.\n\nAnother sentence here.\n", "typst")
    error = TypesettingError("Typst stopped: x, at: Another sentence")
    assert str(with_place(error, [made])).startswith("one.qmd:3: Typst stopped")
    error = TypesettingError(
        "Typst stopped: panicked with: the sentence here, at: panic(Some text)"
    )
    assert str(with_place(error, [made])).startswith("one.qmd:3: Typst stopped")


def test_a_formula_that_no_column_can_take_is_named():
    sums = " + ".join(f"a_{{{number}}}" for number in range(60))
    made = page(f"Some text.\n\n$$\ny = \n{sums}\n$$\n", "typst")
    text = resources.files("press.pdf").joinpath("fitted.typ").read_text("utf-8")
    formula = TypstWriter(SimpleNamespace()).lowered(made.blocks)
    with pytest.raises(typst.TypstError) as caught:
        typst.compile(f"{text}\n{write(document(formula), 'typst')}".encode())
    error = with_place(TypesettingError(f"Typst stopped: {caught.value.message}"), [made])
    assert str(error).startswith("one.qmd:4: the formula y = a_{0} + a_{1}")
    assert "is too wide to be printed\n  remedy: divide it" in str(error)


@pytest.mark.parametrize(
    "held", ["(2026-11-23)", "(0.25\u00a0to\u00a00.69)", "20\u2011118\u00a0and\u00a0more"]
)
def test_what_no_line_can_break_is_measured_whole(held):
    told = fitted(table(["a"] * 3, [f"Word {held}", "word " * 30, "x" * 60]), "x")[0]["c"][1]
    assert f'"{held}"' in told


@pytest.mark.parametrize(("kind", "kept"), [("chapter", ["own"]), ("part", ["own", "unnumbered"])])
def test_a_class_of_a_chapters_heading_reaches_the_filters_of_print(kind, kept):
    """As with Quarto: the report's filter knows by one that a chapter runs on."""
    page = SimpleNamespace(title_attr=("sec-one", ["own"], []), home=False, title=[], options={},
                           entry=SimpleNamespace(kind=kind))  # fmt: skip
    (head,) = _chapter(page, [])
    assert head["c"][1] == ["sec-one", kept, []]
    lowered, *_ = TypstWriter(SimpleNamespace()).lowered([head])
    assert lowered["c"][1] == ["sec-one", kept, []]


def test_an_error_of_typst_names_the_line_or_the_file_that_it_is_in(tmp_path):
    with pytest.raises(TypesettingError, match=r"unknown variable: fortune, at: Fine\. #fortune"):
        compile_pdf("Words.\n\nFine. #fortune\n", tmp_path, (), 0, (), Mistakes())
    (tmp_path / "typst").mkdir()
    (tmp_path / "typst" / "own.typ").write_text("\n#let x = \n", "utf-8")
    with pytest.raises(TypesettingError, match="expected expression") as raised:
        compile_pdf('#import "typst/own.typ": x\n', tmp_path, (), 0, (), Mistakes())
    assert str(raised.value.place) == "own.typ"
