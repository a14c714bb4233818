"""Write a page's blocks, including the press's own nodes, as HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from press.blocks.html_tables import with_widths
from press.blocks.raw_html import with_scripts, without_scripts
from press.blocks.theorems import lead, with_lead
from press.chapter.keys import keys_html
from press.document import tree
from press.document.crossref import NBSP, Wording, callout_title, gap, number_text
from press.document.numbering import Target
from press.document.page import Page
from press.document.pandoc import document, read_inlines, write
from press.document.tree import Node, Nodes
from press.html.code import annotation_blocks, code_blocks, with_marks_shown
from press.html.figures import (
    display,
    figure_blocks,
    float_blocks,
    image,
    layout_blocks,
    pagebreak,
)
from press.html.navigation import contents_list
from press.project.resources import relative

_SPLIT = "<!-- press -->"
_OPTIONS = ("--mathml", "--section-divs", "--syntax-highlighting=pygments")


@dataclass(frozen=True)
class Written:
    """The parts of a page as HTML."""

    contents: str
    title: str
    book_title: str
    body: str


@dataclass(frozen=True)
class Writer:
    """Writer for the pages of a book.

    Parameters
    ----------
    words
        The wording of captions and references.
    pages
        The pages, by path of their chapter.
    book_title
        The book's title, as Markdown.
    """

    words: Wording
    pages: Mapping[str, Page]
    book_title: str

    def write(self, page: Page, blocks: Nodes, body: Nodes) -> Written:
        """Write a page.

        Parameters
        ----------
        page
            The page.
        blocks
            Its blocks, for the table of contents.
        body
            The same blocks, lowered, with citations and links resolved.
        """
        depth = int(page.options.get("toc-depth", 3))
        contents = self.lowered(page, contents_list(blocks, depth, numbered=bool(page.number)))
        title = self.lowered(page, [tree.plain_block(self.title(page))])
        book = [tree.plain_block(read_inlines(self.book_title))] if page.home else []
        mark = tree.raw("html", _SPLIT)
        blocks = [*contents, mark, *title, mark, *book, mark, *body]
        text = write(document(blocks), "html5", *_OPTIONS)
        first, second, third, fourth = (part.strip() for part in text.split(_SPLIT))
        return Written(first, second, third, _finished(fourth))

    def title(self, page: Page, *, marked: bool = True) -> Nodes:
        """Return a chapter's heading with its number.

        Parameters
        ----------
        page
            The chapter.
        marked
            Whether to wrap number, title and identifier in spans, as in the heading itself.
        """
        name = page.title_attr[0] if marked else ""
        if not page.number or not page.numbered:
            inner = page.title
        elif page.entry.appendix:
            inner = [tree.text(self.words.appendix_heading(page.number)), *page.title]
        elif not marked:
            inner = [tree.text(f"{page.number}{NBSP} "), *page.title]
        else:
            inner = [
                tree.span([tree.text(page.number)], marks=["chapter-number"]),
                tree.text(f"{NBSP} "),
                tree.span(page.title, marks=["chapter-title"]),
            ]
        return [tree.span(inner, name, ["quarto-section-identifier"])] if name else inner

    def lowered(self, page: Page, blocks: Nodes) -> Nodes:
        """Convert the press's own nodes in numbered blocks to pandoc's nodes."""
        blocks = _numbered(blocks)

        def visit(node: Node) -> Node | Nodes | None:
            match node["t"]:
                case "Float":
                    return float_blocks(node, self.words, page.options)
                case "Figure":
                    return figure_blocks(node, page.options)
                case "Layout":
                    return layout_blocks(node)
                case "Image":
                    return image(node)
                case "Div":
                    return pagebreak(node) or display(node)
                case "Span" if "press-keys" in tree.classes(node):
                    return keys_html(node)
                case "Table":
                    return with_widths(node, page.options)
                case "Reference":
                    return self.reference(page, node)
                case "Equation":
                    return _equation(node)
                case "Callout":
                    return _callout(node, self.words)
                case "Theorem":
                    return _theorem(node, self.words)
                case "Tabset":
                    return _tabset(node)
                case "CodeBlock":
                    return code_blocks(node, page.options)
                case "Annotations":
                    return annotation_blocks(node)
            return None

        return list(tree.walk(blocks, visit))

    def reference(self, page: Page, node: Node) -> Node:
        """Return a cross-reference as a link."""
        target: Target = node["c"]["target"]
        content: Nodes = list(node["c"]["content"])
        if target.kind == "sec" and not (page.number and page.numbered):
            # As in Quarto, sections are referred to by title if chapters are not numbered.
            title = target.title
            if target.level == 1 and target.page != page.path:
                title = self.title(self.pages[target.page], marked=False)
            before = [*content, gap(node)] if node["c"]["own"] else []
            return tree.link([*before, *title], self.address(page, target), ["quarto-xref"])
        if content:
            content.append(gap(node))
        content.append(tree.text(number_text(target, self.words)))
        if not self.words.linked:
            return tree.span(content)
        return tree.link(content, self.address(page, target), ["quarto-xref"])

    def address(self, page: Page, target: Target) -> str:
        """Return the address of a target relative to a page."""
        if target.page == page.path:
            return f"#{target.label}"
        other = self.pages[target.page]
        start = relative(other.html, page.html)
        return start if target.level == 1 else f"{start}#{target.label}"


def _numbered(blocks: Nodes) -> Nodes:
    """Insert the numbers of headings into their text."""

    def visit(node: Node) -> Node | None:
        if node["t"] != "Header" or "number" not in node:
            return None
        level, attr, title = node["c"]
        number = tree.span([tree.text(node["number"])], marks=["header-section-number"])
        return {"t": "Header", "c": [level, attr, [number, tree.space(), *title]]}

    return list(tree.walk(blocks, visit))


def _equation(node: Node) -> Nodes:
    name, number = html.escape(node["c"]["id"]), node["number"]
    return [
        tree.raw(
            "html",
            f'<span id="{name}" class="equation" tabindex="0" role="group" '
            f'aria-label="Equation {number}" data-number="{number}">',
            inline=True,
        ),
        node["c"]["math"],
        tree.raw("html", f'<span class="equation-number">({number})</span></span>', inline=True),
    ]


def _theorem(node: Node, words: Wording) -> Nodes:
    content = node["c"]
    name = f' id="{html.escape(content["id"])}"' if content["id"] else ""
    mark = "proof-title" if "proof" in content["classes"] else "theorem-title"
    title = tree.span(lead(node, words.titles), marks=[mark])
    opening = f'<div{name} class="{" ".join(content["classes"])}">'
    body = with_lead(_inside(content["content"]), [title])
    return [tree.raw("html", opening), *body, tree.raw("html", "</div>")]


def _callout(node: Node, words: Wording) -> Nodes:
    content = node["c"]
    kind, collapse = content["kind"], content["collapse"]
    marks = ["callout", f"callout-style-{content['appearance']}", f"callout-{kind}"]
    marks += [] if content["icon"] else ["no-icon"]
    title = content["title"]
    name = f' id="{html.escape(content["id"])}"' if content["id"] else ""
    word = words.own[f"callout-{kind}-title"]
    bare = title is None and "number" not in node and content["appearance"] != "default"
    shown = None if bare else callout_title(node, words)
    head = '<div class="callout-title-container">'
    # A div in the tree, so that a heading inside does not start a section outside it.
    body = tree.div(_inside(content["content"]), marks=["callout-body-container"])
    opening = f'<div{name} class="{" ".join(marks)}" role="note" aria-label="{word}">'
    out = [tree.raw("html", opening)]
    if shown is not None and collapse is not None:
        state = "" if collapse else " open"
        opened = "" if collapse else " show"
        out.append(tree.raw("html", f"<details{state}><summary>{head}"))
        out += [tree.plain_block(shown), tree.raw("html", "</div></summary>")]
        out += [tree.raw("html", f'<div class="callout-collapse{opened}">'), body]
        return [*out, tree.raw("html", "</div></details></div>")]
    if shown is not None:
        out += [tree.raw("html", head), tree.plain_block(shown), tree.raw("html", "</div>")]
    return [*out, body, tree.raw("html", "</div>")]


def _inside(content: Nodes) -> Nodes:
    """Keep a leading heading from ending the section around it.

    Pandoc converts a div that begins with a heading to a section of the page.
    """
    opens = bool(content) and content[0]["t"] == "Header"
    return [tree.raw("html", ""), *content] if opens else content


def _tabset(node: Node) -> Nodes:
    content = node["c"]
    group = f' data-group="{html.escape(content["group"])}"' if content["group"] else ""
    name = f' id="{html.escape(content["id"])}"' if content["id"] else ""
    out = [tree.raw("html", f'<div{name} class="panel-tabset"{group}>\n<div role="tablist">')]
    for number, tab in enumerate(content["tabs"]):
        state = "true" if number in content["open"] else "false"
        active = " active" if number in content["open"] else ""
        opening = f'<a role="tab" href="#" class="tab{active}" aria-selected="{state}">'
        out += [tree.raw("html", opening), tree.plain_block(tab["title"]), tree.raw("html", "</a>")]
    out.append(tree.raw("html", "</div>"))
    for number, tab in enumerate(content["tabs"]):
        marks = ["tab-pane", *(["active"] if number in content["open"] else [])]
        out.append(tree.div(_inside(tab["content"]), marks=marks, pairs=[("role", "tabpanel")]))
    return [*out, tree.raw("html", "</div>")]


def _finished(body: str) -> str:
    """Add accessibility attributes that pandoc's writer omits, and the numbers of equations."""
    body, scripts = without_scripts(body)
    body = with_marks_shown(_FLOAT_OR_TABLE.sub(_Tables(), body))
    body = re.sub(r"<pre\b(?![^>]*tabindex)", '<pre tabindex="0"', body)  # may be scrollable
    body = re.sub(
        r'(<span id="[^"]*" class="equation" [^>]*data-number=")([^"]*)(">.*?)(</annotation>)',
        lambda found: f"{found[1]}{found[2]}{found[3]} \\tag{{{found[2]}}}{found[4]}",
        body,
        flags=re.DOTALL,
    )
    return with_scripts(body, scripts)


_FLOAT_OR_TABLE = re.compile(
    r'<div aria-describedby="(?P<caption>[^"]+)">|</figure>|(?P<table><table\b.*?</table>)',
    re.DOTALL,
)


class _Tables:
    """Wrap each table in a scrollable box, labelled by the caption of its float."""

    def __init__(self) -> None:
        self.caption = ""

    def __call__(self, found: re.Match[str]) -> str:
        if found["table"] is None:
            self.caption = found["caption"] or ""
            return found[0]
        named = f'aria-labelledby="{self.caption}"' if self.caption else 'aria-label="Table"'
        return _table(found["table"], named)


def _table(table: str, named: str) -> str:
    """Add `scope` to a table's headings and wrap it in a scrollable box."""
    head, _, rest = table.partition("</thead>")
    if rest:
        table = re.sub(r"<th\b", '<th scope="col"', head) + "</thead>"
        table += re.sub(r"<th\b", '<th scope="row"', rest)
    return f'<div data-scroll tabindex="0" role="group" {named}>{table}</div>'
