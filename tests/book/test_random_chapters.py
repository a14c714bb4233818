"""Chapters written at random from what is supported: pages, print and source say the same words."""

import re

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from press.build import build_book
from tests.book.test_build import CONFIGURATION, project

WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        "school visits of 1,234 children - 5 + 5 = 1. May / none: // # > Ashford's “quoted” 10–20 "
        "% C:\\path a_b a*b $5 < & ~ ^ [x] {y} @ i. (1) -- … é",
    )
)


def escaped(words):
    """Return words as their author writes them to be words."""
    signs = "\\`*_{}[]()<>#+-.!|$~^@&\"'=:/"
    return "".join("\\" + sign if sign in signs else sign for sign in " ".join(words))


PICTURE = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4="
TEXT = st.lists(WORDS, min_size=1, max_size=9).map(escaped)
MARKED = st.tuples(st.sampled_from(["{}", "**{}**", "*{}*", "[{}]{{.mark}}", "~~{}~~"]), TEXT).map(
    lambda pair: pair[0].format(pair[1])
)
PARAGRAPH = st.lists(MARKED, min_size=1, max_size=3).map(" ".join)
BLOCKS = st.one_of(
    PARAGRAPH,
    TEXT.map("## {}".format),
    PARAGRAPH.map("> {}".format),
    st.lists(PARAGRAPH, min_size=1, max_size=3).map(lambda rows: "\n".join(f"- {r}" for r in rows)),
    st.lists(PARAGRAPH, min_size=1, max_size=3).map(
        lambda rows: "\n".join(f"1. {r}" for r in rows)
    ),
    st.tuples(TEXT, TEXT, PARAGRAPH).map(
        lambda cells: "| a | b |\n|---|---|\n| {} | {} |\n\n: {}".format(*cells)
    ),
    st.tuples(TEXT, PARAGRAPH).map(
        lambda pair: "::: {{.callout-tip}}\n## {}\n\n{}\n:::".format(*pair)
    ),
    st.tuples(PARAGRAPH, PARAGRAPH).map(lambda pair: "{}^[{}]".format(*pair)),
    st.lists(WORDS, min_size=1, max_size=5).map(lambda words: f"```\n{' '.join(words)}\n```"),
    st.tuples(TEXT, PARAGRAPH).map(lambda pair: "{}\n:   {}".format(*pair)),
    st.lists(TEXT, min_size=1, max_size=3).map(lambda rows: "\n".join(f"| {r}" for r in rows)),
    st.tuples(TEXT, PARAGRAPH).map(
        lambda pair: "::: {{.panel-tabset}}\n## {}\n\n{}\n:::".format(*pair)
    ),
    st.tuples(TEXT, PARAGRAPH).map(lambda pair: "::: {{.remark}}\n## {}\n\n{}\n:::".format(*pair)),
    TEXT.map(f"![{{}}]({PICTURE}){{{{fig-alt='a'}}}}".format),
    st.tuples(TEXT, TEXT).map(
        lambda pair: f"::: {{{{layout-ncol=2}}}}\n![{{}}]({PICTURE})\n\n{{}}\n:::".format(*pair)
    ),
    st.tuples(TEXT, TEXT).map(lambda pair: "a<sup>{}</sup> and <b>{}</b>".format(*pair)),
    st.sampled_from(
        [
            "$x^2 + 1 = 17$",
            "\\begin{align}\na &= 5\n\\end{align}",
            "$$\\frac{a}{b} \\cap \\degree$$",
        ]
    ),
)
CHAPTER = st.tuples(TEXT, st.lists(BLOCKS, min_size=1, max_size=12)).map(
    lambda parts: f"# {parts[0]}\n\n" + "\n\n<!-- -->\n\n".join(parts[1]) + "\n"
)


@settings(
    max_examples=4, derandomize=True, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(chapters=st.lists(CHAPTER, min_size=8, max_size=8))
def test_every_word_written_at_random_arrives(tmp_path, chapters):
    names = [f"c{number}.qmd" for number in range(len(chapters))]
    given_ = CONFIGURATION.replace("one.qmd]", "one.qmd, " + ", ".join(names) + "]")
    files = {"_quarto.yml": given_, **dict(zip(names, chapters, strict=True))}
    book = build_book(project(tmp_path / "book", "# One\n", **files))
    assert not book.losses, "\n".join(book.losses)
