"""Keyboard shortcuts and tabsets, on trees of a few nodes."""

import pytest

from press.blocks.layouts import with_tabsets
from press.chapter.keys import keys_html, keys_in_print, keys_markdown
from press.document import tree


@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        (["Ctrl-C"], r"[Ctrl\-C]{.press-keys}"),
        (["Ctrl-C", "mode=plain"], r"[Ctrl\-C]{.press-keys mode=plain}"),
        (["mac=Cmd-C", "win=Ctrl-C"], '[]{.press-keys mac="Cmd-C" windows="Ctrl-C"}'),
        (["Ctrl", "C"], None),
        (["Ctrl-C", "amiga=A"], None),
        (["mode=plain"], None),
    ],
)
def test_a_shortcut_is_a_span_that_markdown_leaves_alone(arguments, made):
    assert keys_markdown(arguments) == made


def keys(words="", **systems):
    return tree.span([tree.text(words)] if words else [], "", ["press-keys"], systems.items())


@pytest.mark.parametrize(
    ("node", "page", "printed"),
    [
        (keys("Esc"), '<kbd title="Esc" aria-hidden="true">Esc</kbd>Esc', "Esc"),
        (keys("Esc", mode="plain"), '<kbd data-mode="plain" class="kbd">Esc</kbd>', "Esc"),
        (keys(mac="<A>", linux="B"),
         '<kbd title="linux: B, mac: &lt;A&gt;" aria-hidden="true" data-linux="B" '
         'data-mac="&lt;A&gt;"></kbd>', "<A> (mac), B (linux)"),
        (keys("C", mac="A", linux="B"),
         '<kbd title="C, linux: B, mac: A" aria-hidden="true" data-linux="B" data-mac="A">C'
         "</kbd>C", "C (mac: A; linux: B)"),
    ],
)  # fmt: skip
def test_each_system_has_its_keys_on_pages_and_in_print(node, page, printed):
    made = keys_html(node)
    words = (each["c"][1] if each["t"] == "RawInline" else tree.plain(each) for each in made)
    assert "".join(words) == page
    assert tree.plain(keys_in_print(node)) == printed


def heading(level, words, *marks):
    return {"t": "Header", "c": [level, ["", list(marks), []], [tree.text(words)]]}


def words(text):
    return tree.para([tree.text(text)])


def test_headings_of_the_first_level_start_tabs_and_words_before_them_stay():
    inside = [words("before"), heading(3, "One"), words("a"), heading(4, "Below"),
              heading(3, "Two", "active"), words("b")]  # fmt: skip
    before, made = with_tabsets([tree.div(inside, "x", ["panel-tabset"], [("group", "g")])])
    assert tree.plain(before) == "before"
    found = made["c"]
    assert (made["t"], found["id"], found["group"], found["open"]) == ("Tabset", "x", "g", [1])
    assert [tree.plain(tab["title"]) for tab in found["tabs"]] == ["One", "Two"]
    assert [tree.plain(tab["content"]) for tab in found["tabs"]] == ["aBelow", "b"]


def test_the_first_tab_is_open_unless_another_is_and_without_headings_there_are_none():
    (made,) = with_tabsets([tree.div([heading(2, "One")], "", ["panel-tabset"])])
    assert made["c"]["open"] == [0]
    assert with_tabsets([tree.div([words("a")], "", ["panel-tabset"])]) == [words("a")]
    plain = tree.div([words("a")], "", ["other"])
    assert with_tabsets([plain]) == [plain]
