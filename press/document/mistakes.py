"""Mistakes in a chapter's Markdown: markup that would be printed as text, or text left out."""

from __future__ import annotations

import re

from press.blocks.conditional import Circumstances, shown_nowhere
from press.blocks.raw_html import lost_in_print
from press.chapter.source import Source
from press.document import tree
from press.document.tree import Node, Nodes
from press.errors import ChapterError, Location, Mistakes

_LABEL = re.compile(r"\{#(?:fig|tbl|lst|sec)-")


def take_warnings(warnings: list[tuple[int, str]], source: Source, found: Mistakes) -> None:
    """Record an unclosed div as a mistake, and any other warning of pandoc as a warning."""
    for line, words in warnings:
        place = source.lines[line - 1].location if 0 < line <= len(source.lines) else None
        if "unclosed" in words:
            found.add(
                ChapterError(
                    "the division that opens here has no end",
                    place,
                    "close it with a line of as many colons",
                )
            )
        else:
            bare = re.sub(r" (?:defined )?at line \d+ column \d+", "", words)
            found.warn(f"{place}: {bare}" if place else bare)


def warn_of_hidden(blocks: Nodes, source: Source, given: Circumstances, found: Mistakes) -> None:
    """Warn of content for a format that the press does not write, such as Quarto's `pdf`."""
    for name in dict.fromkeys(shown_nowhere(blocks, given)):
        location = source.location_of(rf"when-format\s*=\s*[\"']?{re.escape(name)}\b")
        found.warn(
            f"{location}: content for the format {name} is shown in neither format: "
            "print is `typst`, pages are `html`"
        )


def check_fences(blocks: Nodes, source: Source, found: Mistakes) -> None:
    """Record markup printed as text: a fence with invalid attributes, a label with a space."""
    for node in tree.nodes(blocks, "Para", "Plain"):
        words = [inline["c"] for inline in node["c"] if inline["t"] == "Str"]
        label = next(filter(_LABEL.match, words), None)
        if label:
            found.add(
                ChapterError(
                    f"the attributes {label}… are printed as text",
                    source.location_of(re.escape(label)),
                    'write a label without spaces, and each attribute as `key="value"`',
                )
            )
        if any(word.startswith(":::") for word in words):
            found.add(
                ChapterError(
                    "the fence of a division, or of a cell, is printed as text",
                    _stray_fence(source)
                    or source.location_of(r"^\s+:{3,}" if words[0].startswith(":::") else r":{3,}"),
                    "remove it, or start it where the text around it does; check its attributes",
                )
            )


def _stray_fence(source: Source) -> Location | None:
    """Return the location of a fence that closes a div which was never opened."""
    code, depth = "", 0
    for line in source:
        ticks = re.match(r"\s*(`{3,}|~{3,})", line.text)
        if ticks and not code:
            code = ticks[1]
        elif ticks and ticks[1].startswith(code) and not line.text.strip("`~ \t"):
            code = ""
        fence = re.match(r":{3,}\s*(\S?)", line.text) if not code else None
        if fence:
            depth += 1 if fence[1] else -1
        if depth < 0:
            return line.location
    return None


def check_html(blocks: Nodes, source: Source, found: Mistakes) -> None:
    """Record inline HTML whose content would be missing in print."""
    for tag in lost_in_print(blocks):
        found.add(
            ChapterError(
                f"{tag[:60]} is in the pages but not in print",
                source.location_of(re.escape(tag.split()[0].rstrip(">"))),
                'write it in Markdown, or hide it from print: `when-format="html"`',
            )
        )


def check_breaks(blocks: Nodes, source: Source, found: Mistakes) -> None:
    """Record a page break inside a block that cannot be split across pages."""
    if any(_broken(block) for block in blocks):
        found.add(
            ChapterError(
                "a page break is inside a callout, a list, a table or the like",
                source.location_of("press-pagebreak"),
                "write it before or after that",
            )
        )


def _broken(block: Node) -> bool:
    if block["t"] == "Div":
        return any(_broken(inner) for inner in block["c"][1])
    return any("press-pagebreak" in tree.classes(one) for one in tree.nodes(block, "Div"))
