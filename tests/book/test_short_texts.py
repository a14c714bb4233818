"""Titles, captions and other short texts: read as words, never as a list, a heading or a rule."""

import pytest

from press.document import tree
from press.document.pandoc import inline_html, read_inlines


@pytest.mark.parametrize(
    "text",
    ["1. Introduction", "# of referrals", "- 5", "+ 5", "> 5", "| a", "(@) a", "#. a", "a) b",
     "```a", "::: a", "[^1]: a", "[a]: b", ": a", "Words a. b"],
)  # fmt: skip
def test_what_opens_a_block_elsewhere_is_words(text):
    assert tree.plain(read_inlines(text)) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [("", ""), ("One\n\ntwo", "One two"), ("One\n---", "One"), ("    code", "code")],
)
def test_every_word_of_a_text_arrives(text, words):
    assert tree.plain(read_inlines(text)) == words


def test_a_picture_alone_stays_one():
    assert [node["t"] for node in read_inlines("![a](b.svg)")] == ["Image"]


@pytest.mark.parametrize(
    ("text", "html"), [("A & B", "A &amp; B"), ("*A* `b`", "<em>A</em> <code>b</code>")]
)
def test_markup_arrives_in_html(text, html):
    assert inline_html(text) == html
