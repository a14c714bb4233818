"""The contents list of a Word document: its chapters and sections, with their pages."""

from __future__ import annotations

import re
from typing import Any

from report.formats.word_design import ROOM, UNLISTED_HEADING, style_id
from report.formats.word_pages import pages_of_bookmarks
from report.formats.word_parts import W, children, run_texts, set_style, style_of

UNLISTED = "Unlisted"
"""Style of the words of a heading that is not listed, by which it is known."""


def set_contents(tree: Any, contents: Any, styles: str) -> None:
    """Put the contents list below what is said of the edition, with a line for each heading.

    Parameters
    ----------
    tree
        The document's text, changed in place.
    contents
        Its empty contents list.
    styles
        Its styles, as XML.
    """
    body = tree.find(W + "body")
    edition = [each for each in children(body, "p") if style_of(each) == style_id("Edition")]
    if edition:
        edition[-1].addnext(contents)
    _restyle_unlisted(body)
    listed = _headings(body)
    if not listed:
        return
    inner = contents.find(W + "sdtContent")
    for old in children(inner, "p")[1:]:
        inner.remove(old)
    entries = [_entry(inner, each) for each in listed]
    lines = [line for line, _ in entries]
    inner.extend(lines)
    # Without levels of outlines, which headings that are not listed have too.
    field = [
        *_field(inner, ' TOC \\o "1-2" \\h \\z ', "begin"), *_field(inner, "", "separate")
    ]  # fmt: skip
    for at, run in enumerate(field):
        lines[0].insert(1 + at, run)
    lines[-1].extend(_field(inner, "", "end"))
    pages = pages_of_bookmarks(tree, styles, ROOM)
    for (_, page), (name, _, _) in zip(entries, listed, strict=True):
        page.text = str(pages[name])


def _restyle_unlisted(body: Any) -> None:
    """Give headings that are marked as such a style that Word's own contents list passes over."""
    for mark in list(body.iter(W + "rStyle")):
        if mark.get(W + "val") == UNLISTED:
            look = mark.getparent()
            look.remove(mark)
            set_style(look.getparent().getparent(), style_id(UNLISTED_HEADING))


def _headings(body: Any) -> list[tuple[str, str, str]]:
    """Return the bookmark, level and words of each chapter and section."""
    out, name = [], ""
    for node in body:
        if node.tag == W + "bookmarkStart":
            name = node.get(W + "name")
        elif node.tag == W + "p":
            level = re.fullmatch(r"Heading([12])", style_of(node))
            if level and name:
                words = "".join(text for text, _ in run_texts(node))
                out.append((name, level[1], words))
            name = ""
    return out


def _entry(parent: Any, heading: tuple[str, str, str]) -> tuple[Any, Any]:
    """Return a line of the contents, linked to its heading, and the element of its page."""
    name, level, words = heading
    line = parent.makeelement(W + "p")
    set_style(line, f"TOC{level}")
    link = line.makeelement(W + "hyperlink", {W + "anchor": name, W + "history": "1"})
    page = _run(parent, "0")
    runs = [
        _run(parent, words), _run(parent, None, "tab"),
        *_field(parent, f" PAGEREF {name} \\h ", "begin"), *_field(parent, "", "separate"),
        page, *_field(parent, "", "end"),
    ]  # fmt: skip
    link.extend(runs)
    line.append(link)
    return line, page.find(W + "t")


def _field(parent: Any, instruction: str, kind: str) -> list[Any]:
    """Return the runs that begin a field with an instruction, separate its result, or end it."""
    mark = parent.makeelement(W + "r")
    mark.append(mark.makeelement(W + "fldChar", {W + "fldCharType": kind}))
    return [mark, _run(parent, instruction, "instrText")] if instruction else [mark]


def _run(parent: Any, words: str | None, tag: str = "t") -> Any:
    run = parent.makeelement(W + "r")
    text = run.makeelement(W + tag)
    if words is not None:
        text.text = words
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(text)
    return run
