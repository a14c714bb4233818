"""Lua filters and shortcodes of a project: run, and what they ask for put where it belongs."""

import pytest

from press.build import build_book
from press.errors import PressError
from press.guard.printed import read_html, read_pdf

CONFIGURATION = (
    "project: {type: book}\nbook:\n  title: Test\n  chapters: [index.qmd, one.qmd]\n"
    "shortcodes: [own.lua]\nfilters: [where.lua, marks]\n"
)
OWN = """
return {
  greet = function(args, kwargs, meta, raw, context)
    local who = pandoc.utils.stringify(args[1])
    if kwargs["loud"] == "yes" then return pandoc.Strong({pandoc.Str("HELLO-" .. who)}) end
    return "hello " .. who .. " in " .. context
  end,
  box = function(args)
    return pandoc.Div({pandoc.BulletList({{pandoc.Plain(args[1])}})}, {class = "boxed"})
  end,
  fails = function() return nil + 1 end,
}
"""
WHERE = """
function Str(el)
  if el.text == "HERE" then return pandoc.Str(quarto.doc.is_format("html") and "page" or FORMAT) end
end
"""
MARKS = """
return {{Span = function(el)
  if el.classes:includes("hl") then
    quarto.doc.add_html_dependency({name = "marks", version = "1.0", stylesheets = {"marks.css"},
      scripts = {{path = "marks.js", afterBody = true}}})
    return pandoc.Strong(el.content)
  end
end}}
"""
CHAPTER = """\
---
filters: [doubled.lua]
---

# One

Said {{< greet Ann >}}, {{< greet Bob loud=yes >}} and `{{< greet Cy >}}`.

{{< box words >}}

{{< video https://films.example/embed/1 title="A film" >}}

{{< video film.mp4 title="Own film" width=300 >}}

It is HERE in the ’90s and 1’s, [marked]{.hl}.
"""


def project(folder, chapter=CHAPTER, **files):
    extension = folder / "_extensions" / "x" / "marks"
    extension.mkdir(parents=True)
    (extension / "_extension.yml").write_text("contributes: {filters: [marks.lua]}\n", "utf-8")
    given = {
        "_quarto.yml": CONFIGURATION, "index.qmd": "# Home {.unnumbered}\n\nHERE.\n",
        "one.qmd": chapter, "own.lua": OWN, "where.lua": WHERE, "film.mp4": "film",
        "doubled.lua": "function BulletList(el) return {el, el} end", **files,
    }  # fmt: skip
    for name, text in given.items():
        (folder / name).write_text(text, "utf-8")
    for name, text in (("marks.lua", MARKS), ("marks.css", ".x {}"), ("marks.js", "// x")):
        (extension / name).write_text(text, "utf-8")
    return folder


def test_what_lua_makes_of_a_chapter(tmp_path):
    book = build_book(project(tmp_path / "book"), out=tmp_path / "out", timestamp=1)
    assert not book.losses
    page = (tmp_path / "out" / "one.html").read_text("utf-8")
    words = " ".join(read_html(page).text.split())
    assert "Said hello Ann in inline, HELLO-Bob and hello Cy in text. words words" in words
    assert "It is page in the ’90s and 1’s, marked." in words
    assert '<div class="boxed">' in page
    print_ = read_pdf(book.pdf.read_bytes()).text
    for said in ("hello Ann in inline", "words", "A film", "Own film", "typst in the ’90s and 1’s"):
        assert said.replace(" ", "") in "".join(print_.split())
    assert print_.count("words") == 2


def test_files_that_lua_asks_for_lie_beside_the_pages(tmp_path):
    out = tmp_path / "out"
    book = build_book(project(tmp_path / "book"), out=out, formats=("html",))
    page, home = ((out / name).read_text("utf-8") for name in ("one.html", "index.html"))
    assert '<link rel="stylesheet" href="site_libs/marks-1.0/marks.css">' in page
    assert page.index('<script src="site_libs/marks-1.0/marks.js">') > page.index("</main>")
    assert (out / "site_libs" / "marks-1.0" / "marks.css").read_text() == ".x {}"
    assert "site_libs" not in home
    assert '<video src="film.mp4" title="Own film" width="300" controls>' in page
    assert '<a href="https://films.example/embed/1">A film</a>' in page
    assert (out / "film.mp4").is_file()
    assert "iframe" not in page
    assert not book.warnings


@pytest.mark.parametrize(
    ("chapter", "files", "wanted"),
    [
        ("# One\n\nA {{< fails >}}.\n", {},
         "one.qmd:3: a shortcode in Lua stopped: own.lua:11: attempt to perform arithmetic"),
        ("# One\n", {"where.lua": "x = nil + 1"},
         "_quarto.yml:6: a Lua filter stopped: where.lua:1: attempt to perform arithmetic"),
        ("# One\n", {"where.lua": "quarto.doc.unheard()"}, "the press has no quarto.doc.unheard"),
        ("# One\n", {"where.lua": "quarto.doc.include_text('in-header', "
                     "'<script src=\"https://cdn.example/x.js\"></script>')"},
         "_quarto.yml:6: the Lua puts a script or a style of another host into the page: cdn."),
        ("---\nfilters: [a.py]\n---\n\n# One\n", {"a.py": ""},
         "one.qmd:2: the filter a.py is not written in Lua"),
        ("---\nfilters: [{at: post-quarto, path: where.lua}]\n---\n\n# One\n", {},
         "one.qmd:2: the filter where.lua is to run after Quarto's own"),
    ],
    ids=["shortcode", "filter", "interface", "host", "language", "order"],
)  # fmt: skip
def test_lua_that_cannot_run_is_named(tmp_path, chapter, files, wanted):
    with pytest.raises(PressError) as caught:
        build_book(project(tmp_path / "b", chapter, **files), out=tmp_path / "o", formats=["html"])
    assert wanted in str(caught.value)
