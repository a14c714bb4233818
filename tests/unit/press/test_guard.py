"""The guard over losses: each kind of loss, made once, is named with its file and line."""

import pytest
import typst

from press.document.pandoc import document, write
from press.errors import Location
from press.guard.alignment import losses, missing_nodes, normalised
from press.guard.guard import lost_in_pages, lost_in_print
from press.guard.pieces import Piece
from press.guard.printed import MARKS, read_pdf
from tests.unit.press.pages import page

CHAPTER = """\
Schools in Ashford were visited twice a week by the same social worker, or more.

## Visits of the year

| pilot | change |
|-------|--------|
| Ash | - 5 |
| Beech | 1,234 |

: Visits by pilot {#tbl-visits}

A share of $x^2 + 17$ of them had one.[^late]

![A line](line.svg){fig-alt="A line that rises"}

```python
count = 41
```

[^late]: A note on the late returns.

::: {.cell-output .cell-output-stdout}
```
41 schools
```
:::
"""
PAGE = """\
<h1>One</h1><p>Schools in Ashford were visited twice a week by the same social
worker, or more.</p><h2>1.1 Visits of the year</h2><table><caption>Table 1.1: Visits by
pilot</caption><tr><th>pilot</th><th>change</th></tr><tr><td>Ash</td><td>- 5</td></tr>
<tr><td>Beech</td><td>1,234</td></tr></table><p>A share
of <math><msup><mi>x</mi><mn>2</mn></msup><mo>+</mo><mn>17</mn><annotation \
encoding="application/x-tex">x^2 + 17</annotation></math>
of them had one.<sup>1</sup></p>
<figure><img src="line.svg" alt="A line that rises"><figcaption>A line</figcaption></figure>
<pre><code>count = 41</code></pre><pre><code>41 schools</code></pre>
<aside>A note on the late returns.</aside>"""
PRINT = """\
#let nothing(..) = rect(height: 1pt)
#let svg = bytes("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")
#set page(height: 8cm, footer: [foot of a page])
= One
Schools in Ashford were visited twice a week by the same social worker, or more.
== Visits of the year
#figure(table(columns: 2, [pilot], [change], [Ash], [\\- 5], [Beech], [1,234]),
  caption: [Visits by pilot])
A share of $x^2 + 17$ of them had one.#footnote[A note on the late returns.]
#align(center)[#image(svg, alt: "x") A line]
```python
count = 41
```
```
41 schools
```
"""
BROKEN = {
    "a word": ("more.", "", 1, "“Schools in Ashford were visited twice"),
    "a number": ("1,234", "1,324", 8, "“1,234” is not in "),
    "a mark": ("- 5", "5", 7, "“- 5” is not in "),
    "a heading": ("Visits of the year", "", 3, "“Visits of the year” is not in "),
    "a caption": ("A line<|A line]", "<|]", 14, "“A line” is not in "),
    "a note": ("late", "", 20, "“A note on the late returns.” is not as written in "),
    "code": ("count = 41", "count", 17, "“count = 41” is not "),
    "a cell's output": ("41 schools", "", 24, "“41 schools” is not in "),
    "a word twice": ("social worker", "social social worker", 1,
                     "occurs twice in {where} (this part of it: social)"),
    "a cell twice": ("<td>Beech|[Beech]", "<td>BeechBeech|[Beech Beech]", 8,
                     "“Beech” occurs twice in "),
    "a formula": ("x^2 + 17</|$x^2 + 17$", "x</|`x^2 + 17`", 12, "the formula “x^2 + 17”"),
    "a formula without a trace": ('<math><msup><mi>x</mi><mn>2</mn></msup><mo>+</mo><mn>17</mn>'
                                  '<annotation encoding="application/x-tex">x^2 + '
                                  '17</annotation></math>|$x^2 + 17$', "|", 12, "the formula"),
    "a number of a formula": ("<mn>17</mn>|$x^2 + 17$", "<mn>71</mn>|$x^2 + 71$", 12,
                              "the formula “x^2 + 17” is not as written in "),
    "a digit of a formula": ("<mn>17</mn>|$x^2 + 17$", "<mn>171</mn>|$x^2 + 171$", 12,
                             "the formula “x^2 + 17” is not as written in "),
    "a picture": ('<img src="line.svg"|#image(', "<img|#nothing(", 14, "the picture “line.svg”"),
    "twice": ("Schools in Ashford|Schools in Ashford", "{whole}Schools in Ashford", 1,
              "same so…” occurs twice in "),
}  # fmt: skip


def read(base):
    return page(CHAPTER, base)


def broken(text, kind, side):
    old, new, line, words = BROKEN[kind]
    old, new = (one.split("|")[side if "|" in one else 0] for one in (old, new))
    whole = "Schools in Ashford were visited twice a week by the same social worker, or more. "
    changed = text.replace("social\nworker", "social worker").replace(
        old, new.replace("{whole}", whole), 1
    )
    assert changed != text
    return changed, line, words.format(where=("the pages", "print")[side])


def shown(body):
    return {"one.html": f"<main>{body}</main>"}


def test_nothing_is_lost_where_nothing_is():
    assert not lost_in_pages([read("html")], shown(PAGE))
    assert not lost_in_print([read("typst")], typst.compile(PRINT.encode()))


@pytest.mark.parametrize("kind", BROKEN)
def test_a_loss_in_the_pages_is_named(kind):
    body, line, words = broken(PAGE, kind, 0)
    (found,) = lost_in_pages([read("html")], shown(body))
    assert found.startswith(f"{Location('one.qmd', line)}:")
    assert words in found


@pytest.mark.parametrize("kind", BROKEN)
def test_a_loss_in_print_is_named(kind):
    text, line, words = broken(PRINT, kind, 1)
    (found,) = lost_in_print([read("typst")], typst.compile(text.encode()))
    assert found.startswith(f"{Location('one.qmd', line)}:")
    assert words in found


@pytest.mark.parametrize("lost", range(4))
def test_which_of_several_is_missing_follows_from_where_the_others_stand(lost):
    words = [f"What stands in the text here is long enough, number {word}." for word in "abcd"]
    given = [
        one for each in words for one in (Piece("words", each), Piece("picture", each[-2] + ".svg"))
    ]
    text = normalised("".join(words))
    after = [text.index(normalised(each)) + len(normalised(each)) for each in words]
    places = after[:lost] + after[lost + 1 :]
    assert [each.piece.text for each in missing_nodes(given, "picture", places, text)] == [
        "abcd"[lost] + ".svg"
    ]
    assert not missing_nodes(given, "picture", after, text)


def test_what_a_table_of_contents_repeats_is_counted_once():
    pdf = typst.compile(b"#outline()\n= On $x$\nText.")
    assert read_pdf(pdf).text.count(MARKS["formula"]) == 1


def test_a_paragraph_that_a_page_break_or_a_note_cuts_is_whole():
    words = "The first half of a long paragraph, and its second half on the page that follows."
    cut = normalised(words[:40]) + normalised("A note at the foot.") + normalised(words[40:])
    assert not losses([Piece("words", words)], cut)


def test_the_text_layer_has_heads_and_feet_of_pages_left_out():
    pdf = typst.compile(b"#set page(header: [head], footer: [foot])\nfirst ffi \xe2\x80\x93 5")
    assert normalised(read_pdf(pdf).text) == "firstffi-5"


def test_a_cell_that_floated_with_its_table_has_arrived_and_one_too_few_has_not():
    long = [f"What stands in the text here is long enough, number {word}." for word in "abcdef"]
    given = [Piece("words", each) for each in (*long[:3], "12", *long[3:], "12 schools")]
    floated = normalised("".join([*long, "12 schools", "x" * 9000, "12"]))
    assert losses(given, floated) == []
    lost = normalised("".join([*long, "12 schools"]))
    assert [each.piece.text for each in losses(given, lost)] == ["12"]


def test_asides_and_boxes_of_tasks_stand_elsewhere():
    text = "A sentence with [an aside of words]{.aside} inside it.\n\n- [ ] open\n- [x] done\n"
    body = "<p>A sentence with inside it.</p><p>an aside of words</p><ul><li>open<li>done</ul>"
    assert not lost_in_pages([page(text)], shown(f"<h1>One</h1>{body}"))
    (lost,) = lost_in_pages([page(text)], shown(f"<h1>One</h1>{body.replace('aside', '')}"))
    assert "an aside of words" in lost


def test_a_formula_that_a_script_is_to_set_has_arrived():
    body = r'<h1>One</h1><p>A <span class="math inline">\(a &lt; 5\)</span> here.</p>'
    assert not lost_in_pages([page("A $a < 5$ here.")], shown(body))
    assert len(lost_in_pages([page("A $a < 6$ here.")], shown(body))) == 1


def test_a_sign_for_less_is_no_tag():
    text = "```{=html}\n<p>* p<.1, ** p<.05</p>\n```\n"
    assert not lost_in_pages([page(text)], shown("<h1>One</h1><p>* p<.1, ** p<.05</p>"))


def test_a_line_of_code_that_another_chapter_breaks_stands_once_in_each():
    whole = "first, second, third, fourth = all_parts_of(one_list,"
    given = [Piece("words", part) for part in (whole, whole[:46], whole[46:], "x = 1")]
    text = normalised("".join(piece.text for piece in given))
    assert losses(given, text) == []
    assert {loss.what for loss in losses(given, text + normalised(whole))} == {"doubled"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Write to <path> of it.", "(lost: <path>)"),
        ("- <NA>", "“<NA>” is not in the pages"),
        ("```{=html}\n<table><tr><td>A <d></td></tr></table>\n```", "“A <d>” is not"),
    ],
)
def test_words_in_angle_brackets_that_a_browser_takes_for_a_tag_are_named(text, words):
    made = page(text)
    (lost,) = lost_in_pages([made], shown(f"<h1>One</h1>{write(document(made.blocks), 'html5')}"))
    assert lost.startswith("one.qmd:")
    assert words in lost


def test_elements_of_html_are_no_words():
    text = "A <b>b</b> <my-part>c</my-part> <mark>d</mark>.\n\n<center>e</center>\n"
    made = page(text)
    body = f"<h1>One</h1>{write(document(made.blocks), 'html5')}"
    assert not lost_in_pages([made], shown(body))


def test_a_short_piece_is_not_found_in_what_others_say():
    long = [f"What stands in the text here is long enough, number {word}." for word in "abcd"]
    code = "frame = pandas.DataFrame(['C <d>', None])"
    text = normalised("".join([long[0], code, "C", *long[1:]]))
    given = [Piece("words", each) for each in (long[0], code, "C <d>", *long[1:])]
    assert [each.piece.text for each in losses(given, text)] == ["C <d>"]


@pytest.mark.parametrize(
    "html", ["::: {.cell-output .cell-output-display}\n{}\n:::", "{}"], ids=["cell", "author"]
)
def test_a_number_of_a_table_in_html_is_missed_in_print(html):
    table = "```{=html}\n<table><tr><td>41</td></tr></table><!-- 5 -->\n```"
    made = page(f"A table:\n\n{html.replace('{}', table)}\n", "typst")
    good, bad = (typst.compile(f"= One\nA table:\n{n}".encode()) for n in ("41", "14"))
    assert not lost_in_print([made], good)
    (lost,) = lost_in_print([made], bad)
    assert "“41” is not in print" in lost
