"""What a cell put out: steady from build to build, and shown in a form that the format has."""

import os
import re

import pytest

from press.blocks.html_tables import with_html_tables
from press.blocks.raw_html import renamed
from press.chapter.cells import Prose, split_cells
from press.chapter.chapter import Chapter
from press.chapter.manuscript import manuscript
from press.chapter.source import source_of
from press.errors import Location, Mistakes
from press.html.writing import _finished
from press.project.project import Entry
from press.project.yaml import Settings
from press.run.client import kernel_environment
from press.run.pictures import Figures
from press.run.reproducible import last_state, reproducible_outputs, varying_outputs
from press.run.results import CellResult, ExecutedChapter


def cell(text="x = 1\ny = 2", options=""):
    (found,) = split_cells(source_of(f"```{{python}}\n{options}{text}\n```", "one.qmd", 11))
    assert not isinstance(found, Prose)
    return found


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def display(**forms):
    data = {"text/plain": "shown"} | {form.replace("_", "/"): text for form, text in forms.items()}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def mistakes_of(outputs, base, options="", varies=()):
    entry = Entry("chapter", "one.qmd", None, 0, False, Location("_quarto.yml"))
    given = cell(options=options)
    chapter = Chapter(entry, "one.qmd", Settings(), (given,), None)
    executed = ExecutedChapter(chapter, (CellResult(given, tuple(outputs), 1, varies),))
    found = Mistakes()
    manuscript(executed, {}, base, Figures("one_files"), found)
    return [str(one) for one in found.found] + found.warnings


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("\r0% done\r50% done\r100% done", "100% done"),
        ("abc\b\bd", "adc"),
        ("long line\rshort", "shortline"),
        ("long line\r\x1b[Kshort", "short"),
        ("one\ntwo\x1b[A\r1st\x1b[B\r2nd", "1st\n2nd"),
        ("one\r\ntwo\n", "one\ntwo\n"),
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),  # colours are taken off elsewhere
    ],
)
def test_a_terminal_s_last_state(words, shown):
    assert last_state(words) == shown


def test_pieces_of_one_stream_are_one():
    outputs = reproducible_outputs(
        [stream("\r1%"), stream("\r2%"), stream("x", "stderr"), stream("y")], cell()
    )
    assert [one["text"] for one in outputs] == ["2%", "x", "y"]


def test_names_by_chance_hang_on_the_cell():
    outputs = [
        stream("/tmp/ipykernel_27/3376.py:2: FutureWarning: old\n", "stderr"),
        stream("/opt/app/lib/site-packages/lib/a.py:7: old", "stderr"),
        display(text_plain="<m.Old at 0x7efd764f6690>"),
        display(text_html='<style>#T_1a2b3 p {}</style><table id="T_1a2b3">'),
        display(text_html='<div id="qwertyuiop"><style>#qwertyuiop p {}</style>'),
    ]
    first = reproducible_outputs([dict(one) for one in outputs], cell())
    assert first[0]["text"] == "one.qmd:13: FutureWarning: old\nsite-packages/lib/a.py:7: old"
    assert first[1]["data"]["text/plain"] == "<m.Old at 0x…>"
    assert "1a2b3" not in str(first[2])
    drawn = "a8fdd622_5fbd_4686_9bc4_ed0eddaea82a"
    named = reproducible_outputs(
        [display(text_html=f"<p id=itables_{drawn}><i id=map_{'0a' * 16}>")], cell()
    )
    assert drawn not in str(named)
    assert "0a0a" not in str(named)
    assert re.search(r"itables_\w{8}_\w{4}_", str(named))
    again = display(text_html='<style>#T_c4d5e p {}</style><table id="T_c4d5e">')
    assert reproducible_outputs([again], cell())[0]["data"] == first[2]["data"]
    assert first[3]["data"]["text/html"].count(first[3]["data"]["text/html"][9:19]) == 2


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("see /tmp/ipykernel_1/2.py:1: old", "see one.qmd:12: old"),
        ("File ~/a b/ipykernel_1/2.py", "File ~/a one.qmd"),
        (r"C:\Temp\ipykernel_1\2.py", "one.qmd"),
        (r"C:\py\site-packages\a.py and '/x/site-packages/b.py'",
         r"site-packages\a.py and 'site-packages/b.py'"),
    ],
)  # fmt: skip
def test_ways_to_files_are_left_out(words, shown):
    assert reproducible_outputs([stream(words)], cell())[0]["text"] == shown


def test_tags_that_a_script_holds_as_texts_are_left_as_they_are():
    script = """<script>x = '<table><th>a</th></table><img src="a.png"><pre>'</script>"""
    shown = f'<table><tr><th>b</th></tr></table>{script}<img src="b.png">'
    assert renamed(shown, lambda given, _shown: given.upper()).count("A.PNG") == 0
    assert script in _finished(shown)
    table, rest = with_html_tables([{"t": "RawBlock", "c": ["html", shown]}])
    assert table["t"] == "Table"
    assert rest["c"][1] == f'{script}<img src="b.png">'


def test_a_long_script_is_read_once():
    script = "ab/" * 100_000  # read once from each stroke, this would take minutes
    assert (
        reproducible_outputs([display(text_html=script)], cell())[0]["data"]["text/html"] == script
    )


def test_what_the_next_build_would_print_otherwise_is_named(tmp_path):
    assert varying_outputs([stream(f"{tmp_path}/a.csv")], tmp_path, 0.0)
    assert not varying_outputs([stream("a.csv 12:00:00")], tmp_path, 0.0)
    assert (
        "one.qmd:11: the cell prints the time" in mistakes_of([], "html", varies=("the time",))[0]
    )


def test_the_caller_s_environment_changes_no_drawing(tmp_path, monkeypatch):
    for name, value in (("MPLBACKEND", "agg"), ("LC_NUMERIC", "de_DE"), ("PYTHONIOENCODING", "l1")):
        monkeypatch.setitem(os.environ, name, value)
    made = kernel_environment(tmp_path, {}, {})
    assert made["MPLBACKEND"].endswith("backend_inline")
    assert made["LC_ALL"] == "C.UTF-8"
    assert not {"LC_NUMERIC", "PYTHONIOENCODING"} & made.keys()


@pytest.mark.parametrize(
    "code",
    [
        '<script src="https://cdn.example.org/a.js"></script>',
        '<link rel="stylesheet" href="//cdn.example.org/a.css">',
        '<script>const paths = {"vega": "https://cdn.example.org/npm/vega@6"}</script>',
        "<script type=module>import v from 'https://cdn.example.org/v.js'</script>",
        "<style>@import url(https://cdn.example.org/a.css)</style>",
        "<iframe srcdoc='&lt;script src=&quot;https://cdn.example.org/a.js&quot;&gt;'></iframe>",
        '<iframe width="300" src="https://cdn.example.org/film"></iframe>',
    ],
)
def test_what_asks_another_host_is_named(code):
    (line,) = mistakes_of([display(text_html=code)], "html")
    assert line.startswith(
        "one.qmd:11: the cell's output loads data from another host: cdn.example.org"
    )


def test_a_link_in_an_output_asks_nobody():
    assert not mistakes_of([display(text_html='<a href="https://example.org/a">a</a>')], "html")


@pytest.mark.parametrize("options", ["", "#| warning: false\n"])
def test_a_letter_that_a_drawing_has_not_is_named(options):
    said = (
        r"pylabtools.py:158: UserWarning: Glyph 29579 (\N{CJK}) missing from font(s) DejaVu Sans."
    )
    (line,) = mistakes_of([stream(said, "stderr")], "html", options)
    assert line.startswith("one.qmd:11: the cell draws a blank box for 王")


FIGURE = "#| label: fig-a\n#| fig-cap: A\n"


@pytest.mark.parametrize("output", [stream("5"), display(), display(text_html="<p>5</p>")])
def test_a_figure_without_a_picture_is_named(output):
    assert any("shows no picture" in one for one in mistakes_of([output], "html", FIGURE))


@pytest.mark.parametrize(
    "output",
    [display(image_png="aGk="), display(text_markdown="![a](b.png)"), stream("![a](b.png)"),
     display(text_html="<svg></svg>")],
)  # fmt: skip
def test_a_figure_with_a_picture_is_not(output):
    assert not mistakes_of([output], "html", FIGURE)
