"""Chapters written at random from what is supported: pages, print and source say the same words.

Every text ends with a word of its own, which has to stand in the page and in print once.
"""

import html
import re
from collections import Counter
from itertools import count

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from press.build import build_book
from press.guard.printed import read_pdf
from tests.book.test_build import CONFIGURATION, project

WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        "school visits of 1,234 children - 5 + 5 = 1. May / none: // # > Ashford's “quoted” 10–20 "
        "% C:\\path a_b a*b $5 < & ~ ^ [x] {y} @ i. (1) -- … é 2) <NA> (@a) +5 '19 5' ``` |",
    )
)
OWN = "qq"  # becomes a word of its own


def escaped(words):
    """Return words as their author writes them to be words."""
    signs = "\\`*_{}[]()<>#+-.!|$~^@&\"'=:/"
    return "".join("\\" + sign if sign in signs else sign for sign in " ".join([*words, OWN]))


PICTURE = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4="
TEXT = st.lists(WORDS, min_size=1, max_size=9).map(escaped)
MARKS = [
    "{}", "**{}**", "*{}*", "[{}]{{.mark}}", "~~{}~~", "[{}](https://example.org)", "<u>{}</u>",
    "[{}]{{.smallcaps}}", "[{}]{{.underline}}", "“{}”", "<sup>{}</sup>", "{} `a_b <c> $d`",
    "{} $x_{{12}} = 3.5$",
]  # fmt: skip
MARKED = st.tuples(st.sampled_from(MARKS), TEXT).map(lambda pair: pair[0].format(pair[1]))
PARAGRAPH = st.lists(MARKED, min_size=1, max_size=3).map(" ".join)


def form(template, *parts):
    """Return a block in which each `@1`, `@2` … of a template is a text written at random."""

    def filled(texts):
        out = template
        for at, text in enumerate(texts, 1):
            out = out.replace(f"@{at}", text)
        return out

    return st.tuples(*parts).map(filled)


def items(start):
    return st.lists(PARAGRAPH, min_size=1, max_size=3).map(
        lambda rows: "\n".join(start + row for row in rows)
    )


BLOCKS = st.one_of(
    PARAGRAPH,
    form("## @1", TEXT),
    form("##### @1 {.unnumbered}", TEXT),
    form("> @1\n>\n> - @2", PARAGRAPH, TEXT),
    *(items(start) for start in ("- ", "1. ", "7) ", "i. ", "- [x] ", "(@) ", "| ")),
    form("- @1\n\n  ```\n  nested = 1\n  ```\n\n  1. @2\n     - @3\n\n  @4",
         TEXT, TEXT, TEXT, TEXT),
    form("| @1 | b |\n|:--|--:|\n| @2 | @3^[@4] |\n\n: @5", TEXT, TEXT, TEXT, TEXT, PARAGRAPH),
    form("+---+\n| a |\n+===+\n| b |\n+---+\n\n: @1", TEXT),
    form("<table>\n<tr><td colspan='2'>@1</td></tr>\n<tr><td>@2</td><td>\n\n- @3\n\n</td></tr>\n"
         "</table>", TEXT, TEXT, TEXT),
    form("<p>@1</p>\n<blockquote>@2</blockquote>\n<ul><li>@3</li></ul>", TEXT, TEXT, TEXT),
    form("<details><summary>@1</summary>\n\n@2\n\n</details>", TEXT, PARAGRAPH),
    form("::: {.callout-tip}\n## @1\n\n@2\n:::", TEXT, PARAGRAPH),
    form('::: {.callout-note collapse="true"}\n@1\n\n### @2\n\n> @3\n:::', TEXT, TEXT, PARAGRAPH),
    form("@1^[@2] and[^n]\n\n[^n]: @3\n\n    @4", TEXT, PARAGRAPH, TEXT, TEXT).map(
        lambda block: block.replace("^n", f"^n{abs(hash(block))}")
    ),
    st.lists(WORDS, min_size=1, max_size=5).map(lambda words: f"~~~\n{' '.join(words)} {OWN}\n~~~"),
    form("```{.python filename='a.py'}\nx = '" + OWN + "'\n```\n\n@1", TEXT),
    form("@1\n:   @2\n\n    @3", TEXT, PARAGRAPH, TEXT),
    form("::: {.panel-tabset}\n## @1\n\n@2\n\n## @3\n\n@4\n:::", TEXT, PARAGRAPH, TEXT, TEXT),
    form("::: {.remark}\n## @1\n\n@2\n:::", TEXT, PARAGRAPH),
    form(f"![@1]({PICTURE}){{fig-alt='a'}}", TEXT),
    form(f"::: {{layout-ncol=2}}\n![@1]({PICTURE})\n\n@2\n:::", TEXT, TEXT),
    form("::: {layout='[[30,70],[100]]'}\n@1\n\n- @2\n\n| @3 |\n|--|\n| b |\n:::",
         TEXT, TEXT, TEXT),
    form(":::: {.columns}\n::: {.column}\n@1\n:::\n::: {.column}\n@2\n:::\n::::", TEXT, PARAGRAPH),
    form("::: {.content-visible when-format='html' when-format='typst'}\n@1\n:::", PARAGRAPH),
    form("::: {.column-margin}\n@1\n:::", PARAGRAPH),
    form("Press {{< kbd Ctrl-C >}}, H~2~O, @1<br>@2", TEXT, TEXT),
    st.sampled_from(
        [
            "$x^2 + 1 = 17$",
            "\\begin{align}\na &= 5\n\\end{align}",
            "$$\\frac{a}{b} \\cap \\degree$$",
            "$$y = \\begin{cases} 1{,}234 & x > 20 \\\\ 0.5 & \\text{else} \\end{cases}$$",
            "---",
        ]
    ),
)  # fmt: skip
CHAPTER = st.tuples(TEXT, st.lists(BLOCKS, min_size=1, max_size=12)).map(
    lambda parts: f"# {parts[0]}\n\n" + "\n\n<!-- -->\n\n".join(parts[1]) + "\n"
)


def with_own_words(text, numbers):
    """Return a chapter with its own words, each another one."""
    return re.sub(OWN, lambda _: f"qx{next(numbers)}x", text)


def own_words(text):
    return Counter(re.findall(r"qx\d+x", text))


@settings(
    max_examples=4, derandomize=True, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow,
                           HealthCheck.data_too_large],
)  # fmt: skip
@given(chapters=st.lists(CHAPTER, min_size=8, max_size=8))
def test_every_word_written_at_random_arrives(tmp_path, chapters):
    names, numbers = [f"c{number}.qmd" for number in range(len(chapters))], count()
    chapters = [with_own_words(text, numbers) for text in chapters]
    given_ = CONFIGURATION.replace("one.qmd]", "one.qmd, " + ", ".join(names) + "]")
    files = {"_quarto.yml": given_, **dict(zip(names, chapters, strict=True))}
    book = build_book(project(tmp_path / "book", "# One\n", **files))
    assert not book.losses, "\n".join(book.losses)
    written = "\n".join(chapters)
    pages = "".join(
        re.sub(r"<nav\b.*?</nav>|<[^>]*>", "", page.read_text("utf-8").partition("<main")[2],
               flags=re.S)
        for page in book.html
    )  # fmt: skip
    assert own_words(html.unescape(pages)) == own_words(written)
    printed = own_words(read_pdf(book.pdf.read_bytes()).text)
    assert printed.keys() == own_words(written).keys()
    # Print repeats titles and tabs in its contents.
    headed = own_words("\n".join(re.findall(r"^#.*$", written, re.M)))
    assert not {word: n for word, n in printed.items() if n > 1 + headed[word]}
