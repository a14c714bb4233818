"""Every word of a chapter arrives, in pages and in print, whatever a typesetter makes of it."""

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from press.build import build_book
from press.errors import PressError
from tests.book.test_build import project

FIXTURE = Path(__file__).resolve().parent / "fixtures" / "words"
IN_BOTH = {
    "index": ["1. Counts 117", "Ann Author", "Ben Writer"],
    "part": ["1. Introduction", "+ more", "1. An abstract.", "- 5 points", "Words.", "a) Rates",
             "(ii) Listed 61"],
    "marks": ["2. Marks", "- 51", "+ 52", "= 53", "1. May", "/ none: 54", "// note", "- 55",
              "== 56", "- 57 here, and + 58"],
    "tags": ["before after", "71 72", "10 3 and H 2 O", "Words run, under , bold and it , Ctrl",
             "open 73", "Before 10 4", "74 75"],
    "written": ["Spaced", "92", "Values 93 and 94.", "Seven", "Write {{< var x >}}, [^95], [^c] or "
                "[^+].", "a block of 96", "Lead of 97.", "98", "No tab 99.", "(a) Named",
                "src/counts-118.py", "rows = 119", "Own 104", "Of the division 105"],
    "engine": ["There are 91 pilots."],
    "theorems": ["Theorem 7.1 (Line 111) The", "112", "Meaning 7.1 (Named 113) A", "Lemma 7.1",
                 "114", "Proof. By induction, 115", "Remark 7.1. Numbered", "Note 7.1: A title 116",
                 "Tip 7.1 Numbered", "See Theorem 7.1, Meaning 7.1, 7.1, Satz 7.1, Remark 7.1, "
                 "Note 7.1 and Tip 7.1."],
    "columns": ["Columns 121", "kapitänsmützenabzeichenfabrikdirektor122", "words 123",
                "a_code_token_of_thirty_letters_x", "Donaudampfschifffahrtsgesellschaft"],
    "kept": ["```{=html} <b>132</b> ```", r"$$ \newcommand{\a}{133} $$", "@fig-line. In code 134",
             ". Starts a sentence 135", ") starts another 136", ". In a list 137",
             "An example 138.", "As (1) says, ", "1,234.5", "Only once 139.", "Over both 142",
             "a list 143", "A paragraph 144", "A quotation 145"],
    "displays": ["(1) Rates", "81", "Notes: 82", "# of referrals", "83", "Note: 84 of 85", "86",
                 "bar: 100%|██████████| 3/3 [share=146]"],
}  # fmt: skip


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words") / "project"
    shutil.copytree(FIXTURE, folder)
    return build_book(folder, timestamp=1)


def bare(text):
    """Return a text without white space, which HTML and a PDF place differently."""
    return re.sub(r"\s+", "", text)


def test_nothing_is_lost(book):
    assert not book.losses


@pytest.mark.parametrize(("chapter", "words"), IN_BOTH.items())
def test_in_pages(book, chapter, words):
    page = (book.out / f"{chapter}.html").read_text("utf-8")
    text = bare(
        html.unescape(re.sub(r"<(style|head)\b.*?</\1>|<[^>]*>", "", page, flags=re.DOTALL))
    )
    assert not [one for one in words if bare(one) not in text]


def test_a_heading_in_a_callout_or_a_tab_ends_no_section_around_it(book):
    page = (book.out / "written.html").read_text("utf-8")
    section = re.search(r'<section id="around".*', page, re.DOTALL)[0]
    open_, found = 0, {}
    for tag in re.finditer(r"<(/?)(section|div)\b|(\b10[123]\b)", section):
        open_ += 0 if tag[3] else -1 if tag[1] else 1
        found |= {tag[3]: open_} if tag[3] else {}
        if not open_:
            break
    # After both, only the section is open; in them, callout or tabset, body and section too.
    assert found == {"101": 4, "102": 4, "103": 1}


@pytest.mark.poppler
@pytest.mark.parametrize("words", IN_BOTH.values(), ids=IN_BOTH)
def test_in_print(book, words):
    done = subprocess.run(["pdftotext", "-raw", book.pdf, "-"], capture_output=True, check=True)
    text = bare(done.stdout.decode())
    assert not [one for one in words if bare(one) not in text]
    assert "object>" not in text


def test_files_that_tags_name_lie_beside_the_pages(book):
    page = (book.out / "tags.html").read_text("utf-8")
    assert page.count('="line.svg"') == 3
    assert (book.out / "line.svg").is_file()
    assert "/line.svg" not in page


@pytest.mark.poppler
def test_nothing_is_printed_over_anything_or_off_the_sheet(book):
    done = subprocess.run(["pdftotext", "-bbox", book.pdf, "-"], capture_output=True, check=True)
    pages = done.stdout.decode().split("<page ")[1:]
    said = ("Verylongheading6", "September", "121</word>", "another</word>")
    wide = [page for page in pages if any(word in page for word in said)]
    box = r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"'
    assert sum(len(re.findall(box, page)) for page in wide) > 50
    for page in wide:
        words = [tuple(map(float, found)) for found in re.findall(box, page)]
        assert max(right for _, _, right, _ in words) < 612 - 90 + 1
        for at, (left, top, right, bottom) in enumerate(words):
            middle = (top + bottom) / 2
            for other in words[at + 1 :]:
                apart = other[0] >= right - 0.5 or other[2] <= left + 0.5
                assert apart or not other[1] < middle < other[3]


@pytest.mark.poppler
def test_a_note_of_a_heading_stands_once_and_lines_of_code_are_numbered(book):
    done = subprocess.run(["pdftotext", "-raw", book.pdf, "-"], capture_output=True, check=True)
    text = bare(done.stdout.decode())
    assert text.count("Onlyonce139") == 1
    assert "141counted=1" in text
    assert re.search(r"Figure\d+\.Startsasentence.*\(Figure\d+\)starts.*Figure\d+\.Ina", text)


@pytest.mark.poppler
def test_a_figure_without_a_label_does_not_count(book):
    done = subprocess.run(["pdftotext", "-raw", book.pdf, "-"], capture_output=True, check=True)
    found = re.findall(r"Figure (\d+): (Mixed|Last)", done.stdout.decode())
    assert found == [("1", "Mixed"), ("2", "Last")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Two `{python} 1 + 1`.", "one.qmd:3: the inline expression 1 + 1 is printed as it"),
        ("::: a\nx\n:::\n\n:::\n\ny", "one.qmd:7: the fence of a division"),
    ],
)
def test_what_would_be_printed_as_it_stands_is_named(tmp_path, text, words):
    with pytest.raises(PressError) as caught:
        build_book(project(tmp_path, f"# One\n\n{text}\n"), formats=("html",))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Look: <canvas id='a'></canvas>", "one.qmd:3: <canvas"),
        ("```{python}\nfrom IPython.display import HTML\nHTML('<script>1</script>')\n```",
         "one.qmd:3: print can show what the cell shows in none of its forms: text/html"),
        ("```{python}\nfrom IPython.display import Latex\nLatex(r'\\begin{tabular}')\n```",
         "one.qmd:3: print can show what the cell shows in none of its forms: text/latex"),
    ],
)  # fmt: skip
def test_what_print_has_not_is_named(tmp_path, text, words):
    folder = project(tmp_path, f"# One\n\n{text}\n")
    build_book(folder, formats=("html",))
    with pytest.raises(PressError) as caught:
        build_book(folder, formats=("pdf",))
    assert words in str(caught.value)
